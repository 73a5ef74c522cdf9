//! States of XML signatures: what binds them to the document, and what of them is noticed when changed.

use kyso::algorithm::DigestAlgorithm;
use kyso::xml::{AcceptError, Prepared, ResumeError, Signing};
use kyso::{DocumentFormat, SignatureValue, State};
use serde_json::Value;

use super::hand::Signer;
use super::signing::at;

fn case() -> (Signer, Vec<u8>, State, SignatureValue) {
    let signer = Signer::new("p256");
    let document = std::fs::read("testdata/xml/tt78-invoice.xml").unwrap();
    let signing =
        Signing::tt78(&signer.chain).node("HD1").signature_location("DSCKS/NBan").document("an invoice");
    let prepared = signing.prepare(document.as_slice(), &at()).unwrap();
    let value = signer.value(&prepared.request());
    let state = prepared.state();
    drop(prepared);
    (signer, document, state, value)
}

/// The state with something changed, and its hash made to fit again.
fn changed(state: &State, change: impl FnOnce(&mut Value)) -> Result<State, kyso::StateError> {
    let envelope: Value = serde_json::from_str(&state.to_json()).unwrap();
    let mut body = envelope["state"].clone();
    change(&mut body);
    // The members in the order in which they were written.
    let order = state.to_json();
    let members = body.as_object().unwrap();
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_by_key(|name| order.find(&format!("\"{name}\":")));
    let members: Vec<String> =
        names.iter().map(|name| format!("\"{name}\":{}", members[name.as_str()])).collect();
    let body = format!("{{{}}}", members.join(","));
    let hash = DigestAlgorithm::Sha256.hash(body.as_bytes()).to_hex();
    State::from_json(&format!("{{\"kyso_state\":1,\"sha256\":\"{hash}\",\"state\":{body}}}"))
}

#[test]
fn a_state_says_what_it_is() {
    let (_, document, state, _) = case();
    assert_eq!(state.format(), DocumentFormat::Xml);
    assert_eq!(state.document(), "an invoice");
    assert_eq!(state.input_length(), document.len() as u64);
    assert_eq!(changed(&state, |_| {}).unwrap(), state);
    let sealed = state.seal(b"0123456789abcdef").unwrap();
    assert_eq!(State::open(b"0123456789abcdef", &sealed).unwrap(), state);
}

#[test]
fn another_document_is_noticed() {
    let (_, document, state, _) = case();
    for at in [0, document.len() / 2, document.len() - 1] {
        let mut other = document.clone();
        other[at] ^= 1;
        let error = Prepared::resume(state.clone(), other).unwrap_err();
        assert!(matches!(error, ResumeError::OtherDocument { .. }), "{error}");
    }
    let mut longer = document;
    longer.push(b'\n');
    assert!(matches!(Prepared::resume(state, longer), Err(ResumeError::OtherDocument { .. })));
}

#[test]
fn a_changed_state_is_noticed() {
    let (_, document, state, value) = case();
    let accepted = |state: State| {
        let prepared = Prepared::resume(state, document.as_slice()).map_err(|error| error.to_string())?;
        let signed = prepared.accept(&value).map_err(|error| error.to_string())?;
        Ok::<_, String>(signed.to_bytes().unwrap())
    };
    let good = accepted(state.clone()).unwrap();
    // Text of the signature: every byte of what is signed.
    let replace = |member: &'static str, from: &'static str, to: &'static str| {
        changed(&state, |body| {
            let text = body[member].as_str().unwrap();
            assert!(text.contains(from), "{member} has no {from}: {text}");
            body[member] = text.replacen(from, to, 1).into();
        })
    };
    for (member, from, to) in [
        ("head", "#HD1", "#HD2"),
        ("head", "sha256", "sha512"),
        ("head", "<DigestValue>", "<DigestValue>A"),
        ("head", "enveloped-signature", "base64"),
        ("tail", "2026-06-01", "2025-06-01"),
        ("tail", "<SigningTime>", "<SigningTime >"),
        ("tail", "MII", "MIA"),
    ] {
        let outcome = replace(member, from, to).map_err(|error| error.to_string()).and_then(accepted);
        // What canonicalises to the same is the same.
        let same = outcome.is_ok() && to.ends_with(" >");
        assert!(outcome.is_err() || same, "{from} became {to} unnoticed");
    }
    for (member, other) in [
        ("signature_algorithm", Value::from("rsa-pkcs1")),
        ("digest_algorithm", "sha384".into()),
        ("encoding", "utf-7".into()),
        ("signed_info", "AAAA".into()),
        ("at", 1_000_000.into()),
        ("behind", 1.into()),
        ("opened", "NMua".into()),
        ("at", 3.into()),
        ("opened", "NBan><evil>1</evil".into()),
        ("inherited", serde_json::json!([["lang", "vi"]])),
        ("input_length", 5.into()),
        ("namespaces", serde_json::json!([["p", "urn:p"]])),
        ("head", "".into()),
        ("tail", "".into()),
        ("chain", serde_json::json!([])),
    ] {
        let outcome = changed(&state, |body| body[member] = other.clone());
        let outcome = outcome.map_err(|error| error.to_string()).and_then(accepted);
        assert!(outcome.is_err(), "{member} = {other} went unnoticed");
    }
    let renamed = changed(&state, |body| body["document"] = "another".into()).unwrap();
    assert_eq!(accepted(renamed).unwrap(), good);
}

#[test]
fn a_wrong_value_is_refused_and_the_state_stays_good() {
    let (_, document, state, value) = case();
    let other = Signer::new("p384");
    let resume = || Prepared::resume(state.clone(), document.as_slice()).unwrap();
    let wrong = SignatureValue::from_bytes([0; 64]);
    assert!(matches!(resume().accept(&wrong), Err(AcceptError::Mismatch(_) | AcceptError::Mistake { .. })));
    let foreign = other.value(&resume().request());
    assert!(resume().accept(&foreign).is_err());
    let signed = resume().accept(&value).unwrap();
    assert_eq!(signed.to_bytes().unwrap(), resume().accept(&value).unwrap().to_bytes().unwrap());
    // ECDSA stands as r‖s, whatever form it came in.
    assert_eq!(signed.signature_value().len(), 64);
}

#[test]
fn states_do_not_mix() {
    let (signer, _, state, _) = case();
    let error = kyso::pdf::Prepared::resume(state, b"%PDF-".as_slice()).unwrap_err();
    assert!(matches!(error, ResumeError::OtherFormat { found: DocumentFormat::Xml }), "{error}");
    let pdf = std::fs::read("testdata/pdf/bench-3kb.pdf").unwrap();
    let prepared = kyso::pdf::Signing::new(&signer.chain).prepare(pdf.as_slice(), &at()).unwrap();
    let error = Prepared::resume(prepared.state(), b"<r/>".as_slice()).unwrap_err();
    assert!(matches!(error, ResumeError::OtherFormat { found: DocumentFormat::Pdf }), "{error}");
}
