//! Options of `cert`.

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{ArgGroup, Args, Subcommand};
use kyso::client::secrets::{ReferenceError, SecretReference, TotpEncoding};

use super::value::words;

#[derive(Args)]
pub(crate) struct Cert {
    #[command(subcommand)]
    pub(crate) command: CertCommand,
    /// The configuration. Default: $KYSO_CONFIG, else ./kyso.toml, else the one in the user's folder.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// The credentials. Default: $KYSO_STORE, else credentials.json in the user's folder.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum CertCommand {
    /// Adds certificates that a service has for somebody: one by its serial number, or all.
    Add(AddCert),
    /// Lists the credentials.
    List(ListCerts),
    /// Shows a credential with everything that is known of it.
    Show(ShowCert),
    /// Gives a credential another name.
    Rename(RenameCert),
    /// Gives a credential a signature image.
    SetImage(SetImage),
    /// Says where a signer's password, PIN or seed of one-time codes is, for signing without people.
    SetAuth(SetAuth),
    /// Makes a credential the one that is signed with when none is named; without options says which it is.
    Default(DefaultCert),
    /// Takes credentials out.
    Rm(RemoveCerts),
    /// Asks the services what they say about the credentials now.
    Refresh(RefreshCerts),
}

#[derive(Args)]
#[command(group(ArgGroup::new("whose").required(true).multiple(true).args(["id", "agreement"])))]
pub(crate) struct AddCert {
    /// The service, by its name in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) service: String,
    /// Whose: number of the identity card or passport, tax code, user name with the service.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The contract, agreementUUID of EFY and RSSP.
    #[arg(long, value_name = "UUID")]
    pub(crate) agreement: Option<String>,
    /// Only the certificate of this serial number, as the service or the certificate has it.
    #[arg(long, value_name = "S")]
    pub(crate) serial: Option<String>,
    /// Only the key of this id, where a service gives one certificate several: credentialID of CSC and RSSP.
    #[arg(long, value_name = "ID")]
    pub(crate) key: Option<String>,
    /// Its name, if it is one. Default: what the certificate's subject is called.
    #[arg(long, value_name = "A")]
    pub(crate) alias: Option<String>,
    /// Prints what was added as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ListCerts {
    /// Prints them as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ShowCert {
    /// Its name, or the SHA-256 of its certificate. Default: the default.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Prints it as JSON.
    #[arg(long, conflicts_with = "pem")]
    pub(crate) json: bool,
    /// Prints its certificates in PEM, the signer's first.
    #[arg(long)]
    pub(crate) pem: bool,
}

#[derive(Args)]
pub(crate) struct RenameCert {
    /// Its name, or the SHA-256 of its certificate.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Its new name.
    #[arg(value_name = "ALIAS")]
    pub(crate) alias: String,
}

#[derive(Args)]
#[command(group(ArgGroup::new("image").required(true).args(["file", "choose", "choices", "none"])))]
pub(crate) struct SetImage {
    /// The credential's name, or the SHA-256 of its certificate.
    #[arg(value_name = "NAME", required_unless_present = "choices")]
    pub(crate) name: Option<String>,
    /// A PNG or JPEG, of at most 1 MiB, which the store keeps.
    #[arg(value_name = "IMAGE")]
    pub(crate) file: Option<PathBuf>,
    /// Keeps the path alone, and reads the image when it is needed.
    #[arg(long, conflicts_with_all = ["none", "choices"])]
    pub(crate) link: bool,
    /// Takes the image of this name from the folder `images` of the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) choose: Option<String>,
    /// Lists the images in that folder.
    #[arg(long)]
    pub(crate) choices: bool,
    /// Takes the image away.
    #[arg(long)]
    pub(crate) none: bool,
}

#[derive(Args)]
#[command(group(ArgGroup::new("auth").required(true).multiple(true).args(
    ["password", "pin", "totp", "access_token", "clear"],
)))]
pub(crate) struct SetAuth {
    /// The credential's name, or the SHA-256 of its certificate.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Where the signer's own password is: env:NAME, file:PATH or keyring:SERVICE/USER. A one-time code is
    /// still asked for at every signature.
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    pub(crate) password: Option<Reference>,
    /// Where the PIN is.
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    pub(crate) pin: Option<Reference>,
    /// Where the seed of the one-time codes is: the secret key that the service shows.
    #[arg(long, value_name = "REFERENCE", value_parser = reference, requires = "totp_encoding")]
    pub(crate) totp: Option<Reference>,
    /// How the seed is written.
    #[arg(long, value_name = "base32|hex|base64", value_parser = encoding(), requires = "totp")]
    pub(crate) totp_encoding: Option<TotpEncoding>,
    /// Where an access token is.
    #[arg(long, value_name = "REFERENCE", value_parser = reference)]
    pub(crate) access_token: Option<Reference>,
    /// Accepts that password or PIN and seed are kept together: whoever reads both can sign.
    #[arg(long)]
    pub(crate) automatic_otp: bool,
    /// Forgets first what was said before.
    #[arg(long)]
    pub(crate) clear: bool,
}

#[derive(Args)]
pub(crate) struct DefaultCert {
    /// Its name, or the SHA-256 of its certificate.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Leaves none.
    #[arg(long, conflicts_with = "name")]
    pub(crate) none: bool,
}

#[derive(Args)]
pub(crate) struct RemoveCerts {
    /// Their names, or the SHA-256 of their certificates.
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

#[derive(Args)]
pub(crate) struct RefreshCerts {
    /// Their names, or the SHA-256 of their certificates. Default: all.
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
}

/// What was given as a reference. What is none is refused later, by words that do not repeat it: it may be
/// the secret itself.
#[derive(Clone, Debug)]
pub(crate) struct Reference(pub(crate) Result<SecretReference, ReferenceError>);

#[expect(clippy::unnecessary_wraps, reason = "the form that the parser wants")]
fn reference(text: &str) -> Result<Reference, String> {
    Ok(Reference(text.parse()))
}

fn encoding() -> impl TypedValueParser<Value = TotpEncoding> {
    words(&["base32", "hex", "base64"], TotpEncoding::from_name)
}
