//! From what is configured to what talks: the driver of a service, the terms of a transaction, the secrets
//! of a credential.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::Environment;
use super::config::ConfiguredService;
use super::driver::Driver;
use super::error::SettingsError;
use super::secrets::{SecondFactorDefeated, SecretError, Secrets};
use super::settings::Settings;
use super::store::Entry;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::remote::Terms;

/// The longest file of certificates in bytes.
const LONGEST: u64 = 16 << 20;

/// Why a configured service cannot be talked to. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// A file of certificates that cannot be read.
    #[error("{}: reading failed", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file longer than any with certificates.
    #[error("{}: it has more than {most} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How many it may have.
        most: u64,
    },
    /// The private key of the client's certificate is not to be had.
    #[error("the client's key")]
    ClientKey(#[from] SecretError),
    /// A setting that cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl ConnectError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Io { .. } => Fault::Io,
            Self::ClientKey(error) => error.fault(),
            _ => Fault::Caller,
        }
    }
}

impl ConfiguredService {
    /// What its driver may do: see [`Transport`](super::config::Transport).
    ///
    /// # Errors
    /// [`ConnectError`]: a file or a secret that is named is not to be had.
    pub fn settings(&self, environment: &dyn Environment) -> Result<Settings, ConnectError> {
        let transport = &self.transport;
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let mut settings = Settings::for_service(&self.service)
            .connect_timeout(seconds(transport.connect_timeout_seconds))
            .timeout(seconds(transport.timeout_seconds));
        for host in &transport.allowed_hosts {
            settings = settings.allow_host(host);
        }
        if let Some(path) = &transport.roots {
            settings = settings.roots(read(path)?);
        }
        if let (Some(certificate), Some(key)) = (&transport.client_certificate, &transport.client_key) {
            let key = key.resolve(environment)?;
            let key = Zeroizing::new(key.expose().as_bytes().to_vec());
            settings = settings.client_certificate(read(certificate)?, key);
        }
        Ok(settings)
    }

    /// Its driver. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn driver(&self, environment: &dyn Environment) -> Result<Driver, ConnectError> {
        Ok(self.settings(environment)?.driver()?)
    }

    /// Terms of a new transaction, with the patience that is configured. `entropy` must be fresh.
    #[must_use]
    pub fn terms(&self, entropy: &Entropy) -> Terms {
        Terms::with_entropy(entropy)
            .patience_seconds(self.transport.patience_seconds)
            .poll_seconds(self.transport.poll_seconds)
    }

    /// Where the secrets for signing with a credential are: its own, then the service's.
    ///
    /// # Errors
    /// [`SecondFactorDefeated`]: together they have password and seed of the one-time codes, which the owner
    /// of neither accepted.
    pub fn secrets_for(&self, entry: &Entry) -> Result<Secrets, SecondFactorDefeated> {
        let secrets = entry.secrets().or(&self.secrets);
        secrets.check(self.automatic_otp || entry.automatic_otp())?;
        Ok(secrets)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConnectError> {
    let failed = |source| ConnectError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(ConnectError::TooLong { path: path.to_owned(), most: LONGEST });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::certificate::sample::{certificate, rsa_spki};
    use crate::client::config::Configuration;
    use crate::remote::FoundCertificate;

    fn service(more: &str, folder: &Path) -> ConfiguredService {
        let text = format!(
            "[services.a]\nsystem = \"vnpt\"\nbase-url = \"https://ca.example\"\nsp-id = \"1\"\n{more}\n"
        );
        let environment = BTreeMap::new();
        Configuration::parse(&text, folder, &environment).unwrap().service("a").unwrap().clone()
    }

    fn testdata() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys")
    }

    #[test]
    fn a_driver_is_made_of_what_is_configured() {
        let environment = BTreeMap::from([(
            "KEY".into(),
            std::fs::read_to_string(testdata().join("rsa2048-key.pem")).unwrap(),
        )]);
        let with = |more: &str| service(more, &testdata()).driver(&environment);
        assert!(with("").is_ok());
        let all = "roots = \"root.pem\"\nallowed-hosts = [\"b.example:8443\"]\n\
                   client-certificate = \"rsa2048-chain.pem\"\nclient-key = \"env:KEY\"";
        with(all).unwrap();
        let missing = with("roots = \"none.pem\"").unwrap_err();
        assert!(matches!(&missing, ConnectError::Io { path, .. } if path.ends_with("none.pem")), "{missing}");
        assert_eq!(missing.fault(), Fault::Io);
        let unset = with(&all.replace("env:KEY", "env:NONE")).unwrap_err();
        assert!(matches!(unset, ConnectError::ClientKey(SecretError::Unset { .. })), "{unset}");
        let unfit = with(&all.replace("rsa2048-chain", "p256-chain")).unwrap_err();
        assert!(matches!(unfit, ConnectError::Settings(SettingsError::ClientCertificate { .. })), "{unfit}");
        assert!(matches!(with("allowed-hosts = [\"a b\"]"), Err(ConnectError::Settings(_))));
    }

    #[test]
    fn terms_have_the_patience_that_is_configured() {
        let service = service("patience-seconds = 77\npoll-seconds = 5", Path::new("/"));
        let terms = service.terms(&Entropy::new([7; 32]));
        assert_eq!((terms.patience_seconds, terms.poll_seconds, terms.transaction_id.len()), (77, 5, 32));
    }

    #[test]
    fn secrets_of_service_and_credential_are_looked_at_together() {
        let found = FoundCertificate {
            certificates: vec![certificate("An", &rsa_spki(256))],
            ..FoundCertificate::default()
        };
        let mut contents = crate::client::store::Contents::default();
        contents.add(Entry::new("a", "1", found).unwrap(), Some("An")).unwrap();
        let password = Secrets { user_password: Some("env:P".parse().unwrap()), ..Secrets::default() };
        contents.set_auth("An", password, false).unwrap();
        let entry = contents.get("An").unwrap();
        let seed = "secrets.totp = { reference = \"env:T\", encoding = \"hex\" }";
        assert!(service("", Path::new("/")).secrets_for(entry).unwrap().user_password.is_some());
        assert_eq!(service(seed, Path::new("/")).secrets_for(entry), Err(SecondFactorDefeated));
        let agreed = service(&format!("automatic-otp = true\n{seed}"), Path::new("/"));
        assert!(agreed.secrets_for(entry).unwrap().defeat_second_factor());
    }
}
