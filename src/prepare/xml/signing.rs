//! A signature on an XML document, described before it is prepared.

use super::error::PrepareError;
use super::reference::Reference;
use super::{Packaging, check};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite, SuiteError};
use crate::certificate::Chain;
use crate::limits::Limits;
use crate::profile::key_info::KeyInfo;
use crate::profile::tt78::{self, Role};
use crate::profile::xades::{Policy, ProductionPlace, Properties};
use crate::profile::xmldsig::{self, Format, Transform};
use crate::syntax::xml::C14nMethod;
use crate::syntax::xml::plain::Entities;

/// A signature on an XML document, described before it is prepared.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use kyso::{At, Chain, xml};
///
/// let chain = Chain::from_pem(&std::fs::read("chain.pem")?)?;
/// let invoice = std::fs::read("invoice.xml")?;
/// let at = At::with_os_entropy("2026-11-21T09:30:00+07:00".parse()?)?;
/// let prepared = xml::Signing::tt78(&chain)
///     .node("InvoiceData")
///     .signature_location("DSCKS/NBan")
///     .signature_id("seller")
///     .prepare(&invoice, &at)?;
/// println!("{}", prepared.request());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Signing {
    pub(super) chain: Chain,
    pub(super) document: String,
    pub(super) format: Format,
    pub(super) references: Vec<Reference>,
    pub(super) message: Option<(u16, Role)>,
    pub(super) id_attribute: String,
    pub(super) location: Option<String>,
    pub(super) signature_id: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) c14n: C14nMethod,
    pub(super) prefix_list: Vec<String>,
    pub(super) xpath: Option<String>,
    pub(super) packaging: Packaging,
    pub(super) prefix: Option<String>,
    pub(super) key_info: Option<Vec<KeyInfo>>,
    pub(super) digest: Option<DigestAlgorithm>,
    pub(super) signature_algorithm: Option<SignatureAlgorithm>,
    pub(super) allow_sha1: bool,
    pub(super) entities: Option<Entities>,
    pub(super) signing_time_namespace: Option<String>,
    pub(super) properties: Properties,
    pub(super) mime_type: Option<String>,
    pub(super) limits: Limits,
}

impl Signing {
    /// A signature of this format by the leaf of `chain`.
    #[must_use]
    pub fn new(format: Format, chain: &Chain) -> Self {
        Self {
            chain: chain.clone(),
            document: String::new(),
            format,
            references: Vec::new(),
            message: None,
            id_attribute: "Id".to_owned(),
            location: None,
            signature_id: None,
            object_id: None,
            c14n: C14nMethod::default(),
            prefix_list: Vec::new(),
            xpath: None,
            packaging: Packaging::Enveloped,
            // The tax authority's own examples have none.
            prefix: (format != Format::Tt78).then(|| xmldsig::PREFIX.to_owned()),
            key_info: None,
            digest: None,
            signature_algorithm: None,
            allow_sha1: false,
            entities: None,
            signing_time_namespace: None,
            properties: Properties::default(),
            mime_type: None,
            limits: Limits::default(),
        }
    }

    /// An invoice or another message under Circular 78 (TT78) and Decree 123. Without a node named, the
    /// first signer's is looked for: `DLHDon`, `DLTKhai`, `DLTBao` or `DLBTHop`.
    #[must_use]
    pub fn tt78(chain: &Chain) -> Self {
        Self::new(Format::Tt78, chain)
    }

    /// What `role` signs in the message of this code (`MLTDiep`: 100, 102, 103, 200–203, 206, 300, 303,
    /// 400), where it signs it.
    #[must_use]
    pub fn tt78_message(chain: &Chain, message: u16, role: Role) -> Self {
        Self { message: Some((message, role)), ..Self::new(Format::Tt78, chain) }
    }

    /// XAdES baseline B-B.
    #[must_use]
    pub fn xades(chain: &Chain) -> Self {
        Self::new(Format::Xades, chain)
    }

    /// XAdES with an explicit signature policy.
    #[must_use]
    pub fn xades_epes(chain: &Chain, policy: Policy) -> Self {
        Self::new(Format::XadesEpes, chain).policy(policy)
    }

    /// Plain XMLDSig: the whole document, or the nodes named.
    #[must_use]
    pub fn dsig(chain: &Chain) -> Self {
        Self::new(Format::Dsig, chain)
    }

    /// The document's id in the request and the state.
    #[must_use]
    pub fn document(mut self, id: impl Into<String>) -> Self {
        self.document = id.into();
        self
    }

    /// Signs the element of this id; call it again for more.
    #[must_use]
    pub fn node(self, id: impl Into<String>) -> Self {
        self.reference(Reference::node(id))
    }

