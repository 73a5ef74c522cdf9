//! Who there is in the sandbox: a relying party, a person and a company, all made up.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::SandboxError;
use super::authority::{Authority, Issued, Purpose, Subject};
use super::keys::Kind;
use super::stamper::Stamper;
use crate::algorithm::{DigestAlgorithm, KeyKind};
use crate::certificate::{Certificate, Chain};
use crate::remote::Secret;
use crate::signer::LocalKey;

/// The party that asks for signatures, as all systems know it.
#[derive(Debug)]
#[non_exhaustive]
pub struct RelyingParty {
    /// `sp_id` of VNPT, `relyingParty` and the user name of RSSP, the user name of EFY, the client id of CSC.
    pub id: &'static str,
    /// `sp_password`, the password of RSSP and EFY, the client secret of CSC.
    pub password: Secret,
    /// `rpCode` of EFY.
    pub rp_code: &'static str,
    /// The `signature` of the SSL2 login of RSSP.
    pub ssl2_signature: Secret,
    /// The certificate that its SSL2 logins are checked with.
    pub ssl2: Chain,
    /// Its key in PEM, for the client.
    pub(super) ssl2_key_pem: Zeroizing<String>,
}

/// Somebody who signs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Subscriber {
    /// The number of the identity card, or the tax code.
    pub user_id: String,
    /// What `user_id` is: `CCCD` or `MST`.
    pub id_kind: &'static str,
    /// The user name, where a system wants one.
    pub username: String,
    /// The name.
    pub name: String,
    /// An e-mail address, which cannot exist.
    pub email: String,
    /// A number that cannot exist.
    pub phone: String,
    /// A company's tax code.
    pub tax_code: Option<String>,
    /// The password with every system.
    pub password: Secret,
    /// The PIN of every key at the start; [`World::check_pin`](super::World::check_pin) knows the current one.
    pub pin: Secret,
    /// The secret of the generator of one-time codes, its bytes.
    pub totp_secret: Zeroizing<Vec<u8>>,
    /// The keys: RSA first, then ECDSA.
    pub holdings: Vec<Holding>,
}

/// A key with its certificate.
#[non_exhaustive]
pub struct Holding {
    /// The key's id: `credentialID`.
    pub credential_id: String,
    /// The contract's id: `agreementUUID`.
    pub agreement_uuid: String,
    /// The certificate and its issuers.
    pub chain: Chain,
    pub(super) key: LocalKey,
}

impl Holding {
    /// The signer's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.chain.leaf()
    }

    /// The certificate's serial number, 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn serial(&self) -> String {
        self.certificate().serial().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// SHA-1 of the certificate, 40 upper-case hexadecimal digits.
    #[must_use]
    pub fn thumbprint_sha1(&self) -> String {
        self.certificate().fingerprint(DigestAlgorithm::Sha1).to_hex().to_uppercase()
    }

    /// SHA-256 of the certificate, 64 upper-case hexadecimal digits.
    #[must_use]
    pub fn thumbprint_sha256(&self) -> String {
        self.certificate().fingerprint(DigestAlgorithm::Sha256).to_hex().to_uppercase()
    }

    /// The type of the key.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        self.chain.public_key().kind()
    }
}

impl fmt::Debug for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holding({}, {:?})", self.credential_id, self.certificate())
    }
}

/// Contracts that are made while the sandbox runs, at most.
const MOST_ENROLLED: usize = 64;

/// Everybody.
pub(super) struct Accounts {
    pub(super) relying_party: RelyingParty,
    pub(super) stamper: Stamper,
    demonstration: Vec<Subscriber>,
    /// Filled from the front; what is in it stays.
    enrolled: [OnceLock<Subscriber>; MOST_ENROLLED],
    authority: Authority,
}

impl Accounts {
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, SandboxError> {
        let mut authority = Authority::open(folder)?;
        let demonstration = vec![person(&authority)?, company(&authority)?];
        let subject =
            Subject {
                common_name: "Kyso Sandbox Relying Party", uid: "MST:0000000002", locality: "Đà Nẵng"
            };
        let Issued { chain, key_pem, .. } =
            authority.issue("relying-party", Kind::Rsa, &subject, Purpose::Signing)?;
        let stamper = Stamper::open(&authority)?;
        authority.complete();
        let relying_party = RelyingParty {
            id: "kyso-sandbox",
            password: Secret::new("relying-party-password"),
            rp_code: "KYSO-SANDBOX",
            ssl2_signature: Secret::new("relying-party-signature"),
            ssl2: chain,
            ssl2_key_pem: key_pem,
        };
        Ok(Self {
            relying_party,
            stamper,
            demonstration,
            enrolled: [const { OnceLock::new() }; MOST_ENROLLED],
            authority,
        })
    }

    pub(super) const fn root(&self) -> &Certificate {
        self.authority.root()
    }

    pub(super) fn subscribers(&self) -> impl Iterator<Item = &Subscriber> {
        self.demonstration.iter().chain(self.enrolled.iter().map_while(OnceLock::get))
    }

    pub(super) fn holdings(&self) -> impl Iterator<Item = (&Subscriber, &Holding)> {
        self.subscribers().flat_map(|one| one.holdings.iter().map(move |holding| (one, holding)))
    }

    /// Somebody else's key of the same type.
    pub(super) fn other(&self, than: &Holding) -> Option<&Holding> {
        let fits =
            |one: &&Holding| one.credential_id != than.credential_id && one.key_kind() == than.key_kind();
        self.holdings().map(|(_, holding)| holding).find(fits)
    }

