//! The phone: a page that shows what waits, and takes the decisions of whoever sits before it.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;

use super::http::Request;
use super::{Faults, Pending, Reply, World};

/// The phone of a sandbox.
pub(super) struct Phone {
    world: Arc<World>,
    address: SocketAddr,
    anyone: bool,
    /// What a form must bring along: another site's page does not know it.
    token: String,
}

#[derive(Serialize)]
struct PendingJson<'a> {
    provider: &'a str,
    transaction_id: &'a str,
    credential_id: &'a str,
    documents: &'a [String],
    verification_code: Option<&'a str>,
    description: Option<&'a str>,
    expires_at: String,
}

impl Phone {
    pub(super) fn new(world: Arc<World>, address: SocketAddr, anyone: bool) -> Self {
        let token = world.new_id();
        Self { world, address, anyone, token }
    }

    pub(super) fn answer(&self, first: &str, path: &str, request: &Request) -> Reply {
        match (request.method.as_str(), first, path) {
            ("GET", "faults", "") => Reply::json(200, &self.world.faults()),
            ("PUT", "faults", "") => self.put_faults(&request.body),
            ("GET", "phone", "pending.json") => self.pending(),
            ("POST", "phone", "approve-all") => Reply::json(200, &self.world.approve_all()),
            _ => Reply::text(404, "nothing here\n"),
        }
    }

    fn put_faults(&self, body: &[u8]) -> Reply {
        let faults: Faults = match serde_json::from_slice(body) {
            Ok(faults) => faults,
            Err(error) => return Reply::text(400, &format!("{error}\n")),
        };
        match self.world.set_faults(faults) {
            Ok(()) => Reply::json(200, &self.world.faults()),
            Err(error) => Reply::text(400, &format!("{error}\n")),
        }
    }

    fn pending(&self) -> Reply {
        let pending = self.world.pending();
        let list: Vec<_> = pending.iter().map(json).collect();
        Reply::json(200, &list)
    }
}

fn json(one: &Pending) -> PendingJson<'_> {
    PendingJson {
        provider: one.provider,
        transaction_id: &one.transaction_id,
        credential_id: &one.credential_id,
        documents: &one.documents,
        verification_code: one.verification_code.as_deref(),
        description: one.description.as_deref(),
        expires_at: one.expires_at.to_rfc3339(),
    }
}
