//! Preparing a PDF: a revision with a gap, and the digest around the gap.

use chrono::{DateTime, FixedOffset};

use super::conformance::Conformance;
use super::error::{PrepareError, Refusal, Warning};
use super::field::{Look, Scene, Target, choose, place};
use super::placement::{Placement, PlacementError};
use super::prepared::{Plan, Prepared, PreparedCms, hash_around_gap};
use super::structure::is_tagged;
use super::visible::{Visible, draw};
use super::{At, leaf_warnings};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::appearance::{AppearanceTemplate, Facts};
use crate::certificate::Chain;
use crate::cms::{self, SignedAttributes};
use crate::limits::Limits;
use crate::password::Password;
use crate::profile::pades::{self, SubFilter};
use crate::source::Source;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::permissions::{Restrictions, missing_bits, own_lock};
use crate::syntax::pdf::revision::{Appended, Revision};
use crate::syntax::pdf::{PdfError, RevisionError, text};

/// A signature on a PDF, described before it is prepared.
///
/// Without a field named, the signature goes into a new field, the first free `SignatureN`. It is invisible
/// unless [`Signing::visible`] says otherwise.
#[derive(Clone, Debug)]
pub struct Signing {
    chain: Chain,
    document: String,
    field: Option<String>,
    name: Option<String>,
    reason: Option<String>,
    location: Option<String>,
    contact: Option<String>,
    digest: Option<DigestAlgorithm>,
    signature_algorithm: Option<SignatureAlgorithm>,
    sub_filter: SubFilter,
    password: Option<Password>,
    override_permissions: bool,
    override_needs_rendering: bool,
    reserve: Option<u64>,
    timestamp_room: bool,
    visible: Option<Visible>,
    email: Option<String>,
    limits: Limits,
}

