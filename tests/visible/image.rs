//! Images to sign with: a seal that is neither symmetric nor of equal sides.

use png::{BitDepth, ColorType, Encoder};

/// Width and height in blocks of eight pixels.
const BLOCKS: [usize; 2] = [9, 6];

/// Pixels of the PNG to one of the JPEG.
const FINE: usize = 4;

/// A ring with a bar on its left and a quarter of a disc on its upper right: 288 by 192 pixels with alpha.
pub(crate) fn png() -> Vec<u8> {
    let [width, height] = BLOCKS.map(|blocks| blocks * 8 * FINE);
    let middle = |pixel: usize| (pixel as f64 + 0.5) / FINE as f64;
    let mut data = Vec::new();
    for row in 0..height {
        for column in 0..width {
            data.extend(seal(middle(column), middle(row)));
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&data).unwrap();
    writer.finish().unwrap();
    bytes
}

fn seal(x: f64, y: f64) -> [u8; 4] {
    let distance = (x - 44.0).hypot(y - 24.0);
    let inside = |signed: f64| ((signed * FINE as f64).clamp(-0.5, 0.5) + 0.5) * 255.0;
    let ring = inside(3.0 - (distance - 19.0).abs());
    let wedge = if x > 44.0 && y < 24.0 { inside(13.0 - distance) } else { 0.0 };
    if x < 12.0 {
        // Half as opaque at its foot as at its head.
        return [0, 120, 60, (255.0 - y * 2.6) as u8];
    }
    if wedge > 0.0 { [230, 160, 0, wedge as u8] } else { [200, 20, 30, ring as u8] }
}

/// The colours of a JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Gray,
    Rgb,
    /// With Adobe's marker, which says that the values are upside down.
    Cmyk,
}

/// A baseline JPEG of blocks of one colour each: a border, a bar on the left and a square on the upper
/// right, all lighter than text.
pub(crate) fn jpeg(model: Model) -> Vec<u8> {
    let [columns, rows] = BLOCKS;
    let components = match model {
        Model::Gray => 1,
        Model::Rgb => 3,
        Model::Cmyk => 4_u8,
    };
    let mut bytes = vec![0xFF, 0xD8];
    if model == Model::Cmyk {
        segment(&mut bytes, 0xEE, &[&b"Adobe"[..], &[0, 100, 0, 0, 0, 0, 0]].concat());
    }
    // All steps are eight, so that a block's mean is its first coefficient.
    segment(&mut bytes, 0xDB, &[&[0][..], &[8; 64]].concat());
    let [width, height] = BLOCKS.map(|blocks| u16::try_from(blocks * 8).unwrap().to_be_bytes());
    let mut frame = [&[8][..], &height, &width, &[components]].concat();
    let mut scan = vec![components];
    for component in 1..=components {
        frame.extend([component, 0x11, 0]);
        scan.extend([component, 0]);
    }
    scan.extend([0, 63, 0]);
    segment(&mut bytes, 0xC0, &frame);
    // The usual codes of differences, and a single one for the end of a block.
    let lengths = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
    segment(&mut bytes, 0xC4, &[&[0][..], &lengths, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]].concat());
    segment(&mut bytes, 0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(&mut bytes, 0xDA, &scan);

    let mut bits = Bits::default();
    let mut before = [0_i32; 4];
    for row in 0..rows {
        for column in 0..columns {
            let values = block(model, column, row);
            for (value, before) in values.iter().zip(&mut before) {
                bits.difference(i32::from(*value) - 128 - *before);
                *before = i32::from(*value) - 128;
            }
        }
    }
    bytes.extend(bits.finish());
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// The components of a block.
fn block(model: Model, column: usize, row: usize) -> Vec<u8> {
    let [columns, rows] = BLOCKS;
    let edge = row == 0 || row + 1 == rows || column + 1 == columns;
    let [red, green, blue] = match (column, row) {
        (0, _) => [120_u8, 200, 150],
        (5..=7, 1..=2) => [250, 200, 90],
        _ if edge => [240, 150, 150],
        _ => [255, 255, 255],
    };
    let [r, g, b] = [red, green, blue].map(f64::from);
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    match model {
        Model::Gray => vec![luma.round() as u8],
        Model::Rgb => {
            let (cb, cr) = (128.0 + (b - luma) / 1.772, 128.0 + (r - luma) / 1.402);
            [luma, cb, cr].map(|value| value.round() as u8).to_vec()
        }
        // Of no black, and upside down: the values are those of the light.
        Model::Cmyk => vec![red, green, blue, 255],
    }
}

fn segment(bytes: &mut Vec<u8>, marker: u8, data: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
    bytes.extend(data);
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, length: u32) {
        for bit in (0..length).rev() {
            self.pending = self.pending << 1 | (value >> bit & 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.pending as u8);
                if self.pending == 0xFF {
                    self.bytes.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    /// A difference of first coefficients, and the end of the block.
    fn difference(&mut self, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let (code, length) = match size {
            0 => (0b00, 2),
            1..=5 => (size + 1, 3),
            // A one more for each size, and a zero.
            _ => ((1 << (size - 2)) - 2, size - 2),
        };
        self.push(code, length);
        let low = if value < 0 { value - 1 } else { value };
        self.push(low as u32 & ((1 << size) - 1), size);
        self.push(0, 1);
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}
