//! From the PDF options of the EFY dialect to a signature.

use super::pdf::Signing;
use super::placement::{Anchor, Placement};
use crate::appearance::{Appearance, AppearanceError, Image, Item, Layout};
use crate::limits::Limits;
use crate::profile::sign_cloud::{PdfOptions, TextDirection};

impl PdfOptions {
    /// The signature with these options.
    ///
    /// # Errors
    /// As for [`PdfOptions::appearance`].
    pub fn apply(&self, signing: Signing, limits: &Limits) -> Result<Signing, AppearanceError> {
        let mut signing = signing;
        if let Some(reason) = &self.reason_text {
            signing = signing.reason(reason);
        }
        if let Some(location) = &self.location_text {
            signing = signing.location(location);
        }
        if self.lock_after_signing == Some(true) {
            signing = signing.lock_after_signing();
        }
        match (self.placement(), self.is_visible()) {
            (Some(placement), true) => Ok(signing.visible(&self.appearance(limits)?.template()?, placement)),
            _ => Ok(signing),
        }
    }

    /// Where a visible signature goes: `COORDINATE` on `PAGENO`, the first page without it, or at
    /// `POSITIONIDENTIFIER`, on any page without `PAGENO`.
    #[must_use]
    pub fn placement(&self) -> Option<Placement> {
        if let Some(text) = &self.position_identifier {
            let anchor =
                Anchor::new(text, self.rectangle_size?).offset(self.rectangle_offset.unwrap_or_default());
            return Some(Placement::anchor(match self.page {
                Some(page) => anchor.page(page),
                None => anchor,
            }));
        }
        Some(Placement::rectangle(self.page.unwrap_or_default(), self.coordinate?))
    }

    /// What a visible signature shows: [`PdfOptions::lines`], `SIGNATUREIMAGE` and `TEXTCOLOR`, as
    /// [`PdfOptions::layout`] arranges them.
    ///
    /// # Errors
    /// [`AppearanceError`]: `SIGNATUREIMAGE` is no image that can be read.
    pub fn appearance(&self, limits: &Limits) -> Result<Appearance, AppearanceError> {
        let mut appearance = Appearance::new().no_lines();
        for (item, prefix) in self.lines() {
            appearance = match prefix {
                Some(prefix) => appearance.labelled(item, prefix),
                None => appearance.line(item),
            };
        }
        if let Some(image) = &self.image {
            appearance = appearance.image(Image::from_bytes(image, limits)?).layout(self.layout());
        }
        if let Some(color) = self.text_color {
            appearance = appearance.color(color);
        }
        if self.visual_status == Some(true) {
            appearance = appearance.visual_status(true);
        }
        Ok(appearance)
    }

    /// The lines, each with what stands before it if that was given: those whose `SHOW…` key is true. When
    /// none is, signer and date, if text is asked for: `IMAGEANDTEXT` is true, or there is no
    /// `SIGNATUREIMAGE`.
    #[must_use]
    pub fn lines(&self) -> Vec<(Item, Option<&str>)> {
        let parts = [
            (&self.signer, Item::Signer, true),
            (&self.date, Item::Date, true),
            (&self.reason, Item::Reason, false),
            (&self.location, Item::Location, false),
            (&self.email, Item::Email, false),
        ];
        let asked = parts.iter().any(|(line, ..)| line.show == Some(true));
        let by_default = !asked && (self.image_and_text == Some(true) || self.image.is_none());
        let shown = parts.into_iter().filter(|(line, _, usual)| line.show.unwrap_or(by_default && *usual));
        shown.map(|(line, item, _)| (item, line.prefix.as_deref())).collect()
    }

    /// How image and text stand together: side by side as `TEXTDIRECTION` says, the text on the left by
    /// default; with `IMAGEANDTEXT` false the image is behind the lines. Without lines it stands alone.
    #[must_use]
    pub fn layout(&self) -> Layout {
        match (self.lines().is_empty(), self.image_and_text, self.text_direction) {
            (true, ..) => Layout::Image,
            (false, Some(false), _) => Layout::Background,
            (false, _, Some(TextDirection::RightToLeft)) => Layout::TextRight,
            (false, ..) => Layout::TextLeft,
        }
    }
}
