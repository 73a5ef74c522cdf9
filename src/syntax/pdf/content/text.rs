//! The text of a page as its content stream draws it: glyphs where they stand.
//!
//! All coordinates are displayed ones (see [`geometry`](super::super::geometry)), in points.

use super::super::geometry::{Matrix, Rect, enclose};

/// A character where it was drawn. A glyph that stands for several characters is several of these, in the
/// same place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) character: char,
    /// Which of [`PageText::runs`] it belongs to.
    pub(super) run: u32,
    /// Where its baseline begins.
    pub(super) x: f32,
    pub(super) y: f32,
    /// How wide it is, along the line.
    pub(super) width: f32,
    /// Whether it is a further character of the glyph before.
    pub(super) continued: bool,
}

/// What glyphs drawn one after the other have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// The direction of the line, of length 1.
    pub(super) along: (f32, f32),
    /// What is one em above the baseline.
    pub(super) up: (f32, f32),
    /// The length of `up`.
    pub(super) em: f32,
    /// In ems.
    pub(super) ascent: f32,
    pub(super) descent: f32,
    /// Space that is added behind each character and is no gap.
    pub(super) spacing: f32,
}

impl Run {
    /// The run of a font under a matrix that leads from text space, scaled to ems, to the page; none when
    /// nothing could be seen.
    pub(super) fn new(to_page: &Matrix, across: (f64, f64), up: (f64, f64)) -> Option<Self> {
        let (ax, ay) = to_page.apply_vector(across);
        let (ux, uy) = to_page.apply_vector(up);
        let (length, em) = (ax.hypot(ay), ux.hypot(uy));
        let visible = |value: f64| (1e-4..1e6).contains(&value);
        if !visible(length) || !visible(em) {
            return None;
        }
        Some(Self {
            along: ((ax / length) as f32, (ay / length) as f32),
            up: (ux as f32, uy as f32),
            em: em as f32,
            ascent: 0.75,
            descent: -0.25,
            spacing: 0.0,
        })
    }

    /// How far `to` is from `from` along the line.
    pub(super) fn distance(&self, from: (f32, f32), to: (f32, f32)) -> f32 {
        (to.0 - from.0) * self.along.0 + (to.1 - from.1) * self.along.1
    }

    /// How far `to` is beside the line through `from`, to its left.
    pub(super) fn beside(&self, from: (f32, f32), to: (f32, f32)) -> f32 {
        (to.1 - from.1) * self.along.0 - (to.0 - from.0) * self.along.1
    }

    /// Whether two lines go the same way, to within a few degrees.
    pub(super) fn goes_like(&self, other: &Self) -> bool {
        self.along.0 * other.along.0 + self.along.1 * other.along.1 > 0.99
    }
}

/// The glyphs of a page, in the order in which they are drawn.
#[derive(Debug)]
pub(super) struct PageText {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) runs: Vec<Run>,
    most: usize,
}

/// Stands for a run that is not there, which cannot be.
const NO_RUN: Run =
    Run { along: (1.0, 0.0), up: (0.0, 1.0), em: 1.0, ascent: 0.75, descent: -0.25, spacing: 0.0 };

impl PageText {
    /// For a page that may have `most` characters.
    pub(super) const fn new(most: usize) -> Self {
        Self { glyphs: Vec::new(), runs: Vec::new(), most }
    }

    /// Whether there are more characters than there may be.
    pub(super) const fn is_full(&self) -> bool {
        self.glyphs.len() > self.most
    }

    pub(super) fn clear(&mut self) {
        self.glyphs.clear();
        self.runs.clear();
    }

    /// The run that the next glyphs belong to.
    pub(super) fn begin(&mut self, run: Run) -> u32 {
        if self.runs.last() != Some(&run) {
            self.runs.push(run);
        }
        u32::try_from(self.runs.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    pub(super) fn run(&self, glyph: &Glyph) -> &Run {
        self.runs.get(glyph.run as usize).unwrap_or(&NO_RUN)
    }

    /// The rectangle around a glyph: from its descent to its ascent.
    pub(super) fn bounds(&self, glyph: &Glyph) -> Rect {
        let run = self.run(glyph);
        let corner = |along: f32, up: f32| {
            let x = glyph.x + run.along.0 * along + run.up.0 * up;
            let y = glyph.y + run.along.1 * along + run.up.1 * up;
            (f64::from(x), f64::from(y))
        };
        enclose([
            corner(0.0, run.descent),
            corner(glyph.width, run.descent),
            corner(0.0, run.ascent),
            corner(glyph.width, run.ascent),
        ])
    }

    /// Puts `text` in the place of all glyphs from `from` on: `/ActualText`, 14.9.4.
    pub(super) fn replace(&mut self, from: usize, text: &str) {
        let Some(first) = self.glyphs.get(from).copied() else { return };
        let run = *self.run(&first);
        let start = (first.x, first.y);
        let mut end = 0.0_f32;
        for glyph in self.glyphs.get(from..).unwrap_or(&[]) {
            end = end.max(run.distance(start, (glyph.x, glyph.y)) + glyph.width);
        }
        self.glyphs.truncate(from);
        let count = text.chars().count().max(1);
        let step = end / count as f32;
        for (index, character) in text.chars().enumerate() {
            let before = step * index as f32;
            let (x, y) = (first.x + run.along.0 * before, first.y + run.along.1 * before);
            self.glyphs.push(Glyph { character, x, y, width: step, continued: false, ..first });
        }
    }
}
