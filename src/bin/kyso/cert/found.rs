//! What a service has of somebody's certificates, as credentials.

use kyso::client::store::Entry;
use kyso::remote::FoundCertificate;

use crate::failure::{note, told};
use crate::remote::console::now;
use crate::remote::look::Whose;
use crate::words::{day, plain};

/// Entries of what was found. What has no certificate that can be read is passed over with a warning.
pub(super) fn entries(service: &str, whose: &Whose, found: Vec<FoundCertificate>) -> Vec<Entry> {
    let read = |found: FoundCertificate| {
        let credential = &found.credential;
        let which = credential.serial_number.as_ref().or(credential.credential_id.as_ref());
        let which = which.map(|which| format!("certificate {}: ", plain(which))).unwrap_or_default();
        Entry::new(service, whose.id(), found)
            .inspect_err(|error| note("warning: ", &format!("service {service}: {which}{}", told(error))))
            .ok()
    };
    found.into_iter().filter_map(read).collect()
}

/// Warns when the certificate is somebody else's, as far as it says, or not valid now.
pub(super) fn warn(entry: &Entry, alias: &str) {
    let leaf = entry.leaf();
    if entry.subject_has_id() == Some(false) {
        let ids = entry.subject_ids().into_iter().map(|id| format!("{} {}", id.kind, id.number));
        let ids = ids.collect::<Vec<_>>().join(", ");
        let line = format!("{alias}: the certificate is for {ids}, and {} was asked for", entry.id());
        note("warning: ", &line);
    }
    let now = now().timestamp();
    if now > leaf.not_after() {
        note("warning: ", &format!("{alias}: the certificate was valid until {}", day(leaf.not_after())));
    } else if now < leaf.not_before() {
        note("warning: ", &format!("{alias}: the certificate is valid from {}", day(leaf.not_before())));
    }
}
