//! Signatures that a document has already: what each covers, and whether it would survive another.

use std::ops::Range;

use crate::limits::Limits;
use crate::profile::xmldsig::{NAMESPACE, XPATH, XPATH_FILTER2};
use crate::syntax::xml::XmlError;
use crate::syntax::xml::scanner::{EndTag, Handler, StartTag, View};
use crate::syntax::xml::scope::Scope;

/// A signature that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Earlier {
    /// Its Id, if it has one.
    pub(super) id: Option<String>,
    /// Where it begins, bytes.
    pub(super) offset: u64,
    /// Where its SignedInfo begins, bytes.
    pub(super) signed_info: u64,
    /// Its CanonicalizationMethod.
    pub(super) method: EarlierTransform,
    pub(super) references: Vec<EarlierReference>,
}

impl Earlier {
    /// What to call it.
    pub(super) fn name(&self) -> String {
        match &self.id {
            Some(id) => format!("{id:?}"),
            None => format!("without an Id at byte {}", self.offset),
        }
    }

    /// Whether adding a signature within elements of these ids breaks it.
    pub(super) fn would_break(&self, ids_around: &[Vec<u8>]) -> bool {
        self.references.iter().any(|reference| reference.would_break(ids_around))
    }
}

/// One of its references.
#[derive(Clone, Debug, Default)]
pub(super) struct EarlierReference {
    /// `None`: it has no URI.
    pub(super) uri: Option<String>,
    pub(super) transforms: Vec<EarlierTransform>,
    pub(super) digest_method: String,
    pub(super) digest_value: String,
}

/// One of its transforms.
#[derive(Clone, Debug, Default)]
pub(super) struct EarlierTransform {
    pub(super) algorithm: String,
    /// The expression of an XPath transform, white space left out, and the prefix in it that is bound to
    /// XMLDSig as `ds`.
    pub(super) expression: Option<String>,
    /// The value of `Filter`.
    pub(super) filter: Option<String>,
    /// The PrefixList of an exclusive canonicalisation.
    pub(super) prefixes: Vec<String>,
}

impl EarlierReference {
    /// The id it names in this document; empty for the whole document.
    pub(super) fn target(&self) -> Option<&str> {
        let uri = self.uri.as_deref()?;
        if uri.is_empty() || uri == "#xpointer(/)" {
            return Some("");
        }
        let name = uri.strip_prefix('#')?;
        match name.strip_prefix("xpointer(id(").and_then(|rest| rest.strip_suffix("))")) {
            Some(quoted) => Some(quoted.trim_matches(['\'', '"'])),
            None => Some(name),
        }
    }

    /// Whether a signature added inside of what it names stays out of what it digests.
    fn leaves_out_signatures(&self) -> bool {
        self.transforms.iter().any(|transform| {
            let expression = transform.expression.as_deref();
            match (transform.algorithm.as_str(), transform.filter.as_deref()) {
                (XPATH, _) => expression == Some("not(ancestor-or-self::ds:Signature)"),
                (XPATH_FILTER2, Some("subtract")) => {
                    matches!(expression, Some("//ds:Signature" | "/descendant::ds:Signature"))
                }
                _ => false,
            }
        })
    }

    /// Whether it digests something else once a signature stands within elements of these ids.
    fn would_break(&self, ids_around: &[Vec<u8>]) -> bool {
        let Some(target) = self.target() else { return false };
        let covered = target.is_empty() || ids_around.iter().any(|id| id == target.as_bytes());
        covered && !self.leaves_out_signatures()
    }
}

/// Reads the signatures of a document as it passes.
#[derive(Debug)]
pub(super) struct Reader<'l> {
    limits: &'l Limits,
    found: Vec<Earlier>,
    /// The signatures that are open: index, depth.
    open: Vec<(usize, usize)>,
    /// The depth of the Reference that is open.
    reference: Option<usize>,
    /// What text is gathered for, and the depth of the element it stands in.
    gathering: Option<(Gathering, usize)>,
    text: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Gathering {
    Expression,
    DigestValue,
}

