//! One signature: its value, its key, its certificate, and everything that it signs.

use super::super::report::{Check, Trust, time_text};
use super::super::signature::describe;
use super::super::{FindingKind, Options};
use super::identifier::{
    DSIG, MGF1, MORE_2007, RSA_PSS, digest_method, is_signed_properties, is_xades, signature_method,
};
use super::key_info::{KeyInfo, public_key};
use super::reference::{Checked, References};
use super::report::{XadesReport, XmlSignatureReport};
use super::structure::{Signature, elements, no_parameters, text_of};
use super::time;
use super::transform::{Engine, Refusal};
use super::wrapping::is_bookkeeping;
use super::xades::Properties;
use crate::algorithm::{DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm, Suite, ToBeSigned};
use crate::certificate::{Certificate, build_path};
use crate::syntax::xml::tree::{NodeId, Tree};

/// A signature with the nodes of the document that its references are to.
pub(super) struct Judged {
    pub(super) report: XmlSignatureReport,
    pub(super) node: NodeId,
    pub(super) targets: Vec<Target>,
}

/// A node that a reference is to.
pub(super) struct Target {
    pub(super) node: NodeId,
    /// Whether its digest matches.
    pub(super) is_signed: bool,
}

/// How a value is checked.
struct Method {
    signature: SignatureAlgorithm,
    digest: DigestAlgorithm,
    /// Bytes; PSS only.
    salt: Option<usize>,
}

/// Everything about the signature at `node` but what other signatures have to do with it.
pub(super) fn judge(engine: &Engine<'_>, node: NodeId) -> Judged {
    let (tree, options) = (engine.tree, engine.options);
    let unread = || Check::not_checked("the signature cannot be read");
    let mut report = XmlSignatureReport {
        id: tree.attribute(node, "", "Id").map(str::to_owned),
        path: engine.places.path(node),
        valid: false,
        signer: None,
        claimed_time: None,
        canonicalization: None,
        digest_algorithm: None,
        signature_algorithm: None,
        signature: unread(),
        certificate: unread(),
        trust: Trust::NotChecked,
        references: Vec::new(),
        xades: None,
        findings: Vec::new(),
    };
    let mut targets = Vec::new();
    match Signature::parse(tree, node, &options.limits) {
        Ok(signature) => targets = examine(engine, &signature, &mut report),
        Err(why) => report.find(FindingKind::SignatureMalformed, why),
    }
    if options.trust.is_some() && report.trust == Trust::NotChecked {
        report.trust = Trust::Untrusted { why: "there is no certificate to check".to_owned() };
    }
    Judged { report, node, targets }
}

fn examine(engine: &Engine<'_>, signature: &Signature, report: &mut XmlSignatureReport) -> Vec<Target> {
    let (tree, options) = (engine.tree, engine.options);
    report.canonicalization = Some(signature.canonicalization.algorithm.clone());
    let key_info = signature.key_info.map(|node| KeyInfo::read(tree, engine.places, node, &options.limits));
    let key_info = key_info.unwrap_or_default();
    for what in &key_info.unreadable {
        report.find(FindingKind::KeyInfoUnreadable, what.clone());
    }
    let signer = match value(engine, signature, &key_info, report) {
        Ok(signer) => {
            report.signature = Check::Ok;
            signer
        }
        Err(Refused::No(why)) => {
            report.signature = Check::failed(why);
            None
        }
        Err(Refused::Cannot(refusal)) => {
            report.signature = Check::not_checked(refusal.why.clone());
            report.find(refusal.kind, refusal.why);
            None
        }
    };

    let references = References::new(engine, signature.node);
    let mut checked = Vec::new();
    for reference in &signature.references {
        checked.push(references.check(reference, report));
    }
    what_is_signed(engine, signature, &checked, report);
    let xades = properties(engine, signature, &checked, report);
    signing_time(engine, signature, &checked, report);
    let signer = signer.map(|signer| meant(engine, signer, &key_info, xades.as_ref()));
    report.certificate = match &signer {
        Some(signer) => {
            report.signer = Some(describe(signer));
            certificate(engine, signer, &key_info, xades.as_ref(), report)
        }
        None if report.signature == Check::Ok => Check::not_checked(
            "the signature verifies under a bare key: there is no certificate to say whose",
        ),
        None if key_info.certificates.is_empty() => Check::not_checked("KeyInfo holds no certificate"),
        None => Check::not_checked("no certificate is known to be the signer's"),
    };
    if let Some(signer) = &signer {
        validity(signer, &key_info, options, report);
    }
    let mut targets = Vec::new();
    for one in checked.iter().flat_map(Checked::all) {
        let is_signed = one.report.digest == Check::Ok;
        targets.extend(one.target.map(|node| Target { node, is_signed }));
    }
    report.references = checked.into_iter().map(Checked::into_report).collect();
    targets
}

