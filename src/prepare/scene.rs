//! What a document says before anything is changed.

use super::error::PrepareError;
use super::stand::Stand;
use crate::source::Source;
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::document::Document;
use crate::syntax::pdf::form::{Field, Form};
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::page::first_page;
use crate::syntax::pdf::permissions::Action;
use crate::syntax::pdf::place::{Place, Placed};

/// What the document says before anything is changed.
pub(super) struct Scene<'a, S> {
    pub(super) document: &'a Document<S>,
    pub(super) catalog: Placed,
    pub(super) form: Form,
    /// The page that a new field goes to.
    pub(super) page: Placed,
    /// Where a visible signature stands; nowhere when it is invisible.
    pub(super) stands: Vec<Stand>,
    /// The highest object number that what was read refers to: objects that are not there stay so.
    pub(super) highest_reference: Option<u32>,
}

impl<'a, S: Source> Scene<'a, S> {
    /// Reads catalog, form and page; `stands` says where something visible will be. A document whose page
    /// tree cannot be reached is refused, for an invisible signature too.
    pub(super) fn read(
        document: &'a Document<S>,
        stands: impl FnOnce(&Placed, &Form) -> Result<Vec<Stand>, PrepareError>,
    ) -> Result<Self, PrepareError> {
        let (id, dictionary) = document.catalog()?;
        let catalog = Placed { place: Place::object(id), dictionary };
        let form = Form::read(document, &catalog)?;
        let stands = stands(&catalog, &form)?;
        let page = match stands.first() {
            Some(stand) => stand.page.placed.clone(),
            None => first_page(document, &catalog)?,
        };
        let acro_form = form.acro_form.as_ref().map(|form| &form.dictionary);
        let further = stands.iter().skip(1).map(|stand| &stand.page.placed.dictionary);
        let pages: Vec<&Dictionary> = std::iter::once(&page.dictionary).chain(further).collect();
        let mut highest = [Some(document.trailer()), Some(&catalog.dictionary), acro_form]
            .into_iter()
            .flatten()
            .chain(pages.iter().copied())
            .filter_map(Dictionary::highest_reference)
            .max();
        let form_fields = acro_form.map(|form| (form, b"Fields".as_slice()));
        let annotations = pages.into_iter().map(|page| (page, b"Annots".as_slice()));
        let apart = std::iter::once((&catalog.dictionary, b"Perms".as_slice()));
        let apart = apart.chain(form_fields).chain(annotations);
        // What is direct was looked through with its holder.
        for (holder, key) in apart.filter(|(holder, key)| holder.reference(key).is_some()) {
            highest = highest.max(document.get(holder, key)?.highest_reference());
        }
        Ok(Self { document, catalog, form, page, stands, highest_reference: highest })
    }

    /// Whether a field has been signed, or a timestamp stands in one.
    pub(super) fn is_signed(&self) -> Result<bool, PdfError> {
        for field in self.form.signatures() {
            if is_signed(self.document, field)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The field that will be signed.
#[derive(Debug)]
pub(super) enum Target<'a> {
    Existing(&'a Field),
    New(String),
}

impl Target<'_> {
    /// What the encryption must permit.
    pub(super) const fn action(&self) -> Action {
        match self {
            Self::Existing(_) => Action::FillField,
            Self::New(_) => Action::CreateField,
        }
    }
}

/// Whether a field holds a signature or a timestamp.
pub(super) fn is_signed<S: Source>(document: &Document<S>, field: &Field) -> Result<bool, PdfError> {
    let value = field.value.as_ref().map(|value| document.resolve(value)).transpose()?;
    Ok(value.is_some_and(|value| value != Object::Null))
}
