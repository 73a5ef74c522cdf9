//! A document: its objects by number, wherever and however they are kept.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::crypt::SecurityHandler;
use super::error::PdfError;
use super::filter::Decoding;
use super::lexer::LexError;
use super::locate::{find_chain, trailer_of};
use super::object::{Dictionary, Object, ObjectId};
use super::objstm::ObjectStream;
use super::rebuild::Rebuilt;
use super::view::View;
use super::xref::{Chain, Entry, Section, SectionKind, stream_header, stream_keyword};
use crate::limits::Limits;
use crate::source::Source;

/// How far from the start a header may stand.
const HEADER_WITHIN: usize = 1024;

/// References to references are followed this often.
const REFERENCE_CHAIN: usize = 32;

/// References followed to make one dictionary direct.
const DIRECT_REFERENCES: usize = 256;

/// Decoded object streams kept at a time, and how many bytes of them unless one alone has more.
const STREAMS_KEPT: usize = 4;
const STREAM_BYTES_KEPT: usize = 16 << 20;

/// Where objects are.
#[derive(Debug)]
enum Index {
    /// As the file says. Offsets count from `base`.
    Chain { chain: Chain, base: u64 },
    /// As a scan found.
    Rebuilt(Rebuilt),
}

/// A PDF, read as far as it was asked about.
#[derive(Debug)]
pub(crate) struct Document<S> {
    view: View<S>,
    /// Where `%PDF-` stands, when it stands near the start.
    header_at: u64,
    /// `major * 10 + minor` of the header.
    header_version: Option<u32>,
    index: Index,
    trailer: Dictionary,
    security: Option<SecurityHandler>,
    /// The first file identifier of an encrypted document, as it went into the key.
    first_id: Option<Vec<u8>>,
    catalog: OnceCell<(ObjectId, Dictionary)>,
    streams: RefCell<Vec<(u32, Rc<ObjectStream>)>>,
}

/// An indirect object as it was found.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) object: Object,
    /// Offset of the data, when the object is a stream.
    pub(crate) stream_at: Option<u64>,
}

/// What the newest cross-reference section of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Newest {
    /// Offset in bytes from the start of the file.
    pub(crate) at: u64,
    pub(crate) kind: SectionKind,
}

impl<S: Source> Document<S> {
    /// Opens a document; scans it for objects when its cross-reference does not lead to a catalog with
    /// pages.
    pub(crate) fn open(source: S, password: Option<&[u8]>, limits: &Limits) -> Result<Self, PdfError> {
        let view = View::new(source, limits.clone())?;
        let head = view.bytes(0, HEADER_WITHIN)?;
        let header_at = memchr::memmem::find(&head, b"%PDF-");
        let header_version = header_at.and_then(|at| version_of(head.get(at.saturating_add(5)..)?));
        let header_at = header_at.unwrap_or(0) as u64;
        drop(head);
        let chain = match find_chain(&view, header_at) {
            Ok(found) => found,
            Err(error) if !error.may_be_damage() => return Err(error),
            Err(_) => None,
        };
        let mut document = Self {
            view,
            header_at,
            header_version,
            trailer: Dictionary::new(),
            index: Index::Rebuilt(Rebuilt::default()),
            security: None,
            first_id: None,
            catalog: OnceCell::new(),
            streams: RefCell::default(),
        };
        let Some((chain, base)) = chain else {
            document.rebuild(password)?;
            return Ok(document);
        };
        document.trailer = trailer_of(&chain);
        document.index = Index::Chain { chain, base };
        let sound = document.unlock(password).and_then(|()| document.check());
        match sound {
            Err(error) if error.may_be_damage() => document.rebuild(password)?,
            other => other?,
        }
        Ok(document)
    }

