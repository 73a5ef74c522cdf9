//! Carries a flow from step to step: sends, asks, waits.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use tracing::{debug, info, info_span, warn};

use super::address::{Address, Host};
use super::back_off;
use super::error::{AddressError, DriveError, SettingsError, TransportError};
use super::settings::Settings;
use super::transport::Transport;
use super::watch::Watch;
use crate::remote::{Action, Call, Event, Flow, HttpRequest, HttpResponse, Lost, Secret, Service, Wait};

/// Steps without a pause after which a flow is given up: more than a batch of any size needs.
const STEPS: u32 = 10_000;

/// Requests in a row that bring no answer, without a pause that the flow asked for.
const LOST_IN_A_ROW: u32 = 3;

/// How often it is looked whether somebody interrupts, while nothing happens.
const LOOK: Duration = Duration::from_millis(250);

/// The shortest wait: a flow that asks for one in the past does not spin.
const SHORTEST: Duration = Duration::from_millis(20);

/// Sends the requests of flows, blocking, and waits for their answers.
///
/// It may be shared among threads: each runs its own flow. Connections are kept and used again.
#[derive(Debug)]
pub struct Driver {
    transport: Transport,
    base: String,
    hosts: Vec<Host>,
    attempts: u32,
    longest_pause: Duration,
}

impl Driver {
    pub(super) const fn new(
        transport: Transport,
        base: String,
        hosts: Vec<Host>,
        attempts: u32,
        longest_pause: Duration,
    ) -> Self {
        Self { transport, base, hosts, attempts, longest_pause }
    }

    /// For a service, with the default [`Settings`].
    ///
    /// # Errors
    /// [`SettingsError`]: its address is not taken.
    pub fn for_service(service: &Service) -> Result<Self, SettingsError> {
        Settings::for_service(service).driver()
    }

    /// Runs a flow to its end: a new one, or one that was resumed.
    ///
    /// The state is stored before each request. A request that may cost a signature is sent once, and again
    /// only if it never left; what became of one that brought no answer is the flow's to find out.
    ///
    /// # Errors
    /// [`DriveError`]. Unless it is [`DriveError::Failed`], the state that was stored last is where to go on.
    pub fn run<F: Flow>(
        &self,
        flow: &mut F,
        watch: &mut (impl Watch + ?Sized),
    ) -> Result<F::Done, DriveError> {
        let span = info_span!(
            "transaction",
            id = flow.transaction_id().unwrap_or_default(),
            documents = tracing::field::debug(Few(flow.documents()))
        );
        let _entered = span.enter();
        Course { driver: self, stored: None, resume_at: flow.to_json(), after_costly: false }.run(flow, watch)
    }

    /// Makes one call, outside a flow.
    ///
    /// # Errors
    /// [`DriveError`]: it was not sent, brought no answer, or the service refused.
    pub fn call<C: Call>(&self, call: &C, token: Option<&Secret>) -> Result<C::Reply, DriveError> {
        let request = call.request(&self.base, token);
        let name = request.call();
        let to = self.address(&request)?;
        match self.send(&request, &to, || false) {
            Ok(response) => call
                .read(&response)
                .map_err(|failure| DriveError::Failed { failure: Box::new(failure), lost: None }),
            Err((attempts, source)) => Err(match source.lost() {
                Lost::NotSent => DriveError::NotSent { call: name, attempts, source },
                Lost::Unknown => DriveError::NoAnswer { call: name, attempts, source },
            }),
        }
    }

    fn address(&self, request: &HttpRequest) -> Result<Address, DriveError> {
        let call = request.call();
        let failed = |source: AddressError| DriveError::Address { call, source };
        Address::parse(request.url()).and_then(|address| address.allowed(&self.hosts)).map_err(failed)
    }

