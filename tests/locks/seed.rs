//! Seed values: each key honoured, preferred or refused.

use kyso::verify::SignatureKind;
use serde_json::json;

use super::signing::{
    CertificateConstraints, Certification, Chain, DigestAlgorithm, Fault, FieldLock, Fields, NewField,
    PrepareError, Refusal, SeedValue, Signing, SubFilter, Warning, at, identity,
};
use super::support::{self, Judge};
use super::{all_accept, pdf, report};

use Certification::{FormFilling, NoChanges};
use DigestAlgorithm::{Sha256, Sha384, Sha512};

/// A document with the field "Asked" of this seed value.
fn asking(seed: SeedValue) -> Vec<u8> {
    let field = NewField::new("Asked").seed_value(seed);
    let fields = Fields::new().add(field).add(NewField::new("Free"));
    fields.prepare(pdf("form-direct.pdf").as_slice(), &at()).unwrap().to_bytes().unwrap()
}

/// The same with a seed value that is written by hand.
fn asking_by_hand(seed: &str) -> Vec<u8> {
    let document = String::from_utf8_lossy(&pdf("field-seed-value.pdf")).into_owned();
    let at = document.find("/SV <<").unwrap();
    let end = at + document[at..].find(">>").unwrap() + 2;
    // The cross-reference is wrong now, and is rebuilt.
    format!("{}/SV {seed}{}", &document[..at], &document[end..]).into_bytes()
}

fn signing() -> Signing {
    identity("rsa2048").signing().field("Asked")
}

fn sign(signing: &Signing, document: &[u8]) -> Result<Vec<u8>, PrepareError> {
    identity("rsa2048").sign_as(signing, document).map(|signed| signed.to_bytes().unwrap())
}

/// The key and what is allowed, of a refusal.
#[track_caller]
fn refused(signing: &Signing, document: &[u8]) -> (&'static str, Vec<String>) {
    match sign(signing, document) {
        Err(PrepareError::Refused(Refusal::SeedValue { key, allowed, .. })) => (key, allowed),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("signed"),
    }
}

fn warnings(signing: &Signing, document: &[u8]) -> Vec<Warning> {
    signing.prepare(document, &at()).unwrap().warnings().to_vec()
}

fn preference(key: &'static str) -> Vec<Warning> {
    vec![Warning::SeedPreference { key }]
}

fn accepted(document: &[u8]) {
    all_accept(&[("asked", &support::pdf("form-direct.pdf"), document)]);
}

#[test]
fn sub_filters() {
    let required = asking(SeedValue::new().required_sub_filters(&[SubFilter::Pkcs7, SubFilter::Pades]));
    let document = sign(&signing(), &required).unwrap();
    assert_eq!(report(&document).signatures[0].sub_filter.as_deref(), Some("adbe.pkcs7.detached"));
    accepted(&document);
    let asked = signing().sub_filter(SubFilter::Pades);
    assert_eq!(refused(&asked, &required), ("SubFilter", vec!["adbe.pkcs7.detached".to_owned()]));
    let preferred = asking(SeedValue::new().sub_filters(&[SubFilter::Pkcs7]));
    let document = sign(&signing(), &preferred).unwrap();
    assert_eq!(report(&document).signatures[0].sub_filter.as_deref(), Some("adbe.pkcs7.detached"));
    assert_eq!(warnings(&asked, &preferred), preference("SubFilter"));
    let unknown = asking_by_hand("<</Ff 2/SubFilter[/adbe.x509.rsa_sha1]>>");
    let signing = signing().field("Signature1");
    assert_eq!(refused(&signing, &unknown), ("SubFilter", vec!["adbe.x509.rsa_sha1".to_owned()]));
}

