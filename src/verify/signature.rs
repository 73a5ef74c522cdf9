//! One signature by itself: what its dictionary says, what it covers, and whether it verifies.

use super::byte_range;
use super::finding::FindingKind;
use super::report::{
    ChangeLevel, Check, Coverage, LaterChanges, SignatureKind, SignatureReport, Signer, TimestampReport,
    Trust, time_text,
};
use super::window::digest;
use super::{Options, date};
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
use crate::certificate::{Certificate, build_path};
use crate::cms::{CmsError, SignedData, SignerInfo, TimestampInfo, octet_string, verify_signer};
use crate::source::Source;
use crate::syntax::pdf::{Dictionary, Document, Field, Object, PdfError, text};

/// The certificate of a signature that verifies, and what to check its path with.
struct Signed {
    certificate: Certificate,
    others: Vec<Certificate>,
}

/// Everything about the signature in `field` but the later changes.
pub(super) fn report<S: Source>(
    document: &Document<S>,
    field: &Field,
    dictionary: &Dictionary,
    options: &Options,
) -> Result<SignatureReport, PdfError> {
    let text = |key: &[u8]| match document.get(dictionary, key) {
        Ok(Object::String(bytes)) => Some(text::decode(&bytes)),
        _ => None,
    };
    let sub_filter = match document.get(dictionary, b"SubFilter")? {
        Object::Name(name) => Some(text::lossy(&name).into_owned()),
        _ => None,
    };
    let kind = if sub_filter.as_deref() == Some("ETSI.RFC3161") {
        SignatureKind::DocumentTimestamp
    } else if is_certification(document, dictionary)? {
        SignatureKind::Certification
    } else {
        SignatureKind::Approval
    };
    let unread = || Check::not_checked("the signature cannot be read");
    let mut report = SignatureReport {
        field: field.name.clone(),
        kind,
        valid: false,
        sub_filter,
        signer: None,
        claimed_time: text(b"M").and_then(|text| date::read(&text)),
        digest_algorithm: None,
        signature_algorithm: None,
        reason: text(b"Reason"),
        location: text(b"Location"),
        name: text(b"Name"),
        contact: text(b"ContactInfo"),
        byte_range: None,
        coverage: Coverage::Unknown,
        digest: unread(),
        signature: unread(),
        certificate: unread(),
        timestamp: None,
        trust: Trust::NotChecked,
        changes: LaterChanges::none(ChangeLevel::FormFilling),
        findings: Vec::new(),
    };
    let contents = match dictionary.get(b"Contents") {
        Some(Object::String(contents)) if contents.iter().any(|byte| *byte != 0) => Some(contents),
        Some(Object::String(_)) => {
            report.find(FindingKind::ContentsMissing, "/Contents is empty");
            None
        }
        Some(_) => {
            report.find(FindingKind::ContentsMissing, "/Contents is not a direct string");
            None
        }
        None => {
            report.find(FindingKind::ContentsMissing, "the signature has no /Contents");
            None
        }
    };
    match byte_range::read(dictionary, document.view().len()) {
        Ok(range) => {
            report.byte_range = Some(range);
            let holder = field.value.as_ref().and_then(Object::as_reference).unwrap_or(field.place.id);
            if let Some(contents) = contents
                && let Some((kind, what)) = byte_range::check_gap(document, range, contents)?
            {
                report.find(kind, what);
            }
            if let Some((kind, what)) = byte_range::check_place(document, holder, range)? {
                report.find(kind, what);
            }
            let [_, _, c, d] = range;
            let end = c.saturating_add(d);
            report.coverage = if end == document.view().len() {
                Coverage::EntireFile
            } else if byte_range::ends_revision(document, end)? {
                Coverage::EntireRevision
            } else {
                report.find(FindingKind::NotARevision, format!("no revision ends at byte {end}"));
                Coverage::Partial
            };
        }
        Err((kind, what)) => report.find(kind, what),
    }
    if let (Some(contents), Some(range)) = (contents, report.byte_range) {
        let signed = check(document, dictionary, contents, range, options, &mut report)?;
        if let (Some(signed), Some(roots)) = (signed, &options.trust) {
            let at = report.timestamp.as_ref().filter(|stamp| is_trusted(stamp)).and_then(|stamp| stamp.time);
            let at = options.time.or(at).or(report.claimed_time).or(options.default_time);
            report.trust = trust(&signed, roots, at);
        }
    }
    if options.trust.is_some() && report.trust == Trust::NotChecked {
        report.trust = Trust::Untrusted { why: "there is no certificate to check".to_owned() };
    }
    Ok(report)
}