    /// Sends a request, again where that does no harm. `stop` is asked during pauses.
    fn send(
        &self,
        request: &HttpRequest,
        to: &Address,
        stop: impl Fn() -> bool,
    ) -> Result<HttpResponse, (u32, TransportError)> {
        let span = info_span!("call", name = request.call());
        let _entered = span.enter();
        let mut attempt = 1;
        loop {
            let began = Instant::now();
            let result = self.transport.send(request, to);
            let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let pause = match &result {
                Ok(response) => {
                    let (status, bytes) = (response.status(), response.body().len());
                    debug!(status, bytes, milliseconds, attempt, "answered");
                    let again = request.is_repeatable() && back_off::is_passing(status);
                    again.then(|| self.pause_after(response, attempt)).flatten()
                }
                Err(error) => {
                    let lost = error.lost();
                    warn!(?lost, milliseconds, attempt, "{}", Causes(error));
                    let harmless = lost == Lost::NotSent || request.is_repeatable();
                    (harmless && !error.lasting).then(|| back_off::pause(attempt, self.longest_pause))
                }
            };
            match pause.filter(|_| attempt < self.attempts) {
                Some(pause) if sleep(pause, &stop) => attempt += 1,
                _ => return result.map_err(|error| (attempt, error)),
            }
        }
    }

    /// None when the service asks for more patience than there is.
    fn pause_after(&self, response: &HttpResponse, attempt: u32) -> Option<Duration> {
        match back_off::retry_after(response, now()) {
            Some(asked) if asked > self.longest_pause => None,
            Some(asked) => Some(asked),
            None => Some(back_off::pause(attempt, self.longest_pause)),
        }
    }
}

/// One flow on its way.
struct Course<'d> {
    driver: &'d Driver,
    /// What was stored last.
    stored: Option<String>,
    /// Where to go on when the request that is due is not sent after all.
    resume_at: String,
    /// The last answer was to a request that cannot be repeated: `resume_at` lies before it.
    after_costly: bool,
}

