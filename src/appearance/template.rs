//! Drawing: the form XObject and all that it needs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::content::Content;
use super::date::DateFormat;
use super::error::AppearanceError;
use super::font::{Font, FontError};
use super::icc::Profiles;
use super::image::{Plane, Raster};
use super::item::{Facts, Item, Line};
use super::layout::{self, Area, Areas, Layout};
use super::paint::Painter;
use super::qr::Code;
use super::subset::{Glyphs, Subset};
use super::text::{self, Shaper};
use super::wrap::{self, Block};
use super::{Appearance, Border, Color, ColorModel, FontSize, status, write_text};
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{Graph, ObjectId};

/// The most characters of all lines together.
const TEXT_LIMIT: usize = 4096;

/// The longest side of a rectangle, in points: what readers without `UserUnit` can show.
const SIDE_LIMIT: f64 = 14_400.0;

/// The default margin: this share of the shorter side, within bounds in points.
const MARGIN_SHARE: f64 = 0.05;
const MARGINS: [f64; 2] = [1.0, 4.0];

/// Subsets remembered.
const SUBSETS: usize = 8;

/// Characters that dates are made of. They are in the subset of every appearance that shows the date, so
/// that tomorrow's needs no other.
const DATE_CHARACTERS: [&str; 13] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "/", ":", "+"];

/// An [`Appearance`] with everything done that does not depend on the document. Cheap to clone, and to be
/// shared by the threads of a batch: it remembers the font subsets it has made.
#[derive(Clone, Debug)]
pub struct AppearanceTemplate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    appearance: Appearance,
    layout: Layout,
    lines: Vec<Line>,
    date_format: DateFormat,
    shaper: Option<Shaper>,
    code: Option<Code>,
    /// Made when a PDF/A document first needs them.
    profiles: OnceLock<Profiles>,
    /// The image over the background, made when a document without transparency first needs it.
    flat: OnceLock<(ColorModel, Plane)>,
    subsets: Mutex<Vec<Arc<Subset>>>,
}

/// What of the document decides how an appearance may be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// The part of PDF/A that the document claims to conform to.
    pub(crate) pdfa: Option<u8>,
    /// The colours of the PDF/A output intent, if there is one.
    pub(crate) output_intent: Option<ColorModel>,
}

impl Surroundings {
    /// PDF/A-1 has no transparency; later parts need a blending space for it, which without an output
    /// intent only a changed page could give.
    pub(super) const fn allows_transparency(&self) -> bool {
        match self.pdfa {
            None => true,
            Some(part) => part >= 2 && self.output_intent.is_some(),
        }
    }
}

/// What was drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// All objects of the appearance.
    pub(crate) graph: Graph,
    /// The form XObject; its `/BBox` is `[0 0 width height]`.
    pub(crate) form: ObjectId,
    /// Lines that are not shown, because nothing is known to show in them.
    pub(crate) skipped: Vec<Item>,
}

impl AppearanceTemplate {
    pub(super) fn new(appearance: &Appearance) -> Result<Self, AppearanceError> {
        let layout = choose_layout(appearance)?;
        check_lengths(appearance)?;
        let mut lines = appearance.lines.clone();
        let picture = appearance.page.is_some() || appearance.qr.is_some() && appearance.layout.is_none();
        if lines.is_empty() && !appearance.lines_given && layout.shows_text() && !picture {
            let usual = |item: Item| Line { label: item.default_label().to_owned(), item };
            lines = vec![usual(Item::Signer), usual(Item::Date)];
        }
        if !layout.shows_text() {
            lines.clear();
        }
        let shaper = (!lines.is_empty()).then(|| fonts(appearance).map(Shaper::new)).transpose()?;
        Ok(Self(Arc::new(Inner {
            layout,
            lines,
            date_format: DateFormat::read(&appearance.date_format)?,
            shaper,
            code: appearance.qr.as_deref().map(Code::new).transpose()?,
            profiles: OnceLock::new(),
            flat: OnceLock::new(),
            subsets: Mutex::default(),
            appearance: appearance.clone(),
        })))
    }

