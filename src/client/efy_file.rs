//! A file that a service signed, compared with the one that was sent.

use std::collections::HashSet;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::algorithm::DigestAlgorithm;
use crate::certificate::Certificate;
use crate::fault::Fault;
use crate::verify::{self, ChangeLevel, Coverage, Options, VerifyError};
use crate::xml::{C14nMethod, Canonicalization, CanonicalizationError};

/// The namespace of XML Signature.
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// What a file must be that a service says it signed (`signing/file` of EFY): the file that was sent, with
/// the signatures that were asked for and nothing else.
///
/// ```no_run
/// use kyso::client::FileCheck;
/// # fn check(chain: &kyso::Chain, sent: &[u8], returned: &[u8]) -> Result<(), kyso::client::FileError> {
/// let report = FileCheck::new(chain.leaf()).pdf(sent, returned)?;
/// println!("{} signatures", report.signatures.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FileCheck {
    signer: String,
    added: usize,
    covered: Vec<String>,
    options: Options,
}

/// Why a file is not what was sent, signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Other bytes than those that were sent.
    #[error("the returned file differs from the one that was sent at byte {offset} of {sent}")]
    Changed {
        /// Where the difference begins.
        offset: usize,
        /// Bytes that were sent.
        sent: usize,
    },
    /// More was changed than signing changes.
    #[error("besides the signature something was changed: {what}")]
    MoreChanged {
        /// What, first.
        what: String,
    },
    /// Without its new signatures it is not the document that was sent.
    #[error(
        "without the new signatures the document is not the one that was sent: \
         the canonical octets differ at octet {offset} of {sent}"
    )]
    OtherContent {
        /// Where the canonical octets differ first.
        offset: usize,
        /// How many there are of the document that was sent.
        sent: usize,
    },
    /// Another number of new signatures.
    #[error("{found} new signatures, where {expected} were asked for")]
    Signatures {
        /// How many were asked for.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A new signature that is not valid.
    #[error("the new signature {name} is not valid: {why}")]
    Invalid {
        /// The name of the field, or the path of the element.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Somebody else signed.
    #[error("no new signature is by the chosen certificate (SHA-256 {expected}), but by {found}")]
    OtherSigner {
        /// Lower-case hexadecimal digits.
        expected: String,
        /// Who signed, with commas between.
        found: String,
    },
    /// The chosen signer's signature does not cover what it should.
    #[error("the signature of the chosen certificate does not cover {path}")]
    NotCovered {
        /// The path of an element.
        path: String,
    },
    /// The returned file, or the one that was sent, cannot be read.
    #[error("the file cannot be verified")]
    Unreadable(#[from] VerifyError),
    /// The same, of XML.
    #[error("the document cannot be canonicalised")]
    Canonicalization(#[from] CanonicalizationError),
    /// The same, of XML.
    #[error("the document cannot be read at byte {offset}")]
    Xml {
        /// Where.
        offset: u64,
        /// Why.
        source: quick_xml::Error,
    },
}

impl FileError {
    /// Whose fault it is: the service's, unless a file cannot be read.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Unreadable(error) => error.fault(),
            Self::Canonicalization(error) => error.fault(),
            Self::Xml { .. } => Fault::Document,
            _ => Fault::Signer,
        }
    }
}

impl FileCheck {
    /// One new signature, by this certificate.
    #[must_use]
    pub fn new(signer: &Certificate) -> Self {
        Self {
            signer: signer.fingerprint(DigestAlgorithm::Sha256).to_hex(),
            added: 1,
            covered: Vec::new(),
            options: Options::default(),
        }
    }

    /// So many new signatures, of which one at least is by the chosen certificate: 2 with a counter
    /// signature, see [`SignCloudMetaData::signatures`](crate::remote::efy::SignCloudMetaData::signatures).
    #[must_use]
    pub const fn signatures(mut self, count: usize) -> Self {
        self.added = count;
        self
    }

    /// XML: the chosen certificate's signature covers the element at this path, as reports write it:
    /// `/HDon/DLHDon`.
    #[must_use]
    pub fn covers(mut self, path: impl Into<String>) -> Self {
        self.covered.push(path.into());
        self
    }

    /// With these options of verifying: trust anchors, SHA-1.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// A PDF: the bytes that were sent, then revisions that add signatures and nothing else.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn pdf(&self, sent: &[u8], returned: &[u8]) -> Result<verify::Report, FileError> {
        if !returned.starts_with(sent) {
            return Err(FileError::Changed { offset: difference(sent, returned), sent: sent.len() });
        }
        let length = u64::try_from(sent.len()).unwrap_or(u64::MAX);
        let report = verify::pdf(&returned, &self.options)?;
        let new: Vec<&verify::SignatureReport> = report
            .signatures
            .iter()
            .filter(|one| one.byte_range.is_none_or(|[_, _, c, d]| c.saturating_add(d) > length))
            .collect();
        if new.len() != self.added {
            return Err(FileError::Signatures { expected: self.added, found: new.len() });
        }
        for one in &new {
            if !one.is_valid() {
                let why = findings(
                    &one.findings,
                    &format!("digest {:?}, signature {:?}", one.digest, one.signature),
                );
                return Err(FileError::Invalid { name: one.field.clone(), why });
            }
        }
        // Reports stand in the order of what they cover.
        if let Some(last) = new.last()
            && last.coverage != Coverage::EntireFile
        {
            let why = "it does not cover the end of the file".to_owned();
            return Err(FileError::Invalid { name: last.field.clone(), why });
        }
        self.check_signer(new.iter().map(|one| one.signer.as_ref()))?;
        // Signatures that were there before say themselves what may follow; without any nobody does.
        let changes = verify::pdf_changes(&returned, length, &self.options)?;
        if !changes.compared || changes.level > ChangeLevel::FormFilling || !changes.permitted {
            let first = changes.list.first().map(|change| change.what.clone());
            return Err(FileError::MoreChanged {
                what: first.unwrap_or_else(|| "it cannot be told".to_owned()),
            });
        }
        Ok(report)
    }

    /// An XML document: with its new Signature elements taken out it has the canonical octets of the one that
    /// was sent.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn xml(&self, sent: &[u8], returned: &[u8]) -> Result<verify::XmlReport, FileError> {
        let report = verify::xml(returned, &self.options)?;
        // Positions are counted from behind the byte order mark.
        let [sent, returned] =
            [sent, returned].map(|text| text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text));
        let there = signatures(returned)?;
        let known: HashSet<String> = signatures(sent)?.into_iter().map(|one| one.value).collect();
        let is_new = |one: &Found| !known.contains(&one.value);
        let new: Vec<&Found> = there.iter().filter(|one| one.depth == 0 && is_new(one)).collect();
        if new.len() != self.added {
            return Err(FileError::Signatures { expected: self.added, found: new.len() });
        }
        let mut without = Vec::with_capacity(returned.len());
        let mut end = 0;
        for one in &new {
            without.extend_from_slice(returned.get(end..one.start).unwrap_or_default());
            end = one.end;
        }
        without.extend_from_slice(returned.get(end..).unwrap_or_default());
        let (sent, without) = (self.canonical(sent)?, self.canonical(&without)?);
        if sent != without {
            return Err(FileError::OtherContent { offset: difference(&sent, &without), sent: sent.len() });
        }
        // Both go through the document from its beginning.
        if report.signatures.len() != there.len() {
            let (expected, found) = (there.len(), report.signatures.len());
            return Err(FileError::Signatures { expected, found });
        }
        let reports: Vec<&verify::XmlSignatureReport> = there
            .iter()
            .zip(&report.signatures)
            .filter(|(found, _)| found.depth == 0 && is_new(found))
            .map(|(_, report)| report)
            .collect();
        for one in &reports {
            if !one.is_valid() {
                let why = findings(&one.findings, &format!("signature {:?}", one.signature));
                return Err(FileError::Invalid { name: one.path.clone(), why });
            }
        }
        if let Some(fatal) = report.findings.iter().find(|finding| finding.kind.is_fatal()) {
            return Err(FileError::Invalid { name: "of the document".to_owned(), why: fatal.detail.clone() });
        }
        self.check_signer(reports.iter().map(|one| one.signer.as_ref()))?;
        for path in &self.covered {
            let covers = |one: &&verify::XmlSignatureReport| {
                one.signer.as_ref().is_some_and(|signer| signer.sha256 == self.signer) && one.covers(path)
            };
            if !reports.iter().any(covers) {
                return Err(FileError::NotCovered { path: path.clone() });
            }
        }
        Ok(report)
    }

    fn check_signer<'r>(
        &self,
        signers: impl Iterator<Item = Option<&'r verify::Signer>>,
    ) -> Result<(), FileError> {
        let found: Vec<&str> =
            signers.map(|signer| signer.map_or("nobody", |signer| signer.sha256.as_str())).collect();
        if found.iter().any(|one| *one == self.signer) {
            return Ok(());
        }
        Err(FileError::OtherSigner { expected: self.signer.clone(), found: found.join(", ") })
    }

    fn canonical(&self, document: &[u8]) -> Result<Vec<u8>, CanonicalizationError> {
        let mut octets = Vec::with_capacity(document.len());
        let method = C14nMethod::Inclusive10 { comments: true };
        Canonicalization::new(method).limits(self.options.limits.clone()).write(document, &mut octets)?;
        Ok(octets)
    }
}

