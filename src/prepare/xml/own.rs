//! A signature taken out of a state: whether it is what SignedInfo says it is.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::compose::Composed;
use super::earlier::{Earlier, EarlierReference, Reader};
use crate::algorithm::{DigestAlgorithm, Suite};
use crate::certificate::Chain;
use crate::limits::Limits;
use crate::prepare::ResumeError;
use crate::profile::xmldsig::{digest_uri, signature_uri};
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::scanner::{EndTag, Handler, StartTag, View, scan_within};
use crate::syntax::xml::scope::{Context, Scope};
use crate::syntax::xml::select::{Part, canonicalize_within};
use crate::syntax::xml::{C14nMethod, XmlError};

/// What is read of the element.
struct Own<'l> {
    reader: Reader<'l>,
    method: Option<String>,
    objects: Vec<String>,
}

impl Handler for Own<'_> {
    fn start(
        &mut self,
        view: View<'_>,
        tag: &StartTag<'_>,
        scope: &Scope,
        depth: usize,
    ) -> Result<(), XmlError> {
        let text = |name: &[u8]| tag.attribute(name).map(|value| String::from_utf8_lossy(value).into_owned());
        if tag.local() == b"SignatureMethod" && depth == 3 {
            self.method = text(b"Algorithm");
        }
        // An Object of an enveloping signature is empty here: the document goes into it.
        if tag.local() == b"Object" && depth == 2 {
            self.objects.extend(text(b"Id"));
        }
        self.reader.start(view, tag, scope, depth)
    }

    fn end(&mut self, view: View<'_>, tag: &EndTag<'_>, scope: &Scope, depth: usize) -> Result<(), XmlError> {
        self.reader.end(view, tag, scope, depth)
    }

    fn text(&mut self, view: View<'_>, run: Range<usize>) -> Result<(), XmlError> {
        self.reader.text(view, run)
    }

    fn character(&mut self, view: View<'_>, character: char) -> Result<(), XmlError> {
        self.reader.character(view, character)
    }
}

/// Reads the element in its context: SignedInfo must canonicalise to the octets saved, name the
/// algorithms, and have the digests of what of the signature itself it covers.
pub(super) fn check(
    composed: &Composed,
    context: &Context,
    suite: Suite,
    chain: &Chain,
    limits: &Limits,
) -> Result<(), ResumeError> {
    let changed = |what| Err(ResumeError::Changed { what });
    let element = [composed.head.as_str(), &composed.tail, &composed.end].concat();
    let mut own = Own { reader: Reader::new(limits), method: None, objects: Vec::new() };
    scan_within(element.as_bytes(), context, limits, &mut own).map_err(ResumeError::Signature)?;
    let found = own.reader.finish();
    let [Earlier { references, method, .. }] = found.as_slice() else {
        return changed("the signature is not one Signature element");
    };
    let Some(method) = C14nMethod::from_uri(&method.algorithm) else {
        return changed("the canonicalization method does not exist");
    };
    if own.method.as_deref() != Some(signature_uri(suite)) {
        return changed("SignatureMethod does not go with the algorithms");
    }
    let canonical = |part, parameters: &Parameters| {
        canonicalize_within(element.as_bytes(), context, part, parameters, limits, Vec::new())
            .map_err(ResumeError::Signature)
    };
    if canonical(Part::Named("SignedInfo"), &Parameters::new(method))?.as_deref()
        != Some(composed.signed_info.as_slice())
    {
        return changed("SignedInfo does not canonicalise to the octets that were saved");
    }
    let around = if composed.end.is_empty() { None } else { own.objects.last() };
    for reference in references {
        let Some(id) =
            reference.target().filter(|id| !id.is_empty() && Some(*id) != around.map(String::as_str))
        else {
            continue;
        };
        let Some((digest, parameters)) = means(reference) else { continue };
        // What is not found here is in the document, whose digest was compared.
        if let Some(octets) = canonical(Part::id("Id", id), &parameters)?
            && digest.hash(&octets).to_base64() != reference.digest_value
        {
            return changed("a part of the signature does not hash to its digest in SignedInfo");
        }
    }
    let has_certificates = composed.tail.contains("X509Certificate>");
    if has_certificates && !composed.tail.contains(&STANDARD.encode(chain.leaf().der())) {
        return changed("KeyInfo does not hold the leaf");
    }
    Ok(())
}

/// How a reference digests: by which algorithm, after which canonicalisation.
fn means(reference: &EarlierReference) -> Option<(DigestAlgorithm, Parameters)> {
    let digest =
        DigestAlgorithm::ALL.into_iter().find(|digest| digest_uri(*digest) == reference.digest_method)?;
    let parameters = match reference.transforms.as_slice() {
        [] => Parameters::default(),
        [one] => Parameters::new(C14nMethod::from_uri(&one.algorithm)?.without_comments()),
        _ => return None,
    };
    Some((digest, parameters))
}
