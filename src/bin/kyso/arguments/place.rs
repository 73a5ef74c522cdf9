//! Options that say where something is seen on a page.

use clap::Args;
use kyso::pdf::{Anchor, Occurrence, PageNumber, Placement};

use super::value::{corners, two_numbers, two_positive};
use crate::failure::{Exit, Failure};

#[derive(Args, Default)]
pub(crate) struct Place {
    /// Where the signature is seen: X1,Y1,X2,Y2 in points from the lower left of the page as it is
    /// displayed.
    #[arg(long, value_name = "RECT", value_parser = corners, allow_hyphen_values = true, conflicts_with = "anchor")]
    pub(crate) visible: Option<[f64; 4]>,
    /// The page: a number, first, last, or -1 and so on from the end. Default: first; with --anchor any.
    #[arg(long, value_name = "N|first|last", allow_hyphen_values = true)]
    pub(crate) page: Option<PageNumber>,
    /// Puts it at this text of the document instead.
    #[arg(long, value_name = "TEXT", requires = "size")]
    pub(crate) anchor: Option<String>,
    /// Which occurrence of the text: first, last, a number, or every, which puts stamps at the others.
    #[arg(long, value_name = "N|first|last|every", requires = "anchor")]
    pub(crate) occurrence: Option<Occurrence>,
    /// Moves the rectangle's lower left from the lower left of the text, in points.
    #[arg(long, value_name = "X,Y", value_parser = two_numbers, allow_hyphen_values = true, requires = "anchor")]
    pub(crate) offset: Option<[f64; 2]>,
    /// Width and height of the rectangle, in points.
    #[arg(long, value_name = "W,H", value_parser = two_positive, requires = "anchor")]
    pub(crate) size: Option<[f64; 2]>,
    /// Takes of the rectangle what is on the page. Without this one that is partly outside is refused.
    #[arg(long)]
    pub(crate) clip: bool,
}

impl Place {
    /// The first of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--visible", self.visible.is_some()),
            ("--anchor", self.anchor.is_some()),
            ("--page", self.page.is_some()),
            ("--clip", self.clip),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    /// The place that is meant, on `page` where these options name none; without `--clip` yet.
    pub(crate) fn placement(&self, page: Option<PageNumber>) -> Option<Placement> {
        let page = self.page.or(page);
        if let Some(rectangle) = self.visible {
            return Some(Placement::rectangle(page.unwrap_or_default(), rectangle));
        }
        let (text, size) = (self.anchor.as_ref()?, self.size?);
        let mut anchor = Anchor::new(text, size).offset(self.offset.unwrap_or_default());
        if let Some(page) = page {
            anchor = anchor.page(page);
        }
        if let Some(occurrence) = self.occurrence {
            anchor = anchor.occurrence(occurrence);
        }
        Some(Placement::anchor(anchor))
    }

    /// The same with `--clip`.
    pub(crate) fn clipped(&self, placement: Placement) -> Placement {
        if self.clip { placement.clip() } else { placement }
    }

    /// An option that does nothing where there is no place.
    pub(crate) fn idle(option: &str) -> Failure {
        Failure::new(
            Exit::Usage,
            format!("{option} does nothing without a place; give --visible or --anchor"),
        )
    }
}