    /// Scans the file for its objects and goes by what is found from now on.
    pub(crate) fn rebuild(&mut self, password: Option<&[u8]>) -> Result<(), PdfError> {
        let rebuilt = Rebuilt::scan(&self.view)?;
        self.trailer = rebuilt.trailer().ok_or(PdfError::Missing { what: "catalog" })?;
        let object_streams = rebuilt.object_streams.clone();
        self.index = Index::Rebuilt(rebuilt);
        self.security = None;
        self.forget();
        self.unlock(password)?;
        for (number, at) in object_streams {
            // A stream that was replaced later, or is damaged, tells nothing.
            let current = self.entry(number)?;
            if !matches!(current, Entry::InUse { offset, .. } if offset == at) {
                continue;
            }
            let Ok(stream) = self.read_object_stream(number) else { continue };
            let limit = self.view.limits().objects;
            if let Index::Rebuilt(rebuilt) = &mut self.index {
                rebuilt.add_compressed(number, at, stream.numbers.iter().map(|(number, _)| *number), limit);
            }
        }
        if let Index::Rebuilt(rebuilt) = &self.index
            && rebuilt.entries.len() > self.view.limits().objects as usize
        {
            let limit = u64::from(self.view.limits().objects);
            return Err(PdfError::Limit { what: "objects", limit });
        }
        if self.check().is_err()
            && let Index::Rebuilt(rebuilt) = &self.index
            && let Some((number, generation)) = rebuilt.catalog()
        {
            self.trailer.set(b"Root", ObjectId::new(number, generation));
            self.forget();
        }
        self.check()
    }

    /// Forgets what was read under another index, trailer or key.
    fn forget(&mut self) {
        self.catalog.take();
        self.streams.borrow_mut().clear();
    }

    /// The trailer leads to a catalog, and the catalog to the root of a page tree.
    fn check(&self) -> Result<(), PdfError> {
        let (_, catalog) = self.catalog()?;
        match self.get(&catalog, b"Pages")? {
            Object::Dictionary(_) => Ok(()),
            _ => Err(PdfError::Missing { what: "page tree" }),
        }
    }

