//! From text to glyphs: normalised, ordered, split by font and script, shaped.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use harfrust::{Buffer, BufferFlags, Direction, Script, ShapeOptions, ShapePlan, ShapePlanKey, ShaperFont};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_normalization::UnicodeNormalization;

use super::error::{AppearanceError, shorten};
use super::font::Font;

/// A glyph where it is drawn. Lengths in ems.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// The text that it stands for where it stands alone: a part of [`Shaped::pool`].
    said: Range<usize>,
    /// Which of the fonts.
    pub(super) font: u8,
    pub(super) id: u16,
    pub(super) advance: f64,
    pub(super) dx: f64,
    pub(super) dy: f64,
}

/// Glyphs that together show a piece of text, and no smaller piece of them does.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// Bytes of the text.
    pub(super) text: Range<usize>,
    /// Places in the list of glyphs.
    pub(super) glyphs: Range<usize>,
    pub(super) advance: f64,
    /// Whether the texts of the glyphs, one after the other, are the text.
    pub(super) plain: bool,
}

/// A line of text as glyphs, from left to right.
#[derive(Debug)]
pub(super) struct Shaped {
    pub(super) text: String,
    /// The text once more, and texts of glyphs that are no part of it.
    pool: String,
    pub(super) glyphs: Vec<Glyph>,
    /// In visual order.
    pub(super) clusters: Vec<Cluster>,
    /// Where a line may end: bytes of the text.
    pub(super) breaks: Vec<usize>,
    pub(super) width: f64,
    /// How far ink reaches above the baseline and below it, in ems.
    pub(super) rise: f64,
    pub(super) drop: f64,
    /// Whether any of it runs from right to left.
    pub(super) reordered: bool,
}

impl Shaped {
    pub(super) fn cluster_text(&self, cluster: &Cluster) -> &str {
        self.text.get(cluster.text.clone()).unwrap_or_default()
    }

    pub(super) fn cluster_glyphs(&self, cluster: &Cluster) -> &[Glyph] {
        self.glyphs.get(cluster.glyphs.clone()).unwrap_or_default()
    }

    /// The text that a glyph stands for where it stands alone.
    pub(super) fn said(&self, glyph: &Glyph) -> &str {
        self.pool.get(glyph.said.clone()).unwrap_or_default()
    }

    /// Says what each glyph of the clusters from `first` on stands for.
    fn say(&mut self, first: usize, font: &Font) {
        for cluster in self.clusters.iter_mut().skip(first) {
            let text = self.text.get(cluster.text.clone()).unwrap_or_default();
            let Some(glyphs) = self.glyphs.get_mut(cluster.glyphs.clone()) else { continue };
            if let [glyph] = glyphs {
                glyph.said = cluster.text.clone();
                cluster.plain = true;
                continue;
            }
            let spells = |text: &mut dyn Iterator<Item = char>| {
                glyphs.iter().map(|glyph| Some(glyph.id)).eq(text.map(|character| font.glyph(character)))
            };
            let (start, parts) = if spells(&mut text.chars()) {
                cluster.plain = true;
                (cluster.text.start, text.to_owned())
            } else if spells(&mut text.nfd()) {
                (self.pool.len(), text.nfd().collect())
            } else {
                // The first glyph says all, the others nothing that shows.
                for (index, glyph) in glyphs.iter_mut().enumerate() {
                    let start = self.pool.len();
                    if index > 0 {
                        self.pool.push('\u{200B}');
                    }
                    glyph.said = if index > 0 { start..self.pool.len() } else { cluster.text.clone() };
                }
                continue;
            };
            if !cluster.plain {
                self.pool.push_str(&parts);
            }
            for (glyph, (at, character)) in glyphs.iter_mut().zip(parts.char_indices()) {
                let at = start.saturating_add(at);
                glyph.said = at..at.saturating_add(character.len_utf8());
            }
        }
    }
}

/// Lines of one text as they are to be drawn: NFC; line ends split it; characters that control and do not
/// show are left out, above all those that would make a name read in another order than it is written.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut after_return = false;
    for character in text.nfc() {
        let line_feed = character == '\n';
        match character {
            '\n' if after_return => {}
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => lines.push(String::new()),
            '\t' => push(&mut lines, ' '),
            other if is_control(other) => {}
            other => push(&mut lines, other),
        }
        after_return = character == '\r' && !line_feed;
    }
    lines
}

fn push(lines: &mut [String], character: char) {
    if let Some(line) = lines.last_mut() {
        line.push(character);
    }
}

fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// Joiners and variation selectors: they show nothing of their own, so no font need have them.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{34F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The fonts of an appearance, the chosen one first, and what shaping with them has found out.
pub(super) struct Shaper {
    fonts: Vec<Font>,
    plans: Mutex<Vec<(u8, Arc<ShapePlan>)>>,
    /// Lines shaped before: the labels of a batch are always the same, and often the signer.
    lines: Mutex<Vec<Arc<Shaped>>>,
}