impl<'l> Reader<'l> {
    pub(super) const fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            found: Vec::new(),
            open: Vec::new(),
            reference: None,
            gathering: None,
            text: Vec::new(),
        }
    }

    fn begin(&mut self, tag: &StartTag<'_>, scope: &Scope, depth: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && tag.local() != b"Signature" {
            return Ok(());
        }
        let namespace = scope.namespace(tag.prefix()).unwrap_or_default();
        let is_filter = namespace == XPATH_FILTER2.as_bytes() && tag.local() == b"XPath";
        let is_list = tag.local() == b"InclusiveNamespaces";
        if namespace != NAMESPACE.as_bytes() && !is_filter && !is_list {
            return Ok(());
        }
        let text = |name: &[u8]| tag.attribute(name).map(|value| String::from_utf8_lossy(value).into_owned());
        let limit = |what, limit: usize| XmlError::limit(tag.offset, what, limit as u64);
        if tag.local() == b"Signature" {
            if self.found.len() >= self.limits.signatures {
                return Err(limit("signatures", self.limits.signatures));
            }
            self.open.push((self.found.len(), depth));
            self.found.push(Earlier { id: text(b"Id"), offset: tag.offset, ..Earlier::default() });
            return Ok(());
        }
        let Some(signature) = self.open.last().and_then(|(index, _)| self.found.get_mut(*index)) else {
            return Ok(());
        };
        match tag.local() {
            b"SignedInfo" => signature.signed_info = tag.offset,
            b"CanonicalizationMethod" => {
                signature.method.algorithm = text(b"Algorithm").unwrap_or_default();
            }
            b"InclusiveNamespaces" => {
                let transform = match signature.references.last_mut() {
                    Some(reference) => reference.transforms.last_mut(),
                    None => Some(&mut signature.method),
                };
                if let Some(transform) = transform {
                    let list = text(b"PrefixList").unwrap_or_default();
                    transform.prefixes = list.split_whitespace().map(str::to_owned).collect();
                }
            }
            _ => {}
        }
        if tag.local() == b"Reference" {
            if signature.references.len() >= self.limits.references {
                return Err(limit("references of a signature", self.limits.references));
            }
            let reference = EarlierReference { uri: text(b"URI"), ..EarlierReference::default() };
            signature.references.push(reference);
            self.reference = Some(depth);
            return Ok(());
        }
        // XAdES has digests of other things.
        if self.reference.is_none() {
            return Ok(());
        }
        let Some(reference) = signature.references.last_mut() else { return Ok(()) };
        match tag.local() {
            b"Transform" => {
                if reference.transforms.len() >= self.limits.references {
                    return Err(limit("transforms of a reference", self.limits.references));
                }
                let algorithm = text(b"Algorithm").unwrap_or_default();
                reference.transforms.push(EarlierTransform { algorithm, ..EarlierTransform::default() });
            }
            b"XPath" => {
                if let Some(transform) = reference.transforms.last_mut() {
                    transform.filter = text(b"Filter");
                }
                self.gathering = Some((Gathering::Expression, depth));
                self.text.clear();
            }
            b"DigestMethod" => reference.digest_method = text(b"Algorithm").unwrap_or_default(),
            b"DigestValue" => {
                self.gathering = Some((Gathering::DigestValue, depth));
                self.text.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn leave(&mut self, scope: &Scope, depth: usize) {
        if let Some((what, at)) = self.gathering
            && at == depth
        {
            self.gathering = None;
            let text: String = String::from_utf8_lossy(&self.text).split_whitespace().collect();
            let signature = self.open.last().and_then(|(index, _)| self.found.get_mut(*index));
            if let Some(reference) = signature.and_then(|signature| signature.references.last_mut()) {
                match what {
                    Gathering::DigestValue => reference.digest_value = text,
                    Gathering::Expression => {
                        if let Some(transform) = reference.transforms.last_mut() {
                            transform.expression = Some(under_our_prefix(&text, scope));
                        }
                    }
                }
            }
        }
        self.reference.take_if(|at| *at == depth);
        self.open.pop_if(|(_, at)| *at == depth);
    }

    /// Where the innermost signature that is open begins.
    pub(super) fn inside(&self) -> Option<u64> {
        self.open.last().and_then(|(index, _)| self.found.get(*index)).map(|signature| signature.offset)
    }

    /// The signatures, in document order.
    pub(super) fn finish(self) -> Vec<Earlier> {
        self.found
    }
}

impl Handler for Reader<'_> {
    fn start(
        &mut self,
        _: View<'_>,
        tag: &StartTag<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Result<(), XmlError> {
        self.begin(tag, scope, depth)
    }

    fn end(&mut self, _: View<'_>, _: &EndTag<'_>, scope: &Scope, depth: usize) -> Result<(), XmlError> {
        self.leave(scope, depth);
        Ok(())
    }

    fn text(&mut self, view: View<'_>, run: Range<usize>) -> Result<(), XmlError> {
        if self.gathering.is_some() && self.text.len() < self.limits.xml_tag_bytes {
            self.text.extend_from_slice(view.get(run));
        }
        Ok(())
    }

    fn character(&mut self, _: View<'_>, character: char) -> Result<(), XmlError> {
        if self.gathering.is_some() && self.text.len() < self.limits.xml_tag_bytes {
            self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

/// The expression with `ds` for whatever prefix of it is bound to XMLDSig.
fn under_our_prefix(expression: &str, scope: &Scope) -> String {
    let before = expression.strip_suffix(":Signature)").or_else(|| expression.strip_suffix(":Signature"));
    let prefix = before.and_then(|before| before.rsplit([':', '/']).next()).unwrap_or_default();
    if !prefix.is_empty() && scope.namespace(prefix.as_bytes()) == Some(NAMESPACE.as_bytes()) {
        let (written, ours) = (format!("{prefix}:Signature"), "ds:Signature");
        return expression.replacen(&written, ours, 1);
    }
    // A prefix that is `ds` and means something else.
    expression.replace("ds:Signature", "other:Signature")
}
