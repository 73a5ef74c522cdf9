//! Options of `remote`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Signing;

#[derive(Args)]
pub(crate) struct Remote {
    #[command(subcommand)]
    pub(crate) command: RemoteCommand,
}

#[derive(Subcommand)]
pub(crate) enum RemoteCommand {
    /// Signs documents, PDF and XML mixed, with a credential of a signing service.
    Sign(Box<RemoteSign>),
    /// Goes on with a job that was interrupted: asks for the outcome, never signs again by itself.
    Resume(Resume),
    /// Lists the certificates that somebody can sign with.
    Certificates(Certificates),
    /// Receives the calls of signing services, asks them for the outcome, and finishes the jobs.
    Webhook(Webhook),
}

/// Where services and credentials are described.
#[derive(Args)]
pub(crate) struct Places {
    /// The configuration of the services. Default: $KYSO_CONFIG, ./kyso.toml, the user's configuration.
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,
    /// The credentials. Default: $KYSO_STORE, else in the user's data folder.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RemoteSign {
    /// The documents to sign.
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) input: Vec<PathBuf>,
    /// The folder where the signed documents go, under the names of the inputs. It is made if need be.
    #[arg(short, long = "out", value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The credential, by its alias. Default: the default one.
    #[arg(long, value_name = "ALIAS")]
    pub(crate) credential: Option<String>,
    /// The service in the configuration. Default: that of the credential.
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// The signer's certificates in PEM, in any order, instead of a credential: for services of the system
    /// manual, whose requests people carry.
    #[arg(long, value_name = "CHAIN.pem", conflicts_with = "credential", requires = "provider")]
    pub(crate) cert: Option<PathBuf>,
    /// Where the state goes until all is signed. Default: kyso-ID.job.json in DIR. `kyso remote webhook` finds it
    /// only under a name that ends in .json.
    #[arg(long, value_name = "STATE.json")]
    pub(crate) state: Option<PathBuf>,
    /// What the signer reads about the transaction.
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Seconds to wait for the signer. Default: what the configuration says, else 300.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) patience: Option<u32>,
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

#[derive(Args)]
pub(crate) struct Resume {
    /// The state that `remote sign` left.
    #[arg(value_name = "STATE.json")]
    pub(crate) state: PathBuf,
    /// Has documents that got no value signed in a new transaction. What became of the last one may be
    /// unknown: the signer may then pay twice.
    #[arg(long)]
    pub(crate) again: bool,
    /// Seconds to wait for the signer, with --again. Default: what the configuration says, else 300.
    #[arg(long, value_name = "SECONDS", requires = "again", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) patience: Option<u32>,
    #[command(flatten)]
    pub(crate) places: Places,
}

#[derive(Args)]
pub(crate) struct Certificates {
    /// The service in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: String,
    /// Who: the number of the identity card or the tax code, the user name, the contract (EFY).
    #[arg(long, value_name = "ID")]
    pub(crate) user: String,
    /// The one certificate with this serial number, as the service writes it.
    #[arg(long, value_name = "SERIAL")]
    pub(crate) serial: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) places: Places,
}

#[derive(Args)]
pub(crate) struct Webhook {
    /// Where to listen: address and port. Put TLS in front of it.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// The folder with the states of jobs: the files whose names end in .json.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    #[command(flatten)]
    pub(crate) places: Places,
}