/// Why a value does not verify.
enum Refused {
    /// It was checked.
    No(String),
    /// It could not be.
    Cannot(Refusal),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Cannot(refusal)
    }
}

/// Checks SignatureValue over SignedInfo; the certificate that it verifies under, `None` when that is
/// a bare key.
fn value(
    engine: &Engine<'_>,
    signature: &Signature,
    key_info: &KeyInfo,
    report: &mut XmlSignatureReport,
) -> Result<Option<Certificate>, Refused> {
    let method = method(engine.tree, signature);
    report.signature_algorithm = Some(
        method
            .as_ref()
            .map_or_else(|_| signature.method.clone(), |method| method.signature.name().to_owned()),
    );
    report.digest_algorithm = method.as_ref().ok().map(|method| method.digest.name().to_owned());
    let method = method?;
    if method.digest == DigestAlgorithm::Sha1 {
        weak(report, engine.options, "the signature is over a SHA-1 digest");
    }
    let octets = engine.signed_info(signature.signed_info, &signature.canonicalization)?;
    let digest = method.digest.hash(&octets);
    let mut why = None;
    let mut verifies = |key: &PublicKey| {
        engine.charge(cost(key))?;
        let what = match method.signature {
            SignatureAlgorithm::Ed25519 => ToBeSigned::Message(&octets),
            _ => ToBeSigned::Digest(&digest),
        };
        let outcome = verify(key, &method, what, &signature.value);
        if let Err(error) = &outcome {
            // The signer's certificate usually comes first.
            why.get_or_insert_with(|| error.clone());
        }
        Ok::<bool, Refusal>(outcome.is_ok())
    };
    let mut unusable = None;
    for certificate in &key_info.certificates {
        match certificate.public_key() {
            Ok(key) => {
                if verifies(key)? {
                    return Ok(Some(certificate.clone()));
                }
            }
            Err(error) => unusable = Some(error.to_string()),
        }
    }
    for spki in &key_info.keys {
        match public_key(spki) {
            Ok(key) => {
                if !verifies(&key)? {
                    continue;
                }
                // With certificates at hand it must be one of them.
                if !key_info.certificates.is_empty() {
                    let what = "the signature verifies under KeyValue, but not under any certificate";
                    report.find(FindingKind::KeyInfoMismatch, what);
                }
                return Ok(None);
            }
            Err(error) => unusable = Some(error),
        }
    }
    Err(match (why, unusable) {
        (Some(why), _) => Refused::No(why),
        (None, Some(why)) => Refused::Cannot(Refusal::new(FindingKind::UnsupportedAlgorithm, why)),
        (None, None) => Refused::Cannot(Refusal::new(
            FindingKind::KeyInfoMismatch,
            "KeyInfo holds no key that can be used",
        )),
    })
}

/// What a check under a key counts for, in octets worked on.
fn cost(key: &PublicKey) -> u64 {
    let bits = key.bits() as u64;
    (bits.saturating_mul(bits) / 128).saturating_add(32 << 10)
}

fn verify(key: &PublicKey, method: &Method, what: ToBeSigned<'_>, value: &[u8]) -> Result<(), String> {
    let suite =
        Suite::for_verification(method.signature, method.digest, key).map_err(|error| error.to_string())?;
    // In XML the two numbers stand side by side (XML Signature 1.1, 6.4.3), never as DER.
    let raw = match key.kind() {
        KeyKind::P256 => Some(64),
        KeyKind::P384 => Some(96),
        KeyKind::P521 => Some(132),
        _ => None,
    };
    if let Some(raw) = raw.filter(|raw| *raw != value.len()) {
        return Err(format!("an ECDSA value of {} bytes; r and s have {raw}", value.len()));
    }
    let salt = method.salt.unwrap_or(method.digest.len());
    key.verify_with_salt(suite, salt, what, value).map_err(|error| error.to_string())
}

