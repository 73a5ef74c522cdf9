//! Runs of bytes: ISO 32000-2, 7.4.5.

use std::io::{self, BufReader, Read};

/// `RunLengthDecode`: a length byte, then that many bytes as they are or one byte that is repeated; 128 ends.
pub(super) struct RunLength<R> {
    inner: io::Bytes<BufReader<R>>,
    run: Run,
}

#[derive(Clone, Copy)]
enum Run {
    Literal(u16),
    Repeated(u8, u16),
    Ended,
}

impl<R: Read> RunLength<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner: BufReader::new(inner).bytes(), run: Run::Literal(0) }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.run {
                Run::Ended => return Ok(None),
                Run::Repeated(byte, left) if left > 0 => {
                    self.run = Run::Repeated(byte, left.saturating_sub(1));
                    return Ok(Some(byte));
                }
                Run::Literal(left) if left > 0 => {
                    self.run = Run::Literal(left.saturating_sub(1));
                    return self.inner.next().transpose();
                }
                Run::Literal(_) | Run::Repeated(..) => {
                    self.run = match self.inner.next().transpose()? {
                        None | Some(128) => Run::Ended,
                        Some(length @ 0..=127) => Run::Literal(u16::from(length).saturating_add(1)),
                        Some(length) => match self.inner.next().transpose()? {
                            Some(byte) => Run::Repeated(byte, 257_u16.saturating_sub(u16::from(length))),
                            None => Run::Ended,
                        },
                    };
                }
            }
        }
    }
}

impl<R: Read> Read for RunLength<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0_usize;
        for place in buffer {
            let Some(byte) = self.byte()? else { break };
            *place = byte;
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}
