//! Certification paths to roots that the caller gives (RFC 5280, 6, without policies and revocation).

use super::Certificate;

/// A path is never longer than this.
const MAX_PATH: usize = 12;
/// Signatures checked before giving up, so that certificates made to be many do not cost much.
const MAX_CHECKS: usize = 200;

/// Why no path leads to a root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No certificate at hand issued this one.
    #[error("no issuer found for {subject}")]
    NoIssuer {
        /// Whose issuer is missing.
        subject: String,
    },
    /// A certificate on the way is not valid at the time asked about.
    #[error("{subject} is not valid at {at}: its validity is {not_before} to {not_after} (Unix seconds)")]
    Validity {
        /// Whose certificate.
        subject: String,
        /// Unix seconds.
        not_before: i64,
        /// Unix seconds.
        not_after: i64,
        /// Unix seconds.
        at: i64,
    },
    /// An issuer is no CA, or its keyUsage has not keyCertSign.
    #[error("{subject} issued a certificate but is not allowed to")]
    NotCa {
        /// Whose certificate.
        subject: String,
    },
    /// More intermediate certificates than pathLenConstraint allows.
    #[error("{subject} allows {allowed} certificates between it and the leaf, there are {found}")]
    PathLength {
        /// Whose certificate.
        subject: String,
        /// Its pathLenConstraint.
        allowed: u32,
        /// Intermediate certificates below it.
        found: usize,
    },
    /// A critical extension that is not understood.
    #[error("{subject} has the critical extension {oid}, which is not understood")]
    UnknownCritical {
        /// Whose certificate.
        subject: String,
        /// The extension.
        oid: String,
    },
    /// More certificates than are worth trying.
    #[error("no path found within {limit} signature checks")]
    TooMuchWork {
        /// The limit.
        limit: usize,
    },
}

/// Finds a path from `leaf` over `candidates` to one of `roots`, valid at a time in Unix seconds.
///
/// The path is leaf first and ends with the root; a leaf that is itself a root is a path of one.
/// Signatures, validity, CA flag, keyCertSign, pathLenConstraint and critical extensions are checked.
/// Of a root only name, key and validity count: the caller trusts it.
///
/// # Errors
/// Why the most promising path failed.
pub fn build_path(
    leaf: &Certificate,
    candidates: &[Certificate],
    roots: &[Certificate],
    at: i64,
) -> Result<Vec<Certificate>, PathError> {
    let mut search = Search { candidates, roots, at, checks: 0, failure: None };
    let mut path = vec![leaf.clone()];
    if search.extend(&mut path) {
        return Ok(path);
    }
    Err(search.failure.map_or_else(|| PathError::NoIssuer { subject: leaf.subject() }, |(_, error)| error))
}

struct Search<'a> {
    candidates: &'a [Certificate],
    roots: &'a [Certificate],
    at: i64,
    checks: usize,
    /// The failure farthest from the leaf says most.
    failure: Option<(usize, PathError)>,
}

impl Search<'_> {
    /// Goes on from the last certificate until a root is reached; leaves `path` as it was otherwise.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> bool {
        let Some(last) = path.last().cloned() else { return false };
        let reached = path.len();
        if let Err(error) = self.check(&last) {
            return self.fail(reached, error);
        }
        if self.roots.contains(&last) {
            return true;
        }
        if path.len() < MAX_PATH {
            let (roots, candidates) = (self.roots, self.candidates);
            for issuer in roots.iter().chain(candidates) {
                if path.contains(issuer) || !self.issued(&last, issuer) {
                    continue;
                }
                let is_root = self.roots.contains(issuer);
                if let Err(error) = check_issuer(issuer, is_root, path) {
                    self.fail(reached.saturating_add(1), error);
                    continue;
                }
                path.push(issuer.clone());
                if self.extend(path) {
                    return true;
                }
                path.pop();
            }
        }
        self.fail(reached, PathError::NoIssuer { subject: last.subject() })
    }

    fn issued(&mut self, certificate: &Certificate, issuer: &Certificate) -> bool {
        if !super::same_name(certificate.issuer_der(), issuer.subject_der()) {
            return false;
        }
        if let (Some(wanted), Some(found)) =
            (certificate.authority_key_identifier(), issuer.subject_key_identifier())
            && wanted != found
        {
            return false;
        }
        if self.checks >= MAX_CHECKS {
            self.failure = Some((usize::MAX, PathError::TooMuchWork { limit: MAX_CHECKS }));
            return false;
        }
        self.checks = self.checks.saturating_add(1);
        certificate.is_signed_by(issuer)
    }

    /// What every certificate on a path must fulfil.
    fn check(&self, certificate: &Certificate) -> Result<(), PathError> {
        if !certificate.is_valid_at(self.at) {
            return Err(PathError::Validity {
                subject: certificate.subject(),
                not_before: certificate.not_before(),
                not_after: certificate.not_after(),
                at: self.at,
            });
        }
        match certificate.unknown_critical() {
            Some(oid) if !self.roots.contains(certificate) => {
                Err(PathError::UnknownCritical { subject: certificate.subject(), oid: oid.to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn fail(&mut self, reached: usize, error: PathError) -> bool {
        if self.failure.as_ref().is_none_or(|(before, _)| *before < reached) {
            self.failure = Some((reached, error));
        }
        false
    }
}

/// What an issuer must fulfil above the certificates of `path`.
fn check_issuer(issuer: &Certificate, is_root: bool, path: &[Certificate]) -> Result<(), PathError> {
    let usage_forbids = issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign());
    if !is_root && (!issuer.is_ca() || usage_forbids) {
        return Err(PathError::NotCa { subject: issuer.subject() });
    }
    // Self-issued certificates do not count (RFC 5280, 4.2.1.9), nor does the leaf.
    let found =
        path.iter().skip(1).filter(|one| !super::same_name(one.subject_der(), one.issuer_der())).count();
    match issuer.path_len() {
        Some(allowed) if u32::try_from(found).is_ok_and(|found| found > allowed) => {
            Err(PathError::PathLength { subject: issuer.subject(), allowed, found })
        }
        _ => Ok(()),
    }
}
