//! One appended revision: changed and new objects, a cross-reference section, a trailer.
//!
//! ISO 32000-2, 7.5.6. The original bytes are never touched; everything here lies behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::crypt::CryptError;
use super::document::{Document, Loaded};
use super::error::PdfError;
use super::graph::Graph;
use super::object::{Dictionary, Object, ObjectId};
use super::place::Place;
use super::write::{self, Sealing};
use super::xref::{Entry, SectionKind};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::source::Source;

/// The largest offset that ten digits of a classic table can hold.
pub(crate) const TABLE_OFFSET_LIMIT: u64 = 9_999_999_999;

/// Columns kept for `/ByteRange`: four numbers of up to twenty digits.
const BYTE_RANGE_COLUMNS: usize = 80;

/// A complete section may have this many free entries for each object in use.
const SPARSE: u64 = 64;

/// What a revision holds of one object.
#[derive(Clone, Debug)]
enum Body {
    Object(Object),
    Stream(Dictionary, Arc<[u8]>),
    /// A signature dictionary without `/ByteRange` and `/Contents`, and the bytes reserved for the value.
    Signature(Dictionary, u64),
}

/// A revision in the making.
#[derive(Debug)]
pub(crate) struct Revision {
    objects: BTreeMap<u32, (u16, Body)>,
    next: u64,
}

/// The bytes of a finished revision around the gap for the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    /// From the end of the original to the gap.
    pub(crate) head: Vec<u8>,
    /// Length of the gap: two hex digits for every reserved byte, and the brackets.
    pub(crate) gap: u64,
    /// From the gap to the end.
    pub(crate) tail: Vec<u8>,
    /// The object that holds the signature.
    pub(crate) signature: ObjectId,
}

impl Appended {
    /// `/ByteRange` over an original of `prefix` bytes.
    pub(crate) const fn byte_range(&self, prefix: u64) -> [u64; 4] {
        let before = prefix.saturating_add(self.head.len() as u64);
        [0, before, before.saturating_add(self.gap), self.tail.len() as u64]
    }
}

/// Why a revision could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// An object to be changed could not be read.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A string or stream could not be encrypted.
    #[error(transparent)]
    Crypt(#[from] CryptError),
    /// The file's cross-reference tables cannot say where the appended objects are.
    #[error(
        "the revision would begin at byte {offset}, and the cross-reference tables of this file end at byte {limit}"
    )]
    BeyondTables {
        /// Where the revision would begin.
        offset: u64,
        /// The largest offset of a table.
        limit: u64,
    },
    /// There is no object number left.
    #[error("the document uses object numbers up to {highest}, and {limit} is the most there may be")]
    NoNumberLeft {
        /// The highest number in use.
        highest: u64,
        /// The highest number allowed.
        limit: u64,
    },
}

impl RevisionError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Pdf(error) => error.fault(),
            _ => Fault::Document,
        }
    }
}

impl Revision {
    /// A revision whose new objects take numbers that no revision used, above `highest_reference` too: what
    /// a dangling reference names must stay absent.
    pub(crate) fn new<S: Source>(document: &Document<S>, highest_reference: Option<u32>) -> Self {
        let limit = document.view().limits().objects;
        let referred = highest_reference.filter(|number| *number < limit);
        let next = document.end_number().max(referred.map_or(0, |number| u64::from(number) + 1));
        Self { objects: BTreeMap::new(), next }
    }

    /// A number that no revision has used.
    pub(crate) fn allocate<S>(&mut self, document: &Document<S>) -> Result<ObjectId, RevisionError>
    where
        S: Source,
    {
        let limit = u64::from(document.view().limits().objects);
        let number = u32::try_from(self.next).ok().filter(|number| u64::from(*number) < limit);
        let number =
            number.ok_or(RevisionError::NoNumberLeft { highest: self.next.saturating_sub(1), limit })?;
        self.next = self.next.saturating_add(1);
        Ok(ObjectId::new(number, 0))
    }

    pub(crate) fn put(&mut self, id: ObjectId, object: impl Into<Object>) {
        self.objects.insert(id.number, (id.generation, Body::Object(object.into())));
    }

    pub(crate) fn put_stream(&mut self, id: ObjectId, dictionary: Dictionary, data: impl Into<Arc<[u8]>>) {
        self.objects.insert(id.number, (id.generation, Body::Stream(dictionary, data.into())));
    }

