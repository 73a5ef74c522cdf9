//! Reading a stored revision again: what is resumed must be what was prepared.

use std::io;

use super::error::ResumeError;
use crate::limits::Limits;
use crate::profile::pades::SubFilter;
use crate::source::{Source, read_full};
use crate::syntax::pdf::PdfError;
use crate::syntax::pdf::locate::find_startxref;
use crate::syntax::pdf::object::Object;
use crate::syntax::pdf::revision::Appended;
use crate::syntax::pdf::view::View;
use crate::syntax::pdf::xref::{Entry, Section};

/// The document with its revision, the gap filled with an empty value.
struct Whole<'a, S> {
    source: &'a S,
    input_length: u64,
    appended: &'a Appended,
}

impl<S: Source> Source for Whole<'_, S> {
    fn len(&self) -> io::Result<u64> {
        let [_, _, after, rest] = self.appended.byte_range(self.input_length);
        Ok(after.saturating_add(rest))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let [_, before, after, _] = self.appended.byte_range(self.input_length);
        let from = |bytes: &[u8], start: u64, buffer: &mut [u8]| bytes.read_at(offset - start, buffer);
        if offset < self.input_length {
            let there = usize::try_from(self.input_length - offset).unwrap_or(usize::MAX).min(buffer.len());
            read_full(self.source, offset, buffer.get_mut(..there).unwrap_or_default())
        } else if offset < before {
            from(&self.appended.head, self.input_length, buffer)
        } else if offset < after {
            let there = usize::try_from(after - offset).unwrap_or(usize::MAX).min(buffer.len());
            for (at, byte) in (offset..after).zip(buffer.iter_mut()) {
                *byte = match at {
                    _ if at == before => b'<',
                    _ if at == after - 1 => b'>',
                    _ => b'0',
                };
            }
            Ok(there)
        } else {
            from(&self.appended.tail, after, buffer)
        }
    }
}

/// The newest cross-reference section lies in the revision and leads to the signature, whose `/ByteRange`
/// is the one that was hashed and whose `/Contents` is the gap.
pub(super) fn check_revision<S: Source>(
    source: &S,
    input_length: u64,
    appended: &Appended,
    sub_filter: SubFilter,
    limits: &Limits,
) -> Result<(), ResumeError> {
    let changed = |what| ResumeError::Changed { what };
    let view = View::new(Whole { source, input_length, appended }, limits.clone())?;
    let (declared, _, _) = find_startxref(&view)
        .map_err(ResumeError::Revision)?
        .ok_or_else(|| changed("the revision has no startxref"))?;
    let header = view.bytes(0, 1024).map_err(ResumeError::Revision)?;
    let header_at = memchr::memmem::find(&header, b"%PDF-").unwrap_or(0) as u64;
    let mut problem = changed("the revision's startxref does not lead into it");
    for base in [0, header_at] {
        let at = declared.saturating_add(base);
        if at < input_length {
            continue;
        }
        match signature_at(&view, at, base, appended) {
            Ok(object) => return check_signature(&object, input_length, appended, sub_filter),
            Err(error) => problem = ResumeError::Revision(error),
        }
    }
    Err(problem)
}

fn signature_at<S: Source>(
    view: &View<S>,
    section_at: u64,
    base: u64,
    appended: &Appended,
) -> Result<Object, PdfError> {
    let id = appended.signature;
    let malformed = |what| PdfError::Malformed { id, what };
    let section = Section::read(view, section_at, &mut 0)?;
    let Some(Entry::InUse { offset, generation }) = section.entry(view, id.number)? else {
        return Err(malformed("the revision does not define the signature"));
    };
    let at = offset.saturating_add(base);
    let (found, object) = view.parse(at, |lexer| Ok((lexer.object_header()?, lexer.object()?)))?;
    if found != id || generation != id.generation {
        return Err(malformed("another object stands where the signature should"));
    }
    Ok(object)
}

fn check_signature(
    object: &Object,
    input_length: u64,
    appended: &Appended,
    sub_filter: SubFilter,
) -> Result<(), ResumeError> {
    let changed = |what| Err(ResumeError::Changed { what });
    let Some(signature) = object.as_dictionary() else {
        return changed("the signature is no dictionary");
    };
    let byte_range: Option<Vec<u64>> = signature
        .get(b"ByteRange")
        .and_then(Object::as_array)
        .and_then(|items| items.iter().map(|item| u64::try_from(item.as_integer()?).ok()).collect());
    if byte_range.as_deref() != Some(&appended.byte_range(input_length)) {
        return changed("/ByteRange is not what was hashed");
    }
    if signature.name(b"SubFilter") != Some(sub_filter.pdf_name().as_bytes()) {
        return changed("/SubFilter is another");
    }
    let reserved = appended.gap.saturating_sub(2) / 2;
    let contents = signature.get(b"Contents").and_then(Object::as_string);
    let empty =
        contents.is_some_and(|bytes| bytes.len() as u64 == reserved && bytes.iter().all(|byte| *byte == 0));
    if !empty || !appended.head.ends_with(b"/Contents") {
        return changed("/Contents is not the gap");
    }
    Ok(())
}
