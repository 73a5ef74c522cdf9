//! One small document through both phases in memory, and the check of one RSA value by itself.
//!
//! The chain is parsed once and reused; signing with the private key is no part of what is timed.
//! Throughput is in bytes of the document. What is timed is asserted first.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::{fs, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kyso::algorithm::{Suite, ToBeSigned};
use kyso::certificate::Chain;
use kyso::document::{Batch, Job};
use kyso::pdf::{Appearance, Image, Item, Layout, PageNumber, Placement, Signing};
use kyso::signer::{LocalKey, Signer};
use kyso::{At, Entropy, Limits, SignatureValue};

/// 2026-06-01T08:00:00+07:00.
const TIME: &str = "2026-06-01T08:00:00+07:00";

struct Fixture {
    document: Vec<u8>,
    chain: Chain,
    key: LocalKey,
    at: At,
}

impl Fixture {
    fn new() -> Self {
        let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let read = |name: &str| fs::read(data.join(name)).unwrap();
        Self {
            document: read("pdf/bench-3kb.pdf"),
            chain: Chain::from_pem(&read("keys/rsa2048-chain.pem")).unwrap(),
            key: LocalKey::from_pem(&read("keys/rsa2048-key.pem"), None).unwrap(),
            at: At {
                time: chrono::DateTime::parse_from_rfc3339(TIME).unwrap(),
                entropy: Entropy::new([7; 32]),
            },
        }
    }

    fn suite(&self) -> Suite {
        Suite::default_for(self.chain.public_key())
    }

    /// The value that the signer returns for this document, time and entropy.
    fn value(&self) -> SignatureValue {
        let prepared = Signing::new(&self.chain).prepare(self.document.as_slice(), &self.at).unwrap();
        let request = prepared.request();
        SignatureValue::from_bytes(self.key.sign(self.suite(), request.to_be_signed()).unwrap())
    }

    /// Both phases; the value is checked or not.
    fn run(&self, value: &SignatureValue, check: bool) -> Vec<u8> {
        let document = black_box(self.document.as_slice());
        let prepared = Signing::new(&self.chain).prepare(document, &self.at).unwrap();
        black_box(prepared.request());
        let signed = if check {
            prepared.accept(value).unwrap()
        } else {
            prepared.dangerous().accept_without_verifying(value).unwrap()
        };
        signed.to_bytes().unwrap()
    }
}

/// The result holds the document as its prefix, and the value.
fn assert_signed(fixture: &Fixture, value: &SignatureValue, signed: &[u8]) {
    assert!(signed.len() > fixture.document.len() && signed.starts_with(&fixture.document));
    let hex: String = value.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(signed).to_ascii_lowercase();
    assert!(text.contains(&hex), "the value is not in the document");
}

fn pipeline(criterion: &mut Criterion) {
    let fixture = Fixture::new();
    let value = fixture.value();
    let mut group = criterion.benchmark_group("pipeline/pdf");
    group.throughput(Throughput::Bytes(fixture.document.len() as u64));
    let signed = fixture.run(&value, true);
    assert_signed(&fixture, &value, &signed);
    assert_eq!(fixture.run(&value, false), signed, "the check changes nothing");
    group.bench_function("3KB", |bencher| bencher.iter(|| fixture.run(&value, false)));
    group.bench_function("3KB-with-check", |bencher| bencher.iter(|| fixture.run(&value, true)));
    group.finish();
}

