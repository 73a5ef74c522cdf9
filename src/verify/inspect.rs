//! What a document is, for who wants to sign it: fields, signatures, permissions, revisions.

use std::collections::{HashMap, hash_map};

use serde::Serialize;

use super::report::{SignatureKind, object_id};
use super::signature::is_certification;
use super::{VerifyError, date, signed_fields};
use crate::Limits;
use crate::password::Password;
use crate::source::Source;
use crate::syntax::pdf::{
    Access, Dictionary, Document, Form, LockAction, Method, Object, ObjectId, Place, Placed, Restrictions,
    SectionKind, first_page, text,
};

/// Version of the JSON that [`Inspection::to_json`] gives: fields may be added to it, none is renamed.
pub const INSPECTION_VERSION: u32 = 1;

/// What a document is.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// Version of the JSON form, [`INSPECTION_VERSION`].
    pub version: u32,
    /// Length of the document in bytes.
    pub document_bytes: u64,
    /// The PDF version, `1.7`: the header's or the catalog's, whichever is later.
    pub pdf_version: String,
    /// Whether the catalog leads to a page.
    pub has_pages: bool,
    /// Whether the cross-reference could not be used, and the file was scanned for objects.
    pub rebuilt: bool,
    /// The fields that people fill in or sign, in the order of the form.
    pub fields: Vec<FieldInfo>,
    /// The signatures there are; whether they are good is for [`pdf`](super::pdf) to say.
    pub signatures: Vec<SignatureInfo>,
    /// What signatures and certification restrict.
    pub restrictions: RestrictionInfo,
    /// The encryption, if any.
    pub encryption: Option<EncryptionInfo>,
    /// The revisions, oldest first: one for each cross-reference section that a later one builds on.
    pub revisions: Vec<RevisionInfo>,
    /// Whether the form has an `/XFA` part.
    pub has_xfa: bool,
}

impl Inspection {
    /// The inspection as JSON, with the fields of this type and of those inside it. Times are RFC 3339.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists cannot fail to be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// One field of the form.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FieldInfo {
    /// Fully qualified name.
    pub name: String,
    /// `/FT`: `Sig`, `Tx`, `Btn`, `Ch`.
    pub field_type: Option<String>,
    /// Whether it is a signature field with a signature.
    pub signed: bool,
    /// The object of its page, as its first widget names it.
    #[serde(serialize_with = "object_id")]
    pub page: Option<ObjectId>,
    /// Of a signature field: what signing it will lock.
    pub lock: Option<LockInfo>,
}

/// Fields that are locked, or will be.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LockInfo {
    /// Where the lock stands: `Lock` or `FieldMDP`.
    pub rule: String,
    /// The signature field it belongs to.
    pub by: String,
    /// `All`, `Include` or `Exclude`.
    pub action: String,
    /// The fields that are included or excluded.
    pub fields: Vec<String>,
}

