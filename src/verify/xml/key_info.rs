//! `ds:KeyInfo`: the certificates and keys that a signature may verify under, and what else it says of
//! them (XML Signature 1.1, 4.5).

use const_oid::ObjectIdentifier;

use super::identifier::{DSIG, DSIG11, MORE, digest_method};
use super::place::{Owners, Places};
use super::structure::{base64_of, called, decode, elements, text_of};
use super::{name, number};
use crate::algorithm::PublicKey;
use crate::asn1::{BIT_STRING, INTEGER, NULL, OID, Reader, Rules, SEQUENCE, oid, write};
use crate::certificate::{Certificate, same_name};
use crate::limits::Limits;
use crate::syntax::xml::tree::{NodeId, Tree};

/// So many things that cannot be read are told.
const UNREADABLE: usize = 16;

/// What a KeyInfo holds.
#[derive(Default)]
pub(super) struct KeyInfo {
    pub(super) certificates: Vec<Certificate>,
    /// SubjectPublicKeyInfo of every key that stands there without a certificate.
    pub(super) keys: Vec<Vec<u8>>,
    issuer_serials: Vec<(String, String)>,
    subjects: Vec<String>,
    subject_key_identifiers: Vec<Vec<u8>>,
    digests: Vec<(String, Vec<u8>)>,
    /// What could not be read, in words.
    pub(super) unreadable: Vec<String>,
}

impl KeyInfo {
    pub(super) fn read(tree: &Tree, places: &Places<'_>, node: NodeId, limits: &Limits) -> Self {
        let mut info = Self::default();
        info.take(tree, places, node, limits, true);
        info
    }

    /// `follow`: whether references to other parts of the document are followed; those there are not.
    fn take(&mut self, tree: &Tree, places: &Places<'_>, node: NodeId, limits: &Limits, follow: bool) {
        for child in self.children(tree, node) {
            if self.keys.len() >= limits.certificates {
                self.note(format!("more than {} keys", limits.certificates));
                break;
            }
            if tree.is(child, DSIG, "X509Data") {
                self.x509_data(tree, child, limits);
            } else if tree.is(child, DSIG, "KeyValue") {
                for value in self.children(tree, child).into_iter().take(1) {
                    self.key_value(tree, value);
                }
            } else if tree.is(child, DSIG11, "DEREncodedKeyValue") {
                match base64_of(tree, child) {
                    Ok(spki) => self.keys.push(spki),
                    Err(why) => self.note(why),
                }
            } else if tree.is(child, DSIG11, "KeyInfoReference") || tree.is(child, DSIG, "RetrievalMethod") {
                self.elsewhere(tree, places, child, limits, follow);
            }
        }
    }

    fn note(&mut self, why: String) {
        if self.unreadable.len() < UNREADABLE {
            self.unreadable.push(why);
        }
    }

    fn children(&mut self, tree: &Tree, node: NodeId) -> Vec<NodeId> {
        elements(tree, node).unwrap_or_else(|why| {
            self.note(why);
            Vec::new()
        })
    }

    /// KeyInfo or X509Data in another place of the document; transforms are not applied to find it.
    fn elsewhere(&mut self, tree: &Tree, places: &Places<'_>, node: NodeId, limits: &Limits, follow: bool) {
        let target = tree.attribute(node, "", "URI").and_then(|uri| uri.strip_prefix('#'));
        let target = match target.and_then(|id| places.with_id(id)) {
            Some(Owners::One(target)) if follow && tree.children(node).next().is_none() => Some(target),
            _ => None,
        };
        match target {
            Some(target) if tree.is(target, DSIG, "KeyInfo") => {
                self.take(tree, places, target, limits, false)
            }
            Some(target) if tree.is(target, DSIG, "X509Data") => self.x509_data(tree, target, limits),
            _ => self.note(format!("{} is not followed", called(tree, node))),
        }
    }

