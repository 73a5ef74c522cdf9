//! The members of a request, read as strictly as the document's tables say.

use serde_json::{Map, Value};

use super::Refusal;

/// The members of an object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) const fn new(members: &'a Map<String, Value>) -> Self {
        Self(members)
    }

    /// A string that must be there and not be empty.
    pub(super) fn required(self, name: &str) -> Result<&'a str, Refusal> {
        self.optional(name)?.ok_or_else(|| Refusal::bad_request(format!("Thiếu {name}")))
    }

    /// A string that may be missing, null or empty.
    pub(super) fn optional(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::bad_request(format!("{name} phải là chuỗi"))),
        }
    }

    /// A list of objects, not empty.
    pub(super) fn objects(self, name: &str) -> Result<Vec<Fields<'a>>, Refusal> {
        let Some(Value::Array(members)) = self.0.get(name) else {
            return Err(Refusal::bad_request(format!("{name} phải là danh sách")));
        };
        if members.is_empty() {
            return Err(Refusal::bad_request(format!("{name} rỗng")));
        }
        let object = |member: &'a Value| match member {
            Value::Object(members) => Ok(Fields(members)),
            _ => Err(Refusal::bad_request(format!("{name} phải là danh sách đối tượng"))),
        };
        members.iter().map(object).collect()
    }

    /// The relying party's id of a transaction: what can stand in an address.
    pub(super) fn transaction_id(self) -> Result<&'a str, Refusal> {
        let id = self.required("transaction_id")?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if id.len() > 64 || !id.bytes().all(is_plain) {
            return Err(Refusal::bad_request("transaction_id không hợp lệ"));
        }
        Ok(id)
    }
}
