//! Stream filters, but those of images: ISO 32000-2, 7.4.

#![warn(clippy::arithmetic_side_effects)]

mod ascii;
mod lzw;
mod run_length;

use std::io::{self, Read};

use smallvec::SmallVec;

use super::error::PdfError;
use super::object::{Dictionary, Object, ObjectId};

/// How a stream's data is to be read: one step after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decoding {
    steps: SmallVec<[Step; 1]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Flate(Predictor),
    /// With `/EarlyChange`: codes grow one code earlier than they need to.
    Lzw(Predictor, bool),
    AsciiHex,
    Ascii85,
    RunLength,
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

/// The most filters that one stream may have; a producer uses two at most.
const STEPS: usize = 4;

/// The most bytes that may stand between two filters of one stream.
const BETWEEN: u64 = 1 << 30;

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
        let mut decoding = Self::default();
        for (index, filter) in filters.iter().enumerate() {
            let parameters = match dictionary.get(b"DecodeParms").or_else(|| dictionary.get(b"DP")) {
                Some(Object::Array(items)) => items.get(index).and_then(Object::as_dictionary),
                Some(Object::Dictionary(parameters)) => Some(parameters),
                _ => None,
            };
            let predictor = || parameters.map_or(Ok(Predictor::None), predictor);
            let step = match filter.as_name() {
                Some(b"Crypt") => continue,
                Some(b"FlateDecode" | b"Fl") => Step::Flate(predictor()?),
                Some(b"LZWDecode" | b"LZW") => {
                    let early = parameters.and_then(|entries| entries.integer(b"EarlyChange")) != Some(0);
                    Step::Lzw(predictor()?, early)
                }
                Some(b"ASCIIHexDecode" | b"AHx") => Step::AsciiHex,
                Some(b"ASCII85Decode" | b"A85") => Step::Ascii85,
                Some(b"RunLengthDecode" | b"RL") => Step::RunLength,
                other => {
                    let name = String::from_utf8_lossy(other.unwrap_or(b"(not a name)"));
                    return Err(PdfError::Unsupported { what: format!("filter {name}") });
                }
            };
            if decoding.steps.len() >= STEPS {
                return Err(PdfError::Limit { what: "filters on one stream", limit: STEPS as u64 });
            }
            decoding.steps.push(step);
        }
        Ok(decoding)
    }

    /// The decoded bytes of `data`.
    pub(crate) fn reader<'a, R: Read + 'a>(&self, data: R) -> Box<dyn Read + 'a> {
        let mut reader: Box<dyn Read + 'a> = match self.steps.first() {
            None => return Box::new(data),
            Some(step) => step.reader(data),
        };
        for step in self.steps.iter().skip(1) {
            // Without a bound, two filters that both inflate could work for hours on nothing.
            reader = step.reader(reader.take(BETWEEN));
        }
        reader
    }

    /// All decoded bytes of the stream `id`, at most `limit`. Damage after the last whole byte is passed
    /// over.
    pub(crate) fn all(&self, id: ObjectId, data: &[u8], limit: u64) -> Result<Vec<u8>, PdfError> {
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

impl Step {
    fn reader<'a, R: Read + 'a>(self, data: R) -> Box<dyn Read + 'a> {
        match self {
            Self::Flate(predictor) => predictor.reader(flate2::read::ZlibDecoder::new(data)),
            Self::Lzw(predictor, early) => predictor.reader(lzw::Lzw::new(data, early)),
            Self::AsciiHex => Box::new(ascii::AsciiHex::new(data)),
            Self::Ascii85 => Box::new(ascii::Ascii85::new(data)),
            Self::RunLength => Box::new(run_length::RunLength::new(data)),
        }
    }
}

