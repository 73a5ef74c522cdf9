//! CMaps: how codes are cut from a string, which CIDs they select, which text they stand for.
//! ISO 32000-2, 9.7.5 and 9.10.3.

#![warn(clippy::arithmetic_side_effects)]

use std::ops::Range;

use super::super::token::{Operand, Operation, Tokens};
use super::CHARACTERS;

/// The most operands between `begin…` and `end…`; some producers put a whole font into one section.
const SECTION: usize = 1 << 19;

/// A CMap; of `/ToUnicode`, `text` counts, of a font's `/Encoding`, the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct CMap {
    codespaces: Vec<Codespace>,
    /// In order of their first codes.
    cids: Vec<Cids>,
    texts: Vec<Texts>,
    /// The characters that `texts` refers to.
    pool: String,
    /// Writing goes downwards.
    pub(super) vertical: bool,
    /// The CMap that this one builds on, when it says so inside.
    pub(super) parent: Option<Vec<u8>>,
}

/// Codes of one length whose every byte is in a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Codespace {
    length: usize,
    low: [u8; 4],
    high: [u8; 4],
}

impl Codespace {
    fn holds(&self, code: &[u8]) -> bool {
        code.len() == self.length
            && code
                .iter()
                .zip(self.low.iter().zip(&self.high))
                .all(|(byte, (low, high))| (low..=high).contains(&byte))
    }
}

#[derive(Clone, Copy, Debug)]
struct Cids {
    low: u32,
    high: u32,
    first: u32,
}

/// Codes and the text of the first of them; of the others, the last character counts up.
#[derive(Clone, Copy, Debug)]
struct Texts {
    low: u32,
    high: u32,
    start: usize,
    end: usize,
}

/// A code cut from a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Code {
    pub(in super::super) value: u32,
    /// In bytes.
    pub(in super::super) length: usize,
}

impl CMap {
    /// Two-byte codes that are their own CIDs.
    pub(super) fn identity(vertical: bool) -> Self {
        let two_bytes = Codespace { length: 2, low: [0; 4], high: [0xFF; 4] };
        let all = Cids { low: 0, high: 0xFFFF, first: 0 };
        Self { codespaces: vec![two_bytes], cids: vec![all], vertical, ..Self::default() }
    }

    /// Reads what a stream says; what it does not say properly is passed over.
    pub(super) fn parse(bytes: &[u8], depth: usize) -> Self {
        let mut map = Self::default();
        let mut tokens = Tokens::new(bytes, depth, SECTION);
        let mut name = None;
        while let Some(operation) = tokens.next(&mut 0) {
            match operation.operator {
                b"endcodespacerange" => map.add_codespaces(&operation),
                b"endbfchar" => map.add_texts(&operation, false),
                b"endbfrange" => map.add_texts(&operation, true),
                b"endcidchar" => map.add_cids(&operation, false),
                b"endcidrange" => map.add_cids(&operation, true),
                b"usecmap" => map.parent = last_name(&operation).or(name.take()),
                b"def" => {
                    if let [.., Operand::Name(key), Operand::Number(value)] = operation.operands
                        && key.as_slice() == b"WMode"
                    {
                        map.vertical = *value == 1.0;
                    }
                }
                _ => name = last_name(&operation),
            }
        }
        map.cids.sort_by_key(|range| range.low);
        map.texts.sort_by_key(|range| range.low);
        map
    }

    /// Takes over what the CMap that this one builds on has and this one has not.
    pub(super) fn build_on(&mut self, parent: &Self) {
        if self.codespaces.is_empty() {
            self.codespaces.clone_from(&parent.codespaces);
        }
        let mut cids = parent.cids.clone();
        // A stable sort leaves what is said here behind what the parent says, where the look-up begins.
        cids.append(&mut self.cids);
        cids.sort_by_key(|range| range.low);
        self.cids = cids;
    }

    pub(super) fn has_codespaces(&self) -> bool {
        !self.codespaces.is_empty()
    }

    pub(super) fn has_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// About how many bytes it takes in memory.
    pub(super) fn weight(&self) -> usize {
        let ranges = self.texts.len().saturating_add(self.cids.len());
        ranges.saturating_mul(size_of::<Texts>()).saturating_add(self.pool.len())
    }

