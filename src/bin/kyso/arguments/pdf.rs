//! Options of `sign` and `prepare` for PDF documents.

use clap::Args;
use clap::builder::TypedValueParser;
use kyso::pdf::SubFilter;

use super::lock::Lock;
use super::value::words;
use super::visible::Visible;

#[derive(Args, Default)]
#[command(next_help_heading = "PDF options")]
pub(crate) struct Pdf {
    /// An empty signature field, or one to be made. Default: a new one, the first free SignatureN.
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Option<String>,
    /// Why the document is signed.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Where the document is signed.
    #[arg(long, value_name = "TEXT")]
    pub(crate) location: Option<String>,
    /// How to reach the signer.
    #[arg(long, value_name = "TEXT")]
    pub(crate) contact: Option<String>,
    /// The signer's name. Readers take it from the certificate otherwise.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// What kind of signature: PAdES, or the older adbe.pkcs7.detached. Default: pades.
    #[arg(long, value_name = "KIND", value_parser = sub_filter())]
    pub(crate) subfilter: Option<SubFilter>,
    /// The environment variable that holds the password of an encrypted document.
    #[arg(long, value_name = "VAR")]
    pub(crate) password_env: Option<String>,
    /// Signs although the encryption withholds the permission from the user password.
    #[arg(long)]
    pub(crate) override_encryption_permissions: bool,
    /// Signs although the document is a dynamic XFA form, which readers draw as they see fit.
    #[arg(long)]
    pub(crate) override_needs_rendering: bool,
    /// Bytes of DER to reserve for the signature. Default: what is needed, or 32768 for a whole CMS.
    #[arg(long, value_name = "BYTES")]
    pub(crate) reserve: Option<u64>,
    /// Reserves room for a signature timestamp to be added later.
    #[arg(long)]
    pub(crate) timestamp_room: bool,
    #[command(flatten)]
    pub(crate) visible: Visible,
    #[command(flatten)]
    pub(crate) lock: Lock,
}

impl Pdf {
    /// The first of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--field", self.field.is_some()),
            ("--reason", self.reason.is_some()),
            ("--location", self.location.is_some()),
            ("--contact", self.contact.is_some()),
            ("--name", self.name.is_some()),
            ("--subfilter", self.subfilter.is_some()),
            ("--password-env", self.password_env.is_some()),
            ("--override-encryption-permissions", self.override_encryption_permissions),
            ("--override-needs-rendering", self.override_needs_rendering),
            ("--reserve", self.reserve.is_some()),
            ("--timestamp-room", self.timestamp_room),
        ];
        let own = options.into_iter().find(|(_, given)| *given).map(|(name, _)| name);
        own.or_else(|| self.visible.given()).or_else(|| self.lock.given())
    }
}

pub(super) fn sub_filter() -> impl TypedValueParser<Value = SubFilter> {
    words(&["pades", "pkcs7"], SubFilter::from_name)
}
