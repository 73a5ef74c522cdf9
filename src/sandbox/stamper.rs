//! The time-stamping authority of the sandbox: tokens over digests (RFC 3161, 2.4.2).

use chrono::{DateTime, Utc};
use const_oid::ObjectIdentifier;

use super::SandboxError;
use super::authority::{Authority, Issued, Purpose, Subject};
use super::keys::Kind;
use super::signing::SignError;
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned, digest_identifier};
use crate::asn1::{GENERALIZED_TIME, OCTET_STRING, OID, SEQUENCE, oid, write};
use crate::certificate::Chain;
use crate::cms::{SignedAttributes, assemble_around};
use crate::signer::{LocalKey, Signer as _};

/// The policy: below the enterprise number that is kept for examples (RFC 5612).
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");

/// Whoever says what time it is.
pub(super) struct Stamper {
    chain: Chain,
    key: LocalKey,
}

impl Stamper {
    pub(super) fn open(authority: &Authority) -> Result<Self, SandboxError> {
        let subject =
            Subject {
                common_name: "Kyso Sandbox Time Stamping", uid: "MST:0000000003", locality: "Hà Nội"
            };
        let Issued { chain, key, .. } =
            authority.issue("time-stamping", Kind::P256, &subject, Purpose::TimeStamping)?;
        Ok(Self { chain, key })
    }

    /// A token over a digest: DER. `serial` and `nonce` are the digits of numbers, the highest first.
    pub(super) fn token(
        &self,
        digest: &Digest,
        serial: &[u8],
        nonce: Option<&[u8]>,
        time: DateTime<Utc>,
    ) -> Result<Vec<u8>, SignError> {
        let info = info(digest, serial, nonce, time);
        let algorithm = DigestAlgorithm::Sha256;
        let suite = Suite::new(SignatureAlgorithm::Ecdsa, algorithm, self.chain.public_key())?;
        let attributes =
            SignedAttributes::of(oid::TST_INFO, &algorithm.hash(&info), &self.chain, suite, None)?;
        let signed = algorithm.hash(attributes.as_der());
        let value = self.key.sign(suite, ToBeSigned::Digest(&signed))?;
        let value = self.chain.public_key().stored_value(suite, &value).unwrap_or(value);
        Ok(assemble_around(&oid::TST_INFO, &info, &attributes, suite, &value, &self.chain))
    }
}

/// The TSTInfo.
fn info(digest: &Digest, serial: &[u8], nonce: Option<&[u8]>, time: DateTime<Utc>) -> Vec<u8> {
    let version = write::unsigned(&[1]);
    let policy = write::wrap(OID, &[POLICY.as_bytes()]);
    let hash = write::wrap(OCTET_STRING, &[digest.as_bytes()]);
    let imprint = write::wrap(SEQUENCE, &[&digest_identifier(digest.algorithm()), &hash]);
    let time = write::wrap(GENERALIZED_TIME, &[time.format("%Y%m%d%H%M%SZ").to_string().as_bytes()]);
    let nonce = nonce.map(write::unsigned).unwrap_or_default();
    write::wrap(SEQUENCE, &[&version, &policy, &imprint, &write::unsigned(serial), &time, &nonce])
}