    /// The code that the string begins with. What is in no codespace is as long as the shortest code.
    pub(super) fn code(&self, string: &[u8]) -> Option<Code> {
        let take = |length: usize| {
            let bytes = string.get(..length)?;
            let value = bytes.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
            Some(Code { value, length })
        };
        // Nearly all fonts have one codespace of two bytes.
        for length in 1..=4 {
            let code = string.get(..length)?;
            if self.codespaces.iter().any(|space| space.holds(code)) {
                return take(length);
            }
            if length == string.len() {
                break;
            }
        }
        let shortest = self.codespaces.iter().map(|space| space.length).min().unwrap_or(2);
        take(shortest.min(string.len()))
    }

    pub(super) fn cid(&self, code: u32) -> Option<u32> {
        let range = find(&self.cids, code, |range| (range.low, range.high))?;
        range.first.checked_add(code.checked_sub(range.low)?)
    }

    /// The text of a code, given to `take` character by character; false when it has none.
    pub(super) fn text(&self, code: u32, mut take: impl FnMut(char)) -> bool {
        let Some(range) = find(&self.texts, code, |range| (range.low, range.high)) else { return false };
        let Some(text) = self.pool.get(range.start..range.end) else { return false };
        let Some(last) = text.chars().next_back() else { return false };
        let further = code.saturating_sub(range.low);
        text.get(..text.len().saturating_sub(last.len_utf8())).unwrap_or("").chars().for_each(&mut take);
        take(
            u32::from(last)
                .checked_add(further)
                .and_then(char::from_u32)
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        );
        true
    }

    fn add_codespaces(&mut self, operation: &Operation<'_, '_>) {
        let strings: Vec<&[u8]> =
            operation.operands.iter().filter_map(|one| string(operation, one)).collect();
        for pair in strings.chunks_exact(2) {
            let [low, high] = pair else { continue };
            if low.len() != high.len() || low.is_empty() || low.len() > 4 || self.codespaces.len() >= 256 {
                continue;
            }
            let mut space = Codespace { length: low.len(), low: [0; 4], high: [0; 4] };
            space.low.iter_mut().zip(*low).for_each(|(to, from)| *to = *from);
            space.high.iter_mut().zip(*high).for_each(|(to, from)| *to = *from);
            self.codespaces.push(space);
        }
    }

    fn add_cids(&mut self, operation: &Operation<'_, '_>, ranges: bool) {
        let mut operands = operation.operands.iter();
        while let Some(low) = operands.next() {
            let high = if ranges { operands.next() } else { Some(low) };
            let Some((low, high)) = bounds(operation, low, high) else { continue };
            match operands.next() {
                Some(Operand::Number(first)) if (0.0..4e9).contains(first) => {
                    self.cids.push(Cids { low, high, first: *first as u32 });
                }
                _ => return,
            }
        }
    }

    fn add_texts(&mut self, operation: &Operation<'_, '_>, ranges: bool) {
        let mut operands = operation.operands.iter();
        while let Some(low) = operands.next() {
            let high = if ranges { operands.next() } else { Some(low) };
            let Some((low, high)) = bounds(operation, low, high) else { return };
            match operands.next() {
                Some(target @ Operand::String(_)) => {
                    let range = string(operation, target).map(|text| self.keep(text));
                    self.add_text(low, high, range);
                }
                Some(Operand::Open) => {
                    let mut code = low;
                    for target in operands.by_ref() {
                        let Some(text) = string(operation, target) else { break };
                        let range = self.keep(text);
                        if code <= high {
                            self.add_text(code, code, Some(range));
                        }
                        code = code.saturating_add(1);
                    }
                }
                // A glyph name is allowed by the CMap format and used by nobody.
                Some(_) => {}
                None => return,
            }
        }
    }

    fn add_text(&mut self, low: u32, high: u32, range: Option<Range<usize>>) {
        if let Some(Range { start, end }) = range.filter(|range| !range.is_empty()) {
            self.texts.push(Texts { low, high, start, end });
        }
    }

    /// Puts UTF-16BE text into the pool. Text that is only NUL is no text.
    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.pool.len();
        if let [byte] = bytes {
            // One byte where two belong; producers mean the character.
            self.pool.push(char::from(*byte));
        }
        let units = bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>());
        let units = units.map(|pair| u16::from_be_bytes(*pair));
        self.pool.extend(
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .filter(|character| *character != '\0')
                .take(CHARACTERS),
        );
        start..self.pool.len()
    }
}

/// The range that holds `code`: of those that begin at or before it the last, or one of a few before that.
fn find<T>(ranges: &[T], code: u32, bounds: impl Fn(&T) -> (u32, u32)) -> Option<&T> {
    /// Ranges that overlap are rare, and then it is two of them.
    const NEAR: usize = 8;
    let behind = ranges.partition_point(|range| bounds(range).0 <= code);
    ranges.get(..behind)?.iter().rev().take(NEAR).find(|range| bounds(range).1 >= code)
}

