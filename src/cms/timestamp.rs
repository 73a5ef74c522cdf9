//! Timestamp tokens (RFC 3161, 2.4.2).

use super::{CmsError, SignedData};
use crate::algorithm::DigestAlgorithm;
use crate::asn1::{GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, Reader, Rules, SEQUENCE, oid, time};

/// What a timestamp token attests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampInfo {
    /// The digest algorithm of the imprint; `None` when it is not supported.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest of what was stamped.
    pub imprint: Vec<u8>,
    /// The time, in Unix seconds; fractions are dropped.
    pub time: i64,
}

impl TimestampInfo {
    /// Reads the TSTInfo inside a token. Its signature is a matter of
    /// [`verify_signer`](super::verify_signer).
    ///
    /// # Errors
    /// When the content is no TSTInfo.
    pub fn read(token: &SignedData) -> Result<Self, CmsError> {
        if token.content_type != oid::TST_INFO.to_string() {
            let expected = oid::TST_INFO.to_string();
            return Err(CmsError::ContentType { expected, found: token.content_type.clone() });
        }
        let mut reader = Reader::new(token.content.as_deref().unwrap_or(&[]), Rules::Lenient);
        let mut fields = reader.expect(SEQUENCE)?.inside();
        fields.expect(INTEGER)?;
        fields.expect(OID)?;
        let mut imprint = fields.expect(SEQUENCE)?.inside();
        let algorithm = DigestAlgorithm::from_oid(&imprint.expect(SEQUENCE)?.inside().oid()?);
        let hash = imprint.expect(OCTET_STRING)?.value.to_vec();
        fields.expect(INTEGER)?;
        let time = time::read(&fields.expect(GENERALIZED_TIME)?)?;
        Ok(Self { algorithm, imprint: hash, time })
    }
}
