//! A flow that sends one request, for tests of the driver.

use std::io;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use kyso::client::Watch;
use kyso::remote::{Action, Answer, Event, Flow, HttpRequest, Input, InputKind, Lost, Secret, Wait};

/// What the flow does before its request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    Ask,
    Wait,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Fresh,
    Sent,
    Ended,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Answered(u16, String),
    Unknown,
    Cancelled,
    Notified,
    Declined,
}

pub(crate) struct One {
    pub(crate) url: String,
    pub(crate) repeatable: bool,
    pub(crate) before: Before,
    pub(crate) id: String,
    pub(crate) documents: Vec<String>,
    state: State,
}

impl One {
    pub(crate) fn new(url: String) -> Self {
        let documents = vec!["hợp đồng.pdf".to_owned()];
        Self {
            url,
            repeatable: false,
            before: Before::Nothing,
            id: "t-1".into(),
            documents,
            state: State::Fresh,
        }
    }

    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(crate) fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }

    fn send(&mut self) -> Action<End> {
        self.state = State::Sent;
        let body = serde_json::json!({ "sp_password": "hunter-body", "n": 1 });
        let request = HttpRequest::post_json("v1/probe", self.url.clone(), &body)
            .header("Authorization", Secret::new("Bearer hunter-header"));
        Action::Send(if self.repeatable { request.repeatable() } else { request })
    }

    fn due(&mut self, now: DateTime<Utc>) -> Action<End> {
        match self.before {
            Before::Nothing => self.send(),
            Before::Ask => {
                let (kind, attempts_left) = (InputKind::Otp, Some(3));
                Action::NeedInput(Input { kind, message: None, attempts_left, refused: false })
            }
            Before::Wait => Action::Wait(Wait {
                poll_at: now + TimeDelta::milliseconds(600),
                expires_at: now + TimeDelta::seconds(60),
                verification_code: Some("1A2B-3C4D".into()),
                message: None,
            }),
        }
    }

    fn end(&mut self, end: End) -> Action<End> {
        self.state = State::Ended;
        Action::Done(end)
    }
}

impl Flow for One {
    type Done = End;

    fn step(&mut self, event: Event, now: DateTime<Utc>) -> Action<End> {
        match (self.state, event) {
            (State::Fresh, Event::Continue) => match self.before {
                Before::Wait => {
                    let action = self.due(now);
                    self.before = Before::Nothing;
                    action
                }
                _ => self.due(now),
            },
            (State::Fresh, Event::Input(Answer::Given(_))) => self.send(),
            (State::Fresh, Event::Input(Answer::Declined)) => self.end(End::Declined),
            (State::Fresh, Event::Notified) => self.end(End::Notified),
            (_, Event::Cancelled) => self.end(End::Cancelled),
            (State::Sent, Event::Response(response)) => {
                let body = String::from_utf8_lossy(response.body()).into_owned();
                self.end(End::Answered(response.status(), body))
            }
            (State::Sent, Event::Lost(Lost::NotSent)) => self.send(),
            (State::Sent, _) => self.end(End::Unknown),
            _ => self.due(now),
        }
    }

    fn to_json(&self) -> String {
        format!("\"{:?}\"", self.state)
    }

    fn transaction_id(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn documents(&self) -> &[String] {
        &self.documents
    }
}

/// Writes down what is stored, in a log that the server writes to as well.
#[derive(Default)]
pub(crate) struct Witness {
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    pub(crate) fail: bool,
    pub(crate) answer: Option<String>,
    pub(crate) asked: u32,
    pub(crate) ticks: u32,
    pub(crate) interrupted_after: Option<u32>,
    pub(crate) cancelled_after: Option<u32>,
    pub(crate) notified_after: Option<u32>,
}

impl Witness {
    pub(crate) fn stored(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Watch for Witness {
    fn persist(&mut self, json: &str) -> io::Result<()> {
        if self.fail {
            return Err(io::Error::other("the disk is full"));
        }
        self.log.lock().unwrap().push(json.to_owned());
        Ok(())
    }

    fn input(&mut self, _: &Input) -> Answer {
        self.asked += 1;
        self.answer.take().map_or(Answer::Declined, |text| Answer::Given(Secret::new(text)))
    }

    fn waiting(&mut self, wait: &Wait, _: DateTime<Utc>) {
        assert_eq!(wait.verification_code.as_deref(), Some("1A2B-3C4D"));
        self.ticks += 1;
    }

    fn notified(&mut self) -> bool {
        self.notified_after.is_some_and(|ticks| self.ticks >= ticks)
    }

    fn cancelled(&self) -> bool {
        self.cancelled_after.is_some_and(|ticks| self.ticks >= ticks)
    }

    fn interrupted(&self) -> bool {
        self.interrupted_after.is_some_and(|ticks| self.ticks >= ticks)
    }
}
