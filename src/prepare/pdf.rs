//! Preparing a PDF: a revision with a gap, and the digest around the gap.

use chrono::{DateTime, FixedOffset};

use super::certify::{Certification, FieldLock, Locks, announce, attest, references};
use super::error::{PrepareError, Refusal, Warning};
use super::field::{choose, permit_visible, place, read_warnings};
use super::placement::Placement;
use super::prepared::{Plan, Prepared, PreparedCms, hash_around_gap};
use super::scene::{Scene, Target};
use super::stand::stands;
use super::terms::Terms;
use super::visible::{Look, Visible};
use super::{At, leaf_warnings};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::appearance::AppearanceTemplate;
use crate::certificate::Chain;
use crate::cms::{self, SignedAttributes};
use crate::limits::Limits;
use crate::password::Password;
use crate::profile::pades::{self, SubFilter};
use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::permissions::{Restrictions, missing_bits};
use crate::syntax::pdf::repair::with_repair;
use crate::syntax::pdf::revision::{Appended, Revision};
use crate::syntax::pdf::{RevisionError, text};

/// A signature on a PDF, described before it is prepared.
///
/// Without a field named, the signature goes into a new field, the first free `SignatureN`. It is invisible
/// unless [`Signing::visible`] says otherwise.
#[derive(Clone, Debug)]
pub struct Signing {
    pub(super) chain: Chain,
    document: String,
    field: Option<String>,
    name: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) location: Option<String>,
    contact: Option<String>,
    pub(super) digest: Option<DigestAlgorithm>,
    signature_algorithm: Option<SignatureAlgorithm>,
    pub(super) sub_filter: Option<SubFilter>,
    pub(super) locks: Locks,
    pub(super) password: Option<Password>,
    override_permissions: bool,
    override_needs_rendering: bool,
    reserve: Option<u64>,
    pub(super) timestamp_room: bool,
    pub(super) visible: Option<Visible>,
    pub(super) email: Option<String>,
    pub(super) limits: Limits,
}

/// What the document gave: the revision around its gap, and what the caller should know.
pub(super) struct Drawn {
    pub(super) appended: Appended,
    terms: Terms,
    warnings: Vec<Warning>,
    /// The pages, from 0, on which it can be seen.
    #[cfg(feature = "preview")]
    pub(super) pages: Vec<usize>,
}

/// Bytes of DER to reserve under the terms.
pub(super) type Reserve<'a> = &'a dyn Fn(&Terms) -> Result<u64, PrepareError>;

impl Signing {
    /// A signature by the leaf of `chain`.
    #[must_use]
    pub fn new(chain: &Chain) -> Self {
        Self {
            chain: chain.clone(),
            document: String::new(),
            field: None,
            name: None,
            reason: None,
            location: None,
            contact: None,
            digest: None,
            signature_algorithm: None,
            sub_filter: None,
            locks: Locks::default(),
            password: None,
            override_permissions: false,
            override_needs_rendering: false,
            reserve: None,
            timestamp_room: false,
            visible: None,
            email: None,
            limits: Limits::default(),
        }
    }

    /// The document's id in the request and the state.
    #[must_use]
    pub fn document(mut self, id: impl Into<String>) -> Self {
        self.document = id.into();
        self
    }

    /// The fully qualified name of the field: an empty signature field, or one to be made.
    ///
    /// An empty field's own lock applies, and so does its seed value: what that requires is chosen where
    /// nothing else was asked for (subfilter, digest, the only reason, certification, locking), and refused
    /// with [`Refusal::SeedValue`] otherwise. What it only prefers is followed where nothing else was asked
    /// for. A timestamp that is required takes [`timestamp_room`](Self::timestamp_room): adding it is then
    /// the caller's.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// The signer's name, `/Name`. Readers take it from the certificate when it is absent.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Why the document is signed, `/Reason`.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Where the document is signed, `/Location`.
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// How to reach the signer, `/ContactInfo`.
    #[must_use]
    pub fn contact(mut self, contact: impl Into<String>) -> Self {
        self.contact = Some(contact.into());
        self
    }

