//! `kyso remote`, against the sandbox: from documents to signed documents, through everything that goes wrong.
#![cfg(all(feature = "cli", feature = "sandbox", unix))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "remote_cli/desk.rs"]
mod desk;
mod support;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use desk::{Desk, serial, signer_id, text, within};
use kyso::sandbox::{DropConnection, Faults, Settings};
use support::Judge;

/// A fault by its name, and how it is switched on.
type Trouble = (&'static str, fn(&mut Faults));

fn ready(desk: &Desk) {
    desk.put(&support::pdf("demo.pdf"), "contract.pdf");
    desk.put(&support::xml::xml("tt78-invoice.xml"), "invoice.xml");
}

/// PDF and XML in one transaction.
const SIGN: [&str; 14] = [
    "remote",
    "sign",
    "contract.pdf",
    "invoice.xml",
    "-o",
    "out",
    "--credential",
    "phone",
    "--reason",
    "Đồng ý",
    "--format",
    "tt78",
    "--signature-location",
    "DSCKS/NBan",
];

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn ended(child: Child) -> (i32, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap_or(-1), text(&output))
}

fn approving(faults: impl FnOnce(&mut Faults)) -> Desk {
    let mut settled = Faults::default();
    faults(&mut settled);
    let desk = Desk::with(Settings::new().auto_approve());
    ready(&desk);
    desk.sandbox.world().set_faults(settled).unwrap();
    desk
}

fn faults(set: impl FnOnce(&mut Faults)) -> Faults {
    let mut faults = Faults::default();
    set(&mut faults);
    faults
}

