//! `kyso cert`: the credentials that documents are signed with.

mod add;
mod auth;
mod details;
mod found;
mod image;
mod refresh;

use std::process::ExitCode;

use kyso::client::ProcessEnvironment;
use kyso::client::config::{ConfigError, Configuration};
use kyso::client::store::{Contents, Entry, Store, StoreError};

use crate::arguments::cert::{Cert, CertCommand, DefaultCert, ListCerts, ShowCert};
use crate::failure::{Exit, Failure, advised, told};
use crate::output;
use crate::words::plain;

use self::details::Details;

pub(crate) fn run(options: &Cert) -> Result<ExitCode, Failure> {
    let context = Context { options };
    match &options.command {
        CertCommand::Add(options) => add::run(&context, options)?,
        CertCommand::List(options) => list(&context, options)?,
        CertCommand::Show(options) => show(&context, options)?,
        CertCommand::Rename(options) => {
            context.change(|contents| contents.rename(&options.name, &options.alias))?;
        }
        CertCommand::SetImage(options) => image::run(&context, options)?,
        CertCommand::SetAuth(options) => auth::run(&context, options)?,
        CertCommand::Default(options) => default(&context, options)?,
        CertCommand::Rm(options) => {
            context.change(|contents| {
                options.names.iter().try_for_each(|name| contents.remove(name).map(|_| ()))
            })?;
        }
        CertCommand::Refresh(options) => return refresh::run(&context, options),
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the configuration and the credentials are.
struct Context<'a> {
    options: &'a Cert,
}

impl Context<'_> {
    fn configuration(&self) -> Result<Configuration, Failure> {
        Configuration::find(self.options.config.as_deref(), &ProcessEnvironment)
            .map_err(|error| misconfigured(&error))
    }

    fn store(&self) -> Result<Store, Failure> {
        Store::find(self.options.store.as_deref(), &ProcessEnvironment).map_err(|error| refused(&error))
    }

    fn read(&self) -> Result<Contents, Failure> {
        self.store()?.read().map_err(|error| refused(&error))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Contents) -> Result<T, StoreError>) -> Result<T, Failure> {
        self.store()?.change(change).map_err(|error| refused(&error))
    }
}

/// A configuration that does not do.
fn misconfigured(error: &ConfigError) -> Failure {
    let advice = match error {
        ConfigError::None { .. } => Some("write one, or name it with --config or KYSO_CONFIG"),
        _ => None,
    };
    Failure::new(error.fault().into(), advised(told(error), advice))
}

/// What the store does not do.
fn refused(error: &StoreError) -> Failure {
    let advice = match error {
        StoreError::NoEntry { .. } => Some("`kyso cert list` shows those that there are"),
        StoreError::AliasTaken { .. } => Some("choose another"),
        StoreError::Damaged { .. } => Some("it stays as it is: mend it, or move it away and begin anew"),
        StoreError::SecondFactor(_) => {
            return Failure::new(Exit::Usage, told(error).replace("`automatic-otp`", "--automatic-otp"));
        }
        _ => None,
    };
    Failure::new(error.fault().into(), advised(told(error), advice))
}

fn list(context: &Context<'_>, options: &ListCerts) -> Result<(), Failure> {
    let contents = context.read()?;
    if options.json {
        return output::print(&details::list_json(&contents));
    }
    if contents.entries().is_empty() {
        return output::print("no credentials; add some with `kyso cert add`");
    }
    output::print(&details::table(&contents))
}

fn show(context: &Context<'_>, options: &ShowCert) -> Result<(), Failure> {
    let contents = context.read()?;
    let entry = match &options.name {
        Some(name) => contents.get(name).map_err(|error| refused(&error))?,
        None => contents.default_entry().ok_or_else(no_default)?,
    };
    if options.pem {
        return output::print(&details::pem(entry));
    }
    let details = Details::new(entry, contents.is_default(entry));
    output::print(&if options.json { details.to_json() } else { details.to_string() })
}

fn no_default() -> Failure {
    Failure::new(
        Exit::Usage,
        "there is no default; name a credential, or choose one with `kyso cert default NAME`",
    )
}

fn default(context: &Context<'_>, options: &DefaultCert) -> Result<(), Failure> {
    if options.none || options.name.is_some() {
        return context.change(|contents| contents.set_default(options.name.as_deref()));
    }
    let contents = context.read()?;
    output::print(&plain(contents.default_entry().map(Entry::alias).ok_or_else(no_default)?))
}
