//! Reports on XML signatures as text for people.

use std::fmt;

use super::super::FindingKind;
use super::super::report::time_text;
use super::super::text::{check, list, shown, trust};
use super::report::{ReferenceReport, XmlReport, XmlSignatureReport};

impl fmt::Display for XmlReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.signatures)?;
        for finding in &self.findings {
            writeln!(f, "{} {} ({})", label(finding.kind), shown(&finding.detail), finding.kind.name())?;
        }
        if !self.trust_checked {
            writeln!(f, "trust: not checked")?;
        }
        writeln!(f, "result: {}", if self.is_valid() { "valid" } else { "NOT VALID" })
    }
}

impl fmt::Display for XmlSignatureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_valid() { "valid" } else { "NOT VALID" };
        let id = self.id.as_ref().map_or_else(String::new, |id| format!(" \"{}\"", shown(id)));
        writeln!(f, "signature{id} at {}: {verdict}", shown(&self.path))?;
        let mut line = |label: &str, value: &str| writeln!(f, "   {label:<14}{}", shown(value));
        if let Some(signer) = &self.signer {
            line("signer:", &signer.subject)?;
            line("issued by:", &format!("{}, serial number {}", signer.issuer, signer.serial))?;
        }
        if let Some(time) = self.claimed_time {
            line("claimed time:", &time_text(time))?;
        }
        let known = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".to_owned());
        let (algorithm, digest) = (known(&self.signature_algorithm), known(&self.digest_algorithm));
        line("format:", &format!("{algorithm} with {digest}"))?;
        for reference in &self.references {
            line("signs:", &signs(reference))?;
            for omitted in &reference.omitted {
                line("", &format!("but not {omitted}"))?;
            }
            for inner in &reference.manifest {
                line("", &format!("by manifest {}", signs(inner)))?;
            }
        }
        line("signature:", &check(&self.signature))?;
        line("certificate:", &check(&self.certificate))?;
        if let Some(xades) = &self.xades {
            line("XAdES:", &format!("signing certificate {}", check(&xades.signing_certificate)))?;
            if let Some(policy) = &xades.policy {
                line("policy:", &policy.identifier)?;
            }
        }
        line("trust:", &trust(&self.trust))?;
        for finding in &self.findings {
            line(label(finding.kind), &format!("{} ({})", finding.detail, finding.kind.name()))?;
        }
        Ok(())
    }
}

/// What sort of finding it is, in a word.
const fn label(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::SignatureWrapping
        | FindingKind::DuplicateId
        | FindingKind::LookAlikeNamespace
        | FindingKind::NothingDigested
        | FindingKind::CounterSignatureMismatch => "attack:",
        kind if kind.is_fatal() => "error:",
        _ => "note:",
    }
}

fn signs(reference: &ReferenceReport) -> String {
    let uri = reference.uri.as_deref().unwrap_or("nothing named");
    let what = match reference.signed.as_slice() {
        [] => reference.path.as_deref().unwrap_or(uri).to_owned(),
        paths => paths.join(", "),
    };
    format!("{what}: {}", check(&reference.digest))
}
