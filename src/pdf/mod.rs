//! What a PDF is: its syntax, read lazily and at positions.

mod crypt;
pub(crate) mod document;
mod error;
mod filter;
pub(crate) mod form;
mod lexer;
pub(crate) mod locate;
pub(crate) mod object;
mod objstm;
pub(crate) mod page;
pub(crate) mod permissions;
pub(crate) mod place;
mod rebuild;
pub(crate) mod revision;
pub(crate) mod text;
pub(crate) mod view;
pub(crate) mod write;
pub(crate) mod xref;

pub use crypt::{Access, CryptError, Malformation};
pub use error::PdfError;
pub use object::ObjectId;
pub use revision::RevisionError;

pub(crate) use crypt::Method;
pub(crate) use document::{Document, Loaded};
pub(crate) use form::{Field, Form};
pub(crate) use object::{Dictionary, Object};
pub(crate) use page::first_page;
pub(crate) use permissions::{LockAction, Restrictions};
pub(crate) use place::{Place, Placed};
pub(crate) use rebuild::Rebuilt;
pub(crate) use view::View;
pub(crate) use xref::{Entry, SectionKind};

#[cfg(test)]
mod corpus {
    use super::document::Document;
    use super::place::{Place, Placed};
    use crate::Limits;

    #[test]
    fn reads() {
        let dir = std::path::PathBuf::from(std::env::var("KYSO_SHARED").unwrap_or("../shared".into()))
            .join("corpus/pdf");
        let Ok(manifest) = std::fs::read_to_string(dir.join("MANIFEST.tsv")) else { return };
        for line in manifest.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let bytes = std::fs::read(dir.join(columns[0])).unwrap();
            let start = std::time::Instant::now();
            let result = Document::open(
                bytes.as_slice(),
                Some(columns[9].as_bytes()).filter(|p| !p.is_empty()),
                &Limits::default(),
            )
            .and_then(|document| {
                let (id, dictionary) = document.catalog()?;
                let catalog = Placed { place: Place::object(id), dictionary };
                let form = super::form::Form::read(&document, &catalog)?;
                let page = super::page::first_page(&document, &catalog)?;
                Ok(format!(
                    "{:?} base {} end {} page {:?} fields {:?}",
                    document.newest(),
                    document.base(),
                    document.end_number(),
                    page.place,
                    form.signatures()
                        .map(|f| (f.name.clone(), f.value.clone(), f.widgets.len()))
                        .collect::<Vec<_>>()
                ))
            });
            println!("{} [{}] {:?}: {:?}", columns[0], columns.last().unwrap(), start.elapsed(), result);
        }
    }
}
