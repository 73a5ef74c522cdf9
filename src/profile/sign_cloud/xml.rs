//! The keys that are about XML.

use super::Key as Entry;
use crate::algorithm::DigestAlgorithm;
use crate::profile::xmldsig::Format;
use crate::syntax::xml::C14nMethod;

/// What the keys of a `SignCloudMetaData` ask of a signature on an XML document. What is `None` was not
/// there.
///
/// ```
/// use kyso::sign_cloud::Options;
/// use kyso::xml::Format;
///
/// let entries = [("SignatureFormat", "TAX-211120"), ("NODETOBESIGNED", "InvoiceData")];
/// let options = Options::from_entries(entries)?.xml;
/// assert_eq!(options.format, Some(Format::Tt78));
/// assert_eq!(options.nodes, ["InvoiceData"]);
/// # Ok::<(), kyso::sign_cloud::SignCloudError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct XmlOptions {
    /// `SIGNATUREFORMAT`.
    pub format: Option<Format>,
    /// `ALGORITHM`. SHA-1 must be allowed besides, with
    /// [`Signing::allow_sha1`](crate::xml::Signing::allow_sha1).
    pub digest: Option<DigestAlgorithm>,
    /// `SIGNATUREID`.
    pub signature_id: Option<String>,
    /// `ATTRIBUTENAME`.
    pub id_attribute: Option<String>,
    /// `CANONICALIZATIONMETHOD`.
    pub c14n: Option<C14nMethod>,
    /// `NODETOBESIGNED`: ids, in the order in which they stand there.
    pub nodes: Vec<String>,
    /// `SIGNATURELOCATION`.
    pub signature_location: Option<String>,
    /// `SIGNINGTIMEXMLSN`: the namespace of SigningTime.
    pub signing_time_namespace: Option<String>,
}

/// A key of the dialect that is about XML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Algorithm,
    Format,
    SignatureId,
    AttributeName,
    Canonicalization,
    Node,
    Location,
    SigningTimeNamespace,
}

/// The one key that may be there several times.
pub(super) const NODE: &str = "NODETOBESIGNED";

const fn entry(key: Key, name: &'static str, allowed: &'static str) -> Entry<Key> {
    Entry { key, name, allowed }
}

/// The keys, with what their values may be.
pub(super) static KEYS: [Entry<Key>; 8] = [
    entry(Key::Algorithm, "ALGORITHM", "SHA-1, SHA-256, SHA-384 or SHA-512"),
    entry(
        Key::Format,
        "SIGNATUREFORMAT",
        "DSIG, DSIG_SINGLE_NODE, DSIG_MULTIPLE_NODES, DSIG_XPATH, XADES, XADES_EPES or TAX-211120",
    ),
    entry(Key::SignatureId, "SIGNATUREID", "an id"),
    entry(Key::AttributeName, "ATTRIBUTENAME", "the name of an attribute"),
    entry(
        Key::Canonicalization,
        "CANONICALIZATIONMETHOD",
        "INCLUSIVE, INCLUSIVE_WITH_COMMENTS, EXCLUSIVE or EXCLUSIVE_WITH_COMMENTS",
    ),
    entry(Key::Node, NODE, "ids, with commas between them"),
    entry(Key::Location, "SIGNATURELOCATION", "names of elements, with / between them"),
    entry(Key::SigningTimeNamespace, "SIGNINGTIMEXMLSN", "the URI of a namespace"),
];

impl XmlOptions {
    /// Takes the value of a key, if it can be one.
    pub(super) fn set(&mut self, key: Key, value: &str) -> Option<()> {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            Key::Algorithm => self.digest = Some(digest(value)?),
            Key::Format => self.format = Some(Format::from_sign_cloud(value)?),
            Key::SignatureId => self.signature_id = Some(text()?),
            Key::AttributeName => self.id_attribute = Some(text()?),
            Key::Canonicalization => self.c14n = Some(method(value)?),
            Key::Node => {
                let before = self.nodes.len();
                let ids = value.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
                self.nodes.extend(ids.filter(|id| !id.is_empty()).map(str::to_owned));
                return (self.nodes.len() > before).then_some(());
            }
            Key::Location => self.signature_location = Some(text()?),
            Key::SigningTimeNamespace => self.signing_time_namespace = Some(text()?),
        }
        Some(())
    }
}

