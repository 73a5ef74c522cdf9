use std::fs;

use proptest::prelude::*;

use super::*;
use crate::certificate::sample::{certificate, rsa_spki};
use crate::client::secrets::{Secrets, TotpEncoding, TotpReference};
use crate::fault::Fault;
use crate::limits::Limits;
use crate::remote::{Credential, FoundCertificate};

/// A certificate of a name, as a service tells of it.
fn found(common_name: &str) -> FoundCertificate {
    FoundCertificate {
        credential: Credential::new("012345678901").serial_number("54ab"),
        certificates: vec![certificate(common_name, &rsa_spki(256))],
        service_type: Some("SMARTCA".into()),
        package: Some("SMARTCA PERSONAL PRO".into()),
        status: Some("Đang hoạt động".into()),
        most_signatures: Some(50),
        auth_modes: vec!["EXPLICIT/PIN".into()],
    }
}

fn entry(service: &str, common_name: &str) -> Entry {
    Entry::new(service, "012345678901", found(common_name)).unwrap()
}

/// A store with some credentials of these names.
fn contents(names: &[&str]) -> Contents {
    let mut contents = Contents::default();
    for name in names {
        contents.add(entry("smartca", name), None).unwrap();
    }
    contents
}

fn names(contents: &Contents) -> Vec<&str> {
    contents.entries().iter().map(Entry::alias).collect()
}

fn default_of(contents: &Contents) -> Option<&str> {
    contents.default_entry().map(Entry::alias)
}

/// One pixel.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[1, 2, 3]).unwrap();
    bytes
}

#[test]
fn names_differ() {
    let mut contents = contents(&["An", "Bình"]);
    // The same certificate with another service is another credential.
    let added = contents.add(entry("other", "An"), None).unwrap();
    assert_eq!(added, Added { alias: "An (2)".into(), is_new: true });
    assert_eq!(contents.add(entry("third", "An"), None).unwrap().alias, "An (3)");
    for taken in ["An", " an ", "AN", "Bi\u{300}nh", "BÌNH"] {
        let error = contents.add(entry("fourth", "x"), Some(taken)).unwrap_err();
        assert!(matches!(error, StoreError::AliasTaken { .. }), "{taken}: {error}");
        assert!(taken.trim().eq_ignore_ascii_case("an") || contents.rename("An", taken).is_err());
    }
    for wrong in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert!(matches!(contents.rename("An", wrong), Err(StoreError::Alias { .. })), "{wrong:?}");
    }
    assert_eq!(contents.rename("An", &"ấ".repeat(100)).unwrap().chars().count(), 100);
    assert_eq!(contents.check(), Ok(()));
}

#[test]
fn a_name_of_nothing_is_made_up() {
    let mut contents = Contents::default();
    for expected in ["certificate", "certificate (2)"] {
        let mut nameless = entry(expected, "x");
        nameless.alias = "\n".into();
        assert_eq!(contents.add(nameless, None).unwrap().alias, expected);
    }
    let mut long = entry("long", "x");
    long.alias = "n".repeat(5000);
    assert_eq!(contents.add(long.clone(), None).unwrap().alias.len(), 90);
    long.service = "longer".into();
    assert_eq!(contents.add(long, None).unwrap().alias, format!("{} (2)", "n".repeat(90)));
}

#[test]
fn credentials_are_found_by_name_and_by_fingerprint() {
    let mut contents = contents(&["An", "Bình"]);
    assert_eq!(contents.get("bi\u{300}nh").unwrap().alias(), "Bình");
    let fingerprint = contents.get("An").unwrap().fingerprint().to_hex();
    assert_eq!(contents.get(&fingerprint.to_uppercase()).unwrap().alias(), "An");
    contents.add(entry("other", "An"), None).unwrap();
    assert!(matches!(contents.get(&fingerprint), Err(StoreError::NoEntry { .. })), "two have it");
    let error = contents.get("Chi").unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.fault()),
        ("no credential is called \"Chi\"", Fault::Caller)
    );
}

#[test]
fn at_most_one_is_the_default() {
    let mut contents = contents(&["An", "Bình", "Chi"]);
    assert_eq!(default_of(&contents), None, "nobody said so");
    contents.set_default(Some("an")).unwrap();
    contents.set_default(Some("Bình")).unwrap();
    assert_eq!(default_of(&contents), Some("Bình"));
    assert_eq!(contents.entries().iter().filter(|entry| contents.is_default(entry)).count(), 1);
    // It stays the default under another name, and whichever way it is refreshed.
    contents.rename("Bình", "bình").unwrap();
    assert_eq!(default_of(&contents), Some("bình"));
    contents.add(entry("smartca", "Bình"), Some("B")).unwrap();
    assert_eq!(default_of(&contents), Some("B"));
    contents.remove("An").unwrap();
    assert_eq!(default_of(&contents), Some("B"));
    contents.remove("B").unwrap();
    assert_eq!((default_of(&contents), names(&contents)), (None, vec!["Chi"]));
    contents.set_default(Some("Chi")).unwrap();
    contents.set_default(None).unwrap();
    assert_eq!(default_of(&contents), None);
    assert!(contents.set_default(Some("An")).is_err());
}

