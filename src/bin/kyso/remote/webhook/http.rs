//! As much of HTTP/1.1 as receiving a call needs: one request to a connection, all of it bounded.

use std::io::{self, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Connections at once.
const MOST_CONNECTIONS: usize = 16;

/// Bytes of the request line and the headers.
const MOST_HEAD: usize = 16 << 10;

/// Headers.
const MOST_HEADERS: usize = 64;

/// How long a request may take to arrive, whatever its pace.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Takes calls until `stop` says so. `answer` makes a status of a body.
pub(super) fn serve(
    listener: &TcpListener,
    most_body: usize,
    stop: impl Fn() -> bool,
    answer: impl Fn(&[u8]) -> u16 + Sync,
) -> io::Result<()> {
    // Waiting for a connection would not see that it is time to stop.
    listener.set_nonblocking(true)?;
    let open = AtomicUsize::new(0);
    thread::scope(|scope| {
        while !stop() {
            let Ok((stream, _)) = listener.accept() else {
                thread::sleep(LOOK);
                continue;
            };
            if open.fetch_add(1, Ordering::AcqRel) >= MOST_CONNECTIONS {
                open.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            let (open, answer) = (&open, &answer);
            scope.spawn(move || {
                // A connection that breaks is the caller's own loss.
                let _ = converse(stream, most_body, answer);
                open.fetch_sub(1, Ordering::AcqRel);
            });
        }
    });
    Ok(())
}

fn converse(mut stream: TcpStream, most_body: usize, answer: impl Fn(&[u8]) -> u16) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let status = match read(&mut Timed::new(&stream), most_body) {
        Ok(body) => answer(&body),
        Err(Refused::Status(status)) => status,
        Err(Refused::Io(error)) => return Err(error),
    };
    let reason = match status {
        200 => "OK",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Bad Request",
    };
    let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)
}

/// Why a request is not taken.
enum Refused {
    Status(u16),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The body of a POST.
fn read(stream: &mut impl Read, most_body: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let (head, length) = loop {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Err(Refused::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        if let Some(found) = head(&bytes)? {
            break found;
        }
        if bytes.len() > MOST_HEAD {
            return Err(Refused::Status(431));
        }
    };
    if length > most_body {
        return Err(Refused::Status(413));
    }
    let mut body = bytes.split_off(head);
    let missing = length.saturating_sub(body.len());
    // Grown as it comes: a length that is only claimed costs nothing.
    stream.take(missing as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(Refused::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    body.truncate(length);
    Ok(body)
}

/// How long the head is, and how long the body will be; none while the head is not whole.
fn head(bytes: &[u8]) -> Result<Option<(usize, usize)>, Refused> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let end = match request.parse(bytes) {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refused::Status(431)),
        Err(_) => return Err(Refused::Status(400)),
    };
    if request.method != Some("POST") {
        return Err(Refused::Status(405));
    }
    let mut lengths =
        request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("Content-Length"));
    let length = lengths.next().map(|header| header.value.trim_ascii());
    let is_plain =
        !request.headers.iter().any(|header| header.name.eq_ignore_ascii_case("Transfer-Encoding"));
    match (length, lengths.next(), is_plain) {
        (Some(digits), None, true) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            // Digits that are no number are too many.
            length.map(|length| Some((end, length))).ok_or(Refused::Status(413))
        }
        (None, None, _) | (_, _, false) => Err(Refused::Status(411)),
        _ => Err(Refused::Status(400)),
    }
}

/// A stream that gives up when all of it takes too long.
struct Timed<'s> {
    stream: &'s TcpStream,
    until: Instant,
}

impl<'s> Timed<'s> {
    fn new(stream: &'s TcpStream) -> Self {
        Self { stream, until: Instant::now() + PATIENCE }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(mut text: &[u8]) -> Result<Vec<u8>, u16> {
        read(&mut text, 10).map_err(|refused| match refused {
            Refused::Status(status) => status,
            Refused::Io(_) => 0,
        })
    }

    #[test]
    fn bodies_are_read_and_bounded() {
        assert_eq!(status(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcd"), Ok(b"abc".to_vec()));
        assert_eq!(
            status(b"POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n0123456789"),
            Ok(b"0123456789".to_vec())
        );
        for (text, expected) in [
            (b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n".as_slice(), 413),
            (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
            (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            (b"POST / HTTP/1.1\r\n\r\n", 411),
            (b"GET / HTTP/1.1\r\n\r\n", 405),
            (b"\x16\x03\x01\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na", 0),
            (b"", 0),
        ] {
            assert_eq!(status(text), Err(expected), "{}", String::from_utf8_lossy(text));
        }
        let mut long = b"POST / HTTP/1.1\r\nX: ".to_vec();
        long.resize(40_000, b'x');
        assert_eq!(status(&long), Err(431));
    }
}
