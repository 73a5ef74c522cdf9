//! What a client needs to be set up.

use std::net::SocketAddr;
use std::path::Path;

use super::authority::{certificate_pem, file_error, write_private};
use super::{SandboxError, World};

/// Writes the files of the folder, and says what is in them.
pub(super) fn write(
    world: &World,
    address: SocketAddr,
    providers: &[&str],
    folder: Option<&Path>,
) -> Result<String, SandboxError> {
    let mut guide = format!(
        "The sandbox listens on http://{address}, the phone is http://{address}/phone.\nIt plays: {}.\n",
        providers.join(", ")
    );
    if let Some(folder) = folder {
        let path = folder.join("ca.pem");
        std::fs::write(&path, certificate_pem(world.root())).map_err(file_error(&path, "writing"))?;
        write_private(&folder.join("README.txt"), guide.as_bytes())?;
        guide.push_str(&format!("Its files are in {}.\n", folder.display()));
    }
    Ok(guide)
}