#[test]
fn what_the_owner_said_stays_when_the_service_says_something_new() {
    let mut contents = contents(&["An"]);
    contents.rename("An", "mine").unwrap();
    let image = SignatureImage::from_bytes(png()).unwrap();
    contents.set_image("mine", Some(image.clone())).unwrap();
    let secrets = Secrets { pin: Some("env:PIN".parse().unwrap()), ..Secrets::default() };
    contents.set_auth("mine", secrets.clone(), false).unwrap();
    let mut newer = found("An");
    newer.status = Some("Hết hạn".into());
    let again = Entry::new("smartca", "012345678901", newer).unwrap();
    let added = contents.add(again.clone(), None).unwrap();
    assert_eq!(added, Added { alias: "mine".into(), is_new: false });
    let refreshed = contents.refresh("smartca", "012345678901", vec![again]);
    assert_eq!(refreshed.updated, ["mine"]);
    let kept = contents.get("mine").unwrap();
    assert_eq!(
        (kept.status(), kept.image(), kept.secrets(), contents.entries().len()),
        (Some("Hết hạn"), Some(&image), &secrets, 1)
    );
}

#[test]
fn a_refresh_tells_what_is_missing_and_what_is_new() {
    let mut contents = contents(&["An", "Bình"]);
    contents.add(entry("other", "An"), None).unwrap();
    let before = contents.clone();
    let refreshed =
        contents.refresh("smartca", "012345678901", vec![entry("smartca", "Chi"), entry("smartca", "An")]);
    assert_eq!((refreshed.updated, refreshed.missing), (vec!["An".to_owned()], vec!["Bình".to_owned()]));
    assert_eq!(refreshed.unknown.iter().map(|entry| entry.leaf().subject()).collect::<Vec<_>>(), ["CN=Chi"]);
    assert_eq!(contents, before, "nothing is added or taken out");
}

#[test]
fn an_entry_tells_what_the_service_and_the_certificate_say() {
    let entry = entry("smartca", "An");
    assert_eq!((entry.service(), entry.id(), entry.alias()), ("smartca", "012345678901", "An"));
    assert_eq!((entry.service_type(), entry.package()), (Some("SMARTCA"), Some("SMARTCA PERSONAL PRO")));
    assert_eq!((entry.status(), entry.most_signatures()), (Some("Đang hoạt động"), Some(50)));
    assert_eq!(entry.credential().serial_number.as_deref(), Some("54ab"));
    assert_eq!((entry.leaf().subject(), entry.certificates().len()), ("CN=An".to_owned(), 1));
    assert_eq!(entry.fingerprint(), entry.leaf().fingerprint(crate::algorithm::DigestAlgorithm::Sha256));
    assert!(entry.chain().is_ok());
    let mut nothing = found("An");
    nothing.certificates.clear();
    assert!(matches!(Entry::new("a", "b", nothing), Err(StoreError::NoCertificate)));
    let mut junk = found("An");
    junk.certificates.push(b"junk".to_vec());
    assert!(matches!(Entry::new("a", "b", junk), Err(StoreError::Certificate { index: 1, .. })));
}

#[test]
fn one_time_codes_are_asked_for_or_computed() {
    let mut contents = contents(&["An"]);
    let use_of = |contents: &Contents| contents.get("An").unwrap().otp_use();
    assert_eq!(use_of(&contents), OtpUse::None);
    let password = Secrets { user_password: Some("env:A".parse().unwrap()), ..Secrets::default() };
    contents.set_auth("An", password.clone(), true).unwrap();
    assert_eq!(use_of(&contents), OtpUse::Asked);
    assert!(!contents.get("An").unwrap().automatic_otp(), "nothing to agree to yet");
    let totp = TotpReference { reference: "env:B".parse().unwrap(), encoding: TotpEncoding::Base32 };
    let both = Secrets { totp: Some(totp), ..password.clone() };
    let refused = contents.set_auth("An", both.clone(), false).unwrap_err();
    assert!(matches!(refused, StoreError::SecondFactor(_)) && refused.to_string().contains("second factor"));
    assert_eq!(contents.get("An").unwrap().secrets(), &password, "as it was");
    contents.set_auth("An", both, true).unwrap();
    assert_eq!(use_of(&contents), OtpUse::Automatic);
    assert!(contents.get("An").unwrap().automatic_otp());
    contents.set_auth("An", Secrets::default(), false).unwrap();
    assert_eq!(use_of(&contents), OtpUse::None);
    let mut by_sms = found("Bình");
    by_sms.credential.auth_mode = Some("EXPLICIT/OTP-SMS".into());
    assert_eq!(Entry::new("rssp", "b", by_sms).unwrap().otp_use(), OtpUse::Asked);
}

