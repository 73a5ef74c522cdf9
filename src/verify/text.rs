//! Reports as text for people.

use std::fmt;

use super::inspect::{Inspection, LockInfo};
use super::report::{
    ChangeLevel, Check, Coverage, LaterChanges, Report, SignatureKind, SignatureReport, Trust, time_text,
};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.signatures)?;
        if !self.trust_checked {
            writeln!(f, "trust: not checked")?;
        }
        writeln!(f, "result: {}", if self.is_valid() { "valid" } else { "NOT VALID" })
    }
}

/// How many signatures there are, and each with its number.
pub(super) fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, signatures: &[T]) -> fmt::Result {
    match signatures.len() {
        0 => writeln!(f, "no signatures")?,
        1 => writeln!(f, "1 signature")?,
        count => writeln!(f, "{count} signatures")?,
    }
    for (index, signature) in signatures.iter().enumerate() {
        writeln!(f)?;
        write!(f, "{}. {signature}", index.saturating_add(1))?;
    }
    if signatures.is_empty() { Ok(()) } else { writeln!(f) }
}

impl fmt::Display for SignatureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = kind(self.kind);
        let verdict = if self.is_valid() { "valid" } else { "NOT VALID" };
        writeln!(f, "{kind} in field \"{}\": {verdict}", shown(&self.field))?;
        let mut line = |label: &str, value: &str| writeln!(f, "   {label:<14}{}", shown(value));
        if let Some(signer) = &self.signer {
            line("signer:", &signer.subject)?;
            line("issued by:", &format!("{}, serial number {}", signer.issuer, signer.serial))?;
        }
        let texts = [
            ("name:", &self.name),
            ("reason:", &self.reason),
            ("location:", &self.location),
            ("contact:", &self.contact),
        ];
        for (label, text) in texts {
            if let Some(text) = text {
                line(label, text)?;
            }
        }
        if let Some(time) = self.claimed_time {
            line("claimed time:", &time_text(time))?;
        }
        let known = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".to_owned());
        line(
            "format:",
            &format!(
                "{}, {} with {}",
                self.sub_filter.as_deref().unwrap_or("none"),
                known(&self.signature_algorithm),
                known(&self.digest_algorithm)
            ),
        )?;
        line(
            "covers:",
            match self.coverage {
                Coverage::EntireFile => "the entire file",
                Coverage::EntireRevision => "an entire revision; the file goes on after it",
                Coverage::Partial => "a part of the file only",
                Coverage::Unknown => "nothing that can be told",
            },
        )?;
        line("digest:", &check(&self.digest))?;
        line("signature:", &check(&self.signature))?;
        line("certificate:", &check(&self.certificate))?;
        if let Some(timestamp) = &self.timestamp {
            let time = timestamp.time.map_or_else(|| "of unknown time".to_owned(), time_text);
            let by =
                timestamp.authority.as_ref().map_or_else(String::new, |by| format!(" by {}", by.subject));
            line("timestamp:", &format!("{time}{by}: {}", check(&timestamp.check)))?;
        }
        line("trust:", &trust(&self.trust))?;
        line("later:", &later(&self.changes))?;
        for change in self.changes.list.iter().filter(|change| !change.permitted) {
            let object = change.object.map_or_else(String::new, |id| format!("{id}: "));
            line("", &format!("- {object}{}", change.what))?;
        }
        if self.changes.not_listed > 0 {
            line("", &format!("- and {} changes more", self.changes.not_listed))?;
        }
        for finding in &self.findings {
            let label = if finding.kind.is_fatal() { "attack:" } else { "note:" };
            line(label, &format!("{} ({})", finding.detail, finding.kind.name()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages = if self.has_pages { "" } else { ", its pages cannot be reached" };
        let rebuilt = if self.rebuilt { ", its cross-reference is damaged" } else { "" };
        writeln!(f, "PDF {}, {} bytes{pages}{rebuilt}", self.pdf_version, self.document_bytes)?;
        for (index, revision) in self.revisions.iter().enumerate() {
            let end = revision.end.map_or_else(|| "unknown".to_owned(), |end| end.to_string());
            let (number, at) = (index.saturating_add(1), revision.xref_at);
            writeln!(f, "revision {number}: cross-reference {} at byte {at}, end at {end}", revision.xref)?;
        }
        if let Some(encryption) = &self.encryption {
            let access = if encryption.owner_access { "owner" } else { "user" };
            writeln!(
                f,
                "encrypted: strings {}, streams {}, R{}, opened as {access}, /P {}",
                encryption.strings, encryption.streams, encryption.revision, encryption.permissions
            )?;
        }
        let xfa = if self.has_xfa { ", with XFA" } else { "" };
        writeln!(f, "fields: {}{xfa}", self.fields.len())?;
        for field in &self.fields {
            let kind = field.field_type.as_deref().unwrap_or("no type");
            let signed = if field.signed { ", signed" } else { "" };
            let page = field.page.map_or_else(String::new, |page| format!(", page {page}"));
            write!(f, "   \"{}\" {}{signed}{page}", shown(&field.name), shown(kind))?;
            match &field.lock {
                Some(lock) => writeln!(f, ", will lock {}", locked(lock))?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "signatures: {}", self.signatures.len())?;
        for signature in &self.signatures {
            let name = signature.name.as_ref().map_or_else(String::new, |name| format!(", {}", shown(name)));
            let time = signature.time.map_or_else(String::new, |time| format!(", {}", time_text(time)));
            let format = shown(signature.sub_filter.as_deref().unwrap_or("no SubFilter"));
            writeln!(f, "   \"{}\" {}, {format}{name}{time}", shown(&signature.field), kind(signature.kind))?;
        }
        match (self.restrictions.doc_mdp, &self.restrictions.doc_mdp_by) {
            (Some(level), Some(by)) => {
                let meaning = match level {
                    1 => "no changes",
                    3 => "form filling, signing and annotations",
                    _ => "form filling and signing",
                };
                writeln!(f, "permitted: {meaning} (P={level}, by \"{}\")", shown(by))?;
            }
            _ => writeln!(f, "permitted: no certification restricts it")?,
        }
        for lock in &self.restrictions.locks {
            writeln!(f, "locked by \"{}\" ({}): {}", shown(&lock.by), lock.rule, locked(lock))?;
        }
        if self.restrictions.usage_rights {
            writeln!(f, "usage rights: there are some, they lapse when the document changes")?;
        }
        Ok(())
    }
}

fn locked(lock: &LockInfo) -> String {
    let fields: Vec<String> = lock.fields.iter().map(|field| format!("\"{}\"", shown(field))).collect();
    match lock.action.as_str() {
        "Include" => fields.join(", "),
        "Exclude" => format!("all fields but {}", fields.join(", ")),
        _ => "all fields".to_owned(),
    }
}

const fn kind(kind: SignatureKind) -> &'static str {
    match kind {
        SignatureKind::Approval => "signature",
        SignatureKind::Certification => "certification",
        SignatureKind::DocumentTimestamp => "document timestamp",
    }
}

pub(super) fn check(check: &Check) -> String {
    match check {
        Check::Ok => "ok".to_owned(),
        Check::Failed { why } => format!("FAILED: {why}"),
        Check::NotChecked { why } => format!("not checked: {why}"),
    }
}

pub(super) fn trust(trust: &Trust) -> String {
    match trust {
        Trust::NotChecked => "not checked".to_owned(),
        Trust::Trusted { anchor, at } => format!("chains to {anchor}, valid at {}", time_text(*at)),
        Trust::Untrusted { why } => format!("NOT TRUSTED: {why}"),
    }
}

fn later(changes: &LaterChanges) -> String {
    if !changes.compared {
        return "the later changes cannot be judged".to_owned();
    }
    let level = match changes.level {
        ChangeLevel::None => return "no changes".to_owned(),
        ChangeLevel::LongTermValidation => "validation data or metadata",
        ChangeLevel::FormFilling => "form filling or signing",
        ChangeLevel::Annotations => "annotations",
        ChangeLevel::Other => "other changes",
    };
    format!("{level}, {}", if changes.permitted { "permitted" } else { "NOT PERMITTED" })
}

/// Text from a document on one line: control characters could pretend to be lines of the report.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(|one| if one.is_control() || is_direction(one) { '\u{FFFD}' } else { one }).collect()
}

/// Characters that turn the direction of the text around them.
const fn is_direction(one: char) -> bool {
    matches!(one, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn text_from_a_document_stays_on_its_line() {
        assert_eq!(shown("Đồng ý\nresult: valid"), "Đồng ý\u{FFFD}result: valid");
        assert_eq!(shown("\u{202E}dilav"), "\u{FFFD}dilav");
    }
}
