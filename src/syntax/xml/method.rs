//! The canonicalisation methods and the identifiers that name them.

/// A canonicalisation method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum C14nMethod {
    /// Canonical XML 1.0.
    Inclusive10 {
        /// Whether comments stay.
        comments: bool,
    },
    /// Canonical XML 1.1.
    Inclusive11 {
        /// Whether comments stay.
        comments: bool,
    },
    /// Exclusive XML Canonicalization 1.0.
    Exclusive {
        /// Whether comments stay.
        comments: bool,
    },
}

impl C14nMethod {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Inclusive10 { comments: false },
        Self::Inclusive10 { comments: true },
        Self::Inclusive11 { comments: false },
        Self::Inclusive11 { comments: true },
        Self::Exclusive { comments: false },
        Self::Exclusive { comments: true },
    ];

    /// The identifier in an `Algorithm` attribute.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Inclusive10 { comments: false } => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            Self::Inclusive10 { comments: true } => {
                "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
            }
            Self::Inclusive11 { comments: false } => "http://www.w3.org/2006/12/xml-c14n11",
            Self::Inclusive11 { comments: true } => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
            Self::Exclusive { comments: false } => "http://www.w3.org/2001/10/xml-exc-c14n#",
            Self::Exclusive { comments: true } => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        }
    }

    /// The method of this [`uri`](Self::uri).
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }

    /// The word for it on the command line and in a state: `c14n10`, `c14n11`, `exc`, each also with
    /// `-comments` behind it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inclusive10 { comments: false } => "c14n10",
            Self::Inclusive10 { comments: true } => "c14n10-comments",
            Self::Inclusive11 { comments: false } => "c14n11",
            Self::Inclusive11 { comments: true } => "c14n11-comments",
            Self::Exclusive { comments: false } => "exc",
            Self::Exclusive { comments: true } => "exc-comments",
        }
    }

    /// The method of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether comments stay.
    #[must_use]
    pub const fn keeps_comments(self) -> bool {
        match self {
            Self::Inclusive10 { comments }
            | Self::Inclusive11 { comments }
            | Self::Exclusive { comments } => comments,
        }
    }

    /// Whether only the namespaces visibly used are rendered.
    #[must_use]
    pub const fn is_exclusive(self) -> bool {
        matches!(self, Self::Exclusive { .. })
    }

    /// The same method, which keeps no comments: what a reference to `#id` digests.
    #[must_use]
    pub const fn without_comments(self) -> Self {
        match self {
            Self::Inclusive10 { .. } => Self::Inclusive10 { comments: false },
            Self::Inclusive11 { .. } => Self::Inclusive11 { comments: false },
            Self::Exclusive { .. } => Self::Exclusive { comments: false },
        }
    }
}

impl Default for C14nMethod {
    /// Canonical XML 1.0 without comments: what octets are made with where no method is named (XML
    /// Signature, 4.4.3.2).
    fn default() -> Self {
        Self::Inclusive10 { comments: false }
    }
}
