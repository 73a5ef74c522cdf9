//! The driver, against servers that misbehave.
#![cfg(all(feature = "client", feature = "cli"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "client/flow.rs"]
mod flow;
#[path = "client/server.rs"]
mod server;
#[path = "client/tls.rs"]
mod tls;

use std::error::Error;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flow::{Before, End, One, Witness};
use kyso::Fault;
use kyso::client::{AddressError, DriveError, Driver, Settings, SettingsError, Unattended};
use kyso::remote::{Action, Event, Flow, HttpRequest, Lost};
use server::{Reaction, Server, ok, response, status};

fn driver(server: &Server) -> Driver {
    settings(server).driver().unwrap()
}

fn settings(server: &Server) -> Settings {
    Settings::new(server.url("")).timeout(Duration::from_secs(2)).connect_timeout(Duration::from_secs(1))
}

/// The reason at the bottom of the failure of a flow that could not reach its service.
fn lost(error: &DriveError) -> Option<Lost> {
    match error {
        DriveError::NotSent { source, .. } | DriveError::NoAnswer { source, .. } => Some(source.lost()),
        _ => None,
    }
}

#[test]
fn the_state_is_stored_before_the_request_leaves() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let server = Server::logging(vec![ok("{}")], Arc::clone(&log));
    let mut watch = Witness { log: Arc::clone(&log), ..Witness::default() };
    let end = driver(&server).run(&mut One::new(server.url("/sign")), &mut watch).unwrap();
    assert_eq!(end, End::Answered(200, "{}".into()));
    assert_eq!(watch.stored(), ["\"Sent\"", "POST /sign HTTP/1.1", "\"Ended\""]);
}

#[test]
fn nothing_is_sent_when_the_state_cannot_be_stored() {
    let server = Server::new(vec![ok("{}")]);
    let mut watch = Witness { fail: true, ..Witness::default() };
    let error = driver(&server).run(&mut One::new(server.url("/sign")), &mut watch).unwrap_err();
    assert!(matches!(error, DriveError::Persist { call: "v1/probe", .. }), "{error:?}");
    assert_eq!(error.fault(), Fault::Io);
    assert_eq!(error.source().unwrap().to_string(), "the disk is full");
    assert!(server.seen().is_empty());
}

#[test]
fn redirects_are_not_followed() {
    let other = Server::new(vec![ok("{}")]);
    for code in [301, 302, 303, 307, 308] {
        let server = Server::new(vec![status(code, &[("Location", &other.url("/steal"))])]);
        let end = driver(&server).run(&mut One::new(server.url("/sign")), &mut Witness::default()).unwrap();
        assert!(matches!(end, End::Answered(found, _) if found == code), "{end:?}");
        assert_eq!(server.seen().len(), 1);
    }
    assert!(other.seen().is_empty());
}

