//! What each fault must lead to with each service.

use super::Fault;

/// How the first run ends, and words that it must say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// Both documents are signed.
    Signed(&'static [&'static str]),
    /// Asking later brings the values, or sends what was never sent.
    Resumable(&'static [&'static str]),
    /// The values are wrong or incomplete: a new transaction is needed, and nothing is unknown.
    Again(&'static [&'static str]),
    /// Nobody can ask what became of it: a new transaction is needed, which may cost once more.
    Unknown(&'static [&'static str]),
}

impl Expected {
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::Signed(_) => 0,
            Self::Resumable(_) => 5,
            Self::Again(_) | Self::Unknown(_) => 4,
        }
    }

    pub(crate) fn phrases(self) -> Vec<&'static str> {
        let (own, more): (_, &[&str]) = match self {
            Self::Signed(own) => (own, &[]),
            Self::Resumable(own) => (own, &["waits for the signer"]),
            Self::Again(own) => (own, &["--again`"]),
            Self::Unknown(own) => (own, &["--again`", "what became of it is unknown"]),
        };
        own.iter().chain(more).copied().collect()
    }

    /// Whether the program says before that it will ask again. When each answer is slow, the driver's own
    /// attempts may take all the time that there is.
    pub(crate) const fn asks_again(self, fault: Fault) -> bool {
        matches!(self, Self::Again(_)) && matches!(fault, Fault::DropEveryBefore | Fault::DropEveryAfter)
    }

    pub(crate) const fn needs_another(self) -> bool {
        matches!(self, Self::Again(_) | Self::Unknown(_))
    }
}

pub(crate) fn expected(service: &str, fault: Fault) -> Expected {
    use Expected::{Again, Resumable, Signed, Unknown};
    let by_id = matches!(service, "vnpt" | "vnpt-th");
    match fault {
        Fault::Crlf => Signed(&[]),
        // VNPT gives each value with the id of its document.
        Fault::Reorder if by_id => Signed(&[]),
        Fault::Reorder => Signed(&["its value came under the name of another document"]),
        Fault::Missing if by_id => Again(&["1 of 2 signed", "no value came for it"]),
        // One value for two documents: nobody knows whose it is.
        Fault::Missing => Unknown(&["0 of 2 signed"]),
        Fault::WrongKey => Again(&["the signer's value is refused", "another key"]),
        Fault::HashOfHash => Again(&["the signer's value is refused", "hash"]),
        Fault::NoDigestInfo => Again(&["the signer's value is refused", "DigestInfo"]),
        Fault::Cms => Again(&["the signer's value is refused", "CMS"]),
        // Their transactions can be asked for. With SmartCA TH the first of the two calls that sign opens
        // the transaction; when its answer is lost, so is the SAD, and nothing was signed.
        Fault::Error500 | Fault::DropAfter | Fault::SlowSigning => match service {
            "vnpt" => Signed(&[]),
            _ => Unknown(&[]),
        },
        Fault::DropBefore => Unknown(&[]),
        Fault::DropEveryBefore | Fault::DropEveryAfter | Fault::Slow => match service {
            "vnpt" | "vnpt-th" => Unknown(&[]),
            // The login brings nothing, and nothing is signed without.
            "mobile-id" => Again(&["0 of 2 signed", "not signed: mobile-id auth/login: no answer"]),
            "efy" => {
                Again(&["0 of 2 signed", "not signed: efy clients/login: the service could not be reached"])
            }
            _ => Resumable(&["auth/login: no answer"]),
        },
    }
}
