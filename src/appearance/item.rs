//! What a line of the appearance says.

use chrono::{DateTime, FixedOffset};

use super::date::DateFormat;

/// What a line of the visible signature says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Item {
    /// Who signs: the common name of the certificate.
    Signer,
    /// When, as the date format has it.
    Date,
    /// Why.
    Reason,
    /// Where.
    Location,
    /// The signer's e-mail address.
    Email,
    /// This text. A line feed begins a new line.
    Text(String),
}

impl Item {
    /// The label of a line that was given none.
    #[must_use]
    pub const fn default_label(&self) -> &'static str {
        match self {
            Self::Signer => "Signed by",
            Self::Date => "Sign date",
            Self::Reason => "Reason",
            Self::Location => "Location",
            Self::Email => "Email",
            Self::Text(_) => "",
        }
    }

    /// The word for the item: of a text, `text`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Signer => "signer",
            Self::Date => "date",
            Self::Reason => "reason",
            Self::Location => "location",
            Self::Email => "email",
            Self::Text(_) => "text",
        }
    }
}

/// What is known of the signature when it is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) signer: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) location: Option<&'a str>,
    pub(crate) time: &'a DateTime<FixedOffset>,
}

/// An item with its label.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) item: Item,
    pub(super) label: String,
}

impl Line {
    /// The line's text; none when its value is absent.
    pub(super) fn text(&self, facts: &Facts<'_>, format: &DateFormat) -> Option<String> {
        let date;
        let value = match &self.item {
            Item::Signer => facts.signer,
            Item::Date => {
                date = format.write(facts.time);
                &date
            }
            Item::Reason => facts.reason?,
            Item::Location => facts.location?,
            Item::Email => facts.email?,
            Item::Text(text) => text,
        };
        if value.is_empty() && !matches!(self.item, Item::Text(_)) {
            return None;
        }
        let label = self.label.trim();
        Some(match label {
            "" => value.to_owned(),
            _ if label.ends_with([':', '：']) => format!("{label} {value}"),
            _ => format!("{label}: {value}"),
        })
    }
}
