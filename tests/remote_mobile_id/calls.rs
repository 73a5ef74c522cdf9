//! Single calls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kyso::remote::mobile_id::{
    AssignOwner, CredentialInfo, Dialect, Info, ListCredentials, ListOwners, ResponseCode, Revoke, TokenType,
    UserType,
};
use kyso::remote::{Credential, Secret};
use kyso::sandbox::Sandbox;
use serde_json::{Value, json};

use super::people::{credential, driver, login_signature, person, sandbox, service};
use super::{DIALECTS, failure};

/// Logs the relying party and the person in by hand: the access token.
pub(crate) fn log_in(sandbox: &Sandbox, dialect: Dialect) -> Secret {
    let (party, person) = (sandbox.world().relying_party(), person(sandbox));
    let (name, password, signature) = (party.id, party.password.expose(), party.ssl2_signature.expose());
    let time = sandbox.world().now().timestamp_millis();
    let signed = login_signature(&Secret::new(format!("{name}{password}{signature}{time}")));
    let ssl2 = STANDARD.encode(format!("{name}:{password}:{signature}:{time}:{}", signed.expose()));
    let basic = STANDARD.encode(format!("USERNAME:{}:{}", person.username, person.password.expose()));
    let body = match dialect {
        Dialect::V1 => json!({ "relyingParty": name, "language": "EN" }),
        _ => json!({ "relyingParty": name, "profile": "rssp-119.432-v2.0", "lang": "EN" }),
    };
    let mut response = ureq::post(format!("{}/auth/login", service(sandbox, dialect).base_url))
        .header("Authorization", format!("SSL2 {ssl2}, Basic {basic}"))
        .header("Content-Type", "application/json")
        .send(body.to_string())
        .unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    Secret::new(body["accessToken"].as_str().unwrap_or_else(|| panic!("{body}")))
}

#[test]
fn the_service_says_what_it_is() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let info = driver(&service(&sandbox, dialect)).call(&Info, None).unwrap();
        assert_eq!(info.name.as_deref(), Some("kyso sandbox, Mobile-ID RSSP"));
        assert_eq!(info.languages, ["VN", "EN"]);
        assert!(info.methods.iter().any(|method| method == "credentials/extendTransaction"));
    }
}

#[test]
fn credentials_owners_and_tokens() {
    let sandbox = sandbox();
    for dialect in DIALECTS {
        let service = service(&sandbox, dialect);
        let driver = driver(&service);
        let token = log_in(&sandbox, dialect);
        let list = driver.call(&ListCredentials::new(&service, &Credential::new("")), Some(&token)).unwrap();
        assert_eq!(list.certificates.len(), 2);
        assert_eq!(list.certificates[0].num_signatures, Some(10));
        let info = driver
            .call(&CredentialInfo::new(&service, &credential(&sandbox, dialect, 0)), Some(&token))
            .unwrap();
        assert_eq!((info.auth_mode.as_deref(), info.scal), (Some("EXPLICIT/PIN"), Some(2)));
        assert_eq!(
            info.certificate.unwrap().certificates.len(),
            person(&sandbox).holdings[0].chain.certificates().len()
        );

        let number = person(&sandbox).user_id.to_string();
        let whose = ListOwners::new(&service, UserType::CitizenIdentityCard, number);
        let owner = driver.call(&whose, Some(&token)).unwrap();
        assert_eq!(owner.username.as_deref(), Some(&*person(&sandbox).username));
        let agreement = person(&sandbox).holdings[0].agreement_uuid.to_string();
        let assign = AssignOwner::new(&service, agreement, owner.owner_uuid.unwrap());
        let assigned = failure(driver.call(&assign, Some(&token)).unwrap_err());
        let expected = match dialect {
            Dialect::V1 => ResponseCode::AgreementExists,
            _ => ResponseCode::AgreementAssigned,
        };
        assert_eq!(assigned.code, Some(expected.number().to_string()));
        let nobody = ListOwners::new(&service, UserType::TaxCode, "9999999999");
        assert!(driver.call(&nobody, Some(&token)).is_err());

        let revoke = Revoke::new(&service, &Credential::new(""), TokenType::Access, token.clone());
        driver.call(&revoke, Some(&token)).unwrap();
        let refused = failure(driver.call(&revoke, Some(&token)).unwrap_err());
        let expected = if dialect == Dialect::V1 { "401" } else { "3005" };
        assert_eq!(refused.code.as_deref(), Some(expected));
    }
}
