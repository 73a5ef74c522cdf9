//! Samples, compressed as PDF's `FlateDecode` has them: ISO 32000-2, 7.4.4.

use std::sync::Arc;

use super::super::deflate;
use super::super::subset::flate_dictionary;
use crate::syntax::pdf::object::{Dictionary, Object};

/// Compressed rows of samples of eight bits.
#[derive(Clone, Debug)]
pub(in super::super) struct Plane {
    pub(in super::super) data: Arc<[u8]>,
    /// Whether each row has a PNG filter.
    predicted: bool,
    width: u32,
    components: u8,
}

impl Plane {
    /// Compresses samples, with and without PNG filters, whichever is smaller.
    pub(super) fn new(samples: &[u8], width: u32, components: u8) -> Self {
        let row = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(usize::from(components)).max(1);
        let plain = deflate(samples);
        let filtered = deflate(&filter(samples, row, usize::from(components)));
        let predicted = filtered.len() < plain.len();
        Self { data: if predicted { filtered } else { plain }, predicted, width, components }
    }

    /// The filter entries for the data.
    pub(in super::super) fn dictionary(&self) -> Dictionary {
        let mut dictionary = flate_dictionary();
        if self.predicted {
            let mut parameters = Dictionary::with_room();
            parameters.set(b"Predictor", 15);
            parameters.set(b"Colors", i64::from(self.components));
            parameters.set(b"BitsPerComponent", 8);
            parameters.set(b"Columns", i64::from(self.width));
            dictionary.set(b"DecodeParms", Object::Dictionary(parameters));
        }
        dictionary
    }
}

/// Puts a filter before every row (ISO/IEC 15948, 9.2): the one whose differences are smallest.
fn filter(samples: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(samples.len().saturating_add(samples.len() / row));
    let blank = vec![0; row];
    let mut above: &[u8] = &blank;
    let mut tried: [Vec<u8>; 5] = Default::default();
    for current in samples.chunks(row) {
        for (kind, bytes) in tried.iter_mut().enumerate() {
            bytes.clear();
            let left = std::iter::repeat_n(&0, pixel).chain(current);
            let above_left = std::iter::repeat_n(&0, pixel).chain(above);
            let around = left.zip(above).zip(above_left);
            bytes.extend(current.iter().zip(around).map(|(value, ((left, up), corner))| {
                value.wrapping_sub(match kind {
                    0 => 0,
                    1 => *left,
                    2 => *up,
                    3 => left.midpoint(*up),
                    _ => paeth(*left, *up, *corner),
                })
            }));
        }
        let cost =
            |bytes: &[u8]| bytes.iter().map(|byte| u64::from(byte.cast_signed().unsigned_abs())).sum::<u64>();
        let best = tried.iter().enumerate().min_by_key(|(_, bytes)| cost(bytes));
        if let Some((kind, bytes)) = best {
            out.push(kind as u8);
            out.extend_from_slice(bytes);
        }
        above = current;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let estimate = a.wrapping_add(b).wrapping_sub(c);
    let [to_left, to_up, to_corner] = [a, b, c].map(|value| estimate.wrapping_sub(value).unsigned_abs());
    if to_left <= to_up && to_left <= to_corner {
        left
    } else if to_up <= to_corner {
        up
    } else {
        corner
    }
}
