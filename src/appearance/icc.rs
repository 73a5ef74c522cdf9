//! Colour profiles for documents that allow no device colours: sRGB, and grey with its curve (ICC.1:2001-04,
//! version 2, which PDF/A-1 asks for).

use std::sync::Arc;

use super::deflate;
use super::subset::flate_dictionary;
use crate::syntax::pdf::object::Object;
use crate::syntax::pdf::{Graph, ObjectId};

/// Entries of the tone curve; between them readers interpolate.
const CURVE: u16 = 256;

/// What is looked at under: D50.
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];

/// The primaries of sRGB, adapted to D50.
const PRIMARIES: [(&[u8; 4], [f64; 3]); 3] = [
    (b"rXYZ", [0.4360, 0.2225, 0.0139]),
    (b"gXYZ", [0.3851, 0.7169, 0.0971]),
    (b"bXYZ", [0.1431, 0.0606, 0.7141]),
];

/// The profile of sRGB.
pub(super) fn srgb() -> Vec<u8> {
    let mut tags = common("sRGB");
    tags.extend(PRIMARIES.iter().map(|(tag, xyz)| (*tag, xyz_type(*xyz))));
    let curve = curve();
    tags.extend([(b"rTRC", curve.clone()), (b"gTRC", curve.clone()), (b"bTRC", curve)]);
    profile(*b"RGB ", &tags)
}

/// The profile of grey that is as light as sRGB with three equal components.
pub(super) fn gray() -> Vec<u8> {
    let mut tags = common("Gray, sRGB curve");
    tags.push((b"kTRC", curve()));
    profile(*b"GRAY", &tags)
}

/// Adds a profile as a stream; the colour space made of it.
pub(super) fn add_space(graph: &mut Graph, compressed: &Arc<[u8]>, components: i64) -> ObjectId {
    let mut dictionary = flate_dictionary();
    dictionary.set(b"N", components);
    let device = match components {
        1 => "DeviceGray",
        3 => "DeviceRGB",
        _ => "DeviceCMYK",
    };
    dictionary.set(b"Alternate", Object::name(device));
    let profile = graph.push_stream(dictionary, Arc::clone(compressed));
    graph.push(Object::Array(vec![Object::name("ICCBased"), profile.into()]))
}

/// The profiles, made and compressed once.
#[derive(Clone, Debug)]
pub(super) struct Profiles {
    pub(super) srgb: Arc<[u8]>,
    pub(super) gray: Arc<[u8]>,
}

impl Profiles {
    pub(super) fn new() -> Self {
        Self { srgb: deflate(&srgb()), gray: deflate(&gray()) }
    }
}

type Tag = (&'static [u8; 4], Vec<u8>);

fn common(name: &str) -> Vec<Tag> {
    vec![(b"desc", description(name)), (b"cprt", text("No rights reserved")), (b"wtpt", xyz_type(WHITE))]
}

/// 6.5.17: the description in ASCII, and none in Unicode or for the Macintosh.
fn description(name: &str) -> Vec<u8> {
    let mut bytes = b"desc\0\0\0\0".to_vec();
    bytes.extend(length(name.len().saturating_add(1)));
    bytes.extend(name.as_bytes());
    bytes.push(0);
    bytes.extend([0; 4 + 4 + 2 + 1 + 67]);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = b"text\0\0\0\0".to_vec();
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

fn xyz_type(xyz: [f64; 3]) -> Vec<u8> {
    let mut bytes = b"XYZ \0\0\0\0".to_vec();
    bytes.extend(xyz.into_iter().flat_map(fixed));
    bytes
}

/// s15Fixed16Number.
#[allow(clippy::cast_possible_truncation, reason = "the constants of sRGB: nothing above 1, and 32767 fits")]
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

fn length(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes()
}

/// The transfer curve of sRGB (IEC 61966-2-1).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the curve goes from 0 to 1, its steps from 0 to 65535"
)]
fn curve() -> Vec<u8> {
    let mut bytes = b"curv\0\0\0\0".to_vec();
    bytes.extend(u32::from(CURVE).to_be_bytes());
    for step in 0..CURVE {
        let value = f64::from(step) / f64::from(CURVE - 1);
        let linear = if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        bytes.extend(((linear * 65535.0).round() as u16).to_be_bytes());
    }
    bytes
}

/// Header, tag table and tags; equal tags are stored once.
fn profile(space: [u8; 4], tags: &[Tag]) -> Vec<u8> {
    const HEADER: usize = 128;
    let table = tags.len().saturating_mul(12).saturating_add(4);
    let mut data: Vec<u8> = Vec::new();
    let mut entries: Vec<u8> = length(tags.len()).to_vec();
    let mut placed: Vec<(&[u8], usize)> = Vec::new();
    for (tag, value) in tags {
        let known = placed.iter().find(|(other, _)| *other == value.as_slice()).map(|(_, at)| *at);
        let at = known.unwrap_or_else(|| {
            let at = HEADER.saturating_add(table).saturating_add(data.len());
            data.extend(value);
            data.resize(data.len().next_multiple_of(4), 0);
            placed.push((value, at));
            at
        });
        entries.extend(*tag);
        entries.extend(length(at));
        entries.extend(length(value.len()));
    }
    let total = HEADER.saturating_add(table).saturating_add(data.len());
    let mut bytes = Vec::with_capacity(total);
    bytes.extend(length(total));
    bytes.extend([0; 4]);
    bytes.extend([2, 0x10, 0, 0]);
    bytes.extend(b"mntr");
    bytes.extend(space);
    bytes.extend(b"XYZ ");
    // Made on the first of January 2026: the same bytes every time.
    bytes.extend([2026_u16, 1, 1, 0, 0, 0].into_iter().flat_map(u16::to_be_bytes));
    bytes.extend(b"acsp");
    bytes.extend([0; 28]);
    bytes.extend(WHITE.into_iter().flat_map(fixed));
    bytes.resize(HEADER, 0);
    bytes.extend(entries);
    bytes.extend(data);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_the_profile_is() {
        for (bytes, space) in [(srgb(), b"RGB "), (gray(), b"GRAY")] {
            assert_eq!(bytes[..4], u32::try_from(bytes.len()).unwrap().to_be_bytes());
            assert_eq!(&bytes[16..20], space);
            assert_eq!(&bytes[36..40], b"acsp");
            assert_eq!(bytes[8], 2);
            assert_eq!(bytes[68..80], [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
            assert!(bytes.len() < 1200, "{}", bytes.len());
        }
    }
}
