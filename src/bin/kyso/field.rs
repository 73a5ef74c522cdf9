//! `kyso field add`: an empty signature field for somebody else to sign.

use std::process::ExitCode;

use kyso::pdf::{CertificateConstraints, Fields, NewField, Placement, SeedValue};

use crate::arguments::field::{AddField, Field, FieldCommand};
use crate::arguments::place::Place;
use crate::failure::Failure;
use crate::format::{self, Format};
use crate::{files, keys, progress, signing};

pub(crate) fn run(options: &Field) -> Result<ExitCode, Failure> {
    match &options.command {
        FieldCommand::Add(options) => add(options),
    }
}

fn add(options: &AddField) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let read: Vec<_> =
        [&options.require_signer, &options.require_issuer].into_iter().filter_map(Option::as_deref).collect();
    files::keep_apart(&options.out, &read)?;
    let at = signing::at(None)?;
    let (source, progress) = progress::open(input)?;
    if format::find(&source, input)? == Some(Format::Xml) {
        return Err(format::misplaced("field add", input, Format::Xml));
    }
    let mut field = NewField::new(&options.name);
    if let Some(placement) = placement(options)? {
        field = field.placement(placement);
    }
    if let Some(text) = &options.tooltip {
        field = field.tooltip(text);
    }
    if let Some(lock) = options.lock.clone() {
        field = field.lock(match options.lock_permissions {
            Some(level) => lock.permissions(level),
            None => lock,
        });
    }
    if let Some(seed_value) = seed_value(options)? {
        field = field.seed_value(seed_value);
    }
    let mut fields = Fields::new().add(field);
    if let Some(password) = keys::password(options.password_env.as_deref())? {
        fields = fields.password(password);
    }
    if options.override_encryption_permissions {
        fields = fields.override_encryption_permissions();
    }
    let revised = fields.prepare(source, &at).map_err(|error| Failure::prepare_pdf(input, &error))?;
    let warnings = revised.warnings().to_vec();
    progress.saving();
    revised.save(&options.out).map_err(|error| Failure::save(&error))?;
    drop(progress);
    signing::warn(input, &warnings);
    Ok(ExitCode::SUCCESS)
}

fn placement(options: &AddField) -> Result<Option<Placement>, Failure> {
    let place = &options.place;
    match (place.placement(None), place.given()) {
        (Some(placement), _) => Ok(Some(place.clipped(placement))),
        (None, None) => Ok(None),
        (None, Some(option)) => Err(Place::idle(option)),
    }
}

/// What is asked of the signer, if anything is.
fn seed_value(options: &AddField) -> Result<Option<SeedValue>, Failure> {
    let mut seed_value = None;
    let mut ask = |with: &dyn Fn(SeedValue) -> SeedValue| {
        seed_value = Some(with(seed_value.take().unwrap_or_else(SeedValue::new)));
    };
    if let Some(required) = options.require_certification {
        ask(&|seed| seed.certification(required.0));
    }
    if !options.require_reason.is_empty() {
        ask(&|seed| seed.required_reasons(&options.require_reason));
    }
    if !options.require_digest.is_empty() {
        ask(&|seed| seed.required_digests(&options.require_digest));
    }
    if !options.require_subfilter.is_empty() {
        ask(&|seed| seed.required_sub_filters(&options.require_subfilter));
    }
    if options.require_signer.is_some() || options.require_issuer.is_some() {
        let mut constraints = CertificateConstraints::new();
        if let Some(path) = &options.require_signer {
            constraints = constraints.required_subjects(&keys::certificates(path)?);
        }
        if let Some(path) = &options.require_issuer {
            constraints = constraints.required_issuers(&keys::certificates(path)?);
        }
        ask(&|seed| seed.certificate(constraints.clone()));
    }
    Ok(seed_value)
}
