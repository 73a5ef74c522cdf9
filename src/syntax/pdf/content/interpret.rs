//! Runs a content stream as far as it places text: ISO 32000-2, 8.4, 8.10 and 9.3 to 9.4.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::document::{Document, Loaded};
use super::super::error::PdfError;
use super::super::geometry::{Matrix, PageGeometry};
use super::super::object::{Dictionary, Name, Object, ObjectId};
use super::super::page::Page;
use super::super::text::decode;
use super::font::{Font, Fonts};
use super::text::{Glyph, PageText, Run};
use super::token::{OPERANDS, Operand, Operation, Tokens};
use super::tolerate;
use crate::source::Source;

/// Forms in forms are followed this deep.
const FORMS: usize = 24;

/// Drawing a form counts as so many tokens, because it takes as long.
const FORM: u64 = 500;

/// Bytes of an object that take as long as a token.
const TOKEN_BYTES: u64 = 4;

/// Graphics states that may be saved at a time, and marked content that may be open.
const SAVED: usize = 1024;

/// The part of the graphics state that places text.
#[derive(Clone, Debug)]
struct State {
    /// From user space to the page as displayed.
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    character_spacing: f64,
    word_spacing: f64,
    /// `Tz` as a factor.
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Resources of a page or form, as far as they were looked at.
#[derive(Default)]
struct Scope {
    resources: Dictionary,
    fonts: Option<Dictionary>,
    forms: Option<Dictionary>,
    properties: Option<Dictionary>,
    known: HashMap<Name, Option<Rc<Font>>>,
}

/// Reads the text of pages.
pub(super) struct Interpreter<'a, S> {
    document: &'a Document<S>,
    fonts: Fonts,
    /// Tokens that may still be read.
    tokens: u64,
    /// What the document had parsed when that was last counted.
    parsed: u64,
    /// The forms that are being drawn.
    drawing: Vec<ObjectId>,
}

impl<'a, S: Source> Interpreter<'a, S> {
    pub(super) fn new(document: &'a Document<S>) -> Self {
        let tokens = document.view().limits().content_tokens;
        let parsed = document.view().parsed();
        Self { document, fonts: Fonts::default(), tokens, parsed, drawing: Vec::new() }
    }

