//! Private keys in every form that openssl writes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failed test panics")]
#![cfg(feature = "signer")]

mod openssl;

use kyso::certificate::Chain;
use kyso::signer::{LocalKey, SignerError};
use openssl::Workshop;

#[test]
fn keys_in_every_form() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    for (name, kind) in [("rsa", "rsa:2048"), ("p256", "ec:P-256"), ("p521", "ec:P-521"), ("ed", "ed25519")] {
        shop.leaf(name, kind);
        let chain = Chain::from_pem(&shop.chain_pem(name)).unwrap();
        let belongs = |file: &str, passphrase| {
            LocalKey::from_pem(&shop.read(file), passphrase)
                .unwrap_or_else(|error| panic!("{name}, {file}: {error}"))
                .belongs_to(chain.public_key())
        };
        assert!(belongs(&format!("{name}.key"), None));
        for cipher in ["aes-256-cbc", "aes-128-cbc", "des3"] {
            shop.run(&format!(
                "pkcs8 -topk8 -in {name}.key -v2 {cipher} -passout pass:mật-khẩu -out encrypted.key"
            ));
            assert!(belongs("encrypted.key", Some("mật-khẩu")), "{cipher}");
            let encrypted = shop.read("encrypted.key");
            assert!(matches!(LocalKey::from_pem(&encrypted, Some("wrong")), Err(SignerError::Decryption)));
            assert!(matches!(LocalKey::from_pem(&encrypted, None), Err(SignerError::PassphraseNeeded)));
        }
        if name != "ed" {
            shop.run(&format!("pkey -in {name}.key -traditional -out traditional.key"));
            assert!(String::from_utf8_lossy(&shop.read("traditional.key")).contains("PRIVATE KEY"));
            assert!(belongs("traditional.key", None));
            for cipher in ["aes128", "aes192", "aes256"] {
                shop.run(&format!(
                    "pkey -in {name}.key -traditional -{cipher} -passout pass:old -out old.key"
                ));
                assert!(String::from_utf8_lossy(&shop.read("old.key")).contains("DEK-Info"));
                assert!(belongs("old.key", Some("old")), "{cipher}");
                let wrong = LocalKey::from_pem(&shop.read("old.key"), Some("wrong"));
                assert!(matches!(wrong, Err(SignerError::Decryption)));
            }
            shop.run(&format!("pkey -in {name}.key -traditional -des3 -passout pass:old -out old.key"));
            let unsupported = LocalKey::from_pem(&shop.read("old.key"), Some("old")).unwrap_err();
            assert!(unsupported.to_string().contains("DES-EDE3-CBC"));
        }
        let shown = format!("{:?}", LocalKey::from_pem(&shop.read(&format!("{name}.key")), None).unwrap());
        assert!(shown.ends_with("not shown)"), "{shown}");
    }
    // A key of another certificate.
    let rsa = LocalKey::from_pem(&shop.read("rsa.key"), None).unwrap();
    shop.leaf("other", "rsa:2048");
    assert!(!rsa.belongs_to(Chain::from_pem(&shop.chain_pem("other")).unwrap().public_key()));
    assert!(matches!(LocalKey::from_pem(&shop.read("other.pem"), None), Err(SignerError::NoKey)));
    // `ecparam` puts the curve in front.
    shop.run("ecparam -name prime256v1 -genkey -out ecparam.key");
    assert!(LocalKey::from_pem(&shop.read("ecparam.key"), None).is_ok());
}

#[test]
fn pkcs12_brings_its_chain() {
    if !openssl::present() {
        return;
    }
    let shop = Workshop::new();
    for (name, kind) in [("rsa", "rsa:2048"), ("p384", "ec:P-384")] {
        shop.leaf(name, kind);
        let ca = [shop.read("middle.pem"), shop.read("root.pem")].concat();
        shop.write("above.pem", &ca);
        let export = format!(
            "pkcs12 -export -in {name}.pem -inkey {name}.key -certfile above.pem -passout pass:p12-pass -out key.p12"
        );
        for old in ["", " -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"] {
            shop.run(&format!("{export}{old}"));
            let (key, chain) = LocalKey::from_pkcs12(&shop.read("key.p12"), "p12-pass").unwrap();
            assert!(key.belongs_to(chain.public_key()));
            assert_eq!(chain.certificates(), Chain::from_pem(&shop.chain_pem(name)).unwrap().certificates());
            let wrong = LocalKey::from_pkcs12(&shop.read("key.p12"), "wrong").unwrap_err();
            assert!(matches!(wrong, SignerError::Decryption), "{wrong:?}");
        }
    }
    assert!(matches!(LocalKey::from_pkcs12(b"nonsense", ""), Err(SignerError::Pkcs12(_))));
}
