//! The keys that are about PDF.

use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Key as Entry, SignCloudError};
use crate::appearance::Color;
use crate::syntax::pdf::PageNumber;

/// What the keys of a `SignCloudMetaData` ask of a signature on a PDF. What is `None` was not there.
///
/// All lengths are points, from the lower left of the page as it is displayed.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PdfOptions {
    /// `VISIBLESIGNATURE`. Without it the signature is visible when it has a place.
    pub visible: Option<bool>,
    /// `VISUALSTATUS`: the layers in which old readers show whether the signature is valid. It is in the
    /// printed samples only.
    pub visual_status: Option<bool>,
    /// `IMAGEANDTEXT`: image and text side by side.
    pub image_and_text: Option<bool>,
    /// `SIGNATUREIMAGE`: the bytes of a PNG or JPEG file.
    pub image: Option<Arc<[u8]>>,
    /// `PAGENO`.
    pub page: Option<PageNumber>,
    /// `POSITIONIDENTIFIER`: the text at which the signature is placed.
    pub position_identifier: Option<String>,
    /// `RECTANGLEOFFSET`: from the lower left of that text to the lower left of the signature.
    pub rectangle_offset: Option<[f64; 2]>,
    /// `RECTANGLESIZE`: width and height.
    pub rectangle_size: Option<[f64; 2]>,
    /// `COORDINATE`: lower left and upper right corner.
    pub coordinate: Option<[f64; 4]>,
    /// `TEXTCOLOR`.
    pub text_color: Option<Color>,
    /// `TEXTDIRECTION`.
    pub text_direction: Option<TextDirection>,
    /// `SHOWSIGNERINFO` and `SIGNERINFOPREFIX`.
    pub signer: Line,
    /// `SHOWDATETIME` and `DATETIMEPREFIX`.
    pub date: Line,
    /// `SHOWREASON` and `SIGNREASONPREFIX`.
    pub reason: Line,
    /// `SIGNREASON`.
    pub reason_text: Option<String>,
    /// `SHOWLOCATION` and `LOCATIONPREFIX`.
    pub location: Line,
    /// `LOCATION`.
    pub location_text: Option<String>,
    /// `SHOWEMAIL` and `EMAILPREFIX`.
    pub email: Line,
    /// `LOCKAFTERSIGNING`.
    pub lock_after_signing: Option<bool>,
}

/// A line of a visible signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Whether it is shown.
    pub show: Option<bool>,
    /// What stands before it.
    pub prefix: Option<String>,
}

/// `TEXTDIRECTION`: where the text stands next to the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextDirection {
    /// `LEFTTORIGHT`: text on the left, image on the right.
    LeftToRight,
    /// `RIGHTTOLEFT`: image on the left, text on the right.
    RightToLeft,
}

/// A key that is about PDF.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Visible,
    VisualStatus,
    ImageAndText,
    Image,
    Page,
    PositionIdentifier,
    RectangleOffset,
    RectangleSize,
    Coordinate,
    TextColor,
    TextDirection,
    Show(Part),
    Prefix(Part),
    Text(Part),
    Lock,
}

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Signer,
    Date,
    Reason,
    Location,
    Email,
}

const TRUTH: &str = "true or false";
const PREFIX: &str = "the text before the line";

const fn entry(key: Key, name: &'static str, allowed: &'static str) -> Entry<Key> {
    Entry { key, name, allowed }
}

/// The keys, with what their values may be.
pub(super) static KEYS: [Entry<Key>; 24] = [
    entry(Key::Visible, "VISIBLESIGNATURE", TRUTH),
    entry(Key::VisualStatus, "VISUALSTATUS", TRUTH),
    entry(Key::ImageAndText, "IMAGEANDTEXT", TRUTH),
    entry(Key::Image, "SIGNATUREIMAGE", "a PNG or JPEG image in base64"),
    entry(Key::Page, "PAGENO", "the number of a page, First or Last"),
    entry(Key::PositionIdentifier, "POSITIONIDENTIFIER", "a text of the document"),
    entry(Key::RectangleOffset, "RECTANGLEOFFSET", "two numbers, as in -30,5"),
    entry(Key::RectangleSize, "RECTANGLESIZE", "width and height above 0, as in 170,90"),
    entry(Key::Coordinate, "COORDINATE", "x1,y1,x2,y2 with x1 below x2 and y1 below y2, as in 0,0,300,60"),
    entry(Key::TextColor, "TEXTCOLOR", "the name of a colour, or #rrggbb"),
    entry(Key::TextDirection, "TEXTDIRECTION", "LEFTTORIGHT or RIGHTTOLEFT"),
    entry(Key::Show(Part::Signer), "SHOWSIGNERINFO", TRUTH),
    entry(Key::Prefix(Part::Signer), "SIGNERINFOPREFIX", PREFIX),
    entry(Key::Show(Part::Date), "SHOWDATETIME", TRUTH),
    entry(Key::Prefix(Part::Date), "DATETIMEPREFIX", PREFIX),
    entry(Key::Show(Part::Reason), "SHOWREASON", TRUTH),
    entry(Key::Prefix(Part::Reason), "SIGNREASONPREFIX", PREFIX),
    entry(Key::Text(Part::Reason), "SIGNREASON", "a text"),
    entry(Key::Show(Part::Location), "SHOWLOCATION", TRUTH),
    entry(Key::Prefix(Part::Location), "LOCATIONPREFIX", PREFIX),
    entry(Key::Text(Part::Location), "LOCATION", "a text"),
    entry(Key::Lock, "LOCKAFTERSIGNING", TRUTH),
    entry(Key::Show(Part::Email), "SHOWEMAIL", TRUTH),
    entry(Key::Prefix(Part::Email), "EMAILPREFIX", PREFIX),
];

