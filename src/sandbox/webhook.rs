//! Calls whoever wants to know that a transaction has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::transactions::{Ended, Status};

/// Calls that wait; more are lost.
const MOST_WAITING: usize = 1000;
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// A thread that calls; it ends when it is dropped, after the call that is under way.
#[derive(Debug)]
pub(super) struct Webhook {
    sender: Option<SyncSender<Ended>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Webhook {
    pub(super) fn start(url: String, attempts: u32, sp_id: &'static str) -> std::io::Result<Self> {
        let (sender, ended) = sync_channel(MOST_WAITING);
        let stopping = Arc::new(AtomicBool::new(false));
        let stops = Arc::clone(&stopping);
        let caller = Caller { url, attempts: attempts.max(1), sp_id, stops };
        let thread =
            thread::Builder::new().name("sandbox webhook".to_owned()).spawn(move || caller.run(&ended))?;
        Ok(Self { sender: Some(sender), stopping, thread: Some(thread) })
    }

    /// Where to say that a transaction has ended.
    pub(super) fn sender(&self) -> Option<SyncSender<Ended>> {
        self.sender.clone()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Caller {
    url: String,
    attempts: u32,
    sp_id: &'static str,
    stops: Arc<AtomicBool>,
}

impl Caller {
    fn run(&self, ended: &Receiver<Ended>) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build().into();
        while let Ok(one) = ended.recv() {
            let body = body(self.sp_id, &one).to_string();
            let mut pause = FIRST_PAUSE;
            for attempt in 1..=self.attempts {
                let sent =
                    agent.post(&self.url).header("Content-Type", "application/json").send(body.as_bytes());
                if sent.is_ok() || attempt == self.attempts || !self.wait(pause) {
                    break;
                }
                pause = pause.saturating_mul(2);
            }
            if self.stops.load(Ordering::Acquire) {
                return;
            }
        }
    }

    /// Whether there is still somebody to wait for.
    fn wait(&self, pause: Duration) -> bool {
        let began = Instant::now();
        while began.elapsed() < pause {
            if self.stops.load(Ordering::Acquire) {
                return false;
            }
            thread::sleep(Duration::from_millis(20));
        }
        true
    }
}

/// What VNPT's document prints for the webhook; the codes of transactions that were not approved are those
/// of an older version of its interface, as the document has none.
fn body(sp_id: &str, ended: &Ended) -> Value {
    let (code, message) = match &ended.status {
        Status::Signed(_) => (200, "SUCCESS"),
        Status::Expired => (4001, "EXPIRED"),
        _ => (4002, "REJECTED"),
    };
    let files: Vec<Value> = match &ended.status {
        Status::Signed(values) => values
            .iter()
            .map(|one| json!({"doc_id": one.doc_id, "signature_value": one.value, "timestamp_signature": null}))
            .collect(),
        _ => ended.documents.iter().map(|id| json!({"doc_id": id})).collect(),
    };
    json!({
        "sp_id": sp_id,
        "status_code": code,
        "message": message,
        "transaction_id": ended.transaction_id,
        "signed_files": files,
    })
}
