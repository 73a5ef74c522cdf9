//! `kyso cert refresh`: what the services say about the credentials now.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use kyso::client::config::Configuration;
use kyso::client::store::Entry;

use super::ask::Ask;
use super::look::{Whose, entries, look, warn};
use super::{Context, misconfigured, refused};
use crate::arguments::cert::RefreshCerts;
use crate::failure::{Failure, note};
use crate::output;

pub(super) fn run(context: &Context<'_>, options: &RefreshCerts) -> Result<ExitCode, Failure> {
    let contents = context.read()?;
    let chosen: Vec<&Entry> = if options.names.is_empty() {
        contents.entries().iter().collect()
    } else {
        let get = |name: &String| contents.get(name).map_err(|error| refused(&error));
        options.names.iter().map(get).collect::<Result<_, _>>()?
    };
    let configuration = context.configuration()?;
    // One question for all certificates of somebody with a service, and one set of answers for a service.
    let mut groups: BTreeMap<&str, BTreeSet<Whose>> = BTreeMap::new();
    for entry in chosen {
        groups.entry(entry.service()).or_default().insert(Whose::of(entry));
    }
    let mut failures = Vec::new();
    for (service, people) in groups {
        if let Err(failure) = refresh(context, &configuration, service, &people) {
            failures.push(failure);
        }
    }
    // Those of other services are brought up to date all the same.
    match failures.len() {
        0 => Ok(ExitCode::SUCCESS),
        1 => Err(failures.remove(0)),
        _ => Ok(failures.iter().map(Failure::report).next_back().unwrap_or(ExitCode::SUCCESS)),
    }
}

fn refresh(
    context: &Context<'_>,
    configuration: &Configuration,
    service: &str,
    people: &BTreeSet<Whose>,
) -> Result<(), Failure> {
    let service = configuration.service(service).map_err(|error| misconfigured(&error))?;
    let mut ask = Ask::new(service.secrets.clone());
    for whose in people {
        ask.next_flow();
        let found = look(service, whose, None, &mut ask)?;
        let found = entries(&service.name, whose, found);
        let (refreshed, contents) = context
            .change(|contents| Ok((contents.refresh(&service.name, whose.id(), found), contents.clone())))?;
        for alias in &refreshed.updated {
            if let Ok(entry) = contents.get(alias) {
                warn(entry, alias);
            }
            output::print(&format!("up to date: {alias}"))?;
        }
        for alias in &refreshed.missing {
            let line = format!("{alias}: service {} does not have this certificate any more", service.name);
            note("warning: ", &line);
        }
        if !refreshed.unknown.is_empty() {
            let line = format!(
                "service {} has {} more for {}; `kyso cert add` adds them",
                service.name,
                refreshed.unknown.len(),
                whose.id()
            );
            note("", &line);
        }
    }
    Ok(())
}
