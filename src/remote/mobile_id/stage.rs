//! Where a transaction stands.

use serde::{Deserialize, Serialize};

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stage {
    /// `credentials/info` is due or under way.
    Info,
    /// `credentials/sendOTP`.
    SendOtp,
    /// The signer is asked for the code.
    Code,
    /// `credentials/authorize`.
    Authorize,
    /// The signer is confirming on the phone.
    Confirm,
    /// `credentials/extendTransaction`.
    Extend,
    /// `signature/signHash`.
    Sign,
    /// The service is signing; `signatures/signPolling` asks for the values.
    Collect,
    /// `auth/revoke` of the SAD.
    Revoke,
    /// It is over.
    Ended,
}

/// The call of a stage.
pub(super) const fn call_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Info => "credentials/info",
        Stage::SendOtp => "credentials/sendOTP",
        Stage::Code | Stage::Authorize | Stage::Confirm => "credentials/authorize",
        Stage::Extend => "credentials/extendTransaction",
        Stage::Sign => "signature/signHash",
        Stage::Collect => "signatures/signPolling",
        Stage::Revoke | Stage::Ended => "auth/revoke",
    }
}
