//! What a certification and a lock write, and what refuses them.

use kyso::verify::{ChangeLevel, SignatureKind};

use super::signing::{
    Certification, Fault, FieldLock, Fields, NewField, Password, PrepareError, Refusal, Signing, at,
};
use super::support::{self, Judge, Question};
use super::{all_accept, pdf, report, signed, signer, write};

use Certification::{Annotations, FormFilling, NoChanges};

fn text(document: &[u8]) -> String {
    String::from_utf8_lossy(document).into_owned()
}

/// What was appended by the last signature.
fn appended(before: &[u8], after: &[u8]) -> String {
    assert_eq!(&after[..before.len()], before);
    text(&after[before.len()..])
}

fn refusal(signing: &Signing, document: &[u8]) -> Refusal {
    match signed(signing, document) {
        Err(PrepareError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_certification_stands_in_the_signature_and_in_perms() {
    for (level, p) in [(NoChanges, 1), (FormFilling, 2), (Annotations, 3)] {
        let before = pdf("perms-unknown.pdf");
        let document = signed(&signer().signing().certify(level), &before).unwrap();
        let revision = appended(&before, &document);
        let transform =
            format!("/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P {p}>>");
        assert!(revision.contains(&transform), "{revision}");
        assert!(!revision.contains("DigestMethod"), "deprecated");
        // What /Perms had is there still.
        assert!(revision.contains("/DocMDP ") && revision.contains("KYSO_Note"), "{revision}");
        let report = report(&document);
        assert_eq!(report.signatures[0].kind, SignatureKind::Certification);
        let allowed = [ChangeLevel::LongTermValidation, ChangeLevel::FormFilling, ChangeLevel::Annotations];
        assert_eq!(report.signatures[0].changes.allowed, allowed[p - 1]);
    }
}

#[test]
fn only_the_first_signature_certifies() {
    let certifying = signer().signing().certify(FormFilling);
    for first in [signer().signing().field("Author"), certifying.clone().field("Author")] {
        let document = signed(&first, &pdf("minimal.pdf")).unwrap();
        let refusal = refusal(&certifying, &document);
        assert_eq!(refusal, Refusal::NotFirst { by: "Author".into() });
        let error = PrepareError::from(refusal);
        assert_eq!(error.fault(), Fault::Document);
        assert!(error.to_string().contains("\"Author\""), "{error}");
    }
    // A document timestamp is a signature too.
    let stamped = text(&pdf("certified-form-filling.pdf")).replace("/Type /Sig ", "/Type /DocTimeStamp ");
    assert!(matches!(refusal(&certifying, stamped.as_bytes()), Refusal::NotFirst { .. }));
}

#[test]
fn a_certification_without_its_field_still_counts() {
    // The certified document's form loses its field; /Perms still says what may change.
    let document = text(&pdf("certified-form-filling.pdf"));
    let at = document.find("/Fields [").unwrap() + "/Fields [".len();
    let end = at + document[at..].find(']').unwrap();
    let blank = " ".repeat(end - at);
    let document = format!("{}{blank}{}", &document[..at], &document[end..]);
    let certifying = signer().signing().certify(FormFilling);
    assert_eq!(refusal(&certifying, document.as_bytes()), Refusal::NotFirst { by: "(certification)".into() });
    assert!(signed(&signer().signing(), document.as_bytes()).is_ok(), "P=2 permits to sign");
    // A reference to nothing is no certification.
    let perms = document.find("/DocMDP ").unwrap() + "/DocMDP ".len();
    let number = document[perms..].find(' ').unwrap();
    let dangling = format!("{}{}{}", &document[..perms], "9".repeat(number), &document[perms + number..]);
    let certified = signed(&certifying, dangling.as_bytes()).unwrap();
    assert_eq!(report(&certified).signatures[0].kind, SignatureKind::Certification);
}

#[test]
fn locks_stand_in_the_field_and_in_the_signature() {
    let before = pdf("form-direct.pdf");
    let lock = FieldLock::exclude(["Name", "Nhóm.Tên"]).permissions(FormFilling);
    let document = signed(&signer().signing().lock(lock.clone()), &before).unwrap();
    let revision = appended(&before, &document);
    assert!(revision.contains("<</Type/SigFieldLock/Action/Exclude/Fields[(Name)"), "{revision}");
    assert!(
        revision.contains(
            "/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2/Action/Exclude"
        )
    );
    let by = "Signature1";
    let error = refusal(&signer().signing().field("New"), &document);
    assert_eq!(error, Refusal::Locked { rule: "FieldMDP", by: by.into(), field: "New".into() });
    let laxer = signer().signing().field("Name.x").lock(FieldLock::all().permissions(Annotations));
    assert!(matches!(refusal_or_taken(&laxer, &document), Some(PrepareError::FieldTaken { .. })));
    let laxer = laxer.field("Nhóm.Tên");
    assert!(matches!(refusal(&laxer, &document), Refusal::LaxerLock { asked: 3, p: 2, .. }));
    let second = signed(&signer().signing().field("Nhóm.Tên").lock(lock), &document).unwrap();
    all_accept(&[("two locks", &support::pdf("form-direct.pdf"), &second)]);
}

fn refusal_or_taken(signing: &Signing, document: &[u8]) -> Option<PrepareError> {
    signed(signing, document).err()
}

#[test]
fn a_fields_own_lock_is_the_one_that_counts() {
    let field = "Signature1".to_owned();
    let signing = signer().signing().field(field.clone());
    let own = pdf("field-lock-include.pdf");
    for lock in [FieldLock::all(), FieldLock::include(["Name"]).permissions(FormFilling)] {
        let error = refusal(&signing.clone().lock(lock), &own);
        assert_eq!(error, Refusal::OtherLock { field: field.clone() });
    }
    let same = signed(&signing.clone().lock(FieldLock::include(["Name"])), &own).unwrap();
    assert_eq!(appended(&own, &same), appended(&own, &signed(&signing, &own).unwrap()));
    // P 2 of the field's own lock, and a certification that permits more.
    let error = refusal(&signing.clone().certify(Annotations), &pdf("field-lock-all.pdf"));
    assert_eq!(error, Refusal::OtherLock { field });
    let both = signed(&signing.certify(NoChanges), &pdf("field-lock-all.pdf")).unwrap();
    let revision = appended(&pdf("field-lock-all.pdf"), &both);
    assert!(revision.contains("/DocMDP") && revision.contains("/FieldMDP"), "{revision}");
    all_accept(&[("both", &support::pdf("field-lock-all.pdf"), &both)]);
}

#[test]
fn locking_after_signing_certifies_first_and_locks_later() {
    let before = pdf("form-direct.pdf");
    let locking = signer().signing().lock_after_signing();
    let first = signed(&locking, &before).unwrap();
    assert_eq!(report(&first).signatures[0].kind, SignatureKind::Certification);
    assert!(appended(&before, &first).contains("/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 1>>"));
    let next = refusal(&signer().signing(), &first);
    assert!(matches!(next, Refusal::NoChanges { rule: "DocMDP", p: 1, .. }), "{next:?}");

    let approved = signed(&signer().signing(), &before).unwrap();
    let later = signed(&locking, &approved).unwrap();
    let revision = appended(&approved, &later);
    assert!(revision.contains("<</Type/SigFieldLock/Action/All/P 1>>"), "{revision}");
    assert!(revision.contains("/FieldMDP/TransformParams<</Type/TransformParams/V/1.2/Action/All/P 1>>"));
    assert!(!revision.contains("/DocMDP"));
    let next = refusal(&signer().signing(), &later);
    assert!(matches!(next, Refusal::NoChanges { p: 1, .. }), "{next:?}");
    let none = Fields::new().add(NewField::new("More")).prepare(later.as_slice(), &at());
    assert!(matches!(none, Err(PrepareError::Refused(Refusal::NoChanges { .. }))));
    let path = support::pdf("form-direct.pdf");
    all_accept(&[("first", &path, &first), ("later", &path, &later)]);
}

#[test]
fn contradictions_are_the_callers() {
    let signing = || signer().signing();
    let contradictions = [
        signing().certify(NoChanges).lock_after_signing(),
        signing().lock(FieldLock::all()).lock_after_signing(),
        signing().certify(FormFilling).lock(FieldLock::all().permissions(NoChanges)),
        signing().legal_attestation("Nothing hidden"),
    ];
    for signing in contradictions {
        let error = signed(&signing, &pdf("minimal.pdf")).unwrap_err();
        assert!(matches!(error, PrepareError::Options { .. }), "{error}");
        assert_eq!(error.fault(), Fault::Caller);
    }
    let error = signed(&signing().lock(FieldLock::include(["a..b"])), &pdf("minimal.pdf")).unwrap_err();
    assert!(matches!(&error, PrepareError::FieldName { field } if field == "a..b"), "{error}");
}

#[test]
fn an_attestation_goes_into_the_catalog() {
    let signing = signer().signing().certify(FormFilling).legal_attestation("Không có nội dung ẩn");
    let before = pdf("minimal.pdf");
    let document = signed(&signing, &before).unwrap();
    assert!(appended(&before, &document).contains("/Legal<</Attestation"));
    all_accept(&[("attested", &support::pdf("minimal.pdf"), &document)]);
}

#[test]
fn several_signatures_in_a_row_break_none() {
    let files = ["minimal.pdf", "form-direct.pdf", "xref-stream.pdf", "object-stream-form.pdf", "hybrid.pdf"];
    let mut all = Vec::new();
    for file in files {
        let signing = |name: &str| signer().signing().field(name);
        // Fields for others first, then the author certifies, then each signs and locks more.
        let fields = Fields::new()
            .add(NewField::new("Board.Chair").lock(FieldLock::include(["Board.Chair"])))
            .add(NewField::new("Board.Clerk").tooltip("Thư ký"))
            .add(NewField::new("Last").lock(FieldLock::all().permissions(NoChanges)));
        let document = fields.prepare(pdf(file).as_slice(), &at()).unwrap().to_bytes().unwrap();
        let mut document =
            signed(&signing("Author").certify(FormFilling).lock(FieldLock::include(["Author"])), &document)
                .unwrap();
        for name in ["Board.Chair", "Board.Clerk", "Extra"] {
            document = signed(&signing(name), &document).unwrap();
        }
        document = signed(&signing("Last"), &document).unwrap();
        assert_eq!(report(&document).signatures.len(), 5);
        assert!(matches!(refusal(&signing("Late"), &document), Refusal::NoChanges { p: 1, .. }));
        all.push((file, support::pdf(file), document));
    }
    let all: Vec<_> =
        all.iter().map(|(name, path, document)| (*name, path.as_path(), &document[..])).collect();
    all_accept(&all);
}

#[test]
fn a_lock_on_an_existing_field_is_written_while_nothing_is_signed() {
    let fields = Fields::new().add(NewField::new("One")).add(NewField::new("Two"));
    let before = fields.prepare(pdf("form-direct.pdf").as_slice(), &at()).unwrap().to_bytes().unwrap();
    let signing = |name: &str| signer().signing().field(name).lock(FieldLock::include(["Name"]));
    let first = signed(&signing("One"), &before).unwrap();
    assert!(appended(&before, &first).contains("/SigFieldLock"));
    let second = signed(&signing("Two"), &first).unwrap();
    // Now the field's entries are part of what was signed: the transform alone locks.
    let revision = appended(&first, &second);
    assert!(!revision.contains("/SigFieldLock") && revision.contains("/FieldMDP"), "{revision}");
    all_accept(&[("two", &support::pdf("form-direct.pdf"), &second)]);
}

#[test]
fn a_certification_keeps_away_from_what_perms_refers_to() {
    // Object 6 is not there; it must not turn into usage rights.
    let document = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Perms 5 0 R>>\nendobj\n\
        2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
        3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n\
        5 0 obj\n<</UR3 6 0 R>>\nendobj\ntrailer\n<</Root 1 0 R/Size 6>>\n%%EOF\n";
    let signed = signed(&signer().signing().certify(FormFilling), document.as_bytes()).unwrap();
    let revision = appended(document.as_bytes(), &signed);
    assert!(
        !revision.contains("\n6 0 obj") && revision.contains("<</UR3 6 0 R/DocMDP 7 0 R>>"),
        "{revision}"
    );
}

#[test]
fn locks_of_encrypted_documents_can_be_read() {
    let mut documents = Vec::new();
    for file in ["enc-rc4-128.pdf", "enc-aes-256.pdf", "enc-aes-256-objstm.pdf"] {
        let signing = |name: &str| signer().signing().field(name).password(Password::new("user"));
        let lock = FieldLock::include(["Nhóm"]);
        let first =
            signing("Tác giả").certify(FormFilling).lock(lock).legal_attestation("Không có nội dung ẩn");
        let document = signed(&first, &pdf(file)).unwrap();
        assert!(!text(&document).contains("nội dung"), "strings are encrypted");
        let error = refusal(&signing("Nhóm.x"), &document);
        assert!(matches!(error, Refusal::Locked { rule: "FieldMDP", .. }), "{error}");
        let document = signed(&signing("Khác"), &document).unwrap();
        let mut options = kyso::verify::Options::default();
        options.password = Some(Password::new("user"));
        let report = kyso::verify::pdf(&document.as_slice(), &options).unwrap();
        assert!(report.is_valid() && report.signatures.len() == 2, "{report}");
        documents.push((file, document));
    }
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> =
        documents.iter().map(|(file, document)| write(folder.path(), file, document)).collect();
    let roots = [support::trust()];
    let ask = |path| Question { path, password: "user", roots: &roots };
    let questions: Vec<_> = paths.iter().map(|path| ask(path.as_path())).collect();
    for ((file, _), answer) in documents.iter().zip(support::pyhanko(&questions)) {
        let opinions = answer.unwrap();
        assert_eq!(opinions.len(), 2, "{file}");
        for one in opinions {
            // Its analysis cannot compare the encrypted names of a lock.
            let may_crash = one.field == "Tác giả" && one.why.contains("DecryptedObjectProxy");
            let permitted = one.docmdp_ok == Some(true) || may_crash;
            assert!(one.intact && one.valid && one.trusted && permitted, "{file}: {one:?}");
        }
    }
}
