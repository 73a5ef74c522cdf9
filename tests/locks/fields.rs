//! Empty signature fields for others to sign.

use super::signing::{
    Certification, Fault, FieldLock, Fields, Limits, NewField, Password, PrepareError, Refusal, SeedValue,
    Warning, at, identity,
};
use super::support::{self, Judge};
use super::{pdf, report, signed, signer, write};

fn add(document: &[u8], names: &[&str]) -> Result<Vec<u8>, PrepareError> {
    let fields = names.iter().fold(Fields::new(), |fields, name| fields.add(NewField::new(*name)));
    fields.prepare(document, &at()).map(|revised| revised.to_bytes().unwrap())
}

#[test]
fn fields_are_made_in_every_sort_of_document() {
    let rows = support::manifest(
        &support::root().join("testdata/MANIFEST.tsv"),
        &support::root().join("testdata/pdf"),
    );
    let folder = tempfile::tempdir().unwrap();
    let mut made = 0;
    for row in rows.iter().filter(|row| row.expected == "sign") {
        let before = std::fs::read(&row.path).unwrap();
        let password = Password::new(row.password.as_str());
        let fields = Fields::new()
            .add(NewField::new("Kyso.One").tooltip("Chữ ký").lock(FieldLock::include(["Kyso.Two"])))
            .add(NewField::new("Kyso.Two").seed_value(SeedValue::new().reasons(["Đồng ý"])))
            .password(password.clone());
        let revised =
            fields.prepare(before.as_slice(), &at()).unwrap_or_else(|error| panic!("{}: {error}", row.file));
        let after = revised.to_bytes().unwrap();
        assert_eq!(revised.len(), after.len() as u64);
        assert_eq!(&after[before.len()..], revised.revision());
        assert!(after.starts_with(&before), "{}", row.file);
        let path = write(folder.path(), &row.file, &after);
        if Judge::Qpdf.present() && made % 5 == 0 {
            let new = support::new_qpdf_warnings(&row.path, &path, &row.password);
            assert!(new.is_empty(), "{}: {new:?}", row.file);
        }
        // What was made is there to be signed.
        let signing = signer().signing().field("Kyso.Two").password(password);
        signer().sign_as(&signing, after.as_slice()).unwrap_or_else(|error| panic!("{}: {error}", row.file));
        made += 1;
    }
    assert!(made > 80, "{made}");
}

#[test]
fn names_must_be_free() {
    let document = pdf("form-direct.pdf");
    for (names, taken) in [
        (&["Name"][..], "Name"),
        (&["Name.Below"], "Name"),
        (&["Twice", "Twice"], "Twice"),
        (&["A.B", "A"], "A"),
        (&["A", "A.B"], "A"),
        (&["A.B", "A.B.C"], "A.B"),
    ] {
        let error = add(&document, names).unwrap_err();
        assert!(matches!(&error, PrepareError::FieldTaken { field } if field == taken), "{names:?}: {error}");
    }
    for name in ["", "a..b", ".a", "a."] {
        let error = add(&document, &[name]).unwrap_err();
        assert!(matches!(error, PrepareError::FieldName { .. }), "{name:?}");
    }
    let error = add(&document, &[]).unwrap_err();
    assert_eq!((error.fault(), error.to_string().as_str()), (Fault::Caller, "there is no field to add"));
    let lock = NewField::new("Good").lock(FieldLock::exclude(["bad."]));
    let error = Fields::new().add(lock).prepare(document.as_slice(), &at()).unwrap_err();
    assert!(matches!(error, PrepareError::FieldName { .. }));
}

#[test]
fn fields_of_one_group_share_it() {
    let document = add(&pdf("minimal.pdf"), &["Nhóm.A.x", "Nhóm.A.y", "Nhóm.B"]).unwrap();
    let inspection = kyso::verify::inspect(&document.as_slice(), None, &Limits::default()).unwrap();
    let json = serde_json::to_value(&inspection).unwrap();
    let names: Vec<_> =
        json["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Nhóm.A.x", "Nhóm.A.y", "Nhóm.B"]);
    let groups = String::from_utf8_lossy(&document).matches("/Kids[").count();
    assert_eq!(groups, 2, "Nhóm and Nhóm.A");
}

#[test]
fn the_rules_are_those_of_signing() {
    let refused = |document: &[u8]| match add(document, &["New"]) {
        Err(PrepareError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(&pdf("certified-no-changes.pdf")), Refusal::NoChanges { p: 1, .. }));
    assert!(matches!(refused(&pdf("locked-all.pdf")), Refusal::Locked { .. }));
    let withheld = pdf("enc-permissions-none.pdf");
    let fields = Fields::new().add(NewField::new("New")).password(Password::new("user"));
    let error = fields.prepare(withheld.as_slice(), &at()).unwrap_err();
    assert!(matches!(error, PrepareError::Refused(Refusal::EncryptionPermissions { .. })), "{error}");
    let fields = fields.override_encryption_permissions();
    let revised = fields.prepare(withheld.as_slice(), &at()).unwrap();
    assert_eq!(revised.warnings(), [Warning::PermissionsOverridden]);
    let rebuilt = Fields::new().add(NewField::new("New"));
    let damaged = pdf("missing-xref.pdf");
    assert_eq!(rebuilt.prepare(damaged.as_slice(), &at()).unwrap().warnings(), [Warning::Rebuilt]);
    let mut limits = Limits::default();
    limits.fields = 0;
    let error = rebuilt.clone().limits(limits).prepare(pdf("form-direct.pdf").as_slice(), &at()).unwrap_err();
    assert_eq!(error.fault(), Fault::Limit);
}

#[test]
fn a_field_is_saved_and_signed_under_its_own_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contract.pdf");
    let field = NewField::new("Bên B").lock(FieldLock::all().permissions(Certification::NoChanges));
    let fields = Fields::new().add(field);
    fields
        .prepare(std::fs::File::open(support::pdf("demo.pdf")).unwrap(), &at())
        .unwrap()
        .save(&path)
        .unwrap();
    let document = std::fs::read(&path).unwrap();
    assert!(report(&document).signatures.is_empty());
    let signing = identity("p256").signing().field("Bên B");
    let document = signed(&signing, &document).unwrap();
    super::all_accept(&[("saved", &support::pdf("demo.pdf"), &document)]);
    let error = signed(&signing.field("Bên C"), &document).unwrap_err();
    assert!(matches!(error, PrepareError::Refused(Refusal::NoChanges { p: 1, .. })), "{error}");
}

#[test]
fn signature_flags_are_added_to_not_replaced() {
    // A form that was signed says so; the flag that it is append-only stays.
    let document = signed(&signer().signing(), &pdf("form-direct.pdf")).unwrap();
    let more = add(&document, &["More"]).unwrap();
    let revision = String::from_utf8_lossy(&more[document.len()..]).into_owned();
    assert!(revision.contains("/SigFlags 3"), "{revision}");
    let fresh = add(&pdf("form-direct.pdf"), &["More"]).unwrap();
    assert!(String::from_utf8_lossy(&fresh).contains("/SigFlags 1"));
}
