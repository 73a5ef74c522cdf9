//! The credential store from outside: many who change it at once, a full disk, a killed writer, files that
//! somebody else wrote.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use kyso::Fault;
use kyso::client::store::{Entry, Store, StoreError};
use kyso::remote::{Credential, FoundCertificate};
use serde_json::{Value, json};

/// Tells a child of this program what to do: the store, who it is, how many changes.
const WORK: &str = "KYSO_TEST_STORE_WORK";

/// A certificate for a name and a UID.
fn certificate(common_name: &str, uid: Option<&str>) -> Vec<u8> {
    let mut parameters = rcgen::CertificateParams::new([]).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    if let Some(uid) = uid {
        let kind = rcgen::DnType::CustomDnType(vec![0, 9, 2342, 19_200_300, 100, 1, 1]);
        parameters.distinguished_name.push(kind, uid);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    parameters.self_signed(&key).unwrap().der().to_vec()
}

fn found(der: &[u8]) -> FoundCertificate {
    let mut found = FoundCertificate::default();
    found.credential = Credential::new("012345678901");
    found.certificates = vec![der.to_vec()];
    found
}

/// The same for all entries: with services of different names they are different credentials.
fn entry(service: &str) -> Entry {
    static DER: OnceLock<Vec<u8>> = OnceLock::new();
    let der = DER.get_or_init(|| certificate("An", None));
    Entry::new(service, "012345678901", found(der)).unwrap()
}

/// Adds credentials, gives each another name, and makes each the default in its turn.
fn work(store: &Store, who: &str, changes: usize) {
    for number in 0..changes {
        let added = store.change(|contents| contents.add(entry(&format!("{who}-{number}")), None)).unwrap();
        let name = format!("{who} {number}");
        store
            .change(|contents| {
                contents.rename(&added.alias, &name)?;
                contents.set_default(Some(&name))
            })
            .unwrap();
    }
}

fn names(store: &Store) -> BTreeSet<String> {
    store.read().unwrap().entries().iter().map(|entry| entry.alias().to_owned()).collect()
}

fn expected(workers: usize, changes: usize) -> BTreeSet<String> {
    (0..workers).flat_map(|who| (0..changes).map(move |number| format!("w{who} {number}"))).collect()
}

/// What lies in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn only(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A child of this program that does what `child` below reads from the variable.
fn child(before: &str, store: &Path, who: &str, changes: usize) -> Child {
    let work = json!({ "store": store, "who": who, "changes": changes }).to_string();
    let program = std::env::current_exe().unwrap();
    let run = format!("{before} exec \"$0\" --exact a_child_works --nocapture");
    Command::new("sh")
        .args(["-c", &run])
        .arg(program)
        .env(WORK, work)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// No test by itself: what the children of other tests do.
#[test]
fn a_child_works() {
    let Ok(work_to_do) = std::env::var(WORK) else {
        assert!(std::env::var_os(WORK).is_none());
        return;
    };
    let told: Value = serde_json::from_str(&work_to_do).unwrap();
    let store = Store::at(told["store"].as_str().unwrap());
    let changes = usize::try_from(told["changes"].as_u64().unwrap()).unwrap();
    work(&store, told["who"].as_str().unwrap(), changes);
}

#[test]
fn threads_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store.json")).patience(Duration::from_secs(300));
    thread::scope(|scope| {
        for who in 0..8 {
            let store = &store;
            scope.spawn(move || work(store, &format!("w{who}"), 25));
        }
    });
    assert_eq!(names(&store), expected(8, 25));
    assert!(store.read().unwrap().default_entry().unwrap().alias().ends_with(" 24"));
    assert_eq!(files(folder.path()), only(&["store.json", "store.json.lock"]));
}

#[cfg(unix)]
#[test]
fn processes_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    // 25 × (add, rename and default): 50 changes each.
    let children: Vec<Child> = (0..8).map(|who| child("", &path, &format!("w{who}"), 25)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(names(&Store::at(&path)), expected(8, 25));
    assert_eq!(files(folder.path()), only(&["store.json", "store.json.lock"]));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/store.json");
    work(&Store::at(&path), "w", 1);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(mode(&path.with_file_name("store.json.lock")), 0o600);
    // One that somebody opened to others is closed when it is written next.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let link = folder.path().join("link.json");
    symlink(&path, &link).unwrap();
    work(&Store::at(&link), "v", 1);
    assert_eq!(mode(&path), 0o600);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(names(&Store::at(&path)), only(&["w 0", "v 0"]));
    assert_eq!(
        files(folder.path()),
        only(&["new", "link.json"]),
        "lock and temporary file lie where the store does"
    );
}

/// The store stays what it was, and the error says what happened.
#[track_caller]
fn unchanged_after(output: &std::process::Output, path: &Path, before: &[u8]) {
    let told =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{told}");
    assert!(told.contains("writing") && told.contains("Io {"), "{told}");
    assert_eq!(fs::read(path).unwrap(), before);
    assert_eq!(files(path.parent().unwrap()), only(&["store.json", "store.json.lock"]));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    work(&Store::at(&path), "w", 3);
    let before = fs::read(&path).unwrap();
    assert!(before.len() > 1024, "{} bytes", before.len());
    // Blocks of 512 bytes in a POSIX shell, of 1,024 in bash: less than there is either way.
    let output = child("trap '' XFSZ; ulimit -f 1;", &path, "v", 1).wait_with_output().unwrap();
    unchanged_after(&output, &path, &before);
    work(&Store::at(&path), "v", 1);
    assert_eq!(names(&Store::at(&path)).len(), 4);
}

/// A file system of 64 KiB, where mounting one is permitted.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "none"]).arg(at);
        let done = mount.stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let Some(tiny) = Tiny::mount(folder.path()) else {
        eprintln!("no file system may be mounted here: skipped");
        return;
    };
    let path = folder.path().join("store.json");
    let store = Store::at(&path);
    let mut full = None;
    for number in 0..1000 {
        let before = fs::read(&path).unwrap_or_default();
        let added = store.change(|contents| contents.add(entry(&format!("s{number}")), None));
        if let Err(error) = added {
            full = Some((error, before));
            break;
        }
    }
    let (error, before) = full.expect("64 KiB are not enough for 1,000 credentials");
    assert_eq!(error.fault(), Fault::Io);
    let StoreError::Io { doing, source, path: at } = error else { panic!("{error}") };
    assert_eq!(
        (doing, source.kind(), at.as_path()),
        ("writing", std::io::ErrorKind::StorageFull, path.as_path())
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(files(folder.path()), only(&["store.json", "store.json.lock"]));
    // Taking something out of it makes it shorter, which there may be room for once others make some.
    let count = store.read().unwrap().entries().len();
    assert!(count > 3, "{count}");
    drop(tiny);
}

#[cfg(unix)]
#[test]
fn a_killed_writer_leaves_a_whole_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let store = Store::at(&path);
    work(&store, "first", 1);
    let mut killed_with_work_done = 0;
    for round in 0..10 {
        let before = store.read().unwrap().entries().len();
        let mut child = child("", &path, &format!("r{round}"), 10_000);
        let began = Instant::now();
        // Somewhere in the middle of its work, each time at another moment.
        while store.read().unwrap().entries().len() < before + 3 && began.elapsed() < Duration::from_secs(60)
        {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(300 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let after = store.read().unwrap();
        killed_with_work_done += usize::from(after.entries().len() >= before + 3);
        // The lock went with the process, and what it left behind is in nobody's way.
        work(&store, &format!("after{round}"), 1);
        assert_eq!(store.read().unwrap().entries().len(), after.entries().len() + 1);
        assert_eq!(files(folder.path()), only(&["store.json", "store.json.lock"]));
    }
    assert_eq!(killed_with_work_done, 10);
}

#[test]
fn whoever_waits_too_long_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let store = Store::at(&path).patience(Duration::from_millis(50));
    let inner = store.clone();
    let outcome: Result<(), StoreError> = store.change(|_| {
        // Readers need not wait.
        assert_eq!(inner.read()?.entries().len(), 0);
        let error = inner.change(|contents| contents.add(entry("s"), None)).unwrap_err();
        assert!(matches!(&error, StoreError::Busy { path: at, .. } if *at == path), "{error}");
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(files(folder.path()), only(&["store.json.lock"]), "nothing changed, nothing is written");
}

#[test]
fn a_change_that_fails_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store.json"));
    work(&store, "w", 2);
    let before = fs::read(store.path()).unwrap();
    let failed: Result<(), StoreError> = store.change(|contents| {
        contents.remove("w 0")?;
        contents.remove("w 9").map(|_| ())
    });
    assert!(matches!(failed, Err(StoreError::NoEntry { name }) if name == "w 9"));
    assert_eq!(fs::read(store.path()).unwrap(), before);
}

/// A store of one credential, as JSON to be spoilt.
fn good() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store.json"));
    work(&store, "w", 1);
    serde_json::from_slice(&fs::read(store.path()).unwrap()).unwrap()
}

#[test]
fn damaged_files_are_errors_and_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.json");
    let store = Store::at(&path);
    let mut spoilt: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "EOF"),
        (b"[]".to_vec(), "expected struct"),
        (b"{\"version\":1}".to_vec(), "missing field `credentials`"),
        (b"{\"version\":1,\"credentials\":[]} x".to_vec(), "trailing characters"),
        (b"{\"version\":\"1\",\"credentials\":[]}".to_vec(), "expected u64"),
        (b"{\"version\":1,\"credentials\":[],\"more\":0}".to_vec(), "unknown field `more`"),
        (
            b"{\"version\":1,\"credentials\":[],\"default\":\"An\"}".to_vec(),
            "the default \"An\" is not there",
        ),
        (vec![0xFF; 100], ""),
        (b"[".repeat(100_000), ""),
        (format!("{{\"version\":1,\"credentials\":{}", "[".repeat(100_000)).into_bytes(), ""),
    ];
    let whole = serde_json::to_vec(&good()).unwrap();
    for length in (0..whole.len()).step_by(37) {
        spoilt.push((whole[..length].to_vec(), ""));
    }
    let mut spoil = |change: &dyn Fn(&mut Value), words: &'static str| {
        let mut value = good();
        change(&mut value);
        spoilt.push((serde_json::to_vec(&value).unwrap(), words));
    };
    spoil(&|value| value["credentials"][0]["alias"] = json!(3), "expected a string");
    spoil(&|value| value["credentials"][0]["alias"] = json!("a\nb"), "cannot be the name");
    spoil(&|value| value["credentials"][0]["alias"] = json!(" a"), "cannot be the name");
    spoil(&|value| value["credentials"][0]["certificates"] = json!([]), "1 to 20 certificates");
    spoil(&|value| value["credentials"][0]["certificates"] = json!(["!"]), "not base64");
    spoil(&|value| value["credentials"][0]["certificates"] = json!(["AAAA"]), "X.509");
    spoil(&|value| value["credentials"][0]["credential"]["scal"] = json!(999), "expected u8");
    spoil(
        &|value| value["credentials"][0]["secrets"] = json!({"pin": "hunter2"}),
        "a secret does not stand here",
    );
    spoil(&|value| value["credentials"][0]["secrets"] = json!("hunter2"), "expected");
    spoil(&|value| value["credentials"][0]["image"] = json!({"data": "?"}), "not base64");
    spoil(
        &|value| {
            let mut twin = value["credentials"][0].clone();
            twin["alias"] = json!("W 0");
            value["credentials"].as_array_mut().unwrap().push(twin);
        },
        "two credentials are called",
    );
    for (bytes, words) in spoilt {
        fs::write(&path, &bytes).unwrap();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        for error in
            [store.read().unwrap_err(), store.change(|contents| contents.add(entry("s"), None)).unwrap_err()]
        {
            assert!(matches!(error, StoreError::Damaged { .. }), "{shown}: {error}");
            assert!(error.to_string().contains(words), "{shown}: {error}");
            assert!(!format!("{error}{error:?}").contains("hunter2"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    fs::write(&path, serde_json::to_vec(&good()).unwrap()).unwrap();
    assert_eq!(names(&store), only(&["w 0"]));
}

#[test]
fn other_versions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store.json"));
    for (text, found) in [("{\"version\":2,\"entries\":{}}", 2), ("{\"version\":0}", 0)] {
        fs::write(store.path(), text).unwrap();
        let error = store.change(|contents| contents.set_default(None)).unwrap_err();
        assert_eq!(error.fault(), Fault::Unsupported);
        assert!(matches!(error, StoreError::Version { found: version, known: 1, .. } if version == found));
        assert_eq!(fs::read_to_string(store.path()).unwrap(), text);
    }
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Store::at(folder.path()).read(), Err(StoreError::NoFile { .. })));
    let huge = folder.path().join("huge.json");
    fs::File::create(&huge).unwrap().set_len((64 << 20) + 1).unwrap();
    assert!(matches!(Store::at(&huge).read(), Err(StoreError::TooLong { .. })));
    let under_a_file = Store::at(huge.join("store.json"));
    assert!(matches!(
        under_a_file.change(|contents| contents.add(entry("s"), None)),
        Err(StoreError::Io { .. })
    ));
    assert!(matches!(Store::at("/").read(), Err(StoreError::NoFile { .. })));
    let nowhere = Store::at("").change(|contents| contents.add(entry("s"), None));
    assert!(matches!(nowhere, Err(StoreError::Io { doing: "naming", .. })));
}

