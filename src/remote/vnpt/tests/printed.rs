//! The JSON bodies that the service's document prints, transcribed.
//!
//! Everywhere: names, numbers of people, passwords and certificates are replaced by made-up ones of the same
//! form; line breaks between members are ours. What else was repaired, because it is not JSON as printed,
//! stands above each body.

/// 3.1, the common response. As printed.
pub(super) const SUCCESS: &str = r#"{
    "status_code": 200,
    "message": "SUCCESS",
    "data": { "transaction_id": "SP_CA_123456", "tran_code": "acd9be84-60e7-4645-83ab-fb7079b71626" }
}"#;

/// 3.2, the request. Printed up to `serial_number`, then a lone quotation mark: `transaction_id`, which the
/// table calls required, is added as 4.2 prints it, and the object closed.
pub(super) const GET_CERTIFICATE: &str = r#"{
    "sp_id": "4184-000000000000000000.apps.signserviceapi.com",
    "sp_password": "NDAwMC1zYW5kYm94LXBhc3M",
    "user_id": "000000530",
    "serial_number": "",
    "transaction_id": "SP_CA_09940"
}"#;

/// 3.2, the response. Two code blocks, which a page break separates inside the first certificate, are joined.
/// Certificates and issuers are cut in print; the cut ends stay.
pub(super) const CERTIFICATES: &str = r#"{
    "status_code": 200,
    "message": "Success",
    "data": {
        "user_certificates": [
            {
                "service_type": "SMARTCA",
                "service_name": "SMARTCA PERSONAL PRO",
                "cert_id": "fcfffdff-2bed-4dda-8276-d00b4c3df6c9",
                "cert_status": "Đang hoạt động",
                "serial_number": "54010101493c47d39f8a84b30ed55191",
                "cert_subject": "C=VN,ST=HÀ NỘI,L=Quận,CN=Nguyễn Văn Mẫu test SmartCA,UID=CMND:000000530",
                "cert_valid_from": "2023-07-18T09:12:00Z",
                "cert_valid_to": "2026-07-18T21:12:00Z",
                "cert_data": "MIIFQjCCBCqgAwIBAg...",
                "chain_data": { "ca_cert": "MIIGNDCCBBygAwI...", "root_cert": "MIIG/DCCBOSgAw..." },
                "transaction_id": "SP_CA_09940"
            },
            {
                "service_type": "ESEAL",
                "service_name": "ESEAL",
                "cert_id": "45bbe953-2b8d-4a5f-b31a-e766bca5ebc2",
                "cert_status": "Đang hoạt động",
                "serial_number": "540101013e3772189f6b3981df73bf0a",
                "cert_subject": "CN=Nguyễn Văn Mẫu Test,UID=CCCD:000000530",
                "cert_valid_from": "2024-01-27T00:58:00Z",
                "cert_valid_to": "2025-01-27T00:58:00Z",
                "cert_data": "MIIFEDC...",
                "chain_data": { "ca_cert": "MIIDrTCCA...", "root_cert": "MIIGmzCCBB..." },
                "transaction_id": "SP_CA_09940"
            },
            {
                "service_type": "ESEAL",
                "service_name": "ESEAL",
                "cert_id": "0e2a827b-ef84-49f4-8be2-d80094158350",
                "cert_status": "Đang hoạt động",
                "serial_number": "54010101e7572ce0f9ff8c363ca1cfb8",
                "cert_subject": "CN=Nguyễn Văn Mẫu Test,UID=CCCD:000000530",
                "cert_valid_from": "2024-01-27T00:57:00Z",
                "cert_valid_to": "2025-01-27T00:57:00Z",
                "cert_data": "MIIFEDCCA/igAwIBAgIQVA...",
                "chain_data": { "ca_cert": "MIIDrTCCApWgAwIB...", "root_cert": "MIIGmzCCBBugAwIB..." },
                "transaction_id": "SP_CA_09940"
            }
        ]
    }
}"#;

/// 3.3, the request. Both digests begin with a line break inside the string, which JSON forbids: taken out.
pub(super) const SIGN: &str = r#"{
    "sp_password": "NDAwMC1zYW5kYm94LXBhc3M",
    "user_id": "0000000813216",
    "transaction_id": "SP_CA_123456",
    "transaction_desc": "VTBRD253D19",
    "serial_number": "52341c3f9dcs2371",
    "sign_files": [
        {
            "file_type": "pdf",
            "data_to_be_signed": "3cab0a7c77da32d278f4e85053176d847064cc84b0f1528aa96438a3edf92060",
            "doc_id": "30c-7401-2562",
            "sign_type": "hash"
        },
        {
            "file_type": "xml",
            "data_to_be_signed": "3cab0a7c77da32d278f4e85053176d847064cc84b0f1528aa96438a3edf92060",
            "doc_id": "29a-7749-1325",
            "sign_type": "hash"
        }
    ],
    "sp_id": "4184-000000000000000000.apps.signserviceapi.com",
    "time_stamp": "20220316063000Z"
}"#;