    /// The e-mail address that a visible signature shows, in place of the one in the certificate.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Makes the signature visible. The template is shared, not copied: prepare it once for a batch.
    #[must_use]
    pub fn visible(mut self, template: &AppearanceTemplate, placement: Placement) -> Self {
        self.visible = Some(Visible { template: template.clone(), placement });
        self
    }

    /// The digest algorithm, in place of the one that goes with the key.
    #[must_use]
    pub const fn digest(mut self, digest: DigestAlgorithm) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The signature algorithm, in place of the one that goes with the key.
    #[must_use]
    pub const fn signature_algorithm(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.signature_algorithm = Some(algorithm);
        self
    }

    /// What the signature dictionary says the value is; PAdES if neither this nor the field's seed value
    /// asks for something else.
    #[must_use]
    pub const fn sub_filter(mut self, sub_filter: SubFilter) -> Self {
        self.sub_filter = Some(sub_filter);
        self
    }

    /// Certifies the document: says what may be changed after this signature, which must be the first
    /// (ISO 32000-2, 12.8.2.2).
    #[must_use]
    pub const fn certify(mut self, level: Certification) -> Self {
        self.locks.certification = Some(level);
        self
    }

    /// Locks fields by this signature (ISO 32000-2, 12.8.2.4). A field that carries a lock of its own is
    /// locked by that in any case, and refuses another.
    #[must_use]
    pub fn lock(mut self, lock: FieldLock) -> Self {
        self.locks.lock = Some(lock);
        self
    }

    /// Lets nothing be changed after this signature, neither by filling in nor by signing: the first
    /// signature of a document certifies it with `/P 1`, a later one locks all fields with `/P 1`.
    #[must_use]
    pub const fn lock_after_signing(mut self) -> Self {
        self.locks.lock_after_signing = true;
        self
    }

    /// The author's statement on what the document holds, for a certification: `/Legal /Attestation` of the
    /// catalog (ISO 32000-2, 12.8.7).
    #[must_use]
    pub fn legal_attestation(mut self, statement: impl Into<String>) -> Self {
        self.locks.legal_attestation = Some(statement.into());
        self
    }

    /// The password of an encrypted document, user's or owner's. Without one the empty password is tried.
    #[must_use]
    pub fn password(mut self, password: Password) -> Self {
        self.password = Some(password);
        self
    }

    /// Signs although the encryption's `/P` withholds the permission from the user password.
    #[must_use]
    pub const fn override_encryption_permissions(mut self) -> Self {
        self.override_permissions = true;
        self
    }

    /// Signs although the document is a dynamic XFA form, which readers draw as they see fit.
    #[must_use]
    pub const fn override_needs_rendering(mut self) -> Self {
        self.override_needs_rendering = true;
        self
    }

    /// Bytes of DER to reserve for the value, in place of what is needed at most (a raw-signature
    /// service) or 32 KiB (a whole-CMS service).
    #[must_use]
    pub const fn reserve(mut self, bytes: u64) -> Self {
        self.reserve = Some(bytes);
        self
    }

    /// Reserves room for a signature timestamp to be added later.
    #[must_use]
    pub const fn timestamp_room(mut self) -> Self {
        self.timestamp_room = true;
        self
    }

    /// What reading the document may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Prepares the document for a service that returns a raw signature value.
    ///
    /// # Errors
    /// [`PrepareError`]: the document cannot be read, a rule forbids signing it, or the options do not go
    /// with the certificate. Nothing is left behind.
    pub fn prepare<S: Source>(&self, source: S, at: &At) -> Result<Prepared<S>, PrepareError> {
        let plan = self.plan(source, at, &|terms| self.needed(terms))?;
        let time = plan.sub_filter.has_signing_time().then(|| at.time.timestamp());
        let attributes = SignedAttributes::new(&plan.byte_range_digest, &self.chain, plan.suite, time)
            .map_err(PrepareError::Attributes)?;
        Ok(Prepared::new(plan, attributes))
    }

