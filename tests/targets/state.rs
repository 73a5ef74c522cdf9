//! Any bytes as a state, and true states with fields replaced by somebody who knows how to hash.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::algorithm::Suite;
use kyso::pdf::{Prepared, PreparedCms, Signing};
use kyso::{ServiceKind, SignatureValue, State};
use serde_json::Value;
use sha2::Digest as _;

use super::{at, ed25519, limits, p256};

/// The document that the states are for.
pub(crate) const DOCUMENT: &[u8] = include_bytes!("../../testdata/pdf/minimal.pdf");

/// A true state, the value that belongs to it, and the document that comes of both.
pub(crate) struct Genuine {
    pub(crate) json: String,
    pub(crate) value: SignatureValue,
    pub(crate) signed: Vec<u8>,
    byte_range: [u64; 4],
    suite: Suite,
    whole_cms: bool,
}

pub(crate) fn genuine() -> &'static [Genuine; 3] {
    static GENUINE: OnceLock<[Genuine; 3]> = OnceLock::new();
    GENUINE.get_or_init(|| {
        let raw = |identity: &super::Identity| {
            let prepared = Signing::new(&identity.chain)
                .document("contract")
                .prepare(DOCUMENT, &at(4))
                .expect("a document that can be signed");
            let (json, value) = (prepared.state().to_json(), identity.answer(&prepared.request()));
            let suite = prepared.request().suite();
            let signed = prepared.accept(&value).expect("a right value");
            let byte_range = signed.byte_range();
            let signed = signed.to_bytes().expect("in memory");
            Genuine { json, value, signed, byte_range, suite, whole_cms: false }
        };
        let prepared = Signing::new(&p256().chain)
            .document("contract")
            .reserve(6000)
            .prepare_for_cms(DOCUMENT, &at(4))
            .expect("a document that can be signed");
        let (json, suite) = (prepared.state().to_json(), prepared.request().suite());
        let cms = p256().cms(prepared.request().digest().expect("a digest"));
        let value = SignatureValue::from_bytes(cms);
        let signed = prepared.accept(&value).expect("a right value");
        let byte_range = signed.byte_range();
        let signed = signed.to_bytes().expect("in memory");
        let cms = Genuine { json, value, signed, byte_range, suite, whole_cms: true };
        [raw(p256()), raw(ed25519()), cms]
    })
}

