//! What a client needs to be set up: a configuration, the secrets it refers to, and what to type next.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use super::authority::{certificate_pem, file_error, write_private, write_public};
use super::{SandboxError, World};

/// Writes the files of the folder, and says what there is.
pub(super) fn write(
    world: &World,
    address: SocketAddr,
    providers: &[&str],
    folder: Option<&Path>,
) -> Result<String, SandboxError> {
    let mut guide = told(world, address, providers);
    if let Some(folder) = folder {
        guide.push_str(&commands(world, providers, folder));
        write_public(&folder.join("ca.pem"), certificate_pem(world.root()).as_bytes())?;
        let secrets = folder.join("secrets");
        fs::create_dir_all(&secrets).map_err(file_error(&secrets, "making the folder"))?;
        let party = world.relying_party();
        write_private(&secrets.join("service-password"), party.password.expose().as_bytes())?;
        write_private(&secrets.join("service-signature"), party.ssl2_signature.expose().as_bytes())?;
        write_private(&secrets.join("login-key.pem"), party.ssl2_key_pem.as_bytes())?;
        write_public(&folder.join("sandbox.toml"), configuration(world, address, providers).as_bytes())?;
        write_private(&folder.join("README.txt"), guide.as_bytes())?;
    }
    Ok(guide)
}

fn told(world: &World, address: SocketAddr, providers: &[&str]) -> String {
    let mut text = format!(
        "The sandbox listens on http://{address} and plays {}.\nThe phone is http://{address}/phone\n\n\
         Accounts, all made up:\n",
        providers.join(", ")
    );
    for one in world.subscribers() {
        let _ = write!(
            text,
            "  {} {}, {}\n    user name {}, password {}, PIN {}\n",
            one.id_kind,
            one.user_id,
            one.name,
            one.username,
            one.password.expose(),
            one.pin.expose(),
        );
        let _ = writeln!(text, "    seed of one-time codes, base32: {}", base32(&one.totp_secret));
        for holding in &one.holdings {
            let kind = holding.key_kind();
            let _ = writeln!(
                text,
                "    {kind} key {}, agreementUUID {}",
                holding.credential_id, holding.agreement_uuid
            );
        }
    }
    let party = world.relying_party();
    let _ = write!(
        text,
        "Relying party: {}, password {}, rpCode {}\n\n",
        party.id,
        party.password.expose(),
        party.rp_code
    );
    text
}

/// What to type next.
fn commands(world: &World, providers: &[&str], folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let mut text = format!(
        "Keys, certificates and sandbox.toml, the configuration of a client, are in {}\n",
        folder.display()
    );
    let names = services(providers);
    let Some(person) = world.subscribers().next() else { return text };
    let Some(holding) = person.holdings.first() else { return text };
    if names.is_empty() {
        return text;
    }
    let configuration = folder.join("sandbox.toml");
    let _ = write!(
        text,
        "Next, in another terminal, whichever of these systems is wanted (asked for a secret, give it from \
         above):\n  export KYSO_CONFIG={}\n",
        configuration.display()
    );
    for (name, _) in names {
        // What each system knows a signer by.
        let id = match name {
            "mobile-id" => &person.username,
            "efy" => &holding.agreement_uuid,
            _ => &person.user_id,
        };
        let _ = writeln!(text, "  kyso cert add --service {name} --id {id}");
    }
    let _ = write!(
        text,
        "  kyso cert list\n  kyso remote sign invoice.xml contract.pdf -o signed --credential ALIAS\n\
         and approve on the phone. To verify what comes out:\n  \
         kyso verify --trust {root} --cert {issuing} signed/contract.pdf\n  \
         xmlsec1 --verify --trusted-pem {root} --untrusted-pem {issuing} signed/invoice.xml\n",
        root = folder.join("ca.pem").display(),
        issuing = folder.join("issuing.pem").display(),
    );
    text
}

/// Names of services with their systems, of the providers that are played.
fn services(providers: &[&str]) -> Vec<(&'static str, &'static str)> {
    let all =
        [("vnpt", "vnpt"), ("vnpt-th", "vnpt"), ("mobile-id", "mobile-id"), ("efy", "efy"), ("csc", "csc")];
    all.into_iter().filter(|(_, prefix)| providers.contains(prefix)).collect()
}

fn configuration(world: &World, address: SocketAddr, providers: &[&str]) -> String {
    let party = world.relying_party();
    let mut text = format!("# A client's services, as the sandbox on http://{address} plays them.\n");
    for (name, prefix) in services(providers) {
        let _ = write!(text, "\n[services.{name}]\nsystem = \"{name}\"\n");
        let base = format!("http://{address}/{prefix}");
        let own = match name {
            "vnpt" | "vnpt-th" => format!("base-url = \"{base}\"\nsp-id = \"{}\"\n", party.id),
            "mobile-id" => format!(
                "base-url = \"{base}/rssp/v1\"\nrelying-party = \"{id}\"\nusername = \"{id}\"\n",
                id = party.id
            ),
            "efy" => format!(
                "base-url = \"{base}\"\nusername = \"{}\"\nrp-code = \"{}\"\n",
                party.id, party.rp_code
            ),
            _ => format!("base-url = \"{base}/v2\"\nlogin = {{ kind = \"basic\" }}\n"),
        };
        let _ = write!(text, "{own}poll-seconds = 1\n\n[services.{name}.secrets]\n");
        if name != "csc" {
            text.push_str("service-password = \"file:secrets/service-password\"\n");
        }
        if name == "mobile-id" {
            text.push_str("service-signature = \"file:secrets/service-signature\"\n");
            text.push_str("login-key = \"file:secrets/login-key.pem\"\n");
        }
    }
    text
}

/// RFC 4648, without padding.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(LETTERS.get((held >> bits) as usize & 31).map(|letter| char::from(*letter)));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.extend(LETTERS.get((held << (5 - bits)) as usize & 31).map(|letter| char::from(*letter)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_of_rfc_4648() {
        let cases: [(&[u8], &str); 5] =
            [(b"", ""), (b"f", "MY"), (b"fo", "MZXQ"), (b"foobar", "MZXW6YTBOI"), (&[0xFF], "74")];
        for (bytes, text) in cases {
            assert_eq!(base32(bytes), text);
        }
    }
}
