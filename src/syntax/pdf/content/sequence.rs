//! Glyphs in an order as text, and text found in it.
//!
//! Text is held decomposed (NFD): every character leads back to the glyph that it is from, and accents that
//! are glyphs of their own are as good as letters that have them.

use memchr::memmem;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use super::super::geometry::{Rect, enclose};
use super::text::{Glyph, PageText};

/// In ems: a wider gap is a space.
const SPACE: f32 = 0.2;

/// In ems: what is further above or below is on another line.
const LINE: f32 = 0.5;

/// In ems: how far back the next glyph may begin, behind the last one's width, and still follow it.
const BACK: f32 = 0.3;

/// In ems: the widest gap that does not part letters placed one by one.
const LOOSE: f32 = 2.0;

/// In ems: the same glyph this near is a shadow, or bold print made of two.
const SHADOW: f32 = 0.1;

/// Stands where a character is from no glyph: a space that is a gap.
const NO_GLYPH: u32 = u32::MAX;

/// How a glyph stands to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Directly behind it.
    Next,
    /// Behind a gap.
    Gap,
    /// The same glyph, in the same place.
    Shadow,
    /// Somewhere else: on another line, or back on the same.
    Elsewhere,
}

/// A glyph's place, as the next one is compared with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    glyph: Glyph,
    /// Along the line from where the glyph begins.
    end: f32,
}

impl Behind {
    pub(super) const fn new(glyph: Glyph) -> Self {
        Self { glyph, end: glyph.width }
    }

    /// Takes in an accent that belongs to the glyph and may reach beyond it.
    fn extend(&mut self, text: &PageText, mark: &Glyph) {
        let run = text.run(&self.glyph);
        let end = run.distance((self.glyph.x, self.glyph.y), (mark.x, mark.y)) + mark.width;
        self.end = self.end.max(end);
    }

    pub(super) fn relation(&self, text: &PageText, next: &Glyph) -> Relation {
        let (run, next_run) = (text.run(&self.glyph), text.run(next));
        if self.glyph.run != next.run && !run.goes_like(next_run) {
            return Relation::Elsewhere;
        }
        let em = (run.em + next_run.em) / 2.0;
        let (from, to) = ((self.glyph.x, self.glyph.y), (next.x, next.y));
        let (along, beside) = (run.distance(from, to), run.beside(from, to).abs());
        let gap = along - self.end;
        if is_accent(next.character, gap) {
            let near = beside < 1.2 * em && along > -BACK * em && gap < LINE * em;
            return if near { Relation::Next } else { Relation::Elsewhere };
        }
        if beside > LINE * em || gap < -self.end - BACK * em {
            return Relation::Elsewhere;
        }
        if next.character == self.glyph.character && along.abs() < SHADOW * em && beside < SHADOW * em {
            return Relation::Shadow;
        }
        // Spacing that is put behind every character parts no words.
        if gap > SPACE * em && (gap - run.spacing).abs() > SPACE * em {
            Relation::Gap
        } else {
            Relation::Next
        }
    }
}

/// Whether a character behind a gap may be an accent of the one before.
fn is_accent(character: char, gap: f32) -> bool {
    if character.is_ascii_alphanumeric() {
        return false;
    }
    is_mark(character) || (gap < 0.0 && spacing_mark(character).is_some())
}

/// Whether a character combines with the one before.
pub(super) fn is_mark(character: char) -> bool {
    // Before the table is asked: what Latin and Vietnamese text is made of.
    let letter = matches!(character, '\0'..='\u{2FF}' | '\u{1E00}'..='\u{1EFF}');
    !letter && canonical_combining_class(character) != 0
}

/// The combining character of an accent that has a place of its own.
pub(super) const fn spacing_mark(character: char) -> Option<char> {
    Some(match character {
        '`' => '\u{300}',
        '´' => '\u{301}',
        '^' | 'ˆ' => '\u{302}',
        '~' | '˜' => '\u{303}',
        '¯' | 'ˉ' => '\u{304}',
        '˘' => '\u{306}',
        '˙' => '\u{307}',
        '¨' => '\u{308}',
        '˚' => '\u{30A}',
        '˝' => '\u{30B}',
        'ˇ' => '\u{30C}',
        '¸' => '\u{327}',
        '˛' => '\u{328}',
        _ => return None,
    })
}

/// Text to look for.
#[derive(Debug)]
pub(super) struct Needle {
    with_spaces: memmem::Finder<'static>,
    without: memmem::Finder<'static>,
}

