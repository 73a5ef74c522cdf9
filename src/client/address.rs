//! Where requests may go.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Authority;

use super::error::AddressError;

/// A host that requests may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// Lower-case; an IPv6 address with its brackets.
    name: String,
    /// None: the default port of the scheme.
    port: Option<u16>,
}

impl Host {
    /// `host` or `host:port`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.trim().parse().ok()?;
        let port = port_of(&authority)?;
        let is_plain = !authority.as_str().contains('@') && !authority.host().is_empty();
        is_plain.then(|| Self { name: authority.host().to_ascii_lowercase(), port })
    }

    fn is(&self, name: &str, port: u16, default: u16) -> bool {
        self.name == name && self.port.unwrap_or(default) == port
    }
}

/// An address taken apart.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) uri: Uri,
    pub(super) is_plain: bool,
    host: String,
    port: u16,
}

impl Address {
    /// Takes an address: https, or http on this machine; without user name.
    pub(super) fn parse(url: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed { url: url.chars().take(200).collect() };
        let uri: Uri = url.parse().map_err(|_| malformed())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(malformed());
        };
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err(malformed());
        }
        if authority.as_str().contains('@') {
            return Err(AddressError::UserInfo { host });
        }
        let is_plain = match scheme {
            "https" => false,
            "http" if is_this_machine(&host) => true,
            _ => return Err(AddressError::Scheme { scheme: scheme.to_owned(), host }),
        };
        let port = port_of(authority).ok_or_else(malformed)?.unwrap_or(default_port(is_plain));
        Ok(Self { uri, is_plain, host, port })
    }

    /// The host of this address, to be allowed.
    pub(super) fn own_host(&self) -> Host {
        Host { name: self.host.clone(), port: Some(self.port) }
    }

    /// Checks it against the hosts that are allowed.
    pub(super) fn allowed(self, hosts: &[Host]) -> Result<Self, AddressError> {
        let default = default_port(self.is_plain);
        if hosts.iter().any(|host| host.is(&self.host, self.port, default)) {
            Ok(self)
        } else {
            Err(AddressError::Host { host: self.host, port: self.port })
        }
    }
}

/// The port, if there is one; none at all when what stands behind the host is no port: taking the default
/// in its place would allow one address and connect to another.
fn port_of(authority: &Authority) -> Option<Option<u16>> {
    let behind = authority.as_str().rsplit('@').next()?.strip_prefix(authority.host())?;
    match behind.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok().map(Some),
        None if behind.is_empty() => Some(None),
        _ => None,
    }
}

const fn default_port(is_plain: bool) -> u16 {
    if is_plain { 80 } else { 443 }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in
            ["http://127.0.0.1:8080/x", "http://[::1]/x", "http://localhost:1/x", "https://ca.example/x"]
        {
            assert!(Address::parse(url).is_ok(), "{url}");
        }
        for url in [
            "http://ca.example/x",
            "http://127.0.0.1.ca.example/x",
            "ftp://127.0.0.1/x",
            "http://10.0.0.1/x",
            "http://localhost.ca.example/",
        ] {
            assert!(matches!(Address::parse(url), Err(AddressError::Scheme { .. })), "{url}");
        }
        for url in [
            "",
            "/x",
            "ca.example/x",
            "https:///x",
            "https://ca.example:99999/x",
            "https://ca.example:/x",
            "https://a b/",
        ] {
            assert!(matches!(Address::parse(url), Err(AddressError::Malformed { .. })), "{url}");
        }
        let with_user = Address::parse("https://ca.example@evil.example/x").unwrap_err();
        assert!(matches!(with_user, AddressError::UserInfo { .. }));
    }

    #[test]
    fn a_host_is_allowed_with_its_port() {
        let hosts = [Host::parse("CA.example").unwrap(), Host::parse("[::1]:8080").unwrap()];
        let go = |url: &str| Address::parse(url).unwrap().allowed(&hosts);
        assert!(go("https://ca.EXAMPLE/x").is_ok());
        assert!(go("https://ca.example:443/x").is_ok());
        assert!(go("http://[::1]:8080/").is_ok());
        for url in ["https://ca.example:8443/", "https://x.ca.example/", "http://[::1]/", "http://localhost/"]
        {
            assert!(matches!(go(url), Err(AddressError::Host { .. })), "{url}");
        }
        assert_eq!(Host::parse("user@ca.example"), None);
        for text in ["https://ca.example", "ca.example:99999", "ca.example:", "ca.example:x", ":443", ""] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }
}
