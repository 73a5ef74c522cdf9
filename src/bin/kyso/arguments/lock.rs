//! Options that say what may change once a PDF is signed.

use clap::Args;
use clap::builder::TypedValueParser;
use kyso::pdf::{Certification, FieldLock};

use super::value::{lock, words};

#[derive(Args, Default)]
#[command(next_help_heading = "Certification and locks (PDF)")]
pub(crate) struct Lock {
    /// Certifies the document: 1 no changes, 2 filling in forms and signing, 3 annotations too. Only the
    /// first signature can.
    #[arg(long, value_name = "1|2|3", value_parser = level())]
    pub(crate) certify: Option<Certification>,
    /// Locks form fields: all, include:A,B or exclude:A,B.
    #[arg(long, value_name = "FIELDS", value_parser = lock)]
    pub(crate) lock: Option<FieldLock>,
    /// What the lock leaves permitted in the whole document: 1, 2 or 3 as for --certify (PDF 2.0).
    #[arg(long, value_name = "1|2|3", value_parser = level(), requires = "lock")]
    pub(crate) lock_permissions: Option<Certification>,
    /// Locks the document: no further signature, no change.
    #[arg(long, conflicts_with_all = ["certify", "lock"])]
    pub(crate) lock_after_signing: bool,
}

impl Lock {
    /// The first of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--certify", self.certify.is_some()),
            ("--lock", self.lock.is_some()),
            ("--lock-after-signing", self.lock_after_signing),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

pub(crate) fn level() -> impl TypedValueParser<Value = Certification> {
    words(&["1", "2", "3"], |word| {
        Some(match word {
            "1" => Certification::NoChanges,
            "2" => Certification::FormFilling,
            "3" => Certification::Annotations,
            _ => return None,
        })
    })
}
