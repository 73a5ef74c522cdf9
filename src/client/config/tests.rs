use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::client::secrets::SecretKind;
use crate::fault::Fault;

const COMPANY: &str = r#"
images = "signatures"

[services.company]
system = "vnpt-th"
base-url = "https://ca.example/sca"
sp_id = "4184"
patience-seconds = 120
allowed-hosts = ["ca.example", "ca2.example"]
roots = "roots.pem"
client-certificate = "client.pem"
client-key = "file:client-key.pem"
automatic-otp = true

[services.company.secrets]
service-password = "keyring:kyso/company"
user_password = "file:secrets/password"
totp = { reference = "env:COMPANY_TOTP", encoding = "base32" }

[services.by-hand]
system = "manual"
"#;

fn none() -> BTreeMap<String, String> {
    BTreeMap::new()
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parse(text: &str) -> Result<Configuration, ConfigError> {
    Configuration::parse(text, Path::new("/etc/kyso"), &none())
}

/// Where it is wrong and what is said.
#[track_caller]
fn wrong(text: &str) -> (usize, usize, String) {
    match parse(text).unwrap_err() {
        ConfigError::Invalid { path: None, line, column, message } => (line, column, message),
        other => panic!("{other}"),
    }
}

/// A service with one line more.
fn vnpt(line: &str) -> String {
    format!("[services.a]\nsystem = \"vnpt\"\nbase-url = \"https://ca.example\"\nsp-id = \"1\"\n{line}\n")
}

#[test]
fn a_configuration_is_read() {
    let configuration = parse(COMPANY).unwrap();
    assert_eq!(configuration.images.as_deref(), Some(Path::new("/etc/kyso/signatures")));
    let names: Vec<&str> = configuration.services().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["by-hand", "company"]);
    let company = configuration.service("company").unwrap();
    let Service::VnptTh(service) = &company.service else { panic!("{company:?}") };
    assert_eq!((service.base_url.as_str(), service.sp_id.as_str()), ("https://ca.example/sca", "4184"));
    let transport = &company.transport;
    assert_eq!((transport.patience_seconds, transport.poll_seconds), (120, 3));
    assert_eq!(transport.allowed_hosts, ["ca.example", "ca2.example"]);
    assert_eq!(transport.roots.as_deref(), Some(Path::new("/etc/kyso/roots.pem")));
    let told = |kind| company.secrets.get(kind).map(ToString::to_string);
    assert_eq!(told(SecretKind::ServicePassword).as_deref(), Some("keyring:kyso/company"));
    assert_eq!(told(SecretKind::UserPassword).as_deref(), Some("file:/etc/kyso/secrets/password"));
    assert_eq!(told(SecretKind::Totp).as_deref(), Some("env:COMPANY_TOTP"));
    assert_eq!(told(SecretKind::Pin), None);
    assert!(company.automatic_otp && company.warning().unwrap().contains("company"));
    let manual = configuration.service("by-hand").unwrap();
    assert_eq!((&manual.service, manual.warning()), (&Service::Manual, None));
    assert_eq!(manual.transport, Transport::default());
}

#[test]
fn a_login_of_csc_is_a_table_of_its_own() {
    let text = "[services.c]\nsystem=\"csc\"\nbase-url=\"https://c.example/csc/v1\"\ndialect=\"v1\"\n\
                [services.c.login]\nkind=\"client\"\nclient-id=\"me\"\n";
    let configuration = parse(text).unwrap();
    let Service::Csc(service) = &configuration.service("c").unwrap().service else { panic!() };
    assert_eq!(
        service.login,
        crate::remote::csc::Login::Client { client_id: "me".into(), redirect_uri: None }
    );
    let underscores = text.replace("client-id", "client_id");
    assert_eq!(parse(&underscores).unwrap().service("c").unwrap().service, Service::Csc(service.clone()));
    let text = "[services.m]\nsystem=\"mobile-id\"\nbase-url=\"https://r.example\"\nrelying-party=\"a\"\n\
                username=\"b\"\nclient-info={ mac-addr = \"c\" }\n";
    let configuration = parse(text).unwrap();
    let Service::MobileId(service) = &configuration.service("m").unwrap().service else { panic!() };
    assert_eq!(service.client_info.as_ref().unwrap().mac_addr.as_deref(), Some("c"));
    let (line, column, message) = wrong(&text.replace("mac-addr", "mac"));
    assert_eq!((line, column), (6, 15), "{message}");
    let (line, _, message) = wrong(&underscores.replace("\"client\"", "\"clint\""));
    assert_eq!(line, 6, "{message}");
    assert!(!message.contains("clint") && message.contains("`client`"), "{message}");
}

