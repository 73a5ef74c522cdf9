//! A look at the certificates that somebody has with a service.

use kyso::client::config::ConfiguredService;
use kyso::client::store::Entry;
use kyso::client::{DriveError, Watch};
use kyso::remote::{Answer, Credential, FoundCertificate, Input, Listing, Service};

use super::console::Person;
use super::{context, interrupt};
use crate::failure::{Exit, Failure, told};

/// Whose certificates are looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    /// Number of a person or an organisation, user name.
    pub(crate) id: Option<String>,
    /// The contract.
    pub(crate) agreement: Option<String>,
}

impl Whose {
    /// What the store remembers them by.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().or(self.agreement.as_deref()).unwrap_or_default()
    }

    /// Whom a credential was found by.
    pub(crate) fn of(entry: &Entry) -> Self {
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
pub(crate) fn look(
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
    let entropy = context::entropy()?;
    let mut listing = Listing::begin(&service.service, &credential, &service.terms(&entropy), &entropy)
        .map_err(|error| Failure::new(error.fault().into(), format!("service {name}: {}", told(&error))))?;
    let driver = context::driver(service)?;
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