    fn x509_data(&mut self, tree: &Tree, node: NodeId, limits: &Limits) {
        for child in self.children(tree, node) {
            if let Err(why) = self.x509_item(tree, child, limits) {
                self.note(why);
            }
        }
    }

    fn x509_item(&mut self, tree: &Tree, child: NodeId, limits: &Limits) -> Result<(), String> {
        let counts = [
            self.certificates.len(),
            self.issuer_serials.len(),
            self.subjects.len(),
            self.subject_key_identifiers.len(),
            self.digests.len(),
        ];
        if counts.into_iter().any(|count| count >= limits.certificates) {
            return Err(format!("more than {} certificates, or names of them", limits.certificates));
        }
        if tree.is(child, DSIG, "X509Certificate") {
            let certificate =
                Certificate::from_der(&base64_of(tree, child)?).map_err(|error| error.to_string())?;
            if !self.certificates.contains(&certificate) {
                self.certificates.push(certificate);
            }
        } else if tree.is(child, DSIG, "X509IssuerSerial") {
            self.issuer_serials.push(issuer_serial(tree, child)?);
        } else if tree.is(child, DSIG, "X509SubjectName") {
            let subject = text_of(tree, child)?;
            // Some signers leave it empty, which says nothing.
            if !subject.trim().is_empty() {
                self.subjects.push(subject);
            }
        } else if tree.is(child, DSIG, "X509SKI") {
            self.subject_key_identifiers.push(base64_of(tree, child)?);
        } else if tree.is(child, DSIG11, "X509Digest") {
            let algorithm = tree.attribute(child, "", "Algorithm").unwrap_or_default().to_owned();
            self.digests.push((algorithm, base64_of(tree, child)?));
        }
        Ok(())
    }

    fn key_value(&mut self, tree: &Tree, node: NodeId) {
        let read = if tree.is(node, DSIG, "RSAKeyValue") {
            rsa_key(tree, node)
        } else if tree.is(node, DSIG11, "ECKeyValue") {
            ec_key(tree, node)
        } else if tree.is(node, MORE, "ECDSAKeyValue") {
            ecdsa_key(tree, node)
        } else {
            Err(format!("keys of type {} are not supported", called(tree, node)))
        };
        match read {
            Ok(spki) => self.keys.push(spki),
            Err(why) => self.note(why),
        }
    }

    /// What speaks against `signer` as the certificate that is meant.
    pub(super) fn contradiction(&self, signer: &Certificate) -> Option<String> {
        self.look(signer, "X509IssuerSerial", &self.issuer_serials, |(issuer, serial), certificate| {
            names(issuer, serial, certificate)
        })
        .or_else(|| {
            self.look(signer, "X509SubjectName", &self.subjects, |subject, certificate| {
                name::same(subject, &certificate.subject())
            })
        })
        .or_else(|| {
            self.look(signer, "X509SKI", &self.subject_key_identifiers, |identifier, certificate| {
                Some(certificate.subject_key_identifier() == Some(identifier.as_slice()))
            })
        })
        .or_else(|| {
            self.look(signer, "X509Digest", &self.digests, |(algorithm, digest), certificate| {
                digest_method(algorithm)
                    .map(|algorithm| certificate.fingerprint(algorithm).as_bytes() == digest.as_slice())
            })
        })
        .or_else(|| {
            self.look(signer, "KeyValue", &self.keys, |spki, certificate| {
                Some(same_key(spki, certificate.spki_der()))
            })
        })
    }

    /// One of `values` must be about the signer, the others about certificates that are given. `about`
    /// says `None` when it cannot tell.
    fn look<T>(
        &self,
        signer: &Certificate,
        what: &str,
        values: &[T],
        about: impl Fn(&T, &Certificate) -> Option<bool>,
    ) -> Option<String> {
        let mut is_signer = false;
        let mut told = false;
        for value in values {
            let Some(matches) = about(value, signer) else { continue };
            told = true;
            is_signer |= matches;
            if !matches && !self.certificates.iter().any(|other| about(value, other) == Some(true)) {
                return Some(format!("{what} is about another certificate than those that are given"));
            }
        }
        (told && !is_signer).then(|| format!("{what} is about another certificate than the signer's"))
    }
}