fn method(tree: &Tree, signature: &Signature) -> Result<Method, Refusal> {
    if signature.method == RSA_PSS {
        return pss(tree, signature.method_node);
    }
    let Some((algorithm, digest)) = signature_method(&signature.method) else {
        let why = format!("the signature algorithm {} is not supported", signature.method);
        return Err(Refusal::new(FindingKind::UnsupportedAlgorithm, why));
    };
    no_parameters(tree, signature.method_node)
        .map_err(|why| Refusal::new(FindingKind::SignatureMalformed, why))?;
    Ok(Method { signature: algorithm, digest, salt: None })
}

/// `RSAPSSParams` (RFC 9231, 2.3.9); what is absent has its default there.
fn pss(tree: &Tree, node: NodeId) -> Result<Method, Refusal> {
    let malformed = |why: String| Refusal::new(FindingKind::SignatureMalformed, why);
    let unsupported = |why: String| Refusal::new(FindingKind::UnsupportedAlgorithm, why);
    let digest_in = |node: NodeId| {
        let uri = tree.attribute(node, "", "Algorithm").unwrap_or_default();
        digest_method(uri).ok_or_else(|| unsupported(format!("the digest {uri} is not supported")))
    };
    let mut digest = DigestAlgorithm::Sha256;
    let mut mask = None;
    let mut salt = None;
    let parameters = elements(tree, node).map_err(malformed)?;
    let parameters = match parameters.as_slice() {
        [] => Vec::new(),
        [one] if tree.is(*one, MORE_2007, "RSAPSSParams") => elements(tree, *one).map_err(malformed)?,
        _ => return Err(malformed("SignatureMethod has other parameters than RSAPSSParams".to_owned())),
    };
    for one in parameters {
        let local = tree.name(one).map(|name| &*name.local).unwrap_or_default();
        let number = || text_of(tree, one).ok().and_then(|text| text.trim().parse::<usize>().ok());
        match local {
            "DigestMethod" => digest = digest_in(one)?,
            "MaskGenerationFunction" => {
                if tree.attribute(one, "", "Algorithm") != Some(MGF1) {
                    return Err(unsupported("a mask generation function other than MGF1".to_owned()));
                }
                for inner in elements(tree, one).map_err(malformed)? {
                    mask = Some(digest_in(inner)?);
                }
            }
            "SaltLength" => {
                let length = number().filter(|length| *length <= 512);
                salt = Some(length.ok_or_else(|| malformed("a SaltLength that is none".to_owned()))?);
            }
            "TrailerField" if number() == Some(1) => {}
            other => return Err(unsupported(format!("{other} in RSAPSSParams"))),
        }
    }
    if mask.is_some_and(|mask| mask != digest) {
        return Err(unsupported("MGF1 over another digest than the signature's".to_owned()));
    }
    Ok(Method { signature: SignatureAlgorithm::RsaPss, digest, salt })
}

/// Notes SHA-1, which makes a signature invalid unless it is allowed.
pub(super) fn weak(report: &mut XmlSignatureReport, options: &Options, what: &str) {
    report.find(FindingKind::WeakAlgorithm, what);
    if !options.allow_sha1 {
        report.find(FindingKind::Sha1NotAllowed, "SHA-1 was not allowed by the caller");
    }
}

/// Sees that something is signed that matters, and that SignedProperties are the signature's own.
fn what_is_signed(
    engine: &Engine<'_>,
    signature: &Signature,
    checked: &[Checked],
    report: &mut XmlSignatureReport,
) {
    let tree = engine.tree;
    // A manifest signs what it lists.
    let matters = |one: &Checked| {
        let own = |one: &&Checked| one.target.is_some_and(|node| is_bookkeeping(tree, node, signature.node));
        !one.all().iter().all(own)
    };
    if !checked.iter().any(matters) {
        let what = "only the signature's own properties or key are signed";
        report.find(FindingKind::NothingSigned, what);
    }
    countersigned(engine, signature, checked, report);
}

