//! Tag-length-value encodings (X.690), read and written by position.
//!
//! Certificates and returned signatures are looked at, never decoded and encoded again: every value
//! keeps the slice of the input it came from.

mod error;
pub(crate) mod oid;
pub(crate) mod pem;
mod reader;
pub(crate) mod time;
pub(crate) mod write;

pub use error::Asn1Error;
pub(crate) use reader::{Reader, Rules, Tlv};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The tag byte of a constructed context-specific value.
pub(crate) const fn context(number: u8) -> u8 {
    0xA0 | number
}
