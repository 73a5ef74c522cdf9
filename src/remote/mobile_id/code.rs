//! The codes with which the service answers.

use std::fmt;

use crate::fault::Fault;
use crate::remote::failure::Retry;

macro_rules! codes {
    ($($name:ident = $number:literal, $meaning:literal;)*) => {
        /// The codes with which the service answers: those of dialect v1, which EFY prints (0, 1000 to
        /// 1029), and the few of dialect v2 that are known (from 3000 on).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ResponseCode {
            $(#[doc = concat!(stringify!($number), ": ", $meaning, ".")] $name,)*
        }

        impl ResponseCode {
            /// All that are known.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> i64 {
                match self { $(Self::$name => $number,)* }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    Successful = 0, "successful";
    InvalidIpAddress = 1000, "the address that the request came from is not allowed";
    InvalidCredentialData = 1001, "the credential data of the login is wrong";
    InvalidParameters = 1002, "a parameter is missing or wrong";
    UnexpectedException = 1003, "the service failed";
    InvalidAuthorizationCode = 1004, "the authorisation code is wrong";
    AuthorizationBlocked = 1005, "authorisation is blocked";
    AuthorizationCodeTimeout = 1006, "the authorisation code came too late";
    RequestAccepted = 1007, "the request is accepted";
    AgreementNotFound = 1008, "there is no such agreement";
    CertificateNotEnrolled = 1009, "the certificate is not enrolled";
    AgreementExists = 1010, "the agreement exists already";
    UnsupportedOperation = 1011, "the service does not support this";
    AccessDenied = 1012, "access is denied";
    AgreementNotReady = 1013, "the agreement is not ready";
    CertificateExpired = 1014, "the certificate has expired";
    BillCodeTimeout = 1015, "the transaction ended while it was signing";
    FileBeingProcessed = 1016, "it is still being processed";
    AgreementRevoked = 1017, "the agreement is revoked";
    PasscodeMustChange = 1018, "successful, and the passcode must be changed";
    FunctionDenied = 1019, "this function is not allowed";
    RevocationCheckFailed = 1020, "the revocation status could not be found out";
    CertificateRevoked = 1021, "the certificate is revoked";
    CertificateUnknown = 1022, "the certificate is unknown";
    SharedAgreementNotFound = 1023, "there is no such shared agreement";
    SharedAgreementMode = 1024, "the shared agreement has another mode";
    FileNotFound = 1025, "there is no such file";
    SeveralMachines = 1026, "another machine is using this agreement";
    TransactionNotFinished = 1027, "the transaction is not finished";
    EmailRegistered = 1028, "the mail address is registered already";
    CredentialsExpired = 1029, "the credentials have expired";
    LoginInvalid = 3000, "the login is invalid";
    AccountBlocked = 3002, "the account is blocked";
    AccountNotFound = 3003, "there is no such account";
    TokenInvalid = 3005, "the access token is not valid";
    TokenExpired = 3006, "the access token has expired";
    AcceptedAsynchronously = 3034, "the request is accepted and goes on";
    RequestExpired = 3036, "the request has expired";
    AgreementAssigned = 3055, "the agreement is assigned already";
    MobileAppNotReady = 3213, "the signer's mobile application is not ready";
}

impl ResponseCode {
    /// The code of this number, if it is a known one.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// It was done.
    pub(super) const fn is_done(self) -> bool {
        matches!(self, Self::Successful | Self::PasscodeMustChange)
    }

    /// It is being done.
    pub(super) const fn is_accepted(self) -> bool {
        matches!(
            self,
            Self::RequestAccepted
                | Self::AcceptedAsynchronously
                | Self::FileBeingProcessed
                | Self::TransactionNotFinished
        )
    }

    /// The access token, not what was asked, is what is wrong.
    pub(super) const fn is_about_the_token(self) -> bool {
        matches!(self, Self::CredentialsExpired | Self::TokenInvalid | Self::TokenExpired)
    }

    /// As the answer to a request to sign it does not say whether something was signed.
    pub(super) const fn is_uncertain(self) -> bool {
        matches!(
            self,
            Self::UnexpectedException
                | Self::BillCodeTimeout
                | Self::FileBeingProcessed
                | Self::TransactionNotFinished
        )
    }

    /// What may be done after it.
    #[must_use]
    pub const fn retry(self) -> Retry {
        match self {
            Self::UnexpectedException
            | Self::InvalidAuthorizationCode
            | Self::AuthorizationBlocked
            | Self::AuthorizationCodeTimeout
            | Self::AccessDenied
            | Self::AgreementNotReady
            | Self::BillCodeTimeout
            | Self::FileBeingProcessed
            | Self::RevocationCheckFailed
            | Self::SeveralMachines
            | Self::TransactionNotFinished
            | Self::CredentialsExpired
            | Self::AccountBlocked
            | Self::TokenInvalid
            | Self::TokenExpired
            | Self::RequestExpired
            | Self::MobileAppNotReady => Retry::NewTransaction,
            _ => Retry::Never,
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::UnexpectedException
            | Self::AccessDenied
            | Self::AgreementNotReady
            | Self::BillCodeTimeout
            | Self::FileBeingProcessed
            | Self::RevocationCheckFailed
            | Self::SeveralMachines
            | Self::TransactionNotFinished
            | Self::RequestExpired
            | Self::MobileAppNotReady => Fault::Signer,
            Self::UnsupportedOperation => Fault::Unsupported,
            _ => Fault::Caller,
        }
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.meaning(), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_number_has_its_own_code() {
        for number in std::iter::once(0).chain(1000..=1029) {
            let code = ResponseCode::from_number(number).unwrap();
            assert_eq!(code.number(), number);
            assert!(!code.meaning().is_empty());
        }
        assert_eq!(ResponseCode::from_number(1030), None);
        assert_eq!(ResponseCode::from_number(3034), Some(ResponseCode::AcceptedAsynchronously));
        let numbers: std::collections::BTreeSet<_> =
            ResponseCode::ALL.iter().map(|code| code.number()).collect();
        assert_eq!(numbers.len(), ResponseCode::ALL.len());
    }
}
