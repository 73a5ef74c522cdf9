//! `kyso sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub(crate) struct Sandbox {
    /// Where to listen; port 0 is any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8769")]
    pub(crate) listen: SocketAddr,
    /// A system to play: vnpt (SmartCA and SmartCA TH), mobile-id, efy, csc, or all; may be repeated.
    #[arg(long, value_name = "NAME", default_value = "all")]
    pub(crate) provider: Vec<String>,
    /// The folder for keys, certificates and the configuration of a client.
    #[arg(long, value_name = "DIR", default_value = "kyso-sandbox")]
    pub(crate) folder: PathBuf,
    /// An address to call when a transaction ends, as VNPT does.
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
    /// Approves every transaction as soon as it is there.
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Faults to begin with, as PUT /faults takes them: {"rate": 0.05, "missing": true}.
    #[arg(long, value_name = "JSON")]
    pub(crate) faults: Option<String>,
    /// Listens on an address that other machines reach. Whoever reaches it can approve and sign.
    #[arg(long)]
    pub(crate) dangerously_serve_anyone: bool,
}
