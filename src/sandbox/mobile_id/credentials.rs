//! `credentials/list` and `credentials/info`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{Answer, Exchange, MOST_SIGNATURES, certificate_id};
use crate::algorithm::KeyKind;
use crate::sandbox::Holding;

fn date(seconds: i64) -> String {
    let date = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    date.format("%Y%m%d%H%M%SZ").to_string()
}

/// The way of authorising that is in force for a key.
fn mode(holding: &Holding) -> &'static str {
    if holding.key_kind() == KeyKind::Rsa { "EXPLICIT/PIN" } else { "IMPLICIT/CYBER-ID" }
}

impl Exchange<'_> {
    fn about(&self, holding: &Holding, details: bool) -> Map<String, Value> {
        let certificate = holding.certificate();
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("thumbprint", holding.thumbprint_sha1().to_lowercase().into());
        if self.v2 {
            put("credentialID", holding.credential_id.to_string().into());
        }
        if details {
            put("issuerDN", certificate.issuer().into());
            put("serialNumber", holding.serial().to_uppercase().into());
            put("subjectDN", certificate.subject().into());
            put("validFrom", date(certificate.not_before()).into());
            put("validTo", date(certificate.not_after()).into());
            put("certificateProfile", json!({ "name": "SANDBOX", "description": "For trying things out" }));
            put("purpose", "SIGNATURE".into());
        }
        members
    }

    pub(super) fn list(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (_, keys) = self.keys(&session)?;
        let (purpose, details) = if self.v2 {
            ("certificatePurpose", "certInfo")
        } else {
            ("cetificatePurpose", "certificateInfo")
        };
        let mut none = false;
        if let Some(conditions) = self.fields.object("searchConditions")? {
            let status = conditions.one_of("certificateStatus", &["ALL", "GOOD", "REVOKED"])?;
            let purpose = conditions.one_of(purpose, &["ALL", "SIGNATURE", "ENCRYPTION"])?;
            none = status == Some("REVOKED") || purpose == Some("ENCRYPTION");
        }
        let details = self.fields.flag(details)?;
        let listed = |holding: &Holding| {
            let mut members = self.about(holding, details);
            if !self.v2 {
                members.insert("certificateID".to_owned(), certificate_id(holding).into());
            }
            if details {
                let name = if self.v2 { "multisign" } else { "numSignatures" };
                members.insert(name.to_owned(), MOST_SIGNATURES.into());
            }
            members.insert("remainingSigningCounter".to_owned(), (-1).into());
            members.insert("version".to_owned(), 1.into());
            Value::Object(members)
        };
        let certificates: Vec<Value> = keys.into_iter().filter(|_| !none).map(listed).collect();
        let name = if self.v2 { "certs" } else { "certificates" };
        Ok(Answer::new(json!({ name: certificates })))
    }

    pub(super) fn credential_info(&self) -> Result<Answer, Refusal> {
        let session = self.session()?;
        let (signer, holding) = self.key(&session)?;
        let which = self.fields.one_of("certificates", &["none", "single", "chain"])?.unwrap_or("single");
        let (details, channels) =
            if self.v2 { ("certInfo", "authInfo") } else { ("certificateInfo", "authenticationInfo") };
        let mut certificate = self.about(holding, self.fields.flag(details)?);
        certificate.insert("status".to_owned(), "valid".into());
        let most = match which {
            "none" => 0,
            "single" => 1,
            _ => usize::MAX,
        };
        if most > 0 {
            let texts: Vec<String> = (holding.chain.certificates().iter().take(most))
                .map(|certificate| STANDARD.encode(certificate.der()))
                .collect();
            certificate.insert("certificates".to_owned(), texts.into());
        }
        certificate.insert("sharedMode".to_owned(), "PRIVATE_MODE".into());
        certificate.insert("createdRP".to_owned(), self.world.relying_party().id.into());
        let modes = [
            "EXPLICIT/PIN",
            "EXPLICIT/OTP-SMS",
            "EXPLICIT/OTP-EMAIL",
            "EXPLICIT/OTP-MOBILE",
            "IMPLICIT/CYBER-ID",
        ];
        let names = if self.v2 {
            ["cert", "multisign", "authModes", "defaultPassphraseEnabled"]
        } else {
            ["certificate", "numSignatures", "authModeSupported", "passphraseDefault"]
        };
        let [cert, multisign, auth_modes, default_passphrase] = names;
        let mut members = json!({
            cert: certificate,
            multisign: MOST_SIGNATURES,
            auth_modes: modes,
            "authMode": mode(holding),
            "SCAL": 2,
            "remainingSigningCounter": -1,
            default_passphrase: false,
        });
        if self.fields.flag(channels)?
            && let Some(members) = members.as_object_mut()
        {
            members.insert("authorizationEmail".to_owned(), signer.email.to_string().into());
            members.insert("authorizationPhone".to_owned(), signer.phone.to_string().into());
        }
        Ok(Answer::new(members))
    }
}
