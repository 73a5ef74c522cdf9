//! Which colour spaces a document allows, and the resources they need.

use std::sync::{Arc, OnceLock};

use super::Color;
use super::content::Content;
use super::icc::{self, Profiles};
use super::image::{ColorModel, Image, ImageError, Kind, Plane, Raster};
use super::template::Surroundings;
use crate::syntax::pdf::object::{Dictionary, Object};
use crate::syntax::pdf::{Graph, ObjectId};

/// The name of the colour space of all drawing that is not in an image.
const SPACE: &str = "CS0";

/// Sets colours and adds images as the surroundings allow.
pub(super) struct Painter<'a> {
    surroundings: &'a Surroundings,
    profiles: &'a OnceLock<Profiles>,
    srgb: Option<ObjectId>,
    gray: Option<ObjectId>,
    named: bool,
}

impl<'a> Painter<'a> {
    pub(super) fn new(surroundings: &'a Surroundings, profiles: &'a OnceLock<Profiles>) -> Self {
        Self { surroundings, profiles, srgb: None, gray: None, named: false }
    }

    /// Whether device colours of a model may be used (ISO 19005-1, 6.2.3.3; 19005-2, 6.2.4.3).
    fn device(&self, model: ColorModel) -> bool {
        let intent = self.surroundings.output_intent;
        self.surroundings.pdfa.is_none()
            || intent == Some(model)
            || model == ColorModel::Gray && intent.is_some()
    }

    fn srgb(&mut self, graph: &mut Graph) -> ObjectId {
        let profiles = self.profiles.get_or_init(Profiles::new);
        *self.srgb.get_or_insert_with(|| icc::add_space(graph, &profiles.srgb, 3))
    }

    /// Sets the colour to fill with.
    pub(super) fn fill(&mut self, graph: &mut Graph, content: &mut Content, color: Color) {
        self.set(graph, content, color, ["g", "rg", "cs", "sc"]);
    }

    /// Sets the colour of lines.
    pub(super) fn stroke(&mut self, graph: &mut Graph, content: &mut Content, color: Color) {
        self.set(graph, content, color, ["G", "RG", "CS", "SC"]);
    }

    fn set(&mut self, graph: &mut Graph, content: &mut Content, color: Color, operators: [&str; 4]) {
        let [gray, rgb, space, components] = operators;
        let parts = color.components();
        let values = parts.map(|value| f64::from(value) / 255.0);
        let [red, green, blue] = parts;
        if red == green && green == blue && self.device(ColorModel::Gray) {
            let [value, ..] = values;
            content.op(&[value], gray);
        } else if self.device(ColorModel::Rgb) {
            content.op(&values, rgb);
        } else {
            self.srgb(graph);
            self.named = true;
            content.name_op(SPACE, space);
            content.op(&values, components);
        }
    }

    /// The colour spaces for the resources, if any was used.
    pub(super) fn color_spaces(&self) -> Option<Dictionary> {
        let id = self.srgb.filter(|_| self.named)?;
        let mut spaces = Dictionary::new();
        spaces.set(SPACE.as_bytes(), id);
        Some(spaces)
    }

    fn space(&mut self, graph: &mut Graph, model: ColorModel) -> Result<Object, ImageError> {
        if self.device(model) {
            return Ok(Object::name(model.device()));
        }
        Ok(match model {
            ColorModel::Rgb => self.srgb(graph).into(),
            ColorModel::Gray => {
                let profile = &self.profiles.get_or_init(Profiles::new).gray;
                Object::from(*self.gray.get_or_insert_with(|| icc::add_space(graph, profile, 1)))
            }
            ColorModel::Cmyk => return Err(ImageError::UncalibratedCmyk),
        })
    }

    /// Adds an image; the image XObject. Where soft masks are not allowed, `flatten` does without.
    pub(super) fn image(
        &mut self,
        graph: &mut Graph,
        image: &Image,
        flatten: impl FnOnce(&Raster) -> (ColorModel, Plane),
    ) -> Result<ObjectId, ImageError> {
        let mut entries = Dictionary::with_room();
        let data = match image.kind() {
            Kind::Raster(raster) => {
                let flat;
                let (model, plane) = match &raster.alpha {
                    Some(_) if !self.surroundings.allows_transparency() => {
                        flat = flatten(raster);
                        (flat.0, &flat.1)
                    }
                    Some(alpha) => {
                        let mut mask = alpha.dictionary();
                        image_entries(&mut mask, image, Object::name("DeviceGray"));
                        let mask = graph.push_stream(mask, Arc::clone(&alpha.data));
                        entries.set(b"SMask", mask);
                        (raster.model, &raster.color)
                    }
                    None => (raster.model, &raster.color),
                };
                for (key, value) in plane.dictionary().iter() {
                    entries.set(key, value.clone());
                }
                let space = self.space(graph, model)?;
                image_entries(&mut entries, image, space);
                Arc::clone(&plane.data)
            }
            Kind::Jpeg(jpeg) => {
                let most = if self.surroundings.pdfa == Some(1) { 2 } else { 4 };
                let own = jpeg.profile.as_ref().filter(|_| jpeg.profile_version <= most);
                let space = match own {
                    Some(profile) if !self.device(jpeg.model) => icc::add_space(graph, profile, 4).into(),
                    _ => self.space(graph, jpeg.model)?,
                };
                image_entries(&mut entries, image, space);
                entries.set(b"Filter", Object::name("DCTDecode"));
                if jpeg.untransformed {
                    let mut parameters = Dictionary::new();
                    parameters.set(b"ColorTransform", 0);
                    entries.set(b"DecodeParms", parameters);
                }
                if jpeg.inverted {
                    let range = [1, 0].repeat(usize::from(jpeg.model.components()));
                    entries.set(b"Decode", Object::Array(range.into_iter().map(Object::Integer).collect()));
                }
                Arc::clone(&jpeg.data)
            }
        };
        Ok(graph.push_stream(entries, data))
    }
}

fn image_entries(entries: &mut Dictionary, image: &Image, space: Object) {
    entries.set(b"Type", Object::name("XObject"));
    entries.set(b"Subtype", Object::name("Image"));
    entries.set(b"Width", i64::from(image.width()));
    entries.set(b"Height", i64::from(image.height()));
    entries.set(b"ColorSpace", space);
    entries.set(b"BitsPerComponent", 8);
}
