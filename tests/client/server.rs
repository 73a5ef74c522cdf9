//! A server that answers as a script says, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What to do with one request.
#[derive(Clone)]
pub(crate) enum Reaction {
    /// Read it whole, answer with these bytes, keep the connection.
    Answer(Vec<u8>),
    /// Read the head alone, close.
    CloseAfterHead,
    /// Read it whole, close without an answer.
    CloseAfterBody,
    /// Read it whole, answer, close.
    AnswerAndClose(Vec<u8>),
    /// Read it whole, and never answer.
    Silence,
    /// Read it whole, then one byte at a time.
    Drip(Vec<u8>),
    /// Read it whole, then this head and zeros for ever.
    Endless(Vec<u8>),
}

/// An HTTP/1.1 response.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    (text + "\r\n" + body).into_bytes()
}

pub(crate) fn ok(body: &str) -> Reaction {
    Reaction::Answer(response(200, &[("Content-Type", "application/json")], body))
}

pub(crate) fn status(status: u16, headers: &[(&str, &str)]) -> Reaction {
    Reaction::Answer(response(status, headers, "{}"))
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// The last reaction is for all further requests.
    pub(crate) fn new(script: Vec<Reaction>) -> Self {
        Self::logging(script, Arc::new(Mutex::new(Vec::new())))
    }

    /// What it sees goes to a log that others write to.
    pub(crate) fn logging(script: Vec<Reaction>, seen: Arc<Mutex<Vec<String>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped) = (Arc::clone(&seen), Arc::clone(&stop));
        thread::spawn(move || {
            let script = Arc::new(Mutex::new(script));
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                thread::spawn(move || serve(stream.unwrap(), &script, &log));
            }
        });
        Self { address, seen, stop }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests, as their first lines.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: TcpStream, script: &Mutex<Vec<Reaction>>, log: &Mutex<Vec<String>>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        log.lock().unwrap().push(head.lines().next().unwrap().to_owned());
        let reaction = {
            let mut script = script.lock().unwrap();
            if script.len() > 1 { script.remove(0) } else { script[0].clone() }
        };
        if matches!(reaction, Reaction::CloseAfterHead) {
            return;
        }
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse())
            })
            .map_or(0, |length: Result<usize, _>| length.unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        match reaction {
            Reaction::Answer(bytes) => stream.write_all(&bytes).unwrap(),
            Reaction::AnswerAndClose(bytes) => {
                stream.write_all(&bytes).unwrap();
                return;
            }
            Reaction::Silence => {
                thread::sleep(Duration::from_secs(5));
                return;
            }
            Reaction::Drip(bytes) => {
                for byte in bytes {
                    if stream.write_all(&[byte]).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            }
            Reaction::Endless(head) => {
                if stream.write_all(&head).is_err() {
                    return;
                }
                while stream.write_all(&[b'0'; 1 << 16]).is_ok() {}
                return;
            }
            Reaction::CloseAfterHead | Reaction::CloseAfterBody => return,
        }
    }
}