#[test]
fn digests() {
    let required = asking(SeedValue::new().required_digests(&[Sha384, Sha512]));
    let document = sign(&signing(), &required).unwrap();
    assert_eq!(report(&document).signatures[0].digest_algorithm.as_deref(), Some("sha384"));
    let both = vec!["SHA384".to_owned(), "SHA512".to_owned()];
    assert_eq!(refused(&signing().digest(Sha256), &required), ("DigestMethod", both));
    assert!(sign(&signing().digest(Sha512), &required).is_ok());
    // The digest of Ed25519 is no matter of choice.
    let edwards = identity("ed25519");
    assert!(edwards.sign_as(&edwards.signing().field("Asked"), required.as_slice()).is_ok());
    let sha256 = asking(SeedValue::new().required_digests(&[Sha256]));
    assert!(edwards.sign_as(&edwards.signing().field("Asked"), sha256.as_slice()).is_ok());
    let p256 = identity("p256");
    let document = p256.sign_as(&p256.signing().field("Asked"), required.as_slice()).unwrap();
    let document = document.to_bytes().unwrap();
    assert_eq!(report(&document).signatures[0].digest_algorithm.as_deref(), Some("sha384"));
    let preferred = asking(SeedValue::new().digests(&[Sha512]));
    assert_eq!(warnings(&signing().digest(Sha256), &preferred), preference("DigestMethod"));
    let document = sign(&signing(), &preferred).unwrap();
    assert_eq!(report(&document).signatures[0].digest_algorithm.as_deref(), Some("sha512"));
}

#[test]
fn reasons() {
    let reason = |document: &[u8]| report(document).signatures[0].reason.clone();
    let one = asking(SeedValue::new().required_reasons(["Đồng ý"]));
    let document = sign(&signing(), &one).unwrap();
    assert_eq!(reason(&document).as_deref(), Some("Đồng ý"));
    accepted(&document);
    let two = asking(SeedValue::new().required_reasons(["Đồng ý", "Từ chối"]));
    let listed = vec!["\"Đồng ý\"".to_owned(), "\"Từ chối\"".to_owned()];
    assert_eq!(refused(&signing(), &two), ("Reasons", listed.clone()));
    assert_eq!(refused(&signing().reason("Khác"), &two), ("Reasons", listed));
    let document = sign(&signing().reason("Từ chối"), &two).unwrap();
    accepted(&document);
    for none in [SeedValue::new().required_reasons([""; 0]), SeedValue::new().required_reasons(["."])] {
        let none = asking(none);
        let document = sign(&signing(), &none).unwrap();
        assert_eq!(reason(&document), None);
        accepted(&document);
        assert_eq!(refused(&signing().reason("Khác"), &none), ("Reasons", vec!["no reason".to_owned()]));
    }
    let preferred = asking(SeedValue::new().reasons(["Đồng ý", "Từ chối"]));
    assert_eq!(reason(&sign(&signing(), &preferred).unwrap()), None);
    assert_eq!(warnings(&signing().reason("Khác"), &preferred), preference("Reasons"));
}

#[test]
fn types_of_signature() {
    let certification = asking(SeedValue::new().certification(Some(FormFilling)));
    let document = sign(&signing(), &certification).unwrap();
    assert_eq!(report(&document).signatures[0].kind, SignatureKind::Certification);
    accepted(&document);
    let allowed = vec!["a certification with P 2".to_owned()];
    assert_eq!(refused(&signing().certify(NoChanges), &certification), ("MDP", allowed.clone()));
    assert_eq!(refused(&signing().lock_after_signing(), &certification), ("MDP", allowed));
    // A certification must be first.
    let late = sign(&signing().field("Free"), &certification).unwrap();
    let error = sign(&signing(), &late).unwrap_err();
    assert!(matches!(error, PrepareError::Refused(Refusal::NotFirst { .. })), "{error}");

    let approval = asking(SeedValue::new().certification(None));
    assert_eq!(refused(&signing().certify(FormFilling), &approval).0, "MDP");
    let document = sign(&signing().lock_after_signing(), &approval).unwrap();
    assert_eq!(report(&document).signatures[0].kind, SignatureKind::Approval);
    accepted(&document);
    let error = sign(&signing().field("Free"), &document).unwrap_err();
    assert!(matches!(error, PrepareError::Refused(Refusal::NoChanges { p: 1, .. })), "{error}");
}

