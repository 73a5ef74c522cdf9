//! The codes that the service answers with.

use std::fmt;

/// A code of the service: `status_code` of the body, the HTTP status where the body has none, or the
/// `status` that the interface before this one gave a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// 200 SUCCESS.
    Success,
    /// 400 BAD_REQUEST.
    BadRequest,
    /// 401 SP_CREDENTIAL_INVALID: of the relying party or of the signer; the message says which.
    SpCredentialInvalid,
    /// 403 CREDENTIAL_STATUS_INVALID: the certificate cannot be used; the message says why.
    CredentialStatusInvalid,
    /// 500 SERVER_INTERNAL_ERROR: something went wrong on the way; the message says what.
    ServerInternalError,
    /// 4000, of the earlier interface: the signer has not confirmed yet.
    Waiting,
    /// 4001, of the earlier interface: the signer did not confirm in time.
    Expired,
    /// 4002, of the earlier interface: the signer refused.
    Rejected,
    /// Any other, which the document does not have.
    Other(i64),
}

impl Code {
    /// The code of this number.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        match number {
            200 => Self::Success,
            400 => Self::BadRequest,
            401 => Self::SpCredentialInvalid,
            403 => Self::CredentialStatusInvalid,
            500 => Self::ServerInternalError,
            4000 => Self::Waiting,
            4001 => Self::Expired,
            4002 => Self::Rejected,
            other => Self::Other(other),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Success => 200,
            Self::BadRequest => 400,
            Self::SpCredentialInvalid => 401,
            Self::CredentialStatusInvalid => 403,
            Self::ServerInternalError => 500,
            Self::Waiting => 4000,
            Self::Expired => 4001,
            Self::Rejected => 4002,
            Self::Other(number) => number,
        }
    }

    /// The name that the document gives it, where it does.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Success => Some("SUCCESS"),
            Self::BadRequest => Some("BAD_REQUEST"),
            Self::SpCredentialInvalid => Some("SP_CREDENTIAL_INVALID"),
            Self::CredentialStatusInvalid => Some("CREDENTIAL_STATUS_INVALID"),
            Self::ServerInternalError => Some("SERVER_INTERNAL_ERROR"),
            Self::Waiting | Self::Expired | Self::Rejected | Self::Other(_) => None,
        }
    }

    /// Whether it leaves open what became of the request: it broke off on the way there or in the service.
    pub(super) const fn leaves_open(self) -> bool {
        matches!(self.number(), 408 | 500..=599)
    }

    /// Whether asking again later may go better.
    pub(super) const fn passes(self) -> bool {
        self.leaves_open() || self.number() == 429
    }

    /// Whether it says for certain that the request was not acted on: an error of the request's (RFC 9110,
    /// 15.5), or an address that the service has moved from.
    pub(super) const fn refuses(self) -> bool {
        matches!(self.number(), 300..=499) && !self.leaves_open()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.number()),
            None => self.number().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        for number in [200, 400, 401, 403, 500, 4000, 4001, 4002, 1003, -1] {
            assert_eq!(Code::from_number(number).number(), number);
        }
        assert_eq!(Code::from_number(401).to_string(), "401 SP_CREDENTIAL_INVALID");
        assert_eq!(Code::from_number(1003).to_string(), "1003");
        assert!(Code::ServerInternalError.leaves_open() && !Code::ServerInternalError.refuses());
        assert!(Code::BadRequest.refuses() && !Code::BadRequest.passes());
        assert!(Code::Other(429).refuses() && Code::Other(429).passes());
        assert!(!Code::Other(408).refuses() && !Code::Other(1003).refuses());
    }
}