/// A timestamp counts as proof of time only when its authority is trusted too.
fn is_trusted(stamp: &TimestampReport) -> bool {
    stamp.check == Check::Ok && matches!(stamp.trust, Trust::Trusted { .. })
}

/// Whether a signature has a `DocMDP` transform.
pub(super) fn is_certification<S: Source>(
    document: &Document<S>,
    signature: &Dictionary,
) -> Result<bool, PdfError> {
    let Object::Array(references) = document.get(signature, b"Reference")? else { return Ok(false) };
    for reference in &references {
        if let Object::Dictionary(reference) = document.resolve(reference)?
            && document.get(&reference, b"TransformMethod")? == Object::name("DocMDP")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads and checks the signature value; the signer's certificate, when there is one.
fn check<S: Source>(
    document: &Document<S>,
    dictionary: &Dictionary,
    contents: &[u8],
    [a, b, c, d]: [u64; 4],
    options: &Options,
    report: &mut SignatureReport,
) -> Result<Option<Signed>, PdfError> {
    let covered =
        |algorithm| digest(document.view().source(), &[(a, b), (c, d)], algorithm).map_err(PdfError::from);
    match report.sub_filter.as_deref() {
        Some("adbe.pkcs7.detached" | "ETSI.CAdES.detached" | "ETSI.RFC3161" | "adbe.pkcs7.sha1") => {}
        Some("adbe.x509.rsa_sha1") => {
            return rsa_sha1(document, dictionary, contents, covered, options, report);
        }
        other => {
            let other = other.unwrap_or("none");
            let what = format!("/SubFilter {other} is not read");
            report.find(FindingKind::UnsupportedFormat, what);
            return Ok(None);
        }
    }
    let data = match SignedData::parse(contents, &options.limits) {
        Ok(data) => data,
        Err(error) => {
            let kind = match &error {
                CmsError::Encoding(crate::cms::Asn1Error::Trailing { .. }) => {
                    FindingKind::ContentsTrailingData
                }
                _ => FindingKind::ContentsMalformed,
            };
            report.find(kind, explain(&error));
            return Ok(None);
        }
    };
    let [signer] = data.signers.as_slice() else {
        let count = data.signers.len();
        report.find(FindingKind::ContentsMalformed, format!("{count} signers where there must be one"));
        return Ok(None);
    };
    report.digest_algorithm =
        Some(signer.digest.map_or_else(|| signer.digest_oid.clone(), |digest| digest.name().to_owned()));
    report.signature_algorithm =
        Some(signer.signature.map_or_else(|| signer.signature_oid.clone(), |one| one.name().to_owned()));
    let attributes = signer.attributes.as_ref();
    if let Some(time) = attributes.and_then(|attributes| attributes.signing_time)
        && report.claimed_time.is_none()
    {
        report.claimed_time = Some(time);
    }
    let outcome = match (report.sub_filter.as_deref(), &data.content) {
        // The content is the digest of the covered bytes, or attests it.
        (Some("adbe.pkcs7.sha1"), Some(content)) => {
            weak(report, "adbe.pkcs7.sha1 signs a SHA-1 digest");
            report.digest = compare(&covered(DigestAlgorithm::Sha1)?, content);
            verify_signer(&data, signer, &|algorithm| Some(algorithm.hash(content)))
        }
        (Some("ETSI.RFC3161"), Some(content)) => {
            report.digest = match TimestampInfo::read(&data) {
                Ok(info) => {
                    report.claimed_time = Some(info.time);
                    match info.algorithm {
                        Some(algorithm) => {
                            if algorithm == DigestAlgorithm::Sha1 {
                                weak(report, "the timestamp is over a SHA-1 digest");
                            }
                            compare(&covered(algorithm)?, &info.imprint)
                        }
                        None => Check::not_checked("the timestamp is over a digest that is not supported"),
                    }
                }
                Err(error) => Check::failed(explain(&error)),
            };
            verify_signer(&data, signer, &|algorithm| Some(algorithm.hash(content)))
        }
        (Some("adbe.pkcs7.sha1" | "ETSI.RFC3161"), None) => {
            report.find(FindingKind::ContentsMalformed, "the CMS has no content, which this format needs");
            return Ok(None);
        }
        _ => {
            let digest = signer.digest.map(covered).transpose()?;
            let content = |algorithm| digest.filter(|digest| digest.algorithm() == algorithm);
            let outcome = verify_signer(&data, signer, &content);
            report.digest = as_check(outcome.content.as_ref().err());
            if data.content.is_some() {
                report.find(FindingKind::ContentsMalformed, "the CMS of a detached signature has content");
            }
            outcome
        }
    };
    // Where the content is in the CMS, both it and what it says of the document must be right.
    if report.digest == Check::Ok {
        report.digest = as_check(outcome.content.as_ref().err());
    }
    report.signature = as_check(outcome.signature.as_ref().err());
    report.certificate = match (&outcome.certificate, &outcome.signing_certificate) {
        (None, _) => Check::failed("the signer's certificate is not in the signature"),
        (_, Err(error)) => Check::failed(explain(error)),
        _ if report.sub_filter.as_deref() == Some("ETSI.CAdES.detached")
            && attributes.is_none_or(|attributes| attributes.signing_certificate.is_none()) =>
        {
            Check::failed("the signing-certificate attribute is missing, which PAdES demands")
        }
        _ => Check::Ok,
    };
    if signer.digest == Some(DigestAlgorithm::Sha1) {
        weak(report, "the signature is over a SHA-1 digest");
    }
    report.timestamp = signer.timestamp.as_ref().map(|token| timestamp(token, signer, options));
    if let Some(TimestampReport { check: Check::Failed { why }, .. }) = &report.timestamp {
        let why = why.clone();
        report.find(FindingKind::TimestampInvalid, why);
    }
    Ok(outcome.certificate.map(|certificate| {
        note_signer(report, &certificate);
        Signed { certificate, others: data.certificates }
    }))
}

/// `adbe.x509.rsa_sha1` (ISO 32000-1, 12.8.3.2): a bare PKCS#1 value, certificates in `/Cert`.
fn rsa_sha1<S: Source>(
    document: &Document<S>,
    dictionary: &Dictionary,
    contents: &[u8],
    covered: impl Fn(DigestAlgorithm) -> Result<Digest, PdfError>,
    options: &Options,
    report: &mut SignatureReport,
) -> Result<Option<Signed>, PdfError> {
    let items = match document.get(dictionary, b"Cert")? {
        Object::Array(items) => items,
        other => vec![other],
    };
    let mut certificates = Vec::new();
    for item in items.iter().take(options.limits.certificates) {
        if let Object::String(der) = document.resolve(item)?
            && let Ok(certificate) = Certificate::from_der(&der)
        {
            certificates.push(certificate);
        }
    }
    let Some(certificate) = certificates.first().cloned() else {
        report.certificate = Check::failed("there is no certificate in /Cert");
        return Ok(None);
    };
    report.certificate = Check::Ok;
    report.signature_algorithm = Some(SignatureAlgorithm::RsaPkcs1.name().to_owned());
    note_signer(report, &certificate);
    let value = match octet_string(contents, &options.limits) {
        Ok(value) => value,
        Err(error) => {
            report.find(FindingKind::ContentsMalformed, explain(&error));
            return Ok(None);
        }
    };
    // The format's name notwithstanding, later versions allow longer digests (table 260).
    let mut outcome = Check::failed("the signature does not verify, or the document was changed");
    for algorithm in DigestAlgorithm::ALL {
        let key = match certificate.public_key() {
            Ok(key) => key,
            Err(error) => {
                outcome = Check::not_checked(error.to_string());
                break;
            }
        };
        let Ok(suite) = Suite::for_verification(SignatureAlgorithm::RsaPkcs1, algorithm, key) else {
            outcome = Check::failed("the certificate has no RSA key");
            break;
        };
        let digest = covered(algorithm)?;
        if key.verify(suite, ToBeSigned::Digest(&digest), &value).is_ok() {
            report.digest_algorithm = Some(algorithm.name().to_owned());
            if algorithm == DigestAlgorithm::Sha1 {
                weak(report, "the signature is over a SHA-1 digest");
            }
            outcome = Check::Ok;
            break;
        }
    }
    report.digest = outcome.clone();
    report.signature = outcome;
    Ok(Some(Signed { certificate, others: certificates }))
}

/// Checks a signature-time-stamp: over the signature value, and verified under its authority.
fn timestamp(token: &[u8], signer: &SignerInfo, options: &Options) -> TimestampReport {
    let mut report = TimestampReport {
        time: None,
        check: Check::Ok,
        authority: None,
        trust: if options.trust.is_none() {
            Trust::NotChecked
        } else {
            Trust::Untrusted { why: "the timestamp cannot be read".to_owned() }
        },
    };
    let read = SignedData::parse(token, &options.limits).and_then(|data| {
        let info = TimestampInfo::read(&data)?;
        Ok((data, info))
    });
    let (data, info) = match read {
        Ok(read) => read,
        Err(error) => {
            report.check = Check::failed(explain(&error));
            return report;
        }
    };
    report.time = Some(info.time);
    let ([authority], Some(content)) = (data.signers.as_slice(), &data.content) else {
        report.check = Check::failed("the timestamp does not have exactly one signer");
        return report;
    };
    let outcome = verify_signer(&data, authority, &|algorithm| Some(algorithm.hash(content)));
    let errors = [outcome.content.err(), outcome.signing_certificate.err(), outcome.signature.err()];
    report.check = match info.algorithm {
        None => Check::not_checked("the timestamp is over a digest that is not supported"),
        Some(algorithm) => compare(&algorithm.hash(&signer.value), &info.imprint),
    };
    if let Some(error) = errors.into_iter().flatten().next() {
        report.check = Check::failed(explain(&error));
    }
    if let Some(certificate) = outcome.certificate {
        report.authority = Some(describe(&certificate));
        if let Some(roots) = &options.trust {
            let signed = Signed { certificate, others: data.certificates.clone() };
            report.trust = trust(&signed, roots, options.time.or(report.time));
        }
    }
    report
}

fn trust(signed: &Signed, roots: &[Certificate], at: Option<i64>) -> Trust {
    let Some(at) = at else {
        let why = "the signature states no time to check the certificate at".to_owned();
        return Trust::Untrusted { why };
    };
    match build_path(&signed.certificate, &signed.others, roots, at) {
        Ok(path) => Trust::Trusted { anchor: path.last().map(Certificate::subject).unwrap_or_default(), at },
        Err(error) => Trust::Untrusted { why: error.to_string() },
    }
}

fn note_signer(report: &mut SignatureReport, certificate: &Certificate) {
    report.signer = Some(describe(certificate));
    if let Some(at) = report.claimed_time.filter(|at| !certificate.is_valid_at(*at)) {
        let what = format!(
            "the certificate is valid from {} to {}, the signature claims {}",
            time_text(certificate.not_before()),
            time_text(certificate.not_after()),
            time_text(at)
        );
        report.find(FindingKind::OutsideValidity, what);
    }
}

pub(super) fn describe(certificate: &Certificate) -> Signer {
    Signer {
        common_name: certificate.common_name(),
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: certificate.serial().iter().map(|byte| format!("{byte:02x}")).collect(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        sha256: certificate.fingerprint(DigestAlgorithm::Sha256).to_hex(),
    }
}

fn weak(report: &mut SignatureReport, what: &str) {
    if !report.findings.iter().any(|finding| finding.kind == FindingKind::WeakAlgorithm) {
        report.find(FindingKind::WeakAlgorithm, what);
    }
}

fn compare(expected: &Digest, found: &[u8]) -> Check {
    if expected.as_bytes() == found {
        Check::Ok
    } else {
        Check::failed(format!("the covered bytes have the digest {}, another was signed", expected.to_hex()))
    }
}

fn as_check(error: Option<&CmsError>) -> Check {
    match error {
        None => Check::Ok,
        Some(error @ CmsError::Algorithm { .. }) => Check::not_checked(explain(error)),
        Some(error) => Check::failed(explain(error)),
    }
}

/// An error with its causes.
pub(super) fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
