//! A look at the certificates that somebody has with a service.

use kyso::Entropy;
use kyso::client::config::ConfiguredService;
use kyso::client::store::Entry;
use kyso::client::{DriveError, ProcessEnvironment, Watch};
use kyso::remote::{Answer, Credential, FoundCertificate, Input, Listing, Service};

use super::details::{day, plain};
use crate::failure::{Exit, Failure, note, told};
use crate::remote::console::{Person, now};
use crate::remote::interrupt;

/// Whose certificates are looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Whose {
    /// Number of a person or an organisation, user name.
    pub(super) id: Option<String>,
    /// The contract.
    pub(super) agreement: Option<String>,
}

impl Whose {
    /// What the store remembers them by.
    pub(super) fn id(&self) -> &str {
        self.id.as_deref().or(self.agreement.as_deref()).unwrap_or_default()
    }

    /// Whom a credential was found by.
    pub(super) fn of(entry: &Entry) -> Self {
        let agreement = entry.credential().agreement_uuid.clone();
        let id = Some(entry.id().to_owned()).filter(|id| !id.is_empty() && agreement.as_ref() != Some(id));
        Self { id, agreement }
    }

    fn credential(&self, service: &Service) -> Credential {
        // With EFY there is nothing but the contract.
        let by_contract = matches!(service, Service::Efy(_)) && self.agreement.is_none();
        let (id, agreement) =
            if by_contract { (None, &self.id) } else { (self.id.as_ref(), &self.agreement) };
        let credential = Credential::new(id.cloned().unwrap_or_default());
        match agreement {
            Some(uuid) => credential.agreement_uuid(uuid),
            None => credential,
        }
    }
}

/// Asks the service.
pub(super) fn look(
    service: &ConfiguredService,
    whose: &Whose,
    serial: Option<&str>,
    person: &mut Person<'_>,
) -> Result<Vec<FoundCertificate>, Failure> {
    let name = &service.name;
    if service.service.base_url().is_none() {
        let line = format!("service {name}: people carry its requests, so it has no certificates to look at");
        return Err(Failure::new(Exit::Usage, line));
    }
    let mut credential = whose.credential(&service.service);
    if let Some(serial) = serial {
        credential = credential.serial_number(serial);
    }
    let entropy = Entropy::from_os()
        .map_err(|error| Failure::new(Exit::Io, format!("the system gives no randomness: {error}")))?;
    let mut listing = Listing::begin(&service.service, &credential, &service.terms(&entropy), &entropy)
        .map_err(|error| Failure::new(error.fault().into(), format!("service {name}: {}", told(&error))))?;
    let driver = service
        .driver(&ProcessEnvironment)
        .map_err(|error| Failure::new(error.fault().into(), format!("service {name}: {}", told(&error))))?;
    interrupt::watch();
    driver.run(&mut listing, &mut Looking(person)).map_err(|error| {
        let exit = match &error {
            // The service said nothing at all.
            DriveError::Failed { lost: Some(_), .. } => Exit::Io,
            error => error.fault().into(),
        };
        Failure::new(exit, format!("service {name}: {}", told(&error)))
    })
}

/// Nothing is stored, since a look can be had again, and nobody's phone is waited for.
struct Looking<'p, 'e>(&'p mut Person<'e>);

impl Watch for Looking<'_, '_> {
    fn persist(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Answer {
        self.0.input(input).map_or(Answer::Declined, Answer::Given)
    }

    fn interrupted(&self) -> bool {
        interrupt::is_pressed()
    }
}

/// Entries of what was found. What has no certificate that can be read is passed over with a warning.
pub(super) fn entries(service: &str, whose: &Whose, found: Vec<FoundCertificate>) -> Vec<Entry> {
    let read = |found: FoundCertificate| {
        let credential = &found.credential;
        let which = credential.serial_number.as_ref().or(credential.credential_id.as_ref());
        let which = which.map(|which| format!("certificate {}: ", plain(which))).unwrap_or_default();
        Entry::new(service, whose.id(), found)
            .inspect_err(|error| note("warning: ", &format!("service {service}: {which}{}", told(error))))
            .ok()
    };
    found.into_iter().filter_map(read).collect()
}

/// Warns when the certificate is somebody else's, as far as it says, or not valid now.
pub(super) fn warn(entry: &Entry, alias: &str) {
    let leaf = entry.leaf();
    if entry.subject_has_id() == Some(false) {
        let ids = entry.subject_ids().into_iter().map(|id| format!("{} {}", id.kind, id.number));
        let ids = ids.collect::<Vec<_>>().join(", ");
        let line = format!("{alias}: the certificate is for {ids}, and {} was asked for", entry.id());
        note("warning: ", &line);
    }
    let now = now().timestamp();
    if now > leaf.not_after() {
        note("warning: ", &format!("{alias}: the certificate was valid until {}", day(leaf.not_after())));
    } else if now < leaf.not_before() {
        note("warning: ", &format!("{alias}: the certificate is valid from {}", day(leaf.not_before())));
    }
}
