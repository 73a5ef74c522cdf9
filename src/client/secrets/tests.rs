use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use crate::remote::Secret;

fn reference(text: &str) -> SecretReference {
    text.parse().unwrap()
}

fn none() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// A file with permissions.
fn write(path: &Path, contents: &[u8], mode: u32) {
    fs::write(path, contents).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = mode;
}

fn at(path: &Path) -> SecretReference {
    SecretReference::File(path.to_owned())
}

#[test]
fn references_are_read_and_written() {
    for text in ["env:A_1", "file:/run/secrets/pin", "file:a b", "keyring:kyso/me", "keyring:kyso/a/b"] {
        assert_eq!(reference(text).to_string(), text);
    }
    let cases = [
        ("hunter2", ReferenceError::Inline),
        ("", ReferenceError::Inline),
        ("ENV:A", ReferenceError::Inline),
        ("env:", ReferenceError::Variable),
        ("env:1A", ReferenceError::Variable),
        ("env:A=B", ReferenceError::Variable),
        ("file:", ReferenceError::Path),
        ("file:a\0b", ReferenceError::Path),
        ("keyring:kyso", ReferenceError::KeyRing),
        ("keyring:/me", ReferenceError::KeyRing),
        ("keyring:kyso/", ReferenceError::KeyRing),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<SecretReference>().unwrap_err(), error, "{text}");
        assert!(!error.to_string().contains("hunter2"));
    }
    let moved = reference("file:a/b").relative_to(Path::new("/etc"));
    assert_eq!(moved.to_string(), "file:/etc/a/b");
    assert_eq!(reference("file:/a").relative_to(Path::new("/etc")).to_string(), "file:/a");
}

#[test]
fn variables_are_looked_up_when_asked() {
    let environment =
        BTreeMap::from([("A".to_owned(), "geheim".to_owned()), ("E".to_owned(), String::new())]);
    assert_eq!(reference("env:A").resolve(&environment).unwrap().expose(), "geheim");
    let unset = reference("env:B").resolve(&environment).unwrap_err();
    assert_eq!(unset.to_string(), "environment variable B is not set");
    assert!(matches!(reference("env:E").resolve(&environment), Err(SecretError::Empty { .. })));
}

#[test]
fn files_are_read_without_their_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pin");
    for contents in ["123456", "123456\n", "123456\r\n"] {
        write(&path, contents.as_bytes(), 0o600);
        assert_eq!(at(&path).resolve(&none()).unwrap().expose(), "123456");
    }
    write(&path, b" 1\n\n", 0o400);
    assert_eq!(at(&path).resolve(&none()).unwrap().expose(), " 1\n");
    write(&folder.path().join("empty"), b"\n", 0o600);
    let empty = at(&folder.path().join("empty")).resolve(&none());
    assert!(matches!(empty, Err(SecretError::Empty { .. })));
}