impl Needle {
    /// None when there is nothing but white space.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut plain = String::new();
        for character in text.chars() {
            fold(character, |character| {
                if character != ' ' || !(plain.is_empty() || plain.ends_with(' ')) {
                    plain.push(character);
                }
            });
        }
        let plain: String = plain.trim_end().nfd().collect();
        let without: String = plain.chars().filter(|character| *character != ' ').collect();
        (!without.is_empty()).then(|| Self {
            with_spaces: memmem::Finder::new(plain.as_bytes()).into_owned(),
            without: memmem::Finder::new(without.as_bytes()).into_owned(),
        })
    }
}

/// A character as it is compared: all white space is one, all hyphens are one, ligatures are letters.
fn fold(character: char, mut take: impl FnMut(char)) {
    match character {
        // Soft hyphens are how some producers write hyphens.
        '\u{AD}' | '\u{2010}' | '\u{2011}' => take('-'),
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => {}
        'ﬀ' => "ff".chars().for_each(take),
        'ﬁ' => "fi".chars().for_each(take),
        'ﬂ' => "fl".chars().for_each(take),
        'ﬃ' => "ffi".chars().for_each(take),
        'ﬄ' => "ffl".chars().for_each(take),
        'ﬅ' | 'ﬆ' => "st".chars().for_each(take),
        _ if character.is_whitespace() => take(' '),
        _ if character.is_control() => {}
        _ => take(character),
    }
}

/// A text and the glyphs that it is from.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    text: String,
    /// For each byte of the text, the index of the glyph.
    glyphs: Vec<u32>,
    /// Combining characters behind the last letter, not in canonical order yet.
    marks: Vec<(u8, char, u32)>,
}

impl Sequence {
    /// Makes text of glyphs in an order.
    pub(super) fn assemble(&mut self, text: &PageText, order: &[u32]) {
        self.text.clear();
        self.glyphs.clear();
        self.marks.clear();
        let mut behind: Option<Behind> = None;
        // An accent that is drawn before its letter.
        let mut early: Option<(char, u32)> = None;
        let mut shadow = false;
        for (at, index) in order.iter().enumerate() {
            let Some(glyph) = text.glyphs.get(*index as usize) else { continue };
            if glyph.continued {
                if !shadow {
                    self.push(glyph.character, *index);
                }
                continue;
            }
            let relation = behind.map_or(Relation::Next, |behind| behind.relation(text, glyph));
            shadow = relation == Relation::Shadow;
            match relation {
                Relation::Shadow => continue,
                Relation::Gap | Relation::Elsewhere => self.space(NO_GLYPH),
                Relation::Next => {}
            }
            let plain = glyph.character.is_ascii_alphanumeric();
            if !plain && let Some(mark) = spacing_mark(glyph.character) {
                let next = order.get(at.saturating_add(1)).and_then(|next| text.glyphs.get(*next as usize));
                if let Some(behind) = &mut behind
                    && relation == Relation::Next
                    && is_over(text, glyph, &behind.glyph)
                {
                    behind.extend(text, glyph);
                    self.mark(mark, *index);
                    continue;
                }
                if next.is_some_and(|next| is_over(text, glyph, next)) {
                    early = Some((mark, *index));
                    continue;
                }
            }
            if is_mark(glyph.character)
                && relation == Relation::Next
                && let Some(behind) = &mut behind
            {
                behind.extend(text, glyph);
            } else {
                behind = Some(Behind::new(*glyph));
            }
            // An accent over an i takes the place of its dot.
            let dotless = early.is_some() && glyph.character == 'ı';
            self.push(if dotless { 'i' } else { glyph.character }, *index);
            if let Some((mark, index)) = early.take() {
                self.mark(mark, index);
            }
        }
        self.flush();
    }

    fn push(&mut self, character: char, glyph: u32) {
        if character.is_ascii_graphic() && self.marks.is_empty() {
            // Nearly all text; the same as below.
            self.text.push(character);
            return self.glyphs.push(glyph);
        }
        fold(character, |character| {
            if character == ' ' {
                self.space(glyph);
            } else {
                decompose_canonical(character, |part| match canonical_combining_class(part) {
                    0 => self.letter(part, glyph),
                    _ => self.mark(part, glyph),
                });
            }
        });
    }

    fn letter(&mut self, character: char, glyph: u32) {
        self.flush();
        self.append(character, glyph);
    }

    fn mark(&mut self, character: char, glyph: u32) {
        self.marks.push((canonical_combining_class(character), character, glyph));
    }

