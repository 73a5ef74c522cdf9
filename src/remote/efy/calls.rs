//! The calls of the interface, by name, and those that post themselves.

use serde::Serialize;

use super::certificates::{
    Accepted, CertificateDetail, Change, ChangePin, Disable, Enable, ForgetPin, GetDetail, PinChanged,
    Register, Registered, Renew, Revoke,
};
use super::file::{AuthorizeFile, FileReply, SignFile};
use super::hash::{AuthorizeHash, HashReply, SignHash};
use super::reply;
use crate::remote::call::{Call, bearer, join};
use crate::remote::{Failure, HttpRequest, HttpResponse, Secret};

/// A call of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallName {
    Login,
    Register,
    Change,
    ChangePin,
    GetDetail,
    ForgetPin,
    Renew,
    Revoke,
    Enable,
    Disable,
    SignFile,
    AuthorizeFile,
    SignHash,
    AuthorizeHash,
    Download,
}

impl CallName {
    /// Its path, which is its name.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Login => "clients/login",
            Self::Register => "certificates/register",
            Self::Change => "certificates/change",
            Self::ChangePin => "certificates/change-pin",
            Self::GetDetail => "certificates/get-detail",
            Self::ForgetPin => "certificates/forget-pin",
            Self::Renew => "certificates/renew",
            Self::Revoke => "certificates/revoke",
            Self::Enable => "certificates/enable",
            Self::Disable => "certificates/disable",
            Self::SignFile => "signing/file",
            Self::AuthorizeFile => "signing/file/authorize",
            Self::SignHash => "signing/hash",
            Self::AuthorizeHash => "signing/hash/authorize",
            Self::Download => "signing/download/file",
        }
    }

    /// Whether it may sign something: then nobody knows what an unreadable answer means.
    pub(super) const fn signs(self) -> bool {
        matches!(self, Self::SignFile | Self::AuthorizeFile | Self::SignHash | Self::AuthorizeHash)
    }

    /// Whether sending it twice does no harm.
    pub(super) const fn repeatable(self) -> bool {
        matches!(
            self,
            Self::Login | Self::GetDetail | Self::Revoke | Self::Enable | Self::Disable | Self::Download
        )
    }
}

/// The request of a call whose body is `call` itself.
fn post(name: CallName, call: &impl Serialize, base: &str, token: Option<&Secret>) -> HttpRequest {
    let request = HttpRequest::post_json(name.path(), join(base, name.path()), call);
    let request = if name.repeatable() { request.repeatable() } else { request };
    bearer(request, token)
}

macro_rules! calls {
    ($($call:ident -> $reply:ty;)*) => {$(
        impl Call for $call {
            type Reply = $reply;

            fn request(&self, base: &str, token: Option<&Secret>) -> HttpRequest {
                post(CallName::$call, self, base, token)
            }

            fn read(&self, response: &HttpResponse) -> Result<$reply, Failure> {
                reply::read(CallName::$call, response)
            }
        }
    )*};
}

calls! {
    Register -> Registered;
    Change -> Registered;
    ChangePin -> PinChanged;
    GetDetail -> CertificateDetail;
    ForgetPin -> Accepted;
    Renew -> Accepted;
    Revoke -> Accepted;
    Enable -> Accepted;
    Disable -> Accepted;
    SignFile -> FileReply;
    AuthorizeFile -> FileReply;
    SignHash -> HashReply;
    AuthorizeHash -> HashReply;
}
