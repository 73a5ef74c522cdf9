//! Options as another system writes them, and what is signed with them.

use kyso::sign_cloud::{MetaData, Options};
use kyso::{Fault, Limits};

use super::{at, p256};

const DOCUMENT: &[u8] = include_bytes!("../../testdata/pdf/minimal.pdf");
const INVOICE: &[u8] = include_bytes!("../../testdata/xml/tt78-invoice.xml");

/// Reads `data` as the JSON of a `signCloudMetaData`, and as lines of keys and values; what is read is
/// applied to a document of each format.
pub(crate) fn metadata(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match MetaData::from_json(text) {
        Ok(metadata) => {
            for options in std::iter::once(&metadata.singleton).chain(&metadata.counter) {
                apply(options);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty() && error.fault() == Fault::Caller),
    }
    let entries = text.lines().filter_map(|line| line.split_once('='));
    if let Ok(options) = Options::from_entries(entries) {
        apply(&options);
    }
}

fn apply(options: &Options) {
    let chain = &p256().chain;
    let mut limits = Limits::default();
    limits.image_pixels = 1 << 18;
    match options.pdf.apply(kyso::pdf::Signing::new(chain), &limits) {
        Ok(signing) => match signing.prepare(DOCUMENT, &at(5)) {
            Ok(prepared) => {
                let value = p256().answer(&prepared.request());
                let signed = prepared.accept(&value).expect("a right value").to_bytes().expect("in memory");
                assert!(signed.starts_with(DOCUMENT));
            }
            Err(error) => assert!(
                matches!(error.fault(), Fault::Caller | Fault::Document | Fault::Limit | Fault::Unsupported),
                "{error}"
            ),
        },
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Err(error) = options.xml.signing(chain).prepare(INVOICE, &at(5)) {
        assert_ne!(error.fault(), Fault::Signer, "{error}");
    }
}
