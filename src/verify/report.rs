//! What verification found out.

use serde::{Serialize, Serializer};

use super::finding::{Finding, FindingKind};
use crate::syntax::pdf::ObjectId;

/// Version of the JSON that [`Report::to_json`] gives: fields may be added to it, none is renamed.
pub const REPORT_VERSION: u32 = 1;

/// The signatures of one document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Version of the JSON form, [`REPORT_VERSION`].
    pub version: u32,
    /// Length of the document in bytes.
    pub document_bytes: u64,
    /// Whether trust anchors were given.
    pub trust_checked: bool,
    /// The signatures, in the order in which they were made as far as their ByteRanges tell.
    pub signatures: Vec<SignatureReport>,
}

impl Report {
    /// Whether there is at least one signature and every one is valid: intact, made by the certificate
    /// it names, followed by permitted changes only and, when trust anchors were given, chained to one.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.signatures.is_empty() && self.signatures.iter().all(SignatureReport::is_valid)
    }

    /// The report as JSON, with `"valid"` beside the fields of this type and of those inside it.
    /// Times are RFC 3339, digits hexadecimal and lower-case.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct WithVerdict<'a> {
            valid: bool,
            #[serde(flatten)]
            report: &'a Report,
        }
        // Strings, numbers and lists cannot fail to be written.
        serde_json::to_string_pretty(&WithVerdict { valid: self.is_valid(), report: self })
            .unwrap_or_default()
    }
}

