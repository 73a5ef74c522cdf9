//! `kyso verify`: what the signatures of a document are worth.

use std::process::ExitCode;

use kyso::verify::{self, Options};

use crate::arguments::Verify;
use crate::failure::{Exit, Failure};
use crate::format::{self, Format};
use crate::{detached, keys, output, progress, signing};

pub(crate) fn run(options: &Verify) -> Result<ExitCode, Failure> {
    let file = &options.file;
    let (source, progress) = progress::open(file)?;
    // What begins like neither is read as what the options are for.
    let asked = if misplaced(options, Format::Pdf).is_some() { Format::Xml } else { Format::Pdf };
    let format = format::find(&source, file)?.unwrap_or(asked);
    if let Some(option) = misplaced(options, format) {
        return Err(format::misplaced(option, file, format));
    }
    let with = what(options)?;
    let failed = |error| Failure::verify(file, &error);
    let (is_valid, told) = match format {
        Format::Pdf => {
            let report = verify::pdf(&source, &with).map_err(failed)?;
            (report.is_valid(), if options.json { report.to_json() } else { report.to_string() })
        }
        Format::Xml => {
            let report = verify::xml(&source, &with).map_err(failed)?;
            (report.is_valid(), if options.json { report.to_json() } else { report.to_string() })
        }
    };
    drop(progress);
    output::print(&told)?;
    Ok(if is_valid { ExitCode::SUCCESS } else { Exit::Invalid.into() })
}

fn what(options: &Verify) -> Result<Options, Failure> {
    let mut with = Options::default();
    with.trust = options.trust.as_deref().map(keys::certificates).transpose()?;
    with.reject_unsigned_twins = options.reject_unsigned_twins;
    if let Some(path) = &options.cert {
        with.certificates = keys::certificates(path)?;
    }
    // A signature that says nothing of its time is judged as of today.
    with.default_time = Some(signing::now()?.timestamp());
    with.password = keys::password(options.password_env.as_deref())?;
    with.allow_doctype = options.allow_doctype;
    with.allow_sha1 = options.allow_sha1;
    // The prefix is the document's affair: attributes are told apart by their local names.
    let local = |name: &String| name.rsplit(':').next().unwrap_or_default().to_owned();
    with.id_attributes = options.id_attribute.iter().map(local).collect();
    for content in &options.detached_content {
        with.detached.extend(detached::named(content, &with.limits)?);
    }
    Ok(with)
}

/// The first option that is for documents of the other format.
fn misplaced(options: &Verify, format: Format) -> Option<&'static str> {
    let pdf = [("--password-env", options.password_env.is_some())];
    let xml = [
        ("--allow-doctype", options.allow_doctype),
        ("--allow-sha1", options.allow_sha1),
        ("--reject-unsigned-twins", options.reject_unsigned_twins),
        ("--id-attribute", !options.id_attribute.is_empty()),
        ("--detached-content", !options.detached_content.is_empty()),
    ];
    let other = match format {
        Format::Pdf => xml.as_slice(),
        Format::Xml => &pdf,
    };
    other.iter().find(|(_, given)| *given).map(|(name, _)| *name)
}
