//! From the options of `sign` and `prepare` to what the library takes.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset};
use kyso::At;
use kyso::certificate::Chain;
use kyso::pdf::{Signing, Warning};

use crate::arguments;
use crate::failure::{Exit, Failure, note};
use crate::keys;

/// What to sign with, and as what.
pub(crate) fn signing(options: &arguments::Signing, chain: &Chain, input: &Path) -> Result<Signing, Failure> {
    let mut signing = Signing::new(chain).document(input.to_string_lossy()).sub_filter(options.subfilter);
    if let Some(field) = &options.field {
        signing = signing.field(field);
    }
    if let Some(reason) = &options.reason {
        signing = signing.reason(reason);
    }
    if let Some(location) = &options.location {
        signing = signing.location(location);
    }
    if let Some(contact) = &options.contact {
        signing = signing.contact(contact);
    }
    if let Some(name) = &options.name {
        signing = signing.name(name);
    }
    if let Some(digest) = options.digest {
        signing = signing.digest(digest);
    }
    if let Some(algorithm) = options.signature_algorithm {
        signing = signing.signature_algorithm(algorithm);
    }
    if let Some(password) = keys::password(options.password_env.as_deref())? {
        signing = signing.password(password);
    }
    if options.override_encryption_permissions {
        signing = signing.override_encryption_permissions();
    }
    if options.override_needs_rendering {
        signing = signing.override_needs_rendering();
    }
    if let Some(bytes) = options.reserve {
        signing = signing.reserve(bytes);
    }
    if options.timestamp_room {
        signing = signing.timestamp_room();
    }
    Ok(signing)
}

/// The time that was asked for, or now; with randomness from the system.
pub(crate) fn at(time: Option<DateTime<FixedOffset>>) -> Result<At, Failure> {
    let time = match time {
        Some(time) => time,
        None => now()?,
    };
    At::with_os_entropy(time)
        .map_err(|error| Failure::new(Exit::Io, format!("the system gives no randomness: {error}")))
}

fn now() -> Result<DateTime<FixedOffset>, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map(|time| time.fixed_offset())
        .ok_or_else(|| {
            Failure::new(Exit::Usage, "the system's clock cannot be right; set it, or give --time")
        })
}

/// Says what the caller should know about the document.
pub(crate) fn warn(input: &Path, warnings: &[Warning]) {
    for warning in warnings {
        note("warning: ", &format!("{}: {warning}", input.display()));
    }
}
