//! What a PDF is: its syntax, read lazily and at positions.

mod crypt;
mod document;
mod error;
mod filter;
mod form;
mod lexer;
mod locate;
mod object;
mod objstm;
mod page;
mod place;
mod rebuild;
mod text;
mod view;
mod xref;

pub use error::PdfError;
pub use object::ObjectId;
