//! `certificates/`: the life of an agreement.

use kyso::Fault;
use kyso::remote::efy::{
    AgreementDetails, Change, ChangePin, Disable, Enable, ForgetPin, GetDetail, Register, Renew, Revoke,
    Signing,
};
use kyso::remote::{Failure, Secret, Terms};

use super::desk::{Desk, contract, credential, failure, requests};

fn details() -> AgreementDetails {
    AgreementDetails {
        personal_name: Some("Trần Thị Thử".to_owned()),
        personal_id: Some("'000099000777'".to_owned()),
        country: Some("VN".to_owned()),
        state_or_province: Some("Cần Thơ".to_owned()),
        ..AgreementDetails::default()
    }
}

fn register() -> Register {
    Register {
        agreement_details: details(),
        email: "thu@kyso.invalid".to_owned(),
        mobile_no: "0000000777".to_owned(),
        shared_mode: Some(1),
        certificate_profile: "T2PSB21Y".to_owned(),
        owner_email: "owner@kyso.invalid".to_owned(),
        owner_mobile_no: "0000000778".to_owned(),
        owner_uuid: "owner-1".to_owned(),
        accepted_apps: vec!["IHD".to_owned()],
        pass_code_notification_method: Some("1".to_owned()),
    }
}

fn sign(desk: &Desk, agreement: &str, pin: &str) -> Result<(), Failure> {
    let chain = desk.chain(agreement);
    let prepared = contract(&chain, "c");
    let flow = Signing::begin(
        &desk.service,
        &credential(agreement, "EXPLICIT/PIN"),
        &requests(std::slice::from_ref(&prepared)),
        &Terms::new("t"),
    );
    let outcomes = desk.run(flow.unwrap(), &mut desk.clerk(&[pin])).map_err(failure)?;
    let kyso::remote::DocumentResult::Value(value) = &outcomes[0].result else { panic!() };
    prepared.accept(value).unwrap();
    Ok(())
}

#[test]
fn from_registration_to_revocation() {
    let desk = Desk::new();
    let registered = desk.call(&register()).unwrap();
    assert_eq!(registered.owner_uuid.as_deref(), Some("owner-1"));
    let uuid = registered.agreement_uuid.unwrap();
    // It is a subscriber of its own, with the name that was asked for.
    let detail = desk.call(&GetDetail { agreement_uuid: uuid.clone() }).unwrap();
    assert!(detail.certificate_dn.as_deref().unwrap().contains("Trần Thị Thử"), "{detail:?}");
    let first = detail.der().unwrap().unwrap();
    // The same once more is refused.
    assert_eq!(desk.call(&register()).unwrap_err().code.as_deref(), Some("1028"));
    let mut other = register();
    other.email = "other@kyso.invalid".to_owned();
    assert_eq!(desk.call(&other).unwrap_err().code.as_deref(), Some("1010"));

    // The passcode came to the phone, and signs; then it is changed.
    let sent = desk.world().sent_codes();
    let passcode = sent.iter().find(|code| code.is_pin).unwrap().code.to_string();
    sign(&desk, &uuid, &passcode).unwrap();
    let change_pin = |current: &str, new: &str| ChangePin {
        agreement_uuid: uuid.clone(),
        current_passcode: Secret::new(current),
        new_passcode: Secret::new(new),
    };
    let refused = desk.call(&change_pin("wrong", "86420")).unwrap_err();
    assert_eq!((refused.code.as_deref(), refused.fault), (Some("1004"), Fault::Caller));
    assert_eq!(desk.call(&change_pin(&passcode, "86420")).unwrap().remaining_counter, Some(5));
    sign(&desk, &uuid, "86420").unwrap();
    let forgotten = ForgetPin {
        agreement_uuid: uuid.clone(),
        notification_message: Some("Your new Passcode: {Passcode}".to_owned()),
        notification_subject: None,
    };
    desk.call(&forgotten).unwrap();
    let sent = desk.world().sent_codes();
    let new = sent.iter().find(|code| code.is_pin).unwrap().code.to_string();
    assert_ne!(new, passcode);
    sign(&desk, &uuid, &new).unwrap();

    // Disabled it does not sign, enabled it does again.
    desk.call(&Disable { agreement_uuid: uuid.clone() }).unwrap();
    assert_eq!(sign(&desk, &uuid, &new).unwrap_err().code.as_deref(), Some("1012"));
    desk.call(&Enable { agreement_uuid: uuid.clone() }).unwrap();
    sign(&desk, &uuid, &new).unwrap();

    // Renewed and changed it has other certificates, and the same passcode.
    let certificate =
        || desk.call(&GetDetail { agreement_uuid: uuid.clone() }).unwrap().der().unwrap().unwrap();
    let renew = Renew { agreement_uuid: uuid.clone(), certificate_profile: "T2PSB23Y".to_owned() };
    desk.call(&renew).unwrap();
    let second = certificate();
    assert_ne!(first, second);
    sign(&desk, &uuid, &new).unwrap();
    let change = |id: &str, name: &str| {
        let mut details = details();
        (details.personal_id, details.personal_name) = (Some(id.to_owned()), Some(name.to_owned()));
        Change { agreement_details: details, agreement_uuid: uuid.clone() }
    };
    desk.call(&change("000099000777", "Trần Thị Khác")).unwrap();
    assert_ne!(certificate(), second);
    assert!(desk.chain(&uuid).leaf().subject().contains("Trần Thị Khác"));
    sign(&desk, &uuid, &new).unwrap();
    assert_eq!(desk.call(&change("000099000778", "X")).unwrap_err().code.as_deref(), Some("1002"));

    // Revoked it is over.
    desk.call(&Revoke { agreement_uuid: uuid.clone() }).unwrap();
    assert_eq!(sign(&desk, &uuid, &new).unwrap_err().code.as_deref(), Some("1021"));
    assert_eq!(
        desk.call(&Enable { agreement_uuid: uuid.clone() }).unwrap_err().code.as_deref(),
        Some("1017")
    );
    assert_eq!(desk.call(&renew).unwrap_err().code.as_deref(), Some("1017"));
}
