//! What to do about an error, where there is something to do.

use kyso::algorithm::{DigestAlgorithm, SuiteError};
use kyso::pdf::{CryptError, PdfError, PlacementError, PrepareError, Refusal, RevisionError};
use kyso::xml::{self, XmlError, XmlErrorKind};

pub(crate) fn pdf(error: &PrepareError) -> Option<&'static str> {
    Some(match error {
        PrepareError::Document(RevisionError::Pdf(error)) => return pdf_document(error),
        PrepareError::Refused(Refusal::EncryptionPermissions { .. }) => {
            "give the owner's with --password-env, or --override-encryption-permissions"
        }
        PrepareError::Refused(Refusal::NeedsRendering) => {
            "give --override-needs-rendering to sign it all the same"
        }
        PrepareError::FieldTaken { .. } | PrepareError::FieldSigned { .. } => {
            "name another with --field, or leave it out for a new one"
        }
        PrepareError::Placement(error) => return placement(error),
        PrepareError::Leaf(_) => LEAF,
        PrepareError::Suite(_) => SUITE,
        PrepareError::ReserveTooSmall { .. } => "leave out --reserve for what is needed",
        PrepareError::ReserveTooLarge { .. } => "give a smaller --reserve",
        _ => return None,
    })
}

fn placement(error: &PlacementError) -> Option<&'static str> {
    Some(match error {
        PlacementError::OffPage { clip: false, .. } => "move it, or give --clip for what is on the page",
        PlacementError::OffPage { .. } => "move it, or choose another --page",
        PlacementError::AnchorMissing { .. } => "correct --anchor, or give --visible",
        PlacementError::NoText => "give a text with --anchor",
        PlacementError::Unseen { .. } => "use another field, or leave out what a visible signature shows",
        PlacementError::NoField => "give --visible or --anchor",
        PlacementError::FieldHasPlace { .. } => "leave out --visible and --anchor",
        PlacementError::OnePlace { .. }
        | PlacementError::StampsOnSigned { .. }
        | PlacementError::StampsOnTagged { .. } => "choose one with --occurrence",
        _ => return None,
    })
}

const LEAF: &str = "give another chain with --cert, or another --time";
const SUITE: &str = "leave out --digest and --signature-algorithm for what goes with the key";

pub(crate) const fn pdf_document(error: &PdfError) -> Option<&'static str> {
    match error {
        PdfError::Crypt(CryptError::PasswordNeeded) => {
            Some("name the environment variable that holds it with --password-env")
        }
        PdfError::Crypt(CryptError::WrongPassword) => Some("correct the variable that --password-env names"),
        _ => None,
    }
}

pub(crate) fn xml(error: &xml::PrepareError) -> Option<&'static str> {
    use xml::PrepareError as E;
    Some(match error {
        E::Document(error) => return xml_document(error),
        E::NodeMissing { .. } => {
            "correct --node, or name the attribute that gives ids with --id-attribute (default Id)"
        }
        E::DuplicateId { .. } => "make the ids of the document unique",
        E::IdTaken { .. } => "give another --signature-id or --object-id",
        E::SignedNode { .. } => "name the one to sign with --node, and its attribute with --id-attribute",
        E::Location { .. } => "write --signature-location like DSCKS/NBan or TDiep/DLieu/HDon[2]/DSCKS/NBan",
        E::LocationMissing { .. } => {
            "give --signature-location as the document writes its elements, prefixes and all"
        }
        E::LocationAmbiguous { .. } => {
            "give a longer --signature-location, or one with [n] behind a name to pick among siblings"
        }
        E::LocationClosed { .. } => "give another --signature-location",
        E::WouldBreak { .. } => {
            "put this one outside of what that one signs with --signature-location, or sign in another order"
        }
        E::Nodes { .. } => "name as many with --node, or choose another --format",
        E::XPath(_) => "correct --xpath",
        E::Transforms { .. } => "choose another --xpath, --packaging or --node",
        E::Leaf(_) => LEAF,
        E::Suite(SuiteError::Digest { digest: DigestAlgorithm::Sha1, .. }) => {
            "SHA-1 is broken: choose another --digest, or give --allow-sha1"
        }
        E::Suite(_) => SUITE,
        _ => return None,
    })
}

pub(crate) const fn xml_document(error: &XmlError) -> Option<&'static str> {
    match error.kind() {
        XmlErrorKind::Doctype => Some("give --allow-doctype to read its internal subset"),
        XmlErrorKind::ExternalEntity { .. } => {
            Some("nothing external is ever read; put the entity's text into the document")
        }
        XmlErrorKind::RelativeNamespace { .. } => Some("declare it as an absolute URI"),
        XmlErrorKind::Encoding { .. } => Some("convert it to UTF-8"),
        _ => None,
    }
}
