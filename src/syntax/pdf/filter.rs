//! Stream filters that cross-reference and object streams use: ISO 32000-2, 7.4.

#![warn(clippy::arithmetic_side_effects)]

use std::io::{self, Read};

use super::error::PdfError;
use super::object::{Dictionary, Object, ObjectId};

/// How a stream's data is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decoding {
    flate: bool,
    predictor: Predictor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Predictor {
    None,
    /// PNG filters over rows of this many bytes, with this many bytes to a pixel.
    Png {
        row: usize,
        pixel: usize,
    },
}

/// The widest row that a predictor may have, in bytes.
const ROW_LIMIT: usize = 1 << 20;

impl Decoding {
    /// From a stream dictionary whose filter entries are direct. A `Crypt` filter is passed over: the
    /// data that comes here is decrypted.
    pub(crate) fn of(dictionary: &Dictionary) -> Result<Self, PdfError> {
        let one;
        let filters = match dictionary.get(b"Filter") {
            None => &[][..],
            Some(Object::Array(items)) => items,
            Some(other) => {
                one = [other.clone()];
                &one[..]
            }
        };
        let mut decoding = Self { flate: false, predictor: Predictor::None };
        for (index, filter) in filters.iter().enumerate() {
            match filter.as_name() {
                Some(b"Crypt") => {}
                Some(b"FlateDecode" | b"Fl") if !decoding.flate => {
                    decoding.flate = true;
                    let parameters = match dictionary.get(b"DecodeParms").or_else(|| dictionary.get(b"DP")) {
                        Some(Object::Array(items)) => items.get(index).and_then(Object::as_dictionary),
                        Some(Object::Dictionary(parameters)) => Some(parameters),
                        _ => None,
                    };
                    decoding.predictor = parameters.map_or(Ok(Predictor::None), predictor)?;
                }
                other => {
                    let name = String::from_utf8_lossy(other.unwrap_or(b"(not a name)"));
                    return Err(PdfError::Unsupported {
                        what: format!("filter {name} on a cross-reference or object stream"),
                    });
                }
            }
        }
        Ok(decoding)
    }

    /// The decoded bytes of `data`.
    pub(crate) fn reader<'a, R: Read + 'a>(self, data: R) -> Box<dyn Read + 'a> {
        match (self.flate, self.predictor) {
            (false, _) => Box::new(data),
            (true, Predictor::None) => Box::new(flate2::read::ZlibDecoder::new(data)),
            (true, Predictor::Png { row, pixel }) => {
                Box::new(Unpredict::new(flate2::read::ZlibDecoder::new(data), row, pixel))
            }
        }
    }

    /// All decoded bytes of the stream `id`, at most `limit`. Damage after the last whole byte is passed
    /// over.
    pub(crate) fn all(self, id: ObjectId, data: &[u8], limit: u64) -> Result<Vec<u8>, PdfError> {
        let mut bytes = Vec::new();
        let result = self.reader(data).take(limit.saturating_add(1)).read_to_end(&mut bytes);
        if bytes.len() as u64 > limit {
            return Err(PdfError::Limit { what: "inflated bytes in one stream", limit });
        }
        match result {
            // The bytes are in memory: nothing but they can be at fault.
            Err(_) if bytes.is_empty() => {
                Err(PdfError::Malformed { id, what: "its compressed data cannot be read" })
            }
            _ => Ok(bytes),
        }
    }
}

