//! Images and fonts that a caller brings for a visible signature.

use kyso::pdf::{Appearance, Font, Image, Item, Layout};
use kyso::{Fault, Limits};

/// Pixels that the fuzzer may ask for.
const PIXELS: u64 = 1 << 18;

/// Reads `data` as an image and as a font; what is accepted can be made a template of.
pub(crate) fn images(data: &[u8]) {
    let mut limits = Limits::default();
    limits.image_pixels = PIXELS;
    match Image::from_bytes(data, &limits) {
        Ok(image) => {
            let pixels = u64::from(image.width()) * u64::from(image.height());
            assert!(pixels > 0 && pixels <= PIXELS, "{image:?}");
            let appearance = Appearance::new().image(image).layout(Layout::TextLeft).line(Item::Signer);
            assert!(appearance.template().is_ok());
        }
        Err(error) => {
            assert!(matches!(error.fault(), Fault::Caller | Fault::Limit | Fault::Unsupported), "{error}")
        }
    }
    match Font::from_bytes(data, 0) {
        Ok(font) => assert!(Appearance::new().font(font).template().is_ok()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
