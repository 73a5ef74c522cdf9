//! What the fuzzer feeds, and what must hold for every input: the same functions run in `fuzz/` and,
//! over the inputs that once failed, in `tests/crashes.rs`.
#![allow(dead_code, reason = "each program uses its part")]

mod cms;
mod images;
mod metadata;
mod pdf;
mod remote;
mod search;
pub(crate) mod state;
pub(crate) mod xml;

pub(crate) use cms::cms_parse;
pub(crate) use images::images;
pub(crate) use metadata::metadata;
pub(crate) use pdf::{pdf_open, pdf_pipeline};
pub(crate) use remote::{remote_decode, webhook};
pub(crate) use search::text_search;
pub(crate) use state::state_resume;
pub(crate) use xml::{xml_c14n, xml_pipeline, xml_verify};

use std::sync::OnceLock;

use kyso::algorithm::Digest;
use kyso::certificate::Chain;
use kyso::signer::{LocalKey, Signer as _};
use kyso::{At, Entropy, Limits, SignatureValue, SigningRequest};

/// A target by its name.
type Target = (&'static str, fn(&[u8]));

/// The targets.
pub(crate) const ALL: [Target; 12] = [
    ("pdf_open", pdf_open),
    ("pdf_pipeline", pdf_pipeline),
    ("cms_parse", cms_parse),
    ("images", images),
    ("metadata", metadata),
    ("remote_decode", remote_decode),
    ("state_resume", state_resume),
    ("text_search", text_search),
    ("webhook", webhook),
    ("xml_c14n", xml_c14n),
    ("xml_pipeline", xml_pipeline),
    ("xml_verify", xml_verify),
];

/// A key with its chain, from `testdata/keys`.
pub(crate) struct Identity {
    pub(crate) chain: Chain,
    pub(crate) key: LocalKey,
}

impl Identity {
    fn new(chain: &[u8], key: &[u8]) -> Self {
        Self {
            chain: Chain::from_pem(chain).expect("a test chain"),
            key: LocalKey::from_pem(key, None).expect("a test key"),
        }
    }

    /// What the remote service would answer.
    pub(crate) fn answer(&self, request: &SigningRequest) -> SignatureValue {
        let value = self.key.sign(request.suite(), request.to_be_signed());
        SignatureValue::from_bytes(value.expect("the key signs"))
    }

    /// A CMS over `digest` that a whole-CMS service could have returned.
    pub(crate) fn cms(&self, digest: &Digest) -> Vec<u8> {
        use kyso::algorithm::{Suite, ToBeSigned};
        let key = self.chain.public_key();
        let suite = Suite::default_for(key);
        let attributes =
            kyso::cms::SignedAttributes::new(digest, &self.chain, suite, None).expect("attributes");
        let hashed = attributes.digest(suite.digest());
        let value = self.key.sign(suite, ToBeSigned::Digest(&hashed)).expect("the key signs");
        let stored = key.stored_value(suite, &value).expect("a value of this key");
        kyso::cms::assemble(&attributes, suite, &stored, &self.chain)
    }
}

pub(crate) fn p256() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        Identity::new(
            include_bytes!("../../testdata/keys/p256-chain.pem"),
            include_bytes!("../../testdata/keys/p256-key.pem"),
        )
    })
}

pub(crate) fn ed25519() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        Identity::new(
            include_bytes!("../../testdata/keys/ed25519-chain.pem"),
            include_bytes!("../../testdata/keys/ed25519-key.pem"),
        )
    })
}

pub(crate) fn at(seed: u8) -> At {
    let time = chrono::DateTime::parse_from_rfc3339("2026-06-01T08:00:00+07:00").expect("a time");
    At { time, entropy: Entropy::new([seed; 32]) }
}

/// Bounds that a few KB of input cannot need more of.
pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.depth = 40;
    limits.object_bytes = 1 << 20;
    limits.inflated_bytes = 4 << 20;
    limits.inflated_total = 32 << 20;
    limits.xref_sections = 200;
    limits.objects = 200_000;
    limits.page_nodes = 10_000;
    limits.fields = 5_000;
    limits.content_tokens = 2_000_000;
    limits.page_glyphs = 200_000;
    limits.imported_objects = 1_000;
    limits.imported_bytes = 4 << 20;
    limits.cms_bytes = 1 << 20;
    limits.certificates = 32;
    limits.signatures = 50;
    limits.state_bytes = 4 << 20;
    limits.xml_depth = 1200;
    limits.xml_nodes = 200_000;
    limits.xml_entity_bytes = 1 << 20;
    limits.xml_memory_bytes = 4 << 20;
    limits.xpath_steps = 1_000_000;
    limits.references = 50;
    limits
}
