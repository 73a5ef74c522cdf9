//! The configuration: which services there are, how they are reached, where their secrets are.
//!
//! A file in TOML. It is the one that the caller names (`--config`), else the one in `$KYSO_CONFIG`, else
//! `kyso.toml` in the current folder, else `kyso.toml` in the user's configuration folder
//! (`$XDG_CONFIG_HOME/kyso`, `~/.config/kyso`, `~/Library/Application Support/kyso`, `%APPDATA%\kyso`).
//!
//! ```toml
//! images = "signatures"                 # a folder with default signature images
//!
//! [services.smartca]                    # a name of letters, digits, hyphens and underscores
//! system = "vnpt"                       # vnpt, vnpt-th, mobile-id, efy, csc, manual
//! base-url = "https://gwsca.vnpt.vn/sca/sp769"
//! sp-id = "4184-637127995547330633.apps.signserviceapi.com"
//! roots = "vnpt-roots.pem"              # what follows in this table is the same for every system
//! patience-seconds = 300
//!
//! [services.smartca.secrets]            # where secrets are, never the secrets themselves
//! service-password = "env:SMARTCA_PASSWORD"
//!
//! [services.company]
//! system = "vnpt-th"
//! base-url = "https://gwsca.vnpt.vn/sca/sp769"
//! sp-id = "4184-637127995547330633.apps.signserviceapi.com"
//! automatic-otp = true                  # accepts that password and seed together are one factor, not two
//!
//! [services.company.secrets]
//! service-password = "keyring:kyso/smartca"
//! user-password = "file:secrets/company-password"
//! totp = { reference = "file:secrets/company-totp", encoding = "base32" }
//! ```
//!
//! Keys may be written with hyphens or underscores. The fields of a system are those of its `Service`:
//! [`remote::vnpt::Service`](crate::remote::vnpt::Service) and so on; the others are
//! [`Transport`]'s, and `automatic-otp`. Relative paths begin at the folder of the file.
//!
//! Environment variables override fields of a service: `KYSO_`, the name of the service, `_` and the key,
//! in capitals with underscores, as `KYSO_SMARTCA_BASE_URL` or `KYSO_SMARTCA_PATIENCE_SECONDS`. A list has
//! commas between its members; tables inside a service, `system` and secrets are not overridden.

mod error;
mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use self::error::ConfigError;

use self::error::Text;
pub(crate) use self::error::without_value;
use self::fields::{FieldError, Fields, hyphenated};
use super::Environment;
use super::environment::{configuration_folder, named_path};
use super::secrets::{SecretReference, Secrets};
use crate::remote::{Service, System};

/// The longest configuration in bytes.
const LONGEST: u64 = 1 << 20;

/// What is configured.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Configuration {
    /// The file that it was read from.
    pub path: Option<PathBuf>,
    /// A folder with signature images to choose from.
    pub images: Option<PathBuf>,
    services: BTreeMap<String, ConfiguredService>,
}

/// A service as it is configured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConfiguredService {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is and who the relying party is.
    pub service: Service,
    /// How it is reached.
    pub transport: Transport,
    /// Where secrets for it are.
    pub secrets: Secrets,
    /// Whether its owner accepts that a signer's password and the seed of the one-time codes are kept
    /// together.
    pub automatic_otp: bool,
}

impl ConfiguredService {
    /// What people should know about it: that its second factor is none.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.secrets.defeat_second_factor().then(|| {
            format!(
                "service {}: the signer's password and the seed of the one-time codes are kept together, \
                 so whoever reads both can sign",
                self.name
            )
        })
    }
}

/// How a service is reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Transport {
    /// A file of certificates in PEM: the only trust anchors for TLS. Default: Mozilla's.
    pub roots: Option<PathBuf>,
    /// A file of certificates in PEM with which the client shows who it is. Goes with `client-key`.
    pub client_certificate: Option<PathBuf>,
    /// Where the private key of `client-certificate` is, in PEM: a reference as for any other secret.
    pub client_key: Option<SecretReference>,
    /// The hosts that requests may go to besides the one of `base-url`: `host`, or `host:port`.
    pub allowed_hosts: Vec<String>,
    /// Seconds until a connection must stand. Default: 10.
    pub connect_timeout_seconds: u32,
    /// Seconds until a request must be answered. Default: 60.
    pub timeout_seconds: u32,
    /// Seconds that the signer has for confirming. Default: 300.
    pub patience_seconds: u32,
    /// Seconds between two questions for the outcome. Default: 3.
    pub poll_seconds: u32,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            roots: None,
            client_certificate: None,
            client_key: None,
            allowed_hosts: Vec::new(),
            connect_timeout_seconds: 10,
            timeout_seconds: 60,
            patience_seconds: 300,
            poll_seconds: 3,
        }
    }
}

