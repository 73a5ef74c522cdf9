//! The handler against files that qpdf encrypted, and against dictionaries changed by hand.

mod fixtures;
mod malformed;

use super::super::lexer::Lexer;
use super::super::object::{Dictionary, Object, ObjectId};
use super::{Access, CryptError, Method, SecurityHandler};
use fixtures::{ALL, CONTENTS, Fixture, ID, METADATA, TITLE};

fn dictionary(text: &str) -> Dictionary {
    Lexer::whole(text.as_bytes(), 10).object().unwrap().into_dictionary().unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn fixture(name: &str) -> &'static Fixture {
    ALL.iter().find(|fixture| fixture.name == name).unwrap()
}

impl Fixture {
    fn dictionary(&self) -> Dictionary {
        dictionary(self.encrypt)
    }

    fn open(&self, password: Option<&str>) -> Result<SecurityHandler, CryptError> {
        SecurityHandler::open(&self.dictionary(), &hex(ID), password.map(str::as_bytes))
    }

    fn clear_metadata(&self) -> bool {
        self.name.ends_with("clear_metadata")
    }

    /// The dictionary that qpdf wrote for the metadata stream.
    fn metadata_dictionary(&self) -> Dictionary {
        dictionary("<< /Type /Metadata /Subtype /XML /Length 4 >>")
    }
}

fn assert_reads(handler: &SecurityHandler, fixture: &Fixture) {
    let name = fixture.name;
    assert_eq!(handler.decrypt_string(TITLE.0, &hex(fixture.title)).unwrap(), TITLE.1, "{name}");
    let contents = handler.decrypt_stream(CONTENTS.0, &Dictionary::new(), &hex(fixture.contents)).unwrap();
    assert_eq!(contents, CONTENTS.1, "{name}");
    let metadata =
        handler.decrypt_stream(METADATA.0, &fixture.metadata_dictionary(), &hex(fixture.metadata)).unwrap();
    assert_eq!(metadata, METADATA.1, "{name}");
}

#[test]
fn the_user_password_opens_for_the_user() {
    for fixture in ALL.iter().filter(|fixture| fixture.user != fixture.owner) {
        let handler = fixture.open(Some(fixture.user)).unwrap();
        assert_eq!(handler.access(), Access::User, "{}", fixture.name);
        assert_reads(&handler, fixture);
    }
}

#[test]
fn the_owner_password_opens_for_the_owner() {
    for fixture in ALL {
        let handler = fixture.open(Some(fixture.owner)).unwrap();
        assert_eq!(handler.access(), Access::Owner, "{}", fixture.name);
        assert_reads(&handler, fixture);
    }
}

#[test]
fn no_password_is_the_empty_user_password() {
    for fixture in ALL {
        match fixture.open(None) {
            Ok(handler) => {
                assert_eq!(fixture.user, "", "{}", fixture.name);
                assert_eq!(handler.access(), Access::User, "{}", fixture.name);
                assert_reads(&handler, fixture);
            }
            Err(error) => {
                assert_ne!(fixture.user, "", "{}", fixture.name);
                assert_eq!(error, CryptError::PasswordNeeded, "{}", fixture.name);
            }
        }
    }
}

#[test]
fn a_wrong_password_is_wrong_even_where_none_is_needed() {
    for fixture in ALL {
        assert_eq!(fixture.open(Some("wrong")).unwrap_err(), CryptError::WrongPassword, "{}", fixture.name);
    }
    assert_eq!(fixture("r3").open(Some("")).unwrap_err(), CryptError::WrongPassword);
}

#[test]
fn the_dictionary_is_reported() {
    for fixture in ALL {
        let handler = fixture.open(Some(fixture.owner)).unwrap();
        assert_eq!(handler.revision(), fixture.revision, "{}", fixture.name);
        assert_eq!(handler.permissions(), fixture.permissions, "{}", fixture.name);
        assert_eq!(handler.encrypts_metadata(), !fixture.clear_metadata(), "{}", fixture.name);
        let method = match fixture.revision {
            2 | 3 => Method::V2,
            4 if fixture.name == "r4_rc4" => Method::V2,
            4 => Method::AesV2,
            _ => Method::AesV3,
        };
        assert_eq!((handler.string_method(), handler.stream_method()), (method, method), "{}", fixture.name);
    }
}