#[test]
fn images_are_kept_or_linked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sig.png");
    fs::write(&path, png()).unwrap();
    let limits = Limits::default();
    let linked = SignatureImage::from_file(&path).unwrap();
    assert_eq!(linked, SignatureImage::File(path.clone()));
    assert_eq!(linked.load(&limits).unwrap().width(), 1);
    let kept = SignatureImage::from_bytes(png()).unwrap();
    assert_eq!(serde_json::from_str::<SignatureImage>(&serde_json::to_string(&kept).unwrap()).unwrap(), kept);
    fs::write(&path, b"no longer").unwrap();
    assert!(matches!(linked.load(&limits), Err(StoreError::Image(_))));
    assert!(matches!(SignatureImage::from_bytes(b"GIF89a".to_vec()), Err(StoreError::Image(_))));
    assert!(matches!(
        SignatureImage::from_bytes(vec![0; (1 << 20) + 1]),
        Err(StoreError::ImageTooLong { .. })
    ));
    assert!(matches!(SignatureImage::from_file(&folder.path().join("none")), Err(StoreError::Io { .. })));
    assert!(matches!(SignatureImage::from_file(folder.path()), Err(StoreError::NoFile { .. })));

    for name in ["b.jpg", "a.PNG", "c.txt", "d"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    fs::create_dir(folder.path().join("e.png")).unwrap();
    let choices = image_choices(folder.path()).unwrap();
    assert_eq!(choices.iter().map(|choice| choice.name.as_str()).collect::<Vec<_>>(), ["a", "b", "sig"]);
    assert!(image_choices(&path).is_err());
}

#[test]
fn the_file_is_where_the_variables_say() {
    let find = |variables: &[(&str, &str)]| {
        let pairs = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: std::collections::BTreeMap<String, String> = pairs.collect();
        Store::find(None, &environment).map(|store| store.path().to_owned())
    };
    assert_eq!(find(&[("KYSO_STORE", "/a/b.json"), ("HOME", "/h")]).unwrap(), Path::new("/a/b.json"));
    if cfg!(all(unix, not(target_os = "macos"))) {
        assert_eq!(find(&[("HOME", "/h")]).unwrap(), Path::new("/h/.local/share/kyso/credentials.json"));
        let xdg = [("XDG_DATA_HOME", "/x"), ("HOME", "/h"), ("KYSO_STORE", "")];
        assert_eq!(find(&xdg).unwrap(), Path::new("/x/kyso/credentials.json"));
    }
    assert!(matches!(find(&[]), Err(StoreError::NoPlace)));
}

#[derive(Clone, Debug)]
enum Change {
    Add(u8, Option<u8>),
    Rename(u8, u8),
    Default(Option<u8>),
    Remove(u8),
    Refresh(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let name = 0..6_u8;
    prop_oneof![
        (name.clone(), proptest::option::of(name.clone())).prop_map(|(one, alias)| Change::Add(one, alias)),
        (name.clone(), name.clone()).prop_map(|(one, other)| Change::Rename(one, other)),
        proptest::option::of(name.clone()).prop_map(Change::Default),
        name.clone().prop_map(Change::Remove),
        proptest::collection::vec(name, 0..4).prop_map(Change::Refresh),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is done in whatever order: names differ, at most one default, what is written is read.
    #[test]
    fn the_rules_hold(changes in proptest::collection::vec(change(), 0..30)) {
        let name = |number: u8| format!("n{number}");
        let mut contents = Contents::default();
        for change in changes {
            let before = contents.clone();
            let changed = match change {
                Change::Add(one, alias) => {
                    contents.add(entry("s", &name(one)), alias.map(name).as_deref()).map(|_| ())
                }
                Change::Rename(one, other) => contents.rename(&name(one), &name(other)).map(|_| ()),
                Change::Default(one) => contents.set_default(one.map(name).as_deref()),
                Change::Remove(one) => contents.remove(&name(one)).map(|_| ()),
                Change::Refresh(of) => {
                    let found = of.into_iter().map(|one| entry("s", &name(one))).collect();
                    contents.refresh("s", "012345678901", found);
                    Ok(())
                }
            };
            prop_assert!(changed.is_ok() || contents == before, "a refusal changes nothing");
            prop_assert_eq!(contents.check(), Ok(()));
            let json = serde_json::to_string(&contents).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Contents>(&json).unwrap(), &contents);
        }
    }
}
