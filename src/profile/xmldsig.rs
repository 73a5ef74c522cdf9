//! XML Signature (XMLDSig 1.1, RFC 9231): identifiers, formats, and the elements as text.

use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::syntax::xml::C14nMethod;

/// The namespace of XML signatures.
pub(crate) const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of the additions of XML Signature 1.1.
pub(crate) const NAMESPACE_11: &str = "http://www.w3.org/2009/xmldsig11#";
/// The prefix that signatures have unless another is asked for.
pub(crate) const PREFIX: &str = "ds";
/// What `dsig-xpath` selects unless something else is asked for: everything but signatures.
pub(crate) const DEFAULT_XPATH: &str = "not(ancestor-or-self::ds:Signature)";

pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
pub(crate) const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
pub(crate) const XPATH_FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

/// What kind of signature: the `SIGNATUREFORMAT` of the EFY dialect, and XAdES.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `DSIG`: the whole document (`URI=""`), or one Reference for each node named.
    Dsig,
    /// `DSIG_SINGLE_NODE`: exactly one node.
    DsigSingleNode,
    /// `DSIG_MULTIPLE_NODES`: one Reference for each node, in one Signature.
    DsigMultipleNodes,
    /// `DSIG_XPATH`: the whole document filtered by an XPath expression.
    DsigXPath,
    /// `TAX-211120`: Circular 78 (TT78) and Decree 123.
    Tt78,
    /// XAdES baseline, level B-B (EN 319 132-1).
    Xades,
    /// `XADES_EPES`: XAdES with an explicit signature policy.
    XadesEpes,
}

impl Format {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Dsig, "dsig", "DSIG"),
        (Self::DsigSingleNode, "dsig-single-node", "DSIG_SINGLE_NODE"),
        (Self::DsigMultipleNodes, "dsig-multiple-nodes", "DSIG_MULTIPLE_NODES"),
        (Self::DsigXPath, "dsig-xpath", "DSIG_XPATH"),
        (Self::Tt78, "tt78", "TAX-211120"),
        (Self::Xades, "xades", "XADES"),
        (Self::XadesEpes, "xades-epes", "XADES_EPES"),
    ];

    /// The word for it on the command line: `dsig-single-node`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, ..)| *format == self).map_or("", |(_, name, _)| name)
    }

    /// The format of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(format, ..)| *format)
    }

    /// The format of this `SIGNATUREFORMAT`, in capitals or not.
    #[must_use]
    pub fn from_sign_cloud(value: &str) -> Option<Self> {
        Self::ALL.iter().find(|(.., known)| known.eq_ignore_ascii_case(value)).map(|(format, ..)| *format)
    }

    /// Whether it has the qualifying properties of XAdES.
    pub(crate) const fn is_xades(self) -> bool {
        matches!(self, Self::Xades | Self::XadesEpes)
    }
}

/// How an XPath Filter 2.0 expression changes what is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Only what it selects stays.
    Intersect,
    /// What it selects goes.
    Subtract,
    /// What it selects comes in addition.
    Union,
}

impl Filter {
    /// The value of the attribute `Filter`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intersect => "intersect",
            Self::Subtract => "subtract",
            Self::Union => "union",
        }
    }
}

/// A step from what a Reference names to the octets that are digested.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transform {
    /// Leaves out the Signature that holds the Reference (XMLDSig 1.1, 6.6.4).
    EnvelopedSignature,
    /// Canonicalises.
    C14n {
        /// How.
        method: C14nMethod,
        /// The PrefixList of exclusive canonicalisation: prefixes, `#default` for the default namespace.
        prefixes: Vec<String>,
    },
    /// Decodes base64 text (6.6.2).
    Base64,
    /// Keeps the nodes for which an expression is true (6.6.3).
    XPath {
        /// The expression.
        expression: String,
        /// Prefixes it uses beyond `ds` and those in scope where the signature stands, with their
        /// namespaces.
        namespaces: Vec<(String, String)>,
    },
    /// XPath Filter 2.0: whole subtrees in or out.
    XPathFilter2 {
        /// Expressions, applied one after the other.
        filters: Vec<(Filter, String)>,
        /// As for [`Transform::XPath`].
        namespaces: Vec<(String, String)>,
    },
}

