//! The calls of the service, as its document names them.

pub(super) const GET_CERTIFICATE: &str = "v1/credentials/get_certificate";
pub(super) const SIGN: &str = "v1/signatures/sign";
pub(super) const STATUS: &str = "v1/signatures/sign/{tranId}/status";
pub(super) const SIGN_TH: &str = "v2/signatures/sign";
pub(super) const CONFIRM_TH: &str = "v2/signatures/confirm";
