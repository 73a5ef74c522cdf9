//! An independent reader of signatures: what they cover, whether they verify, who made them, and what
//! happened to the document afterwards.
//!
//! Nothing here uses the code that prepares and embeds signatures. [`pdf()`] reads PDF documents, [`xml()`]
//! XML documents; what they report is alike.

mod byte_range;
mod date;
mod difference;
mod error;
mod finding;
mod inspect;
mod report;
mod signature;
mod text;
mod window;
mod xml;

use std::collections::{HashMap, HashSet};

use crate::Limits;
use crate::certificate::Certificate;
use crate::password::Password;
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Document, Field, Form, Object, PdfError, Place, Placed};
use crate::syntax::xml::Entities;
use difference::{Outcome, Work};
use window::Prefix;

pub use error::VerifyError;
pub use finding::{Finding, FindingKind};
pub use inspect::{
    EncryptionInfo, FieldInfo, INSPECTION_VERSION, Inspection, LockInfo, RestrictionInfo, RevisionInfo,
    SignatureInfo, inspect,
};
pub use report::{
    CHANGES_LISTED, Change, ChangeLevel, Check, Coverage, LaterChanges, REPORT_VERSION, Report,
    SignatureKind, SignatureReport, Signer, TimestampReport, Trust,
};

pub use xml::{PATHS_LISTED, PolicyReport, ReferenceReport, XadesReport, XmlReport, XmlSignatureReport, xml};

/// What to verify with.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Trust anchors; without them trust is not checked.
    pub trust: Option<Vec<Certificate>>,
    /// Further certificates for the way from a signer to an anchor, not trusted themselves: for
    /// signatures that do not bring their issuers along, as those of TT78.
    pub certificates: Vec<Certificate>,
    /// The password of an encrypted document.
    pub password: Option<Password>,
    /// When certificates must have been valid, Unix seconds. Otherwise that is the time of a trusted
    /// timestamp on the signature, or else the time that the signature claims.
    pub time: Option<i64>,
    /// That time for signatures that have no timestamp and claim none either, Unix seconds. Without it
    /// nothing says whether their certificates were valid, and trust in them cannot be established.
    pub default_time: Option<i64>,
    /// XML: whether a document may have a DOCTYPE. Its internal subset is then read, nothing external
    /// is ever fetched. Otherwise such a document is refused.
    pub allow_doctype: bool,
    /// The text of external entities of an XML document whose DOCTYPE is allowed; nothing is fetched.
    pub entities: Entities,
    /// XML: whether a signature that uses SHA-1 can be valid. It is reported as weak either way.
    pub allow_sha1: bool,
    /// XML: whether an element that is called like a signed one and is not signed itself makes the signature
    /// invalid, as in documents that hold one thing only. Otherwise it is a note: where many stand in one
    /// document and each is signed by itself, such elements are no forgery.
    pub reject_unsigned_twins: bool,
    /// XML: names of attributes that are ids beside `Id`, `id`, `ID` and `xml:id`, without their prefix.
    pub id_attributes: Vec<String>,
    /// XML: octets of what references name by other URIs than those of the document's own parts.
    pub detached: Vec<(String, Vec<u8>)>,
    /// What reading may cost.
    pub limits: Limits,
}

/// Verifies all signatures of a PDF of any size.
///
/// # Errors
/// When the document cannot be read at all. What is wrong with a signature is in the report.
pub fn pdf<S: Source>(source: &S, options: &Options) -> Result<Report, VerifyError> {
    let document =
        Document::open(source, options.password.as_ref().map(Password::as_bytes), &options.limits)?;
    let mut signatures = Vec::new();
    let mut values = HashSet::new();
    let mut later = Later::new(source, &document, options);
    for (field, dictionary) in signed_fields(&document, &options.limits)? {
        let mut report = signature::report(&document, &field, &dictionary, options)?;
        if let Some(value) = field.value.as_ref().and_then(Object::as_reference)
            && !values.insert(value)
        {
            report.find(FindingKind::SignatureShared, "another field holds the same signature");
        }
        later.look(&field, &mut report)?;
        report.valid = report.is_valid();
        signatures.push(report);
    }
    signatures
        .sort_by_key(|signature| signature.byte_range.map_or(u64::MAX, |[_, _, c, d]| c.saturating_add(d)));
    Ok(Report {
        version: REPORT_VERSION,
        document_bytes: document.view().len(),
        trust_checked: options.trust.is_some(),
        signatures,
    })
}

