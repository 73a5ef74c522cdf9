//! The Signature element as text, and what of it is digested.

use super::reference::{Reference, Target};
use super::survey::GENERATED;
use super::{Packaging, PrepareError, Signing};
use crate::algorithm::{Digest, DigestAlgorithm, Suite};
use crate::prepare::At;
use crate::profile::xades;
use crate::profile::xmldsig::{self, Format, Markup, ReferenceText, Transform};
use crate::profile::{key_info, tt78};
use crate::syntax::xml::c14n::Parameters;
use crate::syntax::xml::scope::Context;
use crate::syntax::xml::select::{Part, canonicalize_within};

/// The ids that a signature brings into a document.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) signature: Option<String>,
    value: Option<String>,
    /// Of the Object that TT78 signs or that holds an enveloped document; `None`: derived later.
    object: Option<String>,
    signed_properties: Option<String>,
    /// Of each data reference, where it has one.
    references: Vec<Option<String>>,
}

/// Text around the value and, of an enveloping signature, around the document.
#[derive(Debug)]
pub(super) struct Composed {
    /// Up to the value.
    pub(super) head: String,
    /// From behind the value: to the end, or to where the document goes in.
    pub(super) tail: String,
    /// What comes behind the document.
    pub(super) end: String,
    /// The canonical octets of SignedInfo.
    pub(super) signed_info: Vec<u8>,
}

impl Ids {
    pub(super) fn new(signing: &Signing, references: &[Reference], at: &At) -> Result<Self, PrepareError> {
        let generated = |label, index| format!("{GENERATED}{}", hex(&at.entropy.derive(label, index)));
        let xades = signing.format.is_xades();
        let signature = signing
            .signature_id
            .clone()
            .or_else(|| (xades || signing.format == Format::Tt78).then(|| generated("xml signature", 0)));
        let of_signature = |what: &str| signature.as_ref().filter(|_| xades).map(|id| format!("{id}-{what}"));
        let object = signing
            .object_id
            .clone()
            .or_else(|| (signing.packaging == Packaging::Enveloping).then(|| generated("xml object", 0)));
        let ids = Self {
            value: of_signature("value"),
            signed_properties: of_signature("signed-properties"),
            references: references
                .iter()
                .enumerate()
                .map(|(index, reference)| {
                    reference.id.clone().or_else(|| of_signature(&format!("reference-{index}")))
                })
                .collect(),
            signature,
            object,
        };
        let mut all: Vec<&String> = ids.all().collect();
        all.sort_unstable();
        if let Some(twice) = all.iter().zip(all.iter().skip(1)).find(|(one, other)| one == other) {
            return Err(PrepareError::IdTaken { id: twice.0.to_string() });
        }
        Ok(ids)
    }

    /// All that are known before the document is read.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        let single = [&self.signature, &self.value, &self.object, &self.signed_properties];
        single.into_iter().chain(&self.references).flatten()
    }

    /// The Object's id: as given, or derived from the digest of the first node, the signature's id and
    /// the time.
    pub(super) fn object(&self, node: Option<&Digest>, at: &At) -> String {
        if let Some(id) = &self.object {
            return id.clone();
        }
        let mut hasher = DigestAlgorithm::Sha256.hasher();
        hasher.update(node.map(Digest::as_bytes).unwrap_or_default());
        hasher.update(self.signature.as_deref().unwrap_or_default().as_bytes());
        hasher.update(b"\0");
        hasher.update(&at.time.timestamp().to_be_bytes());
        let digest = hasher.finalize();
        format!("{GENERATED}{}", hex(digest.as_bytes().get(..16).unwrap_or_default()))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the element is made of.
pub(super) struct Parts<'a> {
    pub(super) signing: &'a Signing,
    pub(super) suite: Suite,
    pub(super) at: &'a At,
    pub(super) ids: &'a Ids,
    pub(super) references: &'a [Reference],
    /// What is in scope where the element stands.
    pub(super) context: &'a Context,
}