fn digest(value: &str) -> Option<DigestAlgorithm> {
    let name: String = value.chars().filter(|c| !matches!(c, '-' | '_')).collect();
    DigestAlgorithm::from_name(&name.to_ascii_lowercase())
}

fn method(value: &str) -> Option<C14nMethod> {
    Some(match value.to_ascii_uppercase().as_str() {
        "INCLUSIVE" => C14nMethod::Inclusive10 { comments: false },
        "INCLUSIVE_WITH_COMMENTS" => C14nMethod::Inclusive10 { comments: true },
        "EXCLUSIVE" => C14nMethod::Exclusive { comments: false },
        "EXCLUSIVE_WITH_COMMENTS" => C14nMethod::Exclusive { comments: true },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Options, SignCloudError};
    use super::*;

    fn read(key: &str, value: &str) -> Result<XmlOptions, SignCloudError> {
        Options::from_entries([(key, value)]).map(|options| options.xml)
    }

    #[test]
    fn every_key_is_an_option() {
        let options = Options::from_entries([
            ("algorithm", "sha256"),
            ("SignatureFormat", "dsig_multiple_nodes"),
            ("SIGNATUREID", "seller"),
            ("'ATTRIBUTENAME'", "'id'"),
            ("CANONICALIZATIONMETHOD", "Exclusive_With_Comments"),
            ("NODETOBESIGNED", "a, b;c"),
            ("nodetobesigned", "d"),
            (" SIGNATURELOCATION ", "inv:invoice"),
            ("SIGNINGTIMEXMLSN", "https://hoadondientu.gdt.gov.vn"),
            ("NODETOBESIGN", "x"),
        ])
        .unwrap();
        assert_eq!(
            options.xml,
            XmlOptions {
                format: Some(Format::DsigMultipleNodes),
                digest: Some(DigestAlgorithm::Sha256),
                signature_id: Some("seller".to_owned()),
                id_attribute: Some("id".to_owned()),
                c14n: Some(C14nMethod::Exclusive { comments: true }),
                nodes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
                signature_location: Some("inv:invoice".to_owned()),
                signing_time_namespace: Some("https://hoadondientu.gdt.gov.vn".to_owned()),
            }
        );
        assert_eq!(options.xml_keys.len(), 9);
        assert_eq!(options.unknown, ["NODETOBESIGN"]);
    }

    #[test]
    fn values_of_the_dialect_have_their_meaning() {
        for (value, digest) in [
            ("SHA-1", DigestAlgorithm::Sha1),
            ("SHA1", DigestAlgorithm::Sha1),
            ("SHA-256", DigestAlgorithm::Sha256),
            ("sha_384", DigestAlgorithm::Sha384),
            ("SHA512", DigestAlgorithm::Sha512),
        ] {
            assert_eq!(read("ALGORITHM", value).unwrap().digest, Some(digest), "{value}");
        }
        for (value, name) in [
            ("INCLUSIVE", "c14n10"),
            ("INCLUSIVE_WITH_COMMENTS", "c14n10-comments"),
            ("EXCLUSIVE", "exc"),
            ("EXCLUSIVE_WITH_COMMENTS", "exc-comments"),
        ] {
            let options = read("CANONICALIZATIONMETHOD", value).unwrap();
            assert_eq!(options.c14n.map(C14nMethod::name), Some(name));
        }
        for (value, name) in [("TAX-211120", "tt78"), ("DSIG_XPATH", "dsig-xpath"), ("DSIG", "dsig")] {
            assert_eq!(read("SIGNATUREFORMAT", value).unwrap().format.map(Format::name), Some(name));
        }
    }

    #[test]
    fn a_bad_value_is_named_with_what_is_allowed() {
        for (key, value, allowed) in [
            ("ALGORITHM", "MD5", "SHA-256"),
            ("SIGNATUREFORMAT", "PADES", "DSIG_SINGLE_NODE"),
            ("CANONICALIZATIONMETHOD", "C14N", "EXCLUSIVE_WITH_COMMENTS"),
            ("NODETOBESIGNED", " , ", "commas"),
            ("SIGNATUREID", "", "an id"),
        ] {
            let text = read(key, value).unwrap_err().to_string();
            assert!(text.contains(key) && text.contains(allowed), "{text}");
        }
    }
}
