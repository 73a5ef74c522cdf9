//! A prepared signature: it gives the request and the state, and takes the value.

use std::io;

use super::check_value;
use super::error::{AcceptError, ResumeError, Warning};
use super::reopen::check_revision;
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::certificate::Chain;
use crate::cms::{self, SignedAttributes, SigningCertificate};
use crate::embed::Signed;
use crate::limits::Limits;
use crate::profile::pades::SubFilter;
use crate::request::{Payload, ServiceKind, SignatureValue, SigningRequest};
use crate::source::{Source, for_each_piece};
use crate::state::{Base64, Body, DocumentFormat, PdfBody, Service, State};
use crate::syntax::pdf::ObjectId;
use crate::syntax::pdf::revision::Appended;

/// What both kinds of service have in common.
#[derive(Debug)]
pub(super) struct Plan<S> {
    pub(super) source: S,
    pub(super) document: String,
    pub(super) input_length: u64,
    pub(super) input_digest: Digest,
    pub(super) byte_range_digest: Digest,
    pub(super) appended: Appended,
    pub(super) chain: Chain,
    pub(super) suite: Suite,
    pub(super) sub_filter: SubFilter,
    pub(super) warnings: Vec<Warning>,
}

/// A PDF prepared for a service that returns a raw signature value.
#[derive(Debug)]
pub struct Prepared<S> {
    plan: Plan<S>,
    attributes: SignedAttributes,
}

/// A PDF prepared for a service that returns a whole CMS.
#[derive(Debug)]
pub struct PreparedCms<S> {
    plan: Plan<S>,
}

/// Digests of a prepared document.
pub(super) struct Hashes {
    pub(super) input: Digest,
    pub(super) byte_range: Digest,
}

