//! The one door through which the tests of the pipeline reach the crate, and small PDFs to sign.
#![allow(dead_code, unused_imports, reason = "each test program uses its part")]

pub(crate) mod small_pdf;

pub(crate) use kyso::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite, ToBeSigned};
pub(crate) use kyso::certificate::Chain;
pub(crate) use kyso::cms::{CmsError, SignedAttributes};
pub(crate) use kyso::mistake::{Form, KnownMistake};
pub(crate) use kyso::pdf::{
    AcceptError, CertificateConstraints, Certification, FieldLock, Fields, NewField, PrepareError, Prepared,
    PreparedCms, Refusal, ResumeError, SeedValue, Signed, Signing, SubFilter, Warning,
};
pub(crate) use kyso::signer::{LocalKey, Signer};
pub(crate) use kyso::verify;
pub(crate) use kyso::{
    At, Entropy, Fault, Limits, Password, Seekable, ServiceKind, SignatureValue, SigningRequest, Source,
    State, StateError,
};

use std::fs;
use std::io;
use std::path::Path;

/// A key of `testdata/keys` with its chain.
pub(crate) struct Identity {
    pub(crate) chain: Chain,
    pub(crate) key: LocalKey,
}

/// `rsa2048`, `p256`, `p384`, `p521` or `ed25519`.
pub(crate) fn identity(name: &str) -> Identity {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys");
    let read = |name: String| fs::read(keys.join(name)).unwrap();
    Identity {
        chain: Chain::from_pem(&read(format!("{name}-chain.pem"))).unwrap(),
        key: LocalKey::from_pem(&read(format!("{name}-key.pem")), None).unwrap(),
    }
}

pub(crate) fn at() -> At {
    At {
        time: chrono::DateTime::parse_from_rfc3339("2026-06-01T08:00:00+07:00").unwrap(),
        entropy: Entropy::new([7; 32]),
    }
}

impl Identity {
    pub(crate) fn signing(&self) -> Signing {
        Signing::new(&self.chain)
    }

    pub(crate) fn suite(&self) -> Suite {
        Suite::default_for(self.chain.public_key())
    }

    /// What the remote service answers.
    pub(crate) fn answer(&self, request: &SigningRequest) -> SignatureValue {
        SignatureValue::from_bytes(self.key.sign(request.suite(), request.to_be_signed()).unwrap())
    }

    /// The service's answer had it been asked about `what`.
    pub(crate) fn answer_to(&self, suite: Suite, what: ToBeSigned<'_>) -> SignatureValue {
        SignatureValue::from_bytes(self.key.sign(suite, what).unwrap())
    }

    /// The whole way, through the stored state as another process would go.
    pub(crate) fn sign_as<S: Source + Clone>(
        &self,
        signing: &Signing,
        source: S,
    ) -> Result<Signed<S>, PrepareError> {
        let prepared = signing.prepare(source.clone(), &at())?;
        let value = self.answer(&prepared.request());
        let state = State::from_json(&prepared.state().to_json()).unwrap();
        Ok(Prepared::resume(state, source).unwrap().accept(&value).unwrap())
    }

    pub(crate) fn sign(&self, document: &[u8]) -> Vec<u8> {
        let signed = self.sign_as(&self.signing(), document);
        signed.unwrap_or_else(|error| panic!("{error}")).to_bytes().unwrap()
    }
}

/// A source that gives between one and `most` bytes at a time, and is interrupted now and then.
#[derive(Clone)]
pub(crate) struct Trickle<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) most: usize,
}

impl Source for Trickle<'_> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(offset).unwrap().min(self.bytes.len());
        let count = (1 + (at * 7) % self.most).min(buf.len()).min(self.bytes.len() - at);
        buf[..count].copy_from_slice(&self.bytes[at..at + count]);
        Ok(count)
    }
}

/// A source that knows its length, and fails or ends before it.
#[derive(Clone)]
pub(crate) struct Shrunk<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) readable: &'a std::cell::Cell<usize>,
}

impl Source for Shrunk<'_> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.bytes[..self.readable.get()].read_at(offset, buf)
    }
}
