//! JPEG: ISO/IEC 10918-1, its markers only. The data goes into the PDF as it is (`DCTDecode`, ISO 32000-2,
//! 7.4.8).

#![warn(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use super::super::deflate;
use super::{ColorModel, ImageError};

/// What is to be said of a JPEG beside its data.
pub(in super::super) struct Jpeg {
    pub(in super::super) model: ColorModel,
    pub(in super::super) data: Arc<[u8]>,
    /// Adobe's programs store CMYK with 255 for no ink.
    pub(in super::super) inverted: bool,
    /// Whether three components are RGB with no marker that would say so.
    pub(in super::super) untransformed: bool,
    /// A usable CMYK profile from `APP2`, compressed.
    pub(in super::super) profile: Option<Arc<[u8]>>,
    /// The major version of that profile.
    pub(in super::super) profile_version: u8,
}

/// What the segments said so far.
#[derive(Default)]
struct Markers {
    frame: Option<Frame>,
    adobe: Option<u8>,
    /// Parts of a colour profile, by number.
    profile: Vec<(u8, Vec<u8>)>,
    scans: usize,
}

#[derive(Clone, Copy)]
struct Frame {
    width: u16,
    height: u16,
    components: u8,
    /// Whether the components are called R, G, B.
    rgb: bool,
}

impl Jpeg {
    pub(super) fn read(bytes: &[u8]) -> Result<(u32, u32, Self), ImageError> {
        let (markers, end) = walk(bytes)?;
        let damaged = |what| ImageError::Jpeg { at: end, what };
        let frame = markers.frame.ok_or(damaged("there is no frame before the end"))?;
        if markers.scans == 0 {
            return Err(damaged("there is no scan before the end"));
        }
        let model = match frame.components {
            1 => ColorModel::Gray,
            3 => ColorModel::Rgb,
            4 => ColorModel::Cmyk,
            other => return Err(ImageError::Unsupported { what: format!("a JPEG with {other} components") }),
        };
        let cmyk = model == ColorModel::Cmyk;
        let profile = cmyk.then(|| join(markers.profile)).flatten();
        let jpeg = Self {
            model,
            data: bytes.get(..end).unwrap_or(bytes).into(),
            inverted: cmyk && markers.adobe.is_some(),
            untransformed: frame.rgb && markers.adobe.is_none(),
            profile_version: profile.as_ref().and_then(|profile| profile.get(8)).copied().unwrap_or(0),
            profile: profile.as_deref().map(deflate),
        };
        Ok((u32::from(frame.width), u32::from(frame.height), jpeg))
    }
}

/// Walks from marker to marker; what they say, and where the image ends.
fn walk(bytes: &[u8]) -> Result<(Markers, usize), ImageError> {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut markers = Markers::default();
    // Behind the start marker.
    let mut at = 2_usize;
    if !bytes.starts_with(b"\xFF\xD8") {
        return Err(ImageError::Jpeg { at: 0, what: "a start marker is missing" });
    }
    loop {
        let cut = ImageError::Jpeg { at, what: "it is cut off" };
        let Some(marker) = next_marker(bytes, &mut at, markers.scans > 0)? else { return Err(cut) };
        match marker {
            END => return Ok((markers, at)),
            // Markers without a segment: restarts, TEM.
            0xD0..=0xD7 | 0x01 => continue,
            0xD8 => return Err(ImageError::Jpeg { at, what: "a second image begins" }),
            _ => {}
        }
        let length = bytes.get(at..).and_then(|rest| rest.first_chunk().copied()).map(u16::from_be_bytes);
        let Some(length) = length.map(usize::from) else { return Err(cut) };
        let end = at.saturating_add(length);
        let Some(segment) = bytes.get(at.saturating_add(2)..end) else { return Err(cut) };
        markers.segment(marker, segment, at)?;
        if marker == SCAN {
            markers.scans = markers.scans.saturating_add(1);
        }
        at = end;
    }
}

/// The next marker; `at` moves behind it. Between scans the coded data is passed over.
fn next_marker(bytes: &[u8], at: &mut usize, in_data: bool) -> Result<Option<u8>, ImageError> {
    loop {
        let rest = bytes.get(*at..).unwrap_or_default();
        let Some(skipped) = memchr::memchr(0xFF, rest) else { return Ok(None) };
        if skipped > 0 && !in_data {
            return Err(ImageError::Jpeg { at: *at, what: "a marker is missing" });
        }
        let mut next = at.saturating_add(skipped).saturating_add(1);
        // Any number of fill bytes may come first.
        while bytes.get(next) == Some(&0xFF) {
            next = next.saturating_add(1);
        }
        let Some(code) = bytes.get(next) else { return Ok(None) };
        *at = next.saturating_add(1);
        match code {
            // A coded 0xFF.
            0 if in_data => {}
            0 => return Err(ImageError::Jpeg { at: next, what: "a marker is missing" }),
            code => return Ok(Some(*code)),
        }
    }
}

impl Markers {
    fn segment(&mut self, marker: u8, segment: &[u8], at: usize) -> Result<(), ImageError> {
        let unsupported = |what: &str| Err(ImageError::Unsupported { what: what.to_owned() });
        match marker {
            // Baseline, extended sequential, progressive.
            0xC0..=0xC2 => self.frame(segment, at),
            0xC3 | 0xC7 | 0xCB | 0xCF => unsupported("a lossless JPEG"),
            0xC5 | 0xC6 => unsupported("a hierarchical JPEG"),
            0xC9 | 0xCA | 0xCD | 0xCE | 0xCC => unsupported("a JPEG with arithmetic coding"),
            0xDC => unsupported("a JPEG whose height stands behind its data"),
            0xEE => {
                if let Some(rest) = segment.strip_prefix(b"Adobe") {
                    self.adobe = rest.get(6).copied();
                }
                Ok(())
            }
            0xE2 => {
                if let Some([number, _, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, part.to_vec()));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn frame(&mut self, segment: &[u8], at: usize) -> Result<(), ImageError> {
        let damaged = |what| ImageError::Jpeg { at, what };
        if self.frame.is_some() {
            return Err(damaged("a second frame begins"));
        }
        let [precision, h1, h0, w1, w0, components, specifications @ ..] = segment else {
            return Err(damaged("the frame is cut off"));
        };
        if *precision != 8 {
            return Err(ImageError::Unsupported { what: format!("a JPEG of {precision} bits") });
        }
        let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
        if width == 0 || height == 0 {
            return Err(damaged("the image has no size"));
        }
        if specifications.len() < usize::from(*components).saturating_mul(3) {
            return Err(damaged("the frame is cut off"));
        }
        let names = specifications.chunks_exact(3).filter_map(<[u8]>::first);
        let rgb = *components == 3 && names.copied().eq(*b"RGB");
        self.frame = Some(Frame { width, height, components: *components, rgb });
        Ok(())
    }
}

/// The whole profile, if it is one for CMYK and its header is sound.
fn join(mut parts: Vec<(u8, Vec<u8>)>) -> Option<Vec<u8>> {
    parts.sort_by_key(|(number, _)| *number);
    let whole: Vec<u8> = parts.into_iter().flat_map(|(_, part)| part).collect();
    let size = whole.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))?;
    let sound = usize::try_from(size).ok()? == whole.len()
        && whole.get(36..40)? == b"acsp"
        && whole.get(16..20)? == b"CMYK"
        && matches!(whole.get(12..16)?, b"prtr" | b"scnr" | b"mntr" | b"spac")
        && matches!(whole.get(8)?, 2 | 4);
    sound.then_some(whole)
}
