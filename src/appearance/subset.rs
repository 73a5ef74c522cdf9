//! A subset of a font, ready to be embedded: ISO 32000-2, 9.7 and 9.9.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::deflate;
use super::font::{Font, FontError, Outlines};
use super::sfnt::{Advances, Tables};
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{Graph, ObjectId};

/// Glyphs that are used, with the text that each stands for.
pub(super) type Glyphs<'a> = BTreeMap<u16, &'a str>;

/// A subset of a font, made once for a set of glyphs.
#[derive(Debug)]
pub(super) struct Subset {
    /// What it was made for.
    glyphs: Vec<(u16, String)>,
    /// Width of each of them, in thousandths of an em, as `/W` has it.
    widths: Vec<f64>,
    name: String,
    file: Arc<[u8]>,
    file_length: i64,
    to_unicode: Arc<[u8]>,
    cid_set: Arc<[u8]>,
    font: Font,
}

impl Subset {
    pub(super) fn new(font: &Font, glyphs: &Glyphs<'_>) -> Result<Self, FontError> {
        let failed = |what: &dyn std::fmt::Display| FontError::Subset { what: what.to_string() };
        let ids: Vec<u16> = glyphs.keys().copied().collect();
        let mapper = GlyphRemapper::new_from_glyphs_sorted(&ids);
        let whole = subsetter::subset(font.data(), font.index(), &mapper).map_err(|error| failed(&error))?;
        let tables = Tables::new(&whole, 0).ok_or_else(|| failed(&"the subset is no font"))?;
        // What glyphs are made of is in the subset too.
        let count = tables.glyphs().unwrap_or(0).max(mapper.num_gids());
        let program = match font.descriptor().outlines {
            Outlines::TrueType => whole.as_slice(),
            Outlines::Cff => tables.get(b"CFF ").ok_or_else(|| failed(&"the subset has no outlines"))?,
        };
        let name = format!("{}+{}", tag(program), font.descriptor().name);
        let original = Tables::new(font.data(), font.index());
        let advances = original.as_ref().and_then(Advances::new);
        let em = f64::from(font.descriptor().units_per_em);
        let width = |id: &u16| {
            let units = advances.map_or(0, |advances| advances.of(*id));
            // To the place that `Object::number` writes: positions are reckoned with what readers see.
            (f64::from(units) * 1e6 / em).round() / 1e3
        };
        Ok(Self {
            widths: ids.iter().map(width).collect(),
            glyphs: glyphs.iter().map(|(id, text)| (*id, (*text).to_owned())).collect(),
            file_length: i64::try_from(program.len()).unwrap_or(i64::MAX),
            file: deflate(program),
            to_unicode: deflate(&to_unicode(&name, glyphs)),
            cid_set: deflate(&cid_set(count)),
            name,
            font: font.clone(),
        })
    }

    /// Whether it was made for these glyphs.
    pub(super) fn is_for(&self, font: &Font, glyphs: &Glyphs<'_>) -> bool {
        self.font.is(font)
            && self.glyphs.len() == glyphs.len()
            && self.glyphs.iter().zip(glyphs).all(|((id, text), (other, name))| id == other && text == name)
    }

    /// The code of a glyph, and its width in thousandths of an em.
    pub(super) fn code(&self, glyph: u16) -> Option<(u16, f64)> {
        let index = self.glyphs.binary_search_by_key(&glyph, |(id, _)| *id).ok()?;
        // Glyph 0 comes first in every subset.
        let code = u16::try_from(index).ok()?.checked_add(1)?;
        Some((code, *self.widths.get(index)?))
    }

