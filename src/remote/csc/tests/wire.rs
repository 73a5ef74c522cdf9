//! Bodies in the forms that the documents print.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::remote::csc::wire::*;

/// Reads it and writes it again: nothing may be lost.
fn round_trip<T: Serialize + DeserializeOwned>(body: Value) {
    let read: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), body, "{}", std::any::type_name::<T>());
}

#[test]
fn requests_round_trip() {
    round_trip::<LoginRequest>(json!({ "rememberMe": true }));
    round_trip::<LoginRequest>(json!({ "refresh_token": "_TiHRG", "clientData": "1" }));
    round_trip::<RevokeRequest>(
        json!({ "token": "_TiHRG", "token_type_hint": "refresh_token", "clientData": "1" }),
    );
    round_trip::<ListRequest>(json!({ "maxResults": 10, "pageToken": "p", "userID": "an" }));
    round_trip::<ListRequest>(
        json!({ "credentialInfo": true, "certificates": "chain", "certInfo": true, "authInfo": true }),
    );
    round_trip::<CredentialRequest>(
        json!({ "credentialID": "GX0112348", "certificates": "chain", "certInfo": true }),
    );
    round_trip::<AuthorizeRequest>(
        json!({ "credentialID": "GX0112348", "numSignatures": 2, "hash": ["sTOg"],
        "PIN": "12345678", "OTP": "738496", "clientData": "1" }),
    );
    round_trip::<AuthorizeRequest>(
        json!({ "credentialID": "GX0112348", "numSignatures": 2, "hashes": ["sTOg"],
        "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
        "authData": [{ "id": "PIN", "value": "123456" }, { "id": "PHONE" }] }),
    );
    round_trip::<ExtendRequest>(json!({ "credentialID": "GX0112348", "hash": ["sTOg"], "SAD": "_TiHRG" }));
    round_trip::<SendOtpRequest>(json!({ "credentialID": "GX0112348", "clientData": "1" }));
    round_trip::<ChallengeRequest>(json!({ "credentialID": "GX0112348", "authObjectID": "OTP" }));
    round_trip::<AuthorizeCheckRequest>(json!({ "handle": "8782" }));
    round_trip::<SignHashRequest>(
        json!({ "credentialID": "GX0112348", "SAD": "_TiHRG", "hash": ["sTOg", "c1RP"],
        "hashAlgo": "2.16.840.1.101.3.4.2.1", "signAlgo": "1.2.840.113549.1.1.1", "clientData": "1" }),
    );
    round_trip::<SignHashRequest>(json!({ "credentialID": "GX0112348", "SAD": "_TiHRG", "hashes": ["sTOg"],
        "signAlgo": "1.2.840.113549.1.1.10", "signAlgoParams": "MDQ=", "operationMode": "A",
        "validity_period": 3_600_000, "response_uri": "https://me.example/done" }));
    round_trip::<SignDocRequest>(json!({ "credentialID": "GX0112348", "SAD": "_TiHRG", "documentDigests": [
        { "hashes": ["sTOg"], "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1", "signature_format": "P",
          "conformance_level": "AdES-B-T", "signAlgo": "1.2.840.113549.1.1.1",
          "signed_props": [{ "attribute_name": "Reason", "attribute_value": "QQ==" }] }] }));
    round_trip::<PollingRequest>(json!({ "requestID": "158112", "clientData": "1" }));
    round_trip::<TimestampRequest>(
        json!({ "hash": "sTOg", "hashAlgo": "2.16.840.1.101.3.4.2.1", "nonce": "0A" }),
    );
}

