//! `SignCloudMetaData` as it is sent.

use serde::{Deserialize, Serialize};

/// `signCloudMetaData`: what the service's signature on a file looks like, and where it goes. The keys are in
/// [`sign_cloud`](crate::sign_cloud), which reads the JSON of this too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SignCloudMetaData {
    /// `singletonSigning`: the customer's signature.
    #[serde(default, alias = "'singletonSigning'", skip_serializing_if = "Option::is_none")]
    pub singleton_signing: Option<Entries>,
    /// `counterSigning`: the relying party's signature after it.
    #[serde(default, alias = "'counterSigning'", skip_serializing_if = "Option::is_none")]
    pub counter_signing: Option<Entries>,
}

impl SignCloudMetaData {
    /// The customer's signature, with these keys and values.
    #[must_use]
    pub fn singleton<K, V>(entries: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self { singleton_signing: Some(Entries::new(entries)), counter_signing: None }
    }

    /// And the relying party's after it, with these.
    #[must_use]
    pub fn counter<K, V>(mut self, entries: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        self.counter_signing = Some(Entries::new(entries));
        self
    }

    /// How many signatures it asks for: 1, or 2 with a counter signature.
    #[must_use]
    pub const fn signatures(&self) -> usize {
        if self.counter_signing.is_some() { 2 } else { 1 }
    }
}

/// The keys and values of one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    /// `entry`.
    #[serde(default)]
    pub entry: Vec<Entry>,
}

impl Entries {
    fn new<K: Into<String>, V: Into<String>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let entry = |(key, value): (K, V)| Entry { key: key.into(), value: value.into() };
        Self { entry: entries.into_iter().map(entry).collect() }
    }
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `COORDINATE`.
    pub key: String,
    /// `0,0,300,60`.
    pub value: String,
}
