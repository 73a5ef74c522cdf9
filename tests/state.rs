//! Stored states that were damaged, swapped or forged, and values that belong to something else.
#![cfg(all(feature = "signer", feature = "remote"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;
mod targets;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use signing::{
    AcceptError, Chain, Digest, DigestAlgorithm, Identity, Prepared, PreparedCms, ResumeError,
    SignatureValue, SignedAttributes, State, StateError, at, identity,
};
use targets::state::{enveloped, written};

fn minimal() -> Vec<u8> {
    fs::read(support::pdf("minimal.pdf")).unwrap()
}

/// A state, the value that belongs to it, and what comes of both.
struct Case {
    document: Vec<u8>,
    json: String,
    value: SignatureValue,
    signed: Vec<u8>,
}

impl Case {
    fn raw(identity: &Identity, document: Vec<u8>) -> Self {
        let prepared = identity.signing().document("contract").prepare(document.as_slice(), &at()).unwrap();
        let (json, value) = (prepared.state().to_json(), identity.answer(&prepared.request()));
        let signed = prepared.accept(&value).unwrap().to_bytes().unwrap();
        Self { document, json, value, signed }
    }

    fn cms(document: Vec<u8>) -> Self {
        let identity = identity("p256");
        let signing = identity.signing().document("contract");
        let prepared = signing.prepare_for_cms(document.as_slice(), &at()).unwrap();
        let cms = targets::p256().cms(prepared.request().digest().unwrap());
        let (json, value) = (prepared.state().to_json(), SignatureValue::from_bytes(cms));
        let signed = prepared.accept(&value).unwrap().to_bytes().unwrap();
        Self { document, json, value, signed }
    }

    fn fields(&self) -> Value {
        let envelope: Value = serde_json::from_str(&self.json).unwrap();
        envelope["state"].clone()
    }

    /// What comes of a changed state with the true document and the true value.
    fn finish(&self, json: &str) -> Result<Vec<u8>, String> {
        let state = State::from_json(json).map_err(|error| format!("state: {error:?}"))?;
        let raw = state.service() == signing::ServiceKind::Raw;
        let signed = if raw {
            let prepared = Prepared::resume(state, self.document.as_slice());
            prepared.map_err(|error| format!("resume: {error:?}"))?.accept(&self.value)
        } else {
            let prepared = PreparedCms::resume(state, self.document.as_slice());
            prepared.map_err(|error| format!("resume: {error:?}"))?.accept(&self.value)
        };
        signed.map(|signed| signed.to_bytes().unwrap()).map_err(|error| format!("accept: {error:?}"))
    }

    /// A change by somebody who computes the envelope's hash anew.
    fn attacked(&self, change: impl FnOnce(&mut Value)) -> Result<Vec<u8>, String> {
        let mut fields = self.fields();
        change(&mut fields);
        self.finish(&written(&fields))
    }
}

/// A chain of the leaf alone keeps the state small enough to try every byte.
fn alone(name: &str) -> Identity {
    let whole = identity(name);
    let chain = Chain::from_der([whole.chain.leaf().der()]).unwrap();
    Identity { chain, key: whole.key }
}

#[test]
fn every_byte_of_the_envelope_counts() {
    let case = Case::raw(&alone("ed25519"), minimal());
    assert_eq!(case.finish(&case.json).unwrap(), case.signed, "unchanged it is good");
    let bytes = case.json.as_bytes();
    let refused = |changed: Vec<u8>, what: &str, at: usize| {
        let Ok(text) = String::from_utf8(changed) else { return };
        assert!(State::from_json(&text).is_err(), "{what} at byte {at} went unnoticed");
    };
    for at in 0..bytes.len() {
        for bit in [0, 2, 5] {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1 << bit;
            refused(changed, "a flipped bit", at);
        }
        let mut changed = bytes.to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        refused(changed, "another character", at);
        let mut changed = bytes.to_vec();
        changed.remove(at);
        refused(changed, "a missing byte", at);
        for new in [b' ', b'0', b'"', b'\n'] {
            let mut changed = bytes.to_vec();
            changed.insert(at, new);
            refused(changed, "a byte too many", at);
        }
    }
    refused([bytes, b" "].concat(), "a space", bytes.len());
    for cut in 0..bytes.len() {
        refused(bytes[..cut].to_vec(), "the end", cut);
    }
    // What an editor or `echo` adds.
    assert_eq!(State::from_json(&format!("{}\r\n", case.json)).unwrap().to_json(), case.json);
}

