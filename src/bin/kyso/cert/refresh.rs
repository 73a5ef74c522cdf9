//! `kyso cert refresh`: what the services say about the credentials now.

use std::collections::BTreeMap;
use std::process::ExitCode;

use kyso::client::config::Configuration;
use kyso::client::secrets::Secrets;
use kyso::client::store::Entry;
use kyso::client::{Answers, ProcessEnvironment};

use super::found::{entries, warn};
use super::{Context, misconfigured, refused};
use crate::arguments::cert::RefreshCerts;
use crate::failure::{Failure, note};
use crate::output;
use crate::remote::console::Person;
use crate::remote::look::{Whose, look};

pub(super) fn run(context: &Context<'_>, options: &RefreshCerts) -> Result<ExitCode, Failure> {
    let contents = context.read()?;
    let chosen: Vec<&Entry> = if options.names.is_empty() {
        contents.entries().iter().collect()
    } else {
        let get = |name: &String| contents.get(name).map_err(|error| refused(&error));
        options.names.iter().map(get).collect::<Result<_, _>>()?
    };
    let configuration = context.configuration()?;
    // One question for all certificates of somebody with a service, with whatever secrets they have.
    let mut groups: BTreeMap<&str, BTreeMap<Whose, Secrets>> = BTreeMap::new();
    for entry in chosen {
        let secrets = groups.entry(entry.service()).or_default().entry(Whose::of(entry)).or_default();
        *secrets = secrets.or(entry.secrets());
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
    people: &BTreeMap<Whose, Secrets>,
) -> Result<(), Failure> {
    let service = configuration.service(service).map_err(|error| misconfigured(&error))?;
    let person = |secrets: &Secrets| Person::new(Answers::new(secrets.clone(), &ProcessEnvironment));
    let mut secrets = service.secrets.clone();
    let mut asked = person(&secrets);
    for (whose, own) in people {
        let of_both = own.or(&service.secrets);
        // What somebody was asked for serves all who have no secrets of their own.
        if of_both == secrets {
            asked.next_flow();
        } else {
            asked = person(&of_both);
            secrets = of_both;
        }
        let found = look(service, whose, None, &mut asked)?;
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