/// 3.3, the response. Printed as two blocks, each with an opening brace of its own: the second is taken out.
pub(super) const SIGN_ACCEPTED: &str = r#"{
    "status_code": 200,
    "message": "sig_wait_for_user_confirm",
    "data": { "transaction_id": "SP_CA_123456", "tran_code": "acd9be84-60e7-4645-83ab-fb7079b71626" }
}"#;

/// 3.4, the response. As printed; the values are cut.
pub(super) const STATUS: &str = r#"{
    "status_code": 200,
    "message": "SUCCESS",
    "data": {
        "transaction_id": "c7eabdae-740e-4845-9bcd-dc495562d0bf",
        "signatures": [
            { "doc_id": "30c-7401-2562", "signature_value": "A7WttpP9/+8hUpZI/...", "timestamp_signature": null },
            { "doc_id": "29a-7749-1325", "signature_value": "A7WttpP9/+8hUpZI/...", "timestamp_signature": null }
        ]
    }
}"#;

/// 3.5, the notification. Printed with `=` for `:`, keys without quotation marks and types for values: put
/// into JSON, with values.
pub(super) const NOTIFICATION: &str = r#"{
    "sp_id": "4184-000000000000000000.apps.signserviceapi.com",
    "status_code": 200,
    "message": "SUCCESS",
    "transaction_id": "SP_CA_123456",
    "signed_files": [
        { "doc_id": "30c-7401-2562", "signature_value": "A7WttpP9/+8hUpZI/...", "timestamp_signature": "" }
    ]
}"#;

/// 4.2, the request. As printed.
pub(super) const TH_GET_CERTIFICATE: &str = r#"{
    "sp_id": "4184-000000000000000000.apps.signserviceapi.com",
    "sp_password": "NDAwMC1zYW5kYm94LXBhc3M",
    "user_id": "0000000813216",
    "serial_number": "",
    "transaction_id": "SP_CA_09940"
}"#;

/// 4.2, the response. As printed; fewer members than in 3.2.
pub(super) const TH_CERTIFICATES: &str = r#"{
    "status_code": 200,
    "message": "Success",
    "data": {
        "user_certificates": [{
            "cert_id": "047db43a-4038-471f-9843-cc52e0b5a194",
            "cert_data": "MIIFfjCCBGagAwIBAg...",
            "chain_data": { "ca_cert": "MIIDqTCCApGgAwIBAg...", "root_cert": null },
            "serial_number": "54010101ed6648476eec44c6354e93a5",
            "transaction_id": "SP_CA_09940"
        }]
    }
}"#;

/// 4.3, the request. As printed.
pub(super) const TH_SIGN: &str = r#"{
    "sp_password": "NDAwMC1zYW5kYm94LXBhc3M",
    "user_id": "000092",
    "transaction_id": "9eccc3e3-9e1b-41de-9b39-48e7bcecdede",
    "password": "Mat-khau-Mau-1",
    "serial_number": "54010101aad15185e5d334900b526deb",
    "sign_files": [
        {
            "file_type": "pdf",
            "data_to_be_signed": "17001dcce9fe19e30cba5219f86ad05fd6c802338078521af634dab92eef96d7",
            "doc_id": "30c-7401-2562",
            "sign_type": "hash"
        }
    ],
    "otp": "249560",
    "sp_id": "4359-000000000000000000.apps.smartcaapi.com"
}"#;

/// 4.3, the response. Two blocks, which a page break separates, are joined. The id is not the one that the
/// printed request has.
pub(super) const TH_SIGN_ACCEPTED: &str = r#"{
    "status_code": 200,
    "message": "sig_wait_for_user_confirm",
    "data": {
        "transaction_id": "67975bcc-5ee7-4a24-ab29-dd9f3c8fe32a",
        "tran_code": "b40d5ec4-513c-420a-b4e8-cc413eac308c",
        "sad": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9...",
        "expired_in": 299
    }
}"#;

/// 4.4, the request. Two blocks, which a page break separates, are joined, and the object closed.
pub(super) const TH_CONFIRM: &str = r#"{
    "sp_password": "NDAwMC1zYW5kYm94LXBhc3M",
    "user_id": "000092",
    "transaction_id": "a71bf8ad-71ad-4823-b586-33c8698b768e",
    "password": "Mat-khau-Mau-1",
    "sp_id": "4359-000000000000000000.apps.smartcaapi.com",
    "sad": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..."
}"#;

/// 4.4, the response. As printed; the value is cut.
pub(super) const TH_CONFIRMED: &str = r#"{
    "status_code": 200,
    "message": "Success",
    "data": {
        "transaction_id": "a71bf8ad-71ad-4823-b586-33c8698b768e",
        "expired_in": 299,
        "signatures": [
            { "doc_id": "30c-7401-2562", "signature_value": "ZLebEc4JFwgCT2l13feWFH6...", "timestamp_signature": null }
        ]
    }
}"#;
