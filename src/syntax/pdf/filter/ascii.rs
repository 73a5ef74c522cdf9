//! Bytes as text: ISO 32000-2, 7.4.2 and 7.4.3.

use std::io::{self, BufReader, Read};

use super::super::lexer::is_space;

/// `ASCIIHexDecode`: pairs of hex digits up to `>`. What is no digit is passed over, as in other readers.
pub(super) struct AsciiHex<R> {
    inner: io::Bytes<BufReader<R>>,
    ended: bool,
}

impl<R: Read> AsciiHex<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner: BufReader::new(inner).bytes(), ended: false }
    }

    fn digit(&mut self) -> io::Result<Option<u8>> {
        while !self.ended {
            let Some(byte) = self.inner.next().transpose()? else { break };
            match byte {
                b'>' => break,
                b'0'..=b'9' => return Ok(Some(byte & 15)),
                b'a'..=b'f' | b'A'..=b'F' => return Ok(Some((byte & 15).saturating_add(9))),
                _ => {}
            }
        }
        self.ended = true;
        Ok(None)
    }
}

impl<R: Read> Read for AsciiHex<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0_usize;
        for place in buffer {
            let Some(high) = self.digit()? else { break };
            // The digit that is missing at the end is 0.
            *place = (high << 4) | self.digit()?.unwrap_or(0);
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}

/// `ASCII85Decode`: five characters for four bytes, `z` for four zeros, up to `~>`.
pub(super) struct Ascii85<R> {
    inner: io::Bytes<BufReader<R>>,
    /// Decoded bytes that were not asked for yet, and where the next of them is.
    group: [u8; 4],
    next: usize,
    filled: usize,
    ended: bool,
}

impl<R: Read> Ascii85<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner: BufReader::new(inner).bytes(), group: [0; 4], next: 0, filled: 0, ended: false }
    }

    /// Decodes the next group; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let (mut value, mut digits) = (0_u32, 0_usize);
        self.next = 0;
        self.filled = 0;
        while !self.ended && digits < 5 {
            let Some(byte) = self.inner.next().transpose()? else {
                self.ended = true;
                break;
            };
            match byte {
                b'!'..=b'u' => {
                    let digit = u32::from(byte.saturating_sub(b'!'));
                    value = value.wrapping_mul(85).wrapping_add(digit);
                    digits = digits.saturating_add(1);
                }
                b'z' if digits == 0 => {
                    self.group = [0; 4];
                    self.filled = 4;
                    return Ok(true);
                }
                // Some writers begin with `<~`.
                b'~' if digits == 1 && value == u32::from(b'<' - b'!') => (value, digits) = (0, 0),
                b'~' => self.ended = true,
                _ if is_space(byte) => {}
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "no ASCII85 digit")),
            }
        }
        // A last group of fewer digits stands for one byte less than it has; the missing digits are `u`.
        for _ in digits..5 {
            value = value.wrapping_mul(85).wrapping_add(84);
        }
        self.group = value.to_be_bytes();
        self.filled = digits.saturating_sub(1);
        Ok(self.filled > 0)
    }
}

impl<R: Read> Read for Ascii85<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0_usize;
        for place in buffer {
            if self.next >= self.filled && !self.fill()? {
                break;
            }
            *place = self.group.get(self.next).copied().unwrap_or(0);
            self.next = self.next.saturating_add(1);
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}
