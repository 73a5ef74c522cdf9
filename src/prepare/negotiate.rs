//! What a field's seed value asks of a signature, held against what the caller asks for.
//!
//! What is required is honoured where the caller left room, else the signature is refused. What is only
//! preferred is followed where the caller said nothing, else it becomes a warning.

use super::certify::Certification;
use super::error::{PrepareError, Refusal, Warning};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite};
use crate::certificate::{Certificate, Chain};
use crate::profile::pades::{self, SubFilter};
use crate::syntax::pdf::seed::{CertificateKey, CertificateSeed, LockDocument, SeedKey, SeedValue};

/// The newest `/V` of a seed value dictionary that is understood: 3 is PDF 2.0.
const NEWEST: f64 = 3.0;

/// A period in place of the reasons forbids to give one (table 237).
const NO_REASON: &str = ".";

/// A seed value being met.
pub(super) struct Negotiation<'a> {
    field: &'a str,
    seed: &'a SeedValue,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Negotiation<'a> {
    /// Refuses what is required and not understood.
    pub(super) fn new(field: &'a str, seed: &'a SeedValue) -> Result<Self, PrepareError> {
        let mut negotiation = Self { field, seed, warnings: Vec::new() };
        let unknown = seed.unknown_flags();
        if unknown != 0 {
            negotiation.unmet("Ff", true, [format!("something unknown (bits {unknown:#x})")])?;
        }
        if let Some(version) = seed.version.filter(|version| *version > NEWEST) {
            let required = seed.requires(SeedKey::V);
            negotiation.unmet("V", required, [format!("a signer that understands version {version}")])?;
        }
        if let Some(filter) = seed.filter.as_ref().filter(|filter| *filter != pades::FILTER) {
            negotiation.unmet("Filter", seed.requires(SeedKey::Filter), [filter.clone()])?;
        }
        if let Some(name) = &seed.appearance_filter {
            let required = seed.requires(SeedKey::AppearanceFilter);
            negotiation.unmet("AppearanceFilter", required, [format!("the appearance named {name:?}")])?;
        }
        if seed.add_rev_info == Some(true) {
            let required = seed.requires(SeedKey::AddRevInfo);
            negotiation.unmet("AddRevInfo", required, ["revocation information in the CMS".to_owned()])?;
        }
        Ok(negotiation)
    }

    /// What is required is refused, what is preferred noted.
    fn unmet(
        &mut self,
        key: &'static str,
        required: bool,
        allowed: impl IntoIterator<Item = String>,
    ) -> Result<(), PrepareError> {
        if required {
            let allowed = allowed.into_iter().collect();
            return Err(Refusal::SeedValue { field: self.field.to_owned(), key, allowed }.into());
        }
        self.warnings.push(Warning::SeedPreference { key });
        Ok(())
    }

    /// The first of the field's encodings that can be made is the one to be used.
    pub(super) fn sub_filter(&mut self, asked: Option<SubFilter>) -> Result<SubFilter, PrepareError> {
        let default = asked.unwrap_or_default();
        let Some(names) = &self.seed.sub_filters else { return Ok(default) };
        let known = |name: &String| {
            [SubFilter::Pades, SubFilter::Pkcs7].into_iter().find(|known| known.pdf_name() == name)
        };
        match (names.iter().find_map(known), asked) {
            (Some(first), None) => Ok(first),
            (Some(first), Some(asked)) if first == asked => Ok(asked),
            (first, _) => {
                let first = first.map(|first| vec![first.pdf_name().to_owned()]);
                let allowed = first.unwrap_or_else(|| names.clone());
                self.unmet("SubFilter", self.seed.requires(SeedKey::SubFilter), allowed)?;
                Ok(default)
            }
        }
    }

    /// A digest that the field allows and that suits the key. Ed25519 brings its own, so that the entry
    /// does not apply (ISO 32002).
    pub(super) fn suite(
        &mut self,
        chain: &Chain,
        algorithm: SignatureAlgorithm,
        asked: Option<DigestAlgorithm>,
    ) -> Result<Suite, PrepareError> {
        let key = chain.public_key();
        let default = asked.unwrap_or_else(|| Suite::default_for(key).digest());
        let names = self.seed.digest_methods.as_ref();
        let Some(names) = names.filter(|_| algorithm != SignatureAlgorithm::Ed25519) else {
            return Ok(Suite::new(algorithm, default, key)?);
        };
        let listed = names.iter().filter_map(|name| DigestAlgorithm::from_name(&name.to_ascii_lowercase()));
        let listed: Vec<_> = listed.collect();
        let first = listed.contains(&default).then_some(default);
        let others = listed.iter().copied().filter(|_| asked.is_none());
        for digest in first.into_iter().chain(others) {
            if let Ok(suite) = Suite::new(algorithm, digest, key) {
                return Ok(suite);
            }
        }
        self.unmet("DigestMethod", self.seed.requires(SeedKey::DigestMethod), names.clone())?;
        Ok(Suite::new(algorithm, default, key)?)
    }

    /// The only reason that the field allows is taken when the caller gives none.
    pub(super) fn reason(&mut self, asked: Option<&str>) -> Result<Option<String>, PrepareError> {
        let required = self.seed.requires(SeedKey::Reasons);
        let listed = self.seed.reasons.as_deref().unwrap_or_default();
        let asked_or_none = asked.map(str::to_owned);
        if matches!(listed, [] | [_]) && listed.iter().all(|one| one == NO_REASON) {
            if required && asked.is_some() {
                self.unmet("Reasons", true, ["no reason".to_owned()])?;
            }
            return Ok(asked_or_none);
        }
        match (asked, listed) {
            (None, [only]) => Ok(Some(only.clone())),
            (Some(asked), _) if listed.iter().any(|one| one == asked) => Ok(asked_or_none),
            // Of several that are only suggested none need be taken.
            (None, _) if !required => Ok(None),
            _ => {
                self.unmet("Reasons", required, listed.iter().map(|one| format!("{one:?}")))?;
                Ok(asked_or_none)
            }
        }
    }

    /// Which type of signature it is to be: `/MDP` is always a requirement. `whole` is whether the document
    /// is to be locked after signing.
    pub(super) fn certification(
        &mut self,
        asked: Option<Certification>,
        whole: bool,
    ) -> Result<Option<Certification>, PrepareError> {
        let Some(p) = self.seed.mdp else { return Ok(asked) };
        if p == 0 {
            if asked.is_some() {
                self.unmet("MDP", true, ["an approval, no certification (P 0)".to_owned()])?;
            }
            return Ok(None);
        }
        let level = u8::try_from(p).ok().and_then(Certification::from_p);
        let other = level.is_none()
            || asked.is_some_and(|asked| Some(asked) != level)
            || (whole && level != Some(Certification::NoChanges));
        if other {
            self.unmet("MDP", true, [format!("a certification with P {p}")])?;
        }
        Ok(level)
    }

    /// Whether the seed value admits nothing but an approval.
    pub(super) fn wants_approval(&self) -> bool {
        self.seed.mdp == Some(0)
    }

    /// Whether `/LockDocument` asks for a lock that nothing else brings; `level` is what the caller, the
    /// field's own lock and the certification leave permitted, if they say anything.
    pub(super) fn lock_document(
        &mut self,
        level: Option<u8>,
        caller_chose: bool,
    ) -> Result<bool, PrepareError> {
        let required = self.seed.requires(SeedKey::LockDocument);
        match self.seed.lock_document {
            Some(LockDocument::Lock) if level == Some(1) => Ok(false),
            Some(LockDocument::Lock) if level.is_none() && !caller_chose => Ok(true),
            Some(LockDocument::Lock) => {
                self.unmet("LockDocument", required, ["a lock of the document (P 1)".to_owned()])?;
                Ok(false)
            }
            Some(LockDocument::LeaveOpen) if level == Some(1) => {
                self.unmet("LockDocument", required, ["a document that is not locked".to_owned()])?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// An attestation is the caller's own statement: it is never taken from the field.
    pub(super) fn legal_attestation(&mut self, asked: Option<&str>) -> Result<(), PrepareError> {
        let required = self.seed.requires(SeedKey::LegalAttestation);
        let Some(listed) = &self.seed.legal_attestations else { return Ok(()) };
        if asked.is_some_and(|asked| listed.iter().any(|one| one == asked)) {
            return Ok(());
        }
        self.unmet("LegalAttestation", required, listed.iter().map(|one| format!("{one:?}")))
    }

    /// A timestamp cannot be had here; room for one is the caller's word that it will be added.
    pub(super) fn timestamp(&mut self, room: bool) -> Result<(), PrepareError> {
        let Some(timestamp) = &self.seed.timestamp else { return Ok(()) };
        if room {
            return Ok(());
        }
        let from = timestamp.url.as_ref().map_or_else(String::new, |url| format!(" from {url}"));
        self.unmet("TimeStamp", timestamp.required, [format!("a timestamp{from}, and room for it")])
    }

    /// Whether the signer's certificate is one that the field takes.
    pub(super) fn certificate(&mut self, chain: &Chain) -> Result<(), PrepareError> {
        let Some(wanted) = &self.seed.certificate else { return Ok(()) };
        let unknown = wanted.unknown_flags();
        if unknown != 0 {
            self.unmet("Cert/Ff", true, [format!("something unknown (bits {unknown:#x})")])?;
        }
        for (key, name, unmet) in [
            (CertificateKey::Subject, "Cert/Subject", subject(wanted, chain)),
            (CertificateKey::SubjectDn, "Cert/SubjectDN", subject_dn(wanted, chain)),
            (CertificateKey::KeyUsage, "Cert/KeyUsage", key_usage(wanted, chain)),
            (CertificateKey::Issuer, "Cert/Issuer", issuer(wanted, chain)),
            (CertificateKey::Oid, "Cert/OID", policies(wanted, chain)),
        ] {
            if let Some(allowed) = unmet {
                self.unmet(name, wanted.requires(key), allowed)?;
            }
        }
        Ok(())
    }
}

/// How certificates are called in a refusal.
fn described(certificates: &[Vec<u8>]) -> Vec<String> {
    let describe = |der: &Vec<u8>| {
        Certificate::from_der(der)
            .map_or_else(|_| "an unreadable certificate".to_owned(), |one| one.subject())
    };
    certificates.iter().map(describe).collect()
}

fn subject(wanted: &CertificateSeed, chain: &Chain) -> Option<Vec<String>> {
    let listed = wanted.subjects.as_ref()?;
    let found = listed.iter().any(|der| der == chain.leaf().der());
    (!found).then(|| described(listed))
}

/// All attributes of one of the names.
fn subject_dn(wanted: &CertificateSeed, chain: &Chain) -> Option<Vec<String>> {
    let listed = wanted.subject_dns.as_ref()?;
    let fits = |name: &Vec<(String, String)>| {
        name.iter().all(|(attribute, value)| chain.leaf().subject_has(attribute, value))
    };
    let found = listed.iter().any(fits);
    (!found).then(|| {
        let print = |name: &Vec<(String, String)>| {
            let pairs: Vec<_> =
                name.iter().map(|(attribute, value)| format!("{attribute}={value}")).collect();
            pairs.join("+")
        };
        listed.iter().map(print).collect()
    })
}

/// One of the strings; a certificate without keyUsage may be used for anything.
fn key_usage(wanted: &CertificateSeed, chain: &Chain) -> Option<Vec<String>> {
    let listed = wanted.key_usages.as_ref()?;
    let usage = chain.leaf().key_usage()?;
    let fits = |wanted: &String| {
        wanted.chars().take(9).zip(0_u32..).all(|(state, number)| match state {
            '0' => !usage.has_bit(number),
            '1' => usage.has_bit(number),
            _ => true,
        })
    };
    let found = listed.iter().any(fits);
    (!found).then(|| listed.clone())
}

/// One of the issuers is in the chain, or issued the last certificate of it.
fn issuer(wanted: &CertificateSeed, chain: &Chain) -> Option<Vec<String>> {
    let listed = wanted.issuers.as_ref()?;
    let certificates = chain.certificates();
    let above = certificates.get(1..).unwrap_or_default();
    let leads_to = |der: &Vec<u8>| {
        above.iter().any(|one| one.der() == der.as_slice())
            || Certificate::from_der(der)
                .is_ok_and(|issuer| certificates.last().is_some_and(|last| last.is_issued_by(&issuer)))
    };
    let found = listed.iter().any(leads_to);
    (!found).then(|| described(listed))
}

/// All of the policies. Without `/Issuer` the entry is not applicable (table 238).
fn policies(wanted: &CertificateSeed, chain: &Chain) -> Option<Vec<String>> {
    let listed = wanted.policies.as_ref()?;
    wanted.issuers.as_ref().filter(|issuers| !issuers.is_empty())?;
    let has = |wanted: &String| chain.leaf().policies().any(|policy| policy == wanted);
    (!listed.iter().all(has)).then(|| listed.clone())
}
