//! A thousand documents in batches, with two clients at once, while five of a hundred calls and
//! transactions go wrong: all of them are accounted for, and in the end all of them are signed.
#![cfg(all(feature = "cli", feature = "sandbox", unix))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_desk/mod.rs"]
mod desk;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use desk::{Desk, ended, side_by_side};
use kyso::sandbox::{DropConnection, Faults, Settings};

/// Documents with each service. A code of SmartCA TH is good for one transaction, and the next is half a
/// minute away: it gets one batch.
const SHARES: [(&str, usize); 6] =
    [("vnpt", 200), ("vnpt-th", 100), ("mobile-id", 250), ("efy", 250), ("csc", 150), ("csc-later", 50)];

/// Two faults at a time, one of the connection and one of the values, each for a moment, at five of a
/// hundred.
fn trouble(world: &kyso::sandbox::World, is_over: &AtomicBool) {
    let connection: [fn(&mut Faults); 5] = [
        |faults| faults.error_500_after_signing = true,
        |faults| (faults.drop_connection, faults.every_call) = (DropConnection::Before, true),
        |faults| (faults.drop_connection, faults.every_call) = (DropConnection::After, true),
        |faults| faults.drop_connection = DropConnection::After,
        |faults| faults.delay_ms = 300,
    ];
    let values: [fn(&mut Faults); 7] = [
        |faults| faults.missing = true,
        |faults| faults.wrong_key = true,
        |faults| faults.hash_of_hash = true,
        |faults| faults.reorder = true,
        |faults| faults.no_digest_info = true,
        |faults| faults.cms_instead_of_raw = true,
        |faults| faults.crlf_in_base64 = true,
    ];
    for round in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let mut faults = Faults::default();
        connection[round % connection.len()](&mut faults);
        values[round % values.len()](&mut faults);
        (faults.rate, faults.seed) = (0.05, round as u64);
        world.set_faults(faults).unwrap();
        thread::sleep(Duration::from_millis(150));
    }
    world.set_faults(Faults::default()).unwrap();
}

fn state(service: &str) -> String {
    format!("{service}.job.json")
}

/// What a job says of its documents: by name.
fn fates(job: &Path) -> BTreeMap<String, String> {
    let job: serde_json::Value = serde_json::from_slice(&fs::read(job).unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let documents = job["documents"].as_array().unwrap().iter();
    documents.map(|document| (text(&document["id"]), text(&document["fate"]["is"]))).collect()
}

#[test]
fn a_thousand_documents_with_faults_are_all_accounted_for() {
    let began = Instant::now();
    let desk = Desk::with(Settings::new().auto_approve(), 10);
    let all: Vec<(&str, Vec<String>)> =
        SHARES.iter().map(|(service, count)| (*service, desk.put_many(service, *count))).collect();
    let total: usize = all.iter().map(|(_, papers)| papers.len()).sum();
    assert_eq!(total, 1000);

    // With faults, two clients at a time.
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| trouble(desk.sandbox.world(), &is_over));
        let signing = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            side_by_side(2, &all, |(service, papers)| {
                let run = ended(desk.sign_many(service, papers).spawn().unwrap());
                assert!(matches!(run.code, 0 | 4 | 5), "{service}: {}", run.text);
                let is_left = desk.path(&state(service)).exists();
                assert_eq!(run.code != 0, is_left, "{service}: {}", run.text);
                assert_eq!(run.code != 0, run.text.contains("kyso remote resume"), "{service}: {}", run.text);
            });
        }));
        is_over.store(true, Ordering::Relaxed);
        signing.unwrap();
    });
    println!("with faults: {:.1} s", began.elapsed().as_secs_f32());
    assert_eq!(desk.most_signed(), 1, "signed twice in one transaction");

    // Every document is signed, refused for a reason, or can be gone on with.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut jobs: Vec<(&str, PathBuf)> = Vec::new();
    let mut signed: Vec<PathBuf> = Vec::new();
    for (service, papers) in &all {
        let job = desk.path(&state(service));
        let out = |name: &String| desk.path(&format!("out-{service}/{name}"));
        let told = if job.exists() { fates(&job) } else { BTreeMap::new() };
        for name in papers {
            let fate = told.get(name).map_or("signed", String::as_str);
            assert_eq!(fate == "signed", out(name).exists(), "{name} is {fate}");
            signed.extend((fate == "signed").then(|| out(name)));
            *counts.entry(fate.to_owned()).or_default() += 1;
        }
        if job.exists() {
            assert_eq!(told.len(), papers.len(), "{service}");
            jobs.push((service, job));
        }
    }
    println!("with faults: {counts:?}");
    let known = ["signed", "refused", "rejected", "missing", "failed", "waiting", "value"];
    assert!(counts.keys().all(|fate| known.contains(&fate.as_str())), "{counts:?}");
    assert_eq!(counts.values().sum::<usize>(), 1000);
    let broken = desk.sandbox.world().journal();
    let broken = broken.iter().filter(|entry| entry.status.is_none_or(|status| status == 500)).count();
    assert!(broken > 0 || counts["signed"] < 1000, "nothing went wrong");
    side_by_side(2, &signed, |path| desk.judge(path));

    // Without: what was never sent, and what can be asked for; then what needs another transaction.
    side_by_side(2, &jobs, |(service, job)| {
        let mut run = desk.resume(job, false);
        let mut rounds = 0;
        while run.code != 0 {
            rounds += 1;
            assert!(rounds <= 3, "{service}: {}", run.text);
            assert!(run.code != 4 || run.text.contains("--again`"), "{service}: {}", run.text);
            run = desk.resume(job, true);
        }
        assert!(!job.exists(), "{service}: {}", run.text);
    });
    println!("resumed: {:.1} s", began.elapsed().as_secs_f32());
    let mut rest = Vec::new();
    for (service, papers) in &all {
        let paths = papers.iter().map(|name| desk.path(&format!("out-{service}/{name}")));
        rest.extend(paths.filter(|path| !signed.contains(path)));
    }
    side_by_side(2, &rest, |path| desk.judge(path));
    // Nothing was asked for that nobody wanted.
    let signatures = desk.sandbox.world().signatures();
    assert_eq!(signatures.len(), 1000);
    let twice = signatures.iter().filter(|(_, count)| *count > 1).count();
    println!("all signed, {twice} of them twice: {:.1} s", began.elapsed().as_secs_f32());
    assert!(twice <= rest.len(), "{twice} > {}", rest.len());
}
