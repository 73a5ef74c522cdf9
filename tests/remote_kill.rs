//! The client killed at every step, and stopped with Ctrl-C: what it left can be finished, and nothing is
//! signed twice in one transaction.
#![cfg(all(feature = "cli", feature = "sandbox", unix))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_desk/mod.rs"]
mod desk;

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use desk::{Deed, Desk, Ended, SERVICES, ended, side_by_side, within};
use kyso::sandbox::Settings;

/// Where the client is killed. To whoever comes after it all other moments look like one of these: what is
/// on its disk and what the service has seen are the same.
const DEEDS: [Deed; 3] = [
    // Between storing the state and the request's arrival.
    Deed::SilenceBefore,
    // Between the service's acting and the answer's being stored.
    Deed::SilenceAfter,
    // Around the storing of the answer.
    Deed::Tell,
];

/// Kills the client, and lets the service act on what it sent before.
fn kill(desk: &Desk, mut child: Child) {
    // SIGKILL, on Unix.
    child.kill().unwrap();
    child.wait().unwrap();
    desk.wire.settle();
}

/// The paths that an undisturbed run asks for.
fn undisturbed(service: &str) -> Vec<String> {
    let desk = Desk::approving();
    desk.put_papers();
    let run = ended(desk.sign(service).spawn().unwrap());
    assert_eq!(run.code, 0, "{service}: {}", run.text);
    assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"));
    assert_eq!((desk.most_signed(), desk.sandbox.world().signatures().len()), (1, 2), "{service}");
    desk.wire.seen()
}

/// Kills the client at the request of this number, and goes on with what it left.
fn one(service: &str, deed: Deed, at: usize) -> String {
    let began = Instant::now();
    let desk = Desk::approving();
    desk.put_papers();
    desk.wire.rule(move |number, _| if number == at { deed } else { Deed::Pass });
    let mut child = desk.sign(service).spawn().unwrap();
    let mut is_over = false;
    within("the request", || {
        is_over = child.try_wait().unwrap().is_some();
        is_over || desk.wire.is_reached()
    });
    kill(&desk, child);
    let seen = desk.wire.seen();
    let name = format!("{service}, {deed:?} at {at} ({})", seen.last().unwrap());
    desk.wire.pass();

    assert!(desk.most_signed() <= 1, "{name}: signed twice in one transaction");
    let Some(job) = desk.jobs("out").pop() else {
        // It was faster than the signal.
        assert!(is_over || deed == Deed::Tell, "{name}: a document is lost");
        assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"), "{name}");
        return format!("{name}: done");
    };
    let mut last = desk.resume(&job, false);
    assert!(desk.most_signed() <= 1, "{name}: resume signed again: {}", last.text);
    let mut how = "resumed";
    if last.code == 5 {
        // SmartCA TH has what a code opened, and waits for a confirmation that may yet arrive.
        let never_arrived = deed == Deed::SilenceBefore && seen.last().unwrap().ends_with("/confirm");
        assert!(never_arrived || deed == Deed::Tell, "{name}: {}", last.text);
        assert!(last.text.contains("contract.pdf: waits for the signer"), "{name}: {}", last.text);
        assert_eq!(desk.most_signed(), 0, "{name}: {}", last.text);
        after_five_minutes(&job);
        last = desk.resume(&job, false);
    }
    if last.code != 0 {
        assert_eq!(last.code, 4, "{name}: {}", last.text);
        assert_unknown(&name, &last);
        // Asking could not tell; what may have signed is the one request that was under way.
        let under_way = desk::may_sign(service, seen.last().unwrap());
        assert!(under_way || deed == Deed::Tell, "{name}: {}", last.text);
        let before = desk.most_signed();
        assert!(before == 0 || deed != Deed::SilenceBefore, "{name}: {}", last.text);
        last = desk.resume(&job, true);
        how = "again";
        assert!(desk.most_signed() <= before + 1, "{name}: {}", last.text);
    }
    assert_eq!(last.code, 0, "{name}: {}", last.text);
    assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"), "{name}");
    assert!(desk.jobs("out").is_empty(), "{name}: {}", last.text);
    format!("{name}: {how}; {:.1} s", began.elapsed().as_secs_f32())
}

/// Lets a job of SmartCA TH be as old as its SAD may become.
fn after_five_minutes(job: &Path) {
    // As text: the states in it are as they are, to the byte.
    let text = fs::read_to_string(job).unwrap();
    let name = "\"sad_expires_at\":";
    let (before, rest) = text.split_once(name).unwrap();
    let end = rest.find(|one: char| !one.is_ascii_digit()).unwrap();
    let aged = rest[..end].parse::<i64>().unwrap() - 330_000;
    fs::write(job, format!("{before}{name}{aged}{}", &rest[end..])).unwrap();
}

