//! The wire between a client and a sandbox: it counts requests, and can be cut at any of them.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything on the wire may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// What the wire does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Pass,
    /// The request does not arrive, and the client hears nothing.
    SilenceBefore,
    /// The request arrives and is acted on; its answer does not come back.
    SilenceAfter,
    /// The answer comes back, and that is told.
    Tell,
    /// The answer comes back after this time.
    Late(Duration),
}

/// What to do with the request of this number, counted from 0, to this path.
type Rule = Box<dyn Fn(usize, &str) -> Deed + Send>;

struct Shared {
    upstream: SocketAddr,
    rule: Mutex<Rule>,
    /// The paths of the requests so far.
    seen: Mutex<Vec<String>>,
    reached: Mutex<bool>,
    changed: Condvar,
    /// The connections that are open.
    open: AtomicUsize,
}

pub(crate) struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Wire {
    pub(crate) fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream,
            rule: Mutex::new(Box::new(|_, _| Deed::Pass)),
            seen: Mutex::default(),
            reached: Mutex::new(false),
            changed: Condvar::new(),
            open: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        // It ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                shared.open.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    serve(&stream, &shared);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From here on, with the requests counted anew.
    pub(crate) fn rule(&self, rule: impl Fn(usize, &str) -> Deed + Send + 'static) {
        *self.shared.reached.lock().unwrap() = false;
        self.shared.seen.lock().unwrap().clear();
        *self.shared.rule.lock().unwrap() = Box::new(rule);
    }

    /// Waits until all that a client sent before it was killed has arrived and has been acted on.
    pub(crate) fn settle(&self) {
        // Connections are taken in the order in which they were made: when this one is over, no earlier one
        // waits to be taken.
        let mut last = TcpStream::connect(self.address).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        last.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(last.read(&mut [0]).unwrap(), 0);
        let began = Instant::now();
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            assert!(began.elapsed() < PATIENCE, "the wire is still busy");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn pass(&self) {
        self.rule(|_, _| Deed::Pass);
    }

    /// The paths of the requests since the rule was made.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Whether something was done to a request; waits for it a moment.
    pub(crate) fn is_reached(&self) -> bool {
        let reached = self.shared.reached.lock().unwrap();
        *self.shared.changed.wait_timeout(reached, Duration::from_millis(20)).unwrap().0
    }
}

impl Shared {
    fn tell(&self) {
        *self.reached.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

fn serve(client: &TcpStream, shared: &Shared) -> Option<()> {
    let prepared = |stream: &TcpStream| {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))
    };
    prepared(client).ok()?;
    let server = TcpStream::connect(shared.upstream).ok()?;
    prepared(&server).ok()?;
    let (mut from_client, mut from_server) = (Vec::new(), Vec::new());
    loop {
        let request = message(client, &mut from_client).ok()??;
        let head = String::from_utf8_lossy(&request);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let number = {
            let mut seen = shared.seen.lock().unwrap();
            seen.push(path.clone());
            seen.len() - 1
        };
        let deed = (shared.rule.lock().unwrap())(number, &path);
        if deed == Deed::SilenceBefore {
            shared.tell();
            return silence(client);
        }
        (&server).write_all(&request).ok()?;
        let Some(response) = message(&server, &mut from_server).ok().flatten() else {
            // The sandbox broke the connection: so does the wire.
            return client.shutdown(Shutdown::Both).ok();
        };
        match deed {
            Deed::SilenceAfter => {
                shared.tell();
                return silence(client);
            }
            Deed::Late(pause) => thread::sleep(pause),
            _ => {}
        }
        (&*client).write_all(&response).ok()?;
        if deed == Deed::Tell {
            shared.tell();
        }
    }
}

/// Keeps the connection open until the client is gone.
fn silence(mut client: &TcpStream) -> Option<()> {
    let mut rest = [0; 1024];
    while client.read(&mut rest).ok()? > 0 {}
    Some(())
}

/// A message with its body, as it is; none when the other side has no more.
fn message(mut stream: &TcpStream, read: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 16 << 10];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let whole = end + 4 + length.map_or(0, |length| length.trim().parse().unwrap());
            if read.len() >= whole {
                let rest = read.split_off(whole);
                return Ok(Some(std::mem::replace(read, rest)));
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}