/// The identifier of a digest algorithm (RFC 9231, 2.1).
pub(crate) const fn digest_uri(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
        DigestAlgorithm::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
        DigestAlgorithm::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        DigestAlgorithm::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
    }
}

/// The identifier of a signature algorithm (RFC 9231, 2.3).
pub(crate) const fn signature_uri(suite: Suite) -> &'static str {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    match (suite.signature(), suite.digest()) {
        (SignatureAlgorithm::RsaPkcs1, Sha1) => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        (SignatureAlgorithm::RsaPkcs1, Sha256) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        (SignatureAlgorithm::RsaPkcs1, Sha384) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        (SignatureAlgorithm::RsaPkcs1, Sha512) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        (SignatureAlgorithm::RsaPss, Sha1) => "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
        (SignatureAlgorithm::RsaPss, Sha256) => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        (SignatureAlgorithm::RsaPss, Sha384) => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        (SignatureAlgorithm::RsaPss, Sha512) => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        (SignatureAlgorithm::Ecdsa, Sha1) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        (SignatureAlgorithm::Ecdsa, Sha256) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        (SignatureAlgorithm::Ecdsa, Sha384) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        (SignatureAlgorithm::Ecdsa, Sha512) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        (SignatureAlgorithm::Ed25519, _) => "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    }
}

/// XML written as text: names are this crate's, or were checked to be names.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    pub(crate) text: String,
    /// With its colon; empty where there is none.
    prefix: String,
}

impl Markup {
    /// Writes elements of XMLDSig under this prefix.
    pub(crate) fn new(prefix: Option<&str>) -> Self {
        let prefix = prefix.map(|prefix| format!("{prefix}:")).unwrap_or_default();
        Self { text: String::new(), prefix }
    }

    /// Makes room for so many bytes.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    /// The attribute that declares the namespace of XMLDSig.
    pub(crate) fn declaration(&self) -> (String, &'static str) {
        match self.prefix.trim_end_matches(':') {
            "" => ("xmlns".to_owned(), NAMESPACE),
            prefix => (format!("xmlns:{prefix}"), NAMESPACE),
        }
    }

    /// Opens an element of XMLDSig.
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes, ">")
    }

    /// Writes an empty element of XMLDSig.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.tag(name, attributes, "/>")
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) -> &mut Self {
        self.text.push('<');
        self.text.push_str(&self.prefix);
        self.text.push_str(name);
        self.attributes(attributes);
        self.text.push_str(end);
        self
    }

    /// Closes an element of XMLDSig.
    pub(crate) fn close(&mut self, name: &str) -> &mut Self {
        self.text.push_str("</");
        self.text.push_str(&self.prefix);
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    /// An element of XMLDSig that holds text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        self.open(name, &[]).escaped(text).close(name)
    }

    /// Attributes, each after a space.
    fn attributes(&mut self, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape_into(&mut self.text, value);
            self.text.push('"');
        }
    }

    /// An element under a name as it is to be written.
    pub(crate) fn open_as(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        self.attributes(attributes);
        self.text.push('>');
        self
    }

    /// Closes what [`Markup::open_as`] opened.
    pub(crate) fn close_as(&mut self, name: &str) -> &mut Self {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    /// Text.
    pub(crate) fn escaped(&mut self, text: &str) -> &mut Self {
        escape_into(&mut self.text, text);
        self
    }

    /// What is markup already, or needs no escaping.
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }
}

/// Escapes for text and for attribute values alike, so that a reader gets back every character.
fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\t', '\n', '\r']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut characters = from.chars();
        out.push_str(match characters.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\t') => "&#x9;",
            Some('\n') => "&#xA;",
            _ => "&#xD;",
        });
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// A Reference with its digest.
#[derive(Clone, Debug)]
pub(crate) struct ReferenceText<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) uri: &'a str,
    pub(crate) kind: Option<&'a str>,
    pub(crate) transforms: &'a [Transform],
    pub(crate) digest: Digest,
}

