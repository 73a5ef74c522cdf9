//! Dictionaries that writers get wrong, and those that are refused.

use super::super::super::object::{Dictionary, Object};
use super::super::{Access, CryptError, Malformation, Method, SecurityHandler};
use super::fixtures::{ALL, CONTENTS, ID};
use super::{assert_reads, dictionary, fixture, hex};

fn with(name: &str, key: &str, value: impl Into<Object>) -> Dictionary {
    let mut encrypt = fixture(name).dictionary();
    encrypt.set(key.as_bytes(), value);
    encrypt
}

fn open(encrypt: &Dictionary) -> Result<SecurityHandler, CryptError> {
    SecurityHandler::open(encrypt, &hex(ID), Some(b"user"))
}

fn problem(encrypt: &Dictionary) -> (&'static str, Malformation) {
    match open(encrypt) {
        Err(CryptError::Malformed { key, problem }) => (key, problem),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_required_entry_is_missed_by_name() {
    let all: &[(&str, &[&'static str])] = &[
        ("r2", &["Filter", "V", "R", "O", "U", "P"]),
        ("r4_aes", &["Filter", "V", "R", "O", "U", "P"]),
        ("r6", &["Filter", "V", "R", "O", "U", "P", "OE", "UE", "Perms"]),
    ];
    for (name, keys) in all {
        for key in *keys {
            assert_eq!(problem(&with(name, key, Object::Null)), (*key, Malformation::Missing), "{name}");
            let (named, problem) = problem(&with(name, key, Object::Boolean(true)));
            assert_eq!(named, *key, "{name}");
            assert!(matches!(problem, Malformation::NotA { .. }), "{name} {key} {problem}");
        }
    }
}

#[test]
fn strings_are_cut_to_length_and_never_extended() {
    for fixture in ALL {
        let lengths: &[(&'static str, usize)] = match fixture.revision {
            5 | 6 => &[("O", 48), ("U", 48), ("OE", 32), ("UE", 32), ("Perms", 16)],
            _ => &[("O", 32), ("U", 32)],
        };
        for (key, needed) in lengths {
            let mut encrypt = fixture.dictionary();
            let mut bytes = encrypt.get(key.as_bytes()).unwrap().as_string().unwrap().to_vec();
            assert_eq!(bytes.len(), *needed);
            bytes.resize(127, 0);
            encrypt.set(key.as_bytes(), Object::String(bytes.clone()));
            let handler = SecurityHandler::open(&encrypt, &hex(ID), Some(fixture.user.as_bytes())).unwrap();
            assert_reads(&handler, fixture);
            bytes.truncate(*needed - 1);
            encrypt.set(key.as_bytes(), Object::String(bytes));
            let problem = Malformation::TooShort { length: *needed - 1, needed: *needed };
            assert_eq!(
                SecurityHandler::open(&encrypt, &hex(ID), None).unwrap_err(),
                CryptError::Malformed { key, problem }
            );
        }
    }
}

#[test]
fn other_handlers_and_algorithms_are_named() {
    let error = open(&with("r6", "Filter", Object::name("Adobe.PubSec"))).unwrap_err();
    assert_eq!(error, CryptError::UnsupportedHandler { name: "Adobe.PubSec".into() });
    assert!(error.to_string().contains("/Adobe.PubSec"));
    for (version, revision) in [(3, 3), (0, 2), (6, 7), (5, 7), (2, 1), (-1, 3), (i64::MAX, i64::MIN)] {
        let mut encrypt = with("r3", "V", version);
        encrypt.set(b"R", revision);
        assert_eq!(open(&encrypt).unwrap_err(), CryptError::UnsupportedAlgorithm { version, revision });
    }
    for (name, version, revision) in [("r3", 4, 6), ("r6", 5, 4), ("r3", 2, 5)] {
        let mut encrypt = with(name, "V", version);
        encrypt.set(b"R", revision);
        assert_eq!(problem(&encrypt), ("R", Malformation::OutOfRange { value: revision }));
    }
}

#[test]
fn the_key_length_is_read_as_writers_mean_it() {
    // In bytes, not at all, and of no consequence where the method fixes it.
    for (name, length) in [
        ("r3", Object::Integer(16)),
        ("r3", Object::Integer(0)),
        ("r3", Object::Null),
        ("r2", Object::Integer(5)),
    ]
    .into_iter()
    .chain(["r2", "r4_rc4", "r4_aes", "r5", "r6"].map(|name| (name, Object::Integer(128))))
    .chain(["r4_rc4", "r4_aes", "r6"].map(|name| (name, Object::Integer(40))))
    .chain(["r2", "r4_rc4", "r4_aes", "r6"].map(|name| (name, Object::Null)))
    {
        let shown = format!("{name} {length:?}");
        let handler = open(&with(name, "Length", length)).expect(&shown);
        assert_reads(&handler, fixture(name));
    }
    for length in [-8, 1, 4, 17, 39, 41, 127, 129, 256, i64::MAX] {
        let encrypt = with("r3", "Length", length);
        assert_eq!(problem(&encrypt), ("Length", Malformation::OutOfRange { value: length }));
    }
}

#[test]
fn permissions_are_32_bits_however_they_are_written() {
    for value in [
        Object::Integer(-44),
        Object::Integer((1 << 32) - 44),
        Object::Real((*b"18446744073709551572").into()),
    ] {
        let handler = open(&with("r3", "P", value)).unwrap();
        assert_eq!((handler.permissions(), handler.access()), (-44, Access::User));
        assert_reads(&handler, fixture("r3"));
    }
    assert_eq!(
        problem(&with("r3", "P", Object::Real((*b"-44.5").into()))),
        ("P", Malformation::NotA { expected: "an integer" })
    );
}

#[test]
fn changed_permissions_are_noticed() {
    // Up to revision 4 they are part of the key.
    assert_eq!(open(&with("r3", "P", -4)).unwrap_err(), CryptError::WrongPassword);
    for name in ["r5", "r6"] {
        assert_eq!(open(&with(name, "P", -8)).unwrap_err(), CryptError::PermissionsMismatch, "{name}");
        let encrypt = with(name, "EncryptMetadata", Object::Boolean(false));
        assert_eq!(open(&encrypt).unwrap_err(), CryptError::PermissionsMismatch, "{name}");
        let encrypt = with(name, "Perms", Object::String(vec![0; 16]));
        assert_eq!(open(&encrypt).unwrap_err(), CryptError::PermissionsMismatch, "{name}");
        // The password is looked at first.
        let error = SecurityHandler::open(&encrypt, &hex(ID), None).unwrap_err();
        assert_eq!(error, CryptError::PasswordNeeded, "{name}");
    }
}

#[test]
fn crypt_filters_are_resolved_by_name() {
    let opened = |changes: &[(&str, Object)]| {
        let mut encrypt = fixture("r4_aes").dictionary();
        for (key, value) in changes {
            encrypt.set(key.as_bytes(), value.clone());
        }
        open(&encrypt)
    };
    let undefined = |key, name: &str| CryptError::Malformed {
        key,
        problem: Malformation::UndefinedFilter { name: name.into() },
    };
    let handler = opened(&[("StmF", Object::Null)]).unwrap();
    assert_eq!((handler.string_method(), handler.stream_method()), (Method::AesV2, Method::Identity));
    let handler = opened(&[("StrF", Object::name("Identity"))]).unwrap();
    assert_eq!((handler.string_method(), handler.stream_method()), (Method::Identity, Method::AesV2));
    for key in ["StmF", "StrF"] {
        assert_eq!(opened(&[(key, Object::name("No\u{7}"))]).unwrap_err(), undefined(key, "No\\x07"));
    }
    assert_eq!(opened(&[("CF", Object::Null)]).unwrap_err(), undefined("StmF", "StdCF"));
    let filters = |text: &str| ("CF", Object::Dictionary(dictionary(text)));
    let handler = opened(&[filters("<< /StdCF << /CFM /None >> >>")]).unwrap();
    assert_eq!(handler.stream_method(), Method::Identity);
    let error = opened(&[filters("<< /StdCF << /CFM /AESV4 >> >>")]).unwrap_err();
    assert_eq!(error, CryptError::UnsupportedMethod { name: "AESV4".into() });
    let error = opened(&[filters("<< /StdCF << /CFM /AESV3 >> >>")]).unwrap_err();
    assert_eq!(error, undefined("StmF", "StdCF"));
    for text in ["<< /StdCF /AESV2 >>", "<< /StdCF << /CFM (AESV2) >> >>"] {
        assert!(matches!(opened(&[filters(text)]), Err(CryptError::Malformed { .. })), "{text}");
    }
    // A filter that nothing uses does no harm until a stream names it.
    let handler = opened(&[filters("<< /StdCF << /CFM /AESV2 >> /New << /CFM /AESV4 >> >>")]).unwrap();
    assert_reads(&handler, fixture("r4_aes"));
    let read = |text: &str| handler.decrypt_stream(CONTENTS.0, &dictionary(text), b"").unwrap_err();
    assert_eq!(
        read("<< /Filter /Crypt /DecodeParms << /Name /New >> >>"),
        CryptError::UnsupportedMethod { name: "AESV4".into() }
    );
    assert_eq!(read("<< /Filter [/Crypt] /DecodeParms [<< /Name /Gone >>] >>"), undefined("Name", "Gone"));
    for (text, key) in [
        ("<< /Filter 3 0 R >>", "Filter"),
        ("<< /Filter [3 0 R] >>", "Filter"),
        ("<< /Filter /Crypt /DecodeParms 3 0 R >>", "DecodeParms"),
        ("<< /Filter /Crypt /DecodeParms << /Name 3 >> >>", "Name"),
    ] {
        assert!(matches!(read(text), CryptError::Malformed { key: named, .. } if named == key), "{text}");
    }
}

#[test]
fn the_identifier_is_part_of_the_key_up_to_revision_4() {
    let opens =
        |name: &str, id: &[u8]| SecurityHandler::open(&fixture(name).dictionary(), id, Some(b"user")).is_ok();
    for name in ["r3", "r4_rc4", "r4_aes"] {
        assert!(!opens(name, b""), "{name}");
    }
    assert!(opens("r5", b"") && opens("r6", b""));
}