    /// Adds the objects of a graph, under numbers that no revision has used; the number of each, in order.
    pub(crate) fn put_graph<S: Source>(
        &mut self,
        document: &Document<S>,
        graph: &Graph,
    ) -> Result<Vec<ObjectId>, RevisionError> {
        let ids: Vec<_> = graph.parts().iter().map(|_| self.allocate(document)).collect::<Result<_, _>>()?;
        for (id, part) in ids.iter().zip(graph.parts()) {
            let mut object = part.object.clone();
            renumber(&mut object, &ids);
            match (object, &part.data) {
                (Object::Dictionary(dictionary), Some(data)) => {
                    self.put_stream(*id, dictionary, Arc::clone(data))
                }
                (object, _) => self.put(*id, object),
            }
        }
        Ok(ids)
    }

    /// The one signature of this revision; `reserved` counts bytes of the value to come.
    pub(crate) fn put_signature(&mut self, id: ObjectId, dictionary: Dictionary, reserved: u64) {
        self.objects.insert(id.number, (id.generation, Body::Signature(dictionary, reserved)));
    }

    /// The value at a place, to be changed. Its holder becomes part of this revision.
    pub(crate) fn edit<S: Source>(
        &mut self,
        document: &Document<S>,
        place: &Place,
    ) -> Result<&mut Object, PdfError> {
        let id = place.id;
        let malformed = |what| PdfError::Malformed { id, what };
        let (_, body) = match self.objects.entry(id.number) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let Loaded { object, stream_at } = document.load_whole(id)?;
                if stream_at.is_some() {
                    return Err(malformed("a stream stands where a dictionary or array belongs"));
                }
                entry.insert((id.generation, Body::Object(object)))
            }
        };
        match body {
            Body::Object(object) => place.find_mut(object),
            Body::Signature(..) | Body::Stream(..) => None,
        }
        .ok_or_else(|| malformed("does not hold what it held before"))
    }

    /// The entry of the dictionary at a place, when the holder is part of this revision.
    pub(crate) fn entry(&mut self, place: &Place, key: &[u8]) -> Option<Option<Object>> {
        let (_, body) = self.objects.get_mut(&place.id.number)?;
        let Body::Object(holder) = body else { return None };
        Some(place.find_mut(holder)?.as_dictionary()?.get(key).cloned())
    }

    /// The dictionary at a place, to be changed.
    pub(crate) fn edit_dictionary<S: Source>(
        &mut self,
        document: &Document<S>,
        place: &Place,
    ) -> Result<&mut Dictionary, PdfError> {
        match self.edit(document, place)? {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(PdfError::Malformed { id: place.id, what: "a dictionary is missing" }),
        }
    }

    /// The bytes of a revision with a signature.
    pub(crate) fn finish<S: Source>(
        self,
        document: &Document<S>,
        entropy: &Entropy,
    ) -> Result<Appended, RevisionError> {
        self.write(document, entropy)?.finish(document.view().len())
    }

    /// The bytes of a revision without a signature.
    pub(crate) fn finish_unsigned<S: Source>(
        self,
        document: &Document<S>,
        entropy: &Entropy,
    ) -> Result<Vec<u8>, RevisionError> {
        Ok(self.write(document, entropy)?.head)
    }

    fn write<S: Source>(mut self, document: &Document<S>, entropy: &Entropy) -> Result<Out, RevisionError> {
        let prefix = document.view().len();
        let kind = kind_for(document);
        if kind == SectionKind::Table && prefix > TABLE_OFFSET_LIMIT {
            return Err(RevisionError::BeyondTables { offset: prefix, limit: TABLE_OFFSET_LIMIT });
        }
        let mut out = Out::new(document)?;
        let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
        let base = document.base();
        if let Some(rebuilt) = document.rebuilt() {
            entries.extend(rebuilt.entries.iter().map(|(number, entry)| (*number, relative(*entry, base))));
        }
        let xref_id = match kind {
            SectionKind::Stream => Some(self.allocate(document)?),
            SectionKind::Table => None,
        };
        let mut used = 0;
        for (number, (generation, body)) in &self.objects {
            let id = ObjectId::new(*number, *generation);
            let offset = out.position().saturating_sub(base);
            entries.insert(*number, Entry::InUse { offset, generation: *generation });
            let sealing =
                document.security().map(|security| Sealing { security, id, entropy, used: &mut used });
            out.object(id, body, sealing)?;
        }
        let section_at = out.position();
        let offset = section_at.saturating_sub(base);
        if kind == SectionKind::Table && offset > TABLE_OFFSET_LIMIT {
            return Err(RevisionError::BeyondTables { offset: prefix, limit: TABLE_OFFSET_LIMIT });
        }
        let trailer = trailer(document, self.next, entropy)?;
        if let Some(id) = xref_id {
            entries.insert(id.number, Entry::InUse { offset, generation: 0 });
        }
        if document.rebuilt().is_some() {
            fill_gaps(&mut entries);
        }
        match xref_id {
            None => out.table(&entries, &trailer)?,
            Some(id) => out.xref_stream(id, &entries, trailer)?,
        }
        let end = out.bytes();
        end.extend_from_slice(b"startxref\n");
        write::unsigned(end, offset, 1);
        end.extend_from_slice(b"\n%%EOF\n");
        Ok(out)
    }
}

