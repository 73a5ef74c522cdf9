//! Requests that are none: each is answered or ended, and the server goes on.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use kyso::sandbox::{Sandbox, Settings};

use crate::player::{get, start};

/// Sends bytes and reads what comes until the connection ends.
fn talk(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    // The server may end it before everything is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn malformed_requests_are_refused() {
    let sandbox = start(Settings::new());
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(40 << 10));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: a\r\n".repeat(200));
    let cases: [(&[u8], &str); 10] = [
        (b"nonsense\r\n\r\n", "400"),
        (b"\0\0\0\0\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", "400"),
        (b"POST /phone HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"),
        (b"POST /phone HTTP/1.1\r\nContent-Length: 16777217\r\n\r\n", "413"),
        (b"POST /phone HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", "413"),
        (b"POST /phone HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
        (b"POST /phone HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", "400"),
        (long.as_bytes(), "431"),
        (many.as_bytes(), "431"),
    ];
    for (bytes, status) in cases {
        let answer = talk(&sandbox, bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown:?}: {answer:?}");
    }
    assert_eq!(talk(&sandbox, b""), "");
    assert_eq!(get(&sandbox, "phone").unwrap().0, 200);
    assert_eq!(get(&sandbox, "nobody/here").unwrap().0, 404);
}

#[test]
fn requests_may_follow_each_other_on_one_connection() {
    let sandbox = start(Settings::new());
    let host = sandbox.address();
    let one = format!("GET /faults HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let answer = talk(&sandbox, format!("{one}{one}{one}").as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
    let waits = format!(
        "PUT /faults HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(waits.as_bytes()).unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("HTTP/1.1 200 OK"), "{rest}");
}

#[test]
fn idle_connections_do_not_lock_others_out_for_ever_nor_delay_the_end() {
    let sandbox = start(Settings::new());
    let idle: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(sandbox.address()).unwrap()).collect();
    // More than there may be: those beyond are told so.
    let began = Instant::now();
    while !talk(&sandbox, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").starts_with("HTTP/1.1 503") {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    drop(idle);
    let began = Instant::now();
    while get(&sandbox, "phone").map_or(0, |(status, _)| status) != 200 {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    let _idle: Vec<TcpStream> = (0..5).map(|_| TcpStream::connect(sandbox.address()).unwrap()).collect();
    let address = sandbox.address();
    let began = Instant::now();
    drop(sandbox);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err());
}