#[test]
fn locked_documents() {
    let locked = asking(SeedValue::new().required_lock_document(true));
    for signing in [signing(), signing().certify(NoChanges), signing().lock_after_signing()] {
        let document = sign(&signing, &locked).unwrap();
        accepted(&document);
        let error = sign(&signing.field("Free"), &document);
        let Err(PrepareError::Options { .. } | PrepareError::Refused(_)) = error else { panic!("{error:?}") };
    }
    assert_eq!(refused(&signing().certify(FormFilling), &locked).0, "LockDocument");
    assert_eq!(refused(&signing().lock(FieldLock::all()), &locked).0, "LockDocument");
    let open = asking(SeedValue::new().required_lock_document(false));
    accepted(&sign(&signing(), &open).unwrap());
    assert_eq!(refused(&signing().certify(NoChanges), &open).0, "LockDocument");
    let preferred = asking(SeedValue::new().lock_document(false));
    assert_eq!(warnings(&signing().lock_after_signing(), &preferred), preference("LockDocument"));
}

#[test]
fn timestamps() {
    let required = asking(SeedValue::new().required_timestamp("https://tsa.example/"));
    let (key, allowed) = refused(&signing(), &required);
    assert_eq!(key, "TimeStamp");
    assert!(allowed[0].contains("https://tsa.example/"), "{allowed:?}");
    assert!(sign(&signing().timestamp_room(), &required).is_ok(), "the caller will add one");
    let preferred = asking(SeedValue::new().timestamp("https://tsa.example/"));
    assert_eq!(warnings(&signing(), &preferred), preference("TimeStamp"));
}

#[test]
fn attestations() {
    let seed = SeedValue::new().certification(Some(FormFilling));
    let required = asking(seed.clone().required_legal_attestations(["Không có nội dung ẩn"]));
    assert_eq!(refused(&signing(), &required).0, "LegalAttestation");
    assert_eq!(refused(&signing().legal_attestation("Khác"), &required).0, "LegalAttestation");
    assert!(sign(&signing().legal_attestation("Không có nội dung ẩn"), &required).is_ok());
    let preferred = asking(seed.legal_attestations(["Không có nội dung ẩn"]));
    assert_eq!(warnings(&signing(), &preferred), preference("LegalAttestation"));
}

#[test]
fn what_cannot_be_met_is_refused_by_name() {
    let name = "Signature1";
    let signing = signing().field(name);
    for (seed, key) in [
        ("<</Ff 1/Filter/Entrust.PPKEF>>", "Filter"),
        ("<</Ff 4/V 4>>", "V"),
        ("<</Ff 32/AddRevInfo true>>", "AddRevInfo"),
        ("<</Ff 256/AppearanceFilter(Corporate)>>", "AppearanceFilter"),
        ("<</Ff 512>>", "Ff"),
        ("<</Cert<</Ff 128>>>>", "Cert/Ff"),
        ("<</MDP<</P 9>>>>", "MDP"),
    ] {
        let document = asking_by_hand(seed);
        assert_eq!(refused(&signing, &document).0, key, "{seed}");
        let error = sign(&signing, &document).unwrap_err();
        assert_eq!(error.fault(), Fault::Document);
        assert!(error.to_string().contains(name) && error.to_string().contains(key), "{error}");
    }
    for (seed, key) in [
        ("<</Filter/Entrust.PPKEF>>", "Filter"),
        ("<</AddRevInfo true>>", "AddRevInfo"),
        ("<</AppearanceFilter(Corporate)>>", "AppearanceFilter"),
    ] {
        let found = warnings(&signing, &asking_by_hand(seed));
        assert!(found.contains(&Warning::SeedPreference { key }), "{found:?}");
    }
    for met in
        ["<</Ff 1/Filter/Adobe.PPKLite>>", "<</Ff 4/V 3>>", "<</Ff 32/AddRevInfo false>>", "<</Ff 319>>"]
    {
        assert!(sign(&signing, &asking_by_hand(met)).is_ok(), "{met}");
    }
}

