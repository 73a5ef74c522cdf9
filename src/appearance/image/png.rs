//! PNG: ISO/IEC 15948.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Transformations};

use super::super::Color;
use super::{ColorModel, ImageError, Plane, check_pixels};
use crate::limits::Limits;

/// A decoded image, eight bits to a component.
pub(in super::super) struct Raster {
    pub(in super::super) model: ColorModel,
    pub(in super::super) color: Plane,
    pub(in super::super) alpha: Option<Plane>,
    /// The samples with their alpha, kept where they may have to be flattened.
    samples: Option<Vec<u8>>,
    width: u32,
}

impl Raster {
    /// Width, height and pixels. Nothing is decoded before the size is known to be within the limits.
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<(u32, u32, Self), ImageError> {
        /// Decoded bytes of a pixel: at most four components of sixteen bits.
        const PIXEL: u64 = 8;
        let most = usize::try_from(limits.image_pixels.saturating_mul(PIXEL)).unwrap_or(usize::MAX);
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: most });
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let header = decoder.read_header_info()?;
        let (width, height) = (header.width, header.height);
        check_pixels(width, height, limits)?;
        let mut reader = decoder.read_info()?;
        check_palette(reader.info())?;
        let too_large = || ImageError::Limit {
            what: "bytes when decoded",
            value: u64::from(width).saturating_mul(u64::from(height)).saturating_mul(PIXEL),
            limit: most as u64,
        };
        let size = reader.output_buffer_size().filter(|size| *size <= most).ok_or_else(too_large)?;
        let mut samples = vec![0; size];
        let info = reader.next_frame(&mut samples)?;
        samples.truncate(info.buffer_size());
        let model = match info.color_type {
            ColorType::Grayscale | ColorType::GrayscaleAlpha => ColorModel::Gray,
            _ => ColorModel::Rgb,
        };
        if info.bit_depth != BitDepth::Eight || info.color_type == ColorType::Indexed {
            return Err(ImageError::Unsupported { what: format!("a PNG of {:?}", info.bit_depth) });
        }
        let alpha = matches!(info.color_type, ColorType::GrayscaleAlpha | ColorType::Rgba);
        Ok((width, height, Self::new(samples, width, model, alpha)))
    }

    fn new(samples: Vec<u8>, width: u32, model: ColorModel, has_alpha: bool) -> Self {
        let components = model.components();
        if !has_alpha {
            let color = Plane::new(&samples, width, components);
            return Self { model, color, alpha: None, samples: None, width };
        }
        let colors = usize::from(components);
        let pixels = || samples.chunks_exact(colors.saturating_add(1));
        let alpha: Vec<u8> = pixels().filter_map(|pixel| pixel.last().copied()).collect();
        let opaque = alpha.iter().all(|value| *value == u8::MAX);
        // What cannot be seen has no colour: that compresses better, and shows nothing that was hidden.
        let color: Vec<u8> = pixels()
            .flat_map(|pixel| {
                let hidden = pixel.last() == Some(&0);
                pixel.iter().take(colors).map(move |value| if hidden { u8::MAX } else { *value })
            })
            .collect();
        let color = Plane::new(&color, width, components);
        let alpha = (!opaque).then(|| Plane::new(&alpha, width, 1));
        let samples = alpha.is_some().then_some(samples);
        Self { model, color, alpha, samples, width }
    }

    /// The image over a background, without alpha. A coloured background makes grey images coloured.
    pub(in super::super) fn flatten(&self, background: Color) -> (ColorModel, Plane) {
        let Some(samples) = &self.samples else { return (self.model, self.color.clone()) };
        let [red, green, blue] = background.components();
        let neutral = red == green && green == blue;
        let gray = self.model == ColorModel::Gray;
        let model = if gray && neutral { ColorModel::Gray } else { ColorModel::Rgb };
        let behind = [red, green, blue];
        let count = usize::from(model.components());
        let mut flat = Vec::with_capacity(samples.len());
        for pixel in samples.chunks_exact(usize::from(self.model.components()).saturating_add(1)) {
            let Some((alpha, color)) = pixel.split_last() else { continue };
            // One grey serves all components.
            let color = color.iter().cycle();
            flat.extend(color.zip(behind).take(count).map(|(front, back)| over(*front, back, *alpha)));
        }
        (model, Plane::new(&flat, self.width, model.components()))
    }
}

/// Three bytes to an entry, at most 256 of them (11.2.2): the decoder takes that for granted.
fn check_palette(info: &png::Info<'_>) -> Result<(), ImageError> {
    const MOST: usize = 256 * 3;
    let bytes = info.palette.as_deref().map_or(0, <[u8]>::len);
    if bytes.is_multiple_of(3) && bytes <= MOST { Ok(()) } else { Err(ImageError::Palette { bytes }) }
}

/// A component in front of another, `alpha` of 255 opaque.
fn over(front: u8, back: u8, alpha: u8) -> u8 {
    let [front, back, alpha] = [front, back, alpha].map(u32::from);
    let sum = front * alpha + back * (255 - alpha);
    u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
}