fn string<'o>(operation: &'o Operation<'_, '_>, operand: &Operand) -> Option<&'o [u8]> {
    match operand {
        Operand::String(range) => Some(operation.string(range)),
        _ => None,
    }
}

fn bounds(operation: &Operation<'_, '_>, low: &Operand, high: Option<&Operand>) -> Option<(u32, u32)> {
    let value = |operand| {
        let bytes: &[u8] = string(operation, operand)?;
        (1..=4)
            .contains(&bytes.len())
            .then(|| bytes.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte)))
    };
    Some((value(low)?, value(high?)?))
}

fn last_name(operation: &Operation<'_, '_>) -> Option<Vec<u8>> {
    match operation.operands.last() {
        Some(Operand::Name(name)) => Some(name.to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(map: &CMap, code: u32) -> Option<String> {
        let mut text = String::new();
        map.text(code, |character| text.push(character)).then_some(text)
    }

    #[test]
    fn text_of_codes() {
        let map = CMap::parse(
            b"/CIDInit /ProcSet findresource begin begincmap /CMapName /X def\n\
              1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              3 beginbfchar <0003> <0020> <0010> <00660066> <0011> <D83DDE00> endbfchar\n\
              3 beginbfrange <0020> <0022> <1EA0> <0030> <0032> [<0041> <00420043> <0044>]\n\
              <0040> <0041> <006100300041> endbfrange endcmap",
            20,
        );
        assert_eq!(text(&map, 3).as_deref(), Some(" "));
        assert_eq!(text(&map, 0x10).as_deref(), Some("ff"));
        assert_eq!(text(&map, 0x11).as_deref(), Some("😀"));
        assert_eq!(text(&map, 0x22).as_deref(), Some("\u{1EA2}"));
        assert_eq!(text(&map, 0x31).as_deref(), Some("BC"));
        assert_eq!(text(&map, 0x41).as_deref(), Some("a0B"));
        assert_eq!(text(&map, 0x33), None);
        assert_eq!(map.code(b"\x00\x41\x00"), Some(Code { value: 0x41, length: 2 }));
        assert_eq!(map.code(b"\x41"), Some(Code { value: 0x41, length: 1 }), "half a code at the end");
        assert_eq!(map.code(b""), None);
    }

    #[test]
    fn codes_of_several_lengths() {
        let map = CMap::parse(
            b"/WMode 1 def 2 begincodespacerange <00> <80> <8140> <9FFC> endcodespacerange\n\
              1 begincidrange <20> <7e> 231 endcidrange 1 begincidchar <8140> 633 endcidchar",
            20,
        );
        assert!(map.vertical);
        assert_eq!(map.code(b"A\x81\x40"), Some(Code { value: 0x41, length: 1 }));
        assert_eq!(map.code(b"\x81\x40A"), Some(Code { value: 0x8140, length: 2 }));
        assert_eq!(map.code(b"\x81\x20A"), Some(Code { value: 0x81, length: 1 }), "in no codespace");
        assert_eq!(map.cid(0x21), Some(232));
        assert_eq!(map.cid(0x8140), Some(633));
        assert_eq!(map.cid(0x7F), None);
        let mut child = CMap::parse(b"/Parent usecmap 1 begincidchar <21> 5 endcidchar", 20);
        assert_eq!(child.parent.as_deref(), Some(b"Parent".as_slice()));
        child.build_on(&map);
        assert_eq!((child.cid(0x21), child.cid(0x22)), (Some(5), Some(233)));
    }

    #[test]
    fn damage_is_passed_over() {
        let map = CMap::parse(
            b"2 beginbfchar <01> <0041> <02> endbfchar beginbfrange <03> <01> <0041> <05> [<0042> endbfrange \
              begincodespacerange <00> <FFFF> <> <> <0000000000> <FFFFFFFFFF> endcodespacerange",
            20,
        );
        assert_eq!(text(&map, 1).as_deref(), Some("A"));
        assert_eq!(text(&map, 2), None);
        assert!(!map.has_codespaces());
        let last = CMap::parse(b"beginbfrange <00000000> <FFFFFFFF> <FFFF> endbfrange", 20);
        assert_eq!(text(&last, u32::MAX).as_deref(), Some("\u{FFFD}"));
    }
}
