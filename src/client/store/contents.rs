//! The credentials together: their names, and which is the default.

use serde::{Deserialize, Serialize};

use super::alias::{checked, folded, free};
use super::{Entry, SignatureImage, StoreError};
use crate::client::secrets::Secrets;

/// Credentials that a store takes.
const MOST: usize = 10_000;

/// The credentials together. Their names differ, and at most one of them is the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    pub(super) version: u64,
    /// The name of one of them: so it cannot be more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    credentials: Vec<Entry>,
}

/// What became of a credential that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub alias: String,
    /// Whether it is new; else one that was there was brought up to date.
    pub is_new: bool,
}

/// What a service said about the credentials of one of its signers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refreshed {
    /// Names of credentials that the service still has: now as it describes them.
    pub updated: Vec<String>,
    /// Names of credentials that the service does not have any more: they stay as they are.
    pub missing: Vec<String>,
    /// Certificates that the store does not have. They are not added.
    pub unknown: Vec<Entry>,
}

impl Default for Contents {
    fn default() -> Self {
        Self { version: Self::VERSION, default: None, credentials: Vec::new() }
    }
}

impl Contents {
    /// The version that is written.
    pub(super) const VERSION: u64 = 1;

    /// That what was read keeps the rules.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.credentials.len() > MOST {
            return Err(format!("it has more than {MOST} credentials"));
        }
        let mut names = std::collections::BTreeSet::new();
        for entry in &self.credentials {
            if checked(&entry.alias).ok().as_deref() != Some(entry.alias.as_str()) {
                return Err(format!("{:?} cannot be the name of a credential", entry.alias));
            }
            if !names.insert(folded(&entry.alias)) {
                return Err(format!("two credentials are called {:?}", entry.alias));
            }
        }
        match &self.default {
            Some(alias) if !self.credentials.iter().any(|entry| entry.alias == *alias) => {
                Err(format!("the default {alias:?} is not there"))
            }
            _ => Ok(()),
        }
    }

    /// All of them, in the order they were added.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.credentials
    }

    /// The one of this name, in whatever case, or with this SHA-256 of its certificate in hexadecimal
    /// digits, if only one has it.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`].
    pub fn get(&self, name: &str) -> Result<&Entry, StoreError> {
        let none = || StoreError::NoEntry { name: name.chars().take(200).collect() };
        let index = self.index(name).ok_or_else(none)?;
        self.credentials.get(index).ok_or_else(none)
    }

    fn get_mut(&mut self, name: &str) -> Result<&mut Entry, StoreError> {
        let none = || StoreError::NoEntry { name: name.chars().take(200).collect() };
        let index = self.index(name).ok_or_else(none)?;
        self.credentials.get_mut(index).ok_or_else(none)
    }

    fn index(&self, name: &str) -> Option<usize> {
        let wanted = folded(name);
        if let Some(index) = self.credentials.iter().position(|entry| folded(&entry.alias) == wanted) {
            return Some(index);
        }
        let mut same = self
            .credentials
            .iter()
            .enumerate()
            .filter(|(_, entry)| wanted.len() == 64 && entry.fingerprint().to_hex() == wanted);
        same.next().filter(|_| same.next().is_none()).map(|(index, _)| index)
    }

    /// The default.
    #[must_use]
    pub fn default_entry(&self) -> Option<&Entry> {
        let alias = self.default.as_ref()?;
        self.credentials.iter().find(|entry| entry.alias == *alias)
    }

    /// Whether it is the default.
    #[must_use]
    pub fn is_default(&self, entry: &Entry) -> bool {
        self.default.as_deref() == Some(entry.alias.as_str())
    }

    /// Adds a credential under a name, by default its commonName and a number if that is taken. If the same
    /// certificate of the same service is there, it is brought up to date and keeps its image, where its
    /// secrets are and, unless another is given, its name.
    ///
    /// # Errors
    /// [`StoreError::Alias`], [`StoreError::AliasTaken`], [`StoreError::TooMany`].
    pub fn add(&mut self, mut entry: Entry, alias: Option<&str>) -> Result<Added, StoreError> {
        if let Some(index) = self.credentials.iter().position(|one| one.is_same(&entry)) {
            let name = self.credentials.get(index).map(|one| one.alias.clone()).unwrap_or_default();
            let alias = match alias {
                Some(alias) => self.rename(&name, alias)?,
                None => name,
            };
            if let Some(one) = self.credentials.get_mut(index) {
                one.take_over(entry);
            }
            return Ok(Added { alias, is_new: false });
        }
        if self.credentials.len() >= MOST {
            return Err(StoreError::TooMany { most: MOST });
        }
        entry.alias = match alias {
            Some(alias) => {
                let alias = checked(alias)?;
                if self.is_taken(&alias) {
                    return Err(StoreError::AliasTaken { alias });
                }
                alias
            }
            None => free(&entry.alias, |name| self.is_taken(name)),
        };
        let alias = entry.alias.clone();
        self.credentials.push(entry);
        Ok(Added { alias, is_new: true })
    }

    fn is_taken(&self, alias: &str) -> bool {
        let wanted = folded(alias);
        self.credentials.iter().any(|entry| folded(&entry.alias) == wanted)
    }

    /// Gives a credential another name; returns it as it is stored. The default stays the default.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`], [`StoreError::Alias`], [`StoreError::AliasTaken`].
    pub fn rename(&mut self, name: &str, alias: &str) -> Result<String, StoreError> {
        let old = self.get(name)?.alias.clone();
        let alias = checked(alias)?;
        // The same name in other letters is its own.
        if folded(&alias) != folded(&old) && self.is_taken(&alias) {
            return Err(StoreError::AliasTaken { alias });
        }
        self.get_mut(&old)?.alias.clone_from(&alias);
        if self.default.as_ref() == Some(&old) {
            self.default = Some(alias.clone());
        }
        Ok(alias)
    }

    /// Gives a credential a signature image, or takes it away.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`].
    pub fn set_image(&mut self, name: &str, image: Option<SignatureImage>) -> Result<(), StoreError> {
        self.get_mut(name)?.image = image;
        Ok(())
    }

    /// Says where a signer's own secrets are; none of them takes them away. With `automatic_otp` their owner
    /// accepts that password and seed of the one-time codes are kept together.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`], [`StoreError::SecondFactor`].
    pub fn set_auth(&mut self, name: &str, secrets: Secrets, automatic_otp: bool) -> Result<(), StoreError> {
        let entry = self.get_mut(name)?;
        secrets.check(automatic_otp)?;
        // Nothing is agreed to in advance.
        entry.automatic_otp = automatic_otp && secrets.defeat_second_factor();
        entry.secrets = secrets;
        Ok(())
    }

    /// Makes a credential the default instead of whichever was, or none.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`].
    pub fn set_default(&mut self, name: Option<&str>) -> Result<(), StoreError> {
        self.default = match name {
            Some(name) => Some(self.get(name)?.alias.clone()),
            None => None,
        };
        Ok(())
    }

    /// Takes a credential out. If it was the default there is none any more.
    ///
    /// # Errors
    /// [`StoreError::NoEntry`].
    pub fn remove(&mut self, name: &str) -> Result<Entry, StoreError> {
        let none = || StoreError::NoEntry { name: name.chars().take(200).collect() };
        let index = self.index(name).filter(|index| *index < self.credentials.len()).ok_or_else(none)?;
        let entry = self.credentials.remove(index);
        if self.default.as_ref() == Some(&entry.alias) {
            self.default = None;
        }
        Ok(entry)
    }

    /// Takes over what a service says now about all certificates of `id`: those of the same SHA-256 keep
    /// their name, their image and where their secrets are.
    pub fn refresh(&mut self, service: &str, id: &str, found: Vec<Entry>) -> Refreshed {
        let mut refreshed = Refreshed::default();
        for entry in found {
            match self.credentials.iter_mut().find(|one| one.is_same(&entry)) {
                Some(one) => {
                    refreshed.updated.push(one.alias.clone());
                    one.take_over(entry);
                }
                None => refreshed.unknown.push(entry),
            }
        }
        let of_this = self.credentials.iter().filter(|one| one.service == service && one.id == id);
        refreshed.missing = of_this
            .map(|one| &one.alias)
            .filter(|alias| !refreshed.updated.contains(alias))
            .cloned()
            .collect();
        refreshed
    }
}
