//! `owner/list` and `owner/assign`. The document lacks both; the fields are those of the SDKs.

use serde_json::json;

use super::refusal::Refusal;
use super::{Answer, Exchange};
use crate::algorithm::DigestAlgorithm;
use crate::sandbox::Subscriber;

/// An id that an owner has always had.
fn owner_uuid(subscriber: &Subscriber) -> String {
    let digest = DigestAlgorithm::Sha256.hash(subscriber.username.as_bytes()).to_hex();
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

impl Exchange<'_> {
    pub(super) fn list_owner(&self) -> Result<Answer, Refusal> {
        self.session()?;
        let conditions = self.fields.object("searchConditions")?;
        let conditions = conditions.ok_or_else(|| Refusal::parameters("searchConditions is missing"))?;
        let (tax, personal) = (conditions.optional("taxID")?, conditions.optional("personalID")?);
        let kind = if tax.is_some() { "MST" } else { "CCCD" };
        let number = tax.or(personal).ok_or_else(|| Refusal::parameters("taxID or personalID is needed"))?;
        let owner = self.world.subscriber(number).filter(|one| one.id_kind == kind);
        let owner = owner.ok_or_else(|| Refusal::new(1008, "there is no such owner").v2(3003))?;
        let (name, id) =
            if kind == "MST" { ("companyName", "taxID") } else { ("personalName", "personalID") };
        Ok(Answer::new(json!({
            "username": owner.username.to_string(),
            "ownerUUID": owner_uuid(owner),
            name: owner.name.to_string(),
            id: owner.user_id.to_string(),
            "phone": owner.phone.to_string(),
            "email": owner.email.to_string(),
        })))
    }

    pub(super) fn assign_owner(&self) -> Result<Answer, Refusal> {
        self.session()?;
        let (agreement, owner) = (self.fields.text("agreementUUID")?, self.fields.text("ownerUUID")?);
        let (subscriber, _) = self
            .world
            .subscriber_by_agreement(agreement)
            .ok_or_else(|| Refusal::new(1008, "there is no such agreement"))?;
        // Every agreement here has its owner from the start.
        Err(if owner_uuid(subscriber) == owner {
            Refusal::new(1010, "the agreement is assigned to this owner already").v2(3055)
        } else {
            Refusal::new(1012, "the agreement is somebody else's")
        })
    }
}