    /// Reads the text of a page into `text`, which is emptied first. What is damaged is left out.
    pub(super) fn read(&mut self, page: &Page, text: &mut PageText) -> Result<(), PdfError> {
        text.clear();
        let document = self.document;
        let Some(geometry) = tolerate(document, PageGeometry::of(page, document))? else { return Ok(()) };
        let content = contents(document, page)?;
        let resources = tolerate(document, page.get(document, b"Resources"))?;
        let mut scope = Scope {
            resources: resources.and_then(Object::into_dictionary).unwrap_or_default(),
            ..Scope::default()
        };
        let state = State {
            ctm: geometry.to_displayed(),
            font: None,
            size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        self.drawing.clear();
        self.run(&content, &mut scope, state, text)
    }

    fn run(
        &mut self,
        content: &[u8],
        scope: &mut Scope,
        state: State,
        text: &mut PageText,
    ) -> Result<(), PdfError> {
        let limits = self.document.view().limits();
        let mut tokens = Tokens::new(content, limits.depth, OPERANDS);
        let mut machine = Machine {
            state,
            saved: Vec::new(),
            beyond: 0,
            line: Matrix::IDENTITY,
            matrix: Matrix::IDENTITY,
            marked: Vec::new(),
            replacing: false,
        };
        let mut count = 0;
        while let Some(operation) = tokens.next(&mut count) {
            self.spend(count)?;
            count = 0;
            self.apply(&operation, &mut machine, scope, text)?;
            if text.is_full() {
                let limit = limits.page_glyphs as u64;
                return Err(PdfError::Limit { what: "characters on one page", limit });
            }
        }
        Ok(())
    }

    /// Counts what was read, or what takes as long as so many tokens; also the objects that were parsed
    /// since, at so many bytes to a token.
    pub(super) fn spend(&mut self, tokens: u64) -> Result<(), PdfError> {
        let limit = self.document.view().limits().content_tokens;
        let parsed = self.document.view().parsed();
        let objects = parsed.saturating_sub(self.parsed) / TOKEN_BYTES;
        self.parsed = parsed;
        let left = self.tokens.checked_sub(tokens.saturating_add(objects));
        self.tokens = left.ok_or(PdfError::Limit { what: "tokens in content streams", limit })?;
        Ok(())
    }

    fn apply(
        &mut self,
        operation: &Operation<'_, '_>,
        machine: &mut Machine,
        scope: &mut Scope,
        text: &mut PageText,
    ) -> Result<(), PdfError> {
        let number = || operation.numbers::<1>().map_or(0.0, |[value]| value);
        match operation.operator {
            b"q" => machine.save(),
            b"Q" => machine.restore(),
            b"cm" => {
                if let Some(numbers) = operation.numbers() {
                    machine.state.ctm = Matrix(numbers).then(&machine.state.ctm);
                }
            }
            b"BT" => machine.set_matrix(Matrix::IDENTITY),
            b"Tf" => {
                machine.state.size = number();
                if let Some(name) = operation.name(0) {
                    machine.state.font = self.font(scope, name)?;
                }
            }
            b"Tc" => machine.state.character_spacing = number(),
            b"Tw" => machine.state.word_spacing = number(),
            b"Tz" => machine.state.scale = number() / 100.0,
            b"TL" => machine.state.leading = number(),
            b"Ts" => machine.state.rise = number(),
            b"Td" => machine.move_by(operation.numbers().unwrap_or_default()),
            b"TD" => {
                let [x, y] = operation.numbers().unwrap_or_default();
                machine.state.leading = -y;
                machine.move_by([x, y]);
            }
            b"Tm" => {
                if let Some(numbers) = operation.numbers() {
                    machine.set_matrix(Matrix(numbers));
                }
            }
            b"T*" => machine.next_line(),
            b"Tj" => machine.show_all(operation, text),
            b"TJ" => machine.show_all(operation, text),
            b"'" => {
                machine.next_line();
                machine.show_all(operation, text);
            }
            b"\"" => {
                if let (Some(word), Some(character)) = (operation.number(0), operation.number(1)) {
                    machine.state.word_spacing = word;
                    machine.state.character_spacing = character;
                }
                machine.next_line();
                if let Some(Operand::String(range)) = operation.operands.last() {
                    machine.show(operation.string(range), text);
                }
            }
            b"BMC" => machine.mark(None, text),
            b"BDC" => {
                let actual = self.actual_text(operation, scope)?;
                self.spend(actual.as_ref().map_or(0, String::len) as u64)?;
                machine.mark(actual, text);
            }
            b"EMC" => machine.unmark(text),
            b"Do" => {
                if let Some(name) = operation.name(0) {
                    self.draw(name, scope, &machine.state, text)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn font(&mut self, scope: &mut Scope, name: &[u8]) -> Result<Option<Rc<Font>>, PdfError> {
        if let Some(known) = scope.known.get(name) {
            return Ok(known.clone());
        }
        let fonts = category(self.document, &scope.resources, &mut scope.fonts, b"Font")?;
        let Some(entry) = fonts.get(name) else { return Ok(None) };
        let font = self.fonts.get(self.document, entry)?;
        scope.known.insert(Name::from_slice(name), font.clone());
        Ok(font)
    }

    /// `/ActualText` of marked content.
    fn actual_text(
        &self,
        operation: &Operation<'_, '_>,
        scope: &mut Scope,
    ) -> Result<Option<String>, PdfError> {
        let of =
            |properties: &Dictionary| properties.get(b"ActualText").and_then(Object::as_string).map(decode);
        match operation.operands.last() {
            Some(Operand::Dictionary(properties)) => Ok(of(properties)),
            Some(Operand::Name(name)) => {
                let document = self.document;
                let all = category(document, &scope.resources, &mut scope.properties, b"Properties")?;
                let Some(entry) = all.get(name) else { return Ok(None) };
                let properties = tolerate(document, document.resolve(entry))?;
                Ok(properties.and_then(Object::into_dictionary).as_ref().and_then(of))
            }
            _ => Ok(None),
        }
    }

    /// Draws a form XObject: 8.10.1.
    fn draw(
        &mut self,
        name: &[u8],
        scope: &mut Scope,
        state: &State,
        text: &mut PageText,
    ) -> Result<(), PdfError> {
        self.spend(FORM)?;
        let document = self.document;
        let forms = category(document, &scope.resources, &mut scope.forms, b"XObject")?;
        let Some(Object::Reference(id)) = forms.get(name) else { return Ok(()) };
        let id = *id;
        if self.drawing.len() >= FORMS || self.drawing.contains(&id) {
            return Ok(());
        }
        let Some(Loaded { object: Object::Dictionary(form), stream_at: Some(_) }) =
            tolerate(document, document.load_whole(id))?
        else {
            return Ok(());
        };
        if form.name(b"Subtype") != Some(b"Form") {
            return Ok(());
        }
        let limit = document.view().limits().inflated_bytes;
        let Some(content) = tolerate(document, document.stream_data(id, limit))? else { return Ok(()) };
        let mut state = state.clone();
        let matrix = tolerate(document, document.get(&form, b"Matrix"))?;
        if let Some(matrix) = matrix.as_ref().and_then(Matrix::of) {
            state.ctm = matrix.then(&state.ctm);
        }
        self.drawing.push(id);
        let own = tolerate(document, document.get(&form, b"Resources"))?.and_then(Object::into_dictionary);
        let result = match own {
            Some(resources) => {
                let mut own = Scope { resources, ..Scope::default() };
                self.run(&content, &mut own, state, text)
            }
            // A form without resources of its own uses those of the page.
            None => self.run(&content, scope, state, text),
        };
        self.drawing.pop();
        result
    }
}

/// One category of resources, resolved once.
fn category<'s, S: Source>(
    document: &Document<S>,
    resources: &Dictionary,
    kept: &'s mut Option<Dictionary>,
    key: &[u8],
) -> Result<&'s Dictionary, PdfError> {
    if kept.is_none() {
        let found = tolerate(document, document.get(resources, key))?;
        *kept = found.and_then(Object::into_dictionary);
    }
    Ok(kept.get_or_insert_default())
}

/// The content streams of a page, one after the other: a token does not reach over the end of one
/// (7.8.2).
fn contents<S: Source>(document: &Document<S>, page: &Page) -> Result<Vec<u8>, PdfError> {
    let Some(entry) = page.placed.dictionary.get(b"Contents") else { return Ok(Vec::new()) };
    let parts = match tolerate(document, document.resolve(entry))? {
        Some(Object::Array(items)) => items,
        _ => vec![entry.clone()],
    };
    let limit = document.view().limits().inflated_bytes;
    let mut content = Vec::new();
    for part in parts {
        let Some(id) = part.as_reference() else { continue };
        let left = limit.saturating_sub(content.len() as u64);
        let Some(data) = tolerate(document, document.stream_data(id, left))? else { continue };
        if content.is_empty() {
            content = data;
        } else {
            content.push(b'\n');
            content.extend_from_slice(&data);
        }
    }
    Ok(content)
}

/// The state of one stream's run.
struct Machine {
    state: State,
    saved: Vec<State>,
    /// States saved beyond the bound: as many restores do nothing.
    beyond: u64,
    /// Where the line begins, and where the next glyph stands.
    line: Matrix,
    matrix: Matrix,
    /// Open marked content: where its glyphs begin, and what they are if it says.
    marked: Vec<Option<(usize, String)>>,
    /// Whether one of them says.
    replacing: bool,
}

impl Machine {
    fn save(&mut self) {
        if self.saved.len() < SAVED {
            self.saved.push(self.state.clone());
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    fn restore(&mut self) {
        if let Some(less) = self.beyond.checked_sub(1) {
            self.beyond = less;
        } else if let Some(state) = self.saved.pop() {
            self.state = state;
        }
    }

    const fn set_matrix(&mut self, matrix: Matrix) {
        self.line = matrix;
        self.matrix = matrix;
    }

    fn move_by(&mut self, [x, y]: [f64; 2]) {
        self.set_matrix(Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.line));
    }

    fn next_line(&mut self) {
        self.move_by([0.0, -self.state.leading]);
    }

    /// Moves on along the line, or down in vertical writing.
    fn advance(&mut self, by: f64, vertical: bool) {
        let (x, y) = if vertical { (0.0, by) } else { (by, 0.0) };
        self.matrix = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.matrix);
    }

    /// The strings of a show operator, with the adjustments between them.
    fn show_all(&mut self, operation: &Operation<'_, '_>, text: &mut PageText) {
        let vertical = self.state.font.as_ref().is_some_and(|font| font.is_vertical());
        for operand in operation.operands {
            match operand {
                Operand::String(range) => self.show(operation.string(range), text),
                Operand::Number(thousandths) => {
                    let scale = if vertical { 1.0 } else { self.state.scale };
                    self.advance(-thousandths / 1000.0 * self.state.size * scale, vertical);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, string: &[u8], text: &mut PageText) {
        let Some(font) = self.state.font.clone() else { return };
        let (size, scale) = (self.state.size, self.state.scale);
        let to_page = self.matrix.then(&self.state.ctm);
        let vertical = font.is_vertical();
        let run = if vertical {
            Run::new(&to_page, (0.0, -size), (size * scale, 0.0))
        } else {
            Run::new(&to_page, (size * scale, 0.0), (0.0, size))
        };
        let (unit_x, unit_y) = to_page.apply_vector(if vertical { (0.0, -1.0) } else { (1.0, 0.0) });
        let unit = unit_x.hypot(unit_y);
        let number = run.map(|run| {
            let (ascent, descent) = if vertical { (0.5, -0.5) } else { (font.ascent, font.descent) };
            let spacing = (self.state.character_spacing * scale * unit) as f32;
            let spacing = if (size < 0.0) != vertical { -spacing } else { spacing };
            text.begin(Run { ascent, descent, spacing, ..run })
        });
        // In text space, from where the string begins.
        let mut at = 0.0_f64;
        let mut rest = string;
        while let Some(code) = font.code(rest) {
            rest = rest.get(code.length..).unwrap_or(&[]);
            if text.is_full() {
                return;
            }
            let width = f64::from(font.width(code)) * size;
            let space = if code.length == 1 && code.value == 32 { self.state.word_spacing } else { 0.0 };
            let spacing = self.state.character_spacing + space;
            let place = if vertical { (0.0, -at) } else { (at, self.state.rise) };
            let step = if vertical { width - spacing } else { (width + spacing) * scale };
            if let Some(run) = number {
                let (x, y) = to_page.apply(place);
                let shown = if vertical { width } else { width * scale };
                let mut glyph = Glyph {
                    character: '\0',
                    run,
                    x: x as f32,
                    y: y as f32,
                    width: (shown.abs() * unit) as f32,
                    continued: false,
                };
                font.text(code, |character| {
                    text.glyphs.push(Glyph { character, ..glyph });
                    glyph.continued = true;
                });
            }
            at += step;
        }
        self.advance(if vertical { -at } else { at }, vertical);
    }

    fn mark(&mut self, actual: Option<String>, text: &PageText) {
        if self.marked.len() < SAVED {
            // What is inside replaced content is replaced with it.
            let actual = actual.filter(|_| !self.replacing);
            self.replacing |= actual.is_some();
            self.marked.push(actual.map(|actual| (text.glyphs.len(), actual)));
        }
    }

    fn unmark(&mut self, text: &mut PageText) {
        if let Some(Some((from, actual))) = self.marked.pop() {
            text.replace(from, &actual);
            self.replacing = false;
        }
    }
}
