//! What may happen after a certification or a lock: our `verify` and pyHanko's difference analysis say the
//! same.

use std::collections::BTreeMap;
use std::fs;

use kyso::verify::ChangeLevel;
use serde_json::json;

use super::signing::{Certification, FieldLock, Fields, NewField, Signing, at};
use super::support::{self, Judge, Level, Question};
use super::{pdf, report, signed, signer, write};

use Certification::{Annotations, FormFilling, NoChanges};

/// The ways in which the first signature restricts what comes after it.
fn ways() -> Vec<(&'static str, Signing)> {
    let signing = || signer().signing().field("Signature1");
    vec![
        ("approval", signing()),
        ("DocMDP 1", signing().certify(NoChanges)),
        ("DocMDP 2", signing().certify(FormFilling)),
        ("DocMDP 3", signing().certify(Annotations)),
        ("lock all", signing().lock(FieldLock::all())),
        ("lock Name", signing().lock(FieldLock::include(["Name"]))),
        ("lock another", signing().lock(FieldLock::include(["Other", "Group.Part"]))),
        ("lock all but Name", signing().lock(FieldLock::exclude(["Name"]))),
        ("lock all, P 1", signing().lock(FieldLock::all().permissions(NoChanges))),
        ("lock nothing, P 2", signing().lock(FieldLock::include([""; 0]).permissions(FormFilling))),
        ("DocMDP 2, lock Name", signing().certify(FormFilling).lock(FieldLock::include(["Name"]))),
        ("lock after signing", signing().lock_after_signing()),
    ]
}

/// What pyHanko does to the signed document.
const CHANGES: [&str; 7] = ["fill", "add", "add visible", "add locking", "annotate", "content", "sign"];

fn level(level: Level) -> Option<ChangeLevel> {
    Some(match level {
        Level::None => ChangeLevel::None,
        Level::LtaUpdates => ChangeLevel::LongTermValidation,
        Level::FormFilling => ChangeLevel::FormFilling,
        Level::Annotations => ChangeLevel::Annotations,
        _ => return None,
    })
}

#[test]
fn verify_and_pyhanko_say_the_same_of_changes_by_others() {
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let mut cases = Vec::new();
    let (key, chain) = (support::key("p256-key.pem"), support::key("p256-chain.pem"));
    for file in ["form-direct.pdf", "form-indirect-fields-indirect.pdf"] {
        for (index, (way, signing)) in ways().into_iter().enumerate() {
            let document = signed(&signing, &pdf(file)).unwrap();
            let path = write(folder.path(), &format!("{file}-{index}.pdf"), &document);
            for what in CHANGES {
                let out = folder.path().join(format!("{file}-{index}-{what}.pdf"));
                let mut job = json!({"path": path, "out": out, "key": key, "chain": chain});
                job["what"] = json!(what.split(' ').next());
                job["field"] = json!(if what == "fill" { "Name" } else { "Signature2" });
                job["value"] = json!("Lan");
                if what == "add visible" {
                    job["box"] = json!([100, 100, 200, 150]);
                }
                job["lock"] = json!(what == "add locking");
                jobs.push(job);
                cases.push((format!("{file}, {way}, {what}"), way, what, out));
            }
        }
    }
    let failed = support::change(&jobs);
    let mut verdicts = BTreeMap::new();
    let done: Vec<_> = cases.iter().zip(&failed).filter(|(_, failed)| failed.is_none()).collect();
    for ((name, way, what, _), failed) in cases.iter().zip(&failed) {
        // pyHanko does not sign where nothing may change.
        let may_fail = *what == "sign" && matches!(*way, "DocMDP 1" | "lock after signing");
        assert!(failed.is_none() || may_fail, "{name}: {failed:?}");
    }
    let questions: Vec<_> =
        done.iter().map(|((_, _, _, out), _)| Question { path: out, password: "", roots: &[] }).collect();
    for (((name, way, what, out), _), answer) in done.iter().zip(support::pyhanko(&questions)) {
        let opinions = answer.unwrap();
        let theirs = opinions.iter().find(|one| one.field == "Signature1").unwrap();
        let report = report(&fs::read(out).unwrap());
        let ours = report.signatures.iter().find(|one| one.field == "Signature1").unwrap();
        // pyHanko has no rules for annotations, not even where they are permitted.
        if *way == "DocMDP 3" && *what == "annotate" {
            assert_eq!(
                (ours.changes.level, ours.changes.permitted),
                (ChangeLevel::Annotations, true),
                "{name}"
            );
            continue;
        }
        assert_eq!(theirs.docmdp_ok, Some(ours.changes.permitted), "{name}: {theirs:?}\n{report}");
        if let Some(level) = level(theirs.level) {
            assert_eq!(level, ours.changes.level, "{name}: {theirs:?}\n{report}");
        }
        *verdicts.entry((*way, ours.changes.permitted)).or_insert(0) += 1;
    }
    // Every way forbids something; all but one that locks the document permit something.
    for (way, _) in ways() {
        assert!(verdicts.contains_key(&(way, false)), "{way} forbids nothing: {verdicts:?}");
    }
    assert!(verdicts.contains_key(&("approval", true)) && verdicts.contains_key(&("DocMDP 2", true)));
}