/// Hashes the input once, and goes on with the revision around its gap.
pub(super) fn hash_around_gap<S: Source>(
    source: &S,
    input_length: u64,
    appended: &Appended,
    algorithm: DigestAlgorithm,
) -> io::Result<Hashes> {
    let mut hasher = algorithm.hasher();
    for_each_piece(source, input_length, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    let input = hasher.clone().finalize();
    hasher.update(&appended.head);
    hasher.update(&appended.tail);
    Ok(Hashes { input, byte_range: hasher.finalize() })
}

/// What a state holds of a PDF.
fn body_of(state: State) -> Result<PdfBody, ResumeError> {
    match state.body {
        Body::Pdf(body) => Ok(*body),
        Body::Xml(_) => Err(ResumeError::OtherFormat { found: DocumentFormat::Xml }),
    }
}

impl<S: Source> Plan<S> {
    fn request(&self, kind: ServiceKind, payload: Payload) -> SigningRequest {
        let certificate = self.chain.leaf_digest(DigestAlgorithm::Sha256);
        SigningRequest::new(self.document.clone(), kind, self.suite, payload, certificate)
    }

    fn state(&self, service: Service, attributes: Option<&SignedAttributes>) -> State {
        let certificates = self.chain.certificates().iter();
        State {
            body: Body::Pdf(Box::new(PdfBody {
                service,
                document: self.document.clone(),
                input_length: self.input_length,
                input_digest: self.input_digest.into(),
                signature_algorithm: self.suite.signature().name().to_owned(),
                digest_algorithm: self.suite.digest().name().to_owned(),
                subfilter: self.sub_filter.name().to_owned(),
                chain: certificates.map(|certificate| Base64(certificate.der().to_vec())).collect(),
                revision_head: Base64(self.appended.head.clone()),
                gap: self.appended.gap,
                revision_tail: Base64(self.appended.tail.clone()),
                signature_object: (self.appended.signature.number, self.appended.signature.generation),
                byte_range_digest: self.byte_range_digest.into(),
                signed_attributes: attributes.map(|attributes| Base64(attributes.as_der().to_vec())),
            })),
        }
    }

    /// Bytes of DER that fit the gap.
    const fn reserved(&self) -> u64 {
        self.appended.gap.saturating_sub(2) / 2
    }

    fn resume(body: PdfBody, source: S, expected: Service, limits: &Limits) -> Result<Self, ResumeError> {
        let changed = |what| ResumeError::Changed { what };
        if body.service != expected {
            return Err(ResumeError::OtherService { found: body.service.into() });
        }
        let found = source.len()?;
        if found != body.input_length {
            let what = format!("it has {found} bytes, the prepared one had {}", body.input_length);
            return Err(ResumeError::OtherDocument { what });
        }
        let chain = Chain::from_der(body.chain.iter().map(|certificate| certificate.0.as_slice()))?;
        let algorithms = (
            SignatureAlgorithm::from_name(&body.signature_algorithm),
            DigestAlgorithm::from_name(&body.digest_algorithm),
        );
        let (Some(signature), Some(digest)) = algorithms else {
            return Err(changed("it names an algorithm that does not exist"));
        };
        let suite = Suite::new(signature, digest, chain.public_key())
            .map_err(|_| changed("its algorithms do not go with the certificate"))?;
        let sub_filter =
            SubFilter::from_name(&body.subfilter).ok_or_else(|| changed("its subfilter does not exist"))?;
        let most = (limits.cms_bytes as u64).saturating_mul(2).saturating_add(2);
        if body.gap < 2 || !body.gap.is_multiple_of(2) || body.gap > most {
            return Err(changed("the gap is no hex string that can be"));
        }
        let (number, generation) = body.signature_object;
        let appended = Appended {
            head: body.revision_head.0,
            gap: body.gap,
            tail: body.revision_tail.0,
            signature: ObjectId::new(number, generation),
        };
        let hashes = hash_around_gap(&source, body.input_length, &appended, digest)?;
        if body.input_digest.digest(digest) != Some(hashes.input) {
            let what = format!("its {} digest differs", digest.name());
            return Err(ResumeError::OtherDocument { what });
        }
        if body.byte_range_digest.digest(digest) != Some(hashes.byte_range) {
            return Err(changed("the revision does not hash to the digest that was saved"));
        }
        let plan = Self {
            source,
            document: body.document,
            input_length: body.input_length,
            input_digest: hashes.input,
            byte_range_digest: hashes.byte_range,
            appended,
            chain,
            suite,
            sub_filter,
            warnings: Vec::new(),
        };
        check_revision(&plan.source, plan.input_length, &plan.appended, sub_filter, limits)?;
        Ok(plan)
    }

    fn fits(&self, cms: &[u8]) -> Result<(), AcceptError> {
        let (reserved, needed) = (self.reserved(), cms.len() as u64);
        if needed > reserved { Err(AcceptError::ContentsTooSmall { reserved, needed }) } else { Ok(()) }
    }

    fn signed(self, cms: Vec<u8>) -> Signed<S> {
        Signed::new(self.source, self.input_length, self.appended, cms)
    }
}

impl<S: Source> Prepared<S> {
    pub(super) const fn new(plan: Plan<S>, attributes: SignedAttributes) -> Self {
        Self { plan, attributes }
    }

    /// What to send to the signer: the digest of the signed attributes, or for Ed25519 their DER.
    #[must_use]
    pub fn request(&self) -> SigningRequest {
        self.plan.request(ServiceKind::Raw, self.payload())
    }

    fn payload(&self) -> Payload {
        if self.plan.suite.signature() == SignatureAlgorithm::Ed25519 {
            Payload::Message(self.attributes.as_der().to_vec())
        } else {
            Payload::Digest(self.attributes.digest(self.plan.suite.digest()))
        }
    }

    /// What to store while the signer signs.
    #[must_use]
    pub fn state(&self) -> State {
        self.plan.state(Service::Raw, Some(&self.attributes))
    }

    /// What the caller should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.plan.warnings
    }

    /// Takes up a stored state with the document it was prepared from, under the default limits.
    ///
    /// # Errors
    /// As for [`Prepared::resume_within`].
    pub fn resume(state: State, source: S) -> Result<Self, ResumeError> {
        Self::resume_within(state, source, &Limits::default())
    }

    /// Takes up a stored state with the document it was prepared from.
    ///
    /// Nothing in the state is trusted: the document is hashed anew, the digest around the gap must be the
    /// messageDigest, the signing certificate the leaf, and the revision must read as the one that was
    /// prepared.
    ///
    /// # Errors
    /// [`ResumeError`]: another document, a changed state, a state for the other kind of service.
    pub fn resume_within(state: State, source: S, limits: &Limits) -> Result<Self, ResumeError> {
        let mut body = body_of(state)?;
        let der = body.signed_attributes.take();
        let plan = Plan::resume(body, source, Service::Raw, limits)?;
        let changed = |what| ResumeError::Changed { what };
        let der = der.ok_or_else(|| changed("the signed attributes are missing"))?;
        let attributes = SignedAttributes::from_der(&der.0).map_err(ResumeError::Attributes)?;
        if *attributes.message_digest() != plan.byte_range_digest {
            return Err(changed("messageDigest is not the digest of the document"));
        }
        let (algorithm, hash) = attributes.certificate_digest();
        if algorithm != plan.suite.digest() || hash != plan.chain.leaf_digest(algorithm).as_bytes() {
            return Err(changed("signing-certificate-v2 does not name the leaf"));
        }
        let signing_time = plan.sub_filter.has_signing_time();
        if attributes.signing_time().is_some() != signing_time {
            return Err(changed("signing-time does not go with the subfilter"));
        }
        if plan.reserved() < cms::reserved_len(&plan.chain, plan.suite, signing_time, false) as u64 {
            return Err(changed("the gap is too small for the signature"));
        }
        Ok(Self { plan, attributes })
    }

    /// Whether `accept` would take the value; the prepared signature stays.
    ///
    /// # Errors
    /// As for [`Prepared::accept`].
    pub fn check(&self, value: &SignatureValue) -> Result<(), AcceptError> {
        check_value(self.plan.chain.public_key(), self.plan.suite, &self.payload(), value)
    }

    /// Takes the value: verifies it under the leaf saved at prepare time.
    ///
    /// # Errors
    /// [`AcceptError`]: it does not verify, and which known mistake it looks like. The state can be
    /// resumed again for another value.
    pub fn accept(self, value: &SignatureValue) -> Result<Signed<S>, AcceptError> {
        self.check(value)?;
        self.assemble(value)
    }

    /// The one way around the check of a value.
    #[must_use]
    pub const fn dangerous(self) -> Dangerous<S> {
        Dangerous(self)
    }

    fn assemble(self, value: &SignatureValue) -> Result<Signed<S>, AcceptError> {
        let plan = self.plan;
        let stored = plan.chain.public_key().stored_value(plan.suite, value.as_bytes())?;
        let cms = cms::assemble(&self.attributes, plan.suite, &stored, &plan.chain);
        plan.fits(&cms)?;
        Ok(plan.signed(cms))
    }
}

