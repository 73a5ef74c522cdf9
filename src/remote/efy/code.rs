//! The response codes.

use crate::fault::Fault;
use crate::remote::{Outcome, Retry};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $message:literal, $fault:ident, $retry:ident, $outcome:ident;)*) => {
        /// `responseCode`: the codes that the document lists.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ResponseCode {
            $($(#[$doc])* $name,)*
        }

        impl ResponseCode {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; 31] = [$(Self::$name,)*];

            /// The number.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The message, as the document prints it.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }

            /// Whose fault it is. For the codes of success: the service's, when what should have come along
            /// did not.
            #[must_use]
            pub const fn fault(self) -> Fault {
                match self { $(Self::$name => Fault::$fault,)* }
            }

            /// What may be done.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry,)* }
            }

            /// Whether something may have been signed, when a signing call is answered with it.
            #[must_use]
            pub const fn outcome(self) -> Outcome {
                match self { $(Self::$name => Outcome::$outcome,)* }
            }
        }
    };
}

codes! {
    /// 0.
    Successfully = 0, "SUCCESSFULLY", Signer, NewTransaction, Unknown;
    /// 1000: the relying party calls from an address that it did not register.
    InvalidIpAddress = 1000, "INVALID IP ADDRESS", Caller, Never, Known;
    /// 1001.
    InvalidCredentialData = 1001, "INVALID CREDENTIAL DATA", Caller, Never, Known;
    /// 1002.
    InvalidParams = 1002, "INVALID PARAMS", Caller, Never, Known;
    /// 1003: nobody says how far it came.
    UnexpectedException = 1003, "UNEXPECTED EXCEPTION", Signer, NewTransaction, Unknown;
    /// 1004: the passcode or one-time code is wrong.
    InvalidAuthorizationCode = 1004, "INVALID AUTHORIZATION CODE", Caller, NewTransaction, Known;
    /// 1005: too many wrong codes; it ends by itself after a while.
    AuthorizationBlocked = 1005, "AUTHORIZATION BLOCKED", Caller, NewTransaction, Known;
    /// 1006.
    AuthorizationCodeTimeout = 1006, "AUTHORIZATION CODE TIMEOUT", Caller, NewTransaction, Known;
    /// 1007: the usual answer of success, also next to a signature.
    RequestAccepted = 1007, "REQUEST ACCEPTED", Signer, NewTransaction, Unknown;
    /// 1008.
    AgreementNotFound = 1008, "AGREEEMENT NOT FOUND", Caller, Never, Known;
    /// 1009.
    CertificateNotEnrolled = 1009, "CERTIFICATE IS NOT ENROLLED", Caller, Never, Known;
    /// 1010.
    AgreementExisted = 1010, "AGREEMENT EXISTED", Caller, Never, Known;
    /// 1011.
    UnsupportedOperation = 1011, "UNSUPPORTED OPERATION", Unsupported, Never, Known;
    /// 1012.
    AccessDenied = 1012, "ACCESS DENIED", Caller, Never, Known;
    /// 1013: its certificate is not issued yet.
    AgreementNotReady = 1013, "AGREEMENT NOT READY", Caller, NewTransaction, Known;
    /// 1014.
    CertificateExpired = 1014, "CERTIFICATE IS EXPIRED", Caller, Never, Known;
    /// 1015: it broke while signing.
    BillCodeTimeout = 1015, "BILLCODE TIMEOUT DUE TO UNEXPECTED EXCEPTION WHILE SIGNING", Signer, NewTransaction, Unknown;
    /// 1016.
    FileBeingProcessed = 1016, "FILE IS BEING PROCESSED", Signer, Poll, Unknown;
    /// 1017.
    AgreementRevoked = 1017, "AGREEMENT REVOKED", Caller, Never, Known;
    /// 1018: success, and the signer should change the passcode.
    PasscodeNeedsChange = 1018, "SUCCESSFULLY. YOUR PASSCODE NEED TO BE CHANGED", Signer, NewTransaction, Unknown;
    /// 1019.
    FunctionAccessDenied = 1019, "FUNCTION ACCESS DENIED", Caller, Never, Known;
    /// 1020.
    RevocationCheckFailed = 1020, "FAILED TO CHECK REVOCATION", Signer, NewTransaction, Known;
    /// 1021.
    CertificateRevoked = 1021, "CERTIFICATE REVOKED", Caller, Never, Known;
    /// 1022.
    CertificateUnknown = 1022, "CERTIFICATE UNKNOWN", Caller, Never, Known;
    /// 1023.
    SharedAgreementNotFound = 1023, "SHARED AGREEMENT NOT FOUND", Caller, Never, Known;
    /// 1024.
    SharedAgreementInvalidSharedMode = 1024, "SHARED AGREEMENT INVALID SHARED MODE", Caller, Never, Known;
    /// 1025.
    FileNotFound = 1025, "FILE NOT FOUND", Caller, Never, Known;
    /// 1026.
    MultipleClientMachines = 1026, "MULTIPLE CLIENT MACHINE YSING THE SAME AGREEMENT UUID", Caller, NewTransaction, Known;
    /// 1027.
    TransactionNotFinished = 1027, "TRANSACTION NOT FINISHED", Signer, Poll, Unknown;
    /// 1028.
    EmailRegistered = 1028, "EMAIL HAS BEEN REGISTERED", Caller, Never, Known;
    /// 1029: the token; one logs in again.
    CredentialsExpired = 1029, "CREDENTIALS HAVE BEEN EXPIRED", Caller, NewTransaction, Known;
}

impl ResponseCode {
    /// The code of a number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// 0, 1007 and 1018.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Successfully | Self::RequestAccepted | Self::PasscodeNeedsChange)
    }
}