#[test]
fn the_subject_is_compared_with_whom_was_asked_for() {
    let entry = |uid: Option<&str>, id: &str| Entry::new("s", id, found(&certificate("An", uid))).unwrap();
    let cases = [
        (Some("CCCD:012345678901"), "012345678901", Some(true)),
        (Some("CCCD:012345678901"), "012345678902", Some(false)),
        (Some("MST:0100109106-998"), "0100109106-998", Some(true)),
        (Some("MST:0100109106-998"), "0100109106", Some(false)),
        (Some("CMND:012345678|MST:0100109106"), "0100109106", Some(true)),
        (Some("HC:B1234567"), "b1234567", Some(true)),
        (Some("no number"), "012345678901", None),
        (None, "012345678901", None),
        (Some("CCCD:012345678901"), "an.nguyen", None),
        (Some("CCCD:012345678901"), "3F2504E0-4F89-11D3-9A0C-0305E82C3301", None),
    ];
    for (uid, id, expected) in cases {
        assert_eq!(entry(uid, id).subject_has_id(), expected, "{uid:?} {id}");
    }
    let ids = entry(Some("CCCD: 012345678901"), "x").subject_ids();
    assert_eq!((ids[0].kind.as_str(), ids[0].number.as_str(), ids.len()), ("CCCD", "012345678901", 1));
}
