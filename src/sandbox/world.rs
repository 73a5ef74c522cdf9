//! What all systems of the sandbox share.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use zeroize::Zeroizing;

use super::SandboxError;
use super::accounts::{Accounts, Enrolment, Holding, RelyingParty, Subscriber};
use super::attempts::{Attempts, Codes, SentCode, Verdict, totp};
use super::faults::{Faults, FaultsError};
use super::journal::{Entry, Journal};
use super::ledger::Ledger;
use super::signing::{Order, SignError, SignedDocument, Work};
use super::tokens::{Shelf, Token, TokenError, after};
use super::transactions::{Ended, NotPending, Pending, Status, Submission, SubmitError, Transactions};
use crate::algorithm::Digest;
use crate::certificate::Certificate;
use crate::remote::Secret;

/// What all systems of the sandbox share: who there is, what waits, what was issued.
///
/// Everything in it is bounded; what is old goes when there is too much.
pub struct World {
    accounts: Accounts,
    /// Seconds that the clock was put forward.
    ahead: AtomicI64,
    calls: AtomicU64,
    auto_approve: AtomicBool,
    faults: Mutex<Faults>,
    transactions: Mutex<Transactions>,
    tokens: Mutex<Shelf>,
    notes: Mutex<Shelf>,
    attempts: Mutex<Attempts>,
    codes: Mutex<Codes>,
    pins: Mutex<Vec<(String, Secret)>>,
    journal: Mutex<Journal>,
    ledger: Mutex<Ledger>,
    ended: Mutex<Option<SyncSender<Ended>>>,
    wake: Mutex<Option<SyncSender<()>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked while holding it left it whole: nothing here is changed in two steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(super) fn open(folder: Option<&Path>, faults: Faults) -> Result<Self, SandboxError> {
        Ok(Self {
            accounts: Accounts::open(folder)?,
            ahead: AtomicI64::new(0),
            calls: AtomicU64::new(0),
            auto_approve: AtomicBool::new(false),
            faults: Mutex::new(faults),
            transactions: Mutex::default(),
            tokens: Mutex::default(),
            notes: Mutex::default(),
            attempts: Mutex::default(),
            codes: Mutex::default(),
            pins: Mutex::default(),
            journal: Mutex::default(),
            ledger: Mutex::default(),
            ended: Mutex::new(None),
            wake: Mutex::new(None),
        })
    }

    // The clock.

