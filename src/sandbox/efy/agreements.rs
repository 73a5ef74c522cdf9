//! What became of agreements since the sandbox started.

use std::collections::HashMap;

use super::super::World;
use super::super::accounts::{Holding, Subscriber};
use super::fields::Fields;
use super::say::Refused;
use super::{Efy, locked};

/// Agreements by their id in lower case; those that nothing happened to are not in it. There are never more
/// than the world has contracts.
pub(super) type Agreements = HashMap<String, Standing>;

/// How an agreement stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub(super) state: State,
    /// The key that signs for it, when `change` or `renew` gave it another.
    pub(super) signer: Option<String>,
    /// The passcode was given out and must be changed.
    pub(super) passcode_is_new: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Enabled,
    Disabled,
    Revoked,
}

/// An agreement that exists.
pub(super) struct Agreement<'w> {
    /// In lower case.
    pub(super) uuid: String,
    /// Who authorises.
    pub(super) subscriber: &'w Subscriber,
    /// The key that it was made with: passcodes are counted there.
    pub(super) holding: &'w Holding,
    /// The key that signs.
    pub(super) signer: &'w Holding,
    pub(super) standing: Standing,
}

impl Agreement<'_> {
    /// That it signs.
    pub(super) fn signs(&self) -> Result<(), Refused> {
        match self.standing.state {
            State::Enabled => Ok(()),
            State::Disabled => Err(Refused::new(1012)),
            State::Revoked => Err(Refused::new(1021)),
        }
    }

    /// That it is not over.
    pub(super) fn lives(&self) -> Result<(), Refused> {
        if self.standing.state == State::Revoked { Err(Refused::new(1017)) } else { Ok(()) }
    }

    /// The code of success of a signing call.
    pub(super) const fn success(&self) -> u32 {
        if self.standing.passcode_is_new { 1018 } else { 1007 }
    }
}

impl Efy {
    /// The agreement that a request names.
    pub(super) fn agreement<'w>(
        &self,
        fields: &Fields<'_>,
        world: &'w World,
    ) -> Result<Agreement<'w>, Refused> {
        self.agreement_of(fields.text("agreementUUID")?, world)
    }

    pub(super) fn agreement_of<'w>(&self, uuid: &str, world: &'w World) -> Result<Agreement<'w>, Refused> {
        let not_found = || Refused::new(1008);
        let (subscriber, holding) = world.subscriber_by_agreement(uuid).ok_or_else(not_found)?;
        let uuid = uuid.to_ascii_lowercase();
        let standing = locked(&self.agreements).get(&uuid).cloned().unwrap_or_default();
        let signer = match &standing.signer {
            Some(credential_id) => world.holding(credential_id).ok_or_else(not_found)?.1,
            None => holding,
        };
        Ok(Agreement { uuid, subscriber, holding, signer, standing })
    }

    /// Changes how an agreement stands.
    pub(super) fn stand(&self, uuid: &str, change: impl FnOnce(&mut Standing)) {
        change(locked(&self.agreements).entry(uuid.to_owned()).or_default());
    }
}
