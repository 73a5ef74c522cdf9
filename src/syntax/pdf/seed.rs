//! Seed values: what a signature field asks of whoever signs it (ISO 32000-2, 12.7.5.5, tables 237 and 238).

use super::document::Document;
use super::error::PdfError;
use super::object::{Dictionary, Object};
use super::text;
use crate::source::Source;

/// An entry of a seed value dictionary that `/Ff` can make a required constraint; the number is its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeedKey {
    Filter = 1,
    SubFilter = 2,
    V = 3,
    Reasons = 4,
    LegalAttestation = 5,
    AddRevInfo = 6,
    DigestMethod = 7,
    LockDocument = 8,
    AppearanceFilter = 9,
}

/// The same for the dictionary of certificate constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CertificateKey {
    Subject = 1,
    Issuer = 2,
    Oid = 3,
    SubjectDn = 4,
    KeyUsage = 6,
    Url = 7,
}

/// The bit of a key in `/Ff`.
const fn bit(number: u32) -> i64 {
    1 << (number - 1)
}

impl SeedKey {
    pub(crate) const fn bit(self) -> i64 {
        bit(self as u32)
    }
}

impl CertificateKey {
    pub(crate) const fn bit(self) -> i64 {
        bit(self as u32)
    }
}

/// The bits of tables 237 and 238 that mean something.
const SEED_BITS: i64 = 0x1FF;
const CERTIFICATE_BITS: i64 = 0b110_1111;

/// `/LockDocument`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockDocument {
    Lock,
    LeaveOpen,
    Auto,
}

/// `/TimeStamp`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimestampSeed {
    pub(crate) url: Option<String>,
    pub(crate) required: bool,
}

/// A seed value dictionary. What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SeedValue {
    flags: i64,
    pub(crate) filter: Option<String>,
    pub(crate) sub_filters: Option<Vec<String>>,
    pub(crate) digest_methods: Option<Vec<String>>,
    pub(crate) version: Option<f64>,
    pub(crate) certificate: Option<CertificateSeed>,
    pub(crate) reasons: Option<Vec<String>>,
    /// `/P` of `/MDP`: 0 an approval, 1 to 3 a certification.
    pub(crate) mdp: Option<i64>,
    pub(crate) timestamp: Option<TimestampSeed>,
    pub(crate) legal_attestations: Option<Vec<String>>,
    pub(crate) add_rev_info: Option<bool>,
    pub(crate) lock_document: Option<LockDocument>,
    pub(crate) appearance_filter: Option<String>,
}

/// A dictionary of certificate constraints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CertificateSeed {
    flags: i64,
    /// DER of certificates, one of which must sign.
    pub(crate) subjects: Option<Vec<Vec<u8>>>,
    /// Attributes, by keyword or object identifier, that the subject has: all of one list.
    pub(crate) subject_dns: Option<Vec<Vec<(String, String)>>>,
    /// Nine characters each, of which one must fit keyUsage: `0` not set, `1` set, else either.
    pub(crate) key_usages: Option<Vec<String>>,
    /// DER of certificates, to one of which the signer's must lead.
    pub(crate) issuers: Option<Vec<Vec<u8>>>,
    /// Certificate policies, dotted.
    pub(crate) policies: Option<Vec<String>>,
}

impl SeedValue {
    /// The seed value of a signature field, when it has one.
    pub(crate) fn read<S: Source>(
        document: &Document<S>,
        field: &Dictionary,
    ) -> Result<Option<Self>, PdfError> {
        let Object::Dictionary(seed) = document.get(field, b"SV")? else { return Ok(None) };
        let from = From { document, dictionary: &seed };
        let certificate = match document.get(&seed, b"Cert")? {
            Object::Dictionary(certificate) => {
                Some(CertificateSeed::read(&From { document, dictionary: &certificate })?)
            }
            _ => None,
        };
        let mdp = match document.get(&seed, b"MDP")? {
            Object::Dictionary(mdp) => document.get(&mdp, b"P")?.as_integer(),
            _ => None,
        };
        let timestamp = match document.get(&seed, b"TimeStamp")? {
            Object::Dictionary(timestamp) => {
                let from = From { document, dictionary: &timestamp };
                Some(TimestampSeed { url: from.text(b"URL")?, required: from.flags()? & 1 != 0 })
            }
            _ => None,
        };
        let lock_document = match document.get(&seed, b"LockDocument")? {
            Object::Name(name) if &*name == b"true" => Some(LockDocument::Lock),
            Object::Name(name) if &*name == b"false" => Some(LockDocument::LeaveOpen),
            Object::Boolean(true) => Some(LockDocument::Lock),
            Object::Boolean(false) => Some(LockDocument::LeaveOpen),
            Object::Name(_) => Some(LockDocument::Auto),
            _ => None,
        };
        Ok(Some(Self {
            flags: from.flags()?,
            filter: from.text(b"Filter")?,
            sub_filters: from.texts(b"SubFilter")?,
            digest_methods: from.texts(b"DigestMethod")?,
            version: document.get(&seed, b"V")?.as_number(),
            certificate,
            reasons: from.texts(b"Reasons")?,
            mdp,
            timestamp,
            legal_attestations: from.texts(b"LegalAttestation")?,
            add_rev_info: document.get(&seed, b"AddRevInfo")?.as_boolean(),
            lock_document,
            appearance_filter: from.text(b"AppearanceFilter")?,
        }))
    }

