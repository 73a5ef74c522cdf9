//! The XML keys of `SignCloudMetaData`, the EFY dialect: options as callers of that interface have them.

use super::xmldsig::Format;
use crate::algorithm::DigestAlgorithm;
use crate::fault::Fault;
use crate::syntax::xml::C14nMethod;

/// What the keys of a `SignCloudMetaData` ask for, as far as they are about XML. What is `None` was not
/// there.
///
/// ```
/// use kyso::xml::{Format, SignOptions};
///
/// let entries = [("SignatureFormat", "TAX-211120"), ("NODETOBESIGNED", "InvoiceData"), ("COLOUR", "red")];
/// let options = SignOptions::from_sign_cloud(entries)?;
/// assert_eq!(options.format, Some(Format::Tt78));
/// assert_eq!(options.nodes, ["InvoiceData"]);
/// assert_eq!(options.unknown, ["COLOUR"]);
/// # Ok::<(), kyso::xml::SignCloudError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignOptions {
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
    /// Keys that are about signatures on PDF documents, as they were written.
    pub pdf_keys: Vec<String>,
    /// Keys that the dialect does not have, as they were written.
    pub unknown: Vec<String>,
}

/// Why a `SignCloudMetaData` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignCloudError {
    /// A value that its key does not take.
    #[error("{key} has the value {value:?}; it takes {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A key that takes one value and has two.
    #[error("{key} is there twice, with {first:?} and {second:?}")]
    Repeated {
        /// The key.
        key: &'static str,
        /// Its first value.
        first: String,
        /// Its second value.
        second: String,
    },
}

impl SignCloudError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        Fault::Caller
    }
}

/// A key of the dialect that is about XML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Algorithm,
    Format,
    SignatureId,
    AttributeName,
    Canonicalization,
    Node,
    Location,
    SigningTimeNamespace,
}

/// The keys about XML, with what their values may be.
const XML: [(Key, &str, &str); 8] = [
    (Key::Algorithm, "ALGORITHM", "SHA-1, SHA-256, SHA-384 or SHA-512"),
    (
        Key::Format,
        "SIGNATUREFORMAT",
        "DSIG, DSIG_SINGLE_NODE, DSIG_MULTIPLE_NODES, DSIG_XPATH, XADES, XADES_EPES or TAX-211120",
    ),
    (Key::SignatureId, "SIGNATUREID", "an id"),
    (Key::AttributeName, "ATTRIBUTENAME", "the name of an attribute"),
    (
        Key::Canonicalization,
        "CANONICALIZATIONMETHOD",
        "INCLUSIVE, INCLUSIVE_WITH_COMMENTS, EXCLUSIVE or EXCLUSIVE_WITH_COMMENTS",
    ),
    (Key::Node, "NODETOBESIGNED", "ids, with commas between them"),
    (Key::Location, "SIGNATURELOCATION", "names of elements, with / between them"),
    (Key::SigningTimeNamespace, "SIGNINGTIMEXMLSN", "the URI of a namespace"),
];

/// The keys about PDF. The description runs some of them together, and so do callers.
const PDF: [&str; 25] = [
    "VISIBLESIGNATURE",
    "VISUALSTATUS",
    "IMAGEANDTEXT",
    "SIGNATUREIMAGE",
    "PAGENO",
    "POSITIONIDENTIFIER",
    "RECTANGLEOFFSET",
    "RECTANGLESIZE",
    "COORDINATE",
    "TEXTCOLOR",
    "TEXTDIRECTION",
    "SHOWSIGNERINFO",
    "SIGNERINFOPREFIX",
    "SHOWDATETIME",
    "DATETIMEPREFIX",
    "SHOWREASON",
    "SIGNREASONPREFIX",
    "SIGNREASON",
    "SHOWLOCATION",
    "LOCATION",
    "LOCATIONPREFIX",
    "LOCKAFTERSIGNING",
    "SHOWEMAIL",
    "EMAILPREFIX",
    "BACKGROUNDIMAGE",
];