#[test]
fn encrypting_repeats_the_bytes_of_qpdf() {
    for fixture in ALL {
        let handler = fixture.open(Some(fixture.user)).unwrap();
        let title = hex(fixture.title);
        // RC4 takes no initialization vector and ignores this one.
        let iv = *title.first_chunk().unwrap_or(&[0; 16]);
        assert_eq!(handler.encrypt_string(TITLE.0, iv, TITLE.1).unwrap(), title, "{}", fixture.name);
        let contents = hex(fixture.contents);
        let iv = *contents.first_chunk().unwrap();
        let encrypted = handler.encrypt_stream(CONTENTS.0, &Dictionary::new(), iv, CONTENTS.1).unwrap();
        assert_eq!(encrypted, contents, "{}", fixture.name);
    }
}

#[test]
fn every_length_makes_the_round_trip() {
    let id = ObjectId::new(70_000, 3);
    for fixture in ALL {
        let handler = fixture.open(Some(fixture.user)).unwrap();
        for length in 0..50_u8 {
            // Ends in what could be taken for padding.
            let plain: Vec<u8> = (0..length).rev().map(|byte| byte / 2 + 1).collect();
            let encrypted = handler.encrypt_string(id, [7; 16], &plain).unwrap();
            assert_eq!(handler.decrypt_string(id, &encrypted).unwrap(), plain, "{} {length}", fixture.name);
            let encrypted = handler.encrypt_stream(id, &Dictionary::new(), [7; 16], &plain).unwrap();
            let decrypted = handler.decrypt_stream(id, &Dictionary::new(), &encrypted).unwrap();
            assert_eq!(decrypted, plain, "{} {length}", fixture.name);
        }
    }
}

#[test]
fn damaged_aes_data_gives_what_is_there() {
    for name in ["r4_aes", "r6"] {
        let handler = fixture(name).open(Some("user")).unwrap();
        let decrypt = |data: &[u8]| handler.decrypt_string(CONTENTS.0, data).unwrap();
        let plain: Vec<u8> = (100..140).collect();
        let encrypted = handler.encrypt_string(CONTENTS.0, [9; 16], &plain).unwrap();
        assert_eq!(encrypted.len(), 64);
        // No initialization vector, no block.
        for length in 0..32 {
            assert_eq!(decrypt(&encrypted[..length]), b"", "{name} {length}");
        }
        // The last block is missing or in pieces: the whole ones count and end in no padding.
        for length in 48..64 {
            assert_eq!(decrypt(&encrypted[..length]), plain[..32], "{name} {length}");
        }
        // An end-of-line marker was counted.
        let mut longer = encrypted.clone();
        longer.extend_from_slice(b"\r\n");
        assert_eq!(decrypt(&longer), plain, "{name}");
        // Padding that is none stays.
        let mut flipped = encrypted;
        flipped[47] ^= 0xff;
        let kept = decrypt(&flipped);
        assert_eq!((kept.len(), &kept[..16]), (48, &plain[..16]), "{name}");
    }
}

#[test]
fn a_password_beyond_127_bytes_counts_to_there() {
    let fixture = fixture("r6_accents");
    assert_eq!(fixture.owner.len(), 127);
    assert_eq!(fixture.open(Some(&"x".repeat(130))).unwrap().access(), Access::Owner);
    assert_eq!(fixture.open(Some(&"x".repeat(126))).unwrap_err(), CryptError::WrongPassword);
}

#[test]
fn a_password_in_the_documents_own_bytes_opens_too() {
    let fixture = fixture("r3_accents");
    let open = |password: &[u8]| SecurityHandler::open(&fixture.dictionary(), &hex(ID), Some(password));
    // "Grüße €" and "Šœ…" in PDFDocEncoding.
    assert_eq!(open(b"Gr\xfc\xdfe \xa0").unwrap().access(), Access::User);
    assert_eq!(open(b"\x97\x9c\x83").unwrap().access(), Access::Owner);
}