impl Parts<'_> {
    fn markup(&self) -> Markup {
        Markup::new(self.signing.prefix.as_deref())
    }

    /// The start tag of Signature.
    pub(super) fn open(&self) -> String {
        let mut markup = self.markup();
        let (declaration, namespace) = markup.declaration();
        let mut attributes = vec![(declaration.as_str(), namespace)];
        attributes.extend(self.ids.signature.as_deref().map(|id| ("Id", id)));
        markup.open("Signature", &attributes);
        markup.text
    }

    /// The start tag of the Object that a document goes into.
    pub(super) fn open_object(&self, id: &str) -> String {
        let mut markup = self.markup();
        markup.open("Object", &[("Id", id)]);
        markup.text
    }

    /// The end tags behind such a document.
    pub(super) fn close_object(&self) -> String {
        let mut markup = self.markup();
        markup.close("Object").close("Signature");
        markup.text
    }

    /// `digests` are those of the references, with the URI that each turned out to have; for an
    /// enveloping signature that names no node, that of the Object comes first.
    pub(super) fn compose(
        &self,
        digests: &[(String, Digest)],
        enveloped_object: Option<(&str, Option<Digest>)>,
    ) -> Result<Composed, PrepareError> {
        let algorithm = self.signing.reference_digest(self.suite);
        let c14n = [Transform::C14n { method: self.signing.c14n, prefixes: Vec::new() }];
        let mut references: Vec<ReferenceText<'_>> = Vec::with_capacity(digests.len() + 2);
        let object_uri = enveloped_object.map(|(id, _)| format!("#{id}")).unwrap_or_default();
        let object_reference_id = self.ids.signature.as_ref().map(|id| format!("{id}-object-reference"));
        if let Some((_, Some(digest))) = enveloped_object {
            references.push(ReferenceText {
                id: object_reference_id.as_deref().filter(|_| self.signing.format.is_xades()),
                uri: &object_uri,
                kind: Some("http://www.w3.org/2000/09/xmldsig#Object"),
                transforms: &c14n,
                digest,
            });
        }
        let described = self.references.iter().zip(&self.ids.references).zip(digests);
        for ((reference, id), (uri, digest)) in described {
            references.push(ReferenceText {
                id: id.as_deref(),
                uri,
                kind: reference.kind.as_deref(),
                transforms: reference.transforms.as_deref().unwrap_or_default(),
                digest: *digest,
            });
        }
        let open = self.open();
        let mut objects = self.markup();
        // The id and the Type of what of the signature itself is signed, and its transforms.
        let mut own: Option<(String, Option<&str>, &[Transform])> = None;
        match self.signing.format {
            Format::Tt78 => {
                let id = self.ids.object(digests.first().map(|(_, digest)| digest), self.at);
                let signature = self.ids.signature.as_deref().unwrap_or_default();
                let namespace = self.signing.signing_time_namespace.as_deref();
                tt78::object(&mut objects, &id, signature, namespace, &self.at.time);
                own = Some((id, None, &[]));
            }
            format if format.is_xades() => {
                let mime_type = |reference: Option<&Reference>| {
                    let own = reference.and_then(|reference| reference.mime_type.as_ref());
                    let of_external = reference.is_some_and(|one| matches!(one.target, Target::External(..)));
                    let fallback = if of_external { "application/octet-stream" } else { "text/xml" };
                    own.or(self.signing.mime_type.as_ref()).map_or_else(|| fallback.to_owned(), Clone::clone)
                };
                let object = enveloped_object.and_then(|(_, digest)| digest).and(object_reference_id.clone());
                let data = self.ids.references.iter().zip(self.references);
                let ids =
                    xades::Ids {
                        signature: self.ids.signature.as_deref().unwrap_or_default(),
                        signed_properties: self.ids.signed_properties.as_deref().unwrap_or_default(),
                        references: object
                            .map(|id| (id, mime_type(None)))
                            .into_iter()
                            .chain(data.filter_map(|(id, reference)| {
                                Some((id.clone()?, mime_type(Some(reference))))
                            }))
                            .collect(),
                    };
                let properties = &self.signing.properties;
                let chain = &self.signing.chain;
                xades::object(&mut objects, &ids, properties, chain, algorithm, &self.at.time);
                own = Some((ids.signed_properties.to_owned(), Some(xades::SIGNED_PROPERTIES), &c14n));
            }
            _ => {}
        }
        let close = {
            let mut markup = self.markup();
            markup.close("Signature");
            markup.text
        };
        let own_uri;
        if let Some((id, kind, transforms)) = own {
            let method = if transforms.is_empty() {
                Parameters::default()
            } else {
                Parameters::new(self.signing.c14n.without_comments())
            };
            let element = [open.as_str(), &objects.text, &close].concat();
            let hasher = algorithm.hasher();
            let digest = self.canonical(&element, Part::id("Id", &id), &method, hasher)?.finalize();
            own_uri = format!("#{id}");
            references.push(ReferenceText { id: None, uri: &own_uri, kind, transforms, digest });
        }
        let mut head = self.markup();
        head.reserve(1024 + 512 * references.len());
        head.raw(&open);
        xmldsig::signed_info(&mut head, self.signing.c14n, self.suite, &references);
        let method = Parameters::new(self.signing.c14n);
        let element = [head.text.as_str(), &close].concat();
        let signed_info = self.canonical(&element, Part::Named("SignedInfo"), &method, Vec::new())?;
        let value_id: Vec<(&str, &str)> =
            self.ids.value.as_deref().map(|id| ("Id", id)).into_iter().collect();
        head.open("SignatureValue", &value_id);
        let mut tail = self.markup();
        // Certificates are the bulk of it.
        tail.reserve(1024 + objects.text.len() + 2 * self.signing.chain.certificates_der().len());
        tail.close("SignatureValue");
        key_info::write(&mut tail, self.signing.key_info_parts(), &self.signing.chain);
        tail.raw(&objects.text);
        let end = match enveloped_object {
            Some((id, _)) => {
                tail.raw(&self.open_object(id));
                self.close_object()
            }
            None => {
                tail.raw(&close);
                String::new()
            }
        };
        Ok(Composed { head: head.text, tail: tail.text, end, signed_info })
    }

    fn canonical<O: crate::syntax::xml::c14n::Octets>(
        &self,
        element: &str,
        part: Part,
        parameters: &Parameters,
        octets: O,
    ) -> Result<O, PrepareError> {
        let limits = &self.signing.limits;
        canonicalize_within(element.as_bytes(), self.context, part, parameters, limits, octets)?
            .ok_or(PrepareError::Options("the signature lacks a part of itself"))
    }
}