#[test]
fn hosts_that_are_not_allowed_get_nothing() {
    let (own, other) = (Server::new(vec![ok("{}")]), Server::new(vec![ok("{}")]));
    let mut watch = Witness::default();
    let error = driver(&own).run(&mut One::new(other.url("/sign")), &mut watch).unwrap_err();
    let DriveError::Address { source: AddressError::Host { port, .. }, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!((*port, error.fault()), (other.address.port(), Fault::Caller));
    assert!(other.seen().is_empty());
    // What is stored must not say that it was sent.
    assert!(!watch.stored().contains(&"\"Sent\"".to_owned()), "{:?}", watch.stored());
    let allowing = settings(&own).allow_host(other.address.to_string()).driver().unwrap();
    allowing.run(&mut One::new(other.url("/sign")), &mut watch).unwrap();
    assert_eq!(other.seen().len(), 1);
}

#[test]
fn plain_http_leaves_for_nowhere() {
    for url in ["http://ca.example/x", "http://192.0.2.1/"] {
        let error = Settings::new(url).driver().unwrap_err();
        assert!(matches!(&error, SettingsError::Base(AddressError::Scheme { .. })), "{error:?}");
    }
}

#[test]
fn answers_that_are_too_long_are_not_taken() {
    let long = response(200, &[], &"0".repeat(20_000));
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec();
    let until_close = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    let head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    for reaction in [
        Reaction::Answer(long),
        Reaction::Endless(endless),
        Reaction::Endless(until_close),
        Reaction::Endless(head),
    ] {
        let server = Server::new(vec![reaction]);
        let driver = settings(&server).longest_body(10_000).driver().unwrap();
        let end = driver.run(&mut One::new(server.url("/sign")), &mut Witness::default()).unwrap();
        assert_eq!(end, End::Unknown);
        assert_eq!(server.seen().len(), 1);
    }
    let server = Server::new(vec![Reaction::Answer(response(200, &[], &"0".repeat(10_000)))]);
    let driver = settings(&server).longest_body(10_000).driver().unwrap();
    let end = driver.run(&mut One::new(server.url("/sign")), &mut Witness::default()).unwrap();
    assert!(matches!(end, End::Answered(200, body) if body.len() == 10_000));
}

#[test]
fn what_may_cost_a_signature_is_sent_once() {
    for reaction in [
        Reaction::CloseAfterHead,
        Reaction::CloseAfterBody,
        Reaction::AnswerAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
        Reaction::AnswerAndClose(b"this is no HTTP\r\n\r\n".to_vec()),
    ] {
        let server = Server::new(vec![reaction]);
        let mut watch = Witness::default();
        let end = driver(&server).run(&mut One::new(server.url("/sign")), &mut watch).unwrap();
        assert_eq!(end, End::Unknown);
        assert_eq!(server.seen().len(), 1, "{:?}", server.seen());
    }
}

#[test]
fn what_does_no_harm_is_sent_again() {
    let server = Server::new(vec![Reaction::CloseAfterBody, Reaction::CloseAfterHead, ok("{}")]);
    let mut flow = One::new(server.url("/status")).repeatable();
    assert_eq!(
        driver(&server).run(&mut flow, &mut Witness::default()).unwrap(),
        End::Answered(200, "{}".into())
    );
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_connection_that_is_used_again_and_breaks_counts_as_unknown() {
    let server = Server::new(vec![ok("{}"), Reaction::CloseAfterBody]);
    let driver = driver(&server);
    driver.run(&mut One::new(server.url("/first")), &mut Witness::default()).unwrap();
    let end = driver.run(&mut One::new(server.url("/second")), &mut Witness::default()).unwrap();
    assert_eq!(end, End::Unknown);
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn a_service_that_is_not_there_gets_nothing_and_the_state_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let driver = Settings::new(&url).attempts(2).longest_pause(Duration::from_millis(10)).driver().unwrap();
    let mut watch = Witness::default();
    let error = driver.run(&mut One::new(format!("{url}/sign")), &mut watch).unwrap_err();
    assert!(matches!(&error, DriveError::NotSent { attempts: 2, .. }), "{error:?}");
    assert_eq!((lost(&error), error.fault()), (Some(Lost::NotSent), Fault::Io));
    assert_eq!(watch.stored().last().unwrap(), "\"Fresh\"");

    let error = Settings::new("https://kyso.invalid/").attempts(1).driver().unwrap();
    let error =
        error.run(&mut One::new("https://kyso.invalid/x".into()), &mut Witness::default()).unwrap_err();
    assert_eq!(lost(&error), Some(Lost::NotSent), "{error:?}");
}

#[test]
fn times_end() {
    for reaction in [Reaction::Silence, Reaction::Drip(response(200, &[], &"0".repeat(200)))] {
        let server = Server::new(vec![reaction]);
        let driver = settings(&server).timeout(Duration::from_millis(400)).driver().unwrap();
        let began = Instant::now();
        let end = driver.run(&mut One::new(server.url("/sign")), &mut Witness::default()).unwrap();
        assert_eq!(end, End::Unknown);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_busy_service_is_asked_again_after_a_pause() {
    for code in [429, 502, 503, 504] {
        let server = Server::new(vec![
            status(code, &[("Retry-After", "0")]),
            status(code, &[("Retry-After", "1")]),
            ok("{}"),
        ]);
        let began = Instant::now();
        let mut flow = One::new(server.url("/status")).repeatable();
        let end = driver(&server).run(&mut flow, &mut Witness::default()).unwrap();
        assert_eq!(end, End::Answered(200, "{}".into()));
        assert_eq!(server.seen().len(), 3);
        assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

#[test]
fn a_busy_service_is_not_asked_to_sign_twice() {
    let server = Server::new(vec![status(503, &[("Retry-After", "0")]), ok("{}")]);
    let end = driver(&server).run(&mut One::new(server.url("/sign")), &mut Witness::default()).unwrap();
    assert!(matches!(end, End::Answered(503, _)), "{end:?}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn more_patience_than_there_is_is_left_to_the_flow() {
    for after in ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"] {
        let server = Server::new(vec![status(503, &[("Retry-After", after)]), ok("{}")]);
        let began = Instant::now();
        let mut flow = One::new(server.url("/status")).repeatable();
        let end = driver(&server).run(&mut flow, &mut Witness::default()).unwrap();
        assert!(matches!(end, End::Answered(503, _)), "{end:?}");
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn attempts_end() {
    let server = Server::new(vec![status(503, &[])]);
    let driver = settings(&server).attempts(3).longest_pause(Duration::from_millis(20)).driver().unwrap();
    let end = driver.run(&mut One::new(server.url("/status")).repeatable(), &mut Witness::default()).unwrap();
    assert!(matches!(end, End::Answered(503, _)), "{end:?}");
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn whoever_is_asked_answers_or_declines() {
    let server = Server::new(vec![ok("{}")]);
    let mut watch = Witness { answer: Some("123456".into()), ..Witness::default() };
    let ask = || One::new(server.url("/sign")).before(Before::Ask);
    assert_eq!(driver(&server).run(&mut ask(), &mut watch).unwrap(), End::Answered(200, "{}".into()));
    assert_eq!(watch.asked, 1);
    assert_eq!(driver(&server).run(&mut ask(), &mut Unattended).unwrap(), End::Declined);
}

#[test]
fn a_wait_is_waited_out() {
    let server = Server::new(vec![ok("{}")]);
    let mut watch = Witness::default();
    let began = Instant::now();
    let end =
        driver(&server).run(&mut One::new(server.url("/sign")).before(Before::Wait), &mut watch).unwrap();
    assert_eq!(end, End::Answered(200, "{}".into()));
    assert!(began.elapsed() >= Duration::from_millis(600));
    assert!(watch.ticks >= 3, "{}", watch.ticks);
}

#[test]
fn a_wait_is_cut_short() {
    let server = Server::new(vec![ok("{}")]);
    let run = |watch: &mut Witness| {
        driver(&server).run(&mut One::new(server.url("/x")).before(Before::Wait), watch)
    };
    let mut watch = Witness { notified_after: Some(1), ..Witness::default() };
    assert_eq!(run(&mut watch).unwrap(), End::Notified);
    let mut watch = Witness { cancelled_after: Some(2), ..Witness::default() };
    assert_eq!(run(&mut watch).unwrap(), End::Cancelled);
    let mut watch = Witness { interrupted_after: Some(2), ..Witness::default() };
    assert!(matches!(run(&mut watch), Err(DriveError::Interrupted)));
    assert_eq!(watch.stored().last().unwrap(), "\"Fresh\"");
    assert!(server.seen().is_empty());
}

#[test]
fn an_interruption_before_a_request_leaves_it_unsent() {
    let server = Server::new(vec![ok("{}")]);
    let mut watch = Witness { interrupted_after: Some(0), ..Witness::default() };
    let error = driver(&server).run(&mut One::new(server.url("/sign")), &mut watch).unwrap_err();
    assert!(matches!(error, DriveError::Interrupted));
    assert_eq!(watch.stored(), ["\"Fresh\""]);
    assert!(server.seen().is_empty());
}

/// Asks for the same again and again.
struct Spinning(String);

impl Flow for Spinning {
    type Done = ();

    fn step(&mut self, _: Event, _: chrono::DateTime<chrono::Utc>) -> Action<()> {
        Action::Send(HttpRequest::get("spin", self.0.clone()))
    }

    fn to_json(&self) -> String {
        "0".into()
    }
}

#[test]
fn a_flow_that_never_ends_is_given_up() {
    let server = Server::new(vec![ok("{}")]);
    let error = driver(&server).run(&mut Spinning(server.url("/x")), &mut Unattended).unwrap_err();
    assert!(matches!(error, DriveError::Endless { steps: 10_001 }), "{error:?}");
    let server = Server::new(vec![Reaction::CloseAfterBody]);
    let driver = settings(&server).attempts(1).driver().unwrap();
    let error = driver.run(&mut Spinning(server.url("/x")), &mut Unattended).unwrap_err();
    assert!(matches!(&error, DriveError::NoAnswer { call: "spin", .. }), "{error:?}");
    assert_eq!(server.seen().len(), 3);
}

/// What a subscriber writes, for all to read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn logs_hold_ids_and_no_secrets() {
    let page = Page::default();
    let (writer, own) = (page.clone(), thread::current().id());
    // For the whole program: a thread without one would have `tracing` take an event for unwanted when it
    // is the first to come upon it, and this thread's would be missing.
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || if thread::current().id() == own { writer.clone() } else { Page::default() })
        .init();
    let server = Server::new(vec![Reaction::CloseAfterBody, ok(r#"{"accessToken":"hunter-answer"}"#)]);
    let mut watch = Witness { answer: Some("hunter-input".into()), ..Witness::default() };
    let mut flow = One::new(server.url("/sign")).repeatable().before(Before::Ask);
    driver(&server).run(&mut flow, &mut watch).unwrap();
    let _ = driver(&server).run(&mut One::new("https://kyso.invalid/".into()), &mut watch).unwrap_err();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    for expected in ["t-1", "hợp đồng.pdf", "v1/probe", "broke"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("hunter"), "{text}");
}
