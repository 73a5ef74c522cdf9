//! Lines of text in a rectangle: where they break, and how large the letters can be.

use std::ops::Range;
use std::sync::Arc;

use super::error::AppearanceError;
use super::text::{Shaped, Shaper};
use super::{Align, FontSize};

/// The smallest letters that fitting tries, in points.
pub(super) const SMALLEST: f64 = 3.0;

/// The largest letters that fitting tries, in points.
pub(super) const LARGEST: f64 = 14.0;

/// Sizes are tried in steps of this, in points.
const STEP: f64 = 0.25;

/// From baseline to baseline at least, in ems.
const PITCH: f64 = 1.2;

/// Room between the ink of one line and of the next, in ems.
const LEADING: f64 = 0.04;

/// What sums of widths may be off by, in points.
const TOLERANCE: f64 = 1e-6;

/// Words are split only where whole ones would be smaller than this, in points…
const LEGIBLE: f64 = 6.0;

/// … and where it makes letters larger by this factor.
const WORTH_SPLITTING: f64 = 1.5;

/// How much larger letters must become for a line, which may be a name, to be broken.
const WORTH_WRAPPING: f64 = 1.35;

/// Lines and where they stand.
#[derive(Debug)]
pub(super) struct Block {
    /// The size of the letters, in points.
    pub(super) size: f64,
    /// Each line, with the left end of its baseline.
    pub(super) lines: Vec<(Arc<Shaped>, [f64; 2])>,
}

/// The lines of one wrapping: of which paragraph, and which bytes of its text.
type Lines = Vec<(usize, Range<usize>)>;

/// Heights of lines, in ems.
#[derive(Clone, Copy)]
struct Pitch {
    rise: f64,
    drop: f64,
    pitch: f64,
}

impl Pitch {
    fn of(paragraphs: &[Arc<Shaped>]) -> Self {
        // Letters without ascenders get the room of those with.
        let rise = paragraphs.iter().fold(0.7, |most: f64, line| most.max(line.rise));
        let drop = paragraphs.iter().fold(0.2, |most: f64, line| most.max(line.drop));
        Self { rise, drop, pitch: PITCH.max(rise + drop + LEADING) }
    }

    #[allow(clippy::cast_precision_loss, reason = "lines of a text in memory: far fewer than 2^52")]
    fn height(self, lines: usize) -> f64 {
        self.rise + self.drop + lines.saturating_sub(1) as f64 * self.pitch
    }
}

/// The paragraphs in an area `[x, y, width, height]`, centred vertically.
pub(super) fn lay_out(
    shaper: &Shaper,
    paragraphs: &[Arc<Shaped>],
    area: [f64; 4],
    size: FontSize,
    align: Align,
) -> Result<Block, AppearanceError> {
    let [x, y, width, height] = area;
    let pitch = Pitch::of(paragraphs);
    let (mut size, lines) = match size {
        FontSize::Points(points) => {
            let lines = fitted(paragraphs, pitch, points, width, height, true)
                .ok_or_else(|| does_not_fit(paragraphs, pitch, points, width, height))?;
            (points, lines)
        }
        FontSize::Fit => {
            let whole = largest(paragraphs, pitch, width, height, false);
            let legible = whole.as_ref().is_some_and(|(size, _)| *size >= LEGIBLE);
            let split = if legible { None } else { largest(paragraphs, pitch, width, height, true) };
            let wrapped = match (whole, split) {
                (Some(whole), Some(split)) if split.0 > whole.0 * WORTH_SPLITTING => Some(split),
                (whole, split) => whole.or(split),
            }
            .ok_or_else(|| does_not_fit(paragraphs, pitch, SMALLEST, width, height))?;
            match unwrapped(paragraphs, pitch, width, height) {
                Some(lines) if wrapped.0 <= lines.0 * WORTH_WRAPPING => lines,
                _ => wrapped,
            }
        }
    };
    let mut shaped = Vec::with_capacity(lines.len());
    for (paragraph, range) in lines {
        let Some(paragraph) = paragraphs.get(paragraph) else { continue };
        let part = paragraph.text.get(range).unwrap_or_default();
        shaped.push(if part.len() == paragraph.text.len() {
            Arc::clone(paragraph)
        } else {
            shaper.shape(part)?
        });
    }
    // At the edge of a line letters may take other forms and widths than they had inside the paragraph.
    let widest = shaped.iter().fold(0.0, |most: f64, line| most.max(line.width));
    if widest * size > width {
        size = width / widest;
    }
    let pitch = Pitch::of(&shaped);
    if pitch.height(shaped.len()) * size > height + TOLERANCE {
        size = height / pitch.height(shaped.len());
    }
    let mut baseline = y + (height + pitch.height(shaped.len()) * size) / 2.0 - pitch.rise * size;
    let mut placed = Vec::with_capacity(shaped.len());
    for line in shaped {
        let free = line.width.mul_add(-size, width).max(0.0);
        let left = match align {
            Align::Left => x,
            Align::Center => x + free / 2.0,
            Align::Right => x + free,
        };
        placed.push((line, [left, baseline]));
        baseline -= pitch.pitch * size;
    }
    Ok(Block { size, lines: placed })
}