    /// Whether the entry must be honoured; else it is a preference.
    pub(crate) const fn requires(&self, key: SeedKey) -> bool {
        self.flags & key.bit() != 0
    }

    /// Bits of `/Ff` that no standard gives a meaning.
    pub(crate) const fn unknown_flags(&self) -> i64 {
        self.flags & !SEED_BITS
    }
}

impl CertificateSeed {
    fn read<S: Source>(from: &From<'_, S>) -> Result<Self, PdfError> {
        let certificates = from.document.view().limits().certificates;
        let subject_dns = match from.list(b"SubjectDN", from.limit())? {
            Some(names) => Some(names.iter().map(|name| from.attributes(name)).collect::<Result<_, _>>()?),
            None => None,
        };
        Ok(Self {
            flags: from.flags()?,
            subjects: from.bytes(b"Subject", certificates)?,
            subject_dns,
            key_usages: from.texts(b"KeyUsage")?,
            issuers: from.bytes(b"Issuer", certificates)?,
            policies: from.texts(b"OID")?,
        })
    }

    /// Whether the entry must be honoured; else it is a preference.
    pub(crate) const fn requires(&self, key: CertificateKey) -> bool {
        self.flags & key.bit() != 0
    }

    /// Bits of `/Ff` that no standard gives a meaning.
    pub(crate) const fn unknown_flags(&self) -> i64 {
        self.flags & !CERTIFICATE_BITS
    }
}

/// A dictionary being read.
struct From<'a, S> {
    document: &'a Document<S>,
    dictionary: &'a Dictionary,
}

impl<S: Source> From<'_, S> {
    fn limit(&self) -> usize {
        self.document.view().limits().seed_values
    }

    fn flags(&self) -> Result<i64, PdfError> {
        Ok(self.document.get(self.dictionary, b"Ff")?.as_integer().unwrap_or(0))
    }

    /// A text string or a name: writers differ in which they use.
    fn text(&self, key: &[u8]) -> Result<Option<String>, PdfError> {
        Ok(as_text(&self.document.get(self.dictionary, key)?))
    }

    /// The items of an array; a single value counts as an array of one.
    fn list(&self, key: &[u8], limit: usize) -> Result<Option<Vec<Object>>, PdfError> {
        let items = match self.document.get(self.dictionary, key)? {
            Object::Null => return Ok(None),
            Object::Array(items) => items,
            one => vec![one],
        };
        if items.len() > limit {
            return Err(PdfError::Limit { what: "seed values", limit: limit as u64 });
        }
        items.iter().map(|item| self.document.resolve(item)).collect::<Result<_, _>>().map(Some)
    }

    fn texts(&self, key: &[u8]) -> Result<Option<Vec<String>>, PdfError> {
        Ok(self.list(key, self.limit())?.map(|items| items.iter().filter_map(as_text).collect()))
    }

    fn bytes(&self, key: &[u8], limit: usize) -> Result<Option<Vec<Vec<u8>>>, PdfError> {
        let items = self.list(key, limit)?;
        Ok(items.map(|items| items.iter().filter_map(|item| Some(item.as_string()?.to_vec())).collect()))
    }

    /// The attributes that one dictionary of `/SubjectDN` asks for.
    fn attributes(&self, name: &Object) -> Result<Vec<(String, String)>, PdfError> {
        let Some(name) = name.as_dictionary() else { return Ok(Vec::new()) };
        if name.len() > self.limit() {
            return Err(PdfError::Limit { what: "seed values", limit: self.limit() as u64 });
        }
        let mut attributes = Vec::with_capacity(name.len());
        for (key, value) in name.iter() {
            let value = as_text(&self.document.resolve(value)?);
            attributes.push((text::lossy(key).into_owned(), value.unwrap_or_default()));
        }
        Ok(attributes)
    }
}

