//! A cross-reference made by scanning the file for objects, when its own cannot be used.

#![warn(clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;

use memchr::memmem::Finder;

use super::error::PdfError;
use super::lexer::{LexError, Lexer, is_space, parse_digits};
use super::object::{Dictionary, Object};
use super::view::View;
use super::xref::{Entry, stream_keyword};
use crate::source::Source;

/// How much of the file is looked at in one go.
const CHUNK: usize = 1 << 20;

/// How far before `obj` its number may begin.
const LOOK_BACK: usize = 48;

/// Windows for the dictionary behind an object header: all but the most unusual fit the first.
const WINDOWS: [usize; 2] = [2048, LARGEST_WINDOW];

const LARGEST_WINDOW: usize = 1 << 16;

/// Trailers kept, the newest.
const TRAILERS_KEPT: usize = 1024;

/// What a scan may lex: so many times the file, and something on top.
const LEXED_FACTOR: u64 = 4;
const LEXED_ALLOWANCE: u64 = 16 << 20;

/// What a scan of the whole file found.
#[derive(Debug, Default)]
pub(crate) struct Rebuilt {
    /// Offsets count from byte 0.
    pub(crate) entries: BTreeMap<u32, Entry>,
    /// Object streams with the offset each was found at, in file order.
    pub(crate) object_streams: Vec<(u32, u64)>,
    /// Where each object in `entries` was found; of a compressed one, where its stream was.
    pub(crate) found_at: BTreeMap<u32, u64>,
    /// Trailers and dictionaries of cross-reference streams, in file order.
    trailers: Vec<Dictionary>,
    /// Bytes lexed so far.
    lexed: u64,
    /// The last dictionary of type `Catalog`.
    catalog: Option<(u32, u16)>,
}

impl Rebuilt {
    /// Scans the file.
    pub(crate) fn scan<S: Source>(view: &View<S>) -> Result<Self, PdfError> {
        let mut rebuilt = Self::default();
        let [objects, trailers] = [Finder::new(b"obj"), Finder::new(b"trailer")];
        let mut at = 0_u64;
        // Below this offset stream data was passed over.
        let mut skip_to = 0_u64;
        while at < view.len() {
            let from = at.saturating_sub(LOOK_BACK as u64);
            let bytes = view.bytes(from, CHUNK)?;
            if bytes.is_empty() {
                break;
            }
            let end = from.saturating_add(bytes.len() as u64);
            let last = end >= view.len();
            // What begins in the last bytes is whole in the next chunk only.
            let next = if last { end } else { end.saturating_sub(8).max(at.saturating_add(1)) };
            let mut hits: Vec<(usize, bool)> = objects.find_iter(&bytes).map(|hit| (hit, true)).collect();
            hits.extend(trailers.find_iter(&bytes).map(|hit| (hit, false)));
            hits.sort_unstable();
            for (hit, is_object) in hits {
                let absolute = from.saturating_add(hit as u64);
                if absolute < at || absolute >= next || absolute < skip_to {
                    continue;
                }
                if is_object {
                    let Some((number, generation, start)) = header_before(&bytes, hit) else { continue };
                    let start = from.saturating_add(start as u64);
                    skip_to = rebuilt.object(view, number, generation, start, absolute.saturating_add(3))?;
                } else {
                    rebuilt.trailer_at(view, absolute.saturating_add(7))?;
                }
            }
            if last {
                break;
            }
            at = next.max(skip_to.min(view.len()));
        }
        if rebuilt.entries.is_empty() {
            return Err(PdfError::NoObjects);
        }
        Ok(rebuilt)
    }

    /// Notes the trailer behind the keyword that ends at `body`, if there is one.
    fn trailer_at<S: Source>(&mut self, view: &View<S>, body: u64) -> Result<(), PdfError> {
        let window = view.bytes(body, LARGEST_WINDOW)?;
        let whole = body.saturating_add(window.len() as u64) >= view.len();
        let mut lexer = Lexer::new(&window, whole, view.limits().depth);
        let object = lexer.object();
        self.spend(view, lexer.position())?;
        if let Ok(Object::Dictionary(trailer)) = object {
            self.keep_trailer(trailer);
        }
        Ok(())
    }

    fn keep_trailer(&mut self, trailer: Dictionary) {
        if self.trailers.len() >= TRAILERS_KEPT {
            self.trailers.remove(0);
        }
        self.trailers.push(trailer);
    }

    /// Counts bytes that were lexed, some of them again and again, towards what a file of its length may
    /// cost.
    fn spend<S: Source>(&mut self, view: &View<S>, bytes: usize) -> Result<(), PdfError> {
        self.lexed = self.lexed.saturating_add(bytes as u64);
        let limit = view.len().saturating_mul(LEXED_FACTOR).saturating_add(LEXED_ALLOWANCE);
        if self.lexed > limit {
            return Err(PdfError::Limit { what: "bytes lexed while scanning for objects", limit });
        }
        Ok(())
    }