/// Where two texts begin to differ.
fn difference(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).position(|(a, b)| a != b).unwrap_or_else(|| one.len().min(other.len()))
}

fn findings(findings: &[verify::Finding], otherwise: &str) -> String {
    let fatal = findings.iter().find(|finding| finding.kind.is_fatal());
    fatal.map_or_else(|| otherwise.to_owned(), |finding| finding.detail.clone())
}

/// A Signature element of a document.
struct Found {
    /// Bytes from its start tag to behind its end tag.
    start: usize,
    end: usize,
    /// In how many other Signatures it stands.
    depth: usize,
    /// The text of its SignatureValue, without white space.
    value: String,
}

/// The Signature elements of a document, in the order of their start tags.
fn signatures(document: &[u8]) -> Result<Vec<Found>, FileError> {
    let mut reader = NsReader::from_reader(document);
    let mut found: Vec<Found> = Vec::new();
    // Indexes of the Signatures that are open, with the depth of elements at which they are.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut depth, mut in_value) = (0_usize, false);
    loop {
        let start = position(&reader);
        let event = reader.read_resolved_event();
        let (namespace, event) = match event {
            Ok(read) => read,
            Err(source) => return Err(FileError::Xml { offset: reader.error_position(), source }),
        };
        let is = |tag: &BytesStart<'_>, name: &str| {
            matches!(namespace, ResolveResult::Bound(uri) if uri.as_ref() == DSIG)
                && tag.local_name().as_ref() == name
        };
        match &event {
            Event::Start(tag) => {
                if is(tag, "Signature") {
                    let outer = open.len();
                    open.push((found.len(), depth));
                    found.push(Found { start, end: start, depth: outer, value: String::new() });
                }
                in_value = is(tag, "SignatureValue") && open.last().is_some_and(|(_, at)| at + 1 == depth);
                depth = depth.saturating_add(1);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                in_value = false;
                if let Some((index, _)) = open.pop_if(|(_, at)| *at == depth)
                    && let Some(signature) = found.get_mut(index)
                {
                    signature.end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                }
            }
            Event::Empty(tag) if is(tag, "Signature") => {
                let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                found.push(Found { start, end, depth: open.len(), value: String::new() });
            }
            Event::Text(text) if in_value => {
                if let Some((index, _)) = open.last()
                    && let Some(signature) = found.get_mut(*index)
                {
                    signature.value.extend(text.chars().filter(|letter| !letter.is_ascii_whitespace()));
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn position(reader: &NsReader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_found_with_their_bytes() {
        let text = r#"<a xmlns:d="http://www.w3.org/2000/09/xmldsig#"><Signature/><d:Signature><d:SignatureValue>
            AQ ID</d:SignatureValue><d:Object><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></d:Object></d:Signature></a>"#;
        let found = signatures(text.as_bytes()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].depth, found[0].value.as_str()), (0, "AQID"));
        assert!(text[found[0].start..found[0].end].starts_with("<d:Signature>"));
        assert!(text[found[0].start..found[0].end].ends_with("</d:Signature>"));
        assert_eq!((found[1].depth, found[1].value.as_str()), (1, ""));
        assert!(signatures(b"<a><b></a>").is_err());
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        let chain =
            crate::Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem").unwrap()).unwrap();
        let check = FileCheck::new(chain.leaf());
        for bytes in [&b""[..], b"<a>", b"\xFF\xFE<\0a\0/\0>\0", b"%PDF-1.7"] {
            assert!(check.xml(b"<a/>", bytes).is_err());
            assert!(check.xml(bytes, bytes).is_err());
            assert!(check.pdf(bytes, bytes).is_err());
        }
    }

    #[test]
    fn the_first_difference_is_found() {
        assert_eq!(difference(b"abc", b"abd"), 2);
        assert_eq!(difference(b"abc", b"ab"), 2);
    }
}