/// Puts the numbers of a revision in place of those of a graph.
fn renumber(object: &mut Object, ids: &[ObjectId]) {
    match object {
        Object::Reference(id) => {
            let number = usize::try_from(id.number).ok().and_then(|index| ids.get(index)).copied();
            *object = number.map_or(Object::Null, Object::from);
        }
        Object::Array(items) => items.iter_mut().for_each(|item| renumber(item, ids)),
        Object::Dictionary(dictionary) => dictionary.values_mut().for_each(|(_, value)| renumber(value, ids)),
        _ => {}
    }
}

/// The kind of section to append: that of the newest one; after a scan, whichever can name all objects.
fn kind_for<S: Source>(document: &Document<S>) -> SectionKind {
    match (document.newest(), document.rebuilt()) {
        (Some(newest), _) => newest.kind,
        (None, Some(rebuilt))
            if rebuilt.entries.values().any(|entry| matches!(entry, Entry::Compressed { .. })) =>
        {
            SectionKind::Stream
        }
        (None, _) => SectionKind::Table,
    }
}

const fn relative(entry: Entry, base: u64) -> Entry {
    match entry {
        Entry::InUse { offset, generation } => {
            Entry::InUse { offset: offset.saturating_sub(base), generation }
        }
        other => other,
    }
}

/// Makes a complete section one run from 0: fragments in a first section make readers reject later
/// signatures. Numbers so sparse that the free entries would outweigh the file stay apart.
fn fill_gaps(entries: &mut BTreeMap<u32, Entry>) {
    entries.entry(0).or_insert(Entry::Free);
    let last = entries.keys().next_back().copied().unwrap_or(0);
    if u64::from(last) > (entries.len() as u64).saturating_mul(SPARSE) {
        return;
    }
    for number in 0..last {
        entries.entry(number).or_insert(Entry::Free);
    }
}

/// The new trailer, without `/Size` of a stream's own making, `/Prev` last.
fn trailer<S: Source>(
    document: &Document<S>,
    size: u64,
    entropy: &Entropy,
) -> Result<Dictionary, RevisionError> {
    /// Keys that belong to a section or its stream, not to the document.
    const NOT_CARRIED: [&[u8]; 12] = [
        b"Size",
        b"Prev",
        b"XRefStm",
        b"Type",
        b"W",
        b"Index",
        b"Length",
        b"Filter",
        b"DecodeParms",
        b"DL",
        b"FFilter",
        b"FDecodeParms",
    ];
    let mut trailer = Dictionary::new();
    trailer.set(b"Size", i64::try_from(size).unwrap_or(i64::MAX));
    for (key, value) in document.trailer().iter() {
        if !NOT_CARRIED.contains(&key) && key != b"ID" && *value != Object::Null {
            trailer.set(key, value.clone());
        }
    }
    if let Some(id) = file_identifier(document, entropy)? {
        trailer.set(b"ID", id);
    }
    if let Some(newest) = document.newest() {
        let prev = newest.at.saturating_sub(document.base());
        trailer.set(b"Prev", i64::try_from(prev).unwrap_or(i64::MAX));
    }
    Ok(trailer)
}

