//! Mobile-ID RSSP, dialects v1 (`/mobile-id/rssp/v1/…`) and v2 (`/mobile-id/rssp/v2/…`).
//!
//! Every key signs with SCAL 2, ten signatures to an authorisation. RSA keys are authorised by PIN, ECDSA
//! keys on the phone, unless the call says otherwise by what it brings: a code of six digits is a one-time
//! code, another code a PIN, none means the phone. Where the codes of dialect v2 are not known, those of v1
//! are answered.

mod credentials;
mod fields;
mod login;
mod owner;
mod refusal;
mod signatures;

use serde_json::{Map, Value, json};

use self::fields::Fields;
use self::refusal::Refusal;
use super::accounts::{Holding, Subscriber};
use super::{Incoming, Provider, Reply, World};
use crate::algorithm::DigestAlgorithm;

const PREFIX: &str = "mobile-id";

/// Signatures of one authorisation, at most.
const MOST_SIGNATURES: u64 = 10;

/// The header that ties a transaction to one machine of the service.
const ENTITY_NAME: &str = "rssp-entity-name";

/// Mobile-ID RSSP.
pub(super) struct MobileId;

/// A call with what is needed to answer it.
struct Exchange<'a> {
    request: &'a Incoming<'a>,
    world: &'a World,
    fields: Fields,
    v2: bool,
    /// The `billCode` or `responseID` of the response.
    id: String,
}

/// What is answered: members of the body, and the machine's name where it belongs there.
#[derive(Default)]
struct Answer {
    code: i64,
    members: Map<String, Value>,
    entity_name: Option<String>,
    /// In place of the exchange's own id.
    id: Option<String>,
}

impl Answer {
    fn new(members: Value) -> Self {
        Self { members: members.as_object().cloned().unwrap_or_default(), ..Self::default() }
    }

    fn code(mut self, code: i64) -> Self {
        self.code = code;
        self
    }
}

/// Who is logged in.
struct Session<'a> {
    /// The signer; none after a login of the relying party alone.
    subscriber: Option<&'a Subscriber>,
}

impl Provider for MobileId {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn signs(&self, path: &str) -> bool {
        path.to_ascii_lowercase().ends_with("signhash")
    }

    fn handle(&self, request: &Incoming<'_>, world: &World) -> Reply {
        let Some((dialect, call)) = request.path.strip_prefix("rssp/").and_then(|path| path.split_once('/'))
        else {
            return Reply::text(404, "the paths are rssp/v1/… and rssp/v2/…");
        };
        let v2 = match dialect {
            "v1" => false,
            "v2" => true,
            _ => return Reply::text(404, "the dialects are v1 and v2"),
        };
        if request.method != "POST" {
            return Reply::text(405, "every call is a POST");
        }
        let id = format!("KYSO-SANDBOX-{}", world.new_id());
        let json_type =
            request.header("Content-Type").is_some_and(|kind| kind.starts_with("application/json"));
        let fields = match request.json::<Map<String, Value>>() {
            Ok(map) if json_type => Fields::new(map),
            Ok(_) => return reply(v2, &id, Err(Refusal::parameters("Content-Type is application/json"))),
            Err(_) => return reply(v2, &id, Err(Refusal::parameters("the body is no JSON object"))),
        };
        let exchange = Exchange { request, world, fields, v2, id };
        let answer = exchange.answer(call);
        reply(v2, &exchange.id, answer)
    }
}

impl<'a> Exchange<'a> {
    fn answer(&self, call: &str) -> Result<Answer, Refusal> {
        if call == "info" {
            return Ok(self.info());
        }
        self.common()?;
        match (call, self.v2) {
            ("auth/login", _) => self.login(),
            ("auth/revoke", _) => self.revoke(),
            ("credentials/list", _) => self.list(),
            ("credentials/info", _) => self.credential_info(),
            ("credentials/sendOTP", _) => self.send_otp(),
            ("credentials/authorize", _) => self.authorize(),
            ("credentials/extendTransaction", _) => self.extend(),
            ("signature/signHash", false) | ("signatures/signHash", true) => self.sign_hash(),
            ("signatures/signPolling", true) => self.sign_polling(),
            ("owner/list", _) => self.list_owner(),
            ("owner/assign", _) => self.assign_owner(),
            _ => Err(Refusal::new(1011, "there is no such call").status(404)),
        }
    }

    /// What every request may have, and what it must.
    fn common(&self) -> Result<(), Refusal> {
        if self.v2 {
            self.fields.text("profile")?;
            self.fields.one_of("lang", &["VN", "EN"])?;
            self.fields.optional("rpRequestID")?;
            self.fields.optional("requestID")?;
        } else {
            self.fields.optional("relyingPartyBillCode")?;
            self.fields.optional("billCode")?;
            self.fields.one_of("language", &["VN", "EN"])?;
            // Shown in every sample, mandatory in the login.
            if let Some(party) = self.fields.optional("relyingParty")?
                && party != self.world.relying_party().id
            {
                return Err(Refusal::new(1001, "the relying party is not known").v2(3000));
            }
        }
        Ok(())
    }

