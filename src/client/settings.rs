//! What a driver may do, and how long.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Proxy, ProxyProtocol};
use zeroize::Zeroizing;

use super::address::{Address, Host};
use super::driver::Driver;
use super::error::SettingsError;
use super::transport::{Bounds, Transport};
use crate::remote::Service;

/// What a driver may do, and how long.
///
/// Requests go over TLS, which is always verified; plain HTTP goes to this machine alone. They go to the
/// service's own host and to those that are [allowed](Self::allow_host) besides, and never where a redirect
/// points to.
#[derive(Clone)]
pub struct Settings {
    /// None: there is nobody to talk to.
    base: Option<String>,
    hosts: Vec<String>,
    roots: Option<Vec<u8>>,
    client: Option<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    proxy: Option<ProxyFrom>,
    connect: Duration,
    whole: Duration,
    longest_body: u64,
    attempts: u32,
    longest_pause: Duration,
}

#[derive(Clone)]
enum ProxyFrom {
    Url(String),
    Environment,
}

impl Settings {
    /// For a service at this address, with scheme and host.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self { base: Some(base_url.into()), ..Self::for_nobody() }
    }

    /// For flows whose requests people carry: nothing can be sent.
    #[must_use]
    pub const fn for_nobody() -> Self {
        Self {
            base: None,
            hosts: Vec::new(),
            roots: None,
            client: None,
            proxy: None,
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            longest_body: 16 << 20,
            attempts: 4,
            longest_pause: Duration::from_secs(30),
        }
    }

    /// For a service; for [`Service::Manual`] as [`for_nobody`](Self::for_nobody).
    #[must_use]
    pub fn for_service(service: &Service) -> Self {
        service.base_url().map_or_else(Self::for_nobody, Self::new)
    }

    /// Allows requests to one host more: `host`, meaning the default port of the scheme, or `host:port`.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Trusts these certificates, in PEM, and no others. Default: Mozilla's.
    #[must_use]
    pub fn roots(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Some(pem.into());
        self
    }

    /// Shows a certificate to services that want one: the chain and its key (PKCS#8, PKCS#1 or SEC1, not
    /// encrypted), both in PEM.
    #[must_use]
    pub fn client_certificate(mut self, chain_pem: impl Into<Vec<u8>>, key_pem: Zeroizing<Vec<u8>>) -> Self {
        self.client = Some((chain_pem.into(), key_pem));
        self
    }

    /// Goes through an HTTP proxy: `http://host:port`. Default: none, whatever the environment says.
    /// Requests to this machine go without.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(ProxyFrom::Url(url.into()));
        self
    }

    /// Goes through the proxy that the environment names (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), if it
    /// names one.
    #[must_use]
    pub fn proxy_from_environment(mut self) -> Self {
        self.proxy = Some(ProxyFrom::Environment);
        self
    }

    /// How long making a connection may take, TLS included. Default: 10 seconds.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// How long one request may take from the first to the last byte. Default: 60 seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.whole = timeout;
        self
    }

    /// The most bytes that are taken of a response's body. Default: 16 MiB.
    #[must_use]
    pub const fn longest_body(mut self, bytes: u64) -> Self {
        self.longest_body = bytes;
        self
    }

    /// How often a request is sent that did not leave, or that does no harm when it is repeated; at least
    /// once. Default: 4.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The longest pause between two attempts. When a service asks for a longer one with `Retry-After`, its
    /// answer is taken as it is. Default: 30 seconds.
    #[must_use]
    pub const fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }

    /// Makes the driver. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SettingsError`]: which setting cannot be used, and why.
    pub fn driver(&self) -> Result<Driver, SettingsError> {
        let own = self.base.as_deref().map(Address::parse).transpose().map_err(SettingsError::Base)?;
        let mut hosts: Vec<Host> = own.iter().map(Address::own_host).collect();
        for text in &self.hosts {
            let host = Host::parse(text).ok_or_else(|| SettingsError::AllowedHost { text: text.clone() })?;
            hosts.push(host);
        }
        let proxy = match &self.proxy {
            None => None,
            Some(ProxyFrom::Url(url)) => Some(Proxy::new(url).map_err(|_| SettingsError::Proxy)?),
            Some(ProxyFrom::Environment) => Proxy::try_from_env(),
        };
        let is_known = |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
        if proxy.as_ref().is_some_and(|proxy| !is_known(proxy)) {
            return Err(SettingsError::Proxy);
        }
        let bounds = Bounds { connect: self.connect, whole: self.whole, longest_body: self.longest_body };
        let transport = Transport::new(self.tls()?, proxy, bounds);
        let base = self.base.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
        Ok(Driver::new(transport, base, hosts, self.attempts, self.longest_pause))
    }

    fn tls(&self) -> Result<TlsConfig, SettingsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = match &self.roots {
            None => RootCerts::WebPki,
            Some(pem) => pinned(pem)?,
        };
        let client = match &self.client {
            None => None,
            Some((chain, key)) => Some(client_certificate(chain, key, &provider)?),
        };
        let tls = TlsConfig::builder().root_certs(roots).client_cert(client);
        Ok(tls.unversioned_rustls_crypto_provider(provider).build())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base", &self.base)
            .field("hosts", &self.hosts)
            .field("pinned_roots", &self.roots.is_some())
            .field("client_certificate", &self.client.is_some())
            .field("proxy", &self.proxy.is_some())
            .finish_non_exhaustive()
    }
}

/// Certificates of a PEM text.
fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err("no certificate in PEM".to_owned()) } else { Ok(found) }
}

fn pinned(pem: &[u8]) -> Result<RootCerts, SettingsError> {
    let failed = |reason: String| SettingsError::Roots { reason };
    let found = certificates(pem).map_err(failed)?;
    // What cannot serve as an anchor would be passed over in silence.
    let mut store = rustls::RootCertStore::empty();
    for certificate in &found {
        let der = rustls::pki_types::CertificateDer::from(certificate.der());
        store.add(der).map_err(|error| failed(error.to_string()))?;
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}

fn client_certificate(
    chain: &[u8],
    key: &[u8],
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<ClientCert, SettingsError> {
    let failed = |reason: String| SettingsError::ClientCertificate { reason };
    let chain = certificates(chain).map_err(failed)?;
    let key = PrivateKey::from_pem(key).map_err(|error| failed(error.to_string()))?;
    // Tried here, where a pair that does not fit is an error and no panic.
    let der =
        rustls::pki_types::PrivateKeyDer::try_from(key.der()).map_err(|error| failed(error.to_owned()))?;
    let certificates = chain.iter().map(|certificate| certificate.der().to_vec().into()).collect();
    let built = rustls::ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(rustls::RootCertStore::empty()))
        .and_then(|builder| builder.with_client_auth_cert(certificates, der.clone_key()));
    built.map_err(|error| failed(error.to_string()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}
