//! The calls of `certificates/`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::World;
use super::super::accounts::{Enrolment, Subscriber};
use super::agreements::State;
use super::fields::Fields;
use super::say::{Refused, written};
use super::{Efy, check_pin};
use crate::algorithm::KeyKind;
use crate::remote::Secret;

/// What an answer has besides.
pub(super) type Answer = Result<Map<String, Value>, Refused>;

const PROFILES: [&str; 9] = [
    "T2OSB21Y", "T2OSB22Y", "T2OSB23Y", "T2PSB21Y", "T2PSB22Y", "T2PSB23Y", "T2SFB21Y", "T2SFB22Y",
    "T2SFB23Y",
];

/// The texts of `agreementDetails`.
const DETAILS: [&str; 21] = [
    "applicationForm",
    "authorizeLetter",
    "budgetID",
    "businessLicense",
    "citizenID",
    "country",
    "email",
    "location",
    "organization",
    "organizationUnit",
    "passportID",
    "personalID",
    "personalName",
    "photoActivityDeclaration",
    "photoAuthorizeDelegate",
    "photoIDCard",
    "requestForm",
    "stateOrProvince",
    "taxID",
    "telephoneNumber",
    "title",
];

/// The texts among them that are files in base64.
const PAPERS: [&str; 7] = [
    "applicationForm",
    "authorizeLetter",
    "businessLicense",
    "photoActivityDeclaration",
    "photoAuthorizeDelegate",
    "photoIDCard",
    "requestForm",
];

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

impl Efy {
    pub(super) fn register(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let details = fields.object("agreementDetails")?;
        let whose = whose(&details)?;
        let email = fields.text("email")?;
        fields.at_most("email", 128)?;
        fields.text("mobileNo")?;
        let phone = fields.at_most("mobileNo", 16)?.unwrap_or_default();
        fields.text("certificateProfile")?;
        fields.one_of("certificateProfile", &PROFILES)?;
        for name in ["ownerEmail", "ownerMobileNo", "ownerUUID"] {
            fields.text(name)?;
        }
        if let Some(mode) = fields.get("sharedMode")
            && !matches!(mode.as_u64(), Some(1..=3))
        {
            return Err(Refused::params("sharedMode is 1, 2 or 3"));
        }
        fields.texts("acceptedApps")?;
        fields.one_of("passCodeNotificationMethod", &["EMAIL", "SMS", "1"])?;
        for address in [email, fields.text("ownerEmail")?] {
            if !address.contains('@') {
                return Err(Refused::params(format!("{address:?} is no e-mail address")));
            }
        }
        if world.subscribers().any(|one| one.email.eq_ignore_ascii_case(email)) {
            return Err(Refused::new(1028));
        }
        if world.subscribers().any(|one| one.user_id == whose.id) {
            return Err(Refused::new(1010));
        }
        let subscriber = enrol(whose.enrolment().reached_by(email, phone), world)?;
        let holding = subscriber.holdings.first().ok_or_else(|| Refused::new(1003))?;
        // The passcode goes to the customer, who is to change it.
        world.send_pin(subscriber, holding);
        self.stand(&holding.agreement_uuid.to_ascii_lowercase(), |standing| standing.passcode_is_new = true);
        Ok(object(json!({
            "ownerUUID": fields.text("ownerUUID")?,
            "agreementUUID": holding.agreement_uuid,
        })))
    }

    pub(super) fn change(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let details = fields.object("agreementDetails")?;
        let agreement = self.agreement(fields, world)?;
        agreement.lives()?;
        let whose = whose(&details)?;
        // These stand for the agreement, and cannot change.
        if whose.id != agreement.subscriber.user_id {
            return Err(Refused::params("personalID, passportID, taxID and budgetID cannot change"));
        }
        self.issue(&agreement.uuid, whose.enrolment(), world)?;
        Ok(object(
            json!({"agreementUUID": agreement.holding.agreement_uuid, "ownerUUID": agreement.subscriber.username}),
        ))
    }

    pub(super) fn renew(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        agreement.lives()?;
        fields.text("certificateProfile")?;
        fields.one_of("certificateProfile", &PROFILES)?;
        let who = agreement.subscriber;
        self.issue(
            &agreement.uuid,
            Enrolment::new(who.id_kind, who.user_id.clone(), who.name.clone()),
            world,
        )?;
        Ok(Map::new())
    }

    /// Gives an agreement another key and certificate.
    fn issue(&self, uuid: &str, enrolment: Enrolment, world: &World) -> Result<(), Refused> {
        let issued = enrol(enrolment, world)?;
        let holding = issued.holdings.first().ok_or_else(|| Refused::new(1003))?;
        self.stand(uuid, |standing| standing.signer = Some(holding.credential_id.clone()));
        Ok(())
    }

