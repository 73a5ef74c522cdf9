//! Widths of the standard 14 fonts, for documents that leave them out: ISO 32000-2, 9.6.2.2.

use unicode_normalization::char::decompose_canonical;

/// Widths of U+0020 to U+007E in thousandths of an em.
type Widths = [u16; 95];

#[rustfmt::skip]
const HELVETICA: Widths = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

#[rustfmt::skip]
const HELVETICA_BOLD: Widths = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

#[rustfmt::skip]
const TIMES: Widths = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611,
    556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722,
    722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500,
    278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
];

#[rustfmt::skip]
const TIMES_BOLD: Widths = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667,
    611, 778, 778, 389, 500, 778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722,
    722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556,
    278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520,
];

#[rustfmt::skip]
const TIMES_ITALIC: Widths = [
    250, 333, 420, 500, 500, 833, 778, 214, 333, 333, 500, 675, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 333, 333, 675, 675, 675, 500, 920, 611, 611, 667, 722, 611,
    611, 722, 722, 333, 444, 667, 556, 833, 667, 722, 611, 722, 611, 500, 556, 722, 611, 833, 611,
    556, 556, 389, 278, 389, 422, 500, 333, 500, 500, 444, 500, 444, 278, 500, 500, 278, 278, 444,
    278, 722, 500, 500, 500, 500, 389, 389, 278, 500, 444, 667, 444, 444, 389, 400, 275, 400, 541,
];

#[rustfmt::skip]
const TIMES_BOLD_ITALIC: Widths = [
    250, 389, 555, 500, 500, 833, 778, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 832, 667, 667, 667, 722, 667,
    667, 722, 778, 389, 500, 667, 611, 889, 722, 722, 611, 722, 667, 556, 611, 722, 667, 889, 667,
    611, 611, 333, 278, 333, 570, 500, 333, 500, 500, 444, 500, 444, 333, 500, 556, 278, 278, 500,
    278, 778, 556, 500, 500, 500, 389, 389, 278, 556, 444, 667, 500, 444, 389, 348, 220, 348, 570,
];

/// What is known of a font that carries no measures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standard {
    /// None: every character is 600 wide.
    widths: Option<&'static Widths>,
    /// Above the baseline, in ems.
    pub(super) ascent: f32,
    /// Below it, negative.
    pub(super) descent: f32,
}

impl Standard {
    /// The standard font of this name, or the one that looks most like it: what viewers show in its place.
    pub(super) fn named(name: &[u8]) -> Self {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let (bold, italic) = (has(&["bold", "black", "heavy"]), has(&["italic", "oblique"]));
        if has(&["courier", "mono", "consol"]) {
            return Self { widths: None, ascent: 0.629, descent: -0.157 };
        }
        if has(&["times", "roman", "serif", "georgia", "garamond", "palatino", "bookman", "century"])
            && !has(&["sans"])
        {
            let widths = match (bold, italic) {
                (false, false) => &TIMES,
                (true, false) => &TIMES_BOLD,
                (false, true) => &TIMES_ITALIC,
                (true, true) => &TIMES_BOLD_ITALIC,
            };
            return Self { widths: Some(widths), ascent: 0.683, descent: -0.217 };
        }
        // The oblique cuts are as wide as the upright ones.
        let widths = if bold { &HELVETICA_BOLD } else { &HELVETICA };
        Self { widths: Some(widths), ascent: 0.718, descent: -0.207 }
    }

    /// The width of a character in ems. One with marks is as wide as without.
    pub(super) fn width(&self, character: char) -> f32 {
        let Some(widths) = self.widths else { return 0.6 };
        let mut base = None;
        decompose_canonical(character, |part| {
            base.get_or_insert(part);
        });
        let index = u32::from(base.unwrap_or(character)).checked_sub(0x20);
        let known = index.and_then(|index| widths.get(index as usize).copied());
        let thousandths = known.unwrap_or(match character {
            '\u{2022}' | '\u{2026}' | '\u{2014}' | 'Æ' | 'Œ' => 1000,
            'ı' | '‘' | '’' | '·' => 250,
            '´' | 'ˆ' | '˜' | '¯' | '˘' | '˙' | '¨' | '˚' | '¸' | '˝' | '˛' | 'ˇ' => 333,
            _ => 556,
        });
        f32::from(thousandths) / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_standard_fonts() {
        let width = |name: &str, character| Standard::named(name.as_bytes()).width(character);
        assert_eq!(width("Helvetica", 'A'), 0.667);
        assert_eq!(width("Helvetica-BoldOblique", 'b'), 0.611);
        assert_eq!(width("ABCDEF+TimesNewRomanPS-ItalicMT", 'A'), 0.611);
        assert_eq!(width("Courier", 'W'), 0.6);
        assert_eq!(width("Arial", 'Ế'), 0.667, "as wide as E");
        assert_eq!(width("Unknown", '中'), 0.556);
    }
}