#[test]
fn the_envelope_says_what_is_wrong_with_it() {
    let case = Case::raw(&identity("p256"), minimal());
    let version = case.json.replacen("\"kyso_state\":1", "\"kyso_state\":2", 1);
    assert!(matches!(State::from_json(&version), Err(StateError::Version { found: 2 })));
    assert!(matches!(State::from_json("{}"), Err(StateError::Malformed(_))));
    let changed = case.json.replacen("contract", "contrast", 1);
    assert!(matches!(State::from_json(&changed), Err(StateError::Changed)));
    let mut limits = signing::Limits::default();
    limits.state_bytes = 100;
    let found = case.json.len();
    assert!(matches!(
        State::from_json_within(&case.json, &limits),
        Err(StateError::TooLong { limit: 100, found: length }) if length == found
    ));
    // A space that the hash covers is still not what was written.
    let spaced = serde_json::to_string_pretty(&case.fields()).unwrap();
    assert!(State::from_json(&enveloped(&spaced)).is_err());
}

#[test]
fn a_state_holds_neither_the_document_nor_a_secret() {
    let case = Case::raw(&identity("p256"), minimal());
    let key = fs::read_to_string(support::key("p256-key.pem")).unwrap();
    let secret: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(!case.json.contains(&secret[..40]));
    let head = STANDARD.decode(case.fields()["revision_head"].as_str().unwrap()).unwrap();
    assert!(support::naive::find(&head, b"small document", 0).is_none(), "the page's text is not in it");
    assert!(case.json.len() < 20_000, "{} bytes", case.json.len());
}

