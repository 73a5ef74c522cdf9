//! Saving leaves the whole document or nothing, whatever happens meanwhile.
#![cfg(feature = "signer")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod signing;
mod support;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sha2::Digest as _;
use signing::{Shrunk, identity};

/// Tells the child, which is this program again, in what folder to work.
const FOLDER: &str = "KYSO_TEST_SAVE_FOLDER";

/// A document of some MB, so that writing it takes a while: a small one behind a long comment.
fn large() -> Vec<u8> {
    let mut document = fs::read(support::pdf("minimal.pdf")).unwrap();
    let mut comment = b"\n%".to_vec();
    comment.resize(2 << 20, b'x');
    let startxref = support::naive::find(&document, b"startxref", 0).unwrap();
    comment.push(b'\n');
    document.splice(startxref..startxref, comment);
    document
}

fn signed_as(document: &Path, reason: &str) -> signing::Signed<Arc<File>> {
    let identity = identity("p256");
    let source = Arc::new(File::open(document).unwrap());
    identity.sign_as(&identity.signing().reason(reason), source).unwrap()
}

fn fingerprint(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}

/// What is in the folder but the names given.
fn strangers(folder: &Path, known: &[&str]) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !known.contains(&name.as_str())).collect()
}

/// Not a test: what the child of the next one does until it is killed.
#[test]
#[ignore = "started by a_kill_at_any_moment_leaves_nothing_or_the_whole"]
fn child_saves_without_end() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    let variants = ["first", "second"].map(|reason| signed_as(&folder.join("in.pdf"), reason));
    fs::write(folder.join("ready"), b"").unwrap();
    loop {
        for signed in &variants {
            signed.save(folder.join("out.pdf")).unwrap();
        }
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_leaves_nothing_or_the_whole() {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = tempfile::tempdir().unwrap();
    let [input, out, ready] = ["in.pdf", "out.pdf", "ready"].map(|name| folder.path().join(name));
    fs::write(&input, large()).unwrap();
    let old = b"what was there before".to_vec();
    let mut whole: Vec<_> =
        ["first", "second"].map(|reason| fingerprint(&signed_as(&input, reason).to_bytes().unwrap())).into();
    let (mut seen_old, mut seen_new) = (0, 0);
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..40 {
        let _ = fs::remove_file(&ready);
        let had_old = round % 2 == 0;
        if had_old {
            fs::write(&out, &old).unwrap();
        } else {
            let _ = fs::remove_file(&out);
        }
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_saves_without_end", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut child = Killed(child);
        let start = Instant::now();
        while !ready.exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "the child does not begin");
            thread::sleep(Duration::from_millis(1));
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_micros((random >> 33) % 20_000));
        child.0.kill().unwrap();
        let status = child.0.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "the child ended by itself: {status}");
        match fs::read(&out) {
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
                assert!(!had_old, "round {round}: what was there is gone");
                seen_old += 1;
            }
            Ok(bytes) if bytes == old => {
                assert!(had_old);
                seen_old += 1;
            }
            Ok(bytes) => {
                assert!(
                    whole.contains(&fingerprint(&bytes)),
                    "round {round}: {} bytes are no document",
                    bytes.len()
                );
                seen_new += 1;
            }
        }
        assert_eq!(fs::metadata(&input).unwrap().len(), large_len(), "the input is untouched");
    }
    println!("killed 40 times: {seen_old} before the first output, {seen_new} after");
    assert_eq!(seen_old + seen_new, 40);
    // What killed processes left does not stand in the way of the next.
    let signed = signed_as(&input, "first");
    signed.save(&out).unwrap();
    assert_eq!(fingerprint(&fs::read(&out).unwrap()), whole.remove(0));
}

fn large_len() -> u64 {
    static LENGTH: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *LENGTH.get_or_init(|| large().len() as u64)
}

#[test]
fn the_output_may_be_the_input_and_saving_twice_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contract.pdf");
    fs::copy(support::pdf("minimal.pdf"), &path).unwrap();
    let signed = signed_as(&path, "Đồng ý");
    let expected = signed.to_bytes().unwrap();
    signed.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), expected);
    // The open file is still the input: the new one took its name only.
    signed.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), expected);
    signed.save(folder.path().join("copy.pdf")).unwrap();
    assert_eq!(fs::read(folder.path().join("copy.pdf")).unwrap(), expected);
    assert!(strangers(folder.path(), &["contract.pdf", "copy.pdf"]).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let signed = signed_as(&support::pdf("minimal.pdf"), "x");
    let missing = folder.path().join("missing");
    let error = signed.save(missing.join("out.pdf")).unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::NotFound);
    assert!(!missing.exists());
    // A folder stands where the file should.
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(signed.save(&taken).is_err());
    assert!(strangers(&taken, &[]).is_empty());
    assert!(strangers(folder.path(), &["taken"]).is_empty(), "{:?}", strangers(folder.path(), &["taken"]));
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("out.pdf"), b"old").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let superuser = File::create(closed.join("probe")).is_ok();
    let signed = signed_as(&support::pdf("minimal.pdf"), "x");
    let outcome = signed.save(closed.join("out.pdf"));
    if superuser {
        // Whom permissions do not stop can write.
        outcome.unwrap();
    } else {
        assert_eq!(outcome.unwrap_err().source.kind(), std::io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(closed.join("out.pdf")).unwrap(), b"old");
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(strangers(&closed, &["out.pdf", "probe"]).is_empty());
}

#[test]
fn a_source_that_fails_meanwhile_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    fs::write(&path, b"old").unwrap();
    let document = fs::read(support::pdf("minimal.pdf")).unwrap();
    let readable = std::cell::Cell::new(document.len());
    let identity = identity("p256");
    let source = Shrunk { bytes: &document, readable: &readable };
    let signed = identity.sign_as(&identity.signing(), source).unwrap();
    readable.set(100);
    let error = signed.save(&path).unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(error.path, path);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert!(strangers(folder.path(), &["out.pdf"]).is_empty());
}