/// A CounterSignature of XAdES signs the value of the signature that it stands in (ETSI EN 319 132-1,
/// 5.2.7.2).
fn countersigned(
    engine: &Engine<'_>,
    signature: &Signature,
    checked: &[Checked],
    report: &mut XmlSignatureReport,
) {
    let tree = engine.tree;
    let is_counter = |node: NodeId| {
        tree.name(node).is_some_and(|name| &*name.local == "CounterSignature" && is_xades(&name.namespace))
    };
    if !tree.parent(signature.node).is_some_and(is_counter) {
        return;
    }
    let above = tree.ancestors_or_self(signature.node).skip(1).find(|node| tree.is(*node, DSIG, "Signature"));
    let signs_value = |one: &Checked| {
        one.target.is_some_and(|node| {
            tree.is(node, DSIG, "SignatureValue") && above.is_some() && tree.parent(node) == above
        })
    };
    if !checked.iter().any(signs_value) {
        let what = "the counter-signature does not sign the value of the signature that it stands in";
        report.find(FindingKind::CounterSignatureMismatch, what);
    }
}

/// Whether a reference whose digest matches is to `node` or something around it.
fn is_signed(tree: &Tree, checked: &[Checked], node: NodeId, signature: NodeId) -> bool {
    checked.iter().any(|one| {
        let is_around = |target: NodeId| {
            // Around the signature an enveloped-signature transform leaves out what is in it.
            tree.ancestors_or_self(node).take_while(|above| *above != signature).any(|above| above == target)
        };
        one.report.digest == Check::Ok && one.is_whole && one.target.is_some_and(is_around)
    })
}

/// The XAdES properties: they must be this signature's and signed by it.
fn properties(
    engine: &Engine<'_>,
    signature: &Signature,
    checked: &[Checked],
    report: &mut XmlSignatureReport,
) -> Option<Properties> {
    let tree = engine.tree;
    let mut found = Properties::find(tree, &signature.objects);
    let several = found.iter().filter(|one| one.signed.is_some()).count() > 1;
    if several {
        report.find(FindingKind::SignedPropertiesNotSigned, "there are several SignedProperties");
    }
    let with_signed = found.iter().position(|one| one.signed.is_some());
    let properties =
        with_signed.or(if found.is_empty() { None } else { Some(0) }).map(|at| found.swap_remove(at));
    let own = properties.as_ref().and_then(|one| one.signed);
    for one in checked {
        if one.report.kind.as_deref().is_some_and(is_signed_properties)
            && (one.target.is_none() || one.target != own)
        {
            let what = "a reference of type SignedProperties is not to those of this signature";
            report.find(FindingKind::SignedPropertiesNotSigned, what);
        }
    }
    let properties = properties?;
    if let Some(own) = own
        && !is_signed(tree, checked, own, signature.node)
    {
        report.find(FindingKind::SignedPropertiesNotSigned, "no reference signs the SignedProperties");
    }
    let expected = signature.id.as_ref().map(|id| format!("#{id}"));
    if let Some(target) = properties.target.as_ref().filter(|target| Some(*target) != expected.as_ref()) {
        let what = format!("QualifyingProperties are about {target}, not about this signature");
        report.find(FindingKind::SignedPropertiesNotSigned, what);
    }
    report.xades = Some(XadesReport {
        path: engine.places.path(properties.node),
        signing_time: properties.signing_time(tree),
        signing_certificate: Check::not_checked("no certificate is known to be the signer's"),
        policy: properties.policy(tree),
    });
    Some(properties)
}