    /// What time it is here.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = DateTime::<Utc>::from(SystemTime::now());
        let ahead = TimeDelta::try_seconds(self.ahead.load(Ordering::Relaxed)).unwrap_or_default();
        now.checked_add_signed(ahead).unwrap_or(now)
    }

    /// Puts the clock forward, in seconds.
    pub fn advance(&self, seconds: u32) {
        self.ahead.fetch_add(i64::from(seconds), Ordering::Relaxed);
        self.expire();
    }

    // Randomness.

    /// A new id: a UUID of version 4.
    #[must_use]
    pub fn new_id(&self) -> String {
        let mut bytes: [u8; 16] = self.random();
        bytes[6] = (bytes[6] & 0x0F) | 0x40;
        bytes[8] = (bytes[8] & 0x3F) | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }

    /// Bytes that cannot be foreseen; where the system has no randomness, bytes that at least differ.
    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        if getrandom::fill(&mut bytes).is_err() {
            let call = self.next_call().to_be_bytes();
            bytes.iter_mut().zip(call.iter().rev()).for_each(|(byte, one)| *byte = *one);
        }
        bytes
    }

    /// Numbers calls and orders, from 1 on.
    pub(super) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    // Who there is.

    /// The party that asks for signatures.
    #[must_use]
    pub const fn relying_party(&self) -> &RelyingParty {
        &self.accounts.relying_party
    }

    /// Everybody who signs.
    pub fn subscribers(&self) -> impl Iterator<Item = &Subscriber> {
        self.accounts.subscribers()
    }

    /// Who has this `user_id`.
    #[must_use]
    pub fn subscriber(&self, user_id: &str) -> Option<&Subscriber> {
        self.subscribers().find(|one| one.user_id == user_id)
    }

    /// Who has this user name.
    #[must_use]
    pub fn subscriber_by_username(&self, username: &str) -> Option<&Subscriber> {
        self.subscribers().find(|one| one.username == username)
    }

    /// Whose contract this is, and the key that it is for.
    #[must_use]
    pub fn subscriber_by_agreement(&self, uuid: &str) -> Option<(&Subscriber, &Holding)> {
        self.accounts.holdings().find(|(_, holding)| holding.agreement_uuid.eq_ignore_ascii_case(uuid))
    }

    /// The key of this id, and whose it is.
    #[must_use]
    pub fn holding(&self, credential_id: &str) -> Option<(&Subscriber, &Holding)> {
        self.accounts.holdings().find(|(_, holding)| holding.credential_id == credential_id)
    }

    /// The root certificate.
    #[must_use]
    pub const fn root(&self) -> &Certificate {
        self.accounts.root()
    }

    /// Makes a contract with a new subscriber, with a new RSA key (which takes a while) and a certificate.
    ///
    /// # Errors
    /// When there is no room for more, or no key or certificate comes out.
    pub fn enrol(&self, enrolment: Enrolment) -> Result<&Subscriber, SandboxError> {
        self.accounts.enrol(enrolment, &self.new_id())
    }

    // Passwords and codes.

    /// Counts an answer that a provider has judged itself: `kind` and `subject` name the counter.
    pub fn judge(&self, kind: &str, subject: &str, right: bool) -> Verdict {
        locked(&self.attempts).judge(kind, subject, right, self.now())
    }

    /// Attempts that are left on this counter.
    #[must_use]
    pub fn attempts_left(&self, kind: &str, subject: &str) -> u32 {
        locked(&self.attempts).left(kind, subject, self.now())
    }

    /// Judges a subscriber's password; the counter is `password`.
    pub fn check_password(&self, subscriber: &Subscriber, password: &str) -> Verdict {
        self.judge("password", &subscriber.user_id, subscriber.password.expose() == password)
    }

    /// Judges a PIN; the counter is `pin`, of the key's id.
    pub fn check_pin(&self, subscriber: &Subscriber, holding: &Holding, pin: &str) -> Verdict {
        let right = {
            let pins = locked(&self.pins);
            let changed = pins.iter().find(|(id, _)| *id == holding.credential_id);
            changed.map_or(subscriber.pin.expose(), |(_, pin)| pin.expose()) == pin
        };
        self.judge("pin", &holding.credential_id, right)
    }

    /// Gives a key another PIN.
    pub fn set_pin(&self, holding: &Holding, pin: Secret) {
        let mut pins = locked(&self.pins);
        pins.retain(|(id, _)| *id != holding.credential_id);
        pins.push((holding.credential_id.clone(), pin));
    }

    /// Judges a one-time code, of the subscriber's generator or as it was sent; the counter is `otp`. A
    /// code that was used is wrong.
    pub fn check_otp(&self, subscriber: &Subscriber, code: &str) -> Verdict {
        let now = self.now();
        let right = {
            let mut codes = locked(&self.codes);
            codes.take(&subscriber.user_id, code, now)
                || codes.take_totp(&subscriber.user_id, &subscriber.totp_secret, code, now)
        };
        self.judge("otp", &subscriber.user_id, right)
    }

    /// The code that a subscriber's generator shows now: six digits, as the authenticator has it.
    #[must_use]
    pub fn totp(&self, subscriber: &Subscriber) -> Option<Secret> {
        let step = u64::try_from(self.now().timestamp()).ok()? / 30;
        totp(&subscriber.totp_secret, step).map(|code| Secret::new(code.as_str()))
    }

    /// "Sends" a new one-time code: it is shown on the phone's page, and replaces the one before.
    pub fn send_code(&self, subscriber: &Subscriber) -> Secret {
        let number = u32::from_be_bytes(self.random());
        let code = locked(&self.codes).send(&subscriber.user_id, number, self.now());
        Secret::new(code.as_str())
    }

    /// Gives a key a new PIN of eight digits and "sends" it: it is shown on the phone's page for a while.
    pub fn send_pin(&self, subscriber: &Subscriber, holding: &Holding) -> Secret {
        let number = u32::from_be_bytes(self.random());
        let pin = Zeroizing::new(format!("{:08}", number % 100_000_000));
        locked(&self.codes).show(&subscriber.user_id, &pin, self.now());
        self.set_pin(holding, Secret::new(pin.as_str()));
        Secret::new(pin.as_str())
    }

    /// The codes that were sent and are still good, the latest first.
    #[must_use]
    pub fn sent_codes(&self) -> Vec<SentCode> {
        locked(&self.codes).sent(self.now())
    }

    // Tokens and notes.

    /// Issues a token of this kind, valid for so many seconds, and ties data to it.
    pub fn issue(&self, kind: &str, subject: &str, lifetime_seconds: u32, data: Value) -> String {
        let token: String = self.random::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.now();
        let kept = Token { subject: subject.to_owned(), expires_at: after(now, lifetime_seconds), data };
        locked(&self.tokens).put(kind, &token, kept, now);
        token
    }

    /// Whether a token is valid, and for whom.
    ///
    /// # Errors
    /// When it was never issued, was revoked, or has expired.
    pub fn check(&self, kind: &str, token: &str) -> Result<Token, TokenError> {
        locked(&self.tokens).get(kind, token, self.now())
    }

    /// Takes a token back; whether there was one.
    pub fn revoke(&self, kind: &str, token: &str) -> bool {
        locked(&self.tokens).remove(kind, token).is_some()
    }

    /// Keeps something under a key for so many seconds, in place of what was there. `kind` begins with the
    /// provider's name.
    pub fn note(&self, kind: &str, key: &str, lifetime_seconds: u32, data: Value) {
        let now = self.now();
        let kept = Token { subject: String::new(), expires_at: after(now, lifetime_seconds), data };
        locked(&self.notes).put(kind, key, kept, now);
    }

    /// What was kept under a key.
    ///
    /// # Errors
    /// When nothing was, or its time is over.
    pub fn noted(&self, kind: &str, key: &str) -> Result<Value, TokenError> {
        locked(&self.notes).get(kind, key, self.now()).map(|kept| kept.data)
    }

    /// What was kept under a key, which then is no longer there: of two callers one gets it.
    ///
    /// # Errors
    /// As [`World::noted`].
    pub fn take_note(&self, kind: &str, key: &str) -> Result<Value, TokenError> {
        let mut notes = locked(&self.notes);
        let kept = notes.get(kind, key, self.now());
        notes.remove(kind, key);
        kept.map(|kept| kept.data)
    }

    // Transactions.

    /// Marks a transaction id as used, for transactions that do not go over the phone.
    ///
    /// # Errors
    /// [`SubmitError::Taken`] when it was used before.
    pub fn claim(&self, provider: &'static str, transaction_id: &str) -> Result<(), SubmitError> {
        locked(&self.transactions).claim(provider, transaction_id)
    }

    /// Gives a transaction to the phone.
    ///
    /// # Errors
    /// When the id was used before, or the order cannot be carried out.
    pub fn submit(&self, submission: Submission) -> Result<(), SubmitError> {
        self.work(&submission.order, Faults::default())?.check()?;
        locked(&self.transactions).submit(submission, self.now())?;
        if self.auto_approve.load(Ordering::Relaxed) {
            self.wake();
        }
        Ok(())
    }

    /// What became of a transaction.
    #[must_use]
    pub fn status(&self, provider: &'static str, transaction_id: &str) -> Status {
        self.expire();
        locked(&self.transactions).status(provider, transaction_id)
    }

    /// Signs at once, without the phone. The values are in the order of the documents, unless a fault has
    /// it otherwise.
    ///
    /// # Errors
    /// When there is no such key, or it does not sign this way.
    pub fn sign_now(&self, order: &Order) -> Result<Vec<SignedDocument>, SignError> {
        let name = format!("order {}", self.next_call());
        self.carried_out(&self.work(order, self.faults_for(&name))?)
    }

    /// A timestamp token over a digest, of now.
    pub(super) fn timestamp(&self, digest: &Digest, nonce: Option<&[u8]>) -> Result<Vec<u8>, SignError> {
        self.accounts.stamper.token(digest, &self.random::<16>(), nonce, self.now())
    }

    /// Signs, and keeps account of it.
    fn carried_out(&self, work: &Work<'_>) -> Result<Vec<SignedDocument>, SignError> {
        let signed = work.run()?;
        locked(&self.ledger).add(&work.order.documents);
        Ok(signed)
    }

    /// How often each digest that was ordered was signed, by its hexadecimal digits, in the order in which
    /// they were first signed. An approval on the phone counts, also where the system signs later.
    #[must_use]
    pub fn signatures(&self) -> Vec<(String, u32)> {
        locked(&self.ledger).counts()
    }

    fn faults_for(&self, name: &str) -> Faults {
        let faults = self.faults();
        if faults.strikes(name) { faults } else { Faults::default() }
    }

    fn work<'a>(&'a self, order: &'a Order, faults: Faults) -> Result<Work<'a>, SignError> {
        let unknown = || SignError::UnknownCredential { credential_id: order.credential_id.clone() };
        let (_, holding) = self.holding(&order.credential_id).ok_or_else(unknown)?;
        let other = self.accounts.other(holding).unwrap_or(holding);
        Ok(Work { order, holding, other, faults })
    }

    // The phone.

    /// Approves a transaction that waits: its documents are signed now.
    ///
    /// # Errors
    /// When none of this id waits.
    pub fn approve(&self, provider: &'static str, transaction_id: &str) -> Result<(), NotPending> {
        self.expire();
        let submission = locked(&self.transactions).begin(provider, transaction_id)?;
        let faults = self.faults_for(&format!("transaction {transaction_id}"));
        let values = self.work(&submission.order, faults).and_then(|work| self.carried_out(&work)).ok();
        let ended = locked(&self.transactions).finish(provider, transaction_id, values);
        self.tell(ended);
        Ok(())
    }

    /// Rejects a transaction that waits.
    ///
    /// # Errors
    /// When none of this id waits.
    pub fn reject(&self, provider: &'static str, transaction_id: &str) -> Result<(), NotPending> {
        let ended = locked(&self.transactions).refuse(provider, transaction_id, false)?;
        self.tell([ended]);
        Ok(())
    }

    /// Ends a transaction that waits as if nobody had looked at the phone.
    ///
    /// # Errors
    /// When none of this id waits.
    pub fn let_expire(&self, provider: &'static str, transaction_id: &str) -> Result<(), NotPending> {
        let ended = locked(&self.transactions).refuse(provider, transaction_id, true)?;
        self.tell([ended]);
        Ok(())
    }

    /// Approves everything that waits; says how many.
    pub fn approve_all(&self) -> usize {
        let waiting = locked(&self.transactions).waiting();
        waiting.into_iter().filter(|(provider, id)| self.approve(provider, id).is_ok()).count()
    }

    /// From now on every transaction is approved as soon as it is there, or no longer.
    pub fn set_auto_approve(&self, approves: bool) {
        self.auto_approve.store(approves, Ordering::Relaxed);
        if approves {
            self.wake();
        }
    }

    pub(super) fn auto_approves(&self) -> bool {
        self.auto_approve.load(Ordering::Relaxed)
    }

    /// The transactions that wait, at most 1,000, the latest first.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.expire();
        locked(&self.transactions).list(1000, true)
    }

    /// The latest transactions in any state, the latest first.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Pending> {
        self.expire();
        locked(&self.transactions).list(most, false)
    }

    pub(super) fn transaction_by_number(&self, number: u64) -> Option<(&'static str, String)> {
        locked(&self.transactions).by_number(number)
    }

    /// Ends what nobody decided in time.
    pub(super) fn expire(&self) {
        let ended = locked(&self.transactions).expire(self.now());
        self.tell(ended);
    }

    fn tell(&self, ended: impl IntoIterator<Item = Ended>) {
        let ended: Vec<Ended> = ended.into_iter().collect();
        if ended.is_empty() {
            return;
        }
        if let Some(sender) = locked(&self.ended).as_ref() {
            for one in ended {
                // A webhook is a hint: when nobody keeps up with them, some are lost.
                let _ = sender.try_send(one);
            }
        }
    }

    fn wake(&self) {
        if let Some(sender) = locked(&self.wake).as_ref() {
            // When it is full, somebody is awake already.
            let _ = sender.try_send(());
        }
    }

    pub(super) fn tell_to(&self, ended: Option<SyncSender<Ended>>, wake: Option<SyncSender<()>>) {
        *locked(&self.ended) = ended;
        *locked(&self.wake) = wake;
    }

    // Faults and the log.

    /// What goes wrong on purpose.
    #[must_use]
    pub fn faults(&self) -> Faults {
        locked(&self.faults).clone()
    }

    /// What goes wrong from now on.
    ///
    /// # Errors
    /// When a number is not in its range; then nothing changes.
    pub fn set_faults(&self, faults: Faults) -> Result<(), FaultsError> {
        faults.check()?;
        *locked(&self.faults) = faults;
        Ok(())
    }

    /// The latest calls, secrets hidden, the latest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        locked(&self.journal).entries()
    }

    pub(super) fn record(&self, entry: Entry) {
        locked(&self.journal).add(entry);
    }

    /// Every text that no log may show.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let party = self.relying_party();
        let mut secrets = vec![party.password.clone(), party.ssl2_signature.clone()];
        for one in self.subscribers() {
            secrets.extend([one.password.clone(), one.pin.clone()]);
        }
        secrets.extend(locked(&self.pins).iter().map(|(_, pin)| pin.clone()));
        secrets.extend(self.sent_codes().iter().map(|one| Secret::new(one.code.as_str())));
        secrets
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("root", self.root()).finish_non_exhaustive()
    }
}
