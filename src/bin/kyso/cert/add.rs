//! `kyso cert add`: certificates of a service become credentials.

use kyso::client::store::{Added, Entry};
use kyso::client::{Answers, ProcessEnvironment};

use super::details::{Details, serial};
use super::found::{entries, warn};
use super::{Context, misconfigured};
use crate::arguments::cert::AddCert;
use crate::failure::{Exit, Failure, note};
use crate::output;
use crate::remote::console::Person;
use crate::remote::look::{Whose, look};
use crate::words::{day, plain};

pub(super) fn run(context: &Context<'_>, options: &AddCert) -> Result<(), Failure> {
    let configuration = context.configuration()?;
    let service = configuration.service(&options.service).map_err(|error| misconfigured(&error))?;
    // Before anybody is asked for anything.
    context.read()?;
    if let Some(warning) = service.warning() {
        note("warning: ", &warning);
    }
    let whose = Whose { id: options.id.clone(), agreement: options.agreement.clone() };
    let wanted = options.serial.as_deref();
    let mut person = Person::new(Answers::new(service.secrets.clone(), &ProcessEnvironment));
    let found = look(service, &whose, wanted, &mut person)?;
    let mut entries = entries(&service.name, &whose, found);
    if let Some(wanted) = wanted {
        entries.retain(|entry| has_serial(entry, wanted));
    }
    if let Some(key) = &options.key {
        entries.retain(|entry| entry.credential().credential_id.as_ref() == Some(key));
    }
    if entries.is_empty() {
        let serial = wanted.map(|serial| format!(" with serial number {serial}")).unwrap_or_default();
        let key = options.key.as_ref().map(|key| format!(" of the key {key}")).unwrap_or_default();
        let line = format!("service {}: no certificate{serial}{key} for {}", service.name, whose.id());
        return Err(Failure::new(Exit::Signer, line));
    }
    if options.alias.is_some() && entries.len() > 1 {
        let mut which: Vec<String> = entries.iter().map(serial).collect();
        which.sort_unstable();
        which.dedup();
        let mut option = "--serial";
        if which.len() < entries.len() {
            // One certificate under several ids, each authorised in another way.
            let credentials = entries.iter().map(Entry::credential);
            which = credentials.filter_map(|one| one.credential_id.clone()).collect();
            option = "--key";
        }
        let line = format!(
            "{} credentials, and --alias is for one; choose it with {option}: {}",
            entries.len(),
            which.join(", ")
        );
        return Err(Failure::new(Exit::Usage, line));
    }
    let (added, contents) = context.change(|contents| {
        let add = |entry: Entry| contents.add(entry, options.alias.as_deref());
        let added: Vec<Added> = entries.into_iter().map(add).collect::<Result<_, _>>()?;
        Ok((added, contents.clone()))
    })?;
    let mut lines = Vec::new();
    let mut details = Vec::new();
    for one in &added {
        let Ok(entry) = contents.get(&one.alias) else { continue };
        warn(entry, &one.alias);
        let leaf = entry.leaf();
        let done = if one.is_new { "added" } else { "brought up to date" };
        let (subject, until) = (plain(&leaf.subject()), day(leaf.not_after()));
        lines.push(format!("{done}: {} ({subject}, until {until})", one.alias));
        details.push(Details::new(entry, contents.is_default(entry)).to_json());
    }
    output::print(&if options.json { format!("[{}]", details.join(",")) } else { lines.join("\n") })
}

/// As the service writes it, or as the certificate has it: hexadecimal digits in either case, with or
/// without colons and leading zeros.
fn has_serial(entry: &Entry, wanted: &str) -> bool {
    let folded = |text: &str| {
        let digits: String = text.chars().filter(|character| !matches!(character, ':' | ' ' | '-')).collect();
        digits.trim_start_matches('0').to_ascii_lowercase()
    };
    let told = entry.credential().serial_number.as_deref();
    told.is_some_and(|told| told == wanted || folded(told) == folded(wanted))
        || folded(&serial(entry)) == folded(wanted)
}
