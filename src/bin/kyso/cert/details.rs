//! What is known of a credential, for people and as JSON.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::algorithm::DigestAlgorithm;
use kyso::client::secrets::SecretKind;
use kyso::client::store::{Contents, Entry, SignatureImage};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::words::{day, plain, time};

/// What is known of a credential.
#[derive(Serialize)]
pub(super) struct Details<'a> {
    alias: &'a str,
    default: bool,
    service: &'a str,
    id: &'a str,
    /// The subject's commonName.
    subject: Option<String>,
    subject_dn: String,
    /// The numbers in the subject's UID: `CCCD`, `CMND`, `MST`.
    subject_ids: Vec<Value>,
    /// Whether the subject has the id that it was found by; null when one of the two says nothing.
    subject_has_id: Option<bool>,
    issuer: String,
    valid_from: String,
    valid_to: String,
    /// Of the certificate, in hexadecimal digits.
    serial_number: String,
    status: Option<&'a str>,
    service_type: Option<&'a str>,
    package: Option<&'a str>,
    /// `none`, `asked` or `automatic`.
    otp: &'static str,
    auth_modes: &'a [String],
    most_signatures: Option<u32>,
    image: Option<Value>,
    /// Where secrets are, by their kind.
    secrets: Map<String, Value>,
    credential: Value,
    sha256: String,
    /// The certificates, the signer's first.
    chain: Vec<Value>,
}

impl<'a> Details<'a> {
    pub(super) fn new(entry: &'a Entry, default: bool) -> Self {
        let leaf = entry.leaf();
        let ids = entry.subject_ids();
        let secrets = SecretKind::ALL.into_iter().filter_map(|kind| {
            let reference = entry.secrets().get(kind)?.to_string();
            Some((kind.name().to_owned(), Value::String(reference)))
        });
        let chain = entry.certificates().iter().map(|certificate| {
            let sha256 = certificate.fingerprint(DigestAlgorithm::Sha256).to_hex();
            json!({ "subject_dn": certificate.subject(), "sha256": sha256 })
        });
        Self {
            alias: entry.alias(),
            default,
            service: entry.service(),
            id: entry.id(),
            subject: leaf.common_name(),
            subject_dn: leaf.subject(),
            subject_ids: ids.iter().map(|id| json!({ "kind": id.kind, "number": id.number })).collect(),
            subject_has_id: entry.subject_has_id(),
            issuer: leaf.issuer(),
            valid_from: time(leaf.not_before()),
            valid_to: time(leaf.not_after()),
            serial_number: serial(entry),
            status: entry.status(),
            service_type: entry.service_type(),
            package: entry.package(),
            otp: entry.otp_use().name(),
            auth_modes: entry.auth_modes(),
            most_signatures: entry.most_signatures(),
            image: entry.image().map(image),
            secrets: secrets.collect(),
            // Text and numbers: nothing in it can fail to be written.
            credential: serde_json::to_value(entry.credential()).unwrap_or_default(),
            sha256: entry.fingerprint().to_hex(),
            chain: chain.collect(),
        }
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Lines of a name and what is to be said, without those where nothing is.
impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = |id: &Value| {
            let text = |key: &str| id.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", text("kind"), text("number"))
        };
        let ids: Vec<String> = self.subject_ids.iter().map(ids).collect();
        let secrets: Vec<String> = self
            .secrets
            .iter()
            .map(|(kind, at)| format!("{kind} {}", at.as_str().unwrap_or_default()))
            .collect();
        let image = self.image.as_ref().map(|image| match (image.get("path"), image.get("bytes")) {
            (Some(path), _) => path.as_str().unwrap_or_default().to_owned(),
            (None, bytes) => format!("{} bytes, kept here", bytes.unwrap_or(&Value::Null)),
        });
        let otp = match self.otp {
            "asked" => "asked for at every signature",
            "automatic" => "computed from its seed",
            _ => "not used",
        };
        let lines = [
            ("name", self.alias.to_owned()),
            ("default", if self.default { "yes".to_owned() } else { String::new() }),
            ("service", self.service.to_owned()),
            ("ID/tax number", self.id.to_owned()),
            ("subject", self.subject.clone().unwrap_or_default()),
            ("subject DN", self.subject_dn.clone()),
            ("subject's numbers", ids.join(", ")),
            ("issuer", self.issuer.clone()),
            ("valid", format!("{} to {}", self.valid_from, self.valid_to)),
            ("serial number", self.serial_number.clone()),
            ("status", self.status.unwrap_or_default().to_owned()),
            ("type", self.service_type.unwrap_or_default().to_owned()),
            ("package", self.package.unwrap_or_default().to_owned()),
            ("one-time codes", otp.to_owned()),
            ("ways to authorise", self.auth_modes.join(", ")),
            ("signatures at once", self.most_signatures.map(|most| most.to_string()).unwrap_or_default()),
            ("signature image", image.unwrap_or_default()),
            ("secrets", secrets.join(", ")),
            ("SHA-256", self.sha256.clone()),
            ("certificates", self.chain.len().to_string()),
        ];
        for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(f, "{name:<20}{}", plain(value))?;
        }
        Ok(())
    }
}

fn image(image: &SignatureImage) -> Value {
    match image {
        SignatureImage::File(path) => json!({ "path": path }),
        SignatureImage::Data(bytes) => json!({ "bytes": bytes.len() }),
        _ => Value::Null,
    }
}

/// The serial number of the certificate in hexadecimal digits.
pub(super) fn serial(entry: &Entry) -> String {
    let octets = entry.leaf().serial();
    // The octet that says that it is not negative.
    let octets = octets.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(octets);
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// All credentials: `{"version":1,"default":…,"credentials":[…]}`.
pub(super) fn list_json(contents: &Contents) -> String {
    #[derive(Serialize)]
    struct List<'a> {
        version: u32,
        default: Option<&'a str>,
        credentials: Vec<Details<'a>>,
    }
    let credentials = contents.entries().iter().map(|entry| Details::new(entry, contents.is_default(entry)));
    let default = contents.default_entry().map(Entry::alias);
    serde_json::to_string(&List { version: 1, default, credentials: credentials.collect() })
        .unwrap_or_default()
}

/// All credentials, a line each; a star marks the default.
pub(super) fn table(contents: &Contents) -> String {
    let row = |entry: &Entry| {
        let mark = if contents.is_default(entry) { "*" } else { " " };
        let until = format!("until {}", day(entry.leaf().not_after()));
        let status = entry.status().unwrap_or_default();
        // What tells credentials of one certificate apart: the key's id, and how it is authorised.
        let key = entry.credential().credential_id.as_deref().unwrap_or_default();
        let mode = entry.credential().auth_mode.as_deref().unwrap_or_default();
        [mark, entry.alias(), entry.service(), entry.id(), key, mode, &until, status].map(plain)
    };
    let rows: Vec<[String; 8]> = contents.entries().iter().map(row).collect();
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The certificates in PEM.
pub(super) fn pem(entry: &Entry) -> String {
    let block = |der: &[u8]| {
        let digits = STANDARD.encode(der);
        let lines = digits.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines = lines.collect::<Vec<_>>().join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    };
    entry.certificates().iter().map(|certificate| block(certificate.der())).collect()
}
