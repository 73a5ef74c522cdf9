//! The two credentials of the login: SSL2 of the relying party, Basic of the signer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::service::{Ssl2Part, UserType};
use crate::remote::secret::Secret;

/// What the SSL2 credential of the relying party is made from.
pub(super) struct Ssl2<'a> {
    pub(super) username: &'a str,
    pub(super) password: &'a Secret,
    pub(super) signature: &'a Secret,
    /// Milliseconds since 1970.
    pub(super) timestamp: i64,
}

impl Ssl2<'_> {
    /// What `pkcs1Signature` is made over.
    pub(super) fn to_be_signed(&self) -> Secret {
        let (password, signature) = (self.password.expose(), self.signature.expose());
        Secret::new(format!("{}{password}{signature}{}", self.username, self.timestamp))
    }

    /// `SSL2` with the parts in this order, in base64.
    pub(super) fn credential(&self, order: [Ssl2Part; 5], pkcs1_signature: &Secret) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for (number, part) in order.into_iter().enumerate() {
            if number > 0 {
                text.push(':');
            }
            match part {
                Ssl2Part::Username => text.push_str(self.username),
                Ssl2Part::Password => text.push_str(self.password.expose()),
                Ssl2Part::Signature => text.push_str(self.signature.expose()),
                Ssl2Part::Timestamp => text.push_str(&self.timestamp.to_string()),
                // Whoever made it may have broken the lines.
                Ssl2Part::Pkcs1Signature => text.extend(
                    pkcs1_signature.expose().chars().filter(|character| !character.is_ascii_whitespace()),
                ),
            }
        }
        Zeroizing::new(format!("SSL2 {}", STANDARD.encode(text.as_bytes())))
    }
}

/// `Basic` of the signer, in base64.
pub(super) fn basic(user_type: UserType, user: &str, password: &Secret) -> Zeroizing<String> {
    let text = Zeroizing::new(format!("{}:{user}:{}", user_type.name(), password.expose()));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_those_that_the_document_prints() {
        // The document's example has its five words in this order.
        let order = [
            Ssl2Part::Username,
            Ssl2Part::Password,
            Ssl2Part::Signature,
            Ssl2Part::Pkcs1Signature,
            Ssl2Part::Timestamp,
        ];
        let (password, signature) = (Secret::new("12345678"), Secret::new("signature"));
        let ssl2 =
            Ssl2 { username: "MOBILE_ID", password: &password, signature: &signature, timestamp: 1_570_182 };
        let pkcs1 = Secret::new("pkcs1\r\nSignature");
        let decoded = |credential: &str| {
            let bytes = STANDARD.decode(credential.strip_prefix("SSL2 ").unwrap()).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let printed = STANDARD
            .decode("TU9CSUxFX0lEOjEyMzQ1Njc4OnNpZ25hdHVyZTpwa2NzMVNpZ25hdHVyZTp0aW1lc3RhbXA=")
            .unwrap();
        let printed = String::from_utf8(printed).unwrap().replace("timestamp", "1570182");
        assert_eq!(decoded(&ssl2.credential(order, &pkcs1)), printed);
        let documented = decoded(&ssl2.credential(Ssl2Part::DOCUMENTED, &pkcs1));
        assert_eq!(documented, "MOBILE_ID:12345678:signature:1570182:pkcs1Signature");
        assert_eq!(ssl2.to_be_signed().expose(), "MOBILE_ID12345678signature1570182");

        let basic = basic(UserType::Username, "user", &Secret::new("123456"));
        assert_eq!(*basic, "Basic VVNFUk5BTUU6dXNlcjoxMjM0NTY=");
    }
}
