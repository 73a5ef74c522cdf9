//! Any bytes as an XML document.
//!
//! What stands behind the last byte 0xFF, which is in no UTF-8 text, are options; without one they are
//! all zero.

use std::sync::OnceLock;

use kyso::algorithm::DigestAlgorithm;
use kyso::verify::{self, Options, VerifyError, XmlReport};
use kyso::xml::{
    C14nMethod, Canonicalization, Entities, Filter, Format, KeyInfo, Packaging, Policy, PrepareError,
    Prepared, Reference, Signing, Transform,
};
use kyso::{Fault, Limits, Source, State};

use super::{Identity, at, ed25519, limits, p256};

const METHODS: [&str; 6] = ["c14n10", "c14n10-comments", "c14n11", "c14n11-comments", "exc", "exc-comments"];
const PREFIXES: [&str; 5] = ["#default", "p", "q", "ds", "xml"];

/// The bytes that choose what is done with a document.
struct Choice<'a>(&'a [u8]);

impl<'a> Choice<'a> {
    /// The document and its options.
    fn of(data: &'a [u8]) -> (&'a [u8], Self) {
        match data.iter().rposition(|byte| *byte == 0xFF) {
            // Elsewhere it may be half of a byte order mark.
            Some(at) if at > 1 => (&data[..at], Self(&data[at + 1..])),
            _ => (data, Self(&[])),
        }
    }

    fn byte(&self, at: usize) -> usize {
        self.0.get(at).copied().map_or(0, usize::from)
    }

    fn flag(&self, at: usize, bit: u32) -> bool {
        self.byte(at) >> bit & 1 == 1
    }

    fn method(&self, at: usize) -> C14nMethod {
        C14nMethod::from_name(METHODS[self.byte(at) % METHODS.len()]).expect("a method")
    }

    fn prefixes(&self, at: usize) -> Vec<&'static str> {
        let chosen = PREFIXES.iter().enumerate().filter(|(index, _)| self.byte(at) >> index & 1 == 1);
        chosen.map(|(_, prefix)| *prefix).collect()
    }
}

/// What is in memory, but comes a few bytes at a time.
struct Drops<'a>(&'a [u8]);

impl Source for Drops<'_> {
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        let few = buf.len().min(1 + usize::try_from(offset % 61).expect("small"));
        Source::read_at(self.0, offset, &mut buf[..few])
    }
}

fn octets<S: Source + ?Sized>(how: &Canonicalization, document: &S) -> Result<Vec<u8>, (String, Fault)> {
    let mut octets = Vec::new();
    how.write(document, &mut octets).map_err(|error| (error.to_string(), error.fault()))?;
    Ok(octets)
}

/// A canonical form is its own, does not depend on how the document is read, and there is one exactly
/// when the verifier's reader takes the document.
pub(crate) fn xml_c14n(data: &[u8]) {
    let (document, choice) = Choice::of(data);
    let entities = choice.flag(2, 0);
    let whole = |method: C14nMethod| {
        let how = Canonicalization::new(method).prefix_list(choice.prefixes(1)).limits(limits());
        if entities { how.allow_doctype(Entities::new()) } else { how }
    };
    let mut how = whole(choice.method(0));
    if choice.flag(2, 1) {
        how = how.as_reference();
    }
    let ids = values(document, choice.flag(2, 3));
    if choice.flag(2, 2) && !ids.is_empty() {
        how = how.node(attribute(&choice), ids[choice.byte(3) % ids.len()].clone());
    }
    let found = octets(&how, document);
    assert_eq!(found, octets(&how, &Drops(document)), "in drops it is another");
    if let Ok(canonical) = &found {
        // Nothing stands above what is a document now.
        let again = octets(&whole(choice.method(0)), canonical.as_slice());
        assert_eq!(again.as_ref(), Ok(canonical), "the canonical form of a canonical form");
    }
    let (scanned, read) = (octets(&whole(choice.method(0)), document), read(document, entities));
    match (&scanned, &read) {
        (Ok(_), Ok(_)) | (Err(_), Err(_)) | (Ok(_), Err(VerifyError::TooManySignatures { .. })) => {}
        (Err((_, Fault::Limit)), _) => {}
        (_, Err(error)) if error.fault() == Fault::Limit => {}
        // What only the pipeline is strict about.
        (Err((error, _)), Ok(_)) if error.contains("relative") || error.contains("that ends in ;") => {}
        _ => panic!("{:?}, but {:?}", scanned.map(|_| ()), read.map(|_| ())),
    }
}

fn read(document: &[u8], entities: bool) -> Result<XmlReport, VerifyError> {
    let mut options = Options::default();
    options.limits = limits();
    options.allow_doctype = entities;
    verify::xml(&document, &options)
}

