//! Signed documents made on the spot, with a writer that does what it is told: attacks included.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use kyso::algorithm::{DigestAlgorithm, SignatureAlgorithm, Suite};
use kyso::certificate::Chain;
use kyso::cms::{SignedAttributes, assemble};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};

/// 2026-11-21T02:30:00Z.
pub const TIME: i64 = 1_795_228_200;

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut der = vec![tag];
    match contents.len() {
        short @ 0..=127 => der.push(short as u8),
        length => der.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    der.extend(contents);
    der
}

/// A key with its self-signed certificate.
pub struct Signer {
    key: SigningKey,
    pub chain: Chain,
}

impl Signer {
    pub fn new(name: &str, seed: u8) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).expect("a scalar");
        let ecdsa_with_sha256 = tlv(0x30, &[&[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]]);
        let common_name = tlv(0x30, &[&[6, 3, 0x55, 4, 3], &tlv(0x0C, &[name.as_bytes()])]);
        let subject = tlv(0x30, &[&tlv(0x31, &[&common_name])]);
        let validity = tlv(0x30, &[&tlv(0x17, &[b"260101000000Z"]), &tlv(0x17, &[b"361231235959Z"])]);
        let key_type =
            [&[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1][..], &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]];
        let point = key.verifying_key().to_sec1_bytes();
        let spki = tlv(0x30, &[&tlv(0x30, &key_type), &tlv(0x03, &[&[0], &point])]);
        let version = [0xA0, 3, 2, 1, 2];
        let serial = tlv(0x02, &[&[seed & 0x7F]]);
        let tbs = tlv(0x30, &[&version, &serial, &ecdsa_with_sha256, &subject, &validity, &subject, &spki]);
        let signature: Signature = key.sign(&tbs);
        let signature = tlv(0x03, &[&[0], signature.to_der().as_bytes()]);
        let certificate = tlv(0x30, &[&tbs, &ecdsa_with_sha256, &signature]);
        let chain = Chain::from_der([certificate]).expect("a chain");
        Self { key, chain }
    }

    /// A detached CMS over `content`.
    pub fn cms(&self, content: &[u8]) -> Vec<u8> {
        let suite =
            Suite::new(SignatureAlgorithm::Ecdsa, DigestAlgorithm::Sha256, self.chain.public_key()).unwrap();
        let digest = DigestAlgorithm::Sha256.hash(content);
        let attributes = SignedAttributes::new(&digest, &self.chain, suite, None).unwrap();
        let signature: Signature = self.key.sign(attributes.as_der());
        assemble(&attributes, suite, signature.to_der().as_bytes(), &self.chain)
    }
}

/// Hexadecimal digits set aside for a signature.
const ROOM: usize = 4000;

/// What is particular about a signature.
#[derive(Default)]
pub struct How<'a> {
    /// Further entries of the signature dictionary.
    pub entries: &'a str,
    /// What the gap holds behind the hexadecimal string.
    pub wrapped: &'a str,
    /// Bytes behind the CMS inside `/Contents`.
    pub behind: &'a [u8],
}

/// A file being written revision by revision, with classic tables.
#[derive(Clone)]
pub struct Pdf {
    pub bytes: Vec<u8>,
    newest: usize,
    size: u32,
}

impl Pdf {
    pub fn new(objects: &[(u32, &str)]) -> Self {
        let mut pdf = Self { bytes: b"%PDF-1.7\n".to_vec(), newest: 0, size: 1 };
        pdf.update(objects);
        pdf
    }

    /// Writes objects without mentioning them anywhere; where each begins.
    pub fn write(&mut self, objects: &[(u32, &str)]) -> Vec<(u32, usize)> {
        let mut entries = Vec::new();
        for (number, body) in objects {
            entries.push((*number, self.bytes.len()));
            self.bytes.extend(format!("{number} 0 obj\n{body}\nendobj\n").into_bytes());
        }
        entries
    }

    /// Appends a cross-reference section with these entries.
    pub fn close(&mut self, entries: &[(u32, usize)]) {
        let prev = if self.newest > 0 { format!("/Prev {}", self.newest) } else { String::new() };
        self.close_with(entries, &format!("/Root 1 0 R{prev}"));
    }

    pub fn close_with(&mut self, entries: &[(u32, usize)], trailer: &str) {
        let highest = entries.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
        self.size = self.size.max(highest);
        let at = self.bytes.len();
        let mut text = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, offset) in entries {
            let kind = if *offset == 0 { 'f' } else { 'n' };
            text.push_str(&format!("{number} 1\n{offset:010} 00000 {kind} \n"));
        }
        let size = self.size;
        text.push_str(&format!("trailer\n<</Size {size}{trailer}>>\nstartxref\n{at}\n%%EOF\n"));
        self.bytes.extend(text.into_bytes());
        self.newest = at;
    }

    /// Appends a revision.
    pub fn update(&mut self, objects: &[(u32, &str)]) {
        let entries = self.write(objects);
        self.close(&entries);
    }

    /// Appends a revision whose object `number` is a signature.
    pub fn sign(&mut self, signer: &Signer, number: u32, how: &How<'_>, others: &[(u32, &str)]) {
        let zeros = "0".repeat(ROOM);
        let start = self.bytes.len();
        let place = "/ByteRange [0 0000000000 0000000000 0000000000]";
        let (more, wrapped) = (how.entries, how.wrapped);
        let dictionary = format!(
            "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20261121023000Z){more}\
             {place}/Contents <{zeros}>{wrapped}>>"
        );
        let mut objects = vec![(number, dictionary.as_str())];
        objects.extend(others);
        self.update(&objects);
        let find = |bytes: &[u8], what: &str| {
            start + bytes[start..].windows(what.len()).position(|one| one == what.as_bytes()).expect("there")
        };
        let gap = find(&self.bytes, &format!("<{zeros}>"));
        let end = gap + ROOM + 2 + wrapped.len();
        let range = format!("/ByteRange [0 {gap:010} {end:010} {:010}]", self.bytes.len() - end);
        let at = find(&self.bytes, place);
        self.bytes[at..at + range.len()].copy_from_slice(range.as_bytes());
        let mut value = signer.cms(&[&self.bytes[..gap], &self.bytes[end..]].concat());
        value.extend(how.behind);
        let digits: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
        self.bytes[gap + 1..gap + 1 + digits.len()].copy_from_slice(digits.as_bytes());
    }

    /// Replaces text by other text of the same length, in the last place where it stands.
    pub fn patch(&mut self, from: &str, to: &str) {
        assert_eq!(from.len(), to.len());
        let at = self.bytes.windows(from.len()).rposition(|one| one == from.as_bytes()).expect("there");
        self.bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
}

/// A stream.
pub fn stream(entries: &str, data: &str) -> String {
    format!("<<{entries}/Length {}>>stream\n{data}\nendstream", data.len())
}