/// What became of it is unknown, and what may be done about that is said.
fn assert_unknown(name: &str, ended: &Ended) {
    for phrase in ["contract.pdf: what became of it is unknown", "invoice.xml: ", "--again`", "0 of 2 signed"]
    {
        assert!(ended.text.contains(phrase), "{name}: {phrase:?} is not in: {}", ended.text);
    }
}

#[test]
fn killed_at_every_step() {
    let mut cases = Vec::new();
    for service in SERVICES {
        let seen = undisturbed(service);
        println!("{service}: {seen:?}");
        for at in 0..seen.len() {
            cases.extend(DEEDS.map(|deed| (service, deed, at)));
        }
    }
    // A second code of a generator is half a minute away.
    cases.sort_by_key(|(service, ..)| *service != "vnpt-th");
    side_by_side(10, &cases, |(service, deed, at)| println!("{}", one(service, *deed, *at)));
}

/// Whoever goes on with a job may be killed as well.
#[test]
fn killed_again_and_again_while_it_is_resumed() {
    // The request that the first client dies over, by its end.
    let cases = [("vnpt", "/signatures/sign"), ("vnpt-th", "/confirm"), ("csc-later", "/signPolling")];
    side_by_side(3, &cases, |(service, end)| {
        let (service, end) = (*service, *end);
        let desk = Desk::approving();
        desk.put_papers();
        desk.wire.rule(move |_, path| if path.ends_with(end) { Deed::SilenceAfter } else { Deed::Pass });
        let child = desk.sign(service).spawn().unwrap();
        within("the request", || desk.wire.is_reached());
        kill(&desk, child);
        let [job] = desk.jobs("out").try_into().unwrap();
        for (number, deed) in [(0, Deed::SilenceBefore), (0, Deed::SilenceAfter), (1, Deed::SilenceAfter)] {
            desk.wire.rule(move |at, _| if at == number { deed } else { Deed::Pass });
            let mut child = desk.kyso(&["remote", "resume", job.to_str().unwrap()]).spawn().unwrap();
            within("the request", || desk.wire.is_reached() || child.try_wait().unwrap().is_some());
            kill(&desk, child);
            assert!(desk.most_signed() <= 1, "{service}");
        }
        desk.wire.pass();
        // The last one may have come to the end before its second request.
        if job.exists() {
            let last = desk.resume(&job, false);
            assert_eq!(last.code, 0, "{service}: {}", last.text);
        }
        assert_eq!(desk.most_signed(), 1, "{service}");
        assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"), "{service}");
        assert!(desk.jobs("out").is_empty(), "{service}");
    });
}

#[test]
fn killed_while_it_waits_for_the_phone() {
    let desk = Desk::with(Settings::new(), 10);
    desk.put_papers();
    let child = desk.sign("vnpt").spawn().unwrap();
    within("the phone", || !desk.sandbox.world().pending().is_empty());
    kill(&desk, child);
    let [job] = desk.jobs("out").try_into().unwrap();
    let world = desk.sandbox.world();
    world.reject("vnpt", &world.pending()[0].transaction_id).unwrap();
    let resumed = desk.resume(&job, false);
    assert_eq!(resumed.code, 4, "{}", resumed.text);
    assert!(resumed.text.contains("contract.pdf: rejected"), "{}", resumed.text);
    assert_eq!(desk.most_signed(), 0);
    world.set_auto_approve(true);
    let again = desk.resume(&job, true);
    assert_eq!((again.code, desk.most_signed()), (0, 1), "{}", again.text);
    assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"));
}

#[test]
fn stopped_with_ctrl_c_while_it_waits_for_the_phone() {
    let desk = Desk::with(Settings::new(), 10);
    desk.put_papers();
    let child = desk.sign("vnpt").spawn().unwrap();
    within("the phone", || !desk.sandbox.world().pending().is_empty());
    // Whether the answer to `sign` has come does not matter.
    std::thread::sleep(Duration::from_millis(200));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let stopped = ended(child);
    assert_eq!(stopped.code, 5, "{}", stopped.text);
    assert!(stopped.text.contains("0 of 2 signed; go on with `kyso remote resume "), "{}", stopped.text);
    assert!(!stopped.text.contains("--again"), "{}", stopped.text);
    desk.sandbox.world().approve_all();
    let [job] = desk.jobs("out").try_into().unwrap();
    let resumed = desk.resume(&job, false);
    assert_eq!((resumed.code, desk.most_signed()), (0, 1), "{}", resumed.text);
    assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"));
}

