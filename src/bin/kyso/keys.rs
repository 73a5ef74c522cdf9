//! Certificates, keys, and the secrets that environment variables hold.

use std::env;
use std::path::Path;

use kyso::Password;
use kyso::certificate::{Certificate, Chain};
use kyso::signer::{LocalKey, SignerError};
use zeroize::Zeroizing;

use crate::failure::{Exit, Failure, advised, told};
use crate::files;

/// The password in an environment variable.
pub(crate) fn password(variable: Option<&str>) -> Result<Option<Password>, Failure> {
    Ok(secret(variable)?.map(Password::new))
}

/// The bytes in an environment variable.
pub(crate) fn secret(variable: Option<&str>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(variable) = variable else { return Ok(None) };
    match env::var_os(variable) {
        Some(value) => Ok(Some(value.into_encoded_bytes())),
        None => Err(unset("--password-env", variable)),
    }
}

fn passphrase(variable: Option<&str>) -> Result<Option<Zeroizing<String>>, Failure> {
    let Some(variable) = variable else { return Ok(None) };
    match env::var(variable) {
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(env::VarError::NotPresent) => Err(unset("--passphrase-env", variable)),
        Err(env::VarError::NotUnicode(_)) => {
            Err(Failure::new(Exit::Usage, format!("--passphrase-env: variable {variable} is not UTF-8")))
        }
    }
}

fn unset(option: &str, variable: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{option}: variable {variable} is not set; export it first"))
}

/// Certificates in PEM.
pub(crate) fn chain(path: &Path) -> Result<Chain, Failure> {
    let pem = files::read(path, files::SMALL)?;
    Chain::from_pem(&pem).map_err(|error| {
        let advice = Some("give the signer's certificate and its issuers in PEM");
        Failure::at(Exit::Usage, path, advised(told(&error), advice))
    })
}

/// Certificates in PEM, each by itself: trust anchors, or issuers that are missing.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let pem = files::read(path, files::SMALL)?;
    Certificate::all_from_pem(&pem).map_err(|error| {
        let advice = Some("give certificates in PEM");
        Failure::at(Exit::Usage, path, advised(told(&error), advice))
    })
}

/// A private key and the certificates that go with it.
pub(crate) fn key_and_chain(
    key_path: &Path,
    cert: Option<&Path>,
    passphrase_env: Option<&str>,
) -> Result<(LocalKey, Chain), Failure> {
    let passphrase = passphrase(passphrase_env)?;
    let passphrase = passphrase.as_ref().map(|text| text.as_str());
    let given = cert.map(chain).transpose()?;
    let bytes = Zeroizing::new(files::read(key_path, files::SMALL)?);
    let failed = |error: SignerError| unreadable_key(key_path, &error);
    let (key, chain) = if looks_like_pem(&bytes) {
        let key = LocalKey::from_pem(&bytes, passphrase).map_err(failed)?;
        let chain = given.ok_or_else(|| {
            Failure::new(Exit::Usage, "a key in PEM comes without certificates; give them with --cert")
        })?;
        (key, chain)
    } else {
        let (key, own) = LocalKey::from_pkcs12(&bytes, passphrase.unwrap_or_default()).map_err(failed)?;
        (key, given.unwrap_or(own))
    };
    if !key.belongs_to(chain.public_key()) {
        let leaf = chain.leaf().subject();
        return Err(Failure::at(
            Exit::Usage,
            key_path,
            format!("this key does not belong to the certificate of {leaf}; give the pair that does"),
        ));
    }
    Ok((key, chain))
}

fn looks_like_pem(bytes: &[u8]) -> bool {
    // DER of a PKCS#12 file begins with a SEQUENCE.
    bytes.first() != Some(&0x30)
}

fn unreadable_key(path: &Path, error: &SignerError) -> Failure {
    let advice = match error {
        SignerError::PassphraseNeeded | SignerError::Decryption => {
            Some("name the environment variable that holds the passphrase with --passphrase-env")
        }
        _ => None,
    };
    Failure::at(Exit::Usage, path, advised(told(error), advice))
}