#[test]
fn pdf_and_xml_are_signed_in_one_transaction() {
    let desk = Desk::new();
    ready(&desk);
    let child = desk.spawn(&SIGN);
    desk.await_pending(1);
    let pending = desk.sandbox.world().pending();
    assert_eq!(pending[0].documents, ["contract.pdf", "invoice.xml"]);
    let [job] = desk.jobs("out").try_into().unwrap();
    assert_eq!(fs::metadata(&job).unwrap().permissions().mode() & 0o777, 0o600);
    let held = fs::read_to_string(&job).unwrap();
    let world = desk.sandbox.world();
    for secret in
        [world.relying_party().password.expose(), world.subscribers().next().unwrap().password.expose()]
    {
        assert!(!held.contains(secret));
    }
    assert_eq!(world.approve_all(), 1);
    let (code, text) = ended(child);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("waiting for the signer"), "{text}");
    assert_eq!(fs::read_dir(desk.path("out")).unwrap().count(), 2, "no state is left behind");
    for name in ["out/contract.pdf", "out/invoice.xml"] {
        desk.verify(name);
    }
    if Judge::Pdfsig.present() {
        assert_eq!(support::pdfsig_valid(&desk.path("out/contract.pdf"), ""), [true]);
    }
    if Judge::Openssl.present() {
        support::openssl_verify_pdf(&desk.path("out/contract.pdf"), &desk.root()).unwrap();
    }
    if Judge::Xmlsec1.present() {
        let issuer = desk.path("issuer.pem");
        let chain = fs::read_to_string(desk.chain()).unwrap();
        let begin = "-----BEGIN CERTIFICATE-----";
        fs::write(&issuer, begin.to_owned() + chain.split(begin).nth(2).unwrap()).unwrap();
        let mut xmlsec1 = Command::new("xmlsec1");
        xmlsec1.args(["--verify", "--enabled-key-data", "x509", "--trusted-pem"]).arg(desk.root());
        xmlsec1.arg("--untrusted-pem").arg(issuer);
        xmlsec1.args(["--id-attr:Id", "DLHDon", "--id-attr:Id", "Object", "out/invoice.xml"]);
        let output = xmlsec1.current_dir(desk.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", desk::text(&output));
    }
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn a_rejected_transaction_is_told_and_may_be_begun_again() {
    let desk = Desk::new();
    ready(&desk);
    let child = desk.spawn(&SIGN);
    desk.await_pending(1);
    let world = desk.sandbox.world();
    world.reject("vnpt", &world.pending()[0].transaction_id).unwrap();
    let (code, text) = ended(child);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("contract.pdf") && text.contains("--again"), "{text}");
    assert!(!desk.path("out/contract.pdf").exists());
    let [job] = desk.jobs("out").try_into().unwrap();
    let job = job.to_str().unwrap();

    // Going on with it asks nobody for anything.
    let (code, text) = desk.run(&["remote", "resume", job]);
    assert_eq!(code, 4, "{text}");
    assert_eq!(desk.sign_calls(), 1);

    world.set_auto_approve(true);
    let (code, text) = desk.run(&["remote", "resume", job, "--again"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(desk.sign_calls(), 2);
    desk.verify("out/contract.pdf");
    desk.verify("out/invoice.xml");
    assert!(desk.jobs("out").is_empty());
}

#[test]
fn a_killed_program_goes_on_by_asking() {
    let desk = Desk::new();
    ready(&desk);
    let mut child = desk.spawn(&SIGN);
    desk.await_pending(1);
    // Whether the answer was stored or not makes no difference.
    child.kill().unwrap();
    child.wait().unwrap();
    let [job] = desk.jobs("out").try_into().unwrap();
    let child = desk.spawn(&["remote", "resume", job.to_str().unwrap()]);
    thread::sleep(Duration::from_millis(300));
    let (code, text) = desk.run(&["remote", "resume", job.to_str().unwrap()]);
    assert_eq!(code, 5, "two must not work on one job: {text}");
    assert_eq!(desk.sandbox.world().approve_all(), 1);
    let (code, text) = ended(child);
    assert_eq!(code, 0, "{text}");
    desk.verify("out/contract.pdf");
    desk.verify("out/invoice.xml");
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn killed_at_any_moment_nothing_is_signed_twice_or_lost() {
    for step in 0..12 {
        let desk = Desk::with(Settings::new().auto_approve().faults(faults(|faults| {
            faults.delay_ms = 60;
            faults.every_call = true;
        })));
        ready(&desk);
        let mut child = desk.spawn(&SIGN);
        thread::sleep(Duration::from_millis(40 + step * 35));
        child.kill().unwrap();
        child.wait().unwrap();
        let jobs = desk.jobs("out");
        let before = desk.sign_calls();
        let Some(job) = jobs.first() else {
            // Killed before there was a job, or after it was done.
            let done = desk.path("out/contract.pdf").exists();
            assert_eq!(before, usize::from(done), "{step}");
            continue;
        };
        let job = job.to_str().unwrap();
        let (code, text) = desk.run(&["remote", "resume", job]);
        assert!(desk.sign_calls() <= 1, "{step}: {text}");
        match code {
            0 => {}
            // The request may not have arrived: nobody knows, and only a person may begin again.
            4 => {
                assert!(text.contains("--again"), "{step}: {text}");
                let (code, text) = desk.run(&["remote", "resume", job, "--again"]);
                assert_eq!(code, 0, "{step}: {text}");
            }
            _ => panic!("{step}: {code}: {text}"),
        }
        desk.verify("out/contract.pdf");
        desk.verify("out/invoice.xml");
        assert!(desk.jobs("out").is_empty());
    }
}

#[test]
fn ctrl_c_leaves_a_job_that_can_be_resumed() {
    let desk = Desk::new();
    ready(&desk);
    let child = desk.spawn(&SIGN);
    desk.await_pending(1);
    thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    let (code, text) = ended(child);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("0 of 2 signed; go on with `kyso remote resume "), "{text}");
    desk.sandbox.world().approve_all();
    let [job] = desk.jobs("out").try_into().unwrap();
    let (code, text) = desk.run(&["remote", "resume", job.to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn a_wrong_value_is_refused_and_written_nowhere() {
    let wrong: [Trouble; 4] = [
        ("wrong_key", |faults| faults.wrong_key = true),
        ("hash_of_hash", |faults| faults.hash_of_hash = true),
        ("no_digest_info", |faults| faults.no_digest_info = true),
        ("cms_instead_of_raw", |faults| faults.cms_instead_of_raw = true),
    ];
    for (name, set) in wrong {
        let desk = approving(set);
        let (code, text) = desk.run(&SIGN);
        assert_eq!(code, 4, "{name}: {text}");
        assert!(text.contains("the signer's value is refused"), "{name}: {text}");
        assert!(!desk.path("out/contract.pdf").exists() && !desk.path("out/invoice.xml").exists());
        desk.sandbox.world().set_faults(Faults::default()).unwrap();
        let [job] = desk.jobs("out").try_into().unwrap();
        let (code, text) = desk.run(&["remote", "resume", job.to_str().unwrap(), "--again"]);
        assert_eq!(code, 0, "{name}: {text}");
        desk.verify("out/contract.pdf");
    }
}

#[test]
fn part_of_a_batch_is_kept_and_the_rest_begun_again() {
    let desk = approving(|faults| faults.missing = true);
    let (code, text) = desk.run(&SIGN);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("1 of 2 signed"), "{text}");
    desk.sandbox.world().set_faults(Faults::default()).unwrap();
    let [job] = desk.jobs("out").try_into().unwrap();
    let (code, text) = desk.run(&["remote", "resume", job.to_str().unwrap(), "--again"]);
    assert_eq!(code, 0, "{text}");
    let documents: Vec<usize> =
        desk.sandbox.world().recent(10).iter().map(|pending| pending.documents.len()).collect();
    assert_eq!(documents.iter().sum::<usize>(), 3, "{documents:?}");
}

#[test]
fn broken_connections_and_errors_after_signing_end_in_signatures() {
    let faulty: [Trouble; 4] = [
        ("error_500_after_signing", |faults| faults.error_500_after_signing = true),
        ("drop_connection after", |faults| faults.drop_connection = DropConnection::After),
        ("crlf_in_base64", |faults| faults.crlf_in_base64 = true),
        ("reorder", |faults| faults.reorder = true),
    ];
    for (name, set) in faulty {
        let desk = approving(set);
        let (code, text) = desk.run(&SIGN);
        assert_eq!(code, 0, "{name}: {text}");
        assert_eq!(desk.sign_calls(), 1, "{name}: {text}");
        desk.verify("out/contract.pdf");
        desk.verify("out/invoice.xml");
    }
}

#[test]
fn what_does_not_fit_in_one_transaction_goes_in_several() {
    let desk = Desk::with(Settings::new().auto_approve());
    let mut arguments = vec!["remote", "sign", "-o", "out", "--credential", "pairs"];
    let names = ["1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf"];
    for name in names {
        desk.put(&support::pdf("demo.pdf"), name);
        arguments.push(name);
    }
    let (code, text) = desk.run(&arguments);
    assert_eq!(code, 0, "{text}");
    assert_eq!(desk.sign_calls(), 3);
    for name in names {
        desk.verify(&format!("out/{name}"));
    }
}

#[test]
fn password_and_seed_sign_without_people() {
    let desk = Desk::new();
    ready(&desk);
    let mut arguments = SIGN;
    arguments[7] = "codes";
    let (code, text) = desk.run(&arguments);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("warning: ") && text.contains("whoever reads both can sign"), "{text}");
    desk.verify("out/invoice.xml");
}

#[test]
fn all_systems_sign_and_values_in_another_order_find_their_documents() {
    let desk = Desk::with(Settings::new().auto_approve());
    ready(&desk);
    for service in ["rssp1", "rssp2", "efy", "csc1", "csc2"] {
        for (reorder, out) in [(false, "straight"), (true, "swapped")] {
            desk.sandbox.world().set_faults(faults(|faults| faults.reorder = reorder)).unwrap();
            let mut arguments = SIGN;
            (arguments[5], arguments[7]) = (out, service);
            let (code, text) = desk.run(&arguments);
            assert_eq!(code, 0, "{service}: {text}");
            let told = text.contains("came under the name of another document");
            assert_eq!(told, reorder, "{service}: {text}");
            desk.verify(&format!("{out}/contract.pdf"));
            desk.verify(&format!("{out}/invoice.xml"));
            fs::remove_dir_all(desk.path(out)).unwrap();
        }
    }
}

#[test]
fn values_may_be_carried_by_people() {
    use kyso::signer::{LocalKey, Signer as _};
    use std::io::Write as _;

    let desk = Desk::new();
    ready(&desk);
    let chain = support::key("rsa2048-chain.pem");
    let arguments = ["remote", "sign", "contract.pdf", "-o", "out", "--provider", "hand", "--cert"];
    let arguments: Vec<&str> = arguments.into_iter().chain([chain.to_str().unwrap()]).collect();
    let output = desk.kyso(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", text(&output));
    let requests: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let digest = requests["requests"][0]["digest_hex"].as_str().unwrap();
    let digest: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).unwrap()).collect();
    let sha256 = kyso::algorithm::DigestAlgorithm::Sha256;
    let digest = kyso::algorithm::Digest::from_bytes(sha256, &digest).unwrap();
    let key = LocalKey::from_pem(&fs::read(support::key("rsa2048-key.pem")).unwrap(), None).unwrap();
    let suite = kyso::algorithm::Suite::default_for(
        kyso::Chain::from_pem(&fs::read(&chain).unwrap()).unwrap().public_key(),
    );
    let value = key.sign(suite, kyso::algorithm::ToBeSigned::Digest(&digest)).unwrap();
    let value = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(value)
    };
    let [job] = desk.jobs("out").try_into().unwrap();
    let answer = serde_json::json!({ "values": [{ "document": "contract.pdf", "signature": value }] });
    let mut resume = desk.kyso(&["remote", "resume", job.to_str().unwrap()]);
    let mut child = resume.stdin(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.to_string().as_bytes()).unwrap();
    let (code, text) = ended(child);
    assert_eq!(code, 0, "{text}");
    let root = support::trust();
    let (code, text) = desk.run(&["verify", "out/contract.pdf", "--trust", root.to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_document_that_is_refused_does_not_hold_up_the_others() {
    let desk = Desk::with(Settings::new().auto_approve());
    ready(&desk);
    fs::write(desk.path("broken.xml"), "<a><b></a>").unwrap();
    let (code, text) =
        desk.run(&["remote", "sign", "contract.pdf", "broken.xml", "-o", "out", "--credential", "phone"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("broken.xml"), "{text}");
    desk.verify("out/contract.pdf");
    let (code, text) = desk.run(&["remote", "sign", "broken.xml", "-o", "out", "--credential", "phone"]);
    assert_eq!(code, 3, "{text}");
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn what_nobody_can_be_asked_for_is_said() {
    let desk = Desk::new();
    ready(&desk);
    let output = desk.kyso(&SIGN).env_remove("SP_PASSWORD").output().unwrap();
    let text = text(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("SP_PASSWORD is not set") && text.contains("service-password"), "{text}");
    assert_eq!(desk.sign_calls(), 0);
}

#[test]
fn a_wrong_pin_that_is_kept_is_given_once() {
    let desk = Desk::new();
    ready(&desk);
    let mut arguments = SIGN;
    arguments[7] = "efy";
    let run = |arguments: &[&str]| {
        let output = desk.kyso(arguments).env("PIN", "00000000").output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains("the pin in env:PIN is not given again"), "{said}");
        assert!(!said.contains("00000000"), "{said}");
    };
    run(&arguments);
    let job = desk.jobs("out").remove(0);
    for _ in 0..6 {
        run(&["remote", "resume", job.to_str().unwrap()]);
    }
    let journal = desk.sandbox.world().journal();
    assert_eq!(journal.iter().filter(|entry| entry.call.ends_with("signing/hash")).count(), 1);
}

#[test]
fn misuse_is_told_before_anything_is_sent() {
    let desk = Desk::new();
    ready(&desk);
    fs::create_dir(desk.path("other")).unwrap();
    desk.put(&support::pdf("demo.pdf"), "other/contract.pdf");
    let before = desk.sandbox.world().journal().len();
    for (arguments, expected) in [
        (vec!["contract.pdf", "other/contract.pdf", "-o", "out", "--credential", "phone"], "same name"),
        (vec!["contract.pdf", "-o", ".", "--credential", "phone"], "would replace"),
        (vec!["contract.pdf", "-o", "out"], "no default credential"),
        (vec!["contract.pdf", "-o", "out", "--credential", "nobody"], "nobody"),
        (vec!["contract.pdf", "-o", "out", "--credential", "phone", "--provider", "none"], "none"),
        (vec!["contract.pdf", "-o", "out", "--credential", "phone", "--node", "a"], "--node is for XML"),
        (vec!["invoice.xml", "-o", "out", "--credential", "phone", "--reason", "a"], "--reason is for PDF"),
        (vec!["contract.pdf", "-o", "out", "--credential", "phone", "--patience", "0"], "--patience"),
    ] {
        let arguments: Vec<&str> = ["remote", "sign"].into_iter().chain(arguments).collect();
        let (code, text) = desk.run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
    fs::write(desk.path("job.json"), "{}").unwrap();
    assert_eq!(desk.run(&["remote", "resume", "job.json"]).0, 2);
    assert_eq!(desk.run(&["remote", "resume", "none.json"]).0, 5);
    assert_eq!(desk.sandbox.world().journal().len(), before);
}

#[test]
fn certificates_are_listed() {
    let desk = Desk::new();
    let user = signer_id(&desk);
    let (code, text) = desk.run(&["remote", "certificates", "--provider", "phone", "--user", &user]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&serial(&desk)), "{text}");
    let (code, text) = desk.run(&[
        "remote",
        "certificates",
        "--provider",
        "phone",
        "--user",
        &user,
        "--serial",
        &serial(&desk),
        "--json",
    ]);
    assert_eq!(code, 0, "{text}");
    let json: serde_json::Value = serde_json::from_str(text.lines().next_back().unwrap()).unwrap();
    assert_eq!(json["certificates"].as_array().unwrap().len(), 1, "{text}");
    assert_eq!(json["certificates"][0]["credential"]["user_id"], user.as_str());
    let (code, text) = desk.run(&["remote", "certificates", "--provider", "phone", "--user", "000000000000"]);
    assert!(code != 0, "{text}");
    let (code, text) = desk.run(&["remote", "certificates", "--provider", "hand", "--user", &user]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("people carry its requests"), "{text}");
}

#[test]
fn a_call_of_the_service_finishes_a_job() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk::with(Settings::new().webhook(format!("http://{free}/hook")));
    ready(&desk);
    let child = desk.spawn(&SIGN);
    desk.await_pending(1);
    thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    assert_eq!(ended(child).0, 5);

    let address = free.to_string();
    let webhook = desk.spawn(&["remote", "webhook", "--listen", &address, "--state", "out"]);
    within("the webhook", || std::net::TcpStream::connect(free).is_ok());
    // Calls for nothing do nothing.
    for (body, status) in [
        ("{}", 400),
        ("no JSON", 400),
        (r#"{"transaction_id":"../../etc"}"#, 400),
        (r#"{"transaction_id":"none"}"#, 200),
    ] {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let answer = agent.post(format!("http://{free}/")).send(body).unwrap();
        assert_eq!(answer.status().as_u16(), status, "{body}");
    }
    assert!(!desk.path("out/contract.pdf").exists());
    desk.sandbox.world().approve_all();
    within("the job", || desk.jobs("out").is_empty());
    signal(&webhook, "-INT");
    let (code, text) = ended(webhook);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("all 2 documents are signed"), "{text}");
    desk.verify("out/contract.pdf");
    desk.verify("out/invoice.xml");
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn a_call_finishes_a_job_whose_next_poll_is_not_due() {
    let desk = Desk::new();
    ready(&desk);
    let config = desk.path("kyso.toml");
    let rare = fs::read_to_string(&config).unwrap().replace("poll-seconds = 1\n", "poll-seconds = 50\n");
    fs::write(config, rare).unwrap();
    let mut child = desk.spawn(&SIGN);
    desk.await_pending(1);
    thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = desk.spawn(&["remote", "webhook", "--listen", &free.to_string(), "--state", "out"]);
    within("the webhook", || std::net::TcpStream::connect(free).is_ok());
    let world = desk.sandbox.world();
    let polls = || world.journal().iter().filter(|entry| entry.call.ends_with("/status")).count();
    assert_eq!(polls(), 0);
    let body = format!(r#"{{"transaction_id":"{}"}}"#, world.pending()[0].transaction_id);
    ureq::post(format!("http://{free}/")).send(body).unwrap();
    // The first answer is that the signer has not decided: nobody else would ask again.
    within("a poll", || polls() > 0);
    assert_eq!(world.approve_all(), 1);
    within("the job", || desk.jobs("out").is_empty());
    signal(&webhook, "-INT");
    let (code, text) = ended(webhook);
    assert_eq!(code, 0, "{text}");
    desk.verify("out/contract.pdf");
    assert_eq!(desk.sign_calls(), 1);
}

#[test]
fn ctrl_c_while_it_signs_takes_the_authorisation_back() {
    let desk = Desk::new();
    ready(&desk);
    let world = desk.sandbox.world();
    world.set_faults(faults(|faults| faults.delay_ms = 600)).unwrap();
    let mut arguments = SIGN;
    arguments[7] = "rssp1";
    let child = desk.spawn(&arguments);
    let called = |call: &str| world.journal().iter().any(|entry| entry.call.ends_with(call));
    within("the authorisation", || called("credentials/authorize"));
    // Now `signHash` is out, and answered late.
    thread::sleep(Duration::from_millis(250));
    signal(&child, "-INT");
    let (code, text) = ended(child);
    assert_eq!(code, 0, "{text}");
    assert!(called("auth/revoke"), "{text}");
    desk.verify("out/contract.pdf");
}