/// The two texts of a `ds:X509IssuerSerial`, or of a XAdES `IssuerSerial`.
pub(super) fn issuer_serial(tree: &Tree, node: NodeId) -> Result<(String, String), String> {
    let mut issuer = None;
    let mut serial = None;
    for child in elements(tree, node)? {
        if tree.is(child, DSIG, "X509IssuerName") {
            issuer = Some(text_of(tree, child)?);
        } else if tree.is(child, DSIG, "X509SerialNumber") {
            serial = Some(text_of(tree, child)?);
        }
    }
    issuer.zip(serial).ok_or_else(|| format!("{} is incomplete", called(tree, node)))
}

/// Whether issuer and serial number are those of the certificate; `None` when the issuer cannot be read
/// and the serial number does not decide it.
pub(super) fn names(issuer: &str, serial: &str, certificate: &Certificate) -> Option<bool> {
    // A serial number that is no number is that of no certificate.
    if number::from_decimal(serial).as_deref() != Some(number::trimmed(certificate.serial())) {
        return Some(false);
    }
    name::same(issuer, &certificate.issuer())
}

fn part(tree: &Tree, node: NodeId, namespace: &str, local: &str) -> Result<NodeId, String> {
    elements(tree, node)?
        .into_iter()
        .find(|child| tree.is(*child, namespace, local))
        .ok_or_else(|| format!("{} has no {local}", called(tree, node)))
}

fn rsa_key(tree: &Tree, node: NodeId) -> Result<Vec<u8>, String> {
    let modulus = base64_of(tree, part(tree, node, DSIG, "Modulus")?)?;
    let exponent = base64_of(tree, part(tree, node, DSIG, "Exponent")?)?;
    let numbers = write::wrap(SEQUENCE, &[&write::unsigned(&modulus), &write::unsigned(&exponent)]);
    let algorithm = write::wrap(
        SEQUENCE,
        &[&write::wrap(OID, &[oid::RSA_ENCRYPTION.as_bytes()]), &write::wrap(NULL, &[])],
    );
    Ok(write::wrap(SEQUENCE, &[&algorithm, &write::wrap(BIT_STRING, &[&[0], &numbers])]))
}

fn ec_key(tree: &Tree, node: NodeId) -> Result<Vec<u8>, String> {
    let curve = part(tree, node, DSIG11, "NamedCurve")?;
    let curve = curve_of(tree.attribute(curve, "", "URI"))?;
    let point = base64_of(tree, part(tree, node, DSIG11, "PublicKey")?)?;
    Ok(ec_spki(curve, &point))
}

/// The form of RFC 4050, with decimal coordinates.
fn ecdsa_key(tree: &Tree, node: NodeId) -> Result<Vec<u8>, String> {
    let curve = part(tree, part(tree, node, MORE, "DomainParameters")?, MORE, "NamedCurve")?;
    let curve = curve_of(tree.attribute(curve, "", "URN"))?;
    let len = match curve {
        oid::P256 => 32,
        oid::P384 => 48,
        oid::P521 => 66,
        other => return Err(format!("the curve {other} is not supported")),
    };
    let key = part(tree, node, MORE, "PublicKey")?;
    let mut point = vec![4];
    for axis in ["X", "Y"] {
        let value = tree.attribute(part(tree, key, MORE, axis)?, "", "Value");
        let digits = value.and_then(number::from_decimal).filter(|digits| digits.len() <= len);
        let digits = digits.ok_or_else(|| format!("{axis} of the key is no coordinate"))?;
        point.resize(point.len().saturating_add(len.saturating_sub(digits.len())), 0);
        point.extend(digits);
    }
    Ok(ec_spki(curve, &point))
}