/// What follows the first `length` bytes of a PDF that are a document by themselves: how far it goes beyond
/// adding signatures, whether or not anything was signed before.
///
/// # Errors
/// When either document cannot be read.
pub fn pdf_changes<S: Source>(
    source: &S,
    length: u64,
    options: &Options,
) -> Result<LaterChanges, VerifyError> {
    let password = options.password.as_ref().map(Password::as_bytes);
    let document = Document::open(source, password, &options.limits)?;
    let before = Document::open(Prefix::new(source, length), password, &options.limits)?;
    Ok(difference::compare(&before, &document, &Work::new(&options.limits))?.changes)
}

/// What follows each signature. Signatures of one revision share the comparison.
struct Later<'a, S> {
    source: &'a S,
    document: &'a Document<&'a S>,
    options: &'a Options,
    work: Work,
    known: HashMap<u64, Outcome>,
    /// How far changes to the document as it is may go.
    allowed: Option<ChangeLevel>,
}

impl<'a, S: Source> Later<'a, S> {
    fn new(source: &'a S, document: &'a Document<&'a S>, options: &'a Options) -> Self {
        let work = Work::new(&options.limits);
        Self { source, document, options, work, known: HashMap::new(), allowed: None }
    }

    /// Judges what follows the revision that `report` covers.
    fn look(&mut self, field: &Field, report: &mut SignatureReport) -> Result<(), VerifyError> {
        match (report.coverage, report.byte_range) {
            (Coverage::EntireFile, _) => {
                let allowed = match self.allowed {
                    Some(allowed) => allowed,
                    // What cannot be read is no reason to give no report.
                    None => match difference::allowed(self.document, &self.work) {
                        Err(error @ PdfError::Io(_)) => return Err(error.into()),
                        other => other.unwrap_or(ChangeLevel::FormFilling),
                    },
                };
                self.allowed = Some(allowed);
                report.changes.allowed = allowed;
                return Ok(());
            }
            (Coverage::EntireRevision, Some([_, _, c, d])) => {
                let end = c.saturating_add(d);
                match self.revision(end) {
                    Ok(revision) => {
                        let outcome = self.compare(end, &revision)?;
                        let had = outcome.had(field);
                        report.changes = outcome.changes;
                        report.findings.extend(outcome.findings);
                        if !had {
                            let what = format!("the revision that ends at byte {end} has no such signature");
                            report.find(FindingKind::SignatureMisplaced, what);
                        }
                        return Ok(());
                    }
                    Err(error @ (PdfError::Io(_) | PdfError::Limit { .. })) => return Err(error.into()),
                    Err(error) => {
                        report.find(
                            FindingKind::NotARevision,
                            format!("no revision ends at byte {end}: {error}"),
                        );
                    }
                }
            }
            _ => {}
        }
        report.changes = LaterChanges::unknown();
        Ok(())
    }

    fn revision(&self, end: u64) -> Result<Document<Prefix<'a, S>>, PdfError> {
        let prefix = Prefix::new(self.source, end);
        Document::open(prefix, self.options.password.as_ref().map(Password::as_bytes), &self.options.limits)
    }

    fn compare(&mut self, end: u64, revision: &Document<Prefix<'a, S>>) -> Result<Outcome, VerifyError> {
        if let Some(known) = self.known.get(&end) {
            return Ok(known.clone());
        }
        let outcome = difference::compare(revision, self.document, &self.work)?;
        self.known.insert(end, outcome.clone());
        Ok(outcome)
    }
}

/// The signature fields that hold something, with it.
fn signed_fields<S: Source>(
    document: &Document<S>,
    limits: &Limits,
) -> Result<Vec<(Field, Dictionary)>, VerifyError> {
    let (id, dictionary) = document.catalog()?;
    let catalog = Placed { place: Place::object(id), dictionary };
    let form = Form::read(document, &catalog)?;
    let mut signed = Vec::new();
    for field in form.signatures() {
        let Some(value) = &field.value else { continue };
        if let Object::Dictionary(dictionary) = document.resolve(value)? {
            signed.push((field.clone(), dictionary));
        }
    }
    if signed.len() > limits.signatures {
        return Err(VerifyError::TooManySignatures { found: signed.len(), limit: limits.signatures });
    }
    Ok(signed)
}