impl Course<'_> {
    fn run<F: Flow>(
        mut self,
        flow: &mut F,
        watch: &mut (impl Watch + ?Sized),
    ) -> Result<F::Done, DriveError> {
        let mut event = Event::Continue;
        let (mut steps, mut lost_in_a_row, mut cancelled) = (0_u32, 0_u32, false);
        let mut lost: Option<TransportError> = None;
        loop {
            if !matches!(event, Event::Lost(Lost::NotSent)) {
                self.resume_at = flow.to_json();
            }
            let action = flow.step(event, now());
            steps = steps.saturating_add(1);
            if steps > STEPS {
                return Err(DriveError::Endless { steps });
            }
            event = match action {
                Action::Send(request) => {
                    let call = request.call();
                    let to = self.driver.address(&request).inspect_err(|_| self.step_back(watch))?;
                    let may_wait = request.is_repeatable() || !self.after_costly;
                    if watch.interrupted() && may_wait && !request.is_releasing() {
                        if request.is_repeatable() {
                            self.persist(call, &flow.to_json(), watch)?;
                        } else {
                            self.step_back(watch);
                        }
                        return Err(DriveError::Interrupted);
                    }
                    self.store(call, flow.to_json(), watch)?;
                    watch.sending(call);
                    info!(call, "sending");
                    let stop = || watch.interrupted() || watch.cancelled();
                    match self.driver.send(&request, &to, stop) {
                        Ok(response) => {
                            self.after_costly = !request.is_repeatable();
                            (lost, lost_in_a_row) = (None, 0);
                            Event::Response(response)
                        }
                        Err((attempts, source)) => {
                            lost_in_a_row += 1;
                            let how = source.lost();
                            let tried_enough =
                                lost_in_a_row >= LOST_IN_A_ROW || watch.interrupted() || source.lasting;
                            if how == Lost::NotSent && tried_enough {
                                self.step_back(watch);
                                return Err(DriveError::NotSent { call, attempts, source });
                            }
                            if lost_in_a_row >= LOST_IN_A_ROW {
                                return Err(DriveError::NoAnswer { call, attempts, source });
                            }
                            lost = Some(source);
                            Event::Lost(how)
                        }
                    }
                }
                Action::NeedInput(input) => {
                    self.persist("input", &flow.to_json(), watch)?;
                    info!(kind = input.kind.name(), "asking");
                    let answer = watch.input(&input);
                    if watch.interrupted() {
                        return Err(DriveError::Interrupted);
                    }
                    Event::Input(answer)
                }
                Action::Wait(wait) => {
                    self.persist("wait", &flow.to_json(), watch)?;
                    (steps, lost_in_a_row) = (0, 0);
                    match pass(&wait, watch, cancelled) {
                        Passed::Interrupted => return Err(DriveError::Interrupted),
                        Passed::Cancelled => {
                            cancelled = true;
                            Event::Cancelled
                        }
                        Passed::Notified => Event::Notified,
                        Passed::Time => Event::Continue,
                    }
                }
                Action::Done(done) => {
                    self.persist("done", &flow.to_json(), watch)?;
                    info!("done");
                    return Ok(done);
                }
                Action::Failed(failure) => {
                    warn!(code = failure.code.as_deref(), "failed: {}", failure.message);
                    // The failure says more than that its state could not be stored.
                    let _ = self.persist("failed", &flow.to_json(), watch);
                    return Err(DriveError::Failed { failure: Box::new(failure), lost });
                }
            };
            if watch.cancelled() && !cancelled && matches!(event, Event::Input(_)) {
                cancelled = true;
                event = Event::Cancelled;
            }
        }
    }

    /// Stores the state unless it is what is stored already.
    fn persist(
        &mut self,
        call: &'static str,
        json: &str,
        watch: &mut (impl Watch + ?Sized),
    ) -> Result<(), DriveError> {
        if self.stored.as_deref() == Some(json) {
            return Ok(());
        }
        self.store(call, json.to_owned(), watch)
    }

    fn store(
        &mut self,
        call: &'static str,
        json: String,
        watch: &mut (impl Watch + ?Sized),
    ) -> Result<(), DriveError> {
        watch.persist(&json).map_err(|source| DriveError::Persist { call, source })?;
        self.stored = Some(json);
        Ok(())
    }

    /// Stores the state from before a request that was not sent, so that nobody takes it for sent. When what
    /// came before it must not be lost, the state stays as it is: its outcome then counts as unknown.
    fn step_back(&mut self, watch: &mut (impl Watch + ?Sized)) {
        if !self.after_costly {
            let json = std::mem::take(&mut self.resume_at);
            // What is stored says that it may have been sent: safe, if less than what is known.
            let _ = self.persist("step back", &json, watch);
        }
    }
}

/// Why a wait is over.
enum Passed {
    Time,
    Notified,
    Cancelled,
    Interrupted,
}

/// Waits until it is time, somebody calls, or somebody has enough.
fn pass(wait: &Wait, watch: &mut (impl Watch + ?Sized), cancelled: bool) -> Passed {
    let began = Instant::now();
    let whole = wait.poll_at.signed_duration_since(now()).to_std().unwrap_or_default().max(SHORTEST);
    loop {
        watch.waiting(wait, now());
        if watch.interrupted() {
            return Passed::Interrupted;
        }
        if watch.cancelled() && !cancelled {
            return Passed::Cancelled;
        }
        if watch.notified() {
            return Passed::Notified;
        }
        match whole.checked_sub(began.elapsed()) {
            None | Some(Duration::ZERO) => return Passed::Time,
            Some(left) => thread::sleep(left.min(LOOK)),
        }
    }
}

/// Sleeps; says whether it was to the end.
fn sleep(whole: Duration, stop: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while let Some(left) = whole.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
        if stop() {
            return false;
        }
        thread::sleep(left.min(LOOK));
    }
    !stop()
}

/// What the system's clock says.
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// The first of the documents' ids, and how many more there are: every line of a log repeats them.
struct Few<'d>(&'d [String]);

impl std::fmt::Debug for Few<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MOST: usize = 20;
        f.debug_list().entries(self.0.iter().take(MOST)).finish()?;
        match self.0.len().checked_sub(MOST) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

/// An error with what caused it, in one line.
struct Causes<'e>(&'e TransportError);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
