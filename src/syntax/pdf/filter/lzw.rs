//! LZW: ISO 32000-2, 7.4.4.

use std::io::{self, BufRead, BufReader, Read};

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

/// `LZWDecode` as a reader.
pub(super) struct Lzw<R> {
    inner: BufReader<R>,
    decoder: Decoder,
}

impl<R: Read> Lzw<R> {
    /// With `early`, codes become wider one code before they have to.
    pub(super) fn new(inner: R, early: bool) -> Self {
        let decoder = if early {
            Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
        } else {
            Decoder::new(BitOrder::Msb, 8)
        };
        Self { inner: BufReader::new(inner), decoder }
    }
}

impl<R: Read> Read for Lzw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let input = self.inner.fill_buf()?;
            let at_end = input.is_empty();
            let step = self.decoder.decode_bytes(input, buffer);
            self.inner.consume(step.consumed_in);
            if step.consumed_out > 0 {
                return Ok(step.consumed_out);
            }
            match step.status {
                Ok(LzwStatus::Done) => return Ok(0),
                Ok(LzwStatus::Ok | LzwStatus::NoProgress) if !at_end && step.consumed_in > 0 => {}
                Ok(_) => return Ok(0),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
    }
}
