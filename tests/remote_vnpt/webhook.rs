//! The service calls when a transaction has ended, and is believed that much and no more.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use chrono::TimeDelta;
use kyso::remote::vnpt::webhook;
use kyso::remote::{Action, Event, HttpRequest, HttpResponse};
use kyso::sandbox::{Sandbox, Settings};

use super::*;

/// One call of a webhook: its body.
fn one_call(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&seen).to_ascii_lowercase();
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text.split("content-length:").nth(1).unwrap().split("\r\n").next().unwrap();
            let length: usize = length.trim().parse().unwrap();
            if seen.len() >= head + 4 + length {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .unwrap();
                return seen.split_off(head + 4);
            }
        }
        assert!(count > 0);
    }
}

fn send(request: &HttpRequest) -> HttpResponse {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response =
        agent.post(request.url()).header("Content-Type", "application/json").send(request.body()).unwrap();
    let body = response.body_mut().read_to_vec().unwrap();
    HttpResponse::new(response.status().as_u16(), vec![], body)
}

#[test]
fn a_notification_leads_to_a_poll_in_another_process() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    drop(sandbox());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remote-vnpt");
    let sandbox = Sandbox::start(Settings::new().provider("vnpt").folder(folder).webhook(url)).unwrap();
    let called = thread::spawn(move || one_call(&listener));

    let papers = Papers::new(&sandbox);
    let mut signing = phone(&sandbox, &papers, "webhook-1");
    let now = Utc::now();
    let Action::NeedInput(_) = signing.step(Event::Continue, now) else { panic!("no password asked for") };
    let password = sandbox.world().relying_party().password.clone();
    let Action::Send(request) = signing.step(Event::Input(Answer::Given(password)), now) else {
        panic!("no sign")
    };
    let Action::Wait(_) = signing.step(Event::Response(send(&request)), now) else { panic!("no wait") };
    let stored = signing.to_json();

    sandbox.world().approve("vnpt", "webhook-1").unwrap();
    let notification = webhook::parse(&called.join().unwrap()).unwrap();
    assert_eq!(notification.sp_id.as_deref(), Some(sandbox.world().relying_party().id));
    let mut signing: Signing = serde_json::from_str(&stored).unwrap();
    assert_eq!(notification.transaction_id.as_deref(), Some(signing.transaction_id()));
    let later = now + TimeDelta::milliseconds(1500);
    let Action::Send(request) = signing.step(Event::Notified, later) else { panic!("no poll") };
    let Action::Done(outcomes) = signing.step(Event::Response(send(&request)), later) else {
        panic!("not done")
    };
    papers.judge(&sandbox, &outcomes);
}