fn attribute(choice: &Choice<'_>) -> &'static str {
    if choice.flag(2, 3) { "id" } else { "Id" }
}

/// The values of the attributes `Id`, or `id`, as far as they can be seen without reading XML.
fn values(document: &[u8], lower: bool) -> Vec<String> {
    let text = String::from_utf8_lossy(document);
    let name = if lower { " id=" } else { " Id=" };
    let mut found = Vec::new();
    for (at, _) in text.match_indices(name).take(20) {
        let rest = &text[at + name.len()..];
        if let Some(quote) = rest.chars().next().filter(|one| ['"', '\''].contains(one))
            && let Some((value, _)) = rest[1..].split_once(quote)
        {
            found.push(value.to_owned());
        }
    }
    found
}

/// The names of the elements, likewise.
fn names(document: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(document);
    let tags = text.split('<').skip(1).take(200);
    let names = tags.filter_map(|tag| tag.split([' ', '>', '/', '\t', '\r', '\n']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with(['!', '?'])).map(str::to_owned).collect()
}

const FORMATS: [Format; 7] = [
    Format::Dsig,
    Format::DsigSingleNode,
    Format::DsigMultipleNodes,
    Format::DsigXPath,
    Format::Tt78,
    Format::Xades,
    Format::XadesEpes,
];

/// A signature as the options have it.
fn signing(document: &[u8], choice: &Choice<'_>, signer: &Identity, id: &str) -> Signing {
    let format = FORMATS[choice.byte(0) % FORMATS.len()];
    let mut signing = Signing::new(format, &signer.chain)
        .limits(limits())
        .signature_id(id)
        .id_attribute(attribute(choice))
        .c14n(choice.method(1))
        .prefix_list(choice.prefixes(5));
    if choice.flag(2, 0) {
        signing = signing.allow_doctype(Entities::new());
    }
    if choice.flag(2, 1) {
        signing = signing.ds_prefix(None);
    }
    if choice.flag(2, 2) {
        signing = signing.key_info([KeyInfo::KeyValue, KeyInfo::SubjectName, KeyInfo::Chain]);
    }
    signing = match choice.byte(2) >> 4 & 3 {
        1 => signing.packaging(Packaging::Enveloping),
        2 => signing.packaging(Packaging::Detached),
        _ => signing,
    };
    let ids = values(document, choice.flag(2, 3));
    let nodes = choice.byte(3);
    if !ids.is_empty() && (nodes > 0 || matches!(format, Format::DsigSingleNode | Format::Tt78)) {
        signing = signing.node(&ids[nodes / 4 % ids.len()]);
    }
    if !ids.is_empty() && format == Format::DsigMultipleNodes {
        signing = signing.node(&ids[choice.byte(3) / 2 % ids.len()]);
    }
    let places = names(document);
    if let Some(place) = choice.byte(4).checked_sub(1).and_then(|at| places.get(at)) {
        signing = signing.signature_location(place);
    }
    if format == Format::XadesEpes {
        let digest = DigestAlgorithm::Sha256.hash(b"policy");
        signing = signing.policy(Policy { id: "urn:oid:1.2.3".to_owned(), digest }).signer_role("Giám đốc");
    }
    let transforms = match choice.byte(6) % 8 {
        1 => vec![Transform::XPath {
            expression: "not(ancestor-or-self::ds:Signature) and not(self::comment()) and position() < 9"
                .to_owned(),
            namespaces: Vec::new(),
        }],
        2 => vec![Transform::XPath {
            expression: "not(ancestor-or-self::ds:Signature) and count(ancestor-or-self::*) mod 2 = 1"
                .to_owned(),
            namespaces: Vec::new(),
        }],
        3 => vec![Transform::XPathFilter2 {
            filters: vec![
                (Filter::Intersect, "//*[@Id] | //b".to_owned()),
                (Filter::Subtract, "//ds:Signature | //a/@* | //text()[last()]".to_owned()),
            ],
            namespaces: Vec::new(),
        }],
        4 => vec![Transform::EnvelopedSignature, Transform::Base64],
        5 => vec![Transform::EnvelopedSignature],
        6 => vec![
            Transform::EnvelopedSignature,
            Transform::C14n {
                method: choice.method(7),
                prefixes: choice.prefixes(8).into_iter().map(str::to_owned).collect(),
            },
        ],
        _ => return signing,
    };
    let reference = match ids.get(choice.byte(7) % ids.len().max(1)) {
        Some(id) if choice.flag(6, 7) => Reference::node(id),
        _ => Reference::document(),
    };
    signing.reference(reference.transforms(transforms))
}

/// What can be prepared can be signed, in two processes, and is then right; nothing else has changed.
pub(crate) fn xml_pipeline(data: &[u8]) {
    let (document, choice) = Choice::of(data);
    let signer = if choice.flag(2, 7) { p256() } else { ed25519() };
    let described = signing(document, &choice, signer, "kyso-first");
    let Ok(first) = signed(document, &described, signer) else { return };
    accepted(&first, &["kyso-first"], choice.flag(2, 0));

    // Once more, on what came out: it is right, or refused because the first would break.
    let described = signing(&first, &choice, signer, "kyso-second").limits(generous());
    let Ok(second) = signed(&first, &described, signer) else { return };
    accepted(&second, &["kyso-first", "kyso-second"], choice.flag(2, 0));
}

fn signed(document: &[u8], described: &Signing, signer: &Identity) -> Result<Vec<u8>, PrepareError> {
    let prepared = described.prepare(document, &at(5)).inspect_err(|error| {
        assert!(!error.to_string().is_empty());
        assert_ne!(error.fault(), Fault::Signer);
    })?;
    let in_drops = described.prepare(Drops(document), &at(5)).expect("in drops it is the same");
    let (request, json) = (prepared.request(), prepared.state().to_json());
    assert_eq!(in_drops.state().to_json(), json, "in drops it is the same");
    let value = signer.answer(&request);
    let now = prepared.accept(&value).expect("a right value").to_bytes().expect("in memory");

    let state = State::from_json(&json).expect("a state that was just written");
    let resumed = Prepared::resume(state, document).expect("the same document");
    assert_eq!(resumed.request(), request);
    let signed = resumed.accept(&value).expect("a right value");
    let out = signed.to_bytes().expect("in memory");
    assert_eq!(out, now, "resumed it gives the same");
    assert_eq!(out.len() as u64, signed.len());

    let (mut rest, mut from, mut read) = (Vec::new(), 0, 0);
    for (at, bytes) in signed.insertions() {
        let at = usize::try_from(at).expect("in memory");
        rest.extend_from_slice(&out[from..from + (at - read)]);
        from += at - read;
        read = at;
        assert_eq!(&out[from..from + bytes.len()], bytes);
        from += bytes.len();
    }
    rest.extend_from_slice(&out[from..]);
    assert!(rest == document, "bytes of the input changed");
    Ok(out)
}

/// Bounds for what was signed within those of the pipeline.
fn generous() -> Limits {
    let mut limits = limits();
    limits.xml_depth += 20;
    limits.xml_nodes *= 2;
    limits.xml_entity_bytes *= 2;
    limits.xml_memory_bytes *= 2;
    limits.xpath_steps *= 100;
    limits.references *= 2;
    limits.signatures *= 2;
    limits
}

fn accepted(out: &[u8], ids: &[&str], entities: bool) {
    let mut options = Options::default();
    options.allow_doctype = entities;
    options.limits = generous();
    let report = match verify::xml(&out, &options) {
        Ok(report) => report,
        // Signatures that were there before may be too many.
        Err(VerifyError::TooManySignatures { .. }) => return,
        Err(error) => panic!("what was signed cannot be read: {error}"),
    };
    for id in ids {
        let mut found = report.signatures.iter().filter(|one| one.id.as_deref() == Some(id));
        let signature = found.next().unwrap_or_else(|| panic!("no signature {id}: {report}"));
        assert!(signature.is_valid(), "{}\n{id} is not valid: {signature:?}", String::from_utf8_lossy(out));
    }
}

/// A signed document, and the octets of what is signed in it.
pub(crate) struct Seed {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    part: Canonicalization,
    octets: Vec<u8>,
}

const CONTRACT: &str = "<r xmlns:p='urn:p'><n Id='x' p:b=\"2\">Đồng ý<!--c--> <p:m>1&amp;2</p:m>\r\n\
                        <a xml:lang='vi'/></n><n Id='y'/><place></place></r>";

/// Documents signed in every format, by node and as a whole.
pub(crate) fn signed_documents() -> &'static [Seed] {
    static SEEDS: OnceLock<Vec<Seed>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let chain = &p256().chain;
        let method = |name: &str| C14nMethod::from_name(name).expect("a method");
        let policy =
            Policy { id: "urn:oid:1.2.3".to_owned(), digest: DigestAlgorithm::Sha256.hash(b"policy") };
        let by_node = |signing: Signing| signing.node("x").signature_location("place");
        let new = |format| Signing::new(format, chain);
        let exclusive = method("exc-comments");
        [
            ("dsig-node", "c14n10", true, by_node(new(Format::Dsig))),
            ("dsig-nodes", "c14n10", true, by_node(new(Format::DsigMultipleNodes)).node("y")),
            ("dsig-exclusive", "exc-comments", true, by_node(new(Format::DsigSingleNode)).c14n(exclusive)),
            ("tt78", "c14n10", true, by_node(Signing::tt78(chain))),
            ("xades", "c14n11", true, by_node(Signing::xades(chain)).c14n(method("c14n11"))),
            ("xades-epes", "c14n10", true, by_node(Signing::xades_epes(chain, policy))),
            ("dsig", "c14n10", false, new(Format::Dsig)),
            ("dsig-xpath", "c14n10", false, new(Format::DsigXPath)),
        ]
        .into_iter()
        .map(|(name, how, node, signing)| {
            let bytes =
                signed(CONTRACT.as_bytes(), &signing.signature_id("s"), p256()).expect("it can be signed");
            let part = Canonicalization::new(method(how)).as_reference().limits(limits());
            let part = if node { part.node("Id", "x") } else { part };
            let octets = octets_signed(&part, &bytes).expect("octets");
            accepted(&bytes, &["s"], false);
            Seed { name, bytes, part, octets }
        })
        .collect()
    })
}

