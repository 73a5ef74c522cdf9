//! The fields of one table, some of them overridden by environment variables.
//!
//! A structure says which fields it has when it is deserialised; for each of them the variable is looked
//! up. So the variables follow the structures, whatever fields those have.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};

use crate::client::Environment;

/// Something wrong with a field.
#[derive(Debug)]
pub(super) struct FieldError {
    pub(super) message: String,
    pub(super) at: Option<At>,
}

/// Where it is wrong.
#[derive(Debug)]
pub(super) enum At {
    /// Bytes of the file.
    Span(Range<usize>),
    /// An environment variable.
    Variable(String),
}

impl FieldError {
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), at: Some(At::Span(span)) }
    }

    fn or_at(mut self, at: impl FnOnce() -> At) -> Self {
        self.at.get_or_insert_with(at);
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FieldError {}

impl de::Error for FieldError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), at: None }
    }
}

/// One entry of a table.
pub(super) type Field<'i> = (Spanned<DeString<'i>>, Spanned<DeValue<'i>>);

/// The fields of a table, for one structure.
pub(super) struct Fields<'a, 'i> {
    pub(super) fields: Vec<Field<'i>>,
    pub(super) environment: &'a dyn Environment,
    /// `KYSO_NAME_`.
    pub(super) prefix: &'a str,
}

/// A key with hyphens, which may as well be written with underscores.
pub(super) fn hyphenated(key: &str) -> String {
    key.replace('_', "-")
}

/// A key without what spellings differ in: `mac-addr`, `mac_addr` and `macAddr` are one.
fn folded(key: &str) -> String {
    key.chars().filter(|character| !matches!(character, '-' | '_')).collect::<String>().to_ascii_lowercase()
}

/// The variable that overrides a field.
fn variable(prefix: &str, field: &str) -> String {
    format!("{prefix}{}", field.replace('-', "_").to_ascii_uppercase())
}

impl<'i> Fields<'_, 'i> {
    pub(super) fn read<T: Deserialize<'i>>(self) -> Result<T, FieldError> {
        T::deserialize(self)
    }

    /// What stands for each field: the variable if there is one, else what the file says.
    fn values(self, names: &'static [&'static str]) -> Result<Vec<(Key<'i>, FieldValue<'i>)>, FieldError> {
        let mut values = Vec::new();
        for name in names {
            let variable = variable(self.prefix, name);
            let Some(text) = self.environment.get(&variable) else { continue };
            let Ok(text) = text.into_string() else {
                return Err(FieldError {
                    message: "it is not UTF-8".into(),
                    at: Some(At::Variable(variable)),
                });
            };
            values.push((Key::Named(name), FieldValue::Variable(variable, text)));
        }
        let overridden: Vec<&str> = values
            .iter()
            .filter_map(|(key, _)| if let Key::Named(name) = key { Some(*name) } else { None })
            .collect();
        let mut seen = Vec::new();
        for (key, value) in self.fields {
            let span = key.span();
            let spelt = folded(key.get_ref());
            match names.iter().find(|name| folded(name) == spelt) {
                Some(name) if seen.contains(name) => {
                    return Err(FieldError::new(format!("`{name}` is given twice"), span));
                }
                Some(name) => {
                    seen.push(name);
                    if !overridden.contains(name) {
                        values.push((Key::Named(name), FieldValue::Written(value)));
                    }
                }
                None => values.push((Key::Unknown(key.into_inner(), span), FieldValue::Written(value))),
            }
        }
        Ok(values)
    }
}