impl PdfOptions {
    /// Whether the signature is visible: as `VISIBLESIGNATURE` says, else when it has a place.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.visible.unwrap_or_else(|| self.coordinate.is_some() || self.position_identifier.is_some())
    }

    /// Takes the value of a key, if it can be one.
    pub(super) fn set(&mut self, key: Key, value: &str) -> Option<()> {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            Key::Visible => self.visible = Some(truth(value)?),
            Key::VisualStatus => self.visual_status = Some(truth(value)?),
            Key::ImageAndText => self.image_and_text = Some(truth(value)?),
            Key::Image => self.image = Some(image(value)?),
            Key::Page => self.page = Some(PageNumber::from_str(value).ok()?),
            Key::PositionIdentifier => self.position_identifier = Some(text()?),
            Key::RectangleOffset => self.rectangle_offset = Some(numbers(value)?),
            Key::RectangleSize => {
                let size: [f64; 2] = numbers(value)?;
                self.rectangle_size = Some(size).filter(|size| size.iter().all(|side| *side > 0.0));
                self.rectangle_size?;
            }
            Key::Coordinate => {
                let corners @ [x1, y1, x2, y2] = numbers(value)?;
                self.coordinate = Some(corners).filter(|_| x1 < x2 && y1 < y2);
                self.coordinate?;
            }
            Key::TextColor => self.text_color = Some(Color::from_str(value).ok()?),
            Key::TextDirection => {
                self.text_direction = Some(match value.to_ascii_uppercase().as_str() {
                    "LEFTTORIGHT" => TextDirection::LeftToRight,
                    "RIGHTTOLEFT" => TextDirection::RightToLeft,
                    _ => return None,
                });
            }
            Key::Show(part) => self.line(part).show = Some(truth(value)?),
            Key::Prefix(part) => self.line(part).prefix = Some(value.to_owned()),
            Key::Text(Part::Reason) => self.reason_text = Some(text()?),
            Key::Text(_) => self.location_text = Some(text()?),
            Key::Lock => self.lock_after_signing = Some(truth(value)?),
        }
        Some(())
    }

    const fn line(&mut self, part: Part) -> &mut Line {
        match part {
            Part::Signer => &mut self.signer,
            Part::Date => &mut self.date,
            Part::Reason => &mut self.reason,
            Part::Location => &mut self.location,
            Part::Email => &mut self.email,
        }
    }

    /// What the keys say together.
    pub(super) fn check(&self) -> Result<(), SignCloudError> {
        let missing = |key, needed| Err(SignCloudError::Missing { key, needed });
        if self.coordinate.is_some() && self.position_identifier.is_some() {
            return Err(SignCloudError::Contradiction {
                first: "COORDINATE",
                second: "POSITIONIDENTIFIER",
                why: "a signature has one place",
            });
        }
        match (&self.position_identifier, self.rectangle_size, self.rectangle_offset) {
            (Some(_), None, _) => return missing("POSITIONIDENTIFIER", "RECTANGLESIZE"),
            (None, Some(_), _) => return missing("RECTANGLESIZE", "POSITIONIDENTIFIER"),
            (None, _, Some(_)) => return missing("RECTANGLEOFFSET", "POSITIONIDENTIFIER"),
            _ => {}
        }
        if self.visible == Some(true) && self.coordinate.is_none() && self.position_identifier.is_none() {
            return missing("VISIBLESIGNATURE", "COORDINATE, or POSITIONIDENTIFIER with RECTANGLESIZE");
        }
        Ok(())
    }
}

fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Numbers with commas between them.
fn numbers<const N: usize>(value: &str) -> Option<[f64; N]> {
    let numbers: Vec<f64> = value.split(',').map(|number| decimal(number.trim())).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// A number in points: digits, a sign and a full stop, nothing else that floating point has a name for.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    text.parse().ok().filter(|number: &f64| plain && number.abs() < 1e7)
}

