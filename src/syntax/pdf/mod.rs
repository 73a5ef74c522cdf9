//! What a PDF is: its syntax, read lazily and at positions.

pub(crate) mod content;
mod crypt;
pub(crate) mod document;
mod error;
mod filter;
pub(crate) mod form;
pub(crate) mod geometry;
pub(crate) mod graph;
pub(crate) mod import;
mod lexer;
pub(crate) mod locate;
pub(crate) mod object;
mod objstm;
pub(crate) mod page;
pub(crate) mod permissions;
pub(crate) mod place;
mod rebuild;
pub(crate) mod repair;
pub(crate) mod revision;
pub(crate) mod seed;
mod table;
pub(crate) mod text;
pub(crate) mod view;
pub(crate) mod write;
pub(crate) mod xref;

pub use content::{Occurrence, OccurrenceError, TextPlace, find_text};
pub use crypt::{Access, CryptError, Malformation};
pub use error::PdfError;
pub use object::ObjectId;
pub use page::{PageNumber, PageNumberError};
pub use revision::RevisionError;

pub(crate) use crypt::Method;
pub(crate) use document::{Document, Loaded};
pub(crate) use form::{Field, Form};
pub(crate) use graph::Graph;
pub(crate) use object::{Dictionary, Object};
pub(crate) use page::first_page;
pub(crate) use permissions::{LockAction, Restrictions};
pub(crate) use place::{Place, Placed};
pub(crate) use rebuild::Rebuilt;
pub(crate) use view::View;
pub(crate) use xref::{Entry, SectionKind};