/// What the document gave: the revision around its gap, and what the caller should know.
struct Drawn {
    appended: Appended,
    warnings: Vec<Warning>,
}

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
            sub_filter: SubFilter::default(),
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

    /// What the signature dictionary says the value is; PAdES if nothing else is asked for.
    #[must_use]
    pub const fn sub_filter(mut self, sub_filter: SubFilter) -> Self {
        self.sub_filter = sub_filter;
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
        let suite = self.suite()?;
        let signing_time = self.sub_filter.has_signing_time();
        let needed = cms::reserved_len(&self.chain, suite, signing_time, self.timestamp_room) as u64;
        let reserved = self.reserve.unwrap_or(needed);
        if reserved < needed {
            return Err(PrepareError::ReserveTooSmall { reserved, needed });
        }
        let plan = self.plan(source, at, suite, reserved)?;
        let time = signing_time.then(|| at.time.timestamp());
        let attributes = SignedAttributes::new(&plan.byte_range_digest, &self.chain, suite, time)
            .map_err(PrepareError::Attributes)?;
        Ok(Prepared::new(plan, attributes))
    }

    /// Prepares the document for a service that returns a whole CMS.
    ///
    /// # Errors
    /// As for [`Signing::prepare`].
    pub fn prepare_for_cms<S: Source>(&self, source: S, at: &At) -> Result<PreparedCms<S>, PrepareError> {
        let suite = self.suite()?;
        let reserved = self.reserve.unwrap_or(pades::WHOLE_CMS_RESERVE);
        Ok(PreparedCms::new(self.plan(source, at, suite, reserved)?))
    }

    fn suite(&self) -> Result<Suite, PrepareError> {
        let key = self.chain.public_key();
        let default = Suite::default_for(key);
        let algorithm = self.signature_algorithm.unwrap_or_else(|| default.signature());
        Ok(Suite::new(algorithm, self.digest.unwrap_or_else(|| default.digest()), key)?)
    }

    fn plan<S: Source>(
        &self,
        source: S,
        at: &At,
        suite: Suite,
        reserved: u64,
    ) -> Result<Plan<S>, PrepareError> {
        let mut warnings = leaf_warnings(&self.chain, at.time.timestamp())?;
        let limit = self.limits.cms_bytes as u64;
        if reserved > limit {
            return Err(PrepareError::ReserveTooLarge { reserved, limit });
        }
        let password = self.password.as_ref().map(Password::as_bytes);
        let mut document = Document::open(&source, password, &self.limits)?;
        let drawn = match self.draw(&document, at, reserved) {
            Err(PrepareError::Document(RevisionError::Pdf(error)))
                if error.may_be_damage() && document.rebuilt().is_none() =>
            {
                document.rebuild(password)?;
                self.draw(&document, at, reserved)?
            }
            other => other?,
        };
        let input_length = document.view().len();
        drop(document);
        let hashes = hash_around_gap(&source, input_length, &drawn.appended, suite.digest())?;
        Ok(Plan {
            source,
            document: self.document.clone(),
            input_length,
            input_digest: hashes.input,
            byte_range_digest: hashes.byte_range,
            appended: drawn.appended,
            chain: self.chain.clone(),
            suite,
            sub_filter: self.sub_filter,
            warnings: {
                warnings.extend(drawn.warnings);
                warnings
            },
        })
    }

    /// Writes the revision.
    fn draw<S: Source>(&self, document: &Document<S>, at: &At, reserved: u64) -> Result<Drawn, PrepareError> {
        let placement = self.visible.as_ref().map(|visible| &visible.placement);
        let scene = Scene::read(document, placement, self.field.as_deref())?;
        let restrictions = Restrictions::read(document, &scene.catalog, &scene.form)?;
        let target = choose(&scene, &restrictions, self.field.as_deref(), self.override_permissions)?;
        let mut warnings = self.warnings(&scene, &restrictions)?;
        let mut revision = Revision::new(document, scene.highest_reference);
        let signature = revision.allocate(document)?;
        let conformance = Conformance::read(document, &scene.catalog);
        let look = self.look(&scene, &target, at, &conformance, &mut revision, &mut warnings)?;
        place(&scene, &target, &mut revision, signature, &conformance, look)?;
        let mut dictionary = self.dictionary(&at.time);
        if let Target::Existing(field) = &target
            && let Some(lock) = own_lock(document, &field.dictionary)?
        {
            let catalog = scene.catalog.place.id;
            dictionary.set(b"Reference", Object::Array(vec![field_mdp(document, &lock, catalog)?]));
        }
        revision.put_signature(signature, dictionary, reserved);
        if self.sub_filter == SubFilter::Pades {
            announce_pades(&scene, &mut revision)?;
        }
        if missing_bits(document, target.action()).is_some() {
            warnings.push(Warning::PermissionsOverridden);
        }
        Ok(Drawn { appended: revision.finish(document, &at.entropy)?, warnings })
    }

    /// What the field shows.
    fn look<S: Source>(
        &self,
        scene: &Scene<'_, S>,
        target: &Target<'_>,
        at: &At,
        conformance: &Conformance,
        revision: &mut Revision,
        warnings: &mut Vec<Warning>,
    ) -> Result<Look, PrepareError> {
        let leaf = self.chain.leaf();
        let signer = leaf.common_name().unwrap_or_else(|| leaf.subject());
        let is_new = matches!(target, Target::New(_));
        if is_new && scene.is_signed()? {
            if scene.stands.len() > 1 {
                return Err(PlacementError::StampsOnSigned { count: scene.stands.len() }.into());
            }
            if is_tagged(scene)? {
                warnings.push(Warning::NotTagged);
            }
        }
        let forms = match &self.visible {
            None => Vec::new(),
            Some(visible) => {
                let certified = if self.email.is_none() { leaf.email() } else { None };
                let facts = Facts {
                    signer: &signer,
                    email: self.email.as_deref().or(certified.as_deref()),
                    reason: self.reason.as_deref(),
                    location: self.location.as_deref(),
                    time: &at.time,
                };
                draw(scene, &visible.template, &facts, conformance, revision, warnings)?
            }
        };
        // People who do not see the field are told what it is (PDF/UA, 7.18.4).
        let tooltip = (is_new && (conformance.pdfua || !forms.is_empty())).then_some(signer);
        Ok(Look { forms, tooltip })
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
        if restrictions.usage_rights {
            warnings.push(Warning::UsageRightsLapse);
        }
        if document.rebuilt().is_some() {
            warnings.push(Warning::Rebuilt);
        }
        Ok(warnings)
    }

    /// The signature dictionary but for `/ByteRange` and `/Contents`.
    fn dictionary(&self, time: &DateTime<FixedOffset>) -> Dictionary {
        let mut dictionary = Dictionary::new();
        dictionary.set(b"Type", Object::name("Sig"));
        dictionary.set(b"Filter", Object::name(pades::FILTER));
        dictionary.set(b"SubFilter", Object::name(self.sub_filter.pdf_name()));
        dictionary.set(b"M", Object::String(text::date(time).into_bytes()));
        let texts = [
            (b"Name".as_slice(), &self.name),
            (b"Reason", &self.reason),
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

/// The signature reference that makes a field's lock bind (12.8.2.4).
fn field_mdp<S: Source>(
    document: &Document<S>,
    lock: &Dictionary,
    catalog: crate::syntax::pdf::ObjectId,
) -> Result<Object, PdfError> {
    let mut parameters = Dictionary::new();
    parameters.set(b"Type", Object::name("TransformParams"));
    parameters.set(b"V", Object::name("1.2"));
    for key in [b"Action".as_slice(), b"Fields", b"P"] {
        let value = document.get(lock, key)?;
        if value != Object::Null {
            parameters.set(key, value);
        }
    }
    let mut reference = Dictionary::new();
    reference.set(b"Type", Object::name("SigRef"));
    reference.set(b"TransformMethod", Object::name("FieldMDP"));
    reference.set(b"TransformParams", parameters);
    reference.set(b"Data", catalog);
    Ok(reference.into())
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