/// Lines remembered; a signature has some five, each wrapped perhaps.
const REMEMBERED: usize = 48;

/// Longer lines are not remembered.
const REMEMBERED_BYTES: usize = 400;

/// Plans remembered: one for each font, script and direction.
const PLANS: usize = 16;

/// A stretch of one font, script and direction.
struct Run {
    text: Range<usize>,
    font: u8,
    script: Option<Script>,
    level: Level,
}

impl fmt::Debug for Shaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shaper").field("fonts", &self.fonts).finish_non_exhaustive()
    }
}

impl Shaper {
    pub(super) fn new(fonts: Vec<Font>) -> Self {
        Self { fonts, plans: Mutex::default(), lines: Mutex::default() }
    }

    pub(super) fn fonts(&self) -> &[Font] {
        &self.fonts
    }

    /// The glyphs of one line of text, which must be normalised.
    pub(super) fn shape(&self, text: &str) -> Result<Arc<Shaped>, AppearanceError> {
        {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(index) = lines.iter().position(|line| line.text == text) {
                // What was used last stands last and is forgotten last.
                let found = lines.remove(index);
                lines.push(Arc::clone(&found));
                return Ok(found);
            }
        }
        let shaped = Arc::new(self.shape_anew(text)?);
        if text.len() <= REMEMBERED_BYTES {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() >= REMEMBERED {
                lines.remove(0);
            }
            lines.push(Arc::clone(&shaped));
        }
        Ok(shaped)
    }

    fn shape_anew(&self, text: &str) -> Result<Shaped, AppearanceError> {
        let mut shaped = Shaped {
            text: text.to_owned(),
            pool: text.to_owned(),
            glyphs: Vec::with_capacity(text.len()),
            clusters: Vec::with_capacity(text.len()),
            breaks: linebreaks(text)
                .filter(|(at, kind)| *kind == BreakOpportunity::Allowed || *at == text.len())
                .map(|(at, _)| at)
                .collect(),
            width: 0.0,
            rise: 0.0,
            drop: 0.0,
            reordered: false,
        };
        let right_to_left = |character: char| {
            character >= '\u{590}'
                && matches!(bidi_class(character), BidiClass::R | BidiClass::AL | BidiClass::AN)
        };
        if text.chars().any(right_to_left) {
            shaped.reordered = true;
            let info = BidiInfo::new(text, None);
            for paragraph in &info.paragraphs {
                let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
                for range in runs {
                    let level = levels.get(range.start).copied().unwrap_or_else(Level::ltr);
                    self.shape_level(&mut shaped, range, level)?;
                }
            }
        } else {
            self.shape_level(&mut shaped, 0..text.len(), Level::ltr())?;
        }
        Ok(shaped)
    }

    /// Shapes a stretch of one direction.
    fn shape_level(
        &self,
        shaped: &mut Shaped,
        range: Range<usize>,
        level: Level,
    ) -> Result<(), AppearanceError> {
        let mut runs = self.runs(&shaped.text, range, level)?;
        if level.is_rtl() {
            runs.reverse();
        }
        runs.iter().try_for_each(|run| self.shape_run(shaped, run))
    }

