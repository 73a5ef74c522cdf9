//! Whoever sits at the terminal: is asked, and sees what goes on.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::time::Duration;

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kyso::client::{Answers, Found};
use kyso::remote::{Input, InputKind, Secret, Wait};

use super::interrupt::{self, Prompting};
use crate::failure::{note, told};
use crate::output;

/// The longest answer that is read from standard input, in bytes.
const LONGEST: u64 = 64 << 20;

/// Seconds between two lines of progress where there is no terminal.
const QUIET: i64 = 30;

/// Whoever sits at the terminal, if anybody does, with the secrets that are kept.
pub(crate) struct Person<'e> {
    answers: Answers<'e>,
    /// Nobody is asked for anything.
    is_absent: bool,
    bar: Option<ProgressBar>,
    told_at: Option<DateTime<Utc>>,
}

impl<'e> Person<'e> {
    pub(crate) const fn new(answers: Answers<'e>) -> Self {
        Self { answers, is_absent: false, bar: None, told_at: None }
    }

    /// Nobody: what is not kept is declined.
    pub(crate) const fn absent(answers: Answers<'e>) -> Self {
        Self { answers, is_absent: true, bar: None, told_at: None }
    }

    /// Another conversation with the service begins.
    pub(crate) fn next_flow(&mut self) {
        self.answers.next_flow();
        self.told_at = None;
    }

    /// What the service asks for; none when nobody gives it.
    pub(crate) fn input(&mut self, input: &Input) -> Option<Secret> {
        self.quiet();
        loop {
            match self.answers.answer(input, now()) {
                Ok(Found::Secret(secret)) => return Some(secret),
                Ok(Found::Later(pause)) => {
                    note("", &format!("the next one-time code begins in {} s", pause.as_secs()));
                    if !sleep(pause) {
                        return None;
                    }
                }
                Ok(Found::Refused { kind, reference }) => {
                    let why = "the service refused it, and again it would count against the account";
                    note("", &format!("the {} in {reference} is not given again: {why}", kind.name()));
                    break;
                }
                Ok(_) => break,
                Err(error) => {
                    note("", &told(&error));
                    break;
                }
            }
        }
        if let Some(message) = input.message.as_deref().filter(|message| !message.trim().is_empty()) {
            say(message);
        }
        if self.is_absent {
            note("", &format!("the service asks for {}, and nobody is there to give it", words(&input.kind)));
            return None;
        }
        let secret = ask(input)?;
        self.answers.remember(&input.kind, &secret);
        Some(secret)
    }

    /// Shows that the signer is waited for.
    pub(crate) fn waiting(&mut self, wait: &Wait, now: DateTime<Utc>) {
        let left = wait.expires_at.signed_duration_since(now).num_seconds().max(0);
        let code = wait.verification_code.as_deref().map(|code| format!(", verification code {code}"));
        let said = wait.message.as_deref().filter(|text| !text.trim().is_empty());
        let line = format!("waiting for the signer{}, {left} s left", code.unwrap_or_default());
        if io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| {
                if let Some(said) = said {
                    say(said);
                }
                let bar = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(Duration::from_millis(100));
                bar
            });
            bar.set_message(line);
            return;
        }
        let is_due = self.told_at.is_none_or(|at| now.signed_duration_since(at).num_seconds() >= QUIET);
        if is_due {
            if let Some(said) = said.filter(|_| self.told_at.is_none()) {
                say(said);
            }
            note("", &line);
            self.told_at = Some(now);
        }
    }

    /// Takes the progress away, before something else is printed.
    pub(crate) fn quiet(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Person<'_> {
    fn drop(&mut self) {
        self.quiet();
    }
}

/// Asks on the terminal. None when nobody answers.
fn ask(input: &Input) -> Option<Secret> {
    let what = words(&input.kind);
    let left = input.attempts_left.map(|left| format!(" ({left} attempts left)")).unwrap_or_default();
    let answer = match &input.kind {
        InputKind::LoginSignature { .. } => {
            note("", "the relying party's login key is needed; name it as `login-key` in the configuration");
            return None;
        }
        InputKind::Values { requests } => {
            note("", "have these requests signed, then give the values as JSON on standard input:");
            output::deliver(requests)
                .map_err(|failure| io::Error::other(failure.line().to_owned()))
                .and_then(|()| all())
        }
        InputKind::Redirect { url } => {
            note("", "open this address in a browser, then give the whole address that it leads to:");
            print_line(url);
            line()
        }
        _ => {
            let _prompting = Prompting::new();
            rpassword::prompt_password(format!("{what}{left}: "))
        }
    };
    match answer {
        Ok(text) if !text.is_empty() && !interrupt::is_pressed() => Some(Secret::new(text)),
        Ok(_) => None,
        Err(error) => {
            note("", &format!("the service asks for {what}, and nobody can be asked: {error}"));
            None
        }
    }
}

/// What the service says, of which the beginning is enough: it may name a thousand documents.
fn say(message: &str) {
    const MOST: usize = 400;
    match message.char_indices().nth(MOST) {
        Some((end, _)) => note("", &format!("{}…", message.get(..end).unwrap_or_default())),
        None => note("", message),
    }
}

/// What people call it.
const fn words(kind: &InputKind) -> &'static str {
    match kind {
        InputKind::ServicePassword => "the relying party's password (service-password)",
        InputKind::ServiceSignature => "the relying party's signature (service-signature)",
        InputKind::LoginSignature { .. } => "a signature with the relying party's key (login-key)",
        InputKind::UserPassword => "the signer's password (user-password)",
        InputKind::Pin => "the signer's PIN (pin)",
        InputKind::Otp => "the one-time code (otp)",
        InputKind::AccessToken => "an access token (access-token)",
        InputKind::Redirect { .. } => "the address after the login in a browser",
        InputKind::Values { .. } => "the values",
        _ => "something that this program does not know",
    }
}

fn print_line(text: &str) {
    // It was asked for on the terminal: whoever closed it cannot answer either.
    let _ = writeln!(io::stderr(), "{text}");
}

/// One line of standard input.
fn line() -> io::Result<String> {
    use std::io::BufRead as _;
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut text)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(text.trim().to_owned())
}

/// All of standard input.
fn all() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Sleeps; says whether to the end.
fn sleep(whole: Duration) -> bool {
    const LOOK: Duration = Duration::from_millis(200);
    let mut left = whole;
    while !left.is_zero() {
        if interrupt::is_pressed() {
            return false;
        }
        let part = left.min(LOOK);
        std::thread::sleep(part);
        left = left.saturating_sub(part);
    }
    true
}

pub(crate) fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