    /// A new subscriber with an RSA key of their own; `uuid` makes the ids.
    pub(super) fn enrol(&self, enrolment: Enrolment, uuid: &str) -> Result<&Subscriber, SandboxError> {
        if self.enrolled.iter().all(|place| place.get().is_some()) {
            return Err(SandboxError::TooMany { most: MOST_ENROLLED });
        }
        let Enrolment { user_id, id_kind, name, locality, email, phone, pin } = enrolment;
        let uid = format!("{id_kind}:{user_id}");
        let issued =
            self.authority.issue_anew(&Subject { common_name: &name, uid: &uid, locality: &locality })?;
        let holding = Holding {
            credential_id: format!("enrolled-{uuid}"),
            agreement_uuid: uuid.to_owned(),
            chain: issued.chain,
            key: issued.key,
        };
        let mut subscriber = Subscriber {
            username: format!("user-{uuid}"),
            tax_code: (id_kind == "MST").then(|| user_id.clone()),
            user_id,
            id_kind,
            name,
            email,
            phone,
            password: Secret::new(uuid),
            pin,
            totp_secret: Zeroizing::new(uuid.as_bytes().to_vec()),
            holdings: vec![holding],
        };
        for place in &self.enrolled {
            match place.set(subscriber) {
                Ok(()) => return place.get().ok_or(SandboxError::TooMany { most: MOST_ENROLLED }),
                Err(given_back) => subscriber = given_back,
            }
        }
        Err(SandboxError::TooMany { most: MOST_ENROLLED })
    }
}

/// Who makes a contract while the sandbox runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enrolment {
    /// The number of the identity card, or the tax code.
    pub user_id: String,
    /// What `user_id` is: `CCCD` or `MST`.
    pub id_kind: &'static str,
    /// The name in the certificate.
    pub name: String,
    /// The province or city in the certificate.
    pub locality: String,
    /// An e-mail address.
    pub email: String,
    /// A phone number.
    pub phone: String,
    /// The PIN of the key.
    pub pin: Secret,
}

impl Enrolment {
    /// Of a person (`CCCD`) or a company (`MST`), without address, number or PIN.
    #[must_use]
    pub fn new(id_kind: &'static str, user_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            id_kind,
            name: name.into(),
            locality: "Thành phố Hà Nội".to_owned(),
            email: String::new(),
            phone: String::new(),
            pin: Secret::new(""),
        }
    }

    /// With an e-mail address and a phone number.
    #[must_use]
    pub fn reached_by(mut self, email: impl Into<String>, phone: impl Into<String>) -> Self {
        self.email = email.into();
        self.phone = phone.into();
        self
    }

    /// With this province or city.
    #[must_use]
    pub fn locality(mut self, locality: impl Into<String>) -> Self {
        self.locality = locality.into();
        self
    }
}

fn person(authority: &Authority) -> Result<Subscriber, SandboxError> {
    // No province has the number 000.
    let subject = Subject {
        common_name: "Nguyễn Văn Mẫu",
        uid: "CCCD:000099000001",
        locality: "Thành phố Hồ Chí Minh",
    };
    Ok(Subscriber {
        user_id: "000099000001".to_owned(),
        id_kind: "CCCD",
        username: "nguyenvanmau".to_owned(),
        name: subject.common_name.to_owned(),
        email: "nguyenvanmau@kyso.invalid".to_owned(),
        phone: "0000000001".to_owned(),
        tax_code: None,
        password: Secret::new("Mat-khau-Mau-1"),
        pin: Secret::new("24681357"),
        totp_secret: Zeroizing::new(b"kyso sandbox: person".to_vec()),
        holdings: vec![
            holding(authority, "person-rsa", 1, Kind::Rsa, &subject)?,
            holding(authority, "person-ecdsa", 2, Kind::P256, &subject)?,
        ],
    })
}

fn company(authority: &Authority) -> Result<Subscriber, SandboxError> {
    let subject = Subject {
        common_name: "CÔNG TY TNHH KÝ SỐ MẪU",
        uid: "MST:0000000001",
        locality: "Thành phố Hà Nội",
    };
    Ok(Subscriber {
        user_id: "0000000001".to_owned(),
        id_kind: "MST",
        username: "congtymau".to_owned(),
        name: subject.common_name.to_owned(),
        email: "congtymau@kyso.invalid".to_owned(),
        phone: "0000000002".to_owned(),
        tax_code: Some("0000000001".to_owned()),
        password: Secret::new("Mat-khau-Mau-2"),
        pin: Secret::new("13572468"),
        totp_secret: Zeroizing::new(b"kyso sandbox:company".to_vec()),
        holdings: vec![
            holding(authority, "company-rsa", 3, Kind::Rsa, &subject)?,
            holding(authority, "company-ecdsa", 4, Kind::P256, &subject)?,
        ],
    })
}

fn holding(
    authority: &Authority,
    credential_id: &str,
    number: u8,
    kind: Kind,
    subject: &Subject<'_>,
) -> Result<Holding, SandboxError> {
    let Issued { chain, key, .. } = authority.issue(credential_id, kind, subject, Purpose::Signing)?;
    Ok(Holding {
        credential_id: credential_id.to_owned(),
        agreement_uuid: format!("00000000-0000-4000-8000-{number:012}"),
        chain,
        key,
    })
}
