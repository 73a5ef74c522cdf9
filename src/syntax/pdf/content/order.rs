//! Glyphs in the order in which they are read: line by line.

use super::sequence::{Behind, Relation, is_mark, spacing_mark};
use super::text::{Glyph, PageText};

/// In ems: baselines this near are one line.
const SAME_LINE: f32 = 0.35;

/// In ems: a wider gap may have other text in it.
const APART: f32 = 1.0;

/// In ems: pieces that overlap by more are woven into each other.
const OVERLAP: f32 = 0.3;

/// In ems: how far from its line an accent may be.
const REACH: f32 = 1.1;

/// Glyphs drawn one after the other along a line.
#[derive(Clone, Copy, Debug)]
struct Piece {
    first: usize,
    count: usize,
    /// The direction of the line, in steps of two degrees.
    angle: i32,
    /// Along the direction: begin and end.
    from: f32,
    to: f32,
    /// The baseline's distance to the left of the direction.
    level: f32,
    em: f32,
    /// Whether there are only accents.
    accents: bool,
}

/// Pieces on one baseline, from left to right.
#[derive(Debug)]
struct Line {
    pieces: Vec<Piece>,
    angle: i32,
    level: f32,
    em: f32,
    /// Whether letters must be sorted one by one.
    woven: bool,
}

/// The indices of the glyphs as they are read: lines from top to bottom, each from left to right. None when
/// that is how they are drawn.
pub(super) fn visual(text: &PageText) -> Option<Vec<u32>> {
    let pieces = pieces(text);
    let (accents, mut letters): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.accents);
    letters.sort_by(|one, other| {
        let level = other.level.total_cmp(&one.level);
        one.angle.cmp(&other.angle).then(level).then(one.from.total_cmp(&other.from))
    });
    let mut lines = lines(letters);
    place_accents(&mut lines, accents);
    let order = written_out(text, &lines);
    let as_drawn = order.iter().zip(0..).all(|(index, drawn)| *index == drawn);
    (!as_drawn).then_some(order)
}

fn coordinates(text: &PageText, glyph: &Glyph) -> (f32, f32) {
    let run = text.run(glyph);
    let (origin, place) = ((0.0, 0.0), (glyph.x, glyph.y));
    (run.distance(origin, place), run.beside(origin, place))
}

fn pieces(text: &PageText) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last: Option<Glyph> = None;
    for (index, glyph) in text.glyphs.iter().enumerate() {
        let accent = is_mark(glyph.character);
        let run = text.run(glyph);
        let (from, level) = coordinates(text, glyph);
        if let (Some(piece), Some(before)) = (pieces.last_mut(), last) {
            let joined = glyph.continued
                || match Behind::new(before).relation(text, glyph) {
                    Relation::Next | Relation::Shadow => true,
                    Relation::Gap => from - piece.to < APART * run.em,
                    Relation::Elsewhere => false,
                };
            // An accent stays with the letter before it when it is drawn directly behind it.
            if joined && (accent || !piece.accents) {
                piece.count = piece.count.saturating_add(1);
                piece.to = piece.to.max(from + glyph.width);
                piece.accents &= accent;
                if !accent {
                    last = Some(*glyph);
                }
                continue;
            }
        }
        let (x, y) = run.along;
        let angle = (y.atan2(x).to_degrees() / 2.0).round() as i32;
        let to = from + glyph.width;
        pieces.push(Piece { first: index, count: 1, angle, from, to, level, em: run.em, accents: accent });
        last = Some(*glyph);
    }
    pieces
}

/// Pieces in order of their baselines as lines.
fn lines(sorted: Vec<Piece>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for piece in sorted {
        let same = lines.last_mut().filter(|line| {
            let near = SAME_LINE * line.em.min(piece.em);
            line.angle == piece.angle && line.level - piece.level <= near
        });
        match same {
            Some(line) => line.pieces.push(piece),
            None => lines.push(Line {
                angle: piece.angle,
                level: piece.level,
                em: piece.em,
                pieces: vec![piece],
                woven: false,
            }),
        }
    }
    for line in &mut lines {
        line.pieces.sort_by(|one, other| one.from.total_cmp(&other.from));
        let mut to = f32::NEG_INFINITY;
        for piece in &line.pieces {
            line.woven |= piece.from < to - OVERLAP * piece.em;
            to = to.max(piece.to);
        }
    }
    lines
}

/// Gives accents that are drawn by themselves to the nearest line; those that are near none come last.
fn place_accents(lines: &mut Vec<Line>, accents: Vec<Piece>) {
    let mut stray = Vec::new();
    for piece in accents {
        // Lines are in order of their angles and levels.
        let after = lines.partition_point(|line| {
            line.angle < piece.angle || (line.angle == piece.angle && line.level > piece.level)
        });
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let distance = |line: &Line| (line.level - piece.level).abs();
        let nearest = near
            .filter_map(|at| lines.get(at).map(|line| (at, line)))
            .filter(|(_, line)| line.angle == piece.angle && distance(line) <= REACH * line.em)
            .min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)))
            .map(|(at, _)| at);
        match nearest.and_then(|at| lines.get_mut(at)) {
            Some(line) => {
                line.pieces.push(piece);
                line.woven = true;
            }
            None => {
                let (angle, level, em) = (piece.angle, piece.level, piece.em);
                stray.push(Line { pieces: vec![piece], angle, level, em, woven: false });
            }
        }
    }
    lines.append(&mut stray);
}

fn written_out(text: &PageText, lines: &[Line]) -> Vec<u32> {
    let mut order: Vec<u32> = Vec::with_capacity(text.glyphs.len());
    let mut woven: Vec<(f32, u32)> = Vec::new();
    for line in lines {
        let indices = line.pieces.iter().flat_map(|piece| (piece.first..).take(piece.count));
        let indices = indices.map(|index| u32::try_from(index).unwrap_or(u32::MAX));
        if !line.woven {
            order.extend(indices);
            continue;
        }
        woven.clear();
        for index in indices {
            let Some(glyph) = text.glyphs.get(index as usize) else { continue };
            woven.push((place_in_line(text, glyph), index));
        }
        woven.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        order.extend(woven.iter().map(|(_, index)| index));
    }
    order
}

/// Where a glyph stands among others on a line. An accent stands over the middle of its letter: it comes
/// behind where the letter begins, and before the next one does.
fn place_in_line(text: &PageText, glyph: &Glyph) -> f32 {
    let (from, _) = coordinates(text, glyph);
    let em = text.run(glyph).em;
    if !is_mark(glyph.character) && spacing_mark(glyph.character).is_none() {
        return from;
    }
    // Combining glyphs without a width are drawn back over what is before them.
    if glyph.width > 0.05 * em { from + glyph.width / 2.0 } else { from - 0.15 * em }
}