    /// Notes the object whose `obj` ends at `body`; returns where to go on.
    fn object<S: Source>(
        &mut self,
        view: &View<S>,
        number: u32,
        generation: u16,
        start: u64,
        body: u64,
    ) -> Result<u64, PdfError> {
        let limit = view.limits().objects;
        if number == 0 || number >= limit {
            return Ok(body);
        }
        self.entries.insert(number, Entry::InUse { offset: start, generation });
        self.found_at.insert(number, start);
        for size in WINDOWS {
            let window = view.bytes(body, size)?;
            let whole = body.saturating_add(window.len() as u64) >= view.len();
            let mut lexer = Lexer::new(&window, whole, view.limits().depth);
            let object = lexer.object();
            self.spend(view, lexer.position())?;
            let dictionary = match object {
                Ok(Object::Dictionary(dictionary)) => dictionary,
                Err(LexError::Truncated) => continue,
                _ => return Ok(body),
            };
            match dictionary.name(b"Type") {
                Some(b"ObjStm") => self.object_streams.push((number, start)),
                Some(b"XRef") => self.keep_trailer(dictionary.clone()),
                Some(b"Catalog") => self.catalog = Some((number, generation)),
                _ => {}
            }
            return Ok(match stream_keyword(&mut lexer) {
                Ok(()) => {
                    let data = body.saturating_add(lexer.position() as u64);
                    stream_end(view, &dictionary, data)?.unwrap_or(data)
                }
                Err(_) => body,
            });
        }
        Ok(body)
    }

    /// Adds what an object stream holds; an object found later in the file stays.
    pub(crate) fn add_compressed(
        &mut self,
        stream: u32,
        at: u64,
        numbers: impl Iterator<Item = u32>,
        limit: u32,
    ) {
        for (index, number) in numbers.enumerate() {
            let newer = self.found_at.get(&number).is_some_and(|found| *found > at);
            if newer || number == 0 || number >= limit {
                continue;
            }
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.entries.insert(number, Entry::Compressed { stream, index });
            self.found_at.insert(number, at);
        }
    }

    /// The trailer to go by: the newest that names a root, completed from the others; without any, one
    /// that names the last catalog found.
    pub(crate) fn trailer(&self) -> Option<Dictionary> {
        let newest = self.trailers.iter().rev().find(|trailer| trailer.reference(b"Root").is_some());
        let mut trailer = match (newest, self.catalog) {
            (Some(trailer), _) => trailer.clone(),
            (None, Some((number, generation))) => {
                let mut trailer = Dictionary::new();
                trailer.set(b"Root", super::object::ObjectId::new(number, generation));
                trailer
            }
            (None, None) => return None,
        };
        for key in [b"Encrypt".as_slice(), b"ID", b"Info"] {
            if !trailer.contains(key)
                && let Some(value) = self.trailers.iter().rev().find_map(|other| other.get(key))
            {
                trailer.set(key, value.clone());
            }
        }
        Some(trailer)
    }

    /// The last catalog found, for a trailer whose root is no dictionary.
    pub(crate) const fn catalog(&self) -> Option<(u32, u16)> {
        self.catalog
    }
}

/// Where the data of a stream with a direct and truthful `/Length` ends.
fn stream_end<S: Source>(
    view: &View<S>,
    dictionary: &Dictionary,
    data: u64,
) -> Result<Option<u64>, PdfError> {
    let Some(length) = dictionary.integer(b"Length").and_then(|length| u64::try_from(length).ok()) else {
        return Ok(None);
    };
    let end = data.saturating_add(length);
    let after = view.bytes(end, 16)?;
    let skipped = after.iter().take_while(|byte| is_space(**byte)).count();
    let truthful = after.get(skipped..).is_some_and(|rest| rest.starts_with(b"endstream"));
    Ok(truthful.then_some(end))
}

/// Reads `N G ` backwards from `obj` at `hit`; the third value is where the number begins.
fn header_before(bytes: &[u8], hit: usize) -> Option<(u32, u16, usize)> {
    let (rest, _) = split_run(bytes.get(..hit)?, is_space);
    let (rest, generation) = split_run(rest, |byte| byte.is_ascii_digit());
    let (rest, blanks) = split_run(rest, is_space);
    let (rest, number) = split_run(rest, |byte| byte.is_ascii_digit());
    if blanks.is_empty() {
        return None;
    }
    let (generation, number) = (parse_digits(generation)?, parse_digits(number)?);
    Some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?, rest.len()))
}

/// Splits off the run of bytes at the end that `belongs` accepts.
fn split_run(bytes: &[u8], belongs: fn(u8) -> bool) -> (&[u8], &[u8]) {
    let run = bytes.iter().rev().take_while(|byte| belongs(**byte)).count();
    bytes.split_at_checked(bytes.len().saturating_sub(run)).unwrap_or((bytes, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn finds_objects_and_trailer() {
        let file = b"junk\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj\n<</Length 9>>stream\n\
            7 0 obj 1\nendstream endobj\n12 3 obj 5 endobj trailer<</Root 1 0 R/Size 13>>";
        let view = View::new(file.as_slice(), Limits::default()).unwrap();
        let rebuilt = Rebuilt::scan(&view).unwrap();
        assert_eq!(rebuilt.entries.keys().copied().collect::<Vec<_>>(), [1, 2, 12]);
        assert_eq!(rebuilt.entries[&1], Entry::InUse { offset: 5, generation: 0 });
        assert!(matches!(rebuilt.entries[&12], Entry::InUse { generation: 3, .. }));
        assert!(rebuilt.trailer().unwrap().contains(b"Root"));
    }

    #[test]
    fn the_later_object_of_a_number_counts() {
        let file = b"1 0 obj 5 endobj 1 0 obj 6 endobj";
        let view = View::new(file.as_slice(), Limits::default()).unwrap();
        let rebuilt = Rebuilt::scan(&view).unwrap();
        assert_eq!(rebuilt.entries[&1], Entry::InUse { offset: 17, generation: 0 });
    }

    #[test]
    fn headers_across_chunks_are_found() {
        let mut file = vec![b' '; CHUNK - 5];
        file.extend_from_slice(b"31 0 obj 5 endobj");
        let view = View::new(file, Limits::default()).unwrap();
        assert!(Rebuilt::scan(&view).unwrap().entries.contains_key(&31));
    }
}
