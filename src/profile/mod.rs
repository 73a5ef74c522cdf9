//! What the formats prescribe, as tables. No input, no output.

pub(crate) mod key_info;
pub(crate) mod pades;
pub(crate) mod sign_cloud;
pub(crate) mod tt78;
pub(crate) mod xades;
pub(crate) mod xmldsig;