    pub(super) fn change_pin(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let (current, new) = (fields.text("currentPasscode")?, fields.text("newPasscode")?);
        agreement.lives()?;
        check_pin(agreement.subscriber, agreement.holding, current, world)?;
        world.set_pin(agreement.holding, Secret::new(new));
        self.stand(&agreement.uuid, |standing| standing.passcode_is_new = false);
        let left = world.attempts_left("pin", &agreement.holding.credential_id);
        Ok(object(json!({ "remainingCounter": left })))
    }

    pub(super) fn get_detail(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        let (certificate, signer) = (agreement.signer.certificate(), agreement.signer);
        let modes: &[&str] = match signer.key_kind() {
            KeyKind::Rsa => &["EXPLICIT/PIN", "EXPLICIT/OTP-SMS", "EXPLICIT/OTP-EMAIL"],
            // This interface signs with RSA only.
            _ => &[],
        };
        Ok(object(json!({
            "certificateDN": certificate.subject(),
            "certificateSerialNumber": signer.serial().to_uppercase(),
            "certificateThumbprint": signer.thumbprint_sha1(),
            "validFrom": written(certificate.not_before()),
            "validTo": written(certificate.not_after()),
            "issuerDN": certificate.issuer(),
            "certificate": STANDARD.encode(certificate.der()),
            "sharedMode": 1,
            "authModeSupported": modes,
        })))
    }

    pub(super) fn forget_pin(&self, fields: &Fields<'_>, world: &World) -> Answer {
        let agreement = self.agreement(fields, world)?;
        agreement.lives()?;
        if let Some(message) = fields.optional("notificationMessage")?
            && !message.contains("{Passcode}")
        {
            return Err(Refused::params("notificationMessage has no {Passcode}"));
        }
        fields.optional("notificationSubject")?;
        world.send_pin(agreement.subscriber, agreement.holding);
        self.stand(&agreement.uuid, |standing| standing.passcode_is_new = true);
        Ok(Map::new())
    }

    pub(super) fn revoke(&self, fields: &Fields<'_>, world: &World) -> Answer {
        self.set_state(fields, world, State::Revoked)
    }

    pub(super) fn enable(&self, fields: &Fields<'_>, world: &World) -> Answer {
        self.set_state(fields, world, State::Enabled)
    }

    pub(super) fn disable(&self, fields: &Fields<'_>, world: &World) -> Answer {
        self.set_state(fields, world, State::Disabled)
    }

    fn set_state(&self, fields: &Fields<'_>, world: &World, state: State) -> Answer {
        let agreement = self.agreement(fields, world)?;
        agreement.lives()?;
        self.stand(&agreement.uuid, |standing| standing.state = state);
        Ok(Map::new())
    }
}

fn enrol(enrolment: Enrolment, world: &World) -> Result<&Subscriber, Refused> {
    world.enrol(enrolment).map_err(|error| Refused::new(1003).detail(error.to_string()))
}

/// Who a certificate is for.
struct Whose<'b> {
    kind: &'static str,
    id: &'b str,
    name: &'b str,
    locality: Option<&'b str>,
}

impl Whose<'_> {
    fn enrolment(&self) -> Enrolment {
        let enrolment = Enrolment::new(self.kind, self.id, self.name);
        match self.locality {
            Some(locality) => enrolment.locality(locality),
            None => enrolment,
        }
    }
}

/// Reads `agreementDetails`.
fn whose<'b>(details: &Fields<'b>) -> Result<Whose<'b>, Refused> {
    for name in DETAILS {
        details.optional(name)?;
    }
    for name in ["budgetID", "passportID", "taxID"] {
        details.at_most(name, 32)?;
    }
    if let Some(country) = details.optional("country")?
        && !(country.len() == 2 && country.bytes().all(|letter| letter.is_ascii_alphabetic()))
    {
        return Err(Refused::params("country is two letters"));
    }
    for name in PAPERS {
        if let Some(paper) = details.optional(name)?
            && STANDARD.decode(paper).is_err()
        {
            return Err(Refused::params(format!("{name} is no base64")));
        }
    }
    // The document's own sample has quotation marks in the values.
    let text = |name| {
        let bare = |text: &'b str| text.trim_matches(['\'', ' ']);
        details.optional(name).map(|text| text.map(bare).filter(|text| !text.is_empty()))
    };
    let locality = text("stateOrProvince")?.or(text("location")?);
    if let Some(id) = text("taxID")?.or(text("budgetID")?) {
        let name = text("organization")?.ok_or_else(|| Refused::params("organization is missing"))?;
        return Ok(Whose { kind: "MST", id, name, locality });
    }
    let id = text("personalID")?.or(text("citizenID")?).or(text("passportID")?);
    let id = id.ok_or_else(|| Refused::params("no taxID, budgetID, personalID, citizenID or passportID"))?;
    let name = text("personalName")?.ok_or_else(|| Refused::params("personalName is missing"))?;
    Ok(Whose { kind: "CCCD", id, name, locality })
}
