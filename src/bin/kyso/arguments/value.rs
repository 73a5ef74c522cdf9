//! Values of options: from text to what the library takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use kyso::algorithm::{Digest, DigestAlgorithm};
use kyso::pdf::{FieldLock, Item};
use kyso::xml::{C14nMethod, KeyInfo, ProductionPlace};

use super::visible::item;

/// The commitments that ETSI TS 101 903, 7.2.6, has names for.
const COMMITMENTS: [(&str, &str); 6] = [
    ("proof-of-origin", "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin"),
    ("proof-of-receipt", "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt"),
    ("proof-of-delivery", "http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery"),
    ("proof-of-sender", "http://uri.etsi.org/01903/v1.2.2#ProofOfSender"),
    ("proof-of-approval", "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval"),
    ("proof-of-creation", "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation"),
];

/// The parts of a place.
const PLACE: &str = "city, street, state, postal-code and country";

/// What KeyInfo holds.
#[derive(Clone, Debug)]
pub(crate) struct KeyInfoList(pub(crate) Vec<KeyInfo>);

/// The prefix of a signature's elements; `None` for the default namespace.
#[derive(Clone, Debug)]
pub(crate) struct Prefix(pub(crate) Option<String>);

/// A parser for the words that `from` knows.
pub(crate) fn words<T: Clone + Send + Sync + 'static>(
    words: &'static [&'static str],
    from: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words).try_map(move |word| from(&word).ok_or("unknown word"))
}

pub(crate) fn c14n_method() -> impl TypedValueParser<Value = C14nMethod> {
    words(
        &["c14n10", "c14n10-comments", "c14n11", "c14n11-comments", "exc", "exc-comments"],
        C14nMethod::from_name,
    )
}

pub(crate) fn time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|error| format!("{error}; write it as 2026-11-21T09:30:00+07:00"))
}

pub(crate) fn prefix(text: &str) -> Result<Prefix, String> {
    match text {
        "none" => Ok(Prefix(None)),
        "" => Err("no prefix; write none for the default namespace".to_owned()),
        prefix => Ok(Prefix(Some(prefix.to_owned()))),
    }
}

pub(crate) fn key_info(text: &str) -> Result<KeyInfoList, String> {
    if text == "none" {
        return Ok(KeyInfoList(Vec::new()));
    }
    let part = |name: &str| {
        KeyInfo::from_name(name.trim()).ok_or_else(|| {
            format!(
                "{name:?} is none of certificate, chain, subject-name, issuer-serial and key-value; \
                 none stands alone"
            )
        })
    };
    text.split(',').map(part).collect::<Result<_, _>>().map(KeyInfoList)
}

/// `sha256:BASE64`.
pub(crate) fn policy_digest(text: &str) -> Result<Digest, String> {
    let (name, value) = text.split_once(':').ok_or("no colon; write it as sha256:BASE64")?;
    let algorithm = DigestAlgorithm::from_name(name)
        .ok_or_else(|| format!("{name:?} is none of sha1, sha256, sha384 and sha512"))?;
    let value = STANDARD.decode(value).map_err(|error| format!("no base64: {error}"))?;
    Digest::from_bytes(algorithm, &value)
        .ok_or_else(|| format!("{name} has {} bytes, not {}", algorithm.len(), value.len()))
}

/// A name that is known, an object identifier or a URI.
pub(crate) fn commitment(text: &str) -> Result<String, String> {
    if let Some((_, uri)) = COMMITMENTS.iter().find(|(name, _)| *name == text) {
        return Ok((*uri).to_owned());
    }
    let arcs = || text.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()));
    if text.contains(':') || (text.contains('.') && arcs()) {
        return Ok(text.to_owned());
    }
    let names: Vec<_> = COMMITMENTS.iter().map(|(name, _)| *name).collect();
    Err(format!("no OID, no URI, and none of {}", names.join(", ")))
}

