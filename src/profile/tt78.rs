//! Circular 78/2021/TT-BTC and Decree 123: what the messages of the Vietnamese tax authority's e-invoice
//! system sign and where the signatures stand, as real messages have it.

use chrono::{DateTime, FixedOffset, Offset as _, Timelike as _};

use super::xmldsig::Markup;

/// The civil time of Vietnam, east of Greenwich, in seconds.
const VIETNAM: i32 = 7 * 3600;

/// Who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The seller, `NBan`.
    Seller,
    /// The buyer, `NMua`.
    Buyer,
    /// The tax payer, `NNT`.
    TaxPayer,
    /// The tax authority, `CQT`.
    TaxAuthority,
    /// The head of the tax authority, `TTCQT`.
    TaxAuthorityHead,
}

/// What a signer of a message signs, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Codes of messages (`MLTDiep`).
    messages: &'static [u16],
    role: Role,
    /// Elements that are signed, by name.
    pub(crate) nodes: &'static [&'static str],
    /// Where the signature goes.
    pub(crate) location: &'static str,
}

const fn entry(
    messages: &'static [u16],
    role: Role,
    nodes: &'static [&'static str],
    location: &'static str,
) -> Entry {
    Entry { messages, role, nodes, location }
}

/// The messages of which real signatures were seen.
static ENTRIES: [Entry; 10] = [
    entry(&[200, 201, 202, 203], Role::Seller, &["DLHDon"], "DSCKS/NBan"),
    entry(&[200, 201, 202, 203], Role::Buyer, &["DLHDon"], "DSCKS/NMua"),
    entry(&[100], Role::TaxPayer, &["DLTKhai"], "DSCKS/NNT"),
    entry(&[300, 303], Role::TaxPayer, &["DLTBao"], "DSCKS/NNT"),
    entry(&[400], Role::TaxPayer, &["DLBTHop"], "DSCKS/NNT"),
    entry(&[102], Role::TaxAuthority, &["DLTBao"], "DSCKS/CQT"),
    entry(&[103], Role::TaxAuthorityHead, &["DLTBao"], "DSCKS/TTCQT"),
    entry(&[103], Role::TaxAuthority, &["DLTBao", "STBao"], "DSCKS/CQT"),
    entry(&[202], Role::TaxAuthority, &["DLHDon", "MCCQT"], "DSCKS/CQT"),
    // The signed node is for the caller to name: none was seen.
    entry(&[206], Role::TaxPayer, &[], "CKSNNT"),
];

impl Role {
    /// Whether its references carry no transforms, as the authority's do.
    pub(crate) const fn signs_plain(self) -> bool {
        matches!(self, Self::TaxAuthority | Self::TaxAuthorityHead)
    }
}

/// What `role` signs in `message`.
pub(crate) fn entry_of(message: u16, role: Role) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.role == role && entry.messages.contains(&message))
}

/// Elements that a document's first signer signs when none is named.
pub(crate) fn first_signers() -> impl Iterator<Item = (&'static str, &'static Entry)> {
    let first = [(200, Role::Seller), (100, Role::TaxPayer), (300, Role::TaxPayer), (400, Role::TaxPayer)];
    first.into_iter().filter_map(|(message, role)| {
        let entry = entry_of(message, role)?;
        entry.nodes.first().map(|node| (*node, entry))
    })
}

/// The time as SigningTime has it: Vietnam's civil time, without a zone.
pub(crate) fn signing_time(time: &DateTime<FixedOffset>) -> String {
    let zone = FixedOffset::east_opt(VIETNAM).unwrap_or_else(|| chrono::Utc.fix());
    // The schema's type has no leap seconds.
    let time = time.with_nanosecond(0).unwrap_or(*time);
    time.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Writes the Object that holds SigningTime. `namespace` is that of SigningTime where it is not XMLDSig's
/// (`SIGNINGTIMEXMLSN`).
pub(crate) fn object(
    markup: &mut Markup,
    object_id: &str,
    signature_id: &str,
    namespace: Option<&str>,
    time: &DateTime<FixedOffset>,
) {
    let target = format!("#{signature_id}");
    markup.open("Object", &[("Id", object_id)]);
    markup.open("SignatureProperties", &[]).open("SignatureProperty", &[("Target", &target)]);
    let time = signing_time(time);
    match namespace {
        Some(namespace) => {
            markup.open_as("SigningTime", &[("xmlns", namespace)]).raw(&time).close_as("SigningTime");
        }
        None => {
            markup.leaf("SigningTime", &time);
        }
    }
    markup.close("SignatureProperty").close("SignatureProperties").close("Object");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_vietnams_whatever_the_zone() {
        for time in ["2022-12-02T14:08:35+07:00", "2022-12-02T07:08:35Z", "2022-12-01T23:08:35-08:00"] {
            assert_eq!(signing_time(&time.parse().unwrap()), "2022-12-02T14:08:35");
        }
        assert_eq!(signing_time(&"2016-12-31T23:59:60Z".parse().unwrap()), "2017-01-01T06:59:59");
    }

    #[test]
    fn signers_have_their_places() {
        assert_eq!(entry_of(202, Role::TaxAuthority).unwrap().nodes, ["DLHDon", "MCCQT"]);
        assert_eq!(entry_of(203, Role::Buyer).unwrap().location, "DSCKS/NMua");
        assert!(entry_of(999, Role::Seller).is_none());
        assert_eq!(first_signers().count(), 4);
    }
}