    /// Bytes of DER to reserve for a CMS with a raw signature.
    pub(super) fn needed(&self, terms: &Terms) -> Result<u64, PrepareError> {
        let signing_time = terms.sub_filter.has_signing_time();
        let needed = cms::reserved_len(&self.chain, terms.suite, signing_time, self.timestamp_room) as u64;
        let reserved = self.reserve.unwrap_or(needed);
        if reserved < needed {
            return Err(PrepareError::ReserveTooSmall { reserved, needed });
        }
        Ok(reserved)
    }

    /// Prepares the document for a service that returns a whole CMS.
    ///
    /// # Errors
    /// As for [`Signing::prepare`].
    pub fn prepare_for_cms<S: Source>(&self, source: S, at: &At) -> Result<PreparedCms<S>, PrepareError> {
        let reserved = self.reserve.unwrap_or(pades::WHOLE_CMS_RESERVE);
        Ok(PreparedCms::new(self.plan(source, at, &|_| Ok(reserved))?))
    }

    /// Refuses options that no document can go with.
    fn check(&self) -> Result<(), PrepareError> {
        self.suite()?;
        self.locks.check()
    }

    /// The algorithms asked for, or those that go with the key.
    pub(super) fn suite(&self) -> Result<Suite, PrepareError> {
        let key = self.chain.public_key();
        let default = Suite::default_for(key);
        let algorithm = self.signature_algorithm.unwrap_or_else(|| default.signature());
        Ok(Suite::new(algorithm, self.digest.unwrap_or_else(|| default.digest()), key)?)
    }

    fn plan<S: Source>(&self, source: S, at: &At, reserve: Reserve<'_>) -> Result<Plan<S>, PrepareError> {
        self.check()?;
        let mut warnings = leaf_warnings(&self.chain, at.time.timestamp())?;
        let (drawn, input_length) = self.drawn(&source, at, reserve)?;
        let Drawn { appended, terms, warnings: found, .. } = drawn;
        warnings.extend(found);
        let hashes = hash_around_gap(&source, input_length, &appended, terms.suite.digest())?;
        Ok(Plan {
            source,
            document: self.document.clone(),
            input_length,
            input_digest: hashes.input,
            byte_range_digest: hashes.byte_range,
            appended,
            chain: self.chain.clone(),
            suite: terms.suite,
            sub_filter: terms.sub_filter,
            warnings,
        })
    }

    /// The revision, and the length of what it goes behind. A document that turns out to be damaged is read
    /// once more by its objects.
    pub(super) fn drawn<S: Source>(
        &self,
        source: &S,
        at: &At,
        reserve: Reserve<'_>,
    ) -> Result<(Drawn, u64), PrepareError> {
        self.check()?;
        let password = self.password.as_ref().map(Password::as_bytes);
        let draw = |document: &Document<&S>| self.draw(document, at, reserve);
        with_repair(source, password, &self.limits, draw, PrepareError::may_be_damage)
    }

    /// Writes the revision.
    fn draw<S: Source>(
        &self,
        document: &Document<S>,
        at: &At,
        reserve: Reserve<'_>,
    ) -> Result<Drawn, PrepareError> {
        let scene = Scene::read(document, |catalog, form| match &self.visible {
            None => Ok(Vec::new()),
            Some(Visible { placement, .. }) => {
                // Of a field that cannot be signed its own rule will speak.
                let field = self.field.as_deref().and_then(|name| form.find(name));
                stands(document, catalog, placement, field)
            }
        })?;
        let restrictions = Restrictions::read(document, &scene.catalog, &scene.form)?;
        let target = choose(&scene, &restrictions, self.field.as_deref(), self.override_permissions)?;
        if matches!(target, Target::New(_)) && !scene.stands.is_empty() {
            permit_visible(&restrictions)?;
        }
        let mut warnings = self.warnings(&scene, &restrictions)?;
        let mut terms = Terms::settle(self, &scene, &restrictions, &target)?;
        warnings.append(&mut terms.warnings);
        let (reserved, limit) = (reserve(&terms)?, self.limits.cms_bytes as u64);
        if reserved > limit {
            return Err(PrepareError::ReserveTooLarge { reserved, limit });
        }
        let mut revision = Revision::new(document, scene.highest_reference);
        let signature = revision.allocate(document)?;
        let look = Look::of(self, &scene, &target, &terms, at, &mut revision, &mut warnings)?;
        place(&scene, &target, &mut revision, signature, look)?;
        let mut dictionary = self.dictionary(&at.time, &terms);
        let catalog = scene.catalog.place.id;
        if let Some(references) = references(terms.certification, terms.lock.as_ref(), catalog) {
            dictionary.set(b"Reference", references);
        }
        revision.put_signature(signature, dictionary, reserved);
        if terms.certification.is_some() {
            announce(&scene, &mut revision, signature)?;
        }
        if let Some(attestation) = &terms.legal_attestation {
            attest(&scene, &mut revision, attestation)?;
        }
        if terms.sub_filter == SubFilter::Pades {
            announce_pades(&scene, &mut revision)?;
        }
        if missing_bits(document, target.action()).is_some() {
            warnings.push(Warning::PermissionsOverridden);
        }
        Ok(Drawn {
            appended: revision.finish(document, &at.entropy)?,
            terms,
            warnings,
            #[cfg(feature = "preview")]
            pages: scene.stands.iter().map(|stand| stand.page.index).collect(),
        })
    }