/// `city=Hà Nội,country=VN`. A comma that no `key=` follows belongs to the text before it.
pub(crate) fn production_place(text: &str) -> Result<ProductionPlace, String> {
    let mut parts: Vec<(&str, String)> = Vec::new();
    for piece in text.split(',') {
        match (piece.split_once('='), parts.last_mut()) {
            (Some((key, value)), _) => {
                let key = key.trim();
                if parts.iter().any(|(other, _)| *other == key) {
                    return Err(format!("{key} is there twice"));
                }
                parts.push((key, value.trim().to_owned()));
            }
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(piece.trim_end());
            }
            (None, None) => return Err(format!("{piece:?} has no key; it is one of {PLACE}, and =")),
        }
    }
    let mut place = ProductionPlace::default();
    for (key, value) in parts {
        let part = match key {
            "city" => &mut place.city,
            "street" => &mut place.street,
            "state" => &mut place.state,
            "postal-code" => &mut place.postal_code,
            "country" => &mut place.country,
            _ => return Err(format!("{key:?} is none of {PLACE}")),
        };
        if value.is_empty() {
            return Err(format!("{key} is empty"));
        }
        *part = value;
    }
    Ok(place)
}

/// The lines of a visible signature.
#[derive(Clone, Debug)]
pub(crate) struct NamedList(pub(crate) Vec<Item>);

/// What stands before a line.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) item: Item,
    pub(crate) text: String,
}

const LINES: &str = "signer, date, reason, location and email";

pub(crate) fn named_list(text: &str) -> Result<NamedList, String> {
    if text == "none" {
        return Ok(NamedList(Vec::new()));
    }
    let mut items = Vec::new();
    for name in text.split(',').map(str::trim) {
        let item = item(name).ok_or_else(|| format!("{name:?} is none of {LINES}; none stands alone"))?;
        if items.contains(&item) {
            return Err(format!("{name} is there twice"));
        }
        items.push(item);
    }
    Ok(NamedList(items))
}

/// `signer=Ký bởi`.
pub(crate) fn item_label(text: &str) -> Result<Label, String> {
    let (name, label) = text.split_once('=').ok_or("no =; write it as signer=TEXT")?;
    let item = item(name.trim()).ok_or_else(|| format!("{name:?} is none of {LINES}"))?;
    Ok(Label { item, text: label.to_owned() })
}

/// Numbers with commas between them, in points.
fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let number = |word: &str| {
        let plain = word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
        word.parse::<f64>().ok().filter(|number| plain && number.is_finite())
    };
    let read: Option<Vec<f64>> = text.split(',').map(|word| number(word.trim())).collect();
    read.and_then(|read| read.try_into().ok()).ok_or_else(|| match N {
        1 => "no number in digits".to_owned(),
        _ => format!("{N} numbers with commas between them, in points"),
    })
}

pub(crate) fn two_numbers(text: &str) -> Result<[f64; 2], String> {
    numbers(text)
}

pub(crate) fn two_positive(text: &str) -> Result<[f64; 2], String> {
    let size: [f64; 2] = numbers(text)?;
    if size.iter().all(|side| *side > 0.0) { Ok(size) } else { Err("width and height above 0".to_owned()) }
}

pub(crate) fn corners(text: &str) -> Result<[f64; 4], String> {
    let corners @ [x1, y1, x2, y2] = numbers(text)?;
    if x1 < x2 && y1 < y2 {
        Ok(corners)
    } else {
        Err("X1,Y1,X2,Y2: the lower left corner, then the upper right one".to_owned())
    }
}

pub(crate) fn positive(text: &str) -> Result<f64, String> {
    let [number] = numbers(text)?;
    if number >= 0.0 { Ok(number) } else { Err("a number of points that is not negative".to_owned()) }
}

/// `all`, `include:A,B` or `exclude:A,B`.
pub(crate) fn lock(text: &str) -> Result<FieldLock, String> {
    let (kind, names) = text.split_once(':').unwrap_or((text, ""));
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    match (kind, names.is_empty()) {
        ("all", true) => Ok(FieldLock::all()),
        ("include", false) => Ok(FieldLock::include(names)),
        ("exclude", false) => Ok(FieldLock::exclude(names)),
        ("include" | "exclude", true) => Err(format!("{kind} needs names of fields: {kind}:A,B")),
        _ => Err("write it as all, include:A,B or exclude:A,B".to_owned()),
    }
}