/// What can go wrong unnoticed, under a name that is noticed.
#[derive(Debug)]
pub struct Dangerous<S>(Prepared<S>);

impl<S: Source> Dangerous<S> {
    /// Embeds a value without verifying it. A wrong value makes a document that every reader rejects.
    ///
    /// # Errors
    /// [`AcceptError`] when the value cannot be stored.
    pub fn accept_without_verifying(self, value: &SignatureValue) -> Result<Signed<S>, AcceptError> {
        self.0.assemble(value)
    }
}

impl<S: Source> PreparedCms<S> {
    pub(super) const fn new(plan: Plan<S>) -> Self {
        Self { plan }
    }

    /// What to send to the signer: the digest of the document's bytes around the gap.
    #[must_use]
    pub fn request(&self) -> SigningRequest {
        self.plan.request(ServiceKind::Cms, Payload::Digest(self.plan.byte_range_digest))
    }

    /// What to store while the signer signs.
    #[must_use]
    pub fn state(&self) -> State {
        self.plan.state(Service::Cms, None)
    }

    /// What the caller should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.plan.warnings
    }

    /// Takes up a stored state with the document it was prepared from, under the default limits.
    ///
    /// # Errors
    /// As for [`Prepared::resume_within`].
    pub fn resume(state: State, source: S) -> Result<Self, ResumeError> {
        Self::resume_within(state, source, &Limits::default())
    }

    /// Takes up a stored state with the document it was prepared from.
    ///
    /// # Errors
    /// As for [`Prepared::resume_within`].
    pub fn resume_within(state: State, source: S, limits: &Limits) -> Result<Self, ResumeError> {
        let body = body_of(state)?;
        if body.signed_attributes.is_some() && body.service == Service::Cms {
            return Err(ResumeError::Changed { what: "signed attributes that a whole-CMS service makes" });
        }
        Plan::resume(body, source, Service::Cms, limits).map(|plan| Self { plan })
    }

    /// Takes the CMS and stores it unmodified, once it has shown to be a signature of this document by
    /// the leaf saved at prepare time: one SignerInfo, its messageDigest, its signing certificate, its
    /// signature.
    ///
    /// # Errors
    /// [`AcceptError`]: what does not hold, or that it does not fit the space reserved.
    pub fn accept(self, value: &SignatureValue) -> Result<Signed<S>, AcceptError> {
        let plan = self.plan;
        let cms = value.as_bytes();
        plan.fits(cms)?;
        let certificate = match plan.sub_filter {
            SubFilter::Pades => SigningCertificate::Required,
            SubFilter::Pkcs7 => SigningCertificate::Optional,
        };
        let limits = Limits::default();
        cms::check_returned(cms, &plan.byte_range_digest, &plan.chain, certificate, &limits)?;
        Ok(plan.signed(cms.to_vec()))
    }
}