    /// Draws the appearance for a rectangle of `size`, width and height in points as the viewer sees it.
    /// `matrix` becomes the form's `/Matrix`, by which the caller turns it with the page.
    pub(crate) fn draw(
        &self,
        facts: &Facts<'_>,
        size: (f64, f64),
        matrix: Option<[f64; 6]>,
        surroundings: &Surroundings,
    ) -> Result<Drawing, AppearanceError> {
        let inner = &*self.0;
        let appearance = &inner.appearance;
        let (width, height) = size;
        for (what, value) in [("the width of the rectangle", width), ("the height of the rectangle", height)]
        {
            if !(value > 0.0 && value <= SIDE_LIMIT) {
                return Err(AppearanceError::BadLength { what, value });
            }
        }
        if let (Some(part), Some(_)) = (surroundings.pdfa, &appearance.page) {
            return Err(AppearanceError::PageInArchive { part });
        }
        let mut skipped = Vec::new();
        let texts = inner.texts(facts, &mut skipped)?;
        let (area, gap) = inner.area(width, height)?;
        let aspect = appearance.image.as_ref().map(super::Image::aspect);
        let areas = layout::divide(inner.layout, area, gap, aspect, inner.code.is_some(), !texts.is_empty());

        let mut sheet = Sheet {
            graph: Graph::default(),
            content: Content::new(),
            painter: Painter::new(surroundings, &inner.profiles),
            objects: Dictionary::new(),
            fonts: Dictionary::new(),
        };
        sheet.content.raw("q");
        sheet.content.op(&[0.0, 0.0, width, height], "re").raw("W n");
        sheet.ground(appearance.background, appearance.border, [width, height]);
        if let Some(page) = &appearance.page {
            sheet.page(page, area);
        }
        inner.pictures(&mut sheet, &areas)?;
        if let (Some(shaper), Some(area), false) = (&inner.shaper, areas.text, texts.is_empty()) {
            let block = inner.block(shaper, &texts, area)?;
            inner.write_block(&mut sheet, shaper, &block, surroundings.pdfa == Some(1))?;
        }
        sheet.content.raw("Q");
        let Sheet { mut graph, content, mut painter, objects, fonts } = sheet;
        let mut resources = Dictionary::new();
        let parts = [(&b"Font"[..], fonts), (&b"XObject"[..], objects)];
        for (key, entries) in parts.into_iter().filter(|(_, entries)| entries.len() > 0) {
            resources.set(key, entries);
        }
        if let Some(spaces) = painter.color_spaces() {
            resources.set(b"ColorSpace", spaces);
        }
        let size = [width, height];
        let mut form = status::push_form(&mut graph, content, size, resources);
        if appearance.visual_status {
            form = status::wrap(&mut graph, &mut painter, form, size);
        }
        if let Some(matrix) = matrix {
            set_matrix(&mut graph, form, matrix);
        }
        Ok(Drawing { graph, form, skipped })
    }
}

/// The form being drawn.
struct Sheet<'a> {
    graph: Graph,
    content: Content,
    painter: Painter<'a>,
    objects: Dictionary,
    fonts: Dictionary,
}

impl Sheet<'_> {
    fn ground(&mut self, background: Option<Color>, border: Option<Border>, [width, height]: [f64; 2]) {
        if let Some(color) = background {
            self.painter.fill(&mut self.graph, &mut self.content, color);
            self.content.op(&[0.0, 0.0, width, height], "re").raw("f");
        }
        if let Some(Border { width: line, color }) = border.filter(|border| border.width > 0.0) {
            self.painter.stroke(&mut self.graph, &mut self.content, color);
            self.content.op(&[line], "w");
            self.content.op(&[line / 2.0, line / 2.0, width - line, height - line], "re").raw("S");
        }
    }

    /// A page in the middle of an area, as large as its aspect allows.
    fn page(&mut self, page: &super::PageContent, [x, y, width, height]: Area) {
        let (wide, high) = page.size();
        if !(wide > 0.0 && high > 0.0) {
            return;
        }
        let scale = (width / wide).min(height / high);
        let id = page.add_to(&mut self.graph);
        self.objects.set(b"Page", id);
        let (left, bottom) = (x + (width - wide * scale) / 2.0, y + (height - high * scale) / 2.0);
        self.content.raw("q").op(&[scale, 0.0, 0.0, scale, left, bottom], "cm");
        self.content.name_op("Page", "Do").raw("Q");
    }
}

