//! Bodies as they may be logged and kept in errors: secrets taken out, length bounded.

use serde_json::Value;

/// Characters of a body that an error keeps, at most.
const KEPT: usize = 4096;

/// What stands in place of a secret.
pub(crate) const HIDDEN: &str = "…";

/// Keys whose values are secrets in any of the systems, in lower case without `_`.
const SECRET_KEYS: [&str; 22] = [
    "sppassword",
    "password",
    "passwd",
    "otp",
    "totp",
    "pin",
    "sad",
    "token",
    "accesstoken",
    "refreshtoken",
    "authorizecode",
    "authorizecredential",
    "currentpasscode",
    "newpasscode",
    "passcode",
    "clientsecret",
    "code",
    "codeverifier",
    "secret",
    "signature",
    "pkcs1signature",
    "credential",
];

/// The text of a JSON body with the values of secret keys hidden; of anything else its length alone.
///
/// The base64 of signatures and certificates is not secret, but long: strings of more than 200 characters
/// are cut. What is left is cut at 4,096 characters.
#[must_use]
pub fn body(bytes: &[u8]) -> String {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        return if bytes.is_empty() {
            String::new()
        } else {
            format!("({} bytes that are not JSON)", bytes.len())
        };
    };
    hide(&mut value);
    let mut text = value.to_string();
    cut(&mut text, KEPT);
    text
}

/// Keeps so many characters, and shows that there were more.
pub(crate) fn cut(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push_str(HIDDEN);
    }
}

/// The fewest bytes of a secret that are looked for: fewer would be found in any text.
const LEAST: usize = 4;

/// Takes a secret out of a text, also the part of it that a cut has left.
pub(crate) fn take_out(text: &mut String, secret: &str) {
    if secret.len() < LEAST {
        return;
    }
    if text.contains(secret) {
        *text = text.replace(secret, HIDDEN);
    }
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(HIDDEN)) {
        let cut = from.saturating_add(found);
        let is_left = |length: &usize| {
            secret.get(..*length).zip(text.get(..cut)).is_some_and(|(part, text)| text.ends_with(part))
        };
        let left = (LEAST..secret.len()).rev().find(is_left).unwrap_or(0);
        text.replace_range(cut.saturating_sub(left)..cut, "");
        from = cut.saturating_sub(left).saturating_add(HIDDEN.len());
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                let is_code = key == "code" && member.is_number();
                if is_secret(key)
                    && !is_code
                    && !member.is_null()
                    && !member.is_array()
                    && !member.is_object()
                {
                    *member = Value::String(HIDDEN.to_owned());
                } else {
                    hide(member);
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(hide),
        Value::String(text) => cut(text, 200),
        _ => {}
    }
}

fn is_secret(key: &str) -> bool {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET_KEYS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let text =
            body(br#"{"sp_password":"a1","data":{"sad":"b2","list":[{"accessToken":"c3"}]},"SAD":"d4"}"#);
        for secret in ["a1", "b2", "c3", "d4"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("sp_password"));
    }

    #[test]
    fn what_is_no_json_is_not_repeated() {
        assert_eq!(body(b"<html>password=1</html>"), "(23 bytes that are not JSON)");
        assert_eq!(body(b""), "");
    }

    #[test]
    fn what_a_cut_left_of_a_secret_is_taken_out() {
        let secret = "bearer-ấ-0123456789";
        for before in 170..200 {
            let filling = "x".repeat(before);
            let mut text =
                body(format!(r#"{{"message":"{filling}{secret}","more":"{secret} twice"}}"#).as_bytes());
            take_out(&mut text, secret);
            assert!(text.contains(&filling) && text.ends_with(r#"","more":"… twice"}"#), "{text}");
            // Three characters of it would be found in any text.
            assert!(!text.contains(&secret[..4]), "{before}: {text}");
        }
        let mut text = "to be cut…".to_owned();
        take_out(&mut text, "cut");
        take_out(&mut text, "cutter");
        assert_eq!(text, "to be cut…");
    }

    #[test]
    fn long_texts_are_cut() {
        let text = body(format!("[\"{}\"]", "ấ".repeat(300)).as_bytes());
        assert!(text.chars().count() < 210, "{text}");
    }
}