#[test]
fn what_is_wrong_has_a_line_and_a_column() {
    let cases = [
        ("[servces.a]\n", 1, 2, "unknown key `servces`"),
        ("services = 1\n", 1, 12, "a table is expected"),
        ("images = 3\n", 1, 10, "the path of a folder"),
        ("[services.a]\n", 1, 11, "`system` is missing"),
        ("[services.a]\nsystem = \"vnptt\"\n", 2, 10, "no such system"),
        ("[services.a]\nsystem = 3\n", 2, 10, "no such system"),
        ("[services.a]\nsystem = \"vnpt\"\nsp-id = \"1\"\n", 1, 11, "missing field `base_url`"),
        ("[services.a]\nsystem = \"manual\"\nbase-url = \"x\"\n", 3, 1, "unknown field `base-url`"),
        ("[services.\"a b\"]\nsystem = \"manual\"\n", 1, 11, "letters, digits"),
        ("[services.a]\nsystem = \"manual\"\n[services.A]\nsystem=\"manual\"\n", 1, 11, "share"),
        ("[services.a\n", 1, 12, ""),
        ("[services.a]\nsystem = \"manual\"\nsystem = \"csc\"\n", 3, 1, "duplicate key"),
    ];
    for (text, line, column, words) in cases {
        let found = wrong(text);
        assert_eq!((found.0, found.1), (line, column), "{text:?}: {}", found.2);
        assert!(found.2.contains(words), "{text:?}: {}", found.2);
    }
    let cases = [
        ("patience = 3", 1, "unknown field `patience`"),
        ("poll-seconds = \"soon\"", 16, "expected u32"),
        ("poll-seconds = -1", 16, "expected u32"),
        ("base_url = \"https://b.example\"", 1, "twice"),
        ("allowed-hosts = \"ca.example\"", 17, "a sequence"),
        ("automatic-otp = 1", 17, "a boolean"),
        ("secrets = 5", 11, "a table is expected"),
        ("secrets.passwrd = \"env:A\"", 9, "unknown field `passwrd`"),
    ];
    for (more, column, words) in cases {
        let (line, found, message) = wrong(&vnpt(more));
        assert_eq!((line, found), (5, column), "{more:?}: {message}");
        assert!(message.contains(words), "{more:?}: {message}");
    }
    for more in ["poll-seconds = 0", "patience-seconds = 86401"] {
        assert!(wrong(&vnpt(more)).2.contains("1 to 86400"), "{more}");
    }
    assert!(wrong(&vnpt("client-certificate = \"c.pem\"")).2.contains("go together"));
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let lines = [
        "secrets.service-password = \"hunter2\"",
        "secrets.service-password = \"env:hunter2 !\"",
        "secrets.pin = 271828",
        "secrets.pin = 27.1828",
        "secrets.totp = \"hunter2\"",
        "secrets.totp = { reference = \"hunter2\", encoding = \"base32\" }",
        "secrets.totp = { reference = \"env:A\", encoding = \"hunter2\" }",
        "secrets.totp = { reference = \"env:A\" }",
        "secrets = \"hunter2\"",
        "client-certificate = \"c.pem\"\nclient-key = \"hunter2\"",
        "poll-seconds = \"hunter2\"",
        "secrets.pin = hunter2",
        "secrets.pin = \"hunter2",
    ];
    for more in lines {
        let error = parse(&vnpt(more)).unwrap_err();
        let (told, debug) = (error.to_string(), format!("{error:?}"));
        for shown in [told, debug] {
            assert!(
                !shown.contains("hunter2") && !shown.contains("271828") && !shown.contains("27.1"),
                "{shown}"
            );
        }
    }
    let (_, column, message) = wrong(&vnpt("secrets.service-password = \"hunter2\""));
    assert_eq!(column, 28);
    assert!(message.contains("env:NAME") && message.contains("keyring:SERVICE/USER"), "{message}");
}

#[test]
fn password_and_seed_together_need_an_agreement() {
    let both = |more: &str| {
        vnpt(&format!(
            "{more}\nsecrets.user-password = \"env:A\"\n\
             secrets.totp = {{ reference = \"env:B\", encoding = \"hex\" }}"
        ))
    };
    let (line, _, message) = wrong(&both(""));
    assert_eq!(line, 6, "{message}");
    assert!(message.contains("second factor") && message.ends_with("`automatic-otp` = true"), "{message}");
    let agreed = parse(&both("automatic-otp = true")).unwrap();
    assert!(agreed.service("a").unwrap().warning().is_some());
    let pin = both("").replace("user-password", "pin");
    assert!(wrong(&pin).2.contains("second factor"));
}

