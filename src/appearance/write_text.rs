//! Shaped lines as text operators: ISO 32000-2, 9.4, with `/ActualText` where glyphs alone do not say the
//! text (14.9.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::Content;
use super::subset::{Glyphs, Subset};
use super::text::{Glyph, Shaped};
use super::wrap::Block;

/// Which text each glyph stands for where it stands alone, font by font.
pub(super) fn glyph_texts<'a>(lines: impl Iterator<Item = &'a Arc<Shaped>>) -> BTreeMap<u8, Glyphs<'a>> {
    let mut fonts: BTreeMap<u8, Glyphs<'a>> = BTreeMap::new();
    for line in lines {
        for cluster in &line.clusters {
            for glyph in line.cluster_glyphs(cluster) {
                let text = line.said(glyph);
                let known = fonts.entry(glyph.font).or_default().entry(glyph.id).or_insert(text);
                // One glyph can show several texts; all but the shortest are then said by `/ActualText`.
                if (text.len(), text) < (known.len(), *known) {
                    *known = text;
                }
            }
        }
    }
    fonts
}

/// Writes the lines of a block; `font` says a font's resource name and subset.
pub(super) fn write<'a>(
    content: &mut Content,
    block: &Block,
    fonts: &BTreeMap<u8, Glyphs<'_>>,
    font: impl Fn(u8) -> Option<&'a Subset>,
) {
    for (line, [x, y]) in &block.lines {
        if line.clusters.is_empty() {
            continue;
        }
        content.raw("BT");
        content.op(&[*x, *y], "Td");
        let mut writer = Writer {
            content,
            font: &font,
            size: block.size,
            current: None,
            open: false,
            rise: 0.0,
            pen: 0.0,
            position: 0.0,
        };
        for cluster in &line.clusters {
            let glyphs = line.cluster_glyphs(cluster);
            let known =
                |glyph: &Glyph| fonts.get(&glyph.font).and_then(|texts| texts.get(&glyph.id)).copied();
            let plain = cluster.plain && glyphs.iter().all(|glyph| known(glyph) == Some(line.said(glyph)));
            // Several glyphs read rightly one by one only in the order of their characters.
            let plain = plain && (glyphs.len() == 1 || !line.reordered);
            if plain {
                glyphs.iter().for_each(|glyph| writer.glyph(glyph));
            } else {
                writer.close();
                actual_text(writer.content, line.cluster_text(cluster));
                glyphs.iter().for_each(|glyph| writer.glyph(glyph));
                writer.close();
                writer.content.raw("EMC");
            }
        }
        writer.close();
        if writer.rise != 0.0 {
            content.op(&[0.0], "Ts");
        }
        content.raw("ET");
    }
}

fn actual_text(content: &mut Content, text: &str) {
    content.part(b"/Span <</ActualText <feff");
    text.encode_utf16().for_each(|unit| content.code(unit));
    content.raw(">>> BDC");
}

/// The state of the text operators.
struct Writer<'c, F> {
    content: &'c mut Content,
    font: F,
    size: f64,
    current: Option<u8>,
    /// Whether an array of `TJ` is open.
    open: bool,
    /// Text rise, in ems.
    rise: f64,
    /// Where the next glyph's origin is to be, and where the reader's is, in thousandths of an em.
    pen: f64,
    position: f64,
}

/// Readers place glyphs where they are to be within half of this, in thousandths of an em.
const NEAR: f64 = 0.5;

impl<'a, F: Fn(u8) -> Option<&'a Subset>> Writer<'_, F> {
    fn glyph(&mut self, glyph: &Glyph) {
        let Some((code, width)) = (self.font)(glyph.font).and_then(|subset| subset.code(glyph.id)) else {
            return;
        };
        if self.current != Some(glyph.font) {
            self.close();
            self.content.part(b"/F");
            self.content.part(&[b'0'.saturating_add(glyph.font)]);
            self.content.part(b" ");
            self.content.op(&[self.size], "Tf");
            self.current = Some(glyph.font);
        }
        if (glyph.dy - self.rise).abs() * 1000.0 > NEAR {
            self.close();
            self.content.op(&[glyph.dy * self.size], "Ts");
            self.rise = glyph.dy;
        }
        let target = glyph.dx.mul_add(1000.0, self.pen);
        let off = target - self.position;
        let mut adjusted = false;
        if !self.open {
            self.content.part(b"[");
            self.open = true;
            adjusted = true;
        }
        if off.abs() > NEAR {
            if !adjusted {
                self.content.part(b">");
            }
            let back = -off.round();
            self.content.number(back);
            self.position -= back;
            self.content.part(b"<");
        } else if adjusted {
            self.content.part(b"<");
        }
        self.content.code(code);
        self.position += width;
        self.pen = glyph.advance.mul_add(1000.0, self.pen);
    }

    fn close(&mut self) {
        if self.open {
            self.content.raw(">] TJ");
            self.open = false;
        }
    }
}