/// Whether reading failed because of the data, not of the source.
pub(crate) fn is_corrupt(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

fn predictor(parameters: &Dictionary) -> Result<Predictor, PdfError> {
    let number = |key: &[u8], default: usize| match parameters.integer(key) {
        None => Some(default),
        Some(value) => usize::try_from(value).ok().filter(|value| *value <= ROW_LIMIT),
    };
    let too_wide = || PdfError::Limit { what: "bytes in a predictor's row", limit: ROW_LIMIT as u64 };
    match parameters.integer(b"Predictor").unwrap_or(1) {
        1 => Ok(Predictor::None),
        10..=15 => {
            let colors = number(b"Colors", 1).ok_or_else(too_wide)?;
            let bits = number(b"BitsPerComponent", 8).ok_or_else(too_wide)?;
            let columns = number(b"Columns", 1).ok_or_else(too_wide)?;
            let pixel_bits = colors.saturating_mul(bits);
            let row = pixel_bits.saturating_mul(columns).div_ceil(8);
            if row == 0 || row > ROW_LIMIT {
                return Err(too_wide());
            }
            Ok(Predictor::Png { row, pixel: pixel_bits.div_ceil(8).max(1) })
        }
        other => Err(PdfError::Unsupported { what: format!("predictor {other}") }),
    }
}

/// Undoes PNG filters (ISO/IEC 15948, 9.2) row by row.
struct Unpredict<R> {
    inner: R,
    pixel: usize,
    previous: Vec<u8>,
    current: Vec<u8>,
    served: usize,
}

impl<R: Read> Unpredict<R> {
    fn new(inner: R, row: usize, pixel: usize) -> Self {
        Self { inner, pixel, previous: vec![0; row], current: vec![0; row], served: row }
    }

    /// Reads the next row; false at the end.
    fn next_row(&mut self) -> io::Result<bool> {
        std::mem::swap(&mut self.previous, &mut self.current);
        let mut kind = [0];
        if fill(&mut self.inner, &mut kind)? == 0 {
            return Ok(false);
        }
        let count = fill(&mut self.inner, &mut self.current)?;
        if count == 0 {
            return Ok(false);
        }
        if let Some(missing) = self.current.get_mut(count..) {
            missing.fill(0);
        }
        let [kind] = kind;
        for index in 0..self.current.len() {
            let left_at = index.checked_sub(self.pixel);
            let pick = |row: &[u8], at: Option<usize>| at.and_then(|at| row.get(at).copied()).unwrap_or(0);
            let left = pick(&self.current, left_at);
            let up = pick(&self.previous, Some(index));
            let corner = pick(&self.previous, left_at);
            let predicted = match kind {
                1 => left,
                2 => up,
                3 => (u16::from(left).saturating_add(u16::from(up)) >> 1) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(byte) = self.current.get_mut(index) {
                *byte = byte.wrapping_add(predicted);
            }
        }
        self.served = 0;
        Ok(true)
    }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [i16::from(left), i16::from(up), i16::from(corner)];
    let estimate = a.saturating_add(b).saturating_sub(c);
    let [pa, pb, pc] = [a, b, c].map(|value| estimate.saturating_sub(value).saturating_abs());
    if pa <= pb && pa <= pc {
        left
    } else if pb <= pc {
        up
    } else {
        corner
    }
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0_usize;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => done = done.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

impl<R: Read> Read for Unpredict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (self.served >= self.current.len() && !self.next_row()?) {
            return Ok(0);
        }
        let rest = self.current.get(self.served..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.served = self.served.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const ID: ObjectId = ObjectId { number: 1, generation: 0 };

    #[test]
    fn png_rows_are_restored() {
        // Three rows of four bytes, filtered by hand with None, Sub, Up.
        let filtered = [0, 1, 2, 3, 4, 1, 5, 1, 1, 1, 2, 1, 1, 1, 1];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&filtered).unwrap();
        let data = encoder.finish().unwrap();
        let decoding = Decoding { flate: true, predictor: Predictor::Png { row: 4, pixel: 1 } };
        assert_eq!(decoding.all(ID, &data, 100).unwrap(), [1, 2, 3, 4, 5, 6, 7, 8, 6, 7, 8, 9]);
    }

    #[test]
    fn corrupt_data_is_the_documents_damage() {
        let decoding = Decoding { flate: true, predictor: Predictor::None };
        for data in [b"not deflate at all".as_slice(), &[0x78, 0x9C, 0xFF, 0xFF], b""] {
            let error = decoding.reader(data).read_to_end(&mut Vec::new()).unwrap_err();
            assert!(is_corrupt(&error), "{error:?}");
            assert!(decoding.all(ID, data, 1000).is_err_and(|error| error.may_be_damage()));
        }
    }

    #[test]
    fn inflating_stops_at_the_limit() {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&[0; 100_000]).unwrap();
        let data = encoder.finish().unwrap();
        let decoding = Decoding { flate: true, predictor: Predictor::None };
        assert!(matches!(decoding.all(ID, &data, 1000), Err(PdfError::Limit { limit: 1000, .. })));
    }
}