/// What `part` is without the signature, should that stand in it.
fn octets_signed(part: &Canonicalization, document: &[u8]) -> Option<Vec<u8>> {
    const END: &str = "</ds:Signature>";
    let text = String::from_utf8(octets(part, document).ok()?).ok()?;
    Some(
        match (text.find("<ds:Signature "), text.rfind(END)) {
            (Some(start), Some(end)) if start < end => [&text[..start], &text[end + END.len()..]].concat(),
            _ => text,
        }
        .into_bytes(),
    )
}

/// Verifying ends, whatever the bytes; and nobody but the signer can have made what is valid: a valid
/// signature signs what one of the seeds has.
pub(crate) fn xml_verify(data: &[u8]) {
    judged(data);
    if let Some(edited) = edited(data) {
        judged(&edited);
    }
}

fn judged(document: &[u8]) {
    for entities in [false, true] {
        let mut options = Options::default();
        options.limits = limits();
        options.allow_doctype = entities;
        options.allow_sha1 = entities;
        options.trust = Some(p256().chain.certificates().to_vec());
        let Ok(report) = verify::xml(&document, &options) else { continue };
        assert!(report.to_json().starts_with('{'));
        assert!(!report.to_string().is_empty());
        for path in report.signed_paths() {
            let _ = report.covers(path);
        }
        if entities || !report.signatures.iter().any(|signature| signature.is_valid()) {
            continue;
        }
        let known = signed_documents()
            .iter()
            .any(|seed| octets_signed(&seed.part, document).is_some_and(|octets| octets == seed.octets));
        assert!(
            known,
            "a valid signature on something else: {report}\n{}",
            String::from_utf8_lossy(document)
        );
    }
}

