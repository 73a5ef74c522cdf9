//! TLS: what is trusted, and what is not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use kyso::client::{DriveError, Settings, SettingsError};
use kyso::remote::Lost;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use zeroize::Zeroizing;

use crate::flow::{End, One, Witness};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for names, and its key, both in PEM and in DER.
    fn issue(&self, names: &[&str]) -> Issued {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &self.0).unwrap();
        Issued {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }
}

struct Issued {
    pem: String,
    key_pem: String,
    der: CertificateDer<'static>,
    key: Vec<u8>,
}

/// A server over TLS; how many requests it read whole.
struct TlsServer {
    address: SocketAddr,
    requests: Arc<AtomicU32>,
}

impl TlsServer {
    fn new(identity: &Issued, clients: Option<&Authority>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::try_from(identity.key.clone()).unwrap();
        let config = Arc::new(builder.with_single_cert(vec![identity.der.clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, count) = (Arc::clone(&config), Arc::clone(&count));
                thread::spawn(move || {
                    let mut stream =
                        rustls::StreamOwned::new(ServerConnection::new(config).unwrap(), stream.unwrap());
                    let mut text = Vec::new();
                    let mut buffer = [0; 4096];
                    while !text.ends_with(b"\"n\":1}") && !text.ends_with(b"\"hunter-body\"}") {
                        match stream.read(&mut buffer) {
                            Ok(0) | Err(_) => return,
                            Ok(read) => text.extend_from_slice(&buffer[..read]),
                        }
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                });
            }
        });
        Self { address, requests }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    fn run(&self, settings: Settings) -> Result<End, DriveError> {
        let settings = settings.attempts(1).timeout(Duration::from_secs(5));
        settings.driver().unwrap().run(&mut One::new(self.url() + "/sign"), &mut Witness::default())
    }

    fn requests(&self) -> u32 {
        self.requests.load(Ordering::SeqCst)
    }
}

fn not_sent(result: Result<End, DriveError>) -> String {
    match result {
        Err(DriveError::NotSent { source, .. }) => {
            assert_eq!(source.lost(), Lost::NotSent);
            std::error::Error::source(&source).map(ToString::to_string).unwrap_or_default()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn unknown_authorities_are_refused_and_pinned_ones_accepted() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = TlsServer::new(&authority.issue(&["localhost"]), None);
    let reason = not_sent(server.run(Settings::new(server.url())));
    assert!(reason.contains("UnknownIssuer"), "{reason}");
    let reason = not_sent(server.run(Settings::new(server.url()).roots(other.pem())));
    assert!(reason.contains("invalid peer certificate"), "{reason}");
    assert_eq!(server.requests(), 0);
    let end = server.run(Settings::new(server.url()).roots(authority.pem())).unwrap();
    assert_eq!(end, End::Answered(200, "{}".into()));
    assert_eq!(server.requests(), 1);
}

#[test]
fn certificates_for_other_names_are_refused() {
    let authority = Authority::new();
    let server = TlsServer::new(&authority.issue(&["ca.example"]), None);
    let reason = not_sent(server.run(Settings::new(server.url()).roots(authority.pem())));
    assert!(reason.contains("not valid for name"), "{reason}");
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_client_certificate_is_shown() {
    let authority = Authority::new();
    let server = TlsServer::new(&authority.issue(&["localhost"]), Some(&authority));
    let client = authority.issue(&["client"]);
    let settings = Settings::new(server.url()).roots(authority.pem());
    let shown = settings.clone().client_certificate(client.pem, Zeroizing::new(client.key_pem.into_bytes()));
    assert_eq!(server.run(shown).unwrap(), End::Answered(200, "{}".into()));
    // With TLS 1.3 the refusal comes after the client's part is done: nobody may take it for not sent.
    assert_eq!(server.run(settings).unwrap(), End::Unknown);
    assert_eq!(server.requests(), 1);
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let authority = Authority::new();
    let (one, two) = (authority.issue(&["a"]), authority.issue(&["b"]));
    let settings = Settings::new("https://ca.example");
    for roots in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = settings.clone().roots(roots).driver().unwrap_err();
        assert!(matches!(error, SettingsError::Roots { .. }), "{error:?}");
    }
    for (chain, key) in [
        (one.pem.as_str(), two.key_pem.as_str()),
        ("", &one.key_pem),
        (&one.pem, "no key"),
        (&one.pem, &two.pem),
    ] {
        let key = Zeroizing::new(key.as_bytes().to_vec());
        let error = settings.clone().client_certificate(chain, key).driver().unwrap_err();
        assert!(matches!(error, SettingsError::ClientCertificate { .. }), "{error:?}");
    }
    for proxy in ["", "socks5://127.0.0.1:1", "ftp://127.0.0.1"] {
        assert!(matches!(settings.clone().proxy(proxy).driver(), Err(SettingsError::Proxy)), "{proxy}");
    }
    assert!(settings.clone().proxy("http://127.0.0.1:3128").driver().is_ok());
    for host in ["", "https://x.example/", "user@x.example"] {
        let error = settings.clone().allow_host(host).driver().unwrap_err();
        assert!(matches!(error, SettingsError::AllowedHost { .. }), "{error:?}");
    }
    let shown =
        format!("{:?}", settings.client_certificate(one.pem, Zeroizing::new(one.key_pem.into_bytes())));
    assert!(!shown.contains("PRIVATE"), "{shown}");
}
