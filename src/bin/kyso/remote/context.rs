//! The service, how it is reached, and where its secrets are.

use std::path::Path;
use std::time::Duration;

use kyso::client::config::{ConfigError, Configuration, ConfiguredService};
use kyso::client::secrets::Secrets;
use kyso::client::store::{Contents, Entry, Store, StoreError};
use kyso::client::{Driver, ProcessEnvironment, Settings, SettingsError};
use kyso::remote::Terms;
use zeroize::Zeroizing;

use crate::arguments::remote::Places;
use crate::failure::{Exit, Failure, note, told};
use crate::files;

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
pub(crate) fn secrets(service: &ConfiguredService, entry: Option<&Entry>) -> Secrets {
    entry.map_or_else(|| service.secrets.clone(), |entry| entry.secrets().or(&service.secrets))
}

/// What talks to the service.
pub(crate) fn driver(service: &ConfiguredService) -> Result<Driver, Failure> {
    let name = &service.name;
    let failed =
        |error: &SettingsError| Failure::new(Exit::Usage, format!("service {name}: {}", told(error)));
    let transport = &service.transport;
    let mut settings = Settings::for_service(&service.service)
        .map_err(|error| failed(&error))?
        .connect_timeout(Duration::from_secs(transport.connect_timeout_seconds.into()))
        .timeout(Duration::from_secs(transport.timeout_seconds.into()));
    for host in &transport.allowed_hosts {
        settings = settings.allow_host(host);
    }
    if let Some(path) = &transport.roots {
        settings = settings.roots(files::read(path, files::SMALL)?);
    }
    if let Some((path, key)) = transport.client_certificate.as_deref().zip(transport.client_key.as_ref()) {
        let key = key.resolve(&ProcessEnvironment).map_err(|error| {
            Failure::new(Exit::from(error.fault()), format!("service {name}: client-key: {}", told(&error)))
        })?;
        let key = Zeroizing::new(key.expose().as_bytes().to_vec());
        settings = settings.client_certificate(files::read(path, files::SMALL)?, key);
    }
    settings.driver().map_err(|error| failed(&error))
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
    let terms = Terms::with_entropy(entropy)
        .patience_seconds(patience.unwrap_or(service.transport.patience_seconds))
        .poll_seconds(service.transport.poll_seconds);
    match description {
        Some(text) => terms.description(text),
        None => terms,
    }
}

/// A path that stays good when the current folder changes.
pub(crate) fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::io(path, "finding", &error))
}
