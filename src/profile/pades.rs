//! PAdES signatures: EN 319 142-1, and ISO 32000-2, 12.8.

/// What the signature dictionary says the value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubFilter {
    /// `ETSI.CAdES.detached`: PAdES. The time is the dictionary's `/M`; no signing-time attribute.
    #[default]
    Pades,
    /// `adbe.pkcs7.detached`: the older form, with a signing-time attribute.
    Pkcs7,
}

impl SubFilter {
    /// The name in the signature dictionary.
    #[must_use]
    pub const fn pdf_name(self) -> &'static str {
        match self {
            Self::Pades => "ETSI.CAdES.detached",
            Self::Pkcs7 => "adbe.pkcs7.detached",
        }
    }

    /// The word for it on the command line and in a state: `pades` or `pkcs7`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pades => "pades",
            Self::Pkcs7 => "pkcs7",
        }
    }

    /// The subfilter of this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pades, Self::Pkcs7].into_iter().find(|known| known.name() == name)
    }

    /// Whether the signed attributes carry a signing-time.
    pub(crate) const fn has_signing_time(self) -> bool {
        matches!(self, Self::Pkcs7)
    }
}

/// `/Filter` of a signature dictionary.
pub(crate) const FILTER: &str = "Adobe.PPKLite";

/// The developer extension that announces PAdES below PDF 2.0: prefix, base version, level.
pub(crate) const EXTENSION: (&[u8], &str, i64) = (b"ESIC", "1.7", 1);

/// The version, `major * 10 + minor`, from which PAdES needs no extension.
pub(crate) const NATIVE_VERSION: u32 = 20;

/// `/SigFlags`: signatures exist, append only.
pub(crate) const SIG_FLAGS: i64 = 3;

/// `/F` of a signature's widget: print, locked.
pub(crate) const WIDGET_FLAGS: i64 = 132;

/// `/F` of a stamp that shows a signature again: print, read-only, locked.
pub(crate) const STAMP_FLAGS: i64 = 196;

/// Bytes reserved for the CMS of a service that makes it by itself.
pub(crate) const WHOLE_CMS_RESERVE: u64 = 32 * 1024;
