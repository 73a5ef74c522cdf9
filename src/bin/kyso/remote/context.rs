//! The service, how it is reached, and where its secrets are.

use std::path::Path;

use kyso::client::config::{ConfigError, Configuration, ConfiguredService};
use kyso::client::secrets::Secrets;
use kyso::client::store::{Contents, Entry, Store, StoreError};
use kyso::client::{Driver, ProcessEnvironment};
use kyso::remote::Terms;

use crate::arguments::remote::Places;
use crate::failure::{Exit, Failure, note, told};

/// What is configured.
pub(crate) fn configuration(places: &Places) -> Result<Configuration, Failure> {
    Configuration::find(places.config.as_deref(), &ProcessEnvironment).map_err(|error| misconfigured(&error))
}

/// The service of this name.
pub(crate) fn service<'c>(
    configuration: &'c Configuration,
    name: &str,
) -> Result<&'c ConfiguredService, Failure> {
    let service = configuration.service(name).map_err(|error| misconfigured(&error))?;
    if let Some(warning) = service.warning() {
        note("warning: ", &warning);
    }
    Ok(service)
}

fn misconfigured(error: &ConfigError) -> Failure {
    Failure::new(Exit::from(error.fault()), told(error))
}

/// The credentials.
pub(crate) fn credentials(places: &Places) -> Result<Contents, Failure> {
    let store = Store::find(places.store.as_deref(), &ProcessEnvironment);
    store.and_then(|store| store.read()).map_err(|error| not_stored(&error))
}

pub(crate) fn not_stored(error: &StoreError) -> Failure {
    Failure::new(Exit::from(error.fault()), told(error))
}

/// The credential of this alias, or the default one.
pub(crate) fn entry<'c>(credentials: &'c Contents, alias: Option<&str>) -> Result<&'c Entry, Failure> {
    match alias {
        Some(alias) => credentials.get(alias).map_err(|error| not_stored(&error)),
        None => credentials.default_entry().ok_or_else(|| {
            let line = "there is no default credential; name one with --credential, or choose one with `kyso cert default`";
            Failure::new(Exit::Usage, line)
        }),
    }
}

/// Where secrets are: the credential's own before the service's.
pub(crate) fn secrets(service: &ConfiguredService, entry: Option<&Entry>) -> Result<Secrets, Failure> {
    // What belongs to one service is not told to another, whichever a command names.
    let own = entry.filter(|entry| entry.service() == service.name);
    let Some(entry) = own else { return Ok(service.secrets.clone()) };
    let failed = |error| Failure::new(Exit::Usage, format!("credential {}: {error}", entry.alias()));
    service.secrets_for(entry).map_err(failed)
}

/// What talks to the service.
pub(crate) fn driver(service: &ConfiguredService) -> Result<Driver, Failure> {
    service.driver(&ProcessEnvironment).map_err(|error| {
        Failure::new(Exit::from(error.fault()), format!("service {}: {}", service.name, told(&error)))
    })
}

/// Fresh randomness.
pub(crate) fn entropy() -> Result<kyso::Entropy, Failure> {
    kyso::Entropy::from_os()
        .map_err(|error| Failure::new(Exit::Io, format!("the system gives no randomness: {error}")))
}

/// What a new transaction is begun with.
pub(crate) fn terms(
    service: &ConfiguredService,
    patience: Option<u32>,
    description: Option<&str>,
    entropy: &kyso::Entropy,
) -> Terms {
    let terms = service.terms(entropy);
    let terms = patience.map_or(terms.clone(), |seconds| terms.patience_seconds(seconds));
    match description {
        Some(text) => terms.description(text),
        None => terms,
    }
}

/// A path that stays good when the current folder changes.
pub(crate) fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::io(path, "finding", &error))
}
