//! From the options of `sign` and `prepare` to what the library takes.

mod pdf;
pub(crate) mod visible;
mod xml;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset};
use kyso::certificate::Chain;
use kyso::document::Signing;
use kyso::pdf::Warning;
use kyso::sign_cloud::{MetaData, Options};
use kyso::{At, Source};

use crate::arguments::pdf::Pdf;
use crate::arguments::xml::Xml;
use crate::failure::{Exit, Failure, note};
use crate::format::{self, Format};
use crate::{arguments, sign_cloud};

/// The format of the document, to which the options must belong.
pub(crate) fn format<S: Source>(
    options: &arguments::Signing,
    source: &S,
    input: &Path,
) -> Result<Format, Failure> {
    // What begins like neither goes where the options say, and is refused there with the reason.
    let asked = if options.xml.given().is_some() { Format::Xml } else { Format::Pdf };
    let format = format::find(source, input)?.unwrap_or(asked);
    let misplaced = match format {
        Format::Pdf => options.xml.given(),
        Format::Xml => options.pdf.given(),
    };
    misplaced.map_or(Ok(format), |option| Err(format::misplaced(option, input, format)))
}

/// The options of `--sign-cloud`, those of nothing without it.
pub(crate) fn dialect(options: &arguments::Signing, format: Format) -> Result<MetaData, Failure> {
    let Some(path) = &options.sign_cloud else { return Ok(MetaData::default()) };
    let metadata = sign_cloud::read(path)?;
    for options in std::iter::once(&metadata.singleton).chain(&metadata.counter) {
        sign_cloud::warn(path, options, format);
    }
    Ok(metadata)
}

/// What to sign with, and as what.
pub(crate) fn signing(
    options: &arguments::Signing,
    dialect: &Options,
    format: Format,
    chain: &Chain,
    input: &Path,
) -> Result<Signing, Failure> {
    Ok(match format {
        Format::Pdf => pdf::signing(options, &dialect.pdf, chain, input)?.into(),
        Format::Xml => xml::signing(options, &dialect.xml, chain, input)?.into(),
    })
}

/// The second signature of `counterSigning`: its own options, and of the command line those that are not
/// about one signature.
pub(crate) fn counter_signing(
    options: &arguments::Signing,
    dialect: &Options,
    format: Format,
    chain: &Chain,
    input: &Path,
) -> Result<Signing, Failure> {
    let (pdf, xml) = (&options.pdf, &options.xml);
    let general = arguments::Signing {
        time: options.time,
        digest: None,
        signature_algorithm: None,
        sign_cloud: None,
        pdf: Pdf {
            subfilter: pdf.subfilter,
            password_env: pdf.password_env.clone(),
            override_encryption_permissions: pdf.override_encryption_permissions,
            override_needs_rendering: pdf.override_needs_rendering,
            timestamp_room: pdf.timestamp_room,
            ..Pdf::default()
        },
        xml: Xml { allow_sha1: xml.allow_sha1, allow_doctype: xml.allow_doctype, ..Xml::default() },
    };
    signing(&general, dialect, format, chain, input)
}

/// Files besides the document that signing reads.
pub(crate) fn also_read(options: &arguments::Signing) -> impl Iterator<Item = &Path> {
    let visible = &options.pdf.visible;
    let files =
        [&options.xml.detached_content, &options.sign_cloud, &visible.image, &visible.picture, &visible.font];
    files.into_iter().filter_map(Option::as_deref)
}

/// A signature on a PDF, whose service may return a whole CMS.
pub(crate) use pdf::signing as pdf_signing;

/// The time that was asked for, or now; with randomness from the system.
pub(crate) fn at(time: Option<DateTime<FixedOffset>>) -> Result<At, Failure> {
    let time = match time {
        Some(time) => time,
        None => now()?,
    };
    At::with_os_entropy(time)
        .map_err(|error| Failure::new(Exit::Io, format!("the system gives no randomness: {error}")))
}

/// What the system's clock says.
pub(crate) fn now() -> Result<DateTime<FixedOffset>, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map(|time| time.fixed_offset())
        .ok_or_else(|| {
            Failure::new(Exit::Usage, "the system's clock cannot be right; set it, or give --time")
        })
}

/// Says what the caller should know about the document.
pub(crate) fn warn(input: &Path, warnings: &[Warning]) {
    for warning in warnings {
        note("warning: ", &format!("{}: {warning}", input.display()));
    }
}
