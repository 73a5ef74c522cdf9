//! RSASSA-PSS-params (RFC 4055, 3.1).

use super::DigestAlgorithm;
use crate::asn1::{Asn1Error, Reader, SEQUENCE, Tlv, context, oid};

/// The parameters of an RSASSA-PSS signature or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PssParams {
    pub(crate) digest: DigestAlgorithm,
    /// Bytes; in a key the least that signatures may use.
    pub(crate) salt_len: usize,
}

impl PssParams {
    /// Reads the SEQUENCE; what is absent has its default, SHA-1 and 20.
    pub(crate) fn read(params: &Tlv<'_>) -> Result<Self, Asn1Error> {
        if params.tag != SEQUENCE {
            return Err(Asn1Error::Tag { offset: params.offset, expected: SEQUENCE, found: params.tag });
        }
        let mut fields = params.inside();
        let digest = match fields.optional(context(0))? {
            Some(field) => digest_algorithm(&mut field.inside())?,
            None => DigestAlgorithm::Sha1,
        };
        let mask = match fields.optional(context(1))? {
            Some(field) => {
                let mut algorithm = field.inside().expect(SEQUENCE)?.inside();
                let at = algorithm.offset();
                if algorithm.oid()? != oid::MGF1 {
                    return Err(Asn1Error::Value { offset: at, what: "mask generation other than MGF1" });
                }
                digest_algorithm(&mut algorithm)?
            }
            None => DigestAlgorithm::Sha1,
        };
        if mask != digest {
            let what = "MGF1 over another digest than the signature's";
            return Err(Asn1Error::Value { offset: params.offset, what });
        }
        let salt_len = match fields.optional(context(2))? {
            Some(field) => usize::try_from(field.inside().small_integer()?).unwrap_or(usize::MAX),
            None => 20,
        };
        if let Some(field) = fields.optional(context(3))?
            && field.inside().small_integer()? != 1
        {
            return Err(Asn1Error::Value { offset: field.offset, what: "unknown trailer field" });
        }
        fields.finish()?;
        Ok(Self { digest, salt_len })
    }
}

fn digest_algorithm(reader: &mut Reader<'_>) -> Result<DigestAlgorithm, Asn1Error> {
    let mut algorithm = reader.expect(SEQUENCE)?.inside();
    let offset = algorithm.offset();
    DigestAlgorithm::from_oid(&algorithm.oid()?)
        .ok_or(Asn1Error::Value { offset, what: "unknown digest algorithm" })
}
