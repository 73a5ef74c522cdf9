//! Objects: ISO 32000-2, 7.3.

use std::fmt;

use smallvec::SmallVec;

/// An indirect object's number and generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    /// Object number; 0 is the head of the free list and never an object.
    pub number: u32,
    /// Generation number; 0 for all but objects whose number was freed and used again.
    pub generation: u16,
}

impl ObjectId {
    pub(crate) const fn new(number: u32, generation: u16) -> Self {
        Self { number, generation }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} R", self.number, self.generation)
    }
}

/// A name without its solidus, `#xx` decoded. Nearly all names are short: they stand in place.
pub(crate) type Name = SmallVec<[u8; 16]>;

/// One object. Strings hold their bytes after unescaping (and decryption, once a document loaded them).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Object {
    Null,
    Boolean(bool),
    Integer(i64),
    /// A number that is no `i64`, or a word that nobody knows, as it was written: rewriting an object must
    /// not round or lose it.
    Real(Box<[u8]>),
    String(Vec<u8>),
    Name(Name),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Reference(ObjectId),
}

impl Object {
    pub(crate) fn name(text: &str) -> Self {
        Self::Name(Name::from_slice(text.as_bytes()))
    }

    /// A number, to a thousandth; in points that is less than any reader draws. Small ones, which a user unit
    /// may make large, to a thousandth of that.
    pub(crate) fn number(value: f64) -> Self {
        let text = if value.abs() < 1.0 { format!("{value:.6}") } else { format!("{value:.3}") };
        let text = text.trim_end_matches('0').trim_end_matches('.');
        match text {
            "-0" | "" => Self::Integer(0),
            text => text.parse().map_or_else(|_| Self::Real(text.as_bytes().into()), Self::Integer),
        }
    }

    /// An integer or a real as a finite number.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "beyond 2^53 the nearest serves, as with a real")]
            Self::Integer(value) => Some(*value as f64),
            Self::Real(text) => {
                let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
                number.is_finite().then_some(number)
            }
            _ => None,
        }
    }

    pub(crate) const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn as_name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn as_string(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) const fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    pub(crate) const fn as_reference(&self) -> Option<ObjectId> {
        match self {
            Self::Reference(id) => Some(*id),
            _ => None,
        }
    }

    pub(crate) const fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The highest object number that the value refers to.
    pub(crate) fn highest_reference(&self) -> Option<u32> {
        match self {
            Self::Reference(id) => Some(id.number),
            Self::Array(items) => items.iter().filter_map(Self::highest_reference).max(),
            Self::Dictionary(dictionary) => dictionary.highest_reference(),
            _ => None,
        }
    }

    pub(crate) fn into_dictionary(self) -> Option<Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }
}

impl From<ObjectId> for Object {
    fn from(id: ObjectId) -> Self {
        Self::Reference(id)
    }
}

impl From<Dictionary> for Object {
    fn from(dictionary: Dictionary) -> Self {
        Self::Dictionary(dictionary)
    }
}

impl From<i64> for Object {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

/// A dictionary in the order it was written. Of a repeated key the last entry counts, as in the
/// readers that people open the result with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dictionary {
    entries: Vec<(Name, Object)>,
}

impl Dictionary {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Empty, with room for the entries that most dictionaries have.
    pub(crate) fn with_room() -> Self {
        Self { entries: Vec::with_capacity(8) }
    }

    /// The entry, `null` counting as absent (7.3.7).
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Object> {
        let (_, object) = self.entries.iter().rev().find(|(name, _)| &**name == key)?;
        (*object != Object::Null).then_some(object)
    }

    pub(crate) fn get_mut(&mut self, key: &[u8]) -> Option<&mut Object> {
        self.entries.iter_mut().rev().find(|(name, _)| &**name == key).map(|(_, object)| object)
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Replaces the entry, or adds it at the end.
    pub(crate) fn set(&mut self, key: &[u8], value: impl Into<Object>) {
        let value = value.into();
        match self.get_mut(key) {
            Some(place) => *place = value,
            None => self.entries.push((Name::from_slice(key), value)),
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.entries.retain(|(name, _)| &**name != key);
    }

    pub(crate) fn push(&mut self, key: Name, value: Object) {
        self.entries.push((key, value));
    }

    /// The highest object number that a value refers to.
    pub(crate) fn highest_reference(&self) -> Option<u32> {
        self.entries.iter().filter_map(|(_, value)| value.highest_reference()).max()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &Object)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut Object)> {
        self.entries.iter_mut().map(|(key, value)| (&**key, value))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry when it is a name.
    pub(crate) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key).and_then(Object::as_name)
    }

    /// The entry when it is a direct integer.
    pub(crate) fn integer(&self, key: &[u8]) -> Option<i64> {
        self.get(key).and_then(Object::as_integer)
    }

    /// The entry when it is a reference.
    pub(crate) fn reference(&self, key: &[u8]) -> Option<ObjectId> {
        self.get(key).and_then(Object::as_reference)
    }
}
