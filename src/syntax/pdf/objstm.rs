//! Object streams: ISO 32000-2, 7.5.7.

use super::error::PdfError;
use super::lexer::{LexError, Lexer};
use super::object::{Dictionary, Object, ObjectId};

/// A decoded object stream.
#[derive(Debug)]
pub(crate) struct ObjectStream {
    id: ObjectId,
    bytes: Vec<u8>,
    /// Object number and offset into `bytes`.
    pub(crate) numbers: Vec<(u32, usize)>,
}

impl ObjectStream {
    pub(crate) fn new(id: ObjectId, dictionary: &Dictionary, bytes: Vec<u8>) -> Result<Self, PdfError> {
        let malformed = |what| PdfError::Malformed { id, what };
        let integer = |key: &[u8]| dictionary.integer(key).and_then(|value| usize::try_from(value).ok());
        let first = integer(b"First").ok_or_else(|| malformed("/First is missing"))?;
        let count = integer(b"N").ok_or_else(|| malformed("/N is missing"))?;
        let mut lexer = Lexer::whole(&bytes, 1);
        let mut numbers = Vec::new();
        for _ in 0..count {
            lexer.skip_space();
            let Ok(number) = lexer.unsigned() else { break };
            lexer.skip_space();
            let Ok(offset) = lexer.unsigned() else { break };
            if let (Ok(number), Ok(offset)) = (u32::try_from(number), usize::try_from(offset)) {
                numbers.push((number, offset.saturating_add(first)));
            }
        }
        Ok(Self { id, bytes, numbers })
    }

    /// Decoded bytes.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The object, and how many bytes it is written in.
    pub(crate) fn object(&self, number: u32, index: u32, depth: usize) -> Result<(Object, usize), PdfError> {
        let named = self.numbers.get(index as usize).filter(|(found, _)| *found == number);
        let Some((_, at)) = named.or_else(|| self.numbers.iter().find(|(found, _)| *found == number)) else {
            return Err(PdfError::Malformed { id: self.id, what: "the object stream lacks an object" });
        };
        let mut lexer = Lexer::whole(self.bytes.get(*at..).unwrap_or(&[]), depth);
        let object = lexer.object().map_err(|error| match error {
            LexError::TooDeep => PdfError::lex(error, 0, depth),
            _ => PdfError::Malformed { id: self.id, what: "an object in the object stream is malformed" },
        })?;
        Ok((object, lexer.position()))
    }
}