/// A visible signature with Vietnamese text and an image, the template made once: both phases.
fn visible(criterion: &mut Criterion) {
    /// What a visible signature may add without its image, in bytes.
    const MOST: usize = 25 * 1024;
    let fixture = Fixture::new();
    let seal = fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/images/seal.png")).unwrap();
    let text = Appearance::new()
        .labelled(Item::Signer, "Ký bởi")
        .labelled(Item::Date, "Ngày ký")
        .labelled(Item::Reason, "Lý do")
        .line(Item::Text("Nguyễn Thị Hằng – Chữ ký số hợp lệ".to_owned()));
    let with_image =
        text.clone().image(Image::from_bytes(&seal, &Limits::default()).unwrap()).layout(Layout::TextRight);
    let place = || Placement::rectangle(PageNumber::First, [100.0, 100.0, 360.0, 180.0]);
    let signing = |appearance: &Appearance| {
        let template = appearance.template().unwrap();
        Signing::new(&fixture.chain).reason("Đồng ý phê duyệt").visible(&template, place())
    };
    let prepare = |signing: &Signing| signing.prepare(fixture.document.clone(), &fixture.at).unwrap();
    let value = |signing: &Signing| {
        let request = prepare(signing).request();
        SignatureValue::from_bytes(fixture.key.sign(fixture.suite(), request.to_be_signed()).unwrap())
    };
    let signed = |signing: &Signing| prepare(signing).accept(&value(signing)).unwrap().to_bytes().unwrap();
    let run = |signing: &Signing, value: &SignatureValue| {
        let prepared = signing.prepare(black_box(fixture.document.as_slice()), &fixture.at).unwrap();
        black_box(prepared.request());
        prepared.dangerous().accept_without_verifying(value).unwrap().to_bytes().unwrap()
    };
    let (plain, lettered, pictured) = (Signing::new(&fixture.chain), signing(&text), signing(&with_image));
    let added = signed(&lettered).len() - signed(&plain).len();
    assert!(added <= MOST, "{added} bytes");
    let expected = signed(&pictured);
    assert!(expected.windows(6).any(|bytes| bytes == b"/Image"));
    let value = value(&pictured);
    assert_eq!(run(&pictured, &value), expected);
    let mut group = criterion.benchmark_group("pipeline/pdf");
    group.bench_function("3KB-visible", |bencher| bencher.iter(|| run(&pictured, &value)));
    group.bench_function("3KB-visible-template", |bencher| bencher.iter(|| with_image.template().unwrap()));
    group.finish();
    println!("added without the image: {added} bytes");
}

fn public_key(criterion: &mut Criterion) {
    let fixture = Fixture::new();
    let prepared = Signing::new(&fixture.chain).prepare(fixture.document.as_slice(), &fixture.at).unwrap();
    let request = prepared.request();
    let value = fixture.value();
    let (key, suite) = (fixture.chain.public_key(), fixture.suite());
    let verify = |what: ToBeSigned<'_>, value: &[u8]| key.verify(suite, black_box(what), black_box(value));
    verify(request.to_be_signed(), value.as_bytes()).unwrap();
    let mut wrong = value.as_bytes().to_vec();
    wrong[100] ^= 1;
    assert!(verify(request.to_be_signed(), &wrong).is_err());
    let mut group = criterion.benchmark_group("publickey/rsa2048");
    group.bench_function("verify", |bencher| {
        bencher.iter(|| verify(request.to_be_signed(), value.as_bytes()).unwrap());
    });
    group.finish();
}

/// Ten thousand documents in one batch, on one thread and on two.
fn batch(criterion: &mut Criterion) {
    const DOCUMENTS: usize = 10_000;
    let fixture = Fixture::new();
    let signing = Signing::new(&fixture.chain);
    let run = |threads: usize| {
        let jobs = (0..DOCUMENTS).map(|_| Job {
            signing: signing.clone().into(),
            source: fixture.document.as_slice(),
            at: fixture.at.clone(),
        });
        Batch::prepare(jobs, NonZeroUsize::new(threads).unwrap())
    };
    let expected = signing.prepare(fixture.document.as_slice(), &fixture.at).unwrap().request();
    let mut group = criterion.benchmark_group("batch/pdf/10000x3KB");
    group.throughput(Throughput::Bytes((fixture.document.len() * DOCUMENTS) as u64)).sample_size(10);
    for threads in [1, 2] {
        let requests = run(threads).requests();
        assert!(requests.len() == DOCUMENTS && requests.iter().all(|request| *request == expected));
        group
            .bench_function(format!("{threads}-threads"), |bencher| bencher.iter(|| black_box(run(threads))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = pipeline, visible, public_key, batch
}
criterion_main!(benches);
