//! Colour profiles of output intents: ICC.1:2001-04, as small as they may be.

/// D50.
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];

type Tag = ([u8; 4], Vec<u8>);

/// A profile like sRGB, with a pure power of 2.2 as its curve.
pub(crate) fn rgb() -> Vec<u8> {
    // A curve of one entry is its exponent, here 2.2, as u8Fixed8Number.
    let curve = [&b"curv\0\0\0\0\0\0\0\x01"[..], &0x0233_u16.to_be_bytes()].concat();
    let mut tags = common("Display of the test data");
    tags.extend([
        (*b"rXYZ", xyz([0.4360, 0.2225, 0.0139])),
        (*b"gXYZ", xyz([0.3851, 0.7169, 0.0971])),
        (*b"bXYZ", xyz([0.1431, 0.0606, 0.7141])),
        (*b"rTRC", curve.clone()),
        (*b"gTRC", curve.clone()),
        (*b"bTRC", curve),
    ]);
    profile(*b"mntr", *b"RGB ", *b"XYZ ", &tags)
}

/// A printer that mixes its four inks the way a screen would show them.
pub(crate) fn cmyk() -> Vec<u8> {
    let mut tags = common("Press of the test data");
    let to_lab = table([4, 3], 2, |inks| {
        let lab = lab([0, 1, 2].map(|ink| (1.0 - inks[ink]) * (1.0 - inks[3])));
        vec![lab[0] / 100.0, (lab[1] + 128.0) / 255.0, (lab[2] + 128.0) / 255.0]
    });
    // An odd number of points, so that grey is one of them.
    let to_inks = table([3, 4], 7, |lab| {
        let light = rgb_of([lab[0] * 100.0, lab[1] * 255.0 - 127.5, lab[2] * 255.0 - 127.5]);
        let most = light.iter().copied().fold(0.0, f64::max);
        let ink = |light: f64| if most > 0.0 { 1.0 - light / most } else { 0.0 };
        vec![ink(light[0]), ink(light[1]), ink(light[2]), 1.0 - most]
    });
    for name in [b"A2B0", b"A2B1", b"A2B2"] {
        tags.push((*name, to_lab.clone()));
    }
    for name in [b"B2A0", b"B2A1", b"B2A2"] {
        tags.push((*name, to_inks.clone()));
    }
    tags.push((*b"gamt", table([3, 1], 2, |_| vec![0.0])));
    profile(*b"prtr", *b"CMYK", *b"Lab ", &tags)
}

/// From linear red, green and blue to XYZ under D50.
const ROWS: [[f64; 3]; 3] = [[0.4360, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]];

/// And back.
const INVERSE: [[f64; 3]; 3] =
    [[3.1346, -1.6174, -0.4906], [-0.9787, 1.9160, 0.0334], [0.0720, -0.2290, 1.4057]];

fn product(rows: [[f64; 3]; 3], column: [f64; 3]) -> [f64; 3] {
    rows.map(|row| row.iter().zip(column).map(|(factor, value)| factor * value).sum())
}

/// CIE L*a*b* of linear red, green and blue.
fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let xyz = product(ROWS, rgb);
    let [x, y, z] = [0, 1, 2].map(|part| {
        let value = xyz[part] / WHITE[part];
        if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 }
    });
    [116.0 * y - 16.0, (500.0 * (x - y)).clamp(-128.0, 127.0), (200.0 * (y - z)).clamp(-128.0, 127.0)]
}

/// Red, green and blue as screens take them, the nearest there are.
fn rgb_of([l, a, b]: [f64; 3]) -> [f64; 3] {
    let y = (l + 16.0) / 116.0;
    let parts = [y + a / 500.0, y, y - b / 200.0];
    let xyz = [0, 1, 2].map(|part| {
        let value: f64 = parts[part];
        let relative = if value > 0.206_9 { value.powi(3) } else { (value - 16.0 / 116.0) / 7.787 };
        relative * WHITE[part]
    });
    product(INVERSE, xyz).map(|value| value.clamp(0.0, 1.0).powf(1.0 / 2.2))
}

/// lut8Type with so many inputs and outputs, `grid` points for each input, curves that change nothing, and
/// what `node` says at each point, from 0 to 1.
fn table([inputs, outputs]: [usize; 2], grid: usize, node: impl Fn(&[f64]) -> Vec<f64>) -> Vec<u8> {
    let mut bytes = b"mft1\0\0\0\0".to_vec();
    bytes.extend([inputs as u8, outputs as u8, grid as u8, 0]);
    for row in 0..9 {
        bytes.extend(fixed(if row % 4 == 0 { 1.0 } else { 0.0 }));
    }
    let straight = || (0..=255_u8).collect::<Vec<_>>();
    (0..inputs).for_each(|_| bytes.extend(straight()));
    for point in 0..grid.pow(inputs as u32) {
        // The last input runs fastest.
        let digit = |input: usize| point / grid.pow((inputs - 1 - input) as u32) % grid;
        let at: Vec<f64> = (0..inputs).map(|input| digit(input) as f64 / (grid - 1) as f64).collect();
        bytes.extend(node(&at).iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8));
    }
    (0..outputs).for_each(|_| bytes.extend(straight()));
    bytes
}

fn common(name: &str) -> Vec<Tag> {
    let mut description = b"desc\0\0\0\0".to_vec();
    description.extend((name.len() as u32 + 1).to_be_bytes());
    description.extend(name.as_bytes());
    description.extend([0; 1 + 4 + 4 + 2 + 1 + 67]);
    let copyright = b"text\0\0\0\0No rights reserved\0".to_vec();
    vec![(*b"desc", description), (*b"cprt", copyright), (*b"wtpt", xyz(WHITE))]
}

fn xyz(value: [f64; 3]) -> Vec<u8> {
    [&b"XYZ \0\0\0\0"[..], &value.map(fixed).concat()].concat()
}

/// s15Fixed16Number.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

/// Header, table and tags; equal tags are stored once.
fn profile(class: [u8; 4], space: [u8; 4], connection: [u8; 4], tags: &[Tag]) -> Vec<u8> {
    let start = 128 + 4 + 12 * tags.len();
    let mut data = Vec::new();
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut stored: Vec<(&Vec<u8>, usize)> = Vec::new();
    for (name, value) in tags {
        let known = stored.iter().find(|(other, _)| *other == value).map(|(_, at)| *at);
        let at = known.unwrap_or_else(|| {
            let at = start + data.len();
            data.extend(value);
            data.resize(data.len().next_multiple_of(4), 0);
            stored.push((value, at));
            at
        });
        table.extend(name);
        table.extend((at as u32).to_be_bytes());
        table.extend((value.len() as u32).to_be_bytes());
    }
    let mut bytes = ((start + data.len()) as u32).to_be_bytes().to_vec();
    bytes.extend([0, 0, 0, 0, 2, 0x10, 0, 0]);
    bytes.extend([class, space, connection].concat());
    bytes.extend([2026_u16, 1, 1, 0, 0, 0].map(u16::to_be_bytes).concat());
    bytes.extend(b"acsp");
    bytes.extend([0; 28]);
    bytes.extend(WHITE.map(fixed).concat());
    bytes.resize(128, 0);
    bytes.extend(table);
    bytes.extend(data);
    bytes
}
