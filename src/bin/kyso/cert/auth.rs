//! `kyso cert set-auth`: where a signer's secrets are.

use kyso::client::ProcessEnvironment;
use kyso::client::secrets::{SecretKind, SecretReference, Secrets, TotpReference};

use super::Context;
use crate::arguments::cert::{Reference, SetAuth};
use crate::failure::{Exit, Failure, note, told};

pub(super) fn run(context: &Context<'_>, options: &SetAuth) -> Result<(), Failure> {
    let user_password = reference("--password", options.password.as_ref())?;
    let pin = reference("--pin", options.pin.as_ref())?;
    let access_token = reference("--access-token", options.access_token.as_ref())?;
    let totp = reference("--totp", options.totp.as_ref())?;
    let mut given = Secrets::default();
    given.user_password = user_password;
    given.pin = pin;
    given.access_token = access_token;
    given.totp =
        totp.zip(options.totp_encoding).map(|(reference, encoding)| TotpReference { reference, encoding });
    let secrets = context.change(|contents| {
        let entry = contents.get(&options.name)?;
        // What is not given stays, unless it is to be forgotten; what was agreed to goes with it.
        let (before, agreed) = match options.clear {
            true => (Secrets::default(), false),
            false => (entry.secrets().clone(), entry.automatic_otp()),
        };
        let secrets = given.or(&before);
        contents.set_auth(&options.name, secrets.clone(), agreed || options.automatic_otp)?;
        Ok(secrets)
    })?;
    if secrets.defeat_second_factor() {
        let line = "password or PIN and the seed of the one-time codes are kept together: whoever reads both \
                    can sign";
        note("warning: ", line);
    }
    for kind in SecretKind::ALL {
        warn(kind, given.get(kind));
    }
    Ok(())
}

fn reference(option: &str, given: Option<&Reference>) -> Result<Option<SecretReference>, Failure> {
    let Some(Reference(given)) = given else { return Ok(None) };
    let reference =
        given.clone().map_err(|error| Failure::new(Exit::Usage, format!("{option}: {}", told(&error))))?;
    // It is looked up from another folder one day.
    match std::env::current_dir() {
        Ok(folder) => Ok(Some(reference.relative_to(&folder))),
        Err(error) => Err(Failure::new(Exit::Io, format!("the current folder: {error}"))),
    }
}

/// Says now what would go wrong later. A variable may be set for another process.
fn warn(kind: SecretKind, reference: Option<&SecretReference>) {
    if let Some(reference @ SecretReference::File(_)) = reference
        && let Err(error) = reference.resolve(&ProcessEnvironment)
    {
        note("warning: ", &format!("{}: {}", kind.name(), told(&error)));
    }
}