#[test]
fn certificates() {
    let rsa = identity("rsa2048").chain;
    let other = identity("p256").chain;
    let leaf = |chain: &Chain| [chain.leaf().clone()];
    let above = |chain: &Chain| [chain.certificates().last().unwrap().clone()];
    let asked = |constraints: CertificateConstraints| asking(SeedValue::new().certificate(constraints));
    let new = CertificateConstraints::new;
    let name = rsa.leaf().common_name().unwrap();

    let met = [
        new().required_subjects(&[leaf(&other), leaf(&rsa)].concat()),
        new().required_issuers(&above(&rsa)),
        new().required_subject_dn(&[("CN", "Another")]).required_subject_dn(&[("CN", &name)]),
        new().required_subject_dn(&[("2.5.4.3", &name)]),
        new().required_key_usage(["0", "1"]).url("https://example.vn"),
        new().required_policies(["1.2.3"]),
    ];
    let documents: Vec<_> = met.into_iter().map(|one| sign(&signing(), &asked(one)).unwrap()).collect();
    for document in &documents[..5] {
        accepted(document);
    }
    let refusals = [
        (new().required_subjects(&leaf(&other)), "Cert/Subject"),
        (new().required_issuers(&leaf(&other)), "Cert/Issuer"),
        (new().required_subject_dn(&[("CN", &name), ("O", "Nowhere")]), "Cert/SubjectDN"),
        (new().required_key_usage(["XXXXX1"]), "Cert/KeyUsage"),
        (new().required_issuers(&above(&rsa)).required_policies(["1.2.3"]), "Cert/OID"),
    ];
    for (constraints, key) in refusals {
        let (found, allowed) = refused(&signing(), &asked(constraints));
        assert_eq!(found, key);
        assert!(!allowed.is_empty(), "{key}");
    }
    let preferred = asked(new().subjects(&leaf(&other)).issuers(&leaf(&other)).key_usage(["0"]));
    let keys: Vec<_> =
        ["Cert/Subject", "Cert/KeyUsage", "Cert/Issuer"].map(|key| Warning::SeedPreference { key }).to_vec();
    assert_eq!(warnings(&signing(), &preferred), keys);
}

#[test]
fn fields_of_pyhanko_are_signed_here_and_fields_made_here_by_pyhanko() {
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("theirs.pdf");
    let seed = SeedValue::new()
        .required_sub_filters(&[SubFilter::Pades])
        .required_reasons(["Đồng ý"])
        .certification(None)
        .certificate(
            CertificateConstraints::new()
                .required_subject_dn(&[("CN", &identity("p256").chain.leaf().common_name().unwrap())]),
        );
    let ours = super::write(folder.path(), "ours.pdf", &asking(seed));
    let signed_by_them = folder.path().join("signed.pdf");
    let jobs = [
        json!({
            "what": "add", "path": support::pdf("form-direct.pdf"), "out": theirs, "field": "Asked", "lock": true,
            "seed": {"reasons": ["Đồng ý"], "digests": ["sha384"], "level": 2},
        }),
        json!({
            "what": "sign", "path": ours, "out": signed_by_them, "field": "Asked", "reason": "Đồng ý",
            "key": support::key("p256-key.pem"), "chain": support::key("p256-chain.pem"),
        }),
    ];
    assert_eq!(support::change(&jobs), [None, None]);

    let signed_by_us = sign(&signing(), &std::fs::read(&theirs).unwrap()).unwrap();
    let report = report(&signed_by_us);
    let signature = &report.signatures[0];
    assert_eq!(signature.kind, SignatureKind::Certification);
    assert_eq!(signature.reason.as_deref(), Some("Đồng ý"));
    assert_eq!(signature.digest_algorithm.as_deref(), Some("sha384"));
    assert!(String::from_utf8_lossy(&signed_by_us).contains("/TransformMethod/FieldMDP"));
    accepted(&signed_by_us);
    accepted(&std::fs::read(&signed_by_them).unwrap());
}

#[test]
fn hostile_seed_values_end() {
    let signing = signing().field("Signature1");
    let many = "(x)".repeat(20_000);
    for (seed, limit) in [
        ("10 0 R".to_owned(), false),
        ("<</Reasons 10 0 R/Cert 10 0 R/MDP 10 0 R/TimeStamp 10 0 R/SubFilter 10 0 R>>".to_owned(), false),
        (format!("<</Reasons[{many}]>>"), true),
        (format!("<</Cert<</Subject[{many}]>>>>"), true),
        (format!("<</Cert<</SubjectDN[{}]>>>>", "<</A/B>>".repeat(10_001)), true),
        ("<</Ff -1>>".to_owned(), false),
        ("<</Ff 1/MDP<</P 9223372036854775807>>>>".to_owned(), false),
    ] {
        match sign(&signing, &asking_by_hand(&seed)) {
            Err(error) if limit => assert_eq!(error.fault(), Fault::Limit, "{error}"),
            other => assert!(!limit && !matches!(other, Err(ref error) if error.fault() == Fault::Limit)),
        }
    }
}