impl SignOptions {
    /// Reads the entries of a `singletonSigning`: keys and their values, keys in capitals or not, either
    /// also in quotation marks. Several ids of `NODETOBESIGNED` have commas, semicolons or white space
    /// between them, or an entry each.
    ///
    /// # Errors
    /// [`SignCloudError`]. A key that is not known is no error; it is in [`SignOptions::unknown`], or in
    /// [`SignOptions::pdf_keys`].
    pub fn from_sign_cloud<K, V>(entries: impl IntoIterator<Item = (K, V)>) -> Result<Self, SignCloudError>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let mut options = Self::default();
        let mut seen: Vec<(Key, String)> = Vec::new();
        for (key, value) in entries {
            let (key, value) = (bare(key.as_ref()), bare(value.as_ref()));
            let Some((key, name, allowed)) =
                XML.into_iter().find(|(_, name, _)| name.eq_ignore_ascii_case(key))
            else {
                let is_pdf = PDF.iter().any(|known| known.eq_ignore_ascii_case(key));
                if is_pdf { &mut options.pdf_keys } else { &mut options.unknown }.push(key.to_owned());
                continue;
            };
            match seen.iter().find(|(other, _)| *other == key) {
                Some((_, first)) if key != Key::Node && first != value => {
                    let (first, second) = (first.clone(), value.to_owned());
                    return Err(SignCloudError::Repeated { key: name, first, second });
                }
                _ => seen.push((key, value.to_owned())),
            }
            if options.set(key, value).is_none() {
                return Err(SignCloudError::Value { key: name, value: value.to_owned(), allowed });
            }
        }
        Ok(options)
    }

    /// Takes the value of a key, if it can be one.
    fn set(&mut self, key: Key, value: &str) -> Option<()> {
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

/// Without white space and one pair of quotation marks around it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inside = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inside('\'').or_else(|| inside('"')).map_or(text, str::trim)
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
    use super::*;

    #[test]
    fn every_key_is_an_option() {
        let options = SignOptions::from_sign_cloud([
            ("algorithm", "sha256"),
            ("SignatureFormat", "dsig_multiple_nodes"),
            ("SIGNATUREID", "seller"),
            ("'ATTRIBUTENAME'", "'id'"),
            ("CANONICALIZATIONMETHOD", "Exclusive_With_Comments"),
            ("NODETOBESIGNED", "a, b;c"),
            ("nodetobesigned", "d"),
            (" SIGNATURELOCATION ", "inv:invoice"),
            ("SIGNINGTIMEXMLSN", "https://hoadondientu.gdt.gov.vn"),
            ("Coordinate", "0,0,300,60"),
            ("NODETOBESIGN", "x"),
        ])
        .unwrap();
        assert_eq!(
            options,
            SignOptions {
                format: Some(Format::DsigMultipleNodes),
                digest: Some(DigestAlgorithm::Sha256),
                signature_id: Some("seller".to_owned()),
                id_attribute: Some("id".to_owned()),
                c14n: Some(C14nMethod::Exclusive { comments: true }),
                nodes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
                signature_location: Some("inv:invoice".to_owned()),
                signing_time_namespace: Some("https://hoadondientu.gdt.gov.vn".to_owned()),
                pdf_keys: vec!["Coordinate".to_owned()],
                unknown: vec!["NODETOBESIGN".to_owned()],
            }
        );
        assert_eq!(SignOptions::from_sign_cloud([("", ""); 0]).unwrap(), SignOptions::default());
    }

    #[test]
    fn values_of_the_dialect_have_their_meaning() {
        let read = |key, value| SignOptions::from_sign_cloud([(key, value)]);
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
            let error = SignOptions::from_sign_cloud([(key, value)]).unwrap_err();
            assert_eq!(error.fault(), Fault::Caller);
            let text = error.to_string();
            assert!(text.contains(key) && text.contains(allowed), "{text}");
        }
        let twice = SignOptions::from_sign_cloud([("SIGNATUREID", "a"), ("SignatureId", "b")]).unwrap_err();
        assert!(matches!(twice, SignCloudError::Repeated { key: "SIGNATUREID", .. }), "{twice}");
        // The same thing said twice is no contradiction.
        assert!(SignOptions::from_sign_cloud([("SIGNATUREID", "a"), ("SignatureId", "a")]).is_ok());
    }
}