    fn space(&mut self, glyph: u32) {
        self.flush();
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.append(' ', glyph);
        }
    }

    /// Puts the marks behind their letter, in canonical order.
    fn flush(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        let mut marks = std::mem::take(&mut self.marks);
        marks.sort_by_key(|(class, ..)| *class);
        for (_, character, glyph) in marks.drain(..) {
            self.append(character, glyph);
        }
        self.marks = marks;
    }

    fn append(&mut self, character: char, glyph: u32) {
        self.text.push(character);
        self.glyphs.resize(self.text.len(), glyph);
    }

    /// Where the needle is.
    pub(super) fn find(&self, text: &PageText, needle: &Needle) -> Vec<Rect> {
        let length = needle.with_spaces.needle().len();
        needle
            .with_spaces
            .find_iter(self.text.as_bytes())
            .filter(|at| whole_characters(&self.text, at.saturating_add(length)))
            .filter_map(|at| bounds(text, self.glyphs.get(at..at.saturating_add(length))?))
            .collect()
    }

    /// Where the needle is when white space does not count, and its letters are near each other.
    pub(super) fn find_loosely(&self, text: &PageText, needle: &Needle) -> Vec<Rect> {
        let mut letters = String::with_capacity(self.text.len());
        let mut glyphs = Vec::with_capacity(self.glyphs.len());
        for (at, character) in self.text.char_indices().filter(|(_, character)| *character != ' ') {
            letters.push(character);
            glyphs.resize(letters.len(), self.glyphs.get(at).copied().unwrap_or(NO_GLYPH));
        }
        let length = needle.without.needle().len();
        needle
            .without
            .find_iter(letters.as_bytes())
            .filter(|at| whole_characters(&letters, at.saturating_add(length)))
            .filter_map(|at| glyphs.get(at..at.saturating_add(length)))
            .filter(|found| are_neighbours(text, found))
            .filter_map(|found| bounds(text, found))
            .collect()
    }

    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Whether no combining character follows: `a` is not found in `á`.
fn whole_characters(text: &str, end: usize) -> bool {
    let next = text.get(end..).and_then(|rest| rest.chars().next());
    !next.is_some_and(is_mark)
}

/// Whether an accent stands over (or under) a letter rather than beside it.
fn is_over(text: &PageText, accent: &Glyph, letter: &Glyph) -> bool {
    let (run, letter_run) = (text.run(accent), text.run(letter));
    if !letter.character.is_alphabetic() || !run.goes_like(letter_run) {
        return false;
    }
    let (from, to) = ((letter.x, letter.y), (accent.x, accent.y));
    let start = letter_run.distance(from, to);
    let common = (start + accent.width).min(letter.width) - start.max(0.0);
    common > 0.4 * accent.width && letter_run.beside(from, to).abs() < letter_run.em
}

/// The glyphs that letters (not accents) are from, one after the other.
fn letters<'a>(text: &'a PageText, glyphs: &'a [u32]) -> impl Iterator<Item = &'a Glyph> {
    let mut last = NO_GLYPH;
    let fresh = glyphs.iter().filter(move |index| **index != std::mem::replace(&mut last, **index));
    fresh
        .filter_map(|index| text.glyphs.get(*index as usize))
        .filter(|glyph| !is_mark(glyph.character) && !glyph.character.is_whitespace())
}

fn bounds(text: &PageText, glyphs: &[u32]) -> Option<Rect> {
    let corners = |[x0, y0, x1, y1]: Rect| [(x0, y0), (x1, y1)];
    let rect = enclose(letters(text, glyphs).flat_map(|glyph| corners(text.bounds(glyph))));
    rect.iter().all(|corner| corner.is_finite()).then_some(rect)
}

/// Whether each letter is on the line of the one before, and not far from it.
fn are_neighbours(text: &PageText, glyphs: &[u32]) -> bool {
    let mut before: Option<&Glyph> = None;
    letters(text, glyphs).filter(|glyph| !glyph.continued).all(|glyph| {
        let Some(last) = before.replace(glyph) else { return true };
        let (run, next) = (text.run(last), text.run(glyph));
        let (from, to) = ((last.x, last.y), (glyph.x, glyph.y));
        let gap = run.distance(from, to) - last.width;
        run.goes_like(next)
            && run.beside(from, to).abs() <= LINE * run.em
            && (-LINE * run.em..=LOOSE * run.em).contains(&gap)
    })
}