    /// Splits a stretch where font or script change. Marks stay with what they stand on.
    fn runs(&self, text: &str, range: Range<usize>, level: Level) -> Result<Vec<Run>, AppearanceError> {
        let mut runs: Vec<Run> = Vec::new();
        let part = text.get(range.clone()).unwrap_or_default();
        let mut characters = part.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let mut end = at.saturating_add(character.len_utf8());
            // A base and its marks are shown by one font.
            while let Some((next, mark)) = characters.next_if(|(_, next)| is_mark(*next)) {
                end = next.saturating_add(mark.len_utf8());
            }
            let whole = part.get(at..end).unwrap_or_default();
            let start = range.start.saturating_add(at);
            let font = self.font_for(whole).ok_or_else(|| self.missing(text, start, whole))?;
            let script = match harfrust::unicode::script(u32::from(character)) {
                Script::COMMON | Script::INHERITED | Script::UNKNOWN => None,
                script => Some(script),
            };
            let end = range.start.saturating_add(end);
            match runs.last_mut() {
                Some(run)
                    if run.font == font
                        && (script.is_none() || run.script.is_none() || run.script == script) =>
                {
                    run.text.end = end;
                    run.script = run.script.or(script);
                }
                _ => runs.push(Run { text: start..end, font, script, level }),
            }
        }
        Ok(runs)
    }

    /// The first font that has all characters.
    fn font_for(&self, whole: &str) -> Option<u8> {
        let has = |font: &&Font| {
            whole.chars().all(|character| is_invisible(character) || font.glyph(character).is_some())
        };
        // What a font has only in parts the shaper puts together; readers understand whole letters better.
        let apart = |font: &&Font| whole.nfd().all(|part| is_invisible(part) || font.glyph(part).is_some());
        let index = self.fonts.iter().position(|font| has(&font));
        let index = index.or_else(|| self.fonts.iter().position(|font| apart(&font)))?;
        u8::try_from(index).ok()
    }

    fn missing(&self, text: &str, start: usize, whole: &str) -> AppearanceError {
        let known = |character: &char| self.fonts.iter().any(|font| font.glyph(*character).is_some());
        let character = whole.chars().find(|character| !is_invisible(*character) && !known(character));
        let before = text.get(..start).unwrap_or_default();
        AppearanceError::MissingGlyph {
            character: character.or_else(|| whole.chars().next()).unwrap_or('\u{FFFD}'),
            position: before.chars().count(),
            text: shorten(text),
        }
    }

    fn plan(
        &self,
        font_index: u8,
        font: &Font,
        script: Option<Script>,
        direction: Direction,
    ) -> Arc<ShapePlan> {
        let key = ShapePlanKey::new(font.shaping(), script, direction);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = plans.iter().find(|(index, plan)| *index == font_index && key.matches(plan))
        {
            return Arc::clone(plan);
        }
        let plan = Arc::new(ShapePlan::new(font.shaping(), direction, script, None, &[]));
        if plans.len() >= PLANS {
            plans.clear();
        }
        plans.push((font_index, Arc::clone(&plan)));
        plan
    }

    fn shape_run(&self, shaped: &mut Shaped, run: &Run) -> Result<(), AppearanceError> {
        let Some(font) = self.fonts.get(usize::from(run.font)) else { return Ok(()) };
        let direction = if run.level.is_rtl() { Direction::RightToLeft } else { Direction::LeftToRight };
        let part = shaped.text.get(run.text.clone()).unwrap_or_default();
        let failed = |what: String| AppearanceError::Shaping { text: shorten(part), what };
        let mut buffer = Buffer::new();
        buffer.push_str(part);
        buffer.set_direction(direction);
        buffer.set_script(run.script);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES | BufferFlags::BEGINNING_OF_TEXT);
        let plan = self.plan(run.font, font, run.script, direction);
        let shaping = ShaperFont::new(font.shaping());
        harfrust::shape(&shaping, &mut buffer, ShapeOptions::new().plan(Some(&plan)))
            .map_err(|error| failed(format!("{error:?}")))?;

        let em = f64::from(font.descriptor().units_per_em);
        let metrics = font.shaping().glyph_metrics();
        let infos = buffer.glyph_infos();
        // The texts of clusters end where the next one begins, in the order of the text.
        let mut starts: Vec<usize> =
            infos.iter().map(|info| usize::try_from(info.cluster).unwrap_or(usize::MAX)).collect();
        if run.level.is_rtl() {
            starts.reverse();
        }
        starts.dedup();
        let end_of = |start: usize| {
            let next = starts.partition_point(|other| *other <= start);
            starts.get(next).copied().unwrap_or(part.len())
        };
        let first = shaped.clusters.len();
        let mut clusters: Vec<Cluster> = Vec::new();
        let mut previous = None;
        for (info, position) in infos.iter().zip(buffer.glyph_positions()) {
            let start = usize::try_from(info.cluster).unwrap_or(usize::MAX);
            let id = u16::try_from(info.glyph_id).ok().filter(|id| *id != 0);
            let id = id.ok_or_else(|| {
                let range = start..end_of(start);
                let from = run.text.start.saturating_add(start);
                self.missing(&shaped.text, from, part.get(range).unwrap_or_default())
            })?;
            let glyph = Glyph {
                said: 0..0,
                font: run.font,
                id,
                advance: f64::from(position.x_advance) / em,
                dx: f64::from(position.x_offset) / em,
                dy: f64::from(position.y_offset) / em,
            };
            if let Some(ink) = metrics.extents(harfrust::GlyphId::from(id)) {
                let top = f64::from(ink.y_bearing) / em + glyph.dy;
                let bottom = top - f64::from(ink.height) / em;
                shaped.rise = shaped.rise.max(top);
                shaped.drop = shaped.drop.max(-bottom);
            }
            let place = shaped.glyphs.len();
            let advance = glyph.advance;
            shaped.glyphs.push(glyph);
            shaped.width += advance;
            let after = place.saturating_add(1);
            match clusters.last_mut() {
                Some(cluster) if previous == Some(start) => {
                    cluster.glyphs.end = after;
                    cluster.advance += advance;
                }
                _ => {
                    let [from, to] = [start, end_of(start)].map(|at| run.text.start.saturating_add(at));
                    clusters.push(Cluster { text: from..to, glyphs: place..after, advance, plain: false });
                }
            }
            previous = Some(start);
        }
        shaped.clusters.append(&mut clusters);
        shaped.say(first, font);
        Ok(())
    }
}

fn is_mark(character: char) -> bool {
    character >= '\u{300}'
        && (unicode_normalization::char::is_combining_mark(character) || is_invisible(character))
}