#[test]
fn the_cross_reference_stream_is_never_encrypted() {
    let stream = dictionary("<< /Type /XRef /Size 1 >>");
    for fixture in ALL {
        let handler = fixture.open(Some(fixture.user)).unwrap();
        assert_eq!(handler.decrypt_stream(TITLE.0, &stream, b"plain").unwrap(), b"plain", "{}", fixture.name);
        let written = handler.encrypt_stream(TITLE.0, &stream, [0; 16], b"plain").unwrap();
        assert_eq!(written, b"plain", "{}", fixture.name);
    }
}

#[test]
fn a_stream_names_its_own_filter() {
    let handler = fixture("r4_aes").open(Some("user")).unwrap();
    let method = |text: &str| {
        let read =
            handler.decrypt_stream(CONTENTS.0, &dictionary(text), &hex(fixture("r4_aes").contents)).unwrap();
        if read == CONTENTS.1 { Method::AesV2 } else { Method::Identity }
    };
    for plain in [
        "<< /Filter /Crypt >>",
        "<< /Filter [/Crypt] /DecodeParms << /Name /Identity >> >>",
        "<< /Filter [/Crypt /FlateDecode] /DecodeParms [<< /Type /CryptFilterDecodeParms >> null] >>",
        "<< /Filter [/Crypt /FlateDecode] /DecodeParms [null << /Predictor 12 >>] >>",
        "<< /Filter /Crypt /DecodeParms [<< /Name /Identity >>] >>",
    ] {
        assert_eq!(method(plain), Method::Identity, "{plain}");
    }
    for encrypted in [
        "<< /Filter /FlateDecode /DecodeParms 9 0 R >>",
        "<< /Filter [/FlateDecode] >>",
        "<< /Filter /Crypt /DecodeParms << /Name /StdCF >> >>",
        "<< /Filter [/ASCIIHexDecode /Crypt] /DecodeParms [null << /Name /StdCF >>] >>",
        "<< /Type /Metadata >>",
    ] {
        assert_eq!(method(encrypted), Method::AesV2, "{encrypted}");
    }
}

#[test]
fn before_version_4_there_are_no_crypt_filters() {
    let fixture = fixture("r3");
    let handler = fixture.open(Some("user")).unwrap();
    let stream = dictionary("<< /Filter /Crypt >>");
    assert_eq!(handler.decrypt_stream(CONTENTS.0, &stream, &hex(fixture.contents)).unwrap(), CONTENTS.1);
}

#[test]
fn embedded_files_have_a_filter_of_their_own() {
    let fixture = fixture("r6");
    let mut encrypt = fixture.dictionary();
    for key in [b"StmF", b"StrF"] {
        encrypt.set(key, Object::name("Identity"));
    }
    encrypt.set(b"EFF", Object::name("StdCF"));
    let handler = SecurityHandler::open(&encrypt, &hex(ID), Some(b"user")).unwrap();
    let contents = hex(fixture.contents);
    let embedded = dictionary("<< /Type /EmbeddedFile >>");
    assert_eq!(handler.decrypt_stream(CONTENTS.0, &embedded, &contents).unwrap(), CONTENTS.1);
    assert_eq!(handler.decrypt_stream(CONTENTS.0, &Dictionary::new(), &contents).unwrap(), contents);
    assert_eq!(handler.decrypt_string(TITLE.0, b"as it is").unwrap(), b"as it is");
    assert_eq!(handler.encrypt_string(TITLE.0, [0; 16], b"as it is").unwrap(), b"as it is");
}

#[test]
fn debug_shows_no_key() {
    let handler = fixture("r6").open(Some("user")).unwrap();
    let shown = format!("{handler:?}");
    assert!(shown.contains("redacted") && shown.contains("revision: 6"), "{shown}");
    assert!(!shown.contains(format!("{:?}", &handler.key[..4]).trim_matches(['[', ']'])), "{shown}");
}