#[test]
fn verify_and_pyhanko_say_the_same_of_signatures_added_here() {
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for (way, first) in ways() {
        let document = signed(&first, &pdf("form-direct.pdf")).unwrap();
        let second = || signer().signing().field("Second");
        for (what, signing) in [
            ("field", second()),
            ("nested field", second().field("Group.Part.Second")),
            ("lock", second().lock(FieldLock::all())),
            ("lock, P 1", second().lock_after_signing()),
        ] {
            let Ok(after) = signed(&signing, &document) else { continue };
            let name = format!("{way}, {what}");
            let path = write(folder.path(), &format!("{name}.pdf"), &after);
            cases.push((name, path));
        }
    }
    // Where all fields are locked, or all but one, or nothing may change, there is no second signature; one
    // lock is on the nested field.
    assert_eq!(cases.len(), 4 * 7 - 1, "{cases:?}");
    let roots = [support::trust()];
    let questions: Vec<_> =
        cases.iter().map(|(_, path)| Question { path, password: "", roots: &roots }).collect();
    for ((name, path), answer) in cases.iter().zip(support::pyhanko(&questions)) {
        let report = report(&fs::read(path).unwrap());
        assert!(report.is_valid(), "{name}: {report}");
        for theirs in answer.unwrap() {
            let ours = report.signatures.iter().find(|one| one.field == theirs.field).unwrap();
            assert!(theirs.intact && theirs.valid && theirs.trusted, "{name}: {theirs:?}");
            assert_eq!(theirs.docmdp_ok, Some(true), "{name}: {theirs:?}");
            assert_eq!(level(theirs.level), Some(ours.changes.level), "{name}: {theirs:?}\n{report}");
        }
        if Judge::Pdfsig.present() {
            assert_eq!(support::pdfsig_valid(path, ""), [true, true], "{name}");
        }
        if Judge::Qpdf.present() {
            assert!(support::new_qpdf_warnings(&support::pdf("form-direct.pdf"), path, "").is_empty());
        }
    }
}

#[test]
fn verify_and_pyhanko_say_the_same_of_fields_added_here() {
    if !Judge::Pyhanko.present() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for (way, signing) in ways() {
        for (index, field) in [
            NewField::new("Later"),
            NewField::new("Later").lock(FieldLock::include(["Name"])).tooltip("Người ký thứ hai"),
            NewField::new("Group.Later"),
        ]
        .into_iter()
        .enumerate()
        {
            let document = signed(&signing, &pdf("form-direct.pdf")).unwrap();
            let added = Fields::new().add(field).prepare(document.as_slice(), &at());
            let Ok(added) = added else { continue };
            let name = format!("{way} {index}");
            let path = write(folder.path(), &format!("{name}.pdf"), &added.to_bytes().unwrap());
            assert!(support::new_qpdf_warnings(&support::pdf("form-direct.pdf"), &path, "").is_empty());
            cases.push((name, path));
        }
    }
    // Refused by a lock of all fields, or of all but one, and where nothing may change.
    assert_eq!(cases.len(), 3 * 7, "{cases:?}");
    let questions: Vec<_> =
        cases.iter().map(|(_, path)| Question { path, password: "", roots: &[] }).collect();
    for ((name, path), answer) in cases.iter().zip(support::pyhanko(&questions)) {
        let theirs = &answer.unwrap()[0];
        let report = report(&fs::read(path).unwrap());
        let ours = &report.signatures[0].changes;
        assert!(ours.permitted && theirs.docmdp_ok == Some(true), "{name}: {theirs:?}\n{report}");
        assert_eq!(level(theirs.level), Some(ours.level), "{name}: {theirs:?}\n{report}");
    }
}
