//! The extensions that matter to signing and path validation.

use super::KeyUsage;
use crate::asn1::{Asn1Error, BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE, Tlv, oid};

#[derive(Default)]
pub(super) struct Extensions {
    pub(super) ca: bool,
    pub(super) path_len: Option<u32>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) subject_key_identifier: Option<Box<[u8]>>,
    pub(super) authority_key_identifier: Option<Box<[u8]>>,
    /// The first rfc822Name of subjectAltName.
    pub(super) email: Option<Box<str>>,
    /// The policies it was issued under, dotted.
    pub(super) policies: Vec<String>,
    /// The first extension that is critical and not understood here, dotted.
    pub(super) unknown_critical: Option<String>,
}

impl Extensions {
    /// Reads the `[3]` field of a TBSCertificate.
    pub(super) fn read(field: &Tlv<'_>) -> Result<Self, Asn1Error> {
        let mut found = Self::default();
        let mut list = field.inside().expect(SEQUENCE)?.inside();
        while !list.is_empty() {
            let mut extension = list.expect(SEQUENCE)?.inside();
            let id = extension.oid()?;
            let critical = extension.boolean_or_false()?;
            let wrapper = extension.expect(OCTET_STRING)?;
            let understood = found.take(id, &mut wrapper.inside());
            // A broken extension is as bad as an unknown one, and no worse.
            if critical && found.unknown_critical.is_none() && !matches!(understood, Ok(true)) {
                found.unknown_critical = Some(id.to_string());
            }
        }
        Ok(found)
    }

    /// Whether the extension is one that is understood.
    fn take(
        &mut self,
        id: const_oid::ObjectIdentifier,
        contents: &mut Reader<'_>,
    ) -> Result<bool, Asn1Error> {
        match id {
            oid::BASIC_CONSTRAINTS => {
                let mut fields = contents.expect(SEQUENCE)?.inside();
                let ca = fields.boolean_or_false()?;
                let path_len =
                    if fields.peek() == Some(INTEGER) { Some(fields.small_integer()?) } else { None };
                (self.ca, self.path_len) = (ca, path_len);
            }
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::from_bits(contents.expect(BIT_STRING)?.value)),
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(contents.expect(OCTET_STRING)?.value.into());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                let identifier = contents.expect(SEQUENCE)?.inside().optional(0x80)?;
                self.authority_key_identifier = identifier.map(|tlv| tlv.value.into());
            }
            // Nothing is asked of it: any name will do.
            oid::SUBJECT_ALT_NAME => self.email = rfc822_name(contents).ok().flatten(),
            // Any policy will do but where a document asks for some; a list that is broken has none.
            oid::CERTIFICATE_POLICIES => self.policies = policies(contents).unwrap_or_default(),
            // Nothing is asked of it: any purpose will do.
            oid::EXTENDED_KEY_USAGE => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The first rfc822Name of GeneralNames (RFC 5280, 4.2.1.6).
fn rfc822_name(contents: &mut Reader<'_>) -> Result<Option<Box<str>>, Asn1Error> {
    const RFC822_NAME: u8 = 0x81;
    let mut names = contents.expect(SEQUENCE)?.inside();
    while !names.is_empty() {
        let name = names.any()?;
        if name.tag == RFC822_NAME && name.value.is_ascii() && !name.value.is_empty() {
            return Ok(std::str::from_utf8(name.value).ok().map(Into::into));
        }
    }
    Ok(None)
}

/// The identifiers of `certificatePolicies` (RFC 5280, 4.2.1.4), without their qualifiers.
fn policies(contents: &mut Reader<'_>) -> Result<Vec<String>, Asn1Error> {
    let mut list = contents.expect(SEQUENCE)?.inside();
    let mut found = Vec::new();
    while !list.is_empty() {
        found.push(list.expect(SEQUENCE)?.inside().oid()?.to_string());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::Rules;

    fn read(der: &[u8]) -> Extensions {
        let field = crate::asn1::write::wrap(0xA3, &[&crate::asn1::write::wrap(SEQUENCE, &[der])]);
        Extensions::read(&Reader::new(&field, Rules::Lenient).any().unwrap()).unwrap()
    }

    #[test]
    fn a_default_written_out_and_a_path_length() {
        // basicConstraints, critical, CA:TRUE, pathlen:1; keyUsage with critical FALSE spelled out.
        let der = [
            0x30, 0x12, 0x06, 0x03, 0x55, 0x1D, 0x13, 0x01, 0x01, 0xFF, 0x04, 0x08, 0x30, 0x06, 0x01, 0x01,
            0xFF, 0x02, 0x01, 0x01, 0x30, 0x0E, 0x06, 0x03, 0x55, 0x1D, 0x0F, 0x01, 0x01, 0x00, 0x04, 0x04,
            0x03, 0x02, 0x06, 0xC0,
        ];
        let found = read(&der);
        assert!(found.ca);
        assert_eq!(found.path_len, Some(1));
        let usage = found.key_usage.unwrap();
        assert!(usage.digital_signature() && usage.non_repudiation() && !usage.key_cert_sign());
        assert_eq!(found.unknown_critical, None);
    }

    #[test]
    fn the_first_mail_address_is_the_subjects() {
        let names = [&[0x82, 1, b'd'][..], &[0x81, 5], b"a@b.c", &[0x81, 1, b'x']].concat();
        let value = crate::asn1::write::wrap(SEQUENCE, &[&names]);
        let octets = crate::asn1::write::wrap(OCTET_STRING, &[&value]);
        let found = read(&crate::asn1::write::wrap(SEQUENCE, &[&[0x06, 3, 0x55, 0x1D, 0x11], &octets]));
        assert_eq!(found.email.as_deref(), Some("a@b.c"));
    }

    #[test]
    fn a_critical_extension_not_understood_is_named() {
        // nameConstraints, critical.
        let found =
            read(&[0x30, 0x0C, 0x06, 0x03, 0x55, 0x1D, 0x1E, 0x01, 0x01, 0xFF, 0x04, 0x02, 0x30, 0x00]);
        assert_eq!(found.unknown_critical.as_deref(), Some("2.5.29.30"));
        let broken =
            read(&[0x30, 0x0C, 0x06, 0x03, 0x55, 0x1D, 0x0F, 0x01, 0x01, 0xFF, 0x04, 0x02, 0x30, 0x00]);
        assert_eq!(broken.unknown_critical.as_deref(), Some("2.5.29.15"));
    }

    #[test]
    fn policies_are_listed() {
        // certificatePolicies: 1.2.3 and 1.2.4 with qualifiers.
        let found = read(&[
            0x30, 0x17, 0x06, 0x03, 0x55, 0x1D, 0x20, 0x04, 0x10, 0x30, 0x0E, 0x30, 0x04, 0x06, 0x02, 0x2A,
            0x03, 0x30, 0x06, 0x06, 0x02, 0x2A, 0x04, 0x30, 0x00,
        ]);
        assert_eq!(found.policies, ["1.2.3", "1.2.4"]);
        let broken = read(&[0x30, 0x09, 0x06, 0x03, 0x55, 0x1D, 0x20, 0x04, 0x02, 0x31, 0x00]);
        assert!(broken.policies.is_empty() && broken.unknown_critical.is_none());
    }
}