fn text(value: &mut Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn set(value: &mut Value, bytes: &[u8]) {
    *value = Value::from(STANDARD.encode(bytes));
}

/// The digest of the bytes around the gap, and of the input, as the fields of a state have them.
fn rehash(fields: &mut Value, document: &[u8], algorithm: DigestAlgorithm) -> Digest {
    let (head, tail) = (text(&mut fields["revision_head"]), text(&mut fields["revision_tail"]));
    let digest = algorithm.hash(&[document, &head, &tail].concat());
    fields["input_digest"] = json!(algorithm.hash(document).to_hex());
    fields["byte_range_digest"] = json!(digest.to_hex());
    digest
}

/// Simple changes of one field, each a true value of its type.
fn simple_changes() -> Vec<(&'static str, Value)> {
    vec![
        ("format", json!("xml")),
        ("format", json!(null)),
        ("service", json!("cms")),
        ("service", json!("raw ")),
        ("document", json!(7)),
        ("input_length", json!(0)),
        ("input_length", json!(-1)),
        ("input_length", json!(u64::MAX)),
        ("input_digest", json!("")),
        ("input_digest", json!("00".repeat(32))),
        ("input_digest", json!("00".repeat(64))),
        ("signature_algorithm", json!("rsa-pkcs1")),
        ("signature_algorithm", json!("ed448")),
        ("digest_algorithm", json!("sha1")),
        ("digest_algorithm", json!("md5")),
        ("digest_algorithm", json!("sha384")),
        ("subfilter", json!("pkcs7")),
        ("subfilter", json!("")),
        ("chain", json!([])),
        ("chain", json!(["AAAA"])),
        ("chain", json!("AAAA")),
        ("revision_head", json!("")),
        ("revision_tail", json!("")),
        ("gap", json!(0)),
        ("gap", json!(1)),
        ("gap", json!(2)),
        ("gap", json!(u64::MAX)),
        ("gap", json!(u64::MAX - 1)),
        ("signature_object", json!([1, 0])),
        ("signature_object", json!([0, 65535])),
        ("signature_object", json!([u32::MAX, 1])),
        ("byte_range_digest", json!("")),
        ("byte_range_digest", json!("00".repeat(32))),
        ("signed_attributes", json!("")),
        ("signed_attributes", json!("MQA=")),
        ("signed_attributes", json!(null)),
        ("no_such_field", json!(1)),
    ]
}

#[test]
fn every_field_that_an_attacker_changes_is_noticed() {
    let cases = [Case::raw(&identity("p256"), minimal()), Case::raw(&identity("ed25519"), minimal())];
    for case in &cases {
        for (field, value) in simple_changes() {
            let outcome = case.attacked(|fields| fields[field] = value.clone());
            assert!(outcome.is_err(), "{field} = {value} went unnoticed");
        }
        let mut fields: Vec<_> = case.fields().as_object().unwrap().keys().cloned().collect();
        fields.retain(|field| field != "document");
        for field in &fields {
            let removed = case.attacked(|fields| {
                fields.as_object_mut().unwrap().remove(field);
            });
            assert!(removed.is_err(), "{field} is missing and nobody noticed");
        }
        // The document's id is the caller's; it is no part of what is signed.
        let renamed = case.attacked(|fields| fields["document"] = json!("another")).unwrap();
        assert_eq!(renamed, case.signed);
    }
}

#[test]
fn the_same_for_a_service_that_makes_the_whole_cms() {
    let case = Case::cms(minimal());
    assert_eq!(case.finish(&case.json).unwrap(), case.signed);
    for (field, value) in simple_changes() {
        let harmless = [("service", json!("cms")), ("signed_attributes", json!(null))];
        if harmless.contains(&(field, value.clone())) {
            continue;
        }
        // `null` would be the absence of the attributes, written in another way.
        let outcome = case.attacked(|fields| fields[field] = value.clone());
        assert!(outcome.is_err(), "{field} = {value} went unnoticed");
    }
    let renamed = case.attacked(|fields| fields["document"] = json!("another")).unwrap();
    assert_eq!(renamed, case.signed);
}

#[test]
fn a_revision_that_was_changed_and_hashed_again_gets_nowhere() {
    for case in [Case::raw(&identity("p256"), minimal()), Case::cms(minimal())] {
        for part in ["revision_head", "revision_tail"] {
            let length = text(&mut case.fields()[part]).len();
            for at in (0..length).step_by(7) {
                let outcome = case.attacked(|fields| {
                    let mut bytes = text(&mut fields[part]);
                    bytes[at] ^= 1;
                    set(&mut fields[part], &bytes);
                    rehash(fields, &case.document, DigestAlgorithm::Sha256);
                });
                assert!(outcome.is_err(), "byte {at} of {part} was changed and nobody noticed");
            }
        }
    }
}

#[test]
fn with_new_attributes_too_the_value_does_not_fit() {
    let identity = identity("p256");
    let case = Case::raw(&identity, minimal());
    let mut fields = case.fields();
    // The reader shows another time: everything hashed anew, down to the attributes.
    let mut head = text(&mut fields["revision_head"]);
    let at = support::naive::find(&head, b"D:2026", 0).unwrap();
    head[at + 2..at + 6].copy_from_slice(b"2025");
    set(&mut fields["revision_head"], &head);
    let digest = rehash(&mut fields, &case.document, DigestAlgorithm::Sha256);
    let forged = SignedAttributes::new(&digest, &identity.chain, identity.suite(), None).unwrap();
    set(&mut fields["signed_attributes"], forged.as_der());
    let state = State::from_json(&written(&fields)).unwrap();
    let resumed = Prepared::resume(state, case.document.as_slice()).unwrap();
    let refused = resumed.accept(&case.value).unwrap_err();
    assert!(matches!(refused, AcceptError::Mismatch(_)), "{refused:?}");
}

#[test]
fn the_gap_cannot_be_moved_or_resized() {
    for case in [Case::raw(&identity("p256"), minimal()), Case::cms(minimal())] {
        let gap = case.fields()["gap"].as_u64().unwrap();
        for other in [gap - 2, gap + 2, gap * 2, gap + 1] {
            let outcome = case.attacked(|fields| fields["gap"] = json!(other));
            assert!(outcome.is_err(), "a gap of {other} went unnoticed");
        }
        // The byte before the gap goes behind it: the same bytes hashed, elsewhere.
        let moved = case.attacked(|fields| {
            let (mut head, mut tail) =
                (text(&mut fields["revision_head"]), text(&mut fields["revision_tail"]));
            tail.insert(0, head.pop().unwrap());
            set(&mut fields["revision_head"], &head);
            set(&mut fields["revision_tail"], &tail);
        });
        assert!(moved.is_err(), "the gap moved and nobody noticed");
    }
}

#[test]
fn another_leaf_is_noticed_and_the_rest_of_the_chain_is_not_signed() {
    let case = Case::raw(&identity("p256"), minimal());
    for other in ["p384", "rsa2048", "ed25519"] {
        let chain: Vec<_> =
            identity(other).chain.certificates().iter().map(|one| STANDARD.encode(one.der())).collect();
        let outcome = case.attacked(|fields| fields["chain"] = json!(chain));
        assert!(outcome.is_err(), "the chain of {other} went unnoticed");
    }
    // The order does not matter: the CMS has its own.
    let reversed = case.attacked(|fields| fields["chain"].as_array_mut().unwrap().reverse()).unwrap();
    assert_eq!(reversed, case.signed);
    // Whoever can write the state can leave an issuer out of the CMS, where nothing that is signed names
    // it (RFC 5035 names the leaf). What is signed is the same; a seal keeps it away from the state.
    let without = case.attacked(|fields| drop(fields["chain"].as_array_mut().unwrap().pop())).unwrap();
    let [found, expected] =
        [&without, &case.signed].map(|out| support::naive::newest_signature(out).unwrap());
    assert_eq!((found.byte_range, found.content), (expected.byte_range, expected.content));
    assert_ne!(found.cms, expected.cms);
}

#[test]
fn states_and_documents_do_not_mix() {
    let identity = identity("p256");
    let one = Case::raw(&identity, minimal());
    let mut changed = minimal();
    let at_text = support::naive::find(&changed, b"small document", 0).unwrap();
    changed[at_text] = b'S';
    let other = Case::raw(&identity, changed.clone());
    let state = |case: &Case| State::from_json(&case.json).unwrap();
    let other_document = |outcome: Result<Prepared<&[u8]>, ResumeError>| {
        let error = outcome.unwrap_err();
        assert!(matches!(error, ResumeError::OtherDocument { .. }), "{error:?}");
    };
    other_document(Prepared::resume(state(&one), changed.as_slice()));
    other_document(Prepared::resume(state(&other), one.document.as_slice()));
    other_document(Prepared::resume(state(&one), &one.document[..one.document.len() - 1]));
    other_document(Prepared::resume(state(&one), [one.document.as_slice(), b"\n"].concat().as_slice()));
    other_document(Prepared::resume(state(&one), b"".as_slice()));
    other_document(Prepared::resume(state(&one), one.signed.as_slice()));
    // The values do not mix either.
    let resumed = Prepared::resume(state(&one), one.document.as_slice()).unwrap();
    let refused = resumed.accept(&other.value).unwrap_err();
    assert!(matches!(refused, AcceptError::Mismatch(_)), "{refused:?}");
}

#[test]
fn every_part_of_one_state_is_out_of_place_in_the_other() {
    let identity = identity("p256");
    let one = Case::raw(&identity, minimal());
    let mut changed = minimal();
    let at_text = support::naive::find(&changed, b"small document", 0).unwrap();
    changed[at_text] = b'S';
    let other = Case::raw(&identity, changed).fields();
    for field in ["input_digest", "byte_range_digest", "signed_attributes"] {
        let outcome = one.attacked(|fields| fields[field] = other[field].clone());
        assert!(outcome.is_err(), "{field} of another document went unnoticed");
    }
}

#[test]
fn the_two_kinds_of_service_do_not_mix() {
    let (raw, cms) = (Case::raw(&identity("p256"), minimal()), Case::cms(minimal()));
    let error =
        PreparedCms::resume(State::from_json(&raw.json).unwrap(), raw.document.as_slice()).unwrap_err();
    assert!(matches!(error, ResumeError::OtherService { found: signing::ServiceKind::Raw }), "{error:?}");
    let error = Prepared::resume(State::from_json(&cms.json).unwrap(), cms.document.as_slice()).unwrap_err();
    assert!(matches!(error, ResumeError::OtherService { found: signing::ServiceKind::Cms }), "{error:?}");
    // A raw state made one for a whole CMS waits for a CMS, which the value that was made is not.
    let outcome = raw.attacked(|fields| {
        fields["service"] = json!("cms");
        fields.as_object_mut().unwrap().remove("signed_attributes");
    });
    assert!(outcome.unwrap_err().starts_with("accept"), "a raw value is no CMS");
}

#[test]
fn a_source_that_shrinks_between_the_phases_is_an_error() {
    let case = Case::raw(&identity("p256"), minimal());
    let readable = std::cell::Cell::new(case.document.len());
    let source = signing::Shrunk { bytes: &case.document, readable: &readable };
    let signed = Prepared::resume(State::from_json(&case.json).unwrap(), source).unwrap();
    let signed = signed.accept(&case.value).unwrap();
    assert_eq!(signed.to_bytes().unwrap(), case.signed);
    readable.set(case.document.len() - 1);
    assert_eq!(signed.to_bytes().unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(signed.write_to(&mut Vec::new()).is_err());
}

#[test]
fn a_seal_opens_with_its_key_alone() {
    let case = Case::raw(&alone("ed25519"), minimal());
    let state = State::from_json(&case.json).unwrap();
    let key = b"thirty-two bytes that are secret";
    let sealed = state.seal(key).unwrap();
    assert_eq!(State::open(key, &sealed).unwrap(), state);
    for other in [b"thirty-two bytes that are secreT".as_slice(), &key[..31], &[0; 16]] {
        assert!(matches!(State::open(other, &sealed), Err(StateError::Seal)));
    }
    for short in [&key[..15], b""] {
        assert!(matches!(state.seal(short), Err(StateError::KeyTooShort { found }) if found == short.len()));
        assert!(matches!(State::open(short, &sealed), Err(StateError::KeyTooShort { .. })));
    }
    assert!(State::open(key, &case.json).is_err(), "a state without a seal");
    assert!(State::from_json(&sealed).is_err(), "a seal is not passed over");
    for at in (0..sealed.len()).step_by(3) {
        let mut changed = sealed.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(text) = String::from_utf8(changed) else { continue };
        assert!(State::open(key, &text).is_err(), "byte {at} went unnoticed");
    }
    // The attacker hashes anew, and cannot make the seal.
    let mut fields = case.fields();
    fields["document"] = json!("another");
    let (before, _) = sealed.split_at(sealed.find("{\"kyso_state\"").unwrap());
    let forged = format!("{before}{}}}", written(&fields));
    assert!(matches!(State::open(key, &forged), Err(StateError::Seal)));
}