/// `/ID` for this revision: the first element stays, the second is new. A file without gets both, unless
/// its encryption key was made from the absent one.
fn file_identifier<S: Source>(
    document: &Document<S>,
    entropy: &Entropy,
) -> Result<Option<Object>, RevisionError> {
    let fresh = Object::String(entropy.derive("pdf file identifier", 0).to_vec());
    // What opened the encryption stays, as it stood there.
    let old = match (document.first_id(), document.get(document.trailer(), b"ID")?) {
        (Some(first), _) => Some(Object::String(first.to_vec())),
        (None, Object::Array(items)) => items.first().map(|first| document.resolve(first)).transpose()?,
        _ => None,
    };
    Ok(match old {
        Some(Object::String(first)) => Some(Object::Array(vec![Object::String(first), fresh])),
        _ if document.security().is_some_and(|security| security.revision() <= 4) => {
            document.trailer().get(b"ID").cloned()
        }
        _ => Some(Object::Array(vec![fresh.clone(), fresh])),
    })
}

/// The bytes written so far, and where the signature's numbers go once they are known.
struct Out {
    prefix: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    gap: Option<(ObjectId, u64)>,
    byte_range_at: usize,
}

impl Out {
    fn new<S: Source>(document: &Document<S>) -> Result<Self, PdfError> {
        let prefix = document.view().len();
        let mut head = Vec::with_capacity(2048);
        let last = document.view().bytes(prefix.saturating_sub(1), 1)?;
        if !matches!(*last, [b'\n' | b'\r']) {
            head.push(b'\n');
        }
        Ok(Self { prefix, head, tail: Vec::new(), gap: None, byte_range_at: 0 })
    }

    fn position(&self) -> u64 {
        let gap = self.gap.map_or(0, |(_, gap)| gap);
        let written = (self.head.len() as u64).saturating_add(self.tail.len() as u64);
        self.prefix.saturating_add(written).saturating_add(gap)
    }

    const fn bytes(&mut self) -> &mut Vec<u8> {
        if self.gap.is_some() { &mut self.tail } else { &mut self.head }
    }

    fn object(
        &mut self,
        id: ObjectId,
        body: &Body,
        mut sealing: Option<Sealing<'_>>,
    ) -> Result<(), RevisionError> {
        let out = self.bytes();
        write::reference(out, id, b" obj\n");
        match body {
            Body::Object(value) => {
                write::object(out, value, &mut sealing)?;
                out.extend_from_slice(b"\nendobj\n");
            }
            Body::Stream(dictionary, data) => {
                let sealed = sealing.as_mut().map(|sealing| sealing.stream(dictionary, data)).transpose()?;
                let data = sealed.as_deref().unwrap_or(data);
                let mut dictionary = dictionary.clone();
                dictionary.set(b"Length", i64::try_from(data.len()).unwrap_or(i64::MAX));
                write::object(out, &dictionary.into(), &mut sealing)?;
                out.extend_from_slice(b"\nstream\n");
                out.extend_from_slice(data);
                out.extend_from_slice(b"\nendstream\nendobj\n");
            }
            Body::Signature(dictionary, reserved) => {
                out.extend_from_slice(b"<<");
                write::dictionary_entries(out, dictionary, &mut sealing)?;
                out.extend_from_slice(b"/ByteRange[");
                self.byte_range_at = self.head.len();
                self.head.resize(self.head.len().saturating_add(BYTE_RANGE_COLUMNS), b' ');
                self.head.extend_from_slice(b"/Contents");
                self.gap = Some((id, reserved.saturating_mul(2).saturating_add(2)));
                self.tail.extend_from_slice(b">>\nendobj\n");
            }
        }
        Ok(())
    }

    fn table(&mut self, entries: &BTreeMap<u32, Entry>, trailer: &Dictionary) -> Result<(), CryptError> {
        let out = self.bytes();
        out.extend_from_slice(b"xref\n");
        for run in runs(entries) {
            if let Some((first, _)) = run.first() {
                write::unsigned(out, u64::from(*first), 1);
                out.push(b' ');
                write::unsigned(out, run.len() as u64, 1);
                out.push(b'\n');
            }
            for (_, entry) in run {
                match entry {
                    Entry::InUse { offset, generation } => {
                        write::unsigned(out, offset, 10);
                        out.push(b' ');
                        write::unsigned(out, u64::from(generation), 5);
                        out.extend_from_slice(b" n \n");
                    }
                    // Entry 0 is the head of the free list; the others are never to be used again.
                    Entry::Free | Entry::Compressed { .. } => {
                        out.extend_from_slice(b"0000000000 65535 f \n");
                    }
                }
            }
        }
        out.extend_from_slice(b"trailer\n");
        write::object(out, &trailer.clone().into(), &mut None)?;
        out.push(b'\n');
        Ok(())
    }

