//! `kyso cert set-image`: the signature image of a credential.

use std::path::{Path, PathBuf};

use kyso::client::store::{ImageChoice, SignatureImage, image_choices};

use super::{Context, refused};
use crate::arguments::cert::SetImage;
use crate::failure::{Exit, Failure};
use crate::words::plain;
use crate::{files, output};

/// More than the store keeps, so that it says what is too much.
const LONGEST: usize = 64 << 20;

pub(super) fn run(context: &Context<'_>, options: &SetImage) -> Result<(), Failure> {
    if options.choices {
        let names: Vec<String> = choices(context)?.iter().map(|choice| plain(&choice.name)).collect();
        return if names.is_empty() { Ok(()) } else { output::print(&names.join("\n")) };
    }
    let image = match (&options.file, &options.choose) {
        (Some(path), _) => Some(read(path, options.link)?),
        (None, Some(name)) => Some(read(&chosen(context, name)?, options.link)?),
        (None, None) => None,
    };
    let name = options.name.as_deref().unwrap_or_default();
    context.change(|contents| contents.set_image(name, image))
}

fn read(path: &Path, link: bool) -> Result<SignatureImage, Failure> {
    let image = if link {
        SignatureImage::from_file(path)
    } else {
        SignatureImage::from_bytes(files::read(path, LONGEST)?)
    };
    image.map_err(|error| Failure::at(error.fault().into(), path, refused(&error).line()))
}

fn choices(context: &Context<'_>) -> Result<Vec<ImageChoice>, Failure> {
    let configuration = context.configuration()?;
    let none = || Failure::new(Exit::Usage, "the configuration has no folder `images` to choose from");
    let folder = configuration.images.ok_or_else(none)?;
    image_choices(&folder).map_err(|error| Failure::io(&folder, "listing", &error))
}

fn chosen(context: &Context<'_>, name: &str) -> Result<PathBuf, Failure> {
    let choices = choices(context)?;
    let mut named = choices
        .iter()
        .filter(|choice| choice.name == name || choice.path.file_name().is_some_and(|file| file == name));
    match (named.next(), named.next()) {
        (Some(choice), None) => Ok(choice.path.clone()),
        (Some(_), Some(_)) => Err(Failure::new(
            Exit::Usage,
            format!("two images are called {name:?}; name one with its ending"),
        )),
        _ => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
            let line = format!("no image is called {name:?}; there are: {}", names.join(", "));
            Err(Failure::new(Exit::Usage, line))
        }
    }
}