impl Inner {
    /// The lines to be drawn, normalised.
    fn texts(&self, facts: &Facts<'_>, skipped: &mut Vec<Item>) -> Result<Vec<String>, AppearanceError> {
        let mut texts = Vec::new();
        let mut characters = 0_usize;
        for line in &self.lines {
            match line.text(facts, &self.date_format) {
                Some(text) => {
                    characters = characters.saturating_add(text.chars().take(TEXT_LIMIT + 1).count());
                    if characters > TEXT_LIMIT {
                        return Err(AppearanceError::TooMuchText { characters, limit: TEXT_LIMIT });
                    }
                    texts.extend(text::paragraphs(&text));
                }
                None => skipped.push(line.item.clone()),
            }
        }
        Ok(texts)
    }

    /// What is left within border and margins, and the room between parts.
    fn area(&self, width: f64, height: f64) -> Result<(Area, f64), AppearanceError> {
        let [least, most] = MARGINS;
        let usual = || (width.min(height) * MARGIN_SHARE).clamp(least, most);
        let margin = self.appearance.margin.unwrap_or_else(usual);
        let edge = margin + self.appearance.border.map_or(0.0, |border| border.width);
        let (wide, high) = (edge.mul_add(-2.0, width), edge.mul_add(-2.0, height));
        if wide <= 0.0 || high <= 0.0 {
            return Err(AppearanceError::NoRoom { width, height });
        }
        Ok(([edge, edge, wide, high], usual()))
    }

    fn pictures(&self, sheet: &mut Sheet<'_>, areas: &Areas) -> Result<(), AppearanceError> {
        if let (Some(image), Some([x, y, width, height])) = (&self.appearance.image, areas.image) {
            let background = self.appearance.background.unwrap_or(Color::WHITE);
            let flatten = |raster: &Raster| self.flat.get_or_init(|| raster.flatten(background)).clone();
            let id = sheet.painter.image(&mut sheet.graph, image, flatten)?;
            sheet.objects.set(b"Im0", id);
            sheet.content.raw("q").op(&[width, 0.0, 0.0, height, x, y], "cm");
            sheet.content.name_op("Im0", "Do").raw("Q");
        }
        if let (Some(code), Some(area)) = (&self.code, areas.qr) {
            sheet.painter.fill(&mut sheet.graph, &mut sheet.content, Color::WHITE);
            sheet.content.op(&area, "re").raw("f");
            sheet.painter.fill(&mut sheet.graph, &mut sheet.content, Color::BLACK);
            code.write(&mut sheet.content, area);
        }
        Ok(())
    }

    fn block(&self, shaper: &Shaper, texts: &[String], area: Area) -> Result<Block, AppearanceError> {
        let paragraphs = texts.iter().map(|text| shaper.shape(text)).collect::<Result<Vec<_>, _>>()?;
        wrap::lay_out(shaper, &paragraphs, area, self.appearance.size, self.appearance.align)
    }

    fn write_block(
        &self,
        sheet: &mut Sheet<'_>,
        shaper: &Shaper,
        block: &Block,
        with_cid_set: bool,
    ) -> Result<(), AppearanceError> {
        let mut glyphs = write_text::glyph_texts(block.lines.iter().map(|(line, _)| line));
        if self.lines.iter().any(|line| line.item == Item::Date) {
            let first = shaper.fonts().first();
            let used = glyphs.entry(0).or_default();
            for text in DATE_CHARACTERS {
                let id = first.and_then(|font| font.glyph(text.chars().next()?));
                id.map(|id| used.entry(id).or_insert(text));
            }
        }
        let mut subsets: BTreeMap<u8, Arc<Subset>> = BTreeMap::new();
        for (index, used) in &glyphs {
            let Some(font) = shaper.fonts().get(usize::from(*index)) else { continue };
            let subset = self.subset(font, used)?;
            let id = subset.add_to(&mut sheet.graph, with_cid_set);
            sheet.fonts.set(&[b'F', b'0'.saturating_add(*index)], id);
            subsets.insert(*index, subset);
        }
        sheet.painter.fill(&mut sheet.graph, &mut sheet.content, self.appearance.color);
        write_text::write(&mut sheet.content, block, &glyphs, |index| subsets.get(&index).map(|one| &**one));
        Ok(())
    }

