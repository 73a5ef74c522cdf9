//! PEM blocks (RFC 7468, and RFC 1421 headers where old software still writes them).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One block: everything between its BEGIN and END lines.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    body: &'a [u8],
}

/// The blocks of a text, in order; what stands between them is skipped.
pub(crate) struct Blocks<'a> {
    rest: &'a [u8],
}

pub(crate) const fn blocks(text: &[u8]) -> Blocks<'_> {
    Blocks { rest: text }
}

impl<'a> Iterator for Blocks<'a> {
    /// A block, or why the next one cannot be told.
    type Item = Result<Block<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        const BEGIN: &[u8] = b"-----BEGIN ";
        const DASHES: &[u8] = b"-----";
        let start = memchr::memmem::find(self.rest, BEGIN)?;
        let from_label = self.rest.get(start.checked_add(BEGIN.len())?..)?;
        self.rest = &[];
        let Some(label_len) = memchr::memmem::find(from_label, DASHES) else {
            return Some(Err("its BEGIN line has no end"));
        };
        let label = from_label.get(..label_len)?;
        let body = from_label.get(label_len.checked_add(DASHES.len())?..)?;
        let Ok(label) = std::str::from_utf8(label) else { return Some(Err("its label is not text")) };
        let end_line = format!("-----END {label}-----");
        let Some(end) = memchr::memmem::find(body, end_line.as_bytes()) else {
            return Some(Err("its END line is missing"));
        };
        self.rest = body.get(end.checked_add(end_line.len())?..)?;
        Some(Ok(Block { label, body: body.get(..end)? }))
    }
}

impl<'a> Block<'a> {
    /// The value of an RFC 1421 header.
    #[cfg(feature = "signer")]
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        let head = self.body.get(..self.headers_end())?;
        std::str::from_utf8(head).ok()?.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Headers end with an empty line.
    fn headers_end(&self) -> usize {
        if !self.body.contains(&b':') {
            return 0;
        }
        let empty_line =
            [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|line| memchr::memmem::find(self.body, line)).min();
        empty_line.map_or(0, |at| at.saturating_add(1))
    }

    /// The decoded contents.
    pub(crate) fn decode(&self) -> Result<Vec<u8>, base64::DecodeError> {
        let digits = self.body.get(self.headers_end()..).unwrap_or(&[]);
        let mut digits: Vec<u8> = digits.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let decoded = STANDARD.decode(&digits);
        // It may be a private key.
        #[cfg(feature = "signer")]
        zeroize::Zeroize::zeroize(&mut digits);
        digits.clear();
        decoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_between_other_text() {
        let text =
            b"Bag Attributes\n-----BEGIN A-----\r\nAQI\r\nD\r\n-----END A-----\nx\n-----BEGIN B-----\n\
                     Proc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nBA==\n-----END B-----";
        let found: Vec<_> = blocks(text).map(|block| block.unwrap()).collect();
        assert_eq!(found.iter().map(|block| block.label).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(found[0].decode().unwrap(), [1, 2, 3]);
        assert_eq!(found[1].decode().unwrap(), [4]);
        #[cfg(feature = "signer")]
        assert_eq!((found[1].header("dek-info"), found[0].header("DEK-Info")), (Some("X,00"), None));
    }

    #[test]
    fn broken_blocks_are_told() {
        assert!(blocks(b"-----BEGIN A-----\nAQID\n-----END B-----").next().unwrap().is_err());
        assert!(blocks(b"-----BEGIN A").next().unwrap().is_err());
        assert!(blocks(b"no block here").next().is_none());
        assert!(blocks(b"-----BEGIN A-----\n!!\n-----END A-----").next().unwrap().unwrap().decode().is_err());
    }
}