/// The time that the signer claims and signs: SigningTime of XAdES, or of a SignatureProperty.
fn signing_time(
    engine: &Engine<'_>,
    signature: &Signature,
    checked: &[Checked],
    report: &mut XmlSignatureReport,
) {
    let tree = engine.tree;
    if let Some(time) = report.xades.as_ref().and_then(|xades| xades.signing_time) {
        if report.findings.iter().any(|one| one.kind == FindingKind::SignedPropertiesNotSigned) {
            report.find(FindingKind::SigningTimeNotSigned, "the SigningTime of XAdES is not signed");
        } else {
            report.claimed_time = Some(time);
        }
        return;
    }
    // Objects of one signature can hold others, and theirs others again.
    let nodes =
        signature.objects.iter().map(|object| u64::from(tree.end(*object).0.saturating_sub(object.0)));
    if let Err(refusal) = engine.charge(nodes.sum()) {
        report.find(refusal.kind, refusal.why);
        return;
    }
    let named = |node: NodeId, local: &str| tree.name(node).is_some_and(|name| &*name.local == local);
    for object in &signature.objects {
        let Some(node) = tree.subtree(*object).find(|node| {
            named(*node, "SigningTime")
                && tree.parent(*node).is_some_and(|parent| named(parent, "SignatureProperty"))
                // Not that of a signature inside the Object.
                && !tree.ancestors_or_self(*node).take_while(|above| above != object).any(|above| tree.is(above, DSIG, "Signature"))
        }) else {
            continue;
        };
        let text = text_of(tree, node).unwrap_or_default();
        let time = time::read(&text, time::VIET_NAM);
        if !is_signed(tree, checked, node, signature.node) {
            let what = format!("the SigningTime at {} is not signed", engine.places.path(node));
            report.find(FindingKind::SigningTimeNotSigned, what);
        } else if report.claimed_time.is_none() {
            report.claimed_time = time;
        }
    }
}

/// Of the certificates for the key of `signer`, the one that KeyInfo and XAdES mean, if there are several.
fn meant(
    engine: &Engine<'_>,
    signer: Certificate,
    key_info: &KeyInfo,
    properties: Option<&Properties>,
) -> Certificate {
    let is_meant = |one: &&Certificate| {
        one.spki_der() == signer.spki_der()
            && key_info.contradiction(one).is_none()
            && !properties.is_some_and(|properties| {
                properties.names(engine.tree, one).is_some_and(|named| named.is_err())
            })
    };
    key_info.certificates.iter().find(is_meant).cloned().unwrap_or(signer)
}

/// Whether `signer` is the certificate that is meant.
fn certificate(
    engine: &Engine<'_>,
    signer: &Certificate,
    key_info: &KeyInfo,
    properties: Option<&Properties>,
    report: &mut XmlSignatureReport,
) -> Check {
    let named = properties.and_then(|properties| properties.names(engine.tree, signer));
    let mut wrong = None;
    if let Some(xades) = &mut report.xades {
        xades.signing_certificate = match &named {
            Some(Ok(())) => Check::Ok,
            Some(Err(why)) => Check::failed(why.clone()),
            None => Check::not_checked("there is no SigningCertificate property"),
        };
    }
    if let Some(Err(why)) = named {
        report.find(FindingKind::SigningCertificateMismatch, why.clone());
        wrong = Some(why);
    }
    if let Some(why) = key_info.contradiction(signer) {
        report.find(FindingKind::KeyInfoMismatch, why.clone());
        wrong = Some(why);
    }
    wrong.map_or(Check::Ok, Check::failed)
}

/// Validity and trust of the certificate at the time asked about, or claimed.
fn validity(signer: &Certificate, key_info: &KeyInfo, options: &Options, report: &mut XmlSignatureReport) {
    let at = options.time.or(report.claimed_time).or(options.default_time);
    if let Some(at) = at.filter(|at| !signer.is_valid_at(*at)) {
        let claimed = options.time.is_none() && report.claimed_time.is_some();
        let said = if claimed { "the signature claims" } else { "it is asked about" };
        let what = format!(
            "the certificate is valid from {} to {}, {said} {}",
            time_text(signer.not_before()),
            time_text(signer.not_after()),
            time_text(at)
        );
        report.find(FindingKind::OutsideValidity, what);
    }
    let Some(roots) = &options.trust else { return };
    report.trust = match at {
        None => {
            Trust::Untrusted { why: "the signature states no time to check the certificate at".to_owned() }
        }
        Some(at) => match build_path(signer, &key_info.certificates, roots, at) {
            Ok(path) => {
                Trust::Trusted { anchor: path.last().map(Certificate::subject).unwrap_or_default(), at }
            }
            Err(error) => Trust::Untrusted { why: error.to_string() },
        },
    };
}
