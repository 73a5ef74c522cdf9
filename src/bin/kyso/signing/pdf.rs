//! Signatures on PDF documents.

use std::path::Path;

use kyso::certificate::Chain;
use kyso::pdf::Signing;
use kyso::sign_cloud::PdfOptions;

use super::visible;
use crate::arguments;
use crate::arguments::lock::Lock;
use crate::failure::{Exit, Failure, told};
use crate::keys;

/// What to sign with, and as what.
pub(crate) fn signing(
    options: &arguments::Signing,
    dialect: &PdfOptions,
    chain: &Chain,
    input: &Path,
) -> Result<Signing, Failure> {
    let own = &options.pdf;
    let mut signing = Signing::new(chain).document(input.to_string_lossy());
    if let Some(sub_filter) = own.subfilter {
        signing = signing.sub_filter(sub_filter);
    }
    if let Some(field) = &own.field {
        signing = signing.field(field);
    }
    if let Some(reason) = own.reason.as_ref().or(dialect.reason_text.as_ref()) {
        signing = signing.reason(reason);
    }
    if let Some(location) = own.location.as_ref().or(dialect.location_text.as_ref()) {
        signing = signing.location(location);
    }
    if let Some(contact) = &own.contact {
        signing = signing.contact(contact);
    }
    if let Some(name) = &own.name {
        signing = signing.name(name);
    }
    if let Some(digest) = options.digest {
        signing = signing.digest(digest);
    }
    if let Some(algorithm) = options.signature_algorithm {
        signing = signing.signature_algorithm(algorithm);
    }
    if let Some(password) = keys::password(own.password_env.as_deref())? {
        signing = signing.password(password);
    }
    if own.override_encryption_permissions {
        signing = signing.override_encryption_permissions();
    }
    if own.override_needs_rendering {
        signing = signing.override_needs_rendering();
    }
    if let Some(bytes) = own.reserve {
        signing = signing.reserve(bytes);
    }
    if own.timestamp_room {
        signing = signing.timestamp_room();
    }
    if let Some(placement) = visible::placement(&own.visible, dialect, own.field.is_some())? {
        let template = visible::appearance(&own.visible, dialect)?.template();
        let template = template.map_err(|error| Failure::new(Exit::Usage, told(&error)))?;
        signing = signing.visible(&template, placement);
    }
    if let Some(address) = &own.visible.email {
        signing = signing.email(address);
    }
    Ok(locked(signing, &own.lock, dialect))
}

/// What may change once it is signed. An option of the command line wins over `LOCKAFTERSIGNING`.
fn locked(mut signing: Signing, own: &Lock, dialect: &PdfOptions) -> Signing {
    if let Some(level) = own.certify {
        signing = signing.certify(level);
    }
    if let Some(lock) = &own.lock {
        let lock = lock.clone();
        signing = signing.lock(match own.lock_permissions {
            Some(level) => lock.permissions(level),
            None => lock,
        });
    }
    let dialect = dialect.lock_after_signing == Some(true) && own.given().is_none();
    if own.lock_after_signing || dialect { signing.lock_after_signing() } else { signing }
}