impl Predictor {
    fn reader<'a, R: Read + 'a>(self, data: R) -> Box<dyn Read + 'a> {
        match self {
            Self::None => Box::new(data),
            Self::Png { row, pixel } => Box::new(Unpredict::new(data, row, pixel)),
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

    fn flate(predictor: Predictor) -> Decoding {
        Decoding { steps: SmallVec::from_slice(&[Step::Flate(predictor)]) }
    }

    /// Decodes by a stream dictionary as it is written.
    fn decode(dictionary: &str, data: &[u8]) -> Result<Vec<u8>, PdfError> {
        let object = super::super::lexer::Lexer::whole(dictionary.as_bytes(), 9).object().unwrap();
        Decoding::of(object.as_dictionary().unwrap())?.all(ID, data, 1000)
    }

    #[test]
    fn every_filter_of_a_content_stream() {
        let done = |dictionary, data| decode(dictionary, data).unwrap();
        assert_eq!(done("<<>>", b"as it is"), b"as it is");
        assert_eq!(done("<</Filter/ASCIIHexDecode>>", b"48 65\n6C6c 6F7>junk"), b"Hellop");
        assert_eq!(done("<</Filter[/AHx]>>", b"4865"), b"He", "no end mark");
        // Python's base64.a85encode.
        assert_eq!(done("<</Filter/ASCII85Decode>>", b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(done("<</Filter/A85>>", b"<~87cUR D]i,\"\nEbo7~> 87"), b"Hello World");
        assert_eq!(done("<</Filter/A85>>", b"z87cUR~>"), b"\0\0\0\0Hell");
        assert_eq!(done("<</Filter/RunLengthDecode>>", &[2, b'a', b'b', b'c', 254, b'x', 128, 9]), b"abcxxx");
        // The example of ISO 32000-2, 7.4.4.2.
        let lzw = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(done("<</Filter/LZWDecode>>", &lzw), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        let hex: String = lzw.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(done("<</Filter[/AHx/Crypt/LZW]>>", hex.as_bytes()).len(), 10, "one after the other");
    }

    #[test]
    fn long_lzw_data_with_either_change_of_width() {
        let text: Vec<u8> = (0..40_000_u32).map(|at| (at.wrapping_mul(at) >> 5) as u8 & 31).collect();
        let early = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&text);
        let late = weezl::encode::Encoder::new(weezl::BitOrder::Msb, 8).encode(&text);
        for (dictionary, data) in [
            ("<</Filter/LZWDecode>>", early.unwrap()),
            ("<</Filter/LZWDecode/DecodeParms<</EarlyChange 0>>>>", late.unwrap()),
        ] {
            let object = super::super::lexer::Lexer::whole(dictionary.as_bytes(), 9).object().unwrap();
            let decoding = Decoding::of(object.as_dictionary().unwrap()).unwrap();
            assert_eq!(decoding.all(ID, &data, 1 << 20).unwrap(), text);
            let cut = decoding.all(ID, &data[..data.len() / 2], 1 << 20).unwrap();
            assert!(text.starts_with(&cut) && cut.len() > text.len() / 3, "as far as it goes");
        }
    }

    #[test]
    fn filters_are_bounded() {
        let runs = [129, b'x'].repeat(8);
        assert!(matches!(decode("<</Filter/RL>>", &runs), Err(PdfError::Limit { limit: 1000, .. })));
        assert!(matches!(decode("<</Filter[/RL/RL/RL/RL/RL]>>", b""), Err(PdfError::Limit { limit: 4, .. })));
        assert!(matches!(decode("<</Filter/DCTDecode>>", b""), Err(PdfError::Unsupported { .. })));
        for filter in ["LZW", "A85", "AHx", "RL", "Fl"] {
            // Whatever it is, it ends.
            let _ = decode(&format!("<</Filter/{filter}>>"), b"\x80\xFF~ zz\x00>uuuuu!");
        }
    }

    #[test]
    fn png_rows_are_restored() {
        // Three rows of four bytes, filtered by hand with None, Sub, Up.
        let filtered = [0, 1, 2, 3, 4, 1, 5, 1, 1, 1, 2, 1, 1, 1, 1];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&filtered).unwrap();
        let data = encoder.finish().unwrap();
        let decoding = flate(Predictor::Png { row: 4, pixel: 1 });
        assert_eq!(decoding.all(ID, &data, 100).unwrap(), [1, 2, 3, 4, 5, 6, 7, 8, 6, 7, 8, 9]);
    }

    #[test]
    fn corrupt_data_is_the_documents_damage() {
        let decoding = flate(Predictor::None);
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
        let decoding = flate(Predictor::None);
        assert!(matches!(decoding.all(ID, &data, 1000), Err(PdfError::Limit { limit: 1000, .. })));
    }
}
