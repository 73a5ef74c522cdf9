//! Any bytes as a document.

use std::error::Error as _;

use kyso::pdf::{Certification, FieldLock, Fields, NewField, PrepareError, Prepared, SeedValue, Signing};
use kyso::verify::{self, Check, Coverage, Options};
use kyso::{Fault, Password, State};

use super::{at, ed25519, limits, p256};

/// Reading, for whatever purpose, ends with a result or an error that can be told.
pub(crate) fn pdf_open(data: &[u8]) {
    let (limits, at) = (limits(), at(1));
    let signing = Signing::new(&p256().chain).limits(limits.clone());
    for signing in [
        signing.clone(),
        signing.clone().field("Signature1").reason("Đồng ý"),
        signing.clone().field("a.b.c").override_encryption_permissions().override_needs_rendering(),
        signing.clone().certify(Certification::FormFilling).lock(FieldLock::all()),
        signing.clone().field("Signature1").lock_after_signing().timestamp_room(),
        signing.password(Password::new("user")),
    ] {
        match signing.prepare(data, &at) {
            Ok(prepared) => {
                assert_eq!(prepared.state().input_length(), data.len() as u64);
                assert!(prepared.request().digest().is_some());
            }
            Err(error) => told(&error),
        }
    }
    let field =
        NewField::new("a.b.c").lock(FieldLock::all()).seed_value(SeedValue::new().reasons(["Đồng ý"]));
    match Fields::new().add(field).limits(limits.clone()).prepare(data, &at) {
        Ok(revised) => {
            let out = revised.to_bytes().expect("bytes in memory");
            assert!(out.starts_with(data) && out.len() as u64 == revised.len());
        }
        Err(error) => told(&error),
    }
    if let Ok(inspection) = verify::inspect(&data, None, &limits) {
        assert!(inspection.to_json().starts_with('{'));
    }
    let mut options = Options::default();
    options.limits = limits;
    options.trust = Some(p256().chain.certificates().to_vec());
    if let Ok(report) = verify::pdf(&data, &options) {
        assert!(report.to_json().starts_with('{'));
        assert!(!report.to_string().is_empty());
    }
}

/// An error says something on every level, and whose fault it is.
fn told(error: &PrepareError) {
    assert!(!error.to_string().is_empty());
    assert_ne!(error.fault(), Fault::Signer);
    let mut source = error.source();
    while let Some(inner) = source {
        assert!(!inner.to_string().is_empty());
        source = inner.source();
    }
}

/// What can be prepared can be signed, in two processes, twice, and is then right.
pub(crate) fn pdf_pipeline(data: &[u8]) {
    // Ed25519 is by far the fastest under the fuzzer; the other path is through a digest.
    let first = if data.len().is_multiple_of(8) { p256() } else { ed25519() };
    let signing = Signing::new(&first.chain).limits(limits()).reason("Đồng ý");
    let Ok(prepared) = signing.prepare(data, &at(2)) else { return };
    let (request, json) = (prepared.request(), prepared.state().to_json());
    drop(prepared);

    let state = State::from_json(&json).expect("a state that was just written");
    let resumed = Prepared::resume(state, data).expect("the same document");
    assert_eq!(resumed.request(), request);
    let signed = resumed.accept(&first.answer(&request)).expect("a right value");
    let out = signed.to_bytes().expect("bytes in memory");
    let range = signed.byte_range();
    assert_eq!(out, signed.to_bytes().expect("bytes in memory"), "embedding again gives the same");
    assert_eq!(out.len() as u64, signed.len());
    laid_out(data, &out, range, signed.contents(), &json);
    accepted(&out, &[range]);

    // Once more, on what came out.
    let second = ed25519();
    let mut more = limits();
    more.object_bytes *= 4;
    more.inflated_total *= 4;
    more.objects *= 2;
    more.xref_sections *= 2;
    more.fields *= 2;
    let signing = Signing::new(&second.chain).limits(more);
    let again = match signing.prepare(out.as_slice(), &at(3)) {
        Ok(prepared) => prepared,
        // The field that was signed may have had a lock.
        Err(PrepareError::Refused(_)) => return,
        Err(error) => panic!("what was signed cannot be signed again: {error} ({error:?})"),
    };
    let value = second.answer(&again.request());
    let again = again.accept(&value).expect("a right value");
    let twice = again.to_bytes().expect("bytes in memory");
    assert!(twice.starts_with(&out), "the first signed document is a prefix of the second");
    accepted(&twice, &[range, again.byte_range()]);
}

/// The original is a prefix; around the gap stands what was prepared, in the gap the CMS in hex digits.
fn laid_out(data: &[u8], out: &[u8], range: [u64; 4], cms: &[u8], state: &str) {
    let [start, before, after, rest] = range.map(|number| usize::try_from(number).expect("in memory"));
    assert!(out.starts_with(data), "the original is a prefix");
    assert_eq!(start, 0);
    assert_eq!(after + rest, out.len(), "the ByteRange reaches the end");
    let state: serde_json::Value = serde_json::from_str(state).expect("JSON");
    let part = |name: &str| {
        use base64::Engine as _;
        let text = state["state"][name].as_str().expect("a string");
        base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
    };
    assert_eq!(out[data.len()..before], part("revision_head"));
    assert_eq!(out[after..], part("revision_tail"));
    let gap = &out[before..after];
    let digits = gap.strip_prefix(b"<").and_then(|gap| gap.strip_suffix(b">")).expect("< and > in the gap");
    assert_eq!(digits.len() % 2, 0);
    let hex: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
    let padding = digits.strip_prefix(hex.as_bytes()).expect("the CMS in hex digits");
    assert!(padding.iter().all(|digit| *digit == b'0'), "zeros after the CMS");
}

/// `verify` finds the signatures with these ByteRanges and nothing wrong with them.
fn accepted(out: &[u8], ranges: &[[u64; 4]]) {
    let mut options = Options::default();
    options.limits = limits();
    options.limits.object_bytes *= 8;
    options.limits.inflated_total *= 16;
    options.limits.objects *= 4;
    options.limits.xref_sections *= 4;
    options.limits.fields *= 4;
    let report = verify::pdf(&out, &options).expect("a signed document can be verified");
    for range in ranges {
        let mut found = report.signatures.iter().filter(|one| one.byte_range == Some(*range));
        let signature = found.next().unwrap_or_else(|| panic!("no signature at {range:?}: {report:?}"));
        assert_eq!(signature.digest, Check::Ok, "{signature:?}");
        assert_eq!(signature.signature, Check::Ok, "{signature:?}");
        assert_eq!(signature.certificate, Check::Ok, "{signature:?}");
        let [_, _, after, rest] = *range;
        if after + rest == out.len() as u64 {
            assert_eq!(signature.coverage, Coverage::EntireFile, "{signature:?}");
            assert!(signature.is_valid(), "{signature:?}");
        }
    }
}