    /// Adds the font's objects; the font.
    pub(super) fn add_to(&self, graph: &mut Graph, with_cid_set: bool) -> ObjectId {
        let descriptor = self.font.descriptor();
        let mut program = flate_dictionary();
        let key: &[u8] = match descriptor.outlines {
            Outlines::TrueType => {
                program.set(b"Length1", self.file_length);
                b"FontFile2"
            }
            Outlines::Cff => {
                program.set(b"Subtype", Object::name("CIDFontType0C"));
                b"FontFile3"
            }
        };
        let program = graph.push_stream(program, Arc::clone(&self.file));
        let mut entries = Dictionary::new();
        entries.set(b"Type", Object::name("FontDescriptor"));
        entries.set(b"FontName", Object::name(&self.name));
        // Symbolic: the codes are no standard encoding's.
        let slanted = if descriptor.italic_angle == 0.0 { 0 } else { 1 << 6 };
        entries.set(b"Flags", 4 | i64::from(descriptor.fixed_pitch) | slanted);
        entries.set(b"FontBBox", numbers(&descriptor.bounds));
        entries.set(b"ItalicAngle", Object::number(descriptor.italic_angle));
        entries.set(b"Ascent", Object::number(descriptor.ascent));
        entries.set(b"Descent", Object::number(descriptor.descent));
        entries.set(b"CapHeight", Object::number(descriptor.cap_height));
        entries.set(b"StemV", Object::number(descriptor.stem.round()));
        entries.set(key, program);
        if with_cid_set {
            let set = graph.push_stream(flate_dictionary(), Arc::clone(&self.cid_set));
            entries.set(b"CIDSet", set);
        }
        let entries = graph.push(entries);

        let mut system = Dictionary::new();
        system.set(b"Registry", Object::String(b"Adobe".to_vec()));
        system.set(b"Ordering", Object::String(b"Identity".to_vec()));
        system.set(b"Supplement", 0);
        let mut cid_font = Dictionary::new();
        cid_font.set(b"Type", Object::name("Font"));
        let true_type = descriptor.outlines == Outlines::TrueType;
        let subtype = if true_type { "CIDFontType2" } else { "CIDFontType0" };
        cid_font.set(b"Subtype", Object::name(subtype));
        cid_font.set(b"BaseFont", Object::name(&self.name));
        cid_font.set(b"CIDSystemInfo", system);
        cid_font.set(b"FontDescriptor", entries);
        cid_font.set(b"DW", 1000);
        cid_font.set(b"W", Object::Array(vec![Object::Integer(1), numbers(&self.widths)]));
        if true_type {
            cid_font.set(b"CIDToGIDMap", Object::name("Identity"));
        }
        let cid_font = graph.push(cid_font);
        let to_unicode = graph.push_stream(flate_dictionary(), Arc::clone(&self.to_unicode));
        let mut font = Dictionary::new();
        font.set(b"Type", Object::name("Font"));
        font.set(b"Subtype", Object::name("Type0"));
        font.set(b"BaseFont", Object::name(&self.name));
        font.set(b"Encoding", Object::name("Identity-H"));
        font.set(b"DescendantFonts", Object::Array(vec![cid_font.into()]));
        font.set(b"ToUnicode", to_unicode);
        graph.push(font)
    }
}

fn numbers(values: &[f64]) -> Object {
    Object::Array(values.iter().map(|value| Object::number(*value)).collect())
}

/// A stream dictionary for data that `deflate` made.
pub(super) fn flate_dictionary() -> Dictionary {
    let mut dictionary = Dictionary::with_room();
    dictionary.set(b"Filter", Object::name("FlateDecode"));
    dictionary
}

/// Six letters that differ between subsets (9.9.2), taken from the subset itself.
fn tag(program: &[u8]) -> String {
    let digest = Sha256::digest(program);
    digest.iter().take(6).map(|byte| char::from(b'A'.saturating_add(byte % 26))).collect()
}

/// The character map from codes to text (9.10.3).
fn to_unicode(name: &str, glyphs: &Glyphs<'_>) -> Vec<u8> {
    /// The most entries of one section.
    const SECTION: usize = 100;
    let mut map = String::with_capacity(512);
    map.push_str("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n");
    map.push_str("/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n");
    map.push_str(&format!("/CMapName /{name}-UCS def\n/CMapType 2 def\n"));
    map.push_str("1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
    let entries: Vec<(usize, &str)> =
        glyphs.values().enumerate().map(|(index, text)| (index.saturating_add(1), *text)).collect();
    for section in entries.chunks(SECTION) {
        map.push_str(&format!("{} beginbfchar\n", section.len()));
        for (code, text) in section {
            let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
            map.push_str(&format!("<{code:04X}> <{units}>\n"));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map.into_bytes()
}

/// A bit for each glyph of the subset, the highest bit first (9.8.3).
fn cid_set(count: u16) -> Vec<u8> {
    let full = usize::from(count / 8);
    let mut bits = vec![0xFF; full];
    let rest = u32::from(count % 8);
    if rest > 0 {
        bits.push(!(0xFF_u8 >> rest));
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glyph_has_its_bit() {
        assert_eq!(cid_set(0), Vec::<u8>::new());
        assert_eq!(cid_set(3), [0b1110_0000]);
        assert_eq!(cid_set(8), [0xFF]);
        assert_eq!(cid_set(17), [0xFF, 0xFF, 0x80]);
    }

    #[test]
    fn texts_beyond_the_basic_plane_are_pairs() {
        let map = to_unicode("A", &Glyphs::from([(7, "𝄞"), (9, "fi")]));
        let map = String::from_utf8(map).unwrap();
        assert!(map.contains("2 beginbfchar\n<0001> <D834DD1E>\n<0002> <00660069>\nendbfchar"), "{map}");
    }

    #[test]
    fn the_same_glyphs_make_the_same_subset() {
        let font = Font::bundled().unwrap();
        let text = "Nguyễn";
        let characters: Vec<String> = text.chars().map(String::from).collect();
        let glyphs: Glyphs<'_> = characters
            .iter()
            .map(|one| (font.glyph(one.chars().next().unwrap()).unwrap(), one.as_str()))
            .collect();
        let one = Subset::new(&font, &glyphs).unwrap();
        let two = Subset::new(&font, &glyphs).unwrap();
        assert_eq!((&one.name, &one.file), (&two.name, &two.file));
        assert!(one.is_for(&font, &glyphs));
        assert!(!one.is_for(&font, &Glyphs::from([(1, "x")])));
        assert!(one.name.ends_with("+NotoSans"), "{}", one.name);
        let codes: Vec<u16> = glyphs.keys().map(|id| one.code(*id).unwrap().0).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6]);
        assert_eq!(one.code(0xFFFF), None);
    }
}