impl Transport {
    const KEYS: [&str; 8] = [
        "roots",
        "client-certificate",
        "client-key",
        "allowed-hosts",
        "connect-timeout-seconds",
        "timeout-seconds",
        "patience-seconds",
        "poll-seconds",
    ];

    fn check(&self) -> Result<(), &'static str> {
        if self.client_certificate.is_some() != self.client_key.is_some() {
            return Err("`client-certificate` and `client-key` go together");
        }
        // A day: what is longer is a slip of the pen, and sums of it must not overflow.
        let seconds =
            [self.connect_timeout_seconds, self.timeout_seconds, self.patience_seconds, self.poll_seconds];
        if seconds.iter().any(|seconds| !(1..=86_400).contains(seconds)) {
            return Err("timeouts, `patience-seconds` and `poll-seconds` are from 1 to 86400 seconds");
        }
        Ok(())
    }

    fn relative_to(mut self, folder: &Path) -> Self {
        self.roots = self.roots.map(|path| folder.join(path));
        self.client_certificate = self.client_certificate.map(|path| folder.join(path));
        self.client_key = self.client_key.map(|reference| reference.relative_to(folder));
        self
    }
}

impl Configuration {
    /// Reads the file that the caller names, or else the one that is found as this module's page says.
    ///
    /// # Errors
    /// [`ConfigError`]: there is none, or it cannot be read, or something in it is wrong.
    pub fn find(named: Option<&Path>, environment: &dyn Environment) -> Result<Self, ConfigError> {
        if let Some(path) = named.map(Path::to_owned).or_else(|| named_path(environment, "KYSO_CONFIG")) {
            return Self::read(&path, environment);
        }
        let mut tried = vec![PathBuf::from("kyso.toml")];
        tried.extend(configuration_folder(environment).map(|folder| folder.join("kyso.toml")));
        // One that is there and cannot be read is an error, and not a reason to take another.
        match tried.iter().find(|path| fs::symlink_metadata(path).is_ok()) {
            Some(path) => Self::read(path, environment),
            None => Err(ConfigError::None { tried }),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`]: it cannot be read, or something in it is wrong.
    pub fn read(path: &Path, environment: &dyn Environment) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Io { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(ConfigError::NoFile { path: path.to_owned() });
        }
        let mut text = String::new();
        let file = fs::File::open(path).map_err(failed)?;
        file.take(LONGEST.saturating_add(1)).read_to_string(&mut text).map_err(failed)?;
        if text.len() as u64 > LONGEST {
            return Err(ConfigError::TooLong { path: path.to_owned(), most: LONGEST });
        }
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        // A path that lasts: the store keeps some of them.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let configuration = Self::parse(&text, &folder, environment);
        let mut configuration = configuration.map_err(|error| error.in_file(path))?;
        configuration.path = Some(path.to_owned());
        Ok(configuration)
    }

    /// Reads the text of a file in `folder`.
    ///
    /// # Errors
    /// [`ConfigError`]: something in it is wrong.
    pub fn parse(text: &str, folder: &Path, environment: &dyn Environment) -> Result<Self, ConfigError> {
        let read = || {
            let root = DeTable::parse(text).map_err(|error| FieldError {
                message: error.message().to_owned(),
                at: error.span().map(fields::At::Span),
            })?;
            parse(root.into_inner(), folder, environment)
        };
        read().map_err(|error: FieldError| Text(text).place(error))
    }

    /// The services by name, in the order of their names.
    pub fn services(&self) -> impl Iterator<Item = &ConfiguredService> {
        self.services.values()
    }

    /// The service of a name.
    ///
    /// # Errors
    /// [`ConfigError::NoService`].
    pub fn service(&self, name: &str) -> Result<&ConfiguredService, ConfigError> {
        self.services.get(name).ok_or_else(|| ConfigError::NoService {
            name: name.to_owned(),
            known: self.services.keys().cloned().collect(),
        })
    }
}

fn parse(
    root: DeTable<'_>,
    folder: &Path,
    environment: &dyn Environment,
) -> Result<Configuration, FieldError> {
    let mut configuration = Configuration::default();
    for (key, value) in root {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("images", DeValue::String(path)) => configuration.images = Some(folder.join(path.as_ref())),
            ("images", _) => return Err(FieldError::new("`images` is the path of a folder", value.span())),
            ("services", _) => configuration.services = services(table(value)?, folder, environment)?,
            _ => {
                let message = format!("unknown key `{}`, expected `services` or `images`", key.get_ref());
                return Err(FieldError::new(message, key.span()));
            }
        }
    }
    Ok(configuration)
}

fn table(value: Spanned<DeValue<'_>>) -> Result<DeTable<'_>, FieldError> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Ok(table),
        _ => Err(FieldError::new("a table is expected here", span)),
    }
}

fn services(
    table_of_services: DeTable<'_>,
    folder: &Path,
    environment: &dyn Environment,
) -> Result<BTreeMap<String, ConfiguredService>, FieldError> {
    let mut services = BTreeMap::new();
    let mut prefixes = BTreeMap::new();
    for (key, value) in table_of_services {
        let (name, span) = (key.get_ref().to_string(), key.span());
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_word) {
            let message = "the name of a service is 1 to 64 letters, digits, hyphens and underscores";
            return Err(FieldError::new(message, span));
        }
        let prefix = format!("KYSO_{}_", name.replace('-', "_").to_ascii_uppercase());
        if let Some(other) = prefixes.insert(prefix.clone(), name.clone()) {
            let message = format!("services `{other}` and `{name}` would share their environment variables");
            return Err(FieldError::new(message, span));
        }
        let read = service(&name, table(value)?, &prefix, folder, environment);
        // What is missing is missing in this service.
        let read = read.map_err(|mut error| {
            error.at.get_or_insert(fields::At::Span(span));
            error
        })?;
        services.insert(name, read);
    }
    Ok(services)
}

fn service(
    name: &str,
    table_of_service: DeTable<'_>,
    prefix: &str,
    folder: &Path,
    environment: &dyn Environment,
) -> Result<ConfiguredService, FieldError> {
    let mut system = None;
    let mut secrets = (Secrets::default(), 0..0);
    let (mut own, mut transport, mut agreement) = (Vec::new(), Vec::new(), Vec::new());
    for (key, value) in table_of_service {
        match hyphenated(key.get_ref()).as_str() {
            "system" => system = Some(system_of(&value)?),
            "secrets" => {
                let (at, fields) = (key.span(), table(value)?.into_iter().collect());
                // No variable overrides these: what would stand in one is a secret, sooner or later.
                let none = BTreeMap::new();
                secrets = (Fields { fields, environment: &none, prefix }.read()?, at);
            }
            "automatic-otp" => agreement.push((key, value)),
            spelt if Transport::KEYS.contains(&spelt) => transport.push((key, value)),
            _ => own.push((key, value)),
        }
    }
    let missing = || FieldError { message: format!("`system` is missing; it is {}", systems()), at: None };
    let system = system.ok_or_else(missing)?;
    let transport: Transport = Fields { fields: transport, environment, prefix }.read()?;
    transport.check().map_err(|message| FieldError { message: message.into(), at: None })?;
    let agreement: Agreement = Fields { fields: agreement, environment, prefix }.read()?;
    let (secrets, secrets_at) = secrets;
    secrets
        .check(agreement.automatic_otp)
        .map_err(|error| FieldError::new(format!("{error} = true"), secrets_at))?;
    Ok(ConfiguredService {
        name: name.to_owned(),
        service: of_system(system, Fields { fields: own, environment, prefix })?,
        transport: transport.relative_to(folder),
        secrets: secrets.relative_to(folder),
        automatic_otp: agreement.automatic_otp,
    })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Agreement {
    automatic_otp: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn systems() -> String {
    System::ALL.map(|system| format!("\"{}\"", system.name())).join(", ")
}

fn system_of(value: &Spanned<DeValue<'_>>) -> Result<System, FieldError> {
    let found = match value.get_ref() {
        DeValue::String(name) => System::from_name(name),
        _ => None,
    };
    found.ok_or_else(|| FieldError::new(format!("no such system; it is {}", systems()), value.span()))
}

/// The variant by hand: what serde buffers for a tagged enumeration has lost its place in the file.
fn of_system<'i>(system: System, fields: Fields<'_, 'i>) -> Result<Service, FieldError> {
    Ok(match system {
        System::Vnpt => Service::Vnpt(fields.read()?),
        System::VnptTh => Service::VnptTh(fields.read()?),
        System::MobileId => Service::MobileId(fields.read()?),
        System::Efy => Service::Efy(fields.read()?),
        System::Csc => Service::Csc(fields.read()?),
        System::Manual => {
            let Nothing {} = fields.read()?;
            Service::Manual
        }
    })
}
