//! XML: canonicalisation with a digest, and a TT78 invoice through both phases.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/big_xml.rs"]
mod big_xml;

use std::hint::black_box;
use std::io;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kyso::algorithm::{DigestAlgorithm, Hasher};
use kyso::signer::{LocalKey, Signer as _};
use kyso::xml::{C14nMethod, Canonicalization, Prepared, Signing};
use kyso::{At, Chain, Entropy, SignatureValue};

struct Digesting(Hasher);

impl io::Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// 20 MB with realistic markup: the whole document and one node, canonicalised and hashed; beside it the
/// floor, SHA-256 of the bytes as they are.
fn canonicalization(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("20mb.xml");
    big_xml::write(20, &path).unwrap();
    let document = std::fs::read(&path).unwrap();
    let run = |canonicalization: &Canonicalization| {
        let mut digesting = Digesting(DigestAlgorithm::Sha256.hasher());
        canonicalization.write(&document, &mut digesting).unwrap();
        digesting.0.finalize()
    };
    let mut group = criterion.benchmark_group("c14n/xml/20MB");
    group.throughput(Throughput::Bytes(document.len() as u64)).sample_size(10);
    for name in ["c14n10", "c14n11", "exc"] {
        let whole = Canonicalization::new(C14nMethod::from_name(name).unwrap());
        let node = whole.clone().node("Id", "data");
        let mut octets = Vec::new();
        whole.write(&document, &mut octets).unwrap();
        assert_eq!(run(&whole), DigestAlgorithm::Sha256.hash(&octets));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(run(&whole))));
        group.bench_function(format!("{name}-node"), |bencher| bencher.iter(|| black_box(run(&node))));
    }
    group.bench_function("floor-sha256", |bencher| {
        bencher.iter(|| black_box(DigestAlgorithm::Sha256.hash(&document)));
    });
    group.finish();
}

/// Prepare and embed, the chain parsed once, the check of the value apart.
fn pipeline(criterion: &mut Criterion) {
    let document = std::fs::read("testdata/xml/bench-3kb.xml").unwrap();
    let chain = Chain::from_pem(&std::fs::read("testdata/keys/rsa2048-chain.pem").unwrap()).unwrap();
    let key = LocalKey::from_pem(&std::fs::read("testdata/keys/rsa2048-key.pem").unwrap(), None).unwrap();
    let at = At { time: "2026-11-21T09:30:00+07:00".parse().unwrap(), entropy: Entropy::new([7; 32]) };
    let signing = Signing::tt78(&chain).node("HD7").signature_location("DSCKS/NBan").signature_id("seller");
    let value = {
        let request = signing.prepare(document.as_slice(), &at).unwrap().request();
        SignatureValue::from_bytes(key.sign(request.suite(), request.to_be_signed()).unwrap())
    };
    let signed = |prepared: Prepared<&[u8]>| {
        prepared.dangerous().accept_without_verifying(&value).unwrap().to_bytes().unwrap()
    };
    let checked = signing.prepare(document.as_slice(), &at).unwrap().accept(&value).unwrap();
    assert_eq!(signed(signing.prepare(document.as_slice(), &at).unwrap()), checked.to_bytes().unwrap());
    let mut group = criterion.benchmark_group("pipeline/xml");
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("tt78-3KB", |bencher| {
        bencher.iter(|| black_box(signed(signing.prepare(black_box(document.as_slice()), &at).unwrap())));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = canonicalization, pipeline
}
criterion_main!(benches);