    fn unlock(&mut self, password: Option<&[u8]>) -> Result<(), PdfError> {
        let Some(encrypt) = self.trailer.get(b"Encrypt").cloned() else { return Ok(()) };
        let Object::Dictionary(mut encrypt) = self.resolve(&encrypt)? else {
            return Err(PdfError::Missing { what: "encryption dictionary" });
        };
        self.make_direct(&mut encrypt, 4)?;
        let first_id = match self.get(&self.trailer, b"ID")? {
            Object::Array(items) => match items.first().map(|first| self.resolve(first)).transpose()? {
                Some(Object::String(id)) => id,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.security = Some(SecurityHandler::open(&encrypt, &first_id, password)?);
        self.first_id = Some(first_id).filter(|id| !id.is_empty());
        self.forget();
        Ok(())
    }

    /// Replaces references among the values by what they refer to, down to `depth` dictionaries. There are
    /// few in any dictionary that this is asked of; one that holds itself many times has an end, too.
    fn make_direct(&self, dictionary: &mut Dictionary, depth: usize) -> Result<(), PdfError> {
        let mut left = DIRECT_REFERENCES;
        self.make_direct_within(dictionary, depth, &mut left)
    }

    fn make_direct_within(
        &self,
        dictionary: &mut Dictionary,
        depth: usize,
        left: &mut usize,
    ) -> Result<(), PdfError> {
        for (_, value) in dictionary.values_mut() {
            if value.as_reference().is_some() {
                *left = left.checked_sub(1).ok_or(PdfError::Limit {
                    what: "references in one dictionary",
                    limit: DIRECT_REFERENCES as u64,
                })?;
                *value = self.resolve(value)?;
            }
            if let (Object::Dictionary(inner), Some(depth)) = (value, depth.checked_sub(1)) {
                self.make_direct_within(inner, depth, left)?;
            }
        }
        Ok(())
    }

    pub(crate) const fn view(&self) -> &View<S> {
        &self.view
    }

    pub(crate) const fn trailer(&self) -> &Dictionary {
        &self.trailer
    }

    pub(crate) const fn security(&self) -> Option<&SecurityHandler> {
        self.security.as_ref()
    }

    /// The first file identifier, when the document is encrypted and has one.
    pub(crate) fn first_id(&self) -> Option<&[u8]> {
        self.first_id.as_deref()
    }

    /// The object that holds the encryption dictionary, when it is one: its strings are not encrypted.
    fn encrypt_id(&self) -> Option<ObjectId> {
        self.trailer.reference(b"Encrypt")
    }

    /// The newest cross-reference section; none when the file had to be scanned.
    pub(crate) fn newest(&self) -> Option<Newest> {
        match &self.index {
            Index::Chain { chain, .. } => {
                chain.sections.first().map(|section| Newest { at: section.at, kind: section.kind })
            }
            Index::Rebuilt(_) => None,
        }
    }

    /// All objects, when the file had to be scanned; offsets count from byte 0.
    pub(crate) const fn rebuilt(&self) -> Option<&Rebuilt> {
        match &self.index {
            Index::Rebuilt(rebuilt) => Some(rebuilt),
            Index::Chain { .. } => None,
        }
    }

    /// What offsets in cross-reference sections count from. A scanned file has no say; the header is
    /// what readers count from.
    pub(crate) const fn base(&self) -> u64 {
        match self.index {
            Index::Chain { base, .. } => base,
            Index::Rebuilt(_) => self.header_at,
        }
    }

    /// One more than the highest object number that any revision used.
    pub(crate) fn end_number(&self) -> u64 {
        let limit = u64::from(self.view.limits().objects);
        let size = |trailer: &Dictionary| {
            // A size beyond all bounds is no statement about objects.
            let size = trailer.integer(b"Size").and_then(|size| u64::try_from(size).ok());
            size.filter(|size| *size <= limit).unwrap_or(0)
        };
        let covered = match &self.index {
            Index::Chain { chain, .. } => {
                chain.sections.iter().map(|section| section.end_number.max(size(&section.trailer))).max()
            }
            Index::Rebuilt(rebuilt) => {
                rebuilt.entries.keys().next_back().map(|number| u64::from(*number) + 1)
            }
        };
        covered.unwrap_or(0).max(size(&self.trailer)).max(1)
    }

    /// The cross-reference sections, newest first; none for a scanned file.
    pub(crate) fn sections(&self) -> &[Section] {
        match &self.index {
            Index::Chain { chain, .. } => &chain.sections,
            Index::Rebuilt(_) => &[],
        }
    }

    /// The numbers of the objects in an object stream.
    pub(crate) fn numbers_in_stream(&self, number: u32) -> Result<Vec<u32>, PdfError> {
        Ok(self.object_stream(number)?.numbers.iter().map(|(number, _)| *number).collect())
    }

    pub(crate) fn entry(&self, number: u32) -> Result<Entry, PdfError> {
        match &self.index {
            Index::Chain { chain, .. } => chain.entry(&self.view, number),
            Index::Rebuilt(rebuilt) => Ok(rebuilt.entries.get(&number).copied().unwrap_or(Entry::Free)),
        }
    }

    /// The catalog and its object.
    pub(crate) fn catalog(&self) -> Result<(ObjectId, Dictionary), PdfError> {
        if let Some(known) = self.catalog.get() {
            return Ok(known.clone());
        }
        let found = self.read_catalog()?;
        Ok(self.catalog.get_or_init(|| found).clone())
    }

    fn read_catalog(&self) -> Result<(ObjectId, Dictionary), PdfError> {
        let missing = PdfError::Missing { what: "catalog" };
        let Some(root) = self.trailer.reference(b"Root") else { return Err(missing) };
        match self.load(root)? {
            Object::Dictionary(catalog) => Ok((root, catalog)),
            _ => Err(missing),
        }
    }

    /// The version, `major * 10 + minor`: the header's or the catalog's, whichever is later.
    pub(crate) fn version(&self, catalog: &Dictionary) -> u32 {
        let later = catalog.name(b"Version").and_then(version_of);
        self.header_version.max(later).unwrap_or(14)
    }

    /// The object; `null` when there is none of this number and generation.
    pub(crate) fn load(&self, id: ObjectId) -> Result<Object, PdfError> {
        self.load_whole(id).map(|loaded| loaded.object)
    }

    /// The object and whether it is a stream.
    pub(crate) fn load_whole(&self, id: ObjectId) -> Result<Loaded, PdfError> {
        let nothing = Loaded { object: Object::Null, stream_at: None };
        match self.entry(id.number)? {
            Entry::Free => Ok(nothing),
            Entry::InUse { generation, .. } if generation != id.generation => Ok(nothing),
            Entry::InUse { offset, .. } => self.read_at(id, offset),
            Entry::Compressed { .. } if id.generation != 0 => Ok(nothing),
            Entry::Compressed { stream, index } => {
                let depth = self.view.limits().depth;
                let (object, length) = self.object_stream(stream)?.object(id.number, index, depth)?;
                self.view.count_parsed(length);
                Ok(Loaded { object, stream_at: None })
            }
        }
    }

    /// Where an entry's offset is, in bytes from the start of the file.
    pub(crate) fn absolute(&self, offset: u64) -> u64 {
        match self.index {
            Index::Chain { base, .. } => offset.saturating_add(base),
            Index::Rebuilt(_) => offset,
        }
    }

    fn read_at(&self, id: ObjectId, offset: u64) -> Result<Loaded, PdfError> {
        let at = self.absolute(offset);
        if at >= self.view.len() {
            return Err(PdfError::Malformed { id, what: "its offset lies behind the end of the file" });
        }
        let (found, mut object, stream) = self.view.parse(at, |lexer| {
            let found = lexer.object_header()?;
            // Many numbers that all lead to one large object must not cost its reading each time.
            if found.number != id.number {
                return Ok((found, Object::Null, None));
            }
            lexer.skip_space();
            // `N G obj endobj` is an empty, hence null, object.
            if lexer.clone().keyword("endobj").is_ok() {
                return Ok((found, Object::Null, None));
            }
            let object = lexer.object()?;
            let stream = match (&object, stream_keyword(lexer)) {
                (_, Err(LexError::Truncated)) => return Err(LexError::Truncated),
                (Object::Dictionary(_), Ok(())) => Some(lexer.position()),
                _ => None,
            };
            Ok((found, object, stream))
        })?;
        if found.number != id.number {
            return Err(PdfError::Malformed { id, what: "another object stands at its offset" });
        }
        if let Some(security) = &self.security
            && self.encrypt_id() != Some(id)
        {
            decrypt_strings(security, id, &mut object)?;
        }
        Ok(Loaded { object, stream_at: stream.map(|data| at.saturating_add(data as u64)) })
    }

    /// Follows references until something else is found.
    pub(crate) fn resolve(&self, object: &Object) -> Result<Object, PdfError> {
        let mut object = match object {
            Object::Reference(id) => self.load(*id)?,
            other => return Ok(other.clone()),
        };
        for _ in 0..REFERENCE_CHAIN {
            match object {
                Object::Reference(id) => object = self.load(id)?,
                other => return Ok(other),
            }
        }
        Ok(Object::Null)
    }

    /// The object that holds the array which `value` refers to.
    pub(crate) fn array_behind(&self, value: Option<&Object>) -> Result<Option<ObjectId>, PdfError> {
        let mut next = value.and_then(Object::as_reference);
        for _ in 0..REFERENCE_CHAIN {
            let Some(id) = next else { break };
            match self.load(id)? {
                Object::Array(_) => return Ok(Some(id)),
                other => next = other.as_reference(),
            }
        }
        Ok(None)
    }

    /// An entry of a dictionary, resolved; `null` when it is absent.
    pub(crate) fn get(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object, PdfError> {
        dictionary.get(key).map_or(Ok(Object::Null), |value| self.resolve(value))
    }

    /// The decoded data of a stream, at most `limit` bytes of it as it stands in the file.
    pub(crate) fn stream_data(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, PdfError> {
        let Loaded { object: Object::Dictionary(dictionary), stream_at: Some(data) } = self.load_whole(id)?
        else {
            return Err(PdfError::Malformed { id, what: "is not a stream" });
        };
        self.decode(id, &dictionary, data, limit)
    }

    /// The data of a stream as its filters left it, decrypted; at most `limit` bytes.
    pub(crate) fn stream_as_it_is(&self, id: ObjectId, limit: u64) -> Result<Vec<u8>, PdfError> {
        let Loaded { object: Object::Dictionary(dictionary), stream_at: Some(data) } = self.load_whole(id)?
        else {
            return Err(PdfError::Malformed { id, what: "is not a stream" });
        };
        let raw = self.stream_bytes(id, &dictionary, data, limit)?;
        let Some(security) = &self.security else { return Ok(raw.into_owned()) };
        let mut direct = dictionary;
        self.make_direct(&mut direct, 2)?;
        Ok(security.decrypt_stream(id, &direct, &raw)?.to_vec())
    }

    /// The data of a stream as it stands in the file.
    fn stream_bytes(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        data_at: u64,
        limit: u64,
    ) -> Result<std::borrow::Cow<'_, [u8]>, PdfError> {
        let length = self.stream_length(id, dictionary, data_at)?;
        if length > limit {
            return Err(PdfError::Limit { what: "bytes in one stream", limit });
        }
        self.view.bytes(data_at, usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn decode(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        data_at: u64,
        limit: u64,
    ) -> Result<Vec<u8>, PdfError> {
        let raw = self.stream_bytes(id, dictionary, data_at, limit)?;
        // Reading costs, too, however little it gives.
        self.view.spend(raw.len() as u64)?;
        let mut direct = dictionary.clone();
        self.make_direct(&mut direct, 2)?;
        let decoding = Decoding::of(&direct)?;
        let inflated = self.view.limits().inflated_bytes.min(limit);
        let bytes = match &self.security {
            None => decoding.all(id, &raw, inflated)?,
            Some(security) => decoding.all(id, &security.decrypt_stream(id, &direct, &raw)?, inflated)?,
        };
        self.view.spend(bytes.len().saturating_sub(raw.len()) as u64)?;
        Ok(bytes)
    }

    /// `/Length`, when `endstream` stands behind it; else the distance to `endstream`.
    pub(crate) fn stream_length(
        &self,
        id: ObjectId,
        dictionary: &Dictionary,
        data_at: u64,
    ) -> Result<u64, PdfError> {
        let declared = match dictionary.get(b"Length") {
            // A length held by the very stream it describes would have no end.
            Some(Object::Reference(length)) => match self.entry(length.number)? {
                Entry::InUse { .. } => self.load(*length)?.as_integer(),
                _ => None,
            },
            Some(other) => other.as_integer(),
            None => None,
        };
        if let Some(length) = declared.and_then(|length| u64::try_from(length).ok()) {
            let end = data_at.saturating_add(length);
            let ends = self.view.parse(end, |lexer| {
                lexer.skip_space();
                lexer.prefix("endstream")
            });
            if end <= self.view.len() && ends.is_ok() {
                return Ok(length);
            }
        }
        let mut size = 4096_usize;
        loop {
            let bytes = self.view.bytes(data_at, size)?;
            if let Some(end) = memchr::memmem::find(&bytes, b"endstream") {
                let data = bytes.get(..end).unwrap_or(&[]);
                let data = data.strip_suffix(b"\n").unwrap_or(data);
                return Ok(data.strip_suffix(b"\r").unwrap_or(data).len() as u64);
            }
            if size >= self.view.limits().object_bytes || (bytes.len() as u64) < size as u64 {
                return Err(PdfError::Malformed { id, what: "its stream has no end" });
            }
            size = size.saturating_mul(8);
        }
    }

    fn object_stream(&self, number: u32) -> Result<Rc<ObjectStream>, PdfError> {
        let kept = self.streams.borrow().iter().find(|(kept, _)| *kept == number).map(|(_, s)| Rc::clone(s));
        if let Some(stream) = kept {
            return Ok(stream);
        }
        let stream = Rc::new(self.read_object_stream(number)?);
        let mut streams = self.streams.borrow_mut();
        let kept = streams.iter().fold(stream.len(), |sum, (_, kept)| sum.saturating_add(kept.len()));
        if kept > STREAM_BYTES_KEPT {
            streams.clear();
        }
        if streams.len() >= STREAMS_KEPT {
            streams.remove(0);
        }
        streams.push((number, Rc::clone(&stream)));
        Ok(stream)
    }

    fn read_object_stream(&self, number: u32) -> Result<ObjectStream, PdfError> {
        let Entry::InUse { offset, generation } = self.entry(number)? else {
            let id = ObjectId::new(number, 0);
            return Err(PdfError::Malformed { id, what: "the object stream is missing" });
        };
        let id = ObjectId::new(number, generation);
        let (found, dictionary, data) = stream_header(&self.view, self.absolute(offset))?;
        if found.number != number {
            return Err(PdfError::Malformed { id, what: "another object stands at its offset" });
        }
        let bytes = self.decode(id, &dictionary, data, self.view.limits().inflated_bytes)?;
        ObjectStream::new(id, &dictionary, bytes)
    }
}

/// Decrypts the strings in an object. A signature's `/Contents` never is encrypted (12.8.1).
fn decrypt_strings(security: &SecurityHandler, id: ObjectId, object: &mut Object) -> Result<(), PdfError> {
    match object {
        Object::String(bytes) => *bytes = security.decrypt_string(id, bytes)?,
        Object::Array(items) => {
            for item in items {
                decrypt_strings(security, id, item)?;
            }
        }
        Object::Dictionary(dictionary) => {
            let signature = is_signature(dictionary);
            for (key, value) in dictionary.values_mut() {
                if !(signature && key == b"Contents") {
                    decrypt_strings(security, id, value)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether a dictionary is a signature's.
pub(crate) fn is_signature(dictionary: &Dictionary) -> bool {
    dictionary.contains(b"ByteRange") && dictionary.contains(b"Contents")
}

/// `major * 10 + minor` from text that begins `1.7`.
fn version_of(text: &[u8]) -> Option<u32> {
    match text {
        [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', ..] => {
            Some(u32::from(major & 15).saturating_mul(10).saturating_add(u32::from(minor & 15)))
        }
        _ => None,
    }
}
