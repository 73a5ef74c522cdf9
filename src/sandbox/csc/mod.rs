//! The API of the Cloud Signature Consortium, versions 1.0.4 and 2, as the sandbox plays it.
//!
//! Each key is there in several credentials, which differ in how they are authorised. Their ids are the
//! key's id and an ending:
//!
//! | ending | authorised with | SCAL | `multisign` |
//! |---|---|---|---|
//! | none | the PIN | 1 | 1000 |
//! | `-otp` | a code that is sent | 2 | 50 |
//! | `-pin-otp` | the PIN and a code, sent or of the generator | 2 | 5 |
//! | `-implicit` | the phone | 2 | 50 |
//! | `-oauth` | OAuth 2.0 in a browser | 2 | 50 |

mod access;
mod credentials;
mod fields;
mod oauth;
mod page;
mod sad;
mod signatures;
mod timestamp;

use super::{Holding, Incoming, Provider, Reply, Subscriber, World};

/// The name of the provider in what it keeps.
const PREFIX: &str = "csc";

/// The API of the Cloud Signature Consortium.
pub(super) struct Csc;

/// Which version a call is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

impl Provider for Csc {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn signs(&self, path: &str) -> bool {
        path.ends_with("signatures/signHash") || path.ends_with("signatures/signDoc")
    }

    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply {
        let answer = match request.path.trim_end_matches('/').split_once('/') {
            Some(("v1", call)) => dispatch(Version::V1, call, request, world),
            Some(("v2", call)) => dispatch(Version::V2, call, request, world),
            Some(("oauth2", "authorize")) => oauth::authorize(request, world),
            Some(("oauth2", "token")) => oauth::token(request, world),
            _ => Err(refuse(404, "invalid_request", "There is no such address")),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }
}

fn dispatch(version: Version, call: &str, request: &Incoming<'_>, world: &World) -> Result<Reply, Reply> {
    if request.method != "POST" {
        return Err(refuse(405, "invalid_request", "Every call is a POST"));
    }
    let call_of = || Call::read(version, request, world);
    match (version, call) {
        (_, "info") => Ok(access::info(&call_of()?)),
        (_, "auth/login") => access::login(&call_of()?),
        (_, "auth/revoke") => access::revoke(&call_of()?),
        (_, "credentials/list") => credentials::list(&call_of()?),
        (_, "credentials/info") => credentials::info(&call_of()?),
        (_, "credentials/authorize") => sad::authorize(&call_of()?),
        (_, "credentials/extendTransaction") => sad::extend(&call_of()?),
        (Version::V1, "credentials/sendOTP") => sad::send_otp(&call_of()?),
        (Version::V2, "credentials/authorizeCheck") => sad::check(&call_of()?),
        (Version::V2, "credentials/getChallenge") => sad::challenge(&call_of()?),
        (_, "signatures/signHash") => signatures::sign_hash(&call_of()?),
        (_, "signatures/timestamp") => timestamp::timestamp(&call_of()?),
        (Version::V2, "signatures/signDoc") => signatures::sign_doc(&call_of()?),
        (Version::V2, "signatures/signPolling") => signatures::poll(&call_of()?),
        _ => Err(refuse(501, "invalid_request", "This call is not implemented")),
    }
}

/// A call with its parameters.
struct Call<'c> {
    version: Version,
    request: &'c Incoming<'c>,
    fields: fields::Fields,
    world: &'c World,
}

impl<'c> Call<'c> {
    fn read(version: Version, request: &'c Incoming<'c>, world: &'c World) -> Result<Self, Reply> {
        Ok(Self { version, request, fields: fields::Fields::read(request)?, world })
    }

    /// `hash` in version 1, `hashes` in version 2.
    const fn hashes_name(&self) -> &'static str {
        match self.version {
            Version::V1 => "hash",
            Version::V2 => "hashes",
        }
    }
}

/// How a credential is authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Pin,
    Otp,
    PinOtp,
    Implicit,
    OAuth,
}

impl Mode {
    const ALL: [Self; 5] = [Self::Pin, Self::Otp, Self::PinOtp, Self::Implicit, Self::OAuth];

    const fn ending(self) -> &'static str {
        match self {
            Self::Pin => "",
            Self::Otp => "-otp",
            Self::PinOtp => "-pin-otp",
            Self::Implicit => "-implicit",
            Self::OAuth => "-oauth",
        }
    }

    const fn scal(self) -> &'static str {
        if matches!(self, Self::Pin) { "1" } else { "2" }
    }

    const fn multisign(self) -> usize {
        match self {
            Self::Pin => 1000,
            Self::PinOtp => 5,
            Self::Otp | Self::Implicit | Self::OAuth => 50,
        }
    }
}

/// A key with a way of authorising it.
struct Credential<'w> {
    id: String,
    subscriber: &'w Subscriber,
    holding: &'w Holding,
    mode: Mode,
}

impl<'w> Credential<'w> {
    /// The credential of this id.
    fn find(world: &'w World, id: &str) -> Option<Self> {
        Mode::ALL.into_iter().find_map(|mode| {
            let (subscriber, holding) = world.holding(id.strip_suffix(mode.ending())?)?;
            Some(Self { id: id.to_owned(), subscriber, holding, mode })
        })
    }

    /// All credentials of a subscriber.
    fn all(subscriber: &'w Subscriber) -> impl Iterator<Item = Self> {
        subscriber.holdings.iter().flat_map(move |holding| {
            Mode::ALL.into_iter().map(move |mode| Self {
                id: format!("{}{}", holding.credential_id, mode.ending()),
                subscriber,
                holding,
                mode,
            })
        })
    }
}

/// A refusal as the documents print it.
fn refuse(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &serde_json::json!({ "error": error, "error_description": description }))
}

/// The refusal of a bad parameter.
fn invalid(description: impl AsRef<str>) -> Reply {
    refuse(400, "invalid_request", description.as_ref())
}