/// Writes SignedInfo.
pub(crate) fn signed_info(
    markup: &mut Markup,
    method: C14nMethod,
    suite: Suite,
    references: &[ReferenceText<'_>],
) {
    markup.open("SignedInfo", &[]);
    markup.empty("CanonicalizationMethod", &[("Algorithm", method.uri())]);
    markup.empty("SignatureMethod", &[("Algorithm", signature_uri(suite))]);
    for reference in references {
        let mut attributes = Vec::with_capacity(3);
        attributes.extend(reference.id.map(|id| ("Id", id)));
        attributes.extend(reference.kind.map(|kind| ("Type", kind)));
        attributes.push(("URI", reference.uri));
        markup.open("Reference", &attributes);
        if !reference.transforms.is_empty() {
            markup.open("Transforms", &[]);
            for transform in reference.transforms {
                transform_text(markup, transform);
            }
            markup.close("Transforms");
        }
        markup.empty("DigestMethod", &[("Algorithm", digest_uri(reference.digest.algorithm()))]);
        markup.leaf("DigestValue", &reference.digest.to_base64());
        markup.close("Reference");
    }
    markup.close("SignedInfo");
}

fn transform_text(markup: &mut Markup, transform: &Transform) {
    match transform {
        Transform::EnvelopedSignature => {
            markup.empty("Transform", &[("Algorithm", ENVELOPED)]);
        }
        Transform::Base64 => {
            markup.empty("Transform", &[("Algorithm", BASE64)]);
        }
        Transform::C14n { method, prefixes } if prefixes.is_empty() || !method.is_exclusive() => {
            markup.empty("Transform", &[("Algorithm", method.uri())]);
        }
        Transform::C14n { method, prefixes } => {
            let namespace = C14nMethod::Exclusive { comments: false }.uri();
            let list = prefixes.join(" ");
            markup.open("Transform", &[("Algorithm", method.uri())]);
            markup.open_as("ec:InclusiveNamespaces", &[("xmlns:ec", namespace), ("PrefixList", &list)]);
            markup.close_as("ec:InclusiveNamespaces");
            markup.close("Transform");
        }
        Transform::XPath { expression, namespaces } => {
            let declared = declarations(namespaces);
            let attributes: Vec<_> = declared.iter().map(|(name, uri)| (name.as_str(), *uri)).collect();
            markup.open("Transform", &[("Algorithm", XPATH)]);
            markup.open("XPath", &attributes).escaped(expression).close("XPath").close("Transform");
        }
        Transform::XPathFilter2 { filters, namespaces } => {
            let declared = declarations(namespaces);
            markup.open("Transform", &[("Algorithm", XPATH_FILTER2)]);
            for (filter, expression) in filters {
                let mut attributes = vec![("xmlns:dsxp", XPATH_FILTER2)];
                attributes.extend(declared.iter().map(|(name, uri)| (name.as_str(), *uri)));
                attributes.push(("Filter", filter.name()));
                markup.open_as("dsxp:XPath", &attributes).escaped(expression).close_as("dsxp:XPath");
            }
            markup.close("Transform");
        }
    }
}

/// Declarations of `ds` and of what else an expression uses.
fn declarations(namespaces: &[(String, String)]) -> Vec<(String, &str)> {
    let mut declared = Vec::new();
    if !namespaces.iter().any(|(prefix, _)| prefix == PREFIX) {
        declared.push((format!("xmlns:{PREFIX}"), NAMESPACE));
    }
    declared.extend(namespaces.iter().map(|(prefix, uri)| (format!("xmlns:{prefix}"), uri.as_str())));
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_reading() {
        let mut markup = Markup::new(Some("ds"));
        markup.open("A", &[("b", "x\"<&>\t\r")]).escaped("c\r\n<d>&").close("A");
        assert_eq!(
            markup.text,
            "<ds:A b=\"x&quot;&lt;&amp;&gt;&#x9;&#xD;\">c&#xD;&#xA;&lt;d&gt;&amp;</ds:A>"
        );
        assert_eq!(Markup::new(None).empty("A", &[]).text, "<A/>");
    }

    #[test]
    fn formats_have_names() {
        for (format, name, value) in Format::ALL {
            assert_eq!((Format::from_name(name), format.name()), (Some(format), name));
            assert_eq!(Format::from_sign_cloud(&value.to_lowercase()), Some(format));
        }
    }
}