fn does_not_fit(
    paragraphs: &[Arc<Shaped>],
    pitch: Pitch,
    size: f64,
    width: f64,
    height: f64,
) -> AppearanceError {
    let lines = wrap(paragraphs, width / size, true);
    let count = lines.as_ref().map_or(paragraphs.len(), Vec::len);
    // Too high, or too narrow for a single letter.
    let letters = paragraphs.iter().flat_map(|line| &line.clusters).map(|cluster| cluster.advance);
    let whole = paragraphs.iter().map(|line| line.width).fold(0.0, f64::max) * size;
    let needed_width = if lines.is_some() { whole.min(width) } else { letters.fold(0.0, f64::max) * size };
    AppearanceError::DoesNotFit {
        size,
        needed_width,
        needed_height: pitch.height(count) * size,
        width,
        height,
    }
}

/// The largest size at which the text fits, with its lines.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "steps between two constants: a small positive number"
)]
fn largest(
    paragraphs: &[Arc<Shaped>],
    pitch: Pitch,
    width: f64,
    height: f64,
    split: bool,
) -> Option<(f64, Lines)> {
    let size_of = |step: u32| f64::from(step).mul_add(STEP, SMALLEST);
    let fit = |size| fitted(paragraphs, pitch, size, width, height, split).map(|lines| (size, lines));
    let steps = ((LARGEST - SMALLEST) / STEP).round() as u32;
    if let Some(found) = fit(size_of(steps)) {
        return Some(found);
    }
    let (mut below, mut above) = (0, steps);
    let mut best = fit(size_of(0))?;
    while above - below > 1 {
        let middle = below.midpoint(above);
        match fit(size_of(middle)) {
            Some(found) => {
                best = found;
                below = middle;
            }
            None => above = middle,
        }
    }
    Some(best)
}

/// Every paragraph on one line, as large as that fits; none where it would not be legible.
fn unwrapped(paragraphs: &[Arc<Shaped>], pitch: Pitch, width: f64, height: f64) -> Option<(f64, Lines)> {
    let widest = paragraphs.iter().fold(f64::MIN_POSITIVE, |most, line| most.max(line.width));
    let size = (width / widest).min(height / pitch.height(paragraphs.len())).min(LARGEST);
    let lines = paragraphs.iter().enumerate().map(|(index, line)| (index, 0..line.text.len()));
    (size >= LEGIBLE).then(|| (size, lines.collect()))
}

fn fitted(
    paragraphs: &[Arc<Shaped>],
    pitch: Pitch,
    size: f64,
    width: f64,
    height: f64,
    split: bool,
) -> Option<Lines> {
    // No wrapping has fewer lines than there are paragraphs.
    if pitch.height(paragraphs.len()) * size > height + TOLERANCE {
        return None;
    }
    let lines = wrap(paragraphs, width / size, split)?;
    (pitch.height(lines.len()) * size <= height + TOLERANCE).then_some(lines)
}

/// Breaks paragraphs into lines of at most `width` ems; none if a word is wider and may not be split, or a
/// single letter is.
fn wrap(paragraphs: &[Arc<Shaped>], width: f64, split: bool) -> Option<Lines> {
    let width = width + TOLERANCE;
    let mut lines = Vec::with_capacity(paragraphs.len());
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if paragraph.width <= width {
            lines.push((index, 0..paragraph.text.len()));
            continue;
        }
        let mut logical: Vec<&super::text::Cluster> = paragraph.clusters.iter().collect();
        if paragraph.reordered {
            logical.sort_by_key(|cluster| cluster.text.start);
        }
        wrap_one(paragraph, &logical, width, split, |range| lines.push((index, range)))?;
    }
    Some(lines)
}

fn wrap_one(
    paragraph: &Shaped,
    clusters: &[&super::text::Cluster],
    width: f64,
    split: bool,
    mut line: impl FnMut(Range<usize>),
) -> Option<()> {
    let text = &paragraph.text;
    let trimmed = |range: Range<usize>| {
        let part = text.get(range.clone()).unwrap_or_default();
        let start = range.start.saturating_add(part.len().saturating_sub(part.trim_start().len()));
        start..start.saturating_add(part.trim().len())
    };
    let is_space = |cluster: &super::text::Cluster| paragraph.cluster_text(cluster).trim().is_empty();
    let mut breaks = paragraph.breaks.iter().copied().peekable();
    let mut start = 0;
    // Width since the line's start, and up to the last break.
    let (mut used, mut at_break) = (0.0, 0.0);
    let mut last_break = 0;
    for cluster in clusters {
        while let Some(at) = breaks.next_if(|at| *at <= cluster.text.start) {
            if at > start {
                last_break = at;
                at_break = used;
            }
        }
        if is_space(cluster) {
            // Space at the end of a line is not drawn, at its start neither.
            if cluster.text.start > start || used > 0.0 {
                used += cluster.advance;
            } else {
                start = cluster.text.end;
            }
            continue;
        }
        if used + cluster.advance > width && last_break > start {
            line(trimmed(start..last_break));
            start = last_break;
            used -= at_break;
            at_break = 0.0;
        }
        if used + cluster.advance > width {
            if !split || cluster.advance > width {
                return None;
            }
            if cluster.text.start > start {
                line(trimmed(start..cluster.text.start));
            }
            start = cluster.text.start;
            used = 0.0;
            at_break = 0.0;
        }
        used += cluster.advance;
    }
    let rest = trimmed(start..text.len());
    if !rest.is_empty() {
        line(rest);
    }
    Some(())
}