    fn warnings<S: Source>(
        &self,
        scene: &Scene<'_, S>,
        restrictions: &Restrictions,
    ) -> Result<Vec<Warning>, PrepareError> {
        let document = scene.document;
        let mut warnings = Vec::new();
        let needs_rendering =
            document.get(&scene.catalog.dictionary, b"NeedsRendering")? == Object::Boolean(true);
        let xfa = scene.form.acro_form.as_ref().is_some_and(|form| form.dictionary.contains(b"XFA"));
        if needs_rendering && xfa {
            if !self.override_needs_rendering {
                return Err(Refusal::NeedsRendering.into());
            }
            warnings.push(Warning::NeedsRendering);
        }
        warnings.extend(read_warnings(document, restrictions));
        Ok(warnings)
    }

    /// The signature dictionary but for `/ByteRange` and `/Contents`.
    fn dictionary(&self, time: &DateTime<FixedOffset>, terms: &Terms) -> Dictionary {
        let mut dictionary = Dictionary::new();
        dictionary.set(b"Type", Object::name("Sig"));
        dictionary.set(b"Filter", Object::name(pades::FILTER));
        dictionary.set(b"SubFilter", Object::name(terms.sub_filter.pdf_name()));
        dictionary.set(b"M", Object::String(text::date(time).into_bytes()));
        let texts = [
            (b"Name".as_slice(), &self.name),
            (b"Reason", &terms.reason),
            (b"Location", &self.location),
            (b"ContactInfo", &self.contact),
        ];
        for (key, value) in texts {
            if let Some(value) = value {
                dictionary.set(key, Object::String(text::encode(value)));
            }
        }
        dictionary
    }
}

/// Adds the extension that PAdES is below PDF 2.0, next to those of others.
fn announce_pades<S: Source>(scene: &Scene<'_, S>, revision: &mut Revision) -> Result<(), RevisionError> {
    let document = scene.document;
    let (prefix, base_version, level) = pades::EXTENSION;
    if document.version(&scene.catalog.dictionary) >= pades::NATIVE_VERSION {
        return Ok(());
    }
    let mut extension = Dictionary::new();
    extension.set(b"BaseVersion", Object::name(base_version));
    extension.set(b"ExtensionLevel", level);
    match scene.catalog.get(document, b"Extensions")? {
        Some((place, Object::Dictionary(extensions))) => {
            let known = match document.get(&extensions, prefix)? {
                Object::Dictionary(known) => document.get(&known, b"ExtensionLevel")?.as_integer(),
                // A list of extensions (PDF 2.0) is a later writer's; it stays.
                Object::Array(_) => Some(level),
                _ => None,
            };
            if known.is_none_or(|known| known < level) {
                revision.edit_dictionary(document, &place)?.set(prefix, extension);
            }
        }
        _ => {
            let mut extensions = Dictionary::new();
            extensions.set(prefix, extension);
            revision.edit_dictionary(document, &scene.catalog.place)?.set(b"Extensions", extensions);
        }
    }
    Ok(())
}