    fn info(&self) -> Answer {
        let sign = if self.v2 { "signatures/signHash" } else { "signature/signHash" };
        let mut methods = vec![
            "info",
            "auth/login",
            "auth/revoke",
            "credentials/list",
            "credentials/info",
            "credentials/sendOTP",
            "credentials/authorize",
            "credentials/extendTransaction",
            sign,
            "owner/list",
            "owner/assign",
        ];
        if self.v2 {
            methods.push("signatures/signPolling");
        }
        Answer::new(json!({
            "version": if self.v2 { "2.0.0" } else { "1.0.0" },
            "name": "kyso sandbox, Mobile-ID RSSP",
            "description": "Signatures for trying things out, worth nothing",
            "logo": format!("{}/logo.png", self.request.base),
            "languages": ["VN", "EN"],
            "authTypes": ["Basic", "SSL2"],
            "methods": methods,
        }))
    }

    /// Whose session it is: header `Authorization: Bearer …`.
    fn session(&self) -> Result<Session<'a>, Refusal> {
        let token = self.bearer().ok_or_else(|| Refusal::new(1012, "log in first").v2(3005).status(401))?;
        let known = self.world.check("mobile-id-access", token).map_err(|error| match error {
            super::TokenError::Expired => Refusal::new(1029, "the access token has expired").v2(3006),
            super::TokenError::Unknown => Refusal::bare("the access token is not known").v2(3005).status(401),
        })?;
        let subscriber = match known.subject.as_str() {
            "" => None,
            user_id => Some(
                self.world
                    .subscriber(user_id)
                    .ok_or_else(|| Refusal::new(1012, "the signer is gone").v2(3003))?,
            ),
        };
        Ok(Session { subscriber })
    }

    fn bearer(&self) -> Option<&'a str> {
        let token = self.request.header("Authorization")?.strip_prefix("Bearer ")?.trim();
        (!token.is_empty()).then_some(token)
    }

    /// The keys that a session may use: those of the signer, or the one of the agreement.
    fn keys(&self, session: &Session<'a>) -> Result<(&'a Subscriber, Vec<&'a Holding>), Refusal> {
        let agreement = self.fields.optional("agreementUUID")?;
        let by_agreement = agreement.map(|uuid| {
            let found = self.world.subscriber_by_agreement(uuid);
            found.ok_or_else(|| Refusal::new(1008, "there is no such agreement"))
        });
        match (session.subscriber, by_agreement.transpose()?) {
            (None, None) => Err(Refusal::parameters("agreementUUID is needed after a login with SSL2 only")),
            (None, Some((owner, holding))) => Ok((owner, vec![holding])),
            (Some(signer), Some((owner, holding))) if *signer.user_id == *owner.user_id => {
                Ok((signer, vec![holding]))
            }
            (Some(_), Some(_)) => Err(Refusal::new(1012, "the agreement is somebody else's")),
            (Some(signer), None) => Ok((signer, signer.holdings.iter().collect())),
        }
    }

    /// The key that a call is about.
    fn key(&self, session: &Session<'a>) -> Result<(&'a Subscriber, &'a Holding), Refusal> {
        let (signer, keys) = self.keys(session)?;
        let fits: Box<dyn Fn(&Holding) -> bool> = if self.v2 {
            let id = self.fields.text("credentialID")?.to_owned();
            Box::new(move |holding| *holding.credential_id == *id)
        } else if let Some(id) = self.fields.integer("certificateID")? {
            Box::new(move |holding| certificate_id(holding) == id)
        } else {
            let thumbprint = self.fields.text("thumbprint")?.to_owned();
            Box::new(move |holding| {
                holding.thumbprint_sha1().eq_ignore_ascii_case(&thumbprint)
                    || holding.thumbprint_sha256().eq_ignore_ascii_case(&thumbprint)
            })
        };
        let found = keys.into_iter().find(|holding| fits(holding));
        found
            .map(|holding| (signer, holding))
            .ok_or_else(|| Refusal::new(1009, "there is no such certificate"))
    }
}

/// The `certificateID` of a key in dialect v1.
fn certificate_id(holding: &Holding) -> u64 {
    let digest = holding.certificate().fingerprint(DigestAlgorithm::Sha256);
    digest.as_bytes().first_chunk().map_or(0, |bytes: &[u8; 4]| u64::from(u32::from_be_bytes(*bytes)))
}

fn reply(v2: bool, id: &str, answer: Result<Answer, Refusal>) -> Reply {
    let (code_name, message_name, id_name) = if v2 {
        ("error", "errorDescription", "responseID")
    } else {
        ("responseCode", "responseMessage", "billCode")
    };
    let (status, code, message, mut members, entity_name, own_id) = match answer {
        Ok(answer) => {
            let message = match answer.code {
                0 => "Successfully",
                _ => "Request accepted",
            };
            (200, Some(answer.code), message.to_owned(), answer.members, answer.entity_name, answer.id)
        }
        Err(refusal) => {
            let code = if v2 { refusal.code_v2() } else { refusal.code_v1() };
            (refusal.http_status(), code, refusal.message().to_owned(), refusal.counters(v2), None, None)
        }
    };
    if let Some(code) = code {
        members.insert(code_name.to_owned(), code.into());
    }
    members.insert(message_name.to_owned(), message.into());
    members.insert(id_name.to_owned(), own_id.unwrap_or_else(|| id.to_owned()).into());
    let reply = Reply::json(status, &members);
    match entity_name {
        Some(name) => reply.header(ENTITY_NAME, name),
        None => reply,
    }
}