    /// Signs this too.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.references.push(reference);
        self
    }

    /// The attribute that gives ids, as it is written: `Id` (default), `id`, `ID`, `xml:id`.
    #[must_use]
    pub fn id_attribute(mut self, name: impl Into<String>) -> Self {
        self.id_attribute = name.into();
        self
    }

    /// Where the signature goes: names of elements below each other, as the document has them, the last
    /// of which receives it as its last child. `[n]` picks among siblings of a name; a `/` in front
    /// stands for the root. Of several places the one nearest to the first signed node is taken. Default:
    /// the root element, or the place that a TT78 message has.
    #[must_use]
    pub fn signature_location(mut self, path: impl Into<String>) -> Self {
        self.location = Some(path.into());
        self
    }

    /// The Id of the Signature element. Default: a generated one where the format needs one, else none.
    #[must_use]
    pub fn signature_id(mut self, id: impl Into<String>) -> Self {
        self.signature_id = Some(id.into());
        self
    }

    /// The Id of the Object that TT78 signs, or that an enveloping signature holds. Default: derived from
    /// the digest of the first node, the signature's Id and the time.
    #[must_use]
    pub fn object_id(mut self, id: impl Into<String>) -> Self {
        self.object_id = Some(id.into());
        self
    }

    /// The canonicalisation of SignedInfo, and of what is signed where the format has one.
    #[must_use]
    pub const fn c14n(mut self, method: C14nMethod) -> Self {
        self.c14n = method;
        self
    }

    /// The PrefixList of exclusive canonicalisation of what is signed: prefixes, `#default`.
    #[must_use]
    pub fn prefix_list(mut self, prefixes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.prefix_list = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// The expression of [`Format::DsigXPath`]. Default: everything but signatures.
    #[must_use]
    pub fn xpath(mut self, expression: impl Into<String>) -> Self {
        self.xpath = Some(expression.into());
        self
    }

    /// How signature and document go together.
    #[must_use]
    pub const fn packaging(mut self, packaging: Packaging) -> Self {
        self.packaging = packaging;
        self
    }

    /// The prefix of XMLDSig's elements; `None` makes it the default namespace of the signature.
    #[must_use]
    pub fn ds_prefix(mut self, prefix: Option<&str>) -> Self {
        self.prefix = prefix.map(str::to_owned);
        self
    }

    /// What KeyInfo holds; nothing for no KeyInfo. Default: the subject's name and the certificate for
    /// TT78, else the chain.
    #[must_use]
    pub fn key_info(mut self, parts: impl IntoIterator<Item = KeyInfo>) -> Self {
        self.key_info = Some(parts.into_iter().collect());
        self
    }

    /// The digest algorithm of the references and of the signature, in place of the one that goes with
    /// the key. Ed25519 has its own; there it is that of the references.
    #[must_use]
    pub const fn digest(mut self, digest: DigestAlgorithm) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The signature algorithm, in place of the one that goes with the key.
    #[must_use]
    pub const fn signature_algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.signature_algorithm = Some(algorithm);
        self
    }

    /// Lets SHA-1 be asked for. It is broken: only for receivers that take nothing else.
    #[must_use]
    pub const fn allow_sha1(mut self) -> Self {
        self.allow_sha1 = true;
        self
    }

    /// Takes documents with a DOCTYPE: its internal subset counts, nothing external is read but what
    /// `entities` has.
    #[must_use]
    pub fn allow_doctype(mut self, entities: Entities) -> Self {
        self.entities = Some(entities);
        self
    }

    /// The namespace of TT78's SigningTime (`SIGNINGTIMEXMLSN`). Default: XMLDSig's.
    #[must_use]
    pub fn signing_time_namespace(mut self, uri: impl Into<String>) -> Self {
        self.signing_time_namespace = Some(uri.into());
        self
    }

    /// The signature policy, XAdES EPES.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.properties.policy = Some(policy);
        self
    }

    /// Where the signature is made, XAdES.
    #[must_use]
    pub fn production_place(mut self, place: ProductionPlace) -> Self {
        self.properties.place = place;
        self
    }

    /// A role that the signer claims, XAdES; call it again for more.
    #[must_use]
    pub fn signer_role(mut self, role: impl Into<String>) -> Self {
        self.properties.roles.push(role.into());
        self
    }

    /// What the signer commits to, as a URI or an object identifier, XAdES; call it again for more.
    #[must_use]
    pub fn commitment(mut self, id: impl Into<String>) -> Self {
        self.properties.commitments.push(id.into());
        self
    }

    /// The MIME type of what is signed, XAdES. Default: `text/xml`.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// What reading the document may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(super) fn suite(&self) -> Result<Suite, PrepareError> {
        let key = self.chain.public_key();
        let default = Suite::default_for(key);
        let algorithm = self.signature_algorithm.unwrap_or_else(|| default.signature());
        // Ed25519 signs the octets of SignedInfo: the digest is the references' affair.
        let digest = match algorithm {
            SignatureAlgorithm::Ed25519 => DigestAlgorithm::Sha512,
            _ => self.digest.unwrap_or_else(|| default.digest()),
        };
        if self.reference_digest(default) == DigestAlgorithm::Sha1 && !self.allow_sha1 {
            let (signature, digest) = (algorithm, DigestAlgorithm::Sha1);
            return Err(SuiteError::Digest { signature, digest }.into());
        }
        let suite = match digest {
            DigestAlgorithm::Sha1 => Suite::for_verification(algorithm, digest, key)?,
            _ => Suite::new(algorithm, digest, key)?,
        };
        Ok(suite)
    }

    pub(super) fn reference_digest(&self, suite: Suite) -> DigestAlgorithm {
        self.digest.unwrap_or_else(|| suite.digest())
    }

    /// What KeyInfo holds.
    pub(super) fn key_info_parts(&self) -> &[KeyInfo] {
        match (&self.key_info, self.format) {
            (Some(parts), _) => parts,
            (None, Format::Tt78) => &[KeyInfo::SubjectName, KeyInfo::Certificate],
            (None, _) => &[KeyInfo::Chain],
        }
    }

    /// The references, with the transforms of the format where they have none of their own.
    pub(super) fn all_references(&self) -> Result<Vec<Reference>, PrepareError> {
        let mut references = self.references.clone();
        let found = references.len();
        let wrong = |needed| Err(PrepareError::Nodes { format: self.format, needed, found });
        let mut entry = None;
        if let Some((message, role)) = self.message {
            let Some(known) = tt78::entry_of(message, role) else {
                return Err(PrepareError::Options("this role signs nothing in a message of this code"));
            };
            entry = Some(role);
            if references.is_empty() {
                references.extend(known.nodes.iter().map(|name| Reference::element(name)));
            }
        }
        match self.format {
            Format::DsigSingleNode if found != 1 => return wrong("exactly one"),
            Format::DsigMultipleNodes if found == 0 => return wrong("one or more"),
            Format::DsigXPath if found != 0 => return wrong("the whole document"),
            Format::DsigXPath => {
                let expression = self.xpath.as_deref().unwrap_or(xmldsig::DEFAULT_XPATH).to_owned();
                let xpath = Transform::XPath { expression, namespaces: Vec::new() };
                references.push(Reference::document().transforms([xpath]));
            }
            Format::Tt78 if references.is_empty() => return wrong("one or more"),
            Format::Dsig | Format::Xades | Format::XadesEpes
                if references.is_empty() && self.packaging == Packaging::Enveloped =>
            {
                references.push(Reference::document());
            }
            _ => {}
        }
        for reference in &mut references {
            let c14n = || Transform::C14n { method: self.c14n, prefixes: self.prefix_list.clone() };
            reference.transforms.get_or_insert_with(|| match (self.format, self.packaging) {
                (Format::Tt78, _) if entry.is_some_and(Role::signs_plain) => Vec::new(),
                (Format::Tt78, _) => vec![Transform::EnvelopedSignature],
                (_, Packaging::Enveloped) => vec![Transform::EnvelopedSignature, c14n()],
                (_, Packaging::Enveloping | Packaging::Detached) => vec![c14n()],
            });
        }
        Ok(references)
    }

    /// Options that do nothing, or contradict each other, are errors.
    pub(super) fn check_options(&self) -> Result<(), PrepareError> {
        let wrong = |what| Err(PrepareError::Options(what));
        let xades = self.format.is_xades();
        let has_properties = !self.properties.place.is_empty()
            || !self.properties.roles.is_empty()
            || !self.properties.commitments.is_empty()
            || self.mime_type.is_some();
        match (self.format, &self.properties.policy) {
            (Format::XadesEpes, None) => return wrong("XAdES EPES needs a policy with its digest"),
            (Format::XadesEpes | Format::Xades, _) | (_, None) => {}
            (_, Some(_)) => return wrong("a signature policy is for XAdES only"),
        }
        if has_properties && !xades {
            return wrong("MIME type, role, place and commitment are for XAdES only");
        }
        if self.xpath.is_some() && self.format != Format::DsigXPath {
            return wrong("an XPath expression is for dsig-xpath only");
        }
        if self.signing_time_namespace.is_some() && self.format != Format::Tt78 {
            return wrong("the namespace of SigningTime is for TT78 only");
        }
        if self.format == Format::Tt78 && self.packaging != Packaging::Enveloped {
            return wrong("a TT78 signature is enveloped");
        }
        if self.format == Format::DsigXPath && self.packaging != Packaging::Enveloped {
            return wrong("dsig-xpath signs the document that the signature stands in");
        }
        let has_object = self.format == Format::Tt78 || self.packaging == Packaging::Enveloping;
        if self.object_id.is_some() && !has_object {
            return wrong("an object id is for TT78 and for enveloping signatures only");
        }
        if self.location.is_some() && self.packaging == Packaging::Enveloping {
            return wrong("an enveloping signature stands around the document and has no location");
        }
        if !self.prefix_list.is_empty() && !self.c14n.is_exclusive() {
            return wrong("a PrefixList is for exclusive canonicalisation only");
        }
        if self.packaging == Packaging::Detached && self.references.is_empty() {
            return wrong("a detached signature needs nodes or detached content");
        }
        check::options(self)
    }
}