#[test]
fn responses_round_trip() {
    round_trip::<InfoResponse>(
        json!({ "specs": "2.0.0.0", "name": "ACME", "logo": "https://acme.example/l.png",
        "region": "VN", "lang": "en-US", "description": "d", "authType": ["basic", "oauth2code"],
        "oauth2": "https://as.example/", "methods": ["auth/login"], "asynchronousOperationMode": true,
        "signAlgorithms": { "algos": ["1.2.840.10045.4.3.2"] },
        "signature_formats": { "formats": ["C"], "envelope_properties": [["Detached"]] },
        "conformance_levels": ["Ades-B-B"] }),
    );
    round_trip::<LoginResponse>(
        json!({ "access_token": "4/CK", "refresh_token": "_Ti", "expires_in": 3600 }),
    );
    round_trip::<TokenResponse>(json!({ "access_token": "3X", "token_type": "Bearer", "expires_in": 300,
        "credentialID": "GX0112348" }));
    round_trip::<ListResponse>(json!({ "credentialIDs": ["GX0112348"], "nextPageToken": "p" }));
    round_trip::<CredentialResponse>(
        json!({ "key": { "status": "enabled", "algo": ["1.2.840.113549.1.1.11"],
        "len": 2048 }, "cert": { "status": "valid", "certificates": ["MIIA"], "issuerDN": "CN=I",
        "serialNumber": "5AAC", "subjectDN": "CN=S", "validFrom": "20180101100000Z", "validTo": "20190101095959Z" },
        "authMode": "explicit", "PIN": { "presence": "true", "label": "PIN", "description": "d", "format": "N" },
        "OTP": { "presence": "true", "type": "offline", "ID": "MB01", "provider": "p", "format": "N",
        "label": "l", "description": "d" }, "multisign": 5, "lang": "en-US" }),
    );
    round_trip::<CredentialResponse>(json!({ "credentialID": "HX", "auth": { "mode": "explicit",
        "expression": "PIN AND OTP", "objects": [{ "type": "Password", "id": "OTP", "format": "N",
        "generator": "totp", "label": "l", "description": "d" }] }, "SCAL": "2", "multisign": 5 }));
    round_trip::<AuthorizeResponse>(json!({ "SAD": "_TiHRG", "expiresIn": 300 }));
    round_trip::<AuthorizeResponse>(json!({ "handle": "8782" }));
    round_trip::<ChallengeResponse>(json!({ "challenge": "Where?" }));
    round_trip::<SignedResponse>(json!({ "signatures": ["KedJ", "Idhe"] }));
    round_trip::<SignedResponse>(json!({ "responseID": "158112" }));
    round_trip::<SignedResponse>(json!({ "DocumentWithSignature": ["MILu"], "SignatureObject": ["MIAG"],
        "validationInfo": { "ocsp": ["MIIJ"], "crl": ["MIIC"], "certificates": ["MIIA"] } }));
    round_trip::<TimestampResponse>(json!({ "timestamp": "MGwC" }));
}

#[test]
fn responses_are_read_leniently() {
    let read: CredentialResponse =
        serde_json::from_value(json!({ "SCAL": 2, "multisign": "7", "PIN": { "presence": true }, "new": [1],
            "key": { "algo": "1.2.3", "len": null } }))
        .unwrap();
    assert_eq!((read.scal.as_deref(), read.multisign), (Some("2"), Some(7)));
    assert_eq!(read.pin.unwrap().presence.as_deref(), Some("true"));
    assert_eq!(read.key.unwrap().algo.unwrap(), ["1.2.3"]);
    // What is missing in the middle keeps its place.
    let read: SignedResponse =
        serde_json::from_value(json!({ "signatures": ["AQ==", null, "Ag=="] })).unwrap();
    assert_eq!(read.signatures.unwrap(), ["AQ==", "", "Ag=="]);
    let digests: DocumentDigests =
        serde_json::from_value(json!({ "hashes": "sTOg", "signature_format": "C", "signAlgo": "1.2" }))
            .unwrap();
    assert_eq!(digests.hashes.unwrap(), ["sTOg"]);
}

#[test]
fn secrets_are_not_shown() {
    let request: AuthorizeRequest = serde_json::from_value(
        json!({ "credentialID": "c", "numSignatures": 1, "PIN": "hunter2", "authData": [{ "id": "P", "value": "hunter3" }] }),
    )
    .unwrap();
    let login: LoginResponse = serde_json::from_value(json!({ "access_token": "hunter4" })).unwrap();
    assert!(!format!("{request:?} {login:?}").contains("hunter"));
}
