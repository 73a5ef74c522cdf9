//! What a visible signature looks like, and where it stands.

use std::path::Path;

use kyso::Limits;
use kyso::pdf::{Appearance, Border, Font, FontSize, Image, Item, Layout, PageContent, Placement};
use kyso::sign_cloud::PdfOptions;

use crate::arguments::place::Place;
use crate::arguments::visible::Visible;
use crate::failure::{Exit, Failure, told};
use crate::files;

/// The most that is read of an image, a font or a picture, in bytes.
const LONGEST: usize = 64 << 20;

/// Where the signature is visible, if it is. `field` says whether a field was named, which may have a place.
pub(crate) fn placement(
    own: &Visible,
    dialect: &PdfOptions,
    field: bool,
) -> Result<Option<Placement>, Failure> {
    let dialects = || {
        let mut dialect = dialect.clone();
        dialect.page = own.place.page.or(dialect.page);
        dialect.is_visible().then(|| dialect.placement()).flatten()
    };
    let given = own.place.placement(dialect.page).or_else(dialects);
    match (given, own.given()) {
        (Some(placement), _) => Ok(Some(own.place.clipped(placement))),
        (None, None) => Ok(None),
        (None, Some(option @ ("--page" | "--clip"))) => Err(Place::idle(option)),
        (None, Some(_)) if field => Ok(Some(Placement::field())),
        (None, Some(option)) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{option} is for a visible signature; give it a place with --visible or --anchor, or --field with a field that has one"
            ),
        )),
    }
}

/// What the signature shows.
pub(crate) fn appearance(own: &Visible, dialect: &PdfOptions) -> Result<Appearance, Failure> {
    let limits = Limits::default();
    let mut appearance = Appearance::new().no_lines();
    idle(own)?;
    let lines = lines(own, dialect)?;
    for (item, label) in &lines {
        appearance = match label {
            Some(label) => appearance.labelled(item.clone(), label),
            None => appearance.line(item.clone()),
        };
    }
    for text in &own.text {
        appearance = appearance.line(Item::Text(text.clone()));
    }
    let image = match (&own.image, &dialect.image) {
        (Some(path), _) => Some(read(path, |bytes| Image::from_bytes(&bytes, &limits))?),
        (None, Some(bytes)) => Some(
            Image::from_bytes(bytes, &limits)
                .map_err(|error| Failure::new(Exit::Usage, format!("SIGNATUREIMAGE: {}", told(&error))))?,
        ),
        (None, None) => None,
    };
    let has_image = image.is_some();
    if let Some(image) = image {
        appearance = appearance.image(image);
    }
    if let Some(path) = &own.picture {
        let page = own.picture_page.unwrap_or_default();
        appearance = appearance.page(read(path, |bytes| PageContent::from_bytes(&bytes, page, &limits))?);
    }
    let has_text = !lines.is_empty() || !own.text.is_empty();
    match own.layout {
        Some(layout) => appearance = appearance.layout(layout),
        None if has_image && !has_text => appearance = appearance.layout(Layout::Image),
        None if has_image && (dialect.image_and_text.is_some() || dialect.text_direction.is_some()) => {
            appearance = appearance.layout(dialect.layout());
        }
        None if dialect.image.is_some() => appearance = appearance.layout(dialect.layout()),
        None => {}
    }
    styled(appearance, own, dialect)
}

/// Refuses options that would do nothing beside `--layout`.
fn idle(own: &Visible) -> Result<(), Failure> {
    let shows = own.show.as_ref().is_some_and(|list| !list.0.is_empty());
    let idle = match own.layout {
        Some(Layout::Text) => [("--image", own.image.is_some())].to_vec(),
        Some(Layout::Image) => [
            ("--show", shows),
            ("--text", !own.text.is_empty()),
            ("--text-color", own.text_color.is_some()),
            ("--align", own.align.is_some()),
            ("--date-format", own.date_format.is_some()),
            ("--font", own.font.is_some()),
            ("--font-size", own.font_size.is_some()),
        ]
        .to_vec(),
        _ => Vec::new(),
    };
    match idle.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => {
            let line = format!("{option} does nothing with this --layout; leave one of them out");
            Err(Failure::new(Exit::Usage, line))
        }
    }
}

/// The lines of `--show`, else those of the dialect.
fn lines(own: &Visible, dialect: &PdfOptions) -> Result<Vec<(Item, Option<String>)>, Failure> {
    let pictures = own.layout == Some(Layout::Image) || own.picture.is_some();
    let mut lines: Vec<(Item, Option<String>)> = match &own.show {
        Some(list) => list.0.iter().map(|item| (item.clone(), None)).collect(),
        None if pictures => Vec::new(),
        None => dialect.lines().into_iter().map(|(item, label)| (item, label.map(str::to_owned))).collect(),
    };
    for label in &own.prefix {
        match lines.iter_mut().find(|(item, _)| *item == label.item) {
            Some((_, text)) => *text = Some(label.text.clone()),
            None => {
                let line = format!(
                    "--prefix: the line of the {} is not shown; name it with --show",
                    label.item.name()
                );
                return Err(Failure::new(Exit::Usage, line));
            }
        }
    }
    if own.email.is_some() && !lines.iter().any(|(item, _)| *item == Item::Email) {
        return Err(Failure::new(Exit::Usage, "--email: that line is not shown; name it with --show"));
    }
    Ok(lines)
}

/// Fonts, colours and the like.
fn styled(mut appearance: Appearance, own: &Visible, dialect: &PdfOptions) -> Result<Appearance, Failure> {
    if let Some(path) = &own.font {
        appearance = appearance.font(read(path, |bytes| Font::from_bytes(bytes, 0))?);
    }
    if let Some(points) = own.font_size {
        appearance = appearance.font_size(FontSize::Points(points));
    }
    if let Some(color) = own.text_color.or(dialect.text_color) {
        appearance = appearance.color(color);
    }
    if let Some(align) = own.align {
        appearance = appearance.align(align);
    }
    if let Some(color) = own.border {
        appearance = appearance.border(Border { width: own.border_width.unwrap_or(1.0), color });
    }
    if let Some(color) = own.background {
        appearance = appearance.background(color);
    }
    if let Some(points) = own.margin {
        appearance = appearance.margin(points);
    }
    if let Some(text) = &own.qr {
        appearance = appearance.qr(text);
    }
    if let Some(format) = &own.date_format {
        appearance = appearance.date_format(format);
    }
    if own.visual_status || dialect.visual_status == Some(true) {
        appearance = appearance.visual_status(true);
    }
    Ok(appearance)
}

/// What a file holds.
fn read<T, E: std::error::Error>(
    path: &Path,
    take: impl FnOnce(Vec<u8>) -> Result<T, E>,
) -> Result<T, Failure> {
    take(files::read(path, LONGEST)?).map_err(|error| Failure::at(Exit::Usage, path, told(&error)))
}
