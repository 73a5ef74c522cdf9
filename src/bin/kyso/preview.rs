//! `kyso preview`: a page as it would look signed.

use std::process::ExitCode;

use kyso::preview::{Picture, PreviewError};

use crate::arguments::Preview;
use crate::failure::{Exit, Failure, told};
use crate::format::{self, Format};
use crate::{files, keys, progress, signing};

pub(crate) fn run(options: &Preview) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let chain = keys::chain(&options.cert)?;
    let mut read = vec![input.as_path(), &options.cert];
    read.extend(signing::also_read(&options.signing));
    files::keep_apart(&options.out, &read)?;
    let at = signing::at(options.signing.time)?;
    let (source, progress) = progress::open(input)?;
    let format = signing::format(&options.signing, &source, input)?;
    if format == Format::Xml {
        return Err(format::misplaced("preview", input, format));
    }
    let metadata = signing::dialect(&options.signing, format)?;
    let signing = signing::pdf_signing(&options.signing, &metadata.singleton.pdf, &chain, input)?;
    let picture = Picture::draw(&signing, &source, &at, options.dpi).map_err(|error| match error {
        PreviewError::Prepare(error) => Failure::prepare_pdf(input, &error),
        PreviewError::Invisible => {
            Failure::at(Exit::Usage, input, format!("{error}; place it with --visible or --anchor"))
        }
        other => Failure::at(other.fault().into(), input, told(&other)),
    })?;
    drop(progress);
    files::write(&options.out, picture.png())?;
    Ok(ExitCode::SUCCESS)
}
