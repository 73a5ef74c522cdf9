//! A prepared XML signature: it gives the request and the state, and takes the value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::compose::Composed;
use super::{own, reopen};
use crate::algorithm::{Digest, DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::certificate::Chain;
use crate::embed::{Placement, SignedXml};
use crate::limits::Limits;
use crate::prepare::{AcceptError, ResumeError, Warning, check_value};
use crate::request::{Payload, ServiceKind, SignatureValue, SigningRequest};
use crate::source::{Source, for_each_piece};
use crate::state::{Base64, Body, DocumentFormat, State, XmlBody};
use crate::syntax::xml::plain::Encoding;
use crate::syntax::xml::scope::Context;

/// Everything but the value.
#[derive(Debug)]
pub(super) struct Plan<S> {
    pub(super) source: S,
    pub(super) document: String,
    pub(super) input_length: u64,
    pub(super) input_digest: Digest,
    pub(super) chain: Chain,
    pub(super) suite: Suite,
    pub(super) composed: Composed,
    pub(super) placement: Placement,
    pub(super) context: Context,
    pub(super) warnings: Vec<Warning>,
}

/// An XML document prepared for a service that returns a raw signature value.
#[derive(Debug)]
pub struct Prepared<S> {
    plan: Plan<S>,
}

impl<S: Source> Prepared<S> {
    pub(super) const fn new(plan: Plan<S>) -> Self {
        Self { plan }
    }

    /// What to send to the signer: the digest of the canonical SignedInfo, or for Ed25519 its octets.
    #[must_use]
    pub fn request(&self) -> SigningRequest {
        let plan = &self.plan;
        let certificate = plan.chain.leaf_digest(DigestAlgorithm::Sha256);
        SigningRequest::new(plan.document.clone(), ServiceKind::Raw, plan.suite, self.payload(), certificate)
    }

    fn payload(&self) -> Payload {
        if self.plan.suite.signature() == SignatureAlgorithm::Ed25519 {
            Payload::Message(self.plan.composed.signed_info.clone())
        } else {
            Payload::Digest(self.plan.suite.digest().hash(&self.plan.composed.signed_info))
        }
    }

    /// The canonical octets of SignedInfo: what is signed.
    #[must_use]
    pub fn signed_info(&self) -> &[u8] {
        &self.plan.composed.signed_info
    }

    /// What the caller should know.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.plan.warnings
    }

    /// What to store while the signer signs.
    #[must_use]
    pub fn state(&self) -> State {
        let plan = &self.plan;
        let texts = |pairs: &[(Vec<u8>, Vec<u8>)]| {
            let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
            pairs.iter().map(|(name, value)| (text(name), text(value))).collect()
        };
        let certificates = plan.chain.certificates().iter();
        State {
            body: Body::Xml(Box::new(XmlBody {
                document: plan.document.clone(),
                input_length: plan.input_length,
                input_digest: plan.input_digest.into(),
                signature_algorithm: plan.suite.signature().name().to_owned(),
                digest_algorithm: plan.suite.digest().name().to_owned(),
                chain: certificates.map(|certificate| Base64(certificate.der().to_vec())).collect(),
                head: plan.composed.head.clone(),
                tail: plan.composed.tail.clone(),
                end: plan.composed.end.clone(),
                at: plan.placement.at,
                opened: plan.placement.opened.clone(),
                behind: plan.placement.behind,
                encoding: plan.placement.encoding.name().to_owned(),
                namespaces: texts(&plan.context.bindings),
                inherited: texts(&plan.context.inherited),
                signed_info: Base64(plan.composed.signed_info.clone()),
            })),
        }
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
    /// The document is hashed anew; SignedInfo and the parts of the signature that it covers are
    /// canonicalised anew and must be what was saved; the place must be there.
    ///
    /// # Errors
    /// [`ResumeError`]: another document, a changed state, a state of a PDF.
    pub fn resume_within(state: State, source: S, limits: &Limits) -> Result<Self, ResumeError> {
        let changed = |what| ResumeError::Changed { what };
        let Body::Xml(body) = state.body else {
            return Err(ResumeError::OtherFormat { found: DocumentFormat::Pdf });
        };
        let body = *body;
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
        // SHA-1 was asked for by name when it was prepared.
        let suite = match digest {
            DigestAlgorithm::Sha1 => Suite::for_verification(signature, digest, chain.public_key()),
            _ => Suite::new(signature, digest, chain.public_key()),
        };
        let suite = suite.map_err(|_| changed("its algorithms do not go with the certificate"))?;
        let encoding =
            Encoding::from_name(&body.encoding).ok_or_else(|| changed("its encoding does not exist"))?;
        let mut hasher = DigestAlgorithm::Sha256.hasher();
        for_each_piece(&source, body.input_length, |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        let input_digest = hasher.finalize();
        if body.input_digest.digest(DigestAlgorithm::Sha256) != Some(input_digest) {
            return Err(ResumeError::OtherDocument { what: "its sha256 digest differs".to_owned() });
        }
        let places = [Some(body.at), body.behind];
        if places.into_iter().flatten().any(|place| place > body.input_length)
            || body.behind < Some(body.at).filter(|_| body.behind.is_some())
        {
            return Err(changed("the signature would stand outside of the document"));
        }
        let bytes = |pairs: Vec<(String, String)>| {
            pairs.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect()
        };
        let context = Context { bindings: bytes(body.namespaces), inherited: bytes(body.inherited) };
        let plan = Plan {
            source,
            document: body.document,
            input_length: body.input_length,
            input_digest,
            chain,
            suite,
            composed: Composed {
                head: body.head,
                tail: body.tail,
                end: body.end,
                signed_info: body.signed_info.0,
            },
            placement: Placement { at: body.at, opened: body.opened, behind: body.behind, encoding },
            context,
            warnings: Vec::new(),
        };
        own::check(&plan.composed, &plan.context, suite, &plan.chain, limits)?;
        reopen::check(&plan, limits)?;
        Ok(Self { plan })
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
    pub fn accept(self, value: &SignatureValue) -> Result<SignedXml<S>, AcceptError> {
        self.check(value)?;
        self.assemble(value)
    }

    /// The one way around the check of a value.
    #[must_use]
    pub const fn dangerous(self) -> Dangerous<S> {
        Dangerous(self)
    }

    fn assemble(self, value: &SignatureValue) -> Result<SignedXml<S>, AcceptError> {
        let plan = self.plan;
        let octets = plan.chain.public_key().xml_value(plan.suite, value.as_bytes())?;
        let value = STANDARD.encode(&octets);
        let signature = [plan.composed.head.as_str(), &value, &plan.composed.tail];
        let insertions = plan.placement.insertions(&signature, &plan.composed.end);
        Ok(SignedXml::new(plan.source, plan.input_length, insertions, octets))
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
    pub fn accept_without_verifying(self, value: &SignatureValue) -> Result<SignedXml<S>, AcceptError> {
        self.0.assemble(value)
    }
}
