//! Every fault of the sandbox with every service, through the program as people run it, a PDF and an
//! invoice together: nothing is lost, signed twice in one transaction, or given a wrong value.
#![cfg(all(feature = "cli", feature = "sandbox", unix))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_desk/mod.rs"]
mod desk;
#[path = "remote_faults/expected.rs"]
mod expected;
#[path = "remote_faults/judged.rs"]
mod judged;
mod support;

use std::time::{Duration, Instant};

use desk::{Deed, Desk, SERVICES, ended, side_by_side};
use expected::{Expected, expected};
use kyso::sandbox::{DropConnection, Faults, Settings};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Every answer comes after the client's patience.
    Slow,
    /// The answer to the call that signs does.
    SlowSigning,
    Error500,
    DropBefore,
    DropAfter,
    /// All connections break, those of logins and questions too.
    DropEveryBefore,
    DropEveryAfter,
    Reorder,
    Missing,
    WrongKey,
    HashOfHash,
    NoDigestInfo,
    Cms,
    Crlf,
}

impl Fault {
    const ALL: [Self; 14] = [
        Self::Slow,
        Self::SlowSigning,
        Self::Error500,
        Self::DropBefore,
        Self::DropAfter,
        Self::DropEveryBefore,
        Self::DropEveryAfter,
        Self::Reorder,
        Self::Missing,
        Self::WrongKey,
        Self::HashOfHash,
        Self::NoDigestInfo,
        Self::Cms,
        Self::Crlf,
    ];

    fn set(self, faults: &mut Faults) {
        match self {
            Self::Slow => (faults.delay_ms, faults.every_call) = (1600, true),
            Self::SlowSigning => {}
            Self::Error500 => faults.error_500_after_signing = true,
            Self::DropBefore => faults.drop_connection = DropConnection::Before,
            Self::DropAfter => faults.drop_connection = DropConnection::After,
            Self::DropEveryBefore => {
                (faults.drop_connection, faults.every_call) = (DropConnection::Before, true);
            }
            Self::DropEveryAfter => {
                (faults.drop_connection, faults.every_call) = (DropConnection::After, true);
            }
            Self::Reorder => faults.reorder = true,
            Self::Missing => faults.missing = true,
            Self::WrongKey => faults.wrong_key = true,
            Self::HashOfHash => faults.hash_of_hash = true,
            Self::NoDigestInfo => faults.no_digest_info = true,
            Self::Cms => faults.cms_instead_of_raw = true,
            Self::Crlf => faults.crlf_in_base64 = true,
        }
    }

    const fn is_slow(self) -> bool {
        matches!(self, Self::Slow | Self::SlowSigning)
    }
}

/// What became of one case, in one line.
fn one(service: &'static str, fault: Fault) -> String {
    let began = Instant::now();
    let name = format!("{service} {fault:?}");
    let desk = Desk::with(Settings::new().auto_approve(), if fault.is_slow() { 1 } else { 10 });
    desk.put_papers();
    desk.faults(|faults| fault.set(faults));
    if fault == Fault::SlowSigning {
        let late = Deed::Late(Duration::from_millis(1600));
        desk.wire.rule(move |_, path| if desk::may_sign(service, path) { late } else { Deed::Pass });
    }

    // With the fault.
    let first = ended(desk.sign(service).spawn().unwrap());
    let expected = expected(service, fault);
    assert_eq!(first.code, expected.code(), "{name}: {expected:?}: {}", first.text);
    assert!(desk.most_signed() <= 1, "{name}: signed twice in one transaction: {}", first.text);
    let signed = ["contract.pdf", "invoice.xml"].map(|paper| desk.is_signed(&format!("out/{paper}")));
    for phrase in expected.phrases() {
        assert!(first.text.contains(phrase), "{name}: {phrase:?} is not in: {}", first.text);
    }
    let asks_again = first.text.contains("the service is asked again");
    assert!(asks_again || !expected.asks_again(fault), "{name}: {}", first.text);
    let Some(job) = desk.jobs("out").pop() else {
        assert_eq!((first.code, signed), (0, [true, true]), "{name}: a document is lost: {}", first.text);
        return format!("{name}: signed; {:.1} s", began.elapsed().as_secs_f32());
    };
    assert_ne!(first.code, 0, "{name}: {}", first.text);
    for (paper, is_signed) in ["contract.pdf", "invoice.xml"].into_iter().zip(signed) {
        let told = first.text.contains(&format!("{paper}: "));
        assert_eq!(told, !is_signed, "{name}: what became of {paper} is not told: {}", first.text);
    }
    assert!(first.text.contains("go on with `kyso remote resume "), "{name}: {}", first.text);
    let count = signed.iter().filter(|is_signed| **is_signed).count();
    assert!(first.text.contains(&format!("{count} of 2 signed")), "{name}: {}", first.text);

    // Without it: asking brings what can be had.
    desk.faults(|_| {});
    desk.wire.pass();
    let mut again = 0;
    let mut last = desk.resume(&job, false);
    assert!(desk.most_signed() <= 1, "{name}: resume signed again: {}", last.text);
    while job.exists() {
        assert!(last.code == 4 && last.text.contains("--again"), "{name}: {}: {}", last.code, last.text);
        again += 1;
        assert!(again <= 2, "{name}: {}", last.text);
        last = desk.resume(&job, true);
        assert!(desk.most_signed() <= 1 + again, "{name}: {}", last.text);
    }
    assert_eq!(last.code, 0, "{name}: {}", last.text);
    assert_eq!(again, u32::from(expected.needs_another()), "{name}: {}", first.text);
    assert!(desk.is_signed("out/contract.pdf") && desk.is_signed("out/invoice.xml"), "{name}");
    assert!(desk.jobs("out").is_empty(), "{name}");
    let how = match expected {
        Expected::Signed(_) => "signed",
        Expected::Resumable(_) => "resumable",
        Expected::Again(_) | Expected::Unknown(_) => "again",
    };
    format!("{name}: {how}; {:.1} s", began.elapsed().as_secs_f32())
}

#[test]
fn every_fault_with_every_service() {
    let mut cases = Vec::new();
    // What takes longest comes first.
    for fault in Fault::ALL {
        for service in SERVICES {
            cases.push((service, fault));
        }
    }
    cases.sort_by_key(|(service, fault)| (*service != "vnpt-th", !fault.is_slow()));
    side_by_side(16, &cases, |(service, fault)| println!("{}", one(service, *fault)));
}