/// A signature in brief.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignatureInfo {
    /// The signature field.
    pub field: String,
    /// What sort of signature it is.
    pub kind: SignatureKind,
    /// `/SubFilter`.
    pub sub_filter: Option<String>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/M`, Unix seconds.
    #[serde(serialize_with = "super::report::rfc3339_option")]
    pub time: Option<i64>,
    /// The end of what its `/ByteRange` covers, in bytes from the start of the file.
    pub covered_end: Option<u64>,
}

/// What signatures restrict.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RestrictionInfo {
    /// The strictest `DocMDP` or lock level: 1 no changes, 2 form filling and signing, 3 annotations too.
    pub doc_mdp: Option<u8>,
    /// The signature field that sets it.
    pub doc_mdp_by: Option<String>,
    /// Locks that are in force.
    pub locks: Vec<LockInfo>,
    /// Whether there are usage rights (`/UR3`), which lapse when the document changes.
    pub usage_rights: bool,
}

/// How a document is encrypted.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EncryptionInfo {
    /// How strings are encrypted: `rc4`, `aes-128`, `aes-256` or `none`.
    pub strings: String,
    /// How streams are encrypted.
    pub streams: String,
    /// `/R`, 2 to 6.
    pub revision: u8,
    /// Whether the owner's password opened it.
    pub owner_access: bool,
    /// `/P`.
    pub permissions: i32,
    /// Whether the metadata is encrypted.
    pub metadata_encrypted: bool,
    /// Whether `/P` lets who has the user password create a signature field (bits 4 and 6).
    pub may_create_fields: bool,
    /// Whether `/P` lets who has the user password fill a field in (bit 6, or 9 from R3).
    pub may_fill_fields: bool,
}

/// One revision.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RevisionInfo {
    /// Where its cross-reference section is, in bytes from the start of the file.
    pub xref_at: u64,
    /// `table` or `stream`.
    pub xref: String,
    /// Where it ends: behind the `%%EOF` after the section, if there is one.
    pub end: Option<u64>,
}

/// Looks at a PDF.
///
/// # Errors
/// When the document cannot be read.
pub fn inspect<S: Source>(
    source: &S,
    password: Option<&Password>,
    limits: &Limits,
) -> Result<Inspection, VerifyError> {
    let document = Document::open(source, password.map(Password::as_bytes), limits)?;
    let (id, dictionary) = document.catalog()?;
    let catalog = Placed { place: Place::object(id), dictionary };
    let form = Form::read(&document, &catalog)?;
    let restrictions = Restrictions::read(&document, &catalog, &form)?;
    let version = document.version(&catalog.dictionary);
    let has_xfa = form.acro_form.as_ref().is_some_and(|form| form.dictionary.contains(b"XFA"));
    let strictest = restrictions.strictest();
    Ok(Inspection {
        version: INSPECTION_VERSION,
        document_bytes: document.view().len(),
        pdf_version: format!("{}.{}", version / 10, version % 10),
        has_pages: first_page(&document, &catalog).is_ok(),
        rebuilt: document.rebuilt().is_some(),
        fields: fields(&document, &form)?,
        signatures: signatures(&document, limits)?,
        restrictions: RestrictionInfo {
            doc_mdp: strictest.map(|level| level.p),
            doc_mdp_by: strictest.map(|level| level.by.clone()),
            locks: restrictions
                .locks
                .iter()
                .map(|lock| lock_info(&lock.action, lock.rule, &lock.by))
                .collect(),
            usage_rights: restrictions.usage_rights,
        },
        encryption: encryption(&document),
        revisions: revisions(&document)?,
        has_xfa,
    })
}

fn fields<S: Source>(document: &Document<S>, form: &Form) -> Result<Vec<FieldInfo>, VerifyError> {
    let mut holders: HashMap<ObjectId, Object> = HashMap::new();
    let mut fields = Vec::new();
    for field in form.fields.iter().filter(|field| !field.has_fields) {
        let signature = field.is_signature();
        let mut page = None;
        if let Some(widget) = field.widgets.first() {
            // Direct widgets share the object that holds them.
            if widget.as_reference().is_some() {
                holders.clear();
            }
            let holder = match holders.entry(widget.id) {
                hash_map::Entry::Occupied(known) => known.into_mut(),
                hash_map::Entry::Vacant(place) => place.insert(document.load(widget.id)?),
            };
            let widget = widget.find_mut(holder);
            page = widget.and_then(|widget| widget.as_dictionary()?.reference(b"P"));
        }
        let mut signed = false;
        if signature && let Some(value) = &field.value {
            signed = matches!(document.resolve(value)?, Object::Dictionary(_));
        }
        let lock = match document.get(&field.dictionary, b"Lock")? {
            Object::Dictionary(lock) if signature => {
                Some(lock_info(&LockAction::read(document, &lock)?, "Lock", &field.name))
            }
            _ => None,
        };
        let field_type = field.field_type.as_deref().map(|name| text::lossy(name).into_owned());
        fields.push(FieldInfo { name: field.name.clone(), field_type, signed, page, lock });
    }
    Ok(fields)
}

fn lock_info(action: &LockAction, rule: &str, by: &str) -> LockInfo {
    let (action, fields) = match action {
        LockAction::All => ("All", Vec::new()),
        LockAction::Include(names) => ("Include", names.clone()),
        LockAction::Exclude(names) => ("Exclude", names.clone()),
    };
    LockInfo { rule: rule.to_owned(), by: by.to_owned(), action: action.to_owned(), fields }
}

fn signatures<S: Source>(document: &Document<S>, limits: &Limits) -> Result<Vec<SignatureInfo>, VerifyError> {
    let mut signatures = Vec::new();
    for (field, signature) in signed_fields(document, limits)? {
        let text = |key: &[u8]| match document.get(&signature, key) {
            Ok(Object::String(bytes)) => Some(text::decode(&bytes)),
            _ => None,
        };
        let sub_filter = signature.name(b"SubFilter").map(|name| text::lossy(name).into_owned());
        signatures.push(SignatureInfo {
            field: field.name,
            kind: kind(document, &signature, sub_filter.as_deref())?,
            sub_filter,
            name: text(b"Name"),
            time: text(b"M").and_then(|text| date::read(&text)),
            covered_end: super::byte_range::read(&signature, document.view().len())
                .ok()
                .map(|[_, _, c, d]| c.saturating_add(d)),
        });
    }
    Ok(signatures)
}

/// What sort of signature a dictionary is.
fn kind<S: Source>(
    document: &Document<S>,
    signature: &Dictionary,
    sub_filter: Option<&str>,
) -> Result<SignatureKind, VerifyError> {
    Ok(if sub_filter == Some("ETSI.RFC3161") {
        SignatureKind::DocumentTimestamp
    } else if is_certification(document, signature)? {
        SignatureKind::Certification
    } else {
        SignatureKind::Approval
    })
}

fn encryption<S: Source>(document: &Document<S>) -> Option<EncryptionInfo> {
    let security = document.security()?;
    let name = |method: Method| {
        match method {
            Method::Identity => "none",
            Method::V2 => "rc4",
            Method::AesV2 => "aes-128",
            Method::AesV3 => "aes-256",
        }
        .to_owned()
    };
    let bit = |number: u32| security.permissions() & (1 << (number - 1)) != 0;
    Some(EncryptionInfo {
        strings: name(security.string_method()),
        streams: name(security.stream_method()),
        revision: security.revision(),
        owner_access: security.access() == Access::Owner,
        permissions: security.permissions(),
        metadata_encrypted: security.encrypts_metadata(),
        may_create_fields: bit(4) && bit(6),
        may_fill_fields: bit(6) || (security.revision() >= 3 && bit(9)),
    })
}

fn revisions<S: Source>(document: &Document<S>) -> Result<Vec<RevisionInfo>, VerifyError> {
    /// How far behind a section's start its `%%EOF` is looked for.
    const LOOK: usize = 1 << 20;
    let mut revisions = Vec::new();
    for section in document.sections() {
        let xref = match section.kind {
            SectionKind::Table => "table",
            SectionKind::Stream => "stream",
        };
        let bytes = document.view().bytes(section.at, LOOK)?;
        let end = memchr::memmem::find(&bytes, b"%%EOF").map(|found| {
            let rest = bytes.get(found.saturating_add(5)..).unwrap_or(&[]);
            let line = match rest {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => 0_u64,
            };
            section.at.saturating_add(found as u64).saturating_add(5).saturating_add(line)
        });
        revisions.push(RevisionInfo { xref_at: section.at, xref: xref.to_owned(), end });
    }
    revisions.sort_by_key(|revision| revision.xref_at);
    Ok(revisions)
}