/// Ctrl-C at each request: the client ends in good order, with the same promises.
#[test]
fn stopped_with_ctrl_c_at_every_step() {
    let mut cases = Vec::new();
    for service in ["vnpt", "mobile-id", "efy", "csc-later"] {
        cases.extend((0..7).map(|at| (service, at)));
    }
    side_by_side(6, &cases, |(service, at)| {
        let (service, at) = (*service, *at);
        let desk = Desk::approving();
        desk.put_papers();
        let late = Deed::Late(Duration::from_millis(400));
        desk.wire.rule(move |number, _| if number == at { late } else { Deed::Pass });
        let mut child = desk.sign(service).spawn().unwrap();
        let mut is_over = false;
        within("the request", || {
            is_over = child.try_wait().unwrap().is_some();
            is_over || desk.wire.seen().len() > at
        });
        if !is_over {
            assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        }
        let stopped = ended(child);
        let name = format!("{service} at {at}: {}", stopped.text);
        assert!(desk.most_signed() <= 1, "{name}");
        if let Some(job) = desk.jobs("out").pop() {
            assert!(stopped.code == 5 && stopped.text.contains("kyso remote resume"), "{name}");
            // An answer that came was stored: nothing is in doubt.
            assert!(!stopped.text.contains("--again"), "{name}");
            let resumed = desk.resume(&job, false);
            assert_eq!((resumed.code, desk.most_signed()), (0, 1), "{name}: {}", resumed.text);
        } else {
            assert_eq!(stopped.code, 0, "{name}");
        }
        assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"), "{name}");
    });
}

/// Twelve documents in several calls that sign: the client is killed at each of those, and what had its
/// value before is not signed again.
#[test]
fn killed_between_the_parts_of_a_batch() {
    const PAPERS: usize = 12;
    let mut cases = Vec::new();
    for (service, part) in [("vnpt", 10), ("mobile-id", 10), ("efy", 5), ("csc", 5)] {
        let desk = Desk::approving();
        let papers = desk.put_many(service, PAPERS);
        let run = ended(desk.sign_many(service, &papers).spawn().unwrap());
        assert_eq!(run.code, 0, "{service}: {}", run.text);
        let seen = desk.wire.seen();
        let signing = seen.iter().enumerate().filter(|(_, path)| desk::may_sign(service, path));
        let signing: Vec<usize> = signing.map(|(at, _)| at).collect();
        assert_eq!(signing.len(), PAPERS.div_ceil(part), "{service}: {seen:?}");
        for (number, at) in signing.into_iter().enumerate() {
            let parts = (number * part, part.min(PAPERS - number * part));
            cases.push((service, Deed::SilenceBefore, at, parts));
            cases.push((service, Deed::SilenceAfter, at, parts));
        }
    }
    side_by_side(6, &cases, |(service, deed, at, (done, part))| {
        let (service, deed, at) = (*service, *deed, *at);
        let name = format!("{service}, {deed:?} at {at}");
        let desk = Desk::approving();
        let papers = desk.put_many(service, PAPERS);
        desk.wire.rule(move |number, _| if number == at { deed } else { Deed::Pass });
        let child = desk.sign_many(service, &papers).spawn().unwrap();
        within("the request", || desk.wire.is_reached());
        kill(&desk, child);
        desk.wire.pass();
        let job = desk.path(&format!("{service}.job.json"));
        let mut last = desk.resume(&job, false);
        assert!(desk.most_signed() <= 1, "{name}: {}", last.text);
        let count = |text: &str, words: &str| text.matches(words).count();
        if last.code != 0 {
            assert_eq!(last.code, 4, "{name}: {}", last.text);
            // Those that were under way are in doubt, and no others.
            let unknown = count(&last.text, ": what became of it is unknown: ");
            assert_eq!(unknown, *part, "{name}: {}", last.text);
            assert!(!last.text.contains("rejected: "), "{name}: {}", last.text);
            let signed = PAPERS - unknown - count(&last.text, ": not signed: ");
            assert!(signed >= *done, "{name}: {}", last.text);
            assert!(last.text.contains(&format!("{signed} of 12 signed")), "{name}: {}", last.text);
            last = desk.resume(&job, true);
            assert_eq!(count(&last.text, "the signer may pay twice"), *part, "{name}: {}", last.text);
        }
        assert_eq!(last.code, 0, "{name}: {}", last.text);
        for paper in &papers {
            assert!(desk.is_signed(&format!("out-{service}/{paper}")), "{name}: {paper}");
        }
        let twice = desk.sandbox.world().signatures().iter().filter(|(_, count)| *count > 1).count();
        let expected = if deed == Deed::SilenceAfter && service != "vnpt" { *part } else { 0 };
        assert_eq!(twice, expected, "{name}: {}", last.text);
    });
}