/// A signed document in which `data` says what is changed: which; then place, way, length and bytes of
/// one edit after another.
fn edited(data: &[u8]) -> Option<Vec<u8>> {
    let (which, mut rest) = data.split_first()?;
    let mut bytes = signed_documents().get(usize::from(*which))?.bytes.clone();
    while let [low, high, way, length, tail @ ..] = rest {
        let piece;
        (piece, rest) = tail.split_at(tail.len().min(usize::from(*length)));
        let at = usize::from(u16::from_le_bytes([*low, *high])) % (bytes.len() + 1);
        let removed = match way % 4 {
            0 => piece.len(),
            1 => 0,
            // A run of the document itself.
            2 => {
                let copy = bytes[at..bytes.len().min(at + usize::from(*way) * 16)].to_vec();
                let to = piece.first_chunk::<2>().map_or(0, |to| usize::from(u16::from_le_bytes(*to)));
                let to = to % (bytes.len() + 1);
                bytes.splice(to..to, copy);
                continue;
            }
            _ => usize::from(*way) * 4,
        };
        let end = bytes.len().min(at + removed);
        bytes.splice(at..end, piece.iter().copied());
    }
    Some(bytes)
}

/// Every bit of a seed the other way, and every byte away: what is valid then signs the same.
pub(crate) fn xml_damage(every: usize) {
    for seed in signed_documents() {
        judged(&seed.bytes);
        for at in (0..seed.bytes.len()).step_by(every) {
            let mut bytes = seed.bytes.clone();
            bytes[at] ^= 1 << (at % 7);
            judged(&bytes);
            let mut bytes = seed.bytes.clone();
            bytes.remove(at);
            judged(&bytes);
        }
    }
}
