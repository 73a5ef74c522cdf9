//! `kyso cert add`: certificates of a service become credentials.

use kyso::client::store::{Added, Entry};
use kyso::client::{Answers, ProcessEnvironment};

use super::details::{Details, day, plain, serial};
use super::look::{Whose, entries, look, warn};
use super::{Context, misconfigured};
use crate::arguments::cert::AddCert;
use crate::failure::{Exit, Failure, note};
use crate::output;
use crate::remote::console::Person;

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
    if entries.is_empty() {
        let which = wanted.map(|serial| format!(" with serial number {serial}")).unwrap_or_default();
        let line = format!("service {}: no certificate{which} for {}", service.name, whose.id());
        return Err(Failure::new(Exit::Signer, line));
    }
    if options.alias.is_some() && entries.len() > 1 {
        let serials: Vec<String> = entries.iter().map(serial).collect();
        let line = format!(
            "{} certificates, and --alias is for one; choose it with --serial: {}",
            entries.len(),
            serials.join(", ")
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
