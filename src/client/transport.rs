//! One request over the wire, once.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderValue, Request, Response, Uri};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Proxy, Timeout};

use super::address::Address;
use super::error::TransportError;
use crate::fault::Fault;
use crate::remote::{HttpRequest, HttpResponse, Lost, Method};

/// The most bytes of a response in front of its body.
const LONGEST_HEAD: usize = 64 << 10;

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) connect: Duration,
    pub(super) whole: Duration,
    pub(super) longest_body: u64,
}

/// Sends one request, once.
#[derive(Debug)]
pub(super) struct Transport {
    agent: Agent,
    is_proxied: bool,
    bounds: Bounds,
}

impl Transport {
    pub(super) fn new(tls: TlsConfig, proxy: Option<Proxy>, bounds: Bounds) -> Self {
        let is_proxied = proxy.is_some();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(LONGEST_HEAD)
            .timeout_resolve(Some(bounds.connect))
            .timeout_connect(Some(bounds.connect))
            .timeout_global(Some(bounds.whole))
            .user_agent(concat!("kyso/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = Telling(DefaultConnector::default());
        Self {
            agent: Agent::with_parts(config, connector, Telling(DefaultResolver::default())),
            is_proxied,
            bounds,
        }
    }

    /// Sends a request to where its address says.
    pub(super) fn send(&self, request: &HttpRequest, to: &Address) -> Result<HttpResponse, TransportError> {
        let mut builder = Request::builder().uri(to.uri.clone()).method(request.method().name());
        for (name, value) in request.headers() {
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| unwritable())?;
            value.set_sensitive(true);
            builder = builder.header(*name, value);
        }
        let answered = match request.method() {
            Method::Get => self.run(builder.body(()).map_err(|_| unwritable())?, to),
            Method::Post => self.run(builder.body(request.body()).map_err(|_| unwritable())?, to),
        };
        let mut response = answered.map_err(|error| self.classified(error))?;
        // The limit is the first length that is refused.
        let limit = self.bounds.longest_body.saturating_add(1);
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        let body = body.map_err(|error| self.classified(error))?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Ok(HttpResponse::new(response.status().as_u16(), headers.collect(), body))
    }

    fn run(
        &self,
        request: Request<impl ureq::AsSendBody>,
        to: &Address,
    ) -> Result<Response<Body>, ureq::Error> {
        if self.is_proxied && to.is_plain {
            // What goes to this machine does not leave it.
            self.agent.run(self.agent.configure_request(request).proxy(None).build())
        } else {
            self.agent.run(request)
        }
    }

    /// How far the request came, and what to say about it.
    fn classified(&self, error: ureq::Error) -> TransportError {
        let (lost, what, fault) = match &error {
            ureq::Error::Other(other) if other.is::<NotConnected>() => {
                (Lost::NotSent, "no connection to the service", Fault::Io)
            }
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                (Lost::NotSent, "no connection to the service in time", Fault::Io)
            }
            ureq::Error::Timeout(_) => (Lost::Unknown, "no answer from the service in time", Fault::Io),
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                (Lost::Unknown, "the service's answer is longer than is taken", Fault::Signer)
            }
            _ => (Lost::Unknown, "the connection to the service broke", Fault::Io),
        };
        let lasting = fault == Fault::Signer;
        TransportError { lost, what, cause: Some(cause(error)), lasting, fault }
    }
}

/// The error beneath the wrapping.
fn cause(error: ureq::Error) -> Box<dyn Error + Send + Sync> {
    match error {
        ureq::Error::Other(other) => match other.downcast::<NotConnected>() {
            Ok(inner) => cause(inner.0),
            Err(other) => other,
        },
        // The system's own error, whose source a TLS library may have filled.
        ureq::Error::Io(error) => Box::new(error),
        error => Box::new(error),
    }
}

fn unwritable() -> TransportError {
    TransportError {
        lost: Lost::NotSent,
        what: "the request cannot be written: a header has characters that are not allowed",
        cause: None,
        lasting: true,
        fault: Fault::Caller,
    }
}

/// An error from before there was a connection, TLS handshake included: nothing of the request has left.
#[derive(Debug)]
struct NotConnected(ureq::Error);

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for NotConnected {}

/// Finds the host and connects as usual, and marks what goes wrong while it does. A connection out of the pool does not come
/// this way: when it turns out to be dead, something may have left.
#[derive(Debug)]
struct Telling<T>(T);

impl<T> Telling<T> {
    fn told<R>(result: Result<R, ureq::Error>) -> Result<R, ureq::Error> {
        result.map_err(|error| ureq::Error::Other(Box::new(NotConnected(error))))
    }
}

impl Connector<()> for Telling<DefaultConnector> {
    type Out = <DefaultConnector as Connector<()>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        Self::told(self.0.connect(details, chained))
    }
}

impl Resolver for Telling<DefaultResolver> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Self::told(self.0.resolve(uri, config, timeout))
    }
}
