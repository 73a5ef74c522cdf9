//! The webhook: VNPT's body, tried again, and never in the way.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use kyso::sandbox::Settings;
use serde_json::{Value, json};

use crate::player::{post, start};

/// A listener that refuses the first `refusals` calls with status 503, and passes on every body.
fn listener(refusals: usize) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, bodies) = channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
            let body = loop {
                let count = stream.read(&mut buffer).unwrap();
                bytes.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
                if let Ok(body) = serde_json::from_str::<Value>(body) {
                    break body;
                }
                assert!(count > 0, "{text}");
            };
            let status = if number < refusals { "503 Busy" } else { "200 OK" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            if sender.send(body).is_err() {
                return;
            }
        }
    });
    (url, bodies)
}

#[test]
fn whoever_listens_is_told_how_transactions_end() {
    let (url, bodies) = listener(1);
    let sandbox = start(Settings::new().webhook(url));
    for id in ["yes", "no", "late"] {
        post(&sandbox, "play/sign", &json!({"id": id, "digests": ["a", "b"]})).unwrap();
    }
    let next = || bodies.recv_timeout(Duration::from_secs(10)).unwrap();
    sandbox.world().approve("play", "yes").unwrap();
    let first = next();
    assert_eq!(first["sp_id"], "kyso-sandbox");
    assert_eq!(first["status_code"], 200);
    assert_eq!(first["transaction_id"], "yes");
    assert_eq!(first["signed_files"][1]["doc_id"], "doc-1");
    assert!(first["signed_files"][1]["signature_value"].as_str().unwrap().len() > 300);
    // The first call was refused: the same comes once more.
    assert_eq!(next(), first);
    sandbox.world().reject("play", "no").unwrap();
    assert_eq!(next()["status_code"], 4002);
    sandbox.world().advance(61);
    let late = next();
    assert_eq!((&late["status_code"], &late["transaction_id"]), (&json!(4001), &json!("late")));
    assert_eq!(late["signed_files"][0], json!({"doc_id": "doc-0"}));
}

#[test]
fn nobody_listens_and_nothing_waits_for_it() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sandbox = start(Settings::new().webhook(format!("http://{closed}/")).webhook_attempts(20));
    post(&sandbox, "play/sign", &json!({"id": "one", "digests": ["a"]})).unwrap();
    assert_eq!(sandbox.world().approve_all(), 1);
    let began = std::time::Instant::now();
    drop(sandbox);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
