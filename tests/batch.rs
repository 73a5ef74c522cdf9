//! Many documents at once: order, outcomes, and the same bytes on one thread and on two.
#![cfg(feature = "signer")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use kyso::document::{Batch, Job, Outcome, PrepareError, Prepared};
use kyso::pdf::Signing;
use kyso::signer::{LocalKey, Signer as _};
use kyso::{At, Chain, Entropy, SignatureValue, SigningRequest, State};

fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

fn key_and_chain() -> (LocalKey, Chain) {
    let read = |name: &str| std::fs::read(testdata("keys").join(name)).unwrap();
    (
        LocalKey::from_pem(&read("p256-key.pem"), None).unwrap(),
        Chain::from_pem(&read("p256-chain.pem")).unwrap(),
    )
}

/// Thirty documents, every tenth of which is certified against changes.
fn jobs(chain: &Chain) -> Vec<Job<Vec<u8>>> {
    let good = std::fs::read(testdata("pdf/bench-3kb.pdf")).unwrap();
    let closed = std::fs::read(testdata("pdf/certified-no-changes.pdf")).unwrap();
    let time = "2026-11-21T09:00:00+07:00".parse().unwrap();
    let job = |index: u8| Job {
        signing: Signing::new(chain).document(format!("document {index}")).into(),
        source: if index % 10 == 3 { closed.clone() } else { good.clone() },
        at: At { time, entropy: Entropy::new([index; 32]) },
    };
    (0..30).map(job).collect()
}

fn sign(key: &LocalKey, request: &SigningRequest) -> SignatureValue {
    SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed()).unwrap())
}

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

#[test]
fn threads_change_nothing_but_the_time() {
    let (_, chain) = key_and_chain();
    let states = |count| {
        let batch = Batch::prepare(jobs(&chain), threads(count));
        batch.outcomes().iter().map(|o| o.as_ref().ok().map(|p| p.state().to_json())).collect::<Vec<_>>()
    };
    let one = states(1);
    assert_eq!(one.iter().filter(|state| state.is_none()).count(), 3);
    assert_eq!(one, states(2));
    assert_eq!(one, states(7));
}

#[test]
fn every_document_has_its_own_outcome() {
    let (key, chain) = key_and_chain();
    let batch = Batch::prepare(jobs(&chain), threads(2));
    let requests = batch.requests();
    assert_eq!(requests.len(), 27);
    let foreign = sign(&key, &requests[0]);
    let outcomes = batch.accept(threads(2), |request| match request.document() {
        "document 5" => None,
        "document 6" => Some(foreign.clone()),
        _ => Some(sign(&key, request)),
    });
    assert_eq!(outcomes.len(), 30);
    for (index, outcome) in outcomes.iter().enumerate() {
        match (index, outcome) {
            (3 | 13 | 23, Outcome::NotPrepared(PrepareError::Pdf(kyso::pdf::PrepareError::Refused(_))))
            | (5, Outcome::NoValue(_))
            | (6, Outcome::Refused(_)) => {}
            (_, Outcome::Signed(signed)) if !matches!(index, 3 | 5 | 6 | 13 | 23) => {
                let report = kyso::verify::pdf(&signed.to_bytes().unwrap(), &Default::default()).unwrap();
                assert!(report.is_valid(), "document {index}: {report}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn documents_of_both_formats_go_in_one_batch() {
    let (key, chain) = key_and_chain();
    let pdf = std::fs::read(testdata("pdf/bench-3kb.pdf")).unwrap();
    let invoice = std::fs::read(testdata("xml/tt78-invoice.xml")).unwrap();
    let time = "2026-11-21T09:00:00+07:00".parse().unwrap();
    let jobs = || {
        let job = |index: u8| {
            let name = format!("document {index}");
            let (signing, source) = match index % 3 {
                0 => (Signing::new(&chain).document(name).into(), pdf.clone()),
                1 => (kyso::xml::Signing::tt78(&chain).document(name).into(), invoice.clone()),
                // An invoice is no PDF.
                _ => (Signing::new(&chain).document(name).into(), invoice.clone()),
            };
            Job { signing, source, at: At { time, entropy: Entropy::new([index; 32]) } }
        };
        (0..12).map(job).collect::<Vec<_>>()
    };
    let batch = Batch::prepare(jobs(), threads(3));
    let requests = batch.requests();
    let names: Vec<_> = requests.iter().map(SigningRequest::document).collect();
    let expected: Vec<_> =
        (0..12).filter(|index| index % 3 < 2).map(|index| format!("document {index}")).collect();
    assert_eq!(names, expected);
    // States are stored, and taken up each with its own document.
    let stored = batch.outcomes().iter().map(|one| one.as_ref().ok().map(|one| one.state().to_json()));
    let stored: Vec<_> = stored.collect();
    for (job, state) in jobs().into_iter().zip(stored) {
        let Some(state) = state else { continue };
        let resumed = Prepared::resume(State::from_json(&state).unwrap(), job.source).unwrap();
        assert_eq!(resumed.state().to_json(), state);
    }
    let outcomes = batch.accept(threads(3), |request| Some(sign(&key, request)));
    for (index, outcome) in outcomes.iter().enumerate() {
        match (index % 3, outcome) {
            (0, Outcome::Signed(signed)) => {
                let report = kyso::verify::pdf(&signed.to_bytes().unwrap(), &Default::default()).unwrap();
                assert!(report.is_valid(), "document {index}: {report}");
            }
            (1, Outcome::Signed(signed)) => {
                let report = kyso::verify::xml(&signed.to_bytes().unwrap(), &Default::default()).unwrap();
                assert!(report.is_valid(), "document {index}: {report}");
            }
            (2, Outcome::NotPrepared(PrepareError::Pdf(_))) => {}
            other => panic!("{other:?}"),
        }
    }
}