enum Key<'i> {
    Named(&'static str),
    Unknown(DeString<'i>, Range<usize>),
}

enum FieldValue<'i> {
    Written(Spanned<DeValue<'i>>),
    Variable(String, String),
}

impl<'i> de::Deserializer<'i> for Fields<'_, 'i> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_map(Values { values: self.values(&[])?.into_iter(), next: None })
    }

    fn deserialize_struct<V: Visitor<'i>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_map(Values { values: self.values(fields)?.into_iter(), next: None })
    }

    forward_to_deserialize_any! {
        <W: Visitor<'i>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Values<'i> {
    values: std::vec::IntoIter<(Key<'i>, FieldValue<'i>)>,
    next: Option<FieldValue<'i>>,
}

impl<'i> MapAccess<'i> for Values<'i> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'i>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        let Some((key, value)) = self.values.next() else { return Ok(None) };
        self.next = Some(value);
        match key {
            Key::Named(name) => {
                seed.deserialize::<StrDeserializer<'_, FieldError>>(name.into_deserializer()).map(Some)
            }
            Key::Unknown(name, span) => seed
                .deserialize::<StrDeserializer<'_, FieldError>>(name.as_ref().into_deserializer())
                .map(Some)
                .map_err(|error| error.or_at(|| At::Span(span))),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'i>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        match self.next.take() {
            Some(FieldValue::Written(value)) => {
                let span = value.span();
                if let DeValue::Table(table) = value.get_ref() {
                    let nested = Nested { table: table.clone(), span: span.clone() };
                    return seed.deserialize(nested).map_err(|error| error.or_at(|| At::Span(span)));
                }
                seed.deserialize(ValueDeserializer::from(value)).map_err(|error| {
                    FieldError::new(error.message(), error.span().filter(|at| !at.is_empty()).unwrap_or(span))
                })
            }
            Some(FieldValue::Variable(name, text)) => {
                seed.deserialize(Text(&text)).map_err(|error| error.or_at(|| At::Variable(name)))
            }
            None => Err(de::Error::custom("a value without its key")),
        }
    }
}

/// No variables: a table inside another is what the file says.
static NO_VARIABLES: BTreeMap<String, String> = BTreeMap::new();

/// A table inside another, whose keys may have hyphens as well.
struct Nested<'i> {
    table: DeTable<'i>,
    span: Range<usize>,
}

impl<'i> de::Deserializer<'i> for Nested<'i> {
    type Error = FieldError;

    /// The fields are not known before the tag is read. They are all written with underscores.
    fn deserialize_any<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let entry = |(key, value): Field<'i>| {
            let name = DeString::Owned(key.get_ref().replace('-', "_"));
            (Key::Unknown(name, key.span()), FieldValue::Written(value))
        };
        let values: Vec<_> = self.table.into_iter().map(entry).collect();
        visitor.visit_map(Values { values: values.into_iter(), next: None })
    }

    fn deserialize_struct<V: Visitor<'i>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        let table = self.table.into_iter().collect();
        Fields { fields: table, environment: &NO_VARIABLES, prefix: "" }
            .deserialize_struct(name, fields, visitor)
    }

    fn deserialize_option<V: Visitor<'i>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'i>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'i>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        let value = ValueDeserializer::from(Spanned::new(self.span.clone(), DeValue::Table(self.table)));
        value
            .deserialize_enum(name, variants, visitor)
            .map_err(|error| FieldError::new(error.message(), error.span().unwrap_or(self.span)))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'i>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The text of a variable, read as whatever the field is.
struct Text<'a>(&'a str);

macro_rules! parsed {
    ($($method:ident $visit:ident $what:literal,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
            let value = self.0.trim().parse();
            // Not the text itself: what a variable holds by mistake may be a secret.
            visitor.$visit(value.map_err(|_| <FieldError as de::Error>::custom(concat!("it is not ", $what)))?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Text<'_> {
    type Error = FieldError;

    parsed! {
        deserialize_bool visit_bool "`true` or `false`",
        deserialize_u8 visit_u8 "a whole number from 0 to 255",
        deserialize_u16 visit_u16 "a whole number from 0 to 65535",
        deserialize_u32 visit_u32 "a whole number from 0 to 4294967295",
        deserialize_u64 visit_u64 "a whole number",
        deserialize_i64 visit_i64 "a whole number",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_enum(IntoDeserializer::<FieldError>::into_deserializer(self.0))
    }

    /// Commas between the members.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let members = self.0.split(',').map(str::trim).filter(|member| !member.is_empty());
        visitor.visit_seq(SeqDeserializer::new(members))
    }

    fn deserialize_map<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, FieldError> {
        Err(de::Error::custom("a variable cannot give a table"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, FieldError> {
        Err(de::Error::custom("a variable cannot give a table"))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}