/// One signature.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignatureReport {
    /// Fully qualified name of the signature field.
    pub field: String,
    /// What sort of signature it is.
    pub kind: SignatureKind,
    /// Whether it passes: see [`SignatureReport::is_valid`].
    pub valid: bool,
    /// `/SubFilter`.
    pub sub_filter: Option<String>,
    /// The certificate that the signature names.
    pub signer: Option<Signer>,
    /// When the signer says it was made, Unix seconds: `/M`, else the signing-time attribute; of a
    /// document timestamp the time it attests.
    #[serde(serialize_with = "rfc3339_option")]
    pub claimed_time: Option<i64>,
    /// `sha256` and the like; an object identifier when it is not one that is known.
    pub digest_algorithm: Option<String>,
    /// `rsa-pkcs1` and the like; an object identifier when it is not one that is known.
    pub signature_algorithm: Option<String>,
    /// `/Reason`.
    pub reason: Option<String>,
    /// `/Location`.
    pub location: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/ContactInfo`.
    pub contact: Option<String>,
    /// `/ByteRange`, when it is four integers that are not negative.
    pub byte_range: Option<[u64; 4]>,
    /// How much of the document it covers.
    pub coverage: Coverage,
    /// Whether the covered bytes are those that were signed.
    pub digest: Check,
    /// Whether the signature value verifies under the signer's certificate.
    pub signature: Check,
    /// Whether the certificate in use is the one that the signature names, by identifier and by the
    /// signing-certificate attribute.
    pub certificate: Check,
    /// The timestamp on the signature.
    pub timestamp: Option<TimestampReport>,
    /// Whether the certificate leads to a trust anchor.
    pub trust: Trust,
    /// What happened to the document after this signature.
    pub changes: LaterChanges,
    /// What is wrong, or worth knowing, each by name.
    pub findings: Vec<Finding>,
}

impl SignatureReport {
    /// Whether the signature is intact, matches its certificate, is followed by permitted changes only
    /// and, when trust anchors were given, is trusted.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        matches!(self.coverage, Coverage::EntireFile | Coverage::EntireRevision)
            && self.digest == Check::Ok
            && self.signature == Check::Ok
            && self.certificate == Check::Ok
            && self.changes.permitted
            && !matches!(self.trust, Trust::Untrusted { .. })
            && !self.findings.iter().any(|finding| finding.kind.is_fatal())
    }

    pub(super) fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        self.findings.push(Finding { kind, detail: detail.into(), object: None });
    }
}

/// What sort of signature it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureKind {
    /// Somebody's approval.
    Approval,
    /// The author's, with a `DocMDP` transform.
    Certification,
    /// A document timestamp, `ETSI.RFC3161`.
    DocumentTimestamp,
}

/// A signer's certificate.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Signer {
    /// The subject's last commonName.
    pub common_name: Option<String>,
    /// The subject (RFC 4514).
    pub subject: String,
    /// The issuer (RFC 4514).
    pub issuer: String,
    /// The serial number, hexadecimal.
    pub serial: String,
    /// Start of validity, Unix seconds.
    #[serde(serialize_with = "rfc3339")]
    pub not_before: i64,
    /// End of validity, Unix seconds.
    #[serde(serialize_with = "rfc3339")]
    pub not_after: i64,
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
}

/// How much of a document a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Coverage {
    /// All of the file but the signature value.
    EntireFile,
    /// All of a revision but the signature value; later revisions follow.
    EntireRevision,
    /// Something else: what is not covered cannot be vouched for.
    Partial,
    /// The ByteRange says nothing that can be used.
    Unknown,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Check {
    /// It holds.
    Ok,
    /// It does not hold.
    Failed {
        /// Why.
        why: String,
    },
    /// It could not be made.
    NotChecked {
        /// Why.
        why: String,
    },
}

impl Check {
    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::Failed { why: why.into() }
    }

    pub(super) fn not_checked(why: impl Into<String>) -> Self {
        Self::NotChecked { why: why.into() }
    }
}

/// The timestamp on a signature (RFC 3161, in the unsigned attributes).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TimestampReport {
    /// The time it attests, Unix seconds.
    #[serde(serialize_with = "rfc3339_option")]
    pub time: Option<i64>,
    /// Whether it is over this signature's value and verifies under its authority's certificate.
    pub check: Check,
    /// The authority.
    pub authority: Option<Signer>,
    /// Whether the authority's certificate leads to a trust anchor.
    pub trust: Trust,
}

/// Whether a certificate leads to one of the given trust anchors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Trust {
    /// No trust anchors were given.
    NotChecked,
    /// It does.
    Trusted {
        /// Subject of the trust anchor.
        anchor: String,
        /// The time its path was valid at, Unix seconds.
        #[serde(serialize_with = "rfc3339")]
        at: i64,
    },
    /// It does not.
    Untrusted {
        /// Why.
        why: String,
    },
}

/// How far changes go, each including those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChangeLevel {
    /// Nothing that a reader sees.
    None,
    /// Validation data, document timestamps, metadata: permitted even under `/P 1`.
    LongTermValidation,
    /// Filling in forms and signing: `/P 2`, and what is permitted without a certification.
    FormFilling,
    /// Annotations: `/P 3`.
    Annotations,
    /// Anything else: never permitted.
    Other,
}

/// What happened to a document after a signature.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LaterChanges {
    /// Whether a comparison was made, or nothing follows the signed revision.
    pub compared: bool,
    /// How far the changes go.
    pub level: ChangeLevel,
    /// How far they may go.
    pub allowed: ChangeLevel,
    /// Whether they are within what is allowed, and change no locked field.
    pub permitted: bool,
    /// The changes that are not permitted, then the others; at most [`CHANGES_LISTED`].
    pub list: Vec<Change>,
    /// How many there are beyond those listed.
    pub not_listed: u64,
}

/// So many changes are listed for one signature.
pub const CHANGES_LISTED: usize = 100;

impl LaterChanges {
    /// Nothing follows.
    pub(super) const fn none(allowed: ChangeLevel) -> Self {
        Self {
            compared: true,
            level: ChangeLevel::None,
            allowed,
            permitted: true,
            list: Vec::new(),
            not_listed: 0,
        }
    }

    /// No telling.
    pub(super) const fn unknown() -> Self {
        Self {
            compared: false,
            level: ChangeLevel::Other,
            allowed: ChangeLevel::FormFilling,
            permitted: false,
            list: Vec::new(),
            not_listed: 0,
        }
    }
}

/// One change after a signature.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The object, when it is one object's change.
    #[serde(serialize_with = "object_id")]
    pub object: Option<ObjectId>,
    /// What changed.
    pub what: String,
    /// How far the change goes.
    pub level: ChangeLevel,
    /// Whether it was permitted.
    pub permitted: bool,
}

/// `2026-11-21T02:30:00Z`.
pub(super) fn time_text(unix_seconds: i64) -> String {
    chrono::DateTime::from_timestamp(unix_seconds, 0).map_or_else(
        || format!("{unix_seconds} s"),
        |time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    )
}

fn rfc3339<T: Serializer>(unix_seconds: &i64, to: T) -> Result<T::Ok, T::Error> {
    to.serialize_str(&time_text(*unix_seconds))
}

pub(super) fn rfc3339_option<T: Serializer>(unix_seconds: &Option<i64>, to: T) -> Result<T::Ok, T::Error> {
    unix_seconds.map(time_text).serialize(to)
}

pub(super) fn object_id<T: Serializer>(id: &Option<ObjectId>, to: T) -> Result<T::Ok, T::Error> {
    id.map(|id| id.to_string()).serialize(to)
}
