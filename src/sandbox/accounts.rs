//! Who there is in the sandbox: a relying party, a person and a company, all made up.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use super::SandboxError;
use super::authority::{Authority, Issued, Subject};
use super::keys::Kind;
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
    pub user_id: &'static str,
    /// What `user_id` is: `CCCD` or `MST`.
    pub id_kind: &'static str,
    /// The user name, where a system wants one.
    pub username: &'static str,
    /// The name.
    pub name: &'static str,
    /// An address that cannot exist.
    pub email: &'static str,
    /// A number that cannot exist.
    pub phone: &'static str,
    /// A company's tax code.
    pub tax_code: Option<&'static str>,
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
    pub credential_id: &'static str,
    /// The contract's id: `agreementUUID`.
    pub agreement_uuid: &'static str,
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

/// Everybody.
pub(super) struct Accounts {
    pub(super) relying_party: RelyingParty,
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) authority: Authority,
}

impl Accounts {
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, SandboxError> {
        let authority = Authority::open(folder)?;
        let subscribers = vec![person(&authority)?, company(&authority)?];
        let Issued { chain, key_pem, .. } = authority.issue(
            "relying-party",
            Kind::Rsa,
            &Subject {
                common_name: "Kyso Sandbox Relying Party",
                uid: "MST:0000000002",
                locality: "Đà Nẵng",
            },
        )?;
        let relying_party = RelyingParty {
            id: "kyso-sandbox",
            password: Secret::new("relying-party-password"),
            rp_code: "KYSO-SANDBOX",
            ssl2_signature: Secret::new("relying-party-signature"),
            ssl2: chain,
            ssl2_key_pem: key_pem,
        };
        Ok(Self { relying_party, subscribers, authority })
    }

    pub(super) fn holdings(&self) -> impl Iterator<Item = (&Subscriber, &Holding)> {
        self.subscribers.iter().flat_map(|one| one.holdings.iter().map(move |holding| (one, holding)))
    }

    /// Somebody else's key of the same type.
    pub(super) fn other(&self, than: &Holding) -> Option<&Holding> {
        let fits =
            |one: &&Holding| one.credential_id != than.credential_id && one.key_kind() == than.key_kind();
        self.holdings().map(|(_, holding)| holding).find(fits)
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
        user_id: "000099000001",
        id_kind: "CCCD",
        username: "nguyenvanmau",
        name: subject.common_name,
        email: "nguyenvanmau@kyso.invalid",
        phone: "0000000001",
        tax_code: None,
        password: Secret::new("Mat-khau-Mau-1"),
        pin: Secret::new("24681357"),
        totp_secret: Zeroizing::new(b"kyso sandbox: person".to_vec()),
        holdings: vec![
            holding(authority, ("person-rsa", "00000000-0000-4000-8000-000000000001"), Kind::Rsa, &subject)?,
            holding(
                authority,
                ("person-ecdsa", "00000000-0000-4000-8000-000000000002"),
                Kind::P256,
                &subject,
            )?,
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
        user_id: "0000000001",
        id_kind: "MST",
        username: "congtymau",
        name: subject.common_name,
        email: "congtymau@kyso.invalid",
        phone: "0000000002",
        tax_code: Some("0000000001"),
        password: Secret::new("Mat-khau-Mau-2"),
        pin: Secret::new("13572468"),
        totp_secret: Zeroizing::new(b"kyso sandbox:company".to_vec()),
        holdings: vec![
            holding(authority, ("company-rsa", "00000000-0000-4000-8000-000000000003"), Kind::Rsa, &subject)?,
            holding(
                authority,
                ("company-ecdsa", "00000000-0000-4000-8000-000000000004"),
                Kind::P256,
                &subject,
            )?,
        ],
    })
}

fn holding(
    authority: &Authority,
    (credential_id, agreement_uuid): (&'static str, &'static str),
    kind: Kind,
    subject: &Subject<'_>,
) -> Result<Holding, SandboxError> {
    let Issued { chain, key, .. } = authority.issue(credential_id, kind, subject)?;
    Ok(Holding { credential_id, agreement_uuid, chain, key })
}
