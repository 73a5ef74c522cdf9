//! Requests and responses as the two documents print them.
//!
//! One type serves both versions: what only one of them has is optional. Responses are read leniently:
//! unknown members are passed over, `null` is absence, numbers and truth values may be text.

mod access;
mod credentials;
mod signatures;

pub use access::{
    InfoRequest, InfoResponse, LoginRequest, LoginResponse, RevokeRequest, SignAlgorithms, SignatureFormats,
    TokenResponse,
};
pub use credentials::{
    Auth, AuthObject, AuthorizeCheckRequest, AuthorizeRequest, AuthorizeResponse, Certificate,
    ChallengeRequest, ChallengeResponse, CredentialResponse, ExtendRequest, InfoRequest as CredentialRequest,
    Key, ListRequest, ListResponse, ObjectType, Otp, Pin, SendOtpRequest,
};
pub use signatures::{
    DocumentDigests, PollingRequest, SignDocRequest, SignHashRequest, SignedProperty, SignedResponse,
    TimestampRequest, TimestampResponse, ValidationInfo,
};

pub use crate::remote::hidden::Hidden;
