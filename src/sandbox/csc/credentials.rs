//! `credentials/list` and `credentials/info`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::access::Access;
use super::{Call, Credential, Mode, Reply, Version, invalid};
use crate::algorithm::KeyKind;

/// Credentials on a page of the list, unless fewer are asked for.
const PAGE: usize = 100;

/// `credentials/list`.
pub(super) fn list(call: &Call<'_>) -> Result<Reply, Reply> {
    let user_id = Access::of(call)?.user_id(call)?;
    let subscriber = call.world.subscriber(&user_id).ok_or_else(|| invalid("Invalid parameter userID"))?;
    let all: Vec<Credential<'_>> = Credential::all(subscriber).collect();
    let ids = |some: &[Credential<'_>]| some.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    if call.version == Version::V2 {
        let mut told = Map::from_iter([("credentialIDs".to_owned(), json!(ids(&all)))]);
        if call.fields.flag("credentialInfo")? {
            let infos = all.iter().map(|one| describe(call, one, true)).collect::<Result<Vec<_>, _>>()?;
            told.insert("credentialInfos".into(), infos.into());
        }
        if call.fields.flag("onlyValid")? {
            told.insert("onlyValid".into(), json!(true));
        }
        return Ok(Reply::json(200, &told));
    }
    let most = match call.fields.number("maxResults")? {
        None => PAGE,
        Some(0) => return Err(invalid("Invalid parameter maxResults")),
        Some(most) => usize::try_from(most).unwrap_or(PAGE).min(PAGE),
    };
    let start = match call.fields.text("pageToken")? {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse().ok())
            .filter(|start| *start < all.len())
            .ok_or_else(|| invalid("Invalid parameter pageToken"))?,
    };
    let end = start.saturating_add(most).min(all.len());
    let page = all.get(start..end).unwrap_or_default();
    let mut told = json!({ "credentialIDs": ids(page) });
    if end < all.len()
        && let Some(members) = told.as_object_mut()
    {
        members.insert("nextPageToken".into(), json!(format!("page-{end}")));
    }
    Ok(Reply::json(200, &told))
}

/// `credentials/info`.
pub(super) fn info(call: &Call<'_>) -> Result<Reply, Reply> {
    let credential = Access::of(call)?.credential(call)?;
    Ok(Reply::json(200, &describe(call, &credential, false)?))
}

fn describe(call: &Call<'_>, credential: &Credential<'_>, with_id: bool) -> Result<Value, Reply> {
    let (key_algo, len, curve) = match credential.holding.key_kind() {
        KeyKind::Rsa | KeyKind::RsaPss => {
            let oids = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11"];
            (oids.to_vec(), credential.holding.chain.public_key().bits(), None)
        }
        _ => (vec!["1.2.840.10045.4.3.2"], 256, Some("1.2.840.10045.3.1.7")),
    };
    let mut key = json!({ "status": "enabled", "algo": key_algo, "len": len });
    if let (Some(curve), Some(members)) = (curve, key.as_object_mut()) {
        members.insert("curve".into(), json!(curve));
    }
    let mut told = Map::new();
    if with_id {
        told.insert("credentialID".into(), json!(credential.id));
    }
    told.insert("description".into(), json!(format!("{} ({})", credential.subscriber.name, credential.id)));
    told.insert("key".into(), key);
    told.insert("cert".into(), certificate(call, credential)?);
    // The authorisation is told only when it is asked for; its mode always.
    authorisation(call, credential.mode, &mut told)?;
    told.insert("SCAL".into(), json!(credential.mode.scal()));
    told.insert("multisign".into(), json!(credential.mode.multisign()));
    Ok(told.into())
}

fn certificate(call: &Call<'_>, credential: &Credential<'_>) -> Result<Value, Reply> {
    let chain: Vec<String> = credential
        .holding
        .chain
        .certificates()
        .iter()
        .map(|certificate| STANDARD.encode(certificate.der()))
        .collect();
    let mut told = Map::from_iter([("status".to_owned(), json!("valid"))]);
    match call.fields.text("certificates")?.unwrap_or("single") {
        "none" => {}
        "single" => {
            told.insert("certificates".into(), json!(chain.get(..1).unwrap_or_default()));
        }
        "chain" => {
            told.insert("certificates".into(), json!(chain));
        }
        _ => return Err(invalid("Invalid parameter certificates")),
    }
    if call.fields.flag("certInfo")? {
        let leaf = credential.holding.certificate();
        let time = |seconds| {
            let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
            json!(time.format("%Y%m%d%H%M%SZ").to_string())
        };
        told.insert("issuerDN".into(), json!(leaf.issuer()));
        told.insert("serialNumber".into(), json!(credential.holding.serial().to_uppercase()));
        told.insert("subjectDN".into(), json!(leaf.subject()));
        told.insert("validFrom".into(), time(leaf.not_before()));
        told.insert("validTo".into(), time(leaf.not_after()));
    }
    Ok(told.into())
}

fn authorisation(call: &Call<'_>, mode: Mode, told: &mut Map<String, Value>) -> Result<(), Reply> {
    let detailed = call.fields.flag("authInfo")?;
    if call.version == Version::V1 {
        let name = match mode {
            Mode::Pin | Mode::Otp | Mode::PinOtp => "explicit",
            Mode::Implicit => "implicit",
            Mode::OAuth => "oauth2code",
        };
        told.insert("authMode".into(), json!(name));
        if detailed && name == "explicit" {
            let pin = matches!(mode, Mode::Pin | Mode::PinOtp);
            let otp = matches!(mode, Mode::Otp | Mode::PinOtp);
            let presence = |there: bool| if there { "true" } else { "false" };
            told.insert(
                "PIN".into(),
                json!({ "presence": presence(pin), "format": "N", "label": "PIN",
                    "description": "The PIN of the key" }),
            );
            told.insert(
                "OTP".into(),
                json!({ "presence": presence(otp), "type": "online", "format": "N", "label": "OTP",
                    "description": "The code that was sent to the phone", "ID": "phone",
                    "provider": "Kyso Sandbox" }),
            );
        }
        return Ok(());
    }
    let pin = json!({ "type": "Password", "id": "PIN", "format": "N", "label": "PIN",
        "description": "The PIN of the key" });
    let otp = json!({ "type": "ChallengeResponse", "id": "OTP", "format": "N", "label": "OTP",
        "description": "The code that was sent to the phone" });
    let totp = json!({ "type": "Password", "id": "TOTP", "format": "N", "generator": "totp",
        "label": "TOTP", "description": "The code that the generator shows" });
    let phone = json!({ "type": "ChallengeResponseOOB", "id": "PHONE", "label": "Phone",
        "description": "Approve it on the phone" });
    let auth = match mode {
        Mode::OAuth => json!({ "mode": "oauth2code" }),
        _ if !detailed => json!({ "mode": "explicit" }),
        Mode::Pin => json!({ "mode": "explicit", "expression": "PIN", "objects": [pin] }),
        Mode::Otp => json!({ "mode": "explicit", "expression": "OTP", "objects": [otp] }),
        Mode::PinOtp => json!({ "mode": "explicit", "expression": "PIN AND (OTP XOR TOTP)",
            "objects": [pin, otp, totp] }),
        Mode::Implicit => json!({ "mode": "explicit", "objects": [phone] }),
    };
    told.insert("auth".into(), auth);
    Ok(())
}
