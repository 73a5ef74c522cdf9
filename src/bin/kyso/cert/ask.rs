//! Answers what a service asks for while it is looked at: from where secrets are, else from a person.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Read as _};
use std::thread;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use kyso::client::secrets::Secrets;
use kyso::client::{Answers, Found, ProcessEnvironment, Watch};
use kyso::remote::{Answer, Input, InputKind, Secret};

use super::details::plain;
use crate::failure::{advised, told};

/// The longest line that a person may type, in bytes.
const LONGEST: u64 = 64 << 10;

/// Whoever answers.
pub(super) struct Ask {
    answers: Answers<'static>,
    /// Why there was no answer.
    pub(super) unanswered: Option<String>,
}

impl Ask {
    pub(super) const fn new(secrets: Secrets) -> Self {
        Self { answers: Answers::new(secrets, &ProcessEnvironment), unanswered: None }
    }

    /// Another look begins.
    pub(super) fn next_flow(&mut self) {
        self.answers.next_flow();
    }

    fn answer(&mut self, input: &Input) -> Result<Secret, String> {
        loop {
            match self.answers.answer(input, now()).map_err(|error| told(&error))? {
                Found::Secret(secret) => return Ok(secret),
                Found::Later(pause) => thread::sleep(pause),
                _ => break,
            }
        }
        let secret = person(input)?;
        self.answers.remember(&input.kind, &secret);
        Ok(secret)
    }
}

impl Watch for Ask {
    /// Looking at certificates costs nothing: it may as well begin anew.
    fn persist(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        match self.answer(input) {
            Ok(secret) => Answer::Given(secret),
            Err(why) => {
                self.unanswered = Some(why);
                Answer::Declined
            }
        }
    }
}

/// What somebody at the terminal says.
fn person(input: &Input) -> Result<Secret, String> {
    let what = match &input.kind {
        InputKind::ServicePassword => "the relying party's password with the service",
        InputKind::ServiceSignature => "the signature that the service issued to the relying party",
        InputKind::UserPassword => "the signer's password",
        InputKind::Pin => "the PIN",
        InputKind::Otp => "the one-time code",
        InputKind::AccessToken => "an access token",
        InputKind::Redirect { .. } => "the address that the browser was sent to",
        other => {
            let line = format!("the service asks for {}, which nobody can type", other.name());
            return Err(advised(line, Some("configure where `login-key` is")));
        }
    };
    let mut prompt = String::new();
    for said in [&input.message].into_iter().flatten() {
        let _ = write!(prompt, "{}. ", plain(said.trim_end_matches('.')));
    }
    if let Some(left) = input.attempts_left {
        let _ = write!(prompt, "{left} attempts left. ");
    }
    if let InputKind::Redirect { url } = &input.kind {
        let _ = write!(prompt, "Open {} in a browser. ", plain(url));
    }
    let _ = write!(prompt, "Give {what}: ");
    let nobody = || {
        let line = format!("the service asks for {what}, and nobody can be asked");
        advised(line, Some(&format!("configure where `{}` is", input.kind.name())))
    };
    if !io::stdin().is_terminal() {
        return Err(nobody());
    }
    let typed = match &input.kind {
        InputKind::Redirect { .. } => line(&prompt),
        _ => rpassword::prompt_password(prompt).map(Secret::new),
    };
    let typed = typed.map_err(|error| format!("{}: {error}", nobody()))?;
    if typed.expose().is_empty() {
        Err(format!("the service asks for {what}, and it was not given"))
    } else {
        Ok(typed)
    }
}

/// A line that may be seen.
fn line(prompt: &str) -> io::Result<Secret> {
    eprint!("{prompt}");
    let mut line = String::new();
    io::BufRead::read_line(&mut io::BufReader::new(io::stdin().lock().take(LONGEST)), &mut line)?;
    Ok(Secret::new(line.trim()))
}

/// What the system's clock says.
pub(super) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