/// A PNG or JPEG file in base64, which callers print with line breaks, back-ticks and without padding.
fn image(value: &str) -> Option<Arc<[u8]>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let text: Vec<u8> = value.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'`').collect();
    let bytes = LENIENT.decode(text).ok()?;
    let known = bytes.starts_with(b"\x89PNG\r\n\x1A\n") || bytes.starts_with(b"\xFF\xD8\xFF");
    known.then(|| bytes.into())
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    fn read<const N: usize>(entries: [(&str, &str); N]) -> Result<PdfOptions, SignCloudError> {
        Options::from_entries(entries).map(|options| options.pdf)
    }

    #[test]
    fn every_key_is_an_option() {
        let line = |prefix: &str| Line { show: Some(true), prefix: Some(prefix.to_owned()) };
        let options = read([
            ("VISIBLESIGNATURE", "true"),
            ("visualstatus", "False"),
            ("ImageAndText", "TRUE"),
            ("SIGNATUREIMAGE", "`iVBORw0K\r\nGgo"),
            ("PAGENO", "Last"),
            ("POSITIONIDENTIFIER", "'Người ký'"),
            ("RECTANGLEOFFSET", "'-30,5'"),
            ("RECTANGLESIZE", "'170, 90.5'"),
            ("TEXTCOLOR", "red"),
            ("TEXTDIRECTION", "righttoleft"),
            ("SHOWSIGNERINFO", "true"),
            ("SIGNERINFOPREFIX", "Signed by"),
            ("SHOWDATETIME", "true"),
            ("DATETIMEPREFIX", "Sign Date"),
            ("SHOWREASON", "true"),
            ("SIGNREASONPREFIX", "Reason"),
            ("SIGNREASON", "Ok"),
            ("SHOWLOCATION", "true"),
            ("LOCATIONPREFIX", "Place of signing"),
            ("LOCATION", "Hanoi"),
            ("LOCKAFTERSIGNING", "true"),
            ("SHOWEMAIL", "true"),
            ("EMAILPREFIX", "Email:"),
        ])
        .unwrap();
        let expected = PdfOptions {
            visible: Some(true),
            visual_status: Some(false),
            image_and_text: Some(true),
            image: Some(b"\x89PNG\r\n\x1A\n".as_slice().into()),
            page: Some(PageNumber::Last),
            position_identifier: Some("Người ký".to_owned()),
            rectangle_offset: Some([-30.0, 5.0]),
            rectangle_size: Some([170.0, 90.5]),
            coordinate: None,
            text_color: Some(Color::from_str("#ff0000").unwrap()),
            text_direction: Some(TextDirection::RightToLeft),
            signer: line("Signed by"),
            date: line("Sign Date"),
            reason: line("Reason"),
            reason_text: Some("Ok".to_owned()),
            location: line("Place of signing"),
            location_text: Some("Hanoi".to_owned()),
            email: line("Email:"),
            lock_after_signing: Some(true),
        };
        assert_eq!(options, expected);
        let placed = read([("COORDINATE", "'0,0,300,60'")]).unwrap();
        assert_eq!(placed.coordinate, Some([0.0, 0.0, 300.0, 60.0]));
        assert!(placed.is_visible());
        assert!(!read([("VISIBLESIGNATURE", "false"), ("COORDINATE", "0,0,9,9")]).unwrap().is_visible());
        assert!(!PdfOptions::default().is_visible());
    }

    #[test]
    fn a_bad_value_names_its_key() {
        for (key, value) in [
            ("VISIBLESIGNATURE", "yes"),
            ("VISUALSTATUS", ""),
            ("IMAGEANDTEXT", "1"),
            ("SIGNATUREIMAGE", "0,0,300,60"),
            ("SIGNATUREIMAGE", "AAAA"),
            ("PAGENO", "0"),
            ("PAGENO", "one"),
            ("POSITIONIDENTIFIER", ""),
            ("RECTANGLEOFFSET", "5"),
            ("RECTANGLESIZE", "0,90"),
            ("RECTANGLESIZE", "170,-90"),
            ("COORDINATE", "0,0,300"),
            ("COORDINATE", "300,0,0,60"),
            ("COORDINATE", "0,0,inf,60"),
            ("COORDINATE", "0,0,1e3,60"),
            ("COORDINATE", "0;0;300;60"),
            ("TEXTCOLOR", "reddish"),
            ("TEXTDIRECTION", "TOPTOBOTTOM"),
            ("SHOWSIGNERINFO", "x"),
            ("SHOWDATETIME", "x"),
            ("SHOWREASON", "x"),
            ("SIGNREASON", ""),
            ("SHOWLOCATION", "x"),
            ("LOCATION", ""),
            ("LOCKAFTERSIGNING", "x"),
            ("SHOWEMAIL", "x"),
        ] {
            let error = read([(key, value)]).unwrap_err();
            assert!(matches!(error, SignCloudError::Value { key: named, .. } if named == key), "{error}");
        }
    }

    #[test]
    fn keys_that_need_or_exclude_each_other() {
        let both = read([("COORDINATE", "0,0,9,9"), ("POSITIONIDENTIFIER", "x"), ("RECTANGLESIZE", "9,9")]);
        assert!(matches!(both, Err(SignCloudError::Contradiction { .. })));
        for (key, value) in [
            ("VISIBLESIGNATURE", "true"),
            ("POSITIONIDENTIFIER", "x"),
            ("RECTANGLESIZE", "9,9"),
            ("RECTANGLEOFFSET", "9,9"),
        ] {
            let error = read([(key, value)]).unwrap_err();
            assert!(matches!(error, SignCloudError::Missing { key: named, .. } if named == key), "{error}");
        }
    }
}
