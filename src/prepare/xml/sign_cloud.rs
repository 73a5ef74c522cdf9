//! From the options of the EFY dialect to a signature.

use super::Signing;
use crate::certificate::Chain;
use crate::profile::sign_cloud::XmlOptions;
use crate::profile::xmldsig::Format;

impl XmlOptions {
    /// The signature that they ask for; `DSIG` where they name no format.
    #[must_use]
    pub fn signing(&self, chain: &Chain) -> Signing {
        self.apply(Signing::new(self.format.unwrap_or(Format::Dsig), chain))
    }

    /// The same signature with these options; the format, which it has already, apart.
    #[must_use]
    pub fn apply(&self, signing: Signing) -> Signing {
        let mut signing = self.nodes.iter().fold(signing, Signing::node);
        if let Some(digest) = self.digest {
            signing = signing.digest(digest);
        }
        if let Some(id) = &self.signature_id {
            signing = signing.signature_id(id);
        }
        if let Some(name) = &self.id_attribute {
            signing = signing.id_attribute(name);
        }
        if let Some(method) = self.c14n {
            signing = signing.c14n(method);
        }
        if let Some(path) = &self.signature_location {
            signing = signing.signature_location(path);
        }
        if let Some(uri) = &self.signing_time_namespace {
            signing = signing.signing_time_namespace(uri);
        }
        signing
    }
}