    /// The subset for these glyphs, made once.
    fn subset(&self, font: &Font, glyphs: &Glyphs<'_>) -> Result<Arc<Subset>, FontError> {
        let known = |subsets: &mut Vec<Arc<Subset>>| {
            let index = subsets.iter().position(|subset| subset.is_for(font, glyphs))?;
            // What was used last stands last and is forgotten last.
            let found = subsets.remove(index);
            subsets.push(Arc::clone(&found));
            Some(found)
        };
        if let Some(found) = known(&mut self.subsets.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(found);
        }
        let made = Arc::new(Subset::new(font, glyphs)?);
        let mut subsets = self.subsets.lock().unwrap_or_else(PoisonError::into_inner);
        if subsets.len() >= SUBSETS {
            subsets.remove(0);
        }
        subsets.push(Arc::clone(&made));
        Ok(made)
    }
}

/// The fonts to draw with: the chosen one, then the bundled one.
fn fonts(appearance: &Appearance) -> Result<Vec<Font>, FontError> {
    let mut fonts: Vec<Font> = appearance.font.clone().into_iter().collect();
    let bundled = Font::bundled()?;
    if !fonts.iter().any(|font| font.is(&bundled)) {
        fonts.push(bundled);
    }
    Ok(fonts)
}

/// The layout that was asked for, if what it shows was given.
fn choose_layout(appearance: &Appearance) -> Result<Layout, AppearanceError> {
    let image = appearance.image.is_some();
    let Some(layout) = appearance.layout else {
        if !image && appearance.shows_nothing() {
            return Err(AppearanceError::Incomplete { layout: Layout::Text.name(), what: "a line" });
        }
        return Ok(match (image, appearance.lines.is_empty()) {
            (false, _) => Layout::Text,
            (true, true) => Layout::Image,
            (true, false) => Layout::TextRight,
        });
    };
    let picture = image || appearance.qr.is_some() || appearance.page.is_some();
    if layout.shows_text() && !layout.shows_image() && appearance.shows_nothing() {
        return Err(AppearanceError::Incomplete { layout: layout.name(), what: "a line" });
    }
    if layout.shows_image() && !picture {
        return Err(AppearanceError::Incomplete { layout: layout.name(), what: "an image" });
    }
    Ok(layout)
}

fn check_lengths(appearance: &Appearance) -> Result<(), AppearanceError> {
    let size = match appearance.size {
        FontSize::Points(points) => Some(points),
        FontSize::Fit => None,
    };
    let lengths = [
        ("the font size", size, size.is_none_or(|value| value > 0.0)),
        ("the margin", appearance.margin, true),
        ("the width of the border", appearance.border.map(|border| border.width), true),
    ];
    for (what, value, positive) in lengths {
        let Some(value) = value else { continue };
        if !((0.0..=SIDE_LIMIT).contains(&value) && positive) {
            return Err(AppearanceError::BadLength { what, value });
        }
    }
    Ok(())
}

fn set_matrix(graph: &mut Graph, form: ObjectId, matrix: [f64; 6]) {
    let index = usize::try_from(form.number).unwrap_or(usize::MAX);
    let Some(part) = graph.parts().get(index).cloned() else { return };
    if let Object::Dictionary(mut dictionary) = part.object {
        // A matrix can scale by little: more places than points need.
        let number = |value: f64| Object::Real(super::content::number(value).into());
        dictionary.set(b"Matrix", Object::Array(matrix.map(number).to_vec()));
        graph.replace(form, dictionary, part.data);
    }
}