#[test]
fn files_that_do_not_do_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    assert!(matches!(at(&path).resolve(&none()), Err(SecretError::Io { .. })));
    assert!(matches!(at(folder.path()).resolve(&none()), Err(SecretError::NoFile { .. })));
    write(&path, &vec![b'x'; 64 << 10], 0o600);
    assert_eq!(at(&path).resolve(&none()).unwrap().expose().len(), 64 << 10);
    write(&path, &vec![b'x'; (64 << 10) + 1], 0o600);
    assert!(matches!(at(&path).resolve(&none()), Err(SecretError::TooLong { .. })));
    write(&path, b"hunter2\xFF", 0o600);
    let error = at(&path).resolve(&none()).unwrap_err();
    assert!(matches!(error, SecretError::Encoding { .. }) && !format!("{error:?}").contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn files_that_others_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    for mode in [0o604, 0o640, 0o644, 0o602] {
        write(&path, b"hunter2", mode);
        let error = at(&path).resolve(&none()).unwrap_err();
        assert!(error.to_string().contains(&format!("mode {mode:04o}")), "{error}");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    // A pipe is refused without waiting for somebody to write to it.
    assert!(matches!(at(Path::new("/dev/null")).resolve(&none()), Err(SecretError::NoFile { .. })));
}

/// Containers may have no key ring: then the error must say so, and nothing is kept.
#[cfg(target_os = "linux")]
#[test]
fn key_rings_are_asked() {
    use keyring_core::api::CredentialStoreApi as _;
    let user = format!("test-{}", std::process::id());
    let reference = reference(&format!("keyring:kyso-test/{user}"));
    let missing = reference.resolve(&none()).unwrap_err();
    assert!(matches!(missing, SecretError::KeyRing { .. }), "{missing:?}");
    let store = linux_keyutils_keyring_store::Store::new().unwrap();
    let entry = store.build("kyso-test", &user, None).unwrap();
    match entry.set_password("geheim") {
        Ok(()) => {
            let found = reference.resolve(&none());
            entry.delete_credential().unwrap();
            assert_eq!(found.unwrap().expose(), "geheim");
        }
        Err(error) => eprintln!("no key ring here: {error}"),
    }
}

fn secrets() -> Secrets {
    Secrets {
        user_password: Some(reference("env:A")),
        totp: Some(TotpReference { reference: reference("file:b"), encoding: TotpEncoding::Hex }),
        ..Secrets::default()
    }
}

#[test]
fn secrets_are_stored_as_references() {
    let json = serde_json::to_string(&secrets()).unwrap();
    assert_eq!(json, r#"{"user-password":"env:A","totp":{"reference":"file:b","encoding":"hex"}}"#);
    assert_eq!(serde_json::from_str::<Secrets>(&json).unwrap(), secrets());
    let error = serde_json::from_str::<Secrets>(r#"{"pin":"hunter2"}"#).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(serde_json::from_str::<Secrets>(r#"{"pn":"env:A"}"#).is_err());
}

#[test]
fn what_is_asked_for_is_found() {
    let secrets = secrets();
    let find = |input: &InputKind| secrets.for_input(input).map(ToString::to_string);
    assert_eq!(find(&InputKind::UserPassword).as_deref(), Some("env:A"));
    assert_eq!(find(&InputKind::Otp).as_deref(), Some("file:b"));
    assert_eq!(find(&InputKind::Pin), None);
    assert_eq!(find(&InputKind::Redirect { url: "https://a.example".into() }), None);
    let login = InputKind::LoginSignature { text: Secret::new("x") };
    assert_eq!(SecretKind::of_input(&login), Some(SecretKind::LoginKey));
    for kind in SecretKind::ALL {
        let one: Secrets = serde_json::from_value(match kind {
            SecretKind::Totp => serde_json::json!({"totp": {"reference": "env:Z", "encoding": "base32"}}),
            kind => serde_json::json!({ kind.name(): "env:Z" }),
        })
        .unwrap();
        assert_eq!(one.get(kind), Some(&reference("env:Z")), "{}", kind.name());
        assert_eq!(Secrets::default().or(&one), one);
        assert!(!one.is_empty() && one.check(false).is_ok());
    }
}

#[test]
fn a_credentials_own_secrets_come_first() {
    let service = Secrets {
        pin: Some(reference("env:P")),
        user_password: Some(reference("env:S")),
        ..Secrets::default()
    };
    let both = secrets().or(&service);
    assert_eq!(both.get(SecretKind::UserPassword), Some(&reference("env:A")));
    assert_eq!(both.get(SecretKind::Pin), Some(&reference("env:P")));
}

#[test]
fn two_factors_kept_together_are_one() {
    assert_eq!(secrets().check(false), Err(SecondFactorDefeated));
    assert_eq!(secrets().check(true), Ok(()));
    let alone = Secrets { user_password: None, ..secrets() };
    assert_eq!(alone.check(false), Ok(()));
}