    fn xref_stream(
        &mut self,
        id: ObjectId,
        entries: &BTreeMap<u32, Entry>,
        trailer: Dictionary,
    ) -> Result<(), CryptError> {
        let largest = entries.values().map(|entry| match entry {
            Entry::InUse { offset, .. } => *offset,
            Entry::Compressed { stream, .. } => u64::from(*stream),
            Entry::Free => 0,
        });
        let bits = 64_u32.saturating_sub(largest.max().unwrap_or(0).leading_zeros());
        let width = bits.div_ceil(8).max(4) as usize;
        let third = if entries
            .values()
            .any(|entry| matches!(entry, Entry::Compressed { index, .. } if *index > 0xFFFF))
        {
            4
        } else {
            2
        };
        let mut rows = Vec::with_capacity(entries.len().saturating_mul(width.saturating_add(5)));
        for entry in entries.values() {
            let (kind, second, last) = match entry {
                Entry::Free => (0, 0, 0xFFFF),
                Entry::InUse { offset, generation } => (1, *offset, u32::from(*generation)),
                Entry::Compressed { stream, index } => (2, u64::from(*stream), *index),
            };
            rows.push(kind);
            rows.extend_from_slice(second.to_be_bytes().get(8_usize.saturating_sub(width)..).unwrap_or(&[]));
            rows.extend_from_slice(last.to_be_bytes().get(4_usize.saturating_sub(third)..).unwrap_or(&[]));
        }
        let mut dictionary = Dictionary::new();
        dictionary.set(b"Type", Object::name("XRef"));
        dictionary.set(b"Length", i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let widths = [1, width, third].map(|width| Object::Integer(i64::try_from(width).unwrap_or(i64::MAX)));
        dictionary.set(b"W", Object::Array(widths.to_vec()));
        let index = runs(entries).into_iter().flat_map(|run| {
            let first = run.first().map_or(0, |(first, _)| i64::from(*first));
            [first, i64::try_from(run.len()).unwrap_or(i64::MAX)]
        });
        dictionary.set(b"Index", Object::Array(index.map(Object::Integer).collect()));
        for (key, value) in trailer.iter() {
            dictionary.set(key, value.clone());
        }
        let out = self.bytes();
        write::reference(out, id, b" obj\n");
        write::object(out, &dictionary.into(), &mut None)?;
        out.extend_from_slice(b"\nstream\n");
        out.extend_from_slice(&rows);
        out.extend_from_slice(b"\nendstream\nendobj\n");
        Ok(())
    }

    /// Writes `/ByteRange` into its columns, now that all lengths are known.
    fn finish(mut self, prefix: u64) -> Result<Appended, RevisionError> {
        let Some((signature, gap)) = self.gap else {
            return Err(PdfError::Missing { what: "signature in the revision" }.into());
        };
        let mut appended = Appended { head: std::mem::take(&mut self.head), gap, tail: self.tail, signature };
        let [zero, before, after, rest] = appended.byte_range(prefix);
        let numbers = format!("{zero} {before} {after} {rest}]");
        let columns = self.byte_range_at..self.byte_range_at.saturating_add(numbers.len());
        if let Some(place) = appended.head.get_mut(columns) {
            place.copy_from_slice(numbers.as_bytes());
        }
        Ok(appended)
    }
}

/// Entries of consecutive numbers together.
fn runs(entries: &BTreeMap<u32, Entry>) -> Vec<Vec<(u32, Entry)>> {
    let mut runs: Vec<Vec<(u32, Entry)>> = Vec::new();
    for (number, entry) in entries {
        let next = runs.last().and_then(|run| run.last()).and_then(|(last, _)| last.checked_add(1));
        match runs.last_mut() {
            Some(run) if next == Some(*number) => run.push((*number, *entry)),
            _ => runs.push(vec![(*number, *entry)]),
        }
    }
    runs
}