/// The envelope around a state that somebody changed, with the right hash.
pub(crate) fn enveloped(state: &str) -> String {
    let hash: String = sha2::Sha256::digest(state.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!(r#"{{"kyso_state":1,"sha256":"{hash}","state":{state}}}"#)
}

pub(crate) fn state_resume(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        resumed(text);
        resumed(&enveloped(text));
        let _ = State::open(b"a key of sixteen", text);
    }
    if let Some(text) = forged(data) {
        resumed(&text);
    }
}

/// A state that can be read is resumed and given every value there is: what comes out, if anything, is
/// the document that was prepared, outside the gap byte for byte.
fn resumed(json: &str) {
    let limits = limits();
    let Ok(state) = State::from_json_within(json, &limits) else { return };
    for genuine in genuine() {
        // Checking costs most; a value is tried where it could be one.
        let signed = match state.service() {
            ServiceKind::Raw if !genuine.whole_cms => {
                let Ok(prepared) = Prepared::resume_within(state.clone(), DOCUMENT, &limits) else { return };
                if prepared.request().suite() != genuine.suite {
                    continue;
                }
                prepared.accept(&genuine.value).ok()
            }
            ServiceKind::Cms if genuine.whole_cms => {
                PreparedCms::resume_within(state.clone(), DOCUMENT, &limits)
                    .ok()
                    .and_then(|prepared| prepared.accept(&genuine.value).ok())
            }
            _ => continue,
        };
        let Some(signed) = signed else { continue };
        assert_eq!(signed.byte_range(), genuine.byte_range, "another gap");
        let [_, before, after, _] = genuine.byte_range.map(|number| usize::try_from(number).expect("small"));
        let out = signed.to_bytes().expect("in memory");
        assert_eq!(out[..before], genuine.signed[..before], "other bytes before the gap");
        assert_eq!(out[after..], genuine.signed[after..], "other bytes behind the gap");
    }
}

/// A true state in which `data` says what is changed: one edit after another, each a field, a way, and
/// a counted piece of bytes.
fn forged(data: &[u8]) -> Option<String> {
    let (which, mut rest) = data.split_first()?;
    let json = &genuine()[usize::from(*which) % 3].json;
    let envelope: Value = serde_json::from_str(json).expect("JSON");
    let mut state = envelope["state"].clone();
    while let [field, way, length, tail @ ..] = rest {
        let piece;
        (piece, rest) = tail.split_at(tail.len().min(usize::from(*length)));
        let fields = state.as_object_mut()?;
        let name = fields.keys().nth(usize::from(*field) % fields.len())?.clone();
        edit(fields.get_mut(&name)?, *way, piece);
    }
    Some(written(&state))
}

/// The envelope around changed fields, in the order in which a state has them: only so it can be read.
pub(crate) fn written(state: &Value) -> String {
    const ORDER: [&str; 15] = [
        "format",
        "service",
        "document",
        "input_length",
        "input_digest",
        "signature_algorithm",
        "digest_algorithm",
        "subfilter",
        "chain",
        "revision_head",
        "gap",
        "revision_tail",
        "signature_object",
        "byte_range_digest",
        "signed_attributes",
    ];
    let fields = state.as_object().expect("an object");
    let strange = fields.keys().map(String::as_str).filter(|name| !ORDER.contains(name));
    let members = ORDER.into_iter().chain(strange).filter_map(|name| {
        let value = fields.get(name)?;
        Some(format!("{name:?}:{value}"))
    });
    enveloped(&format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
}

fn edit(value: &mut Value, way: u8, piece: &[u8]) {
    if let Value::Array(items) = value
        && !items.is_empty()
    {
        let at = usize::from(way) / 8 % items.len();
        return match way % 8 {
            0 => drop(items.remove(at)),
            1 => items.push(items[at].clone()),
            2 => items.reverse(),
            _ => edit(&mut items[at], way, piece),
        };
    }
    let decoded = value.as_str().and_then(|text| STANDARD.decode(text).ok()).filter(|bytes| bytes.len() > 40);
    let replaced = match (way % 8, decoded) {
        (0, _) => serde_json::from_slice(piece).ok(),
        (1, Some(bytes)) => piece.split_first_chunk::<2>().map(|(at, new)| {
            let at = usize::from(u16::from_le_bytes(*at)) % bytes.len();
            let kept = bytes.len().min(at + new.len());
            base64(&[&bytes[..at], new, &bytes[kept..]])
        }),
        (2, Some(bytes)) => piece.split_first_chunk::<2>().map(|(at, new)| {
            let at = usize::from(u16::from_le_bytes(*at)) % bytes.len();
            base64(&[&bytes[..at], new, &bytes[at..]])
        }),
        (3, Some(bytes)) => piece.first_chunk::<3>().map(|[low, high, count]| {
            let at = usize::from(u16::from_le_bytes([*low, *high])) % bytes.len();
            base64(&[&bytes[..at], &bytes[bytes.len().min(at + usize::from(*count))..]])
        }),
        (4, Some(_)) => Some(base64(&[piece])),
        (5, _) => piece.first_chunk::<8>().map(|bytes| Value::from(u64::from_le_bytes(*bytes))),
        (6, _) => value
            .as_u64()
            .zip(piece.first())
            .map(|(number, step)| Value::from(number.wrapping_add_signed(i64::from(step.cast_signed())))),
        _ => std::str::from_utf8(piece).ok().map(Value::from),
    };
    if let Some(replaced) = replaced {
        *value = replaced;
    }
}

fn base64(parts: &[&[u8]]) -> Value {
    Value::from(STANDARD.encode(parts.concat()))
}