fn curve_of(urn: Option<&str>) -> Result<ObjectIdentifier, String> {
    let dotted = urn.and_then(|urn| urn.strip_prefix("urn:oid:"));
    dotted
        .and_then(|dotted| ObjectIdentifier::new(dotted).ok())
        .ok_or_else(|| "a key without a named curve".to_owned())
}

fn ec_spki(curve: ObjectIdentifier, point: &[u8]) -> Vec<u8> {
    let algorithm = write::wrap(
        SEQUENCE,
        &[&write::wrap(OID, &[oid::EC_PUBLIC_KEY.as_bytes()]), &write::wrap(OID, &[curve.as_bytes()])],
    );
    write::wrap(SEQUENCE, &[&algorithm, &write::wrap(BIT_STRING, &[&[0], point])])
}

/// Whether two SubjectPublicKeyInfo hold the same key, however their parameters are written.
fn same_key(one: &[u8], other: &[u8]) -> bool {
    one == other || material(one).is_some_and(|one| material(other) == Some(one))
}

/// Type, and the numbers of an RSA key or the curve and point of another.
fn material(spki: &[u8]) -> Option<(ObjectIdentifier, Vec<u8>, Vec<u8>)> {
    let mut outer = Reader::new(spki, Rules::Lenient).expect(SEQUENCE).ok()?.inside();
    let mut algorithm = outer.expect(SEQUENCE).ok()?.inside();
    let kind = algorithm.oid().ok()?;
    let bits = outer.expect(BIT_STRING).ok()?;
    let octets = bits.whole_octets().ok()?;
    if matches!(kind, oid::RSA_ENCRYPTION | oid::RSASSA_PSS) {
        let mut numbers = Reader::new(octets, Rules::Lenient).expect(SEQUENCE).ok()?.inside();
        let modulus = numbers.expect(INTEGER).ok()?.unsigned().ok()?.to_vec();
        let exponent = numbers.expect(INTEGER).ok()?.unsigned().ok()?.to_vec();
        return Some((oid::RSA_ENCRYPTION, modulus, exponent));
    }
    let curve = algorithm.any().map(|parameters| parameters.raw.to_vec()).unwrap_or_default();
    Some((kind, curve, octets.to_vec()))
}

/// Issuer and serial number as XAdES `IssuerSerialV2` has them: the base64 of an IssuerSerial (RFC 5035).
pub(super) fn names_v2(base64: &str, certificate: &Certificate) -> Option<bool> {
    let der = decode(base64)?;
    let mut fields = Reader::new(&der, Rules::Lenient).expect(SEQUENCE).ok()?.inside();
    let mut issuers = fields.expect(SEQUENCE).ok()?.inside();
    let serial = fields.expect(INTEGER).ok()?.value;
    if number::trimmed(serial) != number::trimmed(certificate.serial()) {
        return Some(false);
    }
    // GeneralNames, of which directoryName is [4].
    let directory = issuers.expect(crate::asn1::context(4)).ok()?;
    let issuer = certificate.issuer_der();
    Some(same_name(directory.value, issuer) || same_name(&reversed(directory.value)?, issuer))
}

/// A Name with its relative names the other way round, as some signers write it.
fn reversed(name: &[u8]) -> Option<Vec<u8>> {
    let mut sets = Reader::new(name, Rules::Lenient).expect(SEQUENCE).ok()?.inside();
    let mut parts = Vec::new();
    while !sets.is_empty() {
        parts.push(sets.any().ok()?.raw);
    }
    parts.reverse();
    Some(write::wrap(SEQUENCE, &parts))
}

/// The key of a SubjectPublicKeyInfo, or why it is none.
pub(super) fn public_key(spki: &[u8]) -> Result<PublicKey, String> {
    PublicKey::from_spki_der(spki).map_err(|error| error.to_string())
}
