//! What a signature will be, once the caller's options, the field's lock and its seed value are settled.

use super::certify::{AppliedLock, Certification, FieldLock, earlier_signature};
use super::error::{PrepareError, Refusal, Warning};
use super::negotiate::Negotiation;
use super::pdf::Signing;
use super::scene::{Scene, Target};
use crate::algorithm::Suite;
use crate::profile::pades::SubFilter;
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::Field;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::permissions::{LockAction, Restrictions, own_lock};
use crate::syntax::pdf::seed::SeedValue;

/// Everything about a signature that is not the caller's alone to say.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) suite: Suite,
    pub(super) sub_filter: SubFilter,
    pub(super) reason: Option<String>,
    pub(super) certification: Option<Certification>,
    pub(super) lock: Option<AppliedLock>,
    pub(super) legal_attestation: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

/// What the document and the field say about locking.
struct Ground {
    /// The field of the first signature there is.
    earlier: Option<String>,
    /// The lock that the field carries for when it is signed.
    own: Option<OwnLock>,
    /// Whether the field is one that the document has.
    exists: bool,
}

/// A field's `/Lock`, as it stands there and as it is understood.
struct OwnLock {
    entries: Dictionary,
    lock: FieldLock,
}

impl OwnLock {
    fn read<S: Source>(document: &Document<S>, field: &Field) -> Result<Option<Self>, PdfError> {
        let Some(dictionary) = own_lock(document, &field.dictionary)? else { return Ok(None) };
        let mut entries = Dictionary::new();
        for key in [b"Action".as_slice(), b"Fields", b"P"] {
            let value = document.get(&dictionary, key)?;
            if value != Object::Null {
                entries.set(key, value);
            }
        }
        let level = entries.integer(b"P").and_then(|p| u8::try_from(p).ok());
        let permissions = level.and_then(Certification::from_p);
        let lock = FieldLock { action: LockAction::read(document, &dictionary)?, permissions };
        Ok(Some(Self { entries, lock }))
    }
}

impl Terms {
    /// Settles them, or says what cannot be reconciled.
    pub(super) fn settle<S: Source>(
        signing: &Signing,
        scene: &Scene<'_, S>,
        restrictions: &Restrictions,
        target: &Target<'_>,
    ) -> Result<Self, PrepareError> {
        let document = scene.document;
        let field = match target {
            Target::Existing(field) => Some(*field),
            Target::New(_) => None,
        };
        let own = field.map(|field| OwnLock::read(document, field)).transpose()?.flatten();
        let ground = Ground { earlier: earlier_signature(scene)?, own, exists: field.is_some() };
        let seed = field.map(|field| SeedValue::read(document, &field.dictionary)).transpose()?.flatten();
        let name = field.map_or("", |field| &field.name);
        let mut negotiation = seed.as_ref().map(|seed| Negotiation::new(name, seed)).transpose()?;

        let sub_filter = match &mut negotiation {
            Some(negotiation) => negotiation.sub_filter(signing.sub_filter)?,
            None => signing.sub_filter.unwrap_or_default(),
        };
        let suite = match &mut negotiation {
            Some(negotiation) => {
                negotiation.suite(&signing.chain, signing.suite()?.signature(), signing.digest)?
            }
            None => signing.suite()?,
        };
        let reason = match &mut negotiation {
            Some(negotiation) => negotiation.reason(signing.reason.as_deref())?,
            None => signing.reason.clone(),
        };
        if let Some(negotiation) = &mut negotiation {
            negotiation.timestamp(signing.timestamp_room)?;
            negotiation.certificate(&signing.chain)?;
        }
        let (certification, lock) = locks(signing, &ground, restrictions, name, negotiation.as_mut())?;
        let attestation = signing.locks.legal_attestation.as_deref();
        match (certification, &mut negotiation) {
            (Some(_), Some(negotiation)) => negotiation.legal_attestation(attestation)?,
            (None, _) if attestation.is_some() => {
                return Err(PrepareError::Options {
                    what: "a legal attestation goes with a certification, and this signature is none",
                });
            }
            _ => {}
        }
        Ok(Self {
            suite,
            sub_filter,
            reason,
            certification,
            lock,
            legal_attestation: attestation.map(str::to_owned),
            warnings: negotiation.map(|negotiation| negotiation.warnings).unwrap_or_default(),
        })
    }
}

/// What the signature certifies and locks.
fn locks(
    signing: &Signing,
    ground: &Ground,
    restrictions: &Restrictions,
    field: &str,
    mut negotiation: Option<&mut Negotiation<'_>>,
) -> Result<(Option<Certification>, Option<AppliedLock>), PrepareError> {
    let options = &signing.locks;
    let mut certification = options.certification;
    let mut approval = false;
    if let Some(negotiation) = &mut negotiation {
        certification = negotiation.certification(certification, options.lock_after_signing)?;
        approval = negotiation.wants_approval();
    }
    // The first signature locks the document by certifying it, a later one by its field's lock.
    let mut whole = options.lock_after_signing;
    if whole && ground.earlier.is_none() && !approval {
        certification = Some(Certification::NoChanges);
        whole = false;
    }
    if certification.is_some()
        && let Some(by) = &ground.earlier
    {
        return Err(Refusal::NotFirst { by: by.clone() }.into());
    }

    let own = ground.own.as_ref();
    if let (Some(own), Some(asked)) = (own, &options.lock)
        && !own.lock.is_same(asked)
    {
        return Err(Refusal::OtherLock { field: field.to_owned() }.into());
    }
    let locked = own.map(|own| &own.lock).or(options.lock.as_ref()).and_then(|lock| lock.permissions);
    if let (Some(certified), Some(locked)) = (certification, locked)
        && locked < certified
    {
        return Err(Refusal::OtherLock { field: field.to_owned() }.into());
    }
    if let Some(asked) = options.lock.as_ref().and_then(|lock| lock.permissions)
        && let Some(level) = restrictions.strictest().filter(|level| level.p < asked.p())
    {
        let (asked, rule, p, by) = (asked.p(), level.rule, level.p, level.by.clone());
        return Err(Refusal::LaxerLock { asked, rule, p, by }.into());
    }
    if let Some(negotiation) = negotiation {
        let levels = [certification, locked, whole.then_some(Certification::NoChanges)];
        let level = levels.into_iter().flatten().min().map(Certification::p);
        whole |= negotiation.lock_document(level, options.lock.is_some())?;
    }

    let may_write = !ground.exists || ground.earlier.is_none();
    let mut lock = match (own, &options.lock) {
        (Some(own), _) => Some(AppliedLock { entries: own.entries.clone(), write: false }),
        (None, Some(asked)) => Some(AppliedLock { entries: asked.entries(), write: may_write }),
        (None, None) => None,
    };
    if whole {
        let all = || AppliedLock { entries: FieldLock::all().entries(), write: may_write };
        let whole = lock.get_or_insert_with(all);
        if whole.entries.integer(b"P") != Some(1) {
            whole.entries.set(b"P", 1);
            whole.write = may_write;
        }
    }
    Ok((certification, lock))
}
