//! The SignedData around signed attributes and a value.

use super::SignedAttributes;
use crate::algorithm::{Digest, Suite, digest_identifier, signature_identifier};
#[cfg(feature = "sandbox")]
use crate::asn1::OID;
use crate::asn1::{OCTET_STRING, SEQUENCE, SET, context, write};
use crate::certificate::Chain;

/// Bytes set aside for a timestamp token in the unsigned attributes, when that is asked for.
///
/// Tokens with their authority's certificates take 2 to 10 KiB.
pub const TIMESTAMP_ROOM: usize = 16 << 10;

/// `contentType` signedData.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// `encapContentInfo` of type data, without content.
const DETACHED_DATA: &[u8] = &[0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
/// `CMSVersion` 1: issuerAndSerialNumber, content of type data.
const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];

/// The lengths of the contents, from the inside out.
struct Lengths {
    signer_info: usize,
    signed_data: usize,
    explicit: usize,
    content_info: usize,
}

impl Lengths {
    fn new(
        chain: &Chain,
        content: usize,
        digest_id: usize,
        signature_id: usize,
        attributes: usize,
        rest: usize,
    ) -> Self {
        let sum = |parts: &[usize]| parts.iter().fold(0_usize, |sum, part| sum.saturating_add(*part));
        let signer_info = sum(&[
            VERSION_1.len(),
            chain.issuer_and_serial().len(),
            digest_id,
            write::tlv_len(attributes),
            signature_id,
            rest,
        ]);
        let signed_data = sum(&[
            VERSION_1.len(),
            write::tlv_len(digest_id),
            content,
            write::tlv_len(chain.certificates_der().len()),
            write::tlv_len(write::tlv_len(signer_info)),
        ]);
        let explicit = write::tlv_len(signed_data);
        let content_info = sum(&[SIGNED_DATA.len(), write::tlv_len(explicit)]);
        Self { signer_info, signed_data, explicit, content_info }
    }
}

/// The detached SignedData (RFC 5652, 5.1) with one SignerInfo: DER, certificates byte for byte as
/// they were given.
///
/// `value` is in the form that [`PublicKey::stored_value`](crate::algorithm::PublicKey::stored_value)
/// gives. It is not checked here.
#[must_use]
pub fn assemble(attributes: &SignedAttributes, suite: Suite, value: &[u8], chain: &Chain) -> Vec<u8> {
    around(VERSION_1, DETACHED_DATA, attributes, suite, value, chain)
}

/// The same around content of a type other than data, which it holds.
#[cfg(feature = "sandbox")]
pub(crate) fn assemble_around(
    content_type: &const_oid::ObjectIdentifier,
    content: &[u8],
    attributes: &SignedAttributes,
    suite: Suite,
    value: &[u8],
    chain: &Chain,
) -> Vec<u8> {
    /// `CMSVersion` 3: issuerAndSerialNumber, content of another type.
    const VERSION_3: &[u8] = &[0x02, 0x01, 0x03];
    let kind = write::wrap(OID, &[content_type.as_bytes()]);
    let inside = write::wrap(context(0), &[&write::wrap(OCTET_STRING, &[content])]);
    around(VERSION_3, &write::wrap(SEQUENCE, &[&kind, &inside]), attributes, suite, value, chain)
}

fn around(
    version: &[u8],
    content: &[u8],
    attributes: &SignedAttributes,
    suite: Suite,
    value: &[u8],
    chain: &Chain,
) -> Vec<u8> {
    let digest_id = digest_identifier(suite.digest());
    let signature_id = signature_identifier(suite);
    let signed = attributes.contents();
    let value_len = write::tlv_len(value.len());
    let lengths =
        Lengths::new(chain, content.len(), digest_id.len(), signature_id.len(), signed.len(), value_len);
    let mut out = Vec::with_capacity(write::tlv_len(lengths.content_info));
    write::header(&mut out, SEQUENCE, lengths.content_info);
    out.extend_from_slice(SIGNED_DATA);
    write::header(&mut out, context(0), lengths.explicit);
    write::header(&mut out, SEQUENCE, lengths.signed_data);
    out.extend_from_slice(version);
    write::tlv(&mut out, SET, &digest_id);
    out.extend_from_slice(content);
    write::tlv(&mut out, context(0), chain.certificates_der());
    write::header(&mut out, SET, write::tlv_len(lengths.signer_info));
    write::header(&mut out, SEQUENCE, lengths.signer_info);
    out.extend_from_slice(VERSION_1);
    out.extend_from_slice(chain.issuer_and_serial());
    out.extend_from_slice(&digest_id);
    write::tlv(&mut out, context(0), signed);
    out.extend_from_slice(&signature_id);
    write::tlv(&mut out, OCTET_STRING, value);
    out
}

/// Bytes that [`assemble`] needs at most: exact for RSA and Ed25519 without signing-time, a few bytes
/// more than needed otherwise; with a timestamp [`TIMESTAMP_ROOM`] more.
#[must_use]
pub fn reserved_len(chain: &Chain, suite: Suite, signing_time: bool, timestamp: bool) -> usize {
    /// 2050-01-01: from here on a time takes the longer of its two forms.
    const LONG_TIME: i64 = 2_524_608_000;
    let zeros = [0; 64];
    let attributes = zeros
        .get(..suite.digest().len())
        .and_then(|zeros| Digest::from_bytes(suite.digest(), zeros))
        .and_then(|digest| {
            SignedAttributes::new(&digest, chain, suite, signing_time.then_some(LONG_TIME)).ok()
        })
        .map_or(0, |attributes| attributes.contents().len());
    let value = write::tlv_len(chain.public_key().max_signature_len());
    let rest = if timestamp { value.saturating_add(TIMESTAMP_ROOM) } else { value };
    let digest_id = digest_identifier(suite.digest()).len();
    let signature_id = signature_identifier(suite).len();
    let lengths = Lengths::new(chain, DETACHED_DATA.len(), digest_id, signature_id, attributes, rest);
    write::tlv_len(lengths.content_info)
}
