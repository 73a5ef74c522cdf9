//! HTTP/1.1 (RFC 9112) as far as a sandbox needs it: bounded, and able to break a connection on purpose,
//! which server libraries do not offer.

use std::collections::HashMap;
use std::io::{self, Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Reply;
use super::provider::header;

/// Connections at once, each with a thread.
const MOST_CONNECTIONS: usize = 32;
/// Bytes of the request line and the headers.
const MOST_HEAD: usize = 32 << 10;
/// Headers.
const MOST_HEADERS: usize = 100;
/// Bytes of a body.
const MOST_BODY: usize = 16 << 20;
/// How long a connection may be idle, and how long one request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it was read.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is done about a request.
pub(super) enum Answer {
    Reply(Reply),
    /// The connection breaks.
    Drop,
}

type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Shared {
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

/// A server: it stops when it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(
        listener: TcpListener,
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            stopping: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let seen = Arc::clone(&shared);
        let acceptor =
            thread::Builder::new().name("sandbox".to_owned()).spawn(move || accept(&listener, &seen))?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        // Wakes the acceptor, which waits for a connection.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    let mut count = 0_u64;
    for stream in listener.incoming() {
        if shared.stopping() {
            break;
        }
        let Ok(stream) = stream else {
            // Out of file descriptors, most likely: whoever has one may give it back meanwhile.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        threads.retain(|thread| !thread.is_finished());
        count = count.wrapping_add(1);
        if threads.len() >= MOST_CONNECTIONS {
            refuse(&stream);
            continue;
        }
        let (number, shared) = (count, Arc::clone(shared));
        let serving = thread::Builder::new().name(format!("sandbox {number}")).spawn(move || {
            if let Ok(clone) = stream.try_clone() {
                shared.open().insert(number, clone);
                let _open = Open { number, shared: &shared };
                // Who stops the server looks at `open` after it said so: one of the two sees the other.
                if !shared.stopping() {
                    let _ = serve(&stream, &shared);
                }
            }
        });
        threads.extend(serving);
    }
    for stream in shared.open().values() {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in threads {
        let _ = thread.join();
    }
}

/// A connection that is served: it ends with this, also when whoever serves it panics.
struct Open<'s> {
    number: u64,
    shared: &'s Shared,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.shared.open().remove(&self.number) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn refuse(mut stream: &TcpStream) {
    let _ = stream.set_write_timeout(Some(Duration::from_millis(200)));
    let _ = stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n");
}

/// Answers requests until either side has had enough.
fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut connection = Connection { stream, read: Vec::new() };
    loop {
        let request = match connection.request() {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(Bad::Io(error)) => return Err(error),
            Err(Bad::Status(status)) => return connection.reply(&Reply::status(status), false, true),
        };
        let close = header(&request.headers, "Connection")
            .is_some_and(|value| value.to_ascii_lowercase().contains("close"));
        match (shared.handler)(&request) {
            Answer::Drop => return Ok(()),
            Answer::Reply(reply) => connection.reply(&reply, request.method == "HEAD", close)?,
        }
        if close || shared.stopping() {
            return Ok(());
        }
    }
}

/// A request that is not one.
enum Bad {
    Io(io::Error),
    /// It is answered with this status, and the connection ends.
    Status(u16),
}

impl From<io::Error> for Bad {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Head {
    request: Request,
    /// Bytes of the head.
    len: usize,
    /// Bytes of the body.
    body: usize,
    /// The client waits to be told to go on.
    expects: bool,
}

struct Connection<'s> {
    stream: &'s TcpStream,
    /// Read, and not yet made sense of.
    read: Vec<u8>,
}

impl Connection<'_> {
    /// The next request; none when the client has no more.
    fn request(&mut self) -> Result<Option<Request>, Bad> {
        let mut until = None;
        let head = loop {
            if let Some(head) = head(&self.read)? {
                break head;
            }
            if self.read.len() >= MOST_HEAD {
                return Err(Bad::Status(431));
            }
            if self.more(&mut until)? == 0 {
                return if self.read.is_empty() { Ok(None) } else { Err(Bad::Status(400)) };
            }
        };
        if head.expects && self.read.len() < head.len.saturating_add(head.body) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let end = head.len.saturating_add(head.body);
        while self.read.len() < end {
            if self.more(&mut until)? == 0 {
                return Err(Bad::Status(400));
            }
        }
        let rest = self.read.split_off(end);
        let whole = std::mem::replace(&mut self.read, rest);
        let body = whole.get(head.len..).unwrap_or(&[]).to_vec();
        Ok(Some(Request { body, ..head.request }))
    }

    /// Reads more; a request that began to arrive has so much time to arrive whole.
    fn more(&mut self, until: &mut Option<Instant>) -> io::Result<usize> {
        let now = Instant::now();
        let left = match until {
            Some(until) => until.saturating_duration_since(now),
            None => PATIENCE,
        };
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut buffer = [0; 16 << 10];
        let count = self.stream.read(&mut buffer)?;
        until.get_or_insert_with(|| now.checked_add(PATIENCE).unwrap_or(now));
        self.read.extend_from_slice(buffer.get(..count).unwrap_or(&[]));
        Ok(count)
    }

    fn reply(&mut self, reply: &Reply, head_only: bool, close: bool) -> io::Result<()> {
        let body = reply.bytes();
        let mut out = Vec::with_capacity(body.len().saturating_add(512));
        write!(out, "HTTP/1.1 {} {}\r\n", reply.code(), reason(reply.code()))?;
        for (name, value) in reply.headers() {
            write!(out, "{name}: {value}\r\n")?;
        }
        let connection = if close { "close" } else { "keep-alive" };
        write!(out, "Content-Length: {}\r\nConnection: {connection}\r\n\r\n", body.len())?;
        if !head_only {
            out.extend_from_slice(body);
        }
        self.stream.write_all(&out)
    }
}

/// Reads the head, once it is there whole.
fn head(bytes: &[u8]) -> Result<Option<Head>, Bad> {
    let mut room = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut room);
    let len = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Bad::Status(431)),
        Err(_) => return Err(Bad::Status(400)),
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Bad::Status(400));
    let mut headers = Vec::with_capacity(parsed.headers.len());
    for one in parsed.headers.iter() {
        headers.push((one.name.to_owned(), text(one.value)?));
    }
    let target = parsed.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if header(&headers, "Transfer-Encoding").is_some() {
        return Err(Bad::Status(411));
    }
    let mut body = None;
    for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Content-Length")) {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let stated = value.parse::<usize>().ok().filter(|_| digits);
        // A number too large for us is a body too large for us.
        let stated = stated.or((digits && !value.is_empty()).then_some(usize::MAX));
        match (stated, body) {
            (Some(stated), None) => body = Some(stated),
            (Some(stated), Some(before)) if stated == before => {}
            _ => return Err(Bad::Status(400)),
        }
    }
    let body = body.unwrap_or(0);
    if body > MOST_BODY {
        return Err(Bad::Status(413));
    }
    let expects = header(&headers, "Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    let request = Request {
        method: parsed.method.unwrap_or("GET").to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    };
    Ok(Some(Head { request, len, body, expects }))
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