fn as_text(object: &Object) -> Option<String> {
    match object {
        Object::String(bytes) => Some(text::decode(bytes)),
        Object::Name(name) => Some(text::lossy(name).into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn file(field: &str) -> Vec<u8> {
        let mut bytes = b"%PDF-2.0\n".to_vec();
        let objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>", field];
        let mut table = "xref\n0 4\n0000000000 65535 f \n".to_owned();
        for (index, body) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
            bytes.extend(format!("{} 0 obj\n{body}\nendobj\n", index + 1).bytes());
        }
        let at = bytes.len();
        bytes.extend(format!("{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").bytes());
        bytes
    }

    fn read(seed: &str, limits: &Limits) -> Result<Option<SeedValue>, PdfError> {
        let bytes = file(&format!("<</FT/Sig{seed}>>"));
        let document = Document::open(bytes.as_slice(), None, limits).unwrap();
        let field = document.load(crate::syntax::pdf::ObjectId::new(3, 0)).unwrap();
        SeedValue::read(&document, field.as_dictionary().unwrap())
    }

    #[test]
    fn every_key_is_read() {
        let seed = read(
            "/SV<</Type/SV/Ff 342/Filter/Adobe.PPKLite/SubFilter[/ETSI.CAdES.detached]/V 2.0\
             /DigestMethod[/SHA256(SHA384)]/Reasons[(one)(two)]/MDP<</P 2>>\
             /TimeStamp<</URL(https://tsa.example)/Ff 1>>/LegalAttestation[(none)]/AddRevInfo true\
             /LockDocument/true/AppearanceFilter(Corporate)\
             /Cert<</Ff 41/Subject[<3000>]/SubjectDN[<</CN(An)/2.5.4.10(Acme)>>]/KeyUsage[(1X0)]\
             /Issuer[<3001>]/OID[(1.2.3)]>>>>",
            &Limits::default(),
        );
        let seed = seed.unwrap().unwrap();
        assert_eq!(seed.filter.as_deref(), Some("Adobe.PPKLite"));
        assert_eq!(seed.sub_filters.as_deref(), Some(&["ETSI.CAdES.detached".to_owned()][..]));
        assert_eq!(seed.digest_methods.as_deref(), Some(&["SHA256".to_owned(), "SHA384".to_owned()][..]));
        assert_eq!((seed.version, seed.mdp, seed.add_rev_info), (Some(2.0), Some(2), Some(true)));
        assert_eq!(seed.reasons.as_ref().map(Vec::len), Some(2));
        assert_eq!(seed.lock_document, Some(LockDocument::Lock));
        assert_eq!(seed.appearance_filter.as_deref(), Some("Corporate"));
        assert!(seed.timestamp.as_ref().unwrap().required);
        // 342 is bits 2, 3, 5, 7 and 9.
        for (key, required) in [
            (SeedKey::Filter, false),
            (SeedKey::SubFilter, true),
            (SeedKey::V, true),
            (SeedKey::Reasons, false),
            (SeedKey::LegalAttestation, true),
            (SeedKey::AddRevInfo, false),
            (SeedKey::DigestMethod, true),
            (SeedKey::LockDocument, false),
            (SeedKey::AppearanceFilter, true),
        ] {
            assert_eq!(seed.requires(key), required, "{key:?}");
        }
        let certificate = seed.certificate.as_ref().unwrap();
        assert_eq!(certificate.subjects.as_deref(), Some(&[vec![0x30, 0]][..]));
        assert_eq!(certificate.subject_dns.as_ref().unwrap()[0].len(), 2);
        assert_eq!(certificate.policies.as_deref(), Some(&["1.2.3".to_owned()][..]));
        assert!(
            certificate.requires(CertificateKey::Subject) && certificate.requires(CertificateKey::KeyUsage)
        );
        assert!(
            certificate.requires(CertificateKey::SubjectDn) && !certificate.requires(CertificateKey::Issuer)
        );
        assert_eq!((seed.unknown_flags(), certificate.unknown_flags()), (0, 0));
    }

    #[test]
    fn nonsense_is_nothing_or_a_limit() {
        assert_eq!(read("", &Limits::default()).unwrap(), None);
        let odd = read("/SV<</Ff(x)/Reasons[1 2]/V/x/MDP 3/Cert[]>>", &Limits::default()).unwrap().unwrap();
        assert_eq!(odd, SeedValue { reasons: Some(Vec::new()), ..SeedValue::default() });
        let unknown = read("/SV<</Ff 1024/Cert<</Ff 16>>>>", &Limits::default()).unwrap().unwrap();
        assert_eq!(unknown.unknown_flags(), 1024);
        assert_eq!(unknown.certificate.unwrap().unknown_flags(), 16);
        let limits = Limits { seed_values: 1, ..Limits::default() };
        assert!(matches!(read("/SV<</Reasons[(a)(b)]>>", &limits), Err(PdfError::Limit { limit: 1, .. })));
    }
}