#[test]
fn variables_override_fields() {
    let environment = variables(&[
        ("KYSO_COMPANY_SP_ID", "0042"),
        ("KYSO_COMPANY_POLL_SECONDS", "7"),
        ("KYSO_COMPANY_ALLOWED_HOSTS", "one.example, two.example"),
        ("KYSO_COMPANY_ROOTS", "/other/roots.pem"),
        // Neither a field nor an error: people call the variables of their secrets so.
        ("KYSO_COMPANY_TOKEN", "hunter2"),
        ("KYSO_COMPANY_SERVICE_PASSWORD", "hunter2"),
    ]);
    let configuration = Configuration::parse(COMPANY, Path::new("/etc/kyso"), &environment).unwrap();
    let company = configuration.service("company").unwrap();
    let Service::VnptTh(service) = &company.service else { panic!("{company:?}") };
    assert_eq!(service.sp_id, "0042");
    assert_eq!((company.transport.poll_seconds, company.transport.patience_seconds), (7, 120));
    assert_eq!(company.transport.allowed_hosts, ["one.example", "two.example"]);
    assert_eq!(company.transport.roots.as_deref(), Some(Path::new("/other/roots.pem")));
    let told = company.secrets.get(SecretKind::ServicePassword).map(ToString::to_string);
    assert_eq!(told.as_deref(), Some("keyring:kyso/company"));

    let environment = variables(&[("KYSO_COMPANY_AUTOMATIC_OTP", "false")]);
    let error = Configuration::parse(COMPANY, Path::new("/"), &environment).unwrap_err();
    assert!(error.to_string().contains("second factor"), "{error}");

    let environment = variables(&[("KYSO_COMPANY_POLL_SECONDS", "hunter2")]);
    let error = Configuration::parse(COMPANY, Path::new("/"), &environment).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable KYSO_COMPANY_POLL_SECONDS: it is not a whole number from 0 to 4294967295"
    );
    let environment = variables(&[("KYSO_COMPANY_CLIENT_KEY", "hunter2")]);
    let error = Configuration::parse(COMPANY, Path::new("/"), &environment).unwrap_err();
    assert!(matches!(&error, ConfigError::Variable { name, .. } if name == "KYSO_COMPANY_CLIENT_KEY"));
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn a_missing_field_may_come_from_a_variable() {
    let text = "[services.a-b]\nsystem = \"vnpt\"\nbase-url = \"https://ca.example\"\n";
    let environment = variables(&[("KYSO_A_B_SP_ID", "9")]);
    let configuration = Configuration::parse(text, Path::new("/"), &environment).unwrap();
    let Service::Vnpt(service) = &configuration.service("a-b").unwrap().service else { panic!() };
    assert_eq!(service.sp_id, "9");
}

#[test]
fn the_file_is_the_named_one_or_the_first_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("named.toml");
    std::fs::write(&path, COMPANY).unwrap();
    let found = Configuration::find(Some(&path), &none()).unwrap();
    assert_eq!(found.path.as_deref(), Some(path.as_path()));
    assert_eq!(found.images, Some(folder.path().join("signatures")));
    let environment = variables(&[("KYSO_CONFIG", path.to_str().unwrap())]);
    assert_eq!(Configuration::find(None, &environment).unwrap().path, Some(path.clone()));
    // One that is named and not there is not passed over.
    let error = Configuration::find(Some(&folder.path().join("none.toml")), &environment).unwrap_err();
    assert_eq!(error.fault(), Fault::Io);

    let user = folder.path().join("kyso");
    std::fs::create_dir(&user).unwrap();
    std::fs::write(user.join("kyso.toml"), "[services.x]\nsystem=\"manual\"\n").unwrap();
    if cfg!(all(unix, not(target_os = "macos"))) {
        let environment = variables(&[("XDG_CONFIG_HOME", folder.path().to_str().unwrap())]);
        let found = Configuration::find(None, &environment).unwrap();
        assert_eq!(found.path, Some(user.join("kyso.toml")));
    }
    let Err(ConfigError::None { tried }) = Configuration::find(None, &none()) else { panic!() };
    assert_eq!(tried, [PathBuf::from("kyso.toml")]);
}

#[test]
fn files_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kyso.toml");
    assert!(matches!(Configuration::read(folder.path(), &none()), Err(ConfigError::NoFile { .. })));
    std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(matches!(Configuration::read(&path, &none()), Err(ConfigError::TooLong { .. })));
    std::fs::write(&path, [0xFF]).unwrap();
    assert!(matches!(Configuration::read(&path, &none()), Err(ConfigError::Io { .. })));
    std::fs::write(&path, "\n\nx = 1").unwrap();
    let error = Configuration::read(&path, &none()).unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("{}: line 3, column 1: unknown key", path.display())),
        "{error}"
    );
    std::fs::write(&path, format!("services = {}", "[".repeat(200_000))).unwrap();
    assert!(Configuration::read(&path, &none()).is_err());
}

#[test]
fn a_service_that_is_not_there_is_told_with_those_that_are() {
    let error = parse(COMPANY).unwrap().service("compny").unwrap_err();
    assert_eq!(error.to_string(), "no service is called \"compny\"; there are by-hand, company");
    assert!(parse("").unwrap().service("x").unwrap_err().to_string().ends_with("there are none"));
}

#[test]
fn values_are_cut_out_of_messages() {
    let told = without_value;
    assert_eq!(told("invalid type: string \"a, expected b\", expected u32"), "expected u32");
    assert_eq!(told("invalid value: integer `-1`, expected u32"), "expected u32");
    assert_eq!(told("unknown field `a`, expected `b`"), "unknown field `a`, expected `b`");
    assert_eq!(told("invalid type: map"), "this value does not do");
}
