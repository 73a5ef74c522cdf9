//! Texts that callers give, checked before they go into a signature.

use super::Signing;
use super::error::PrepareError;
use super::reference::Target;
use crate::syntax::xml::character::{is_char, is_ncname};

/// All texts of a signing.
pub(super) fn options(signing: &Signing) -> Result<(), PrepareError> {
    let own_ids = [("the signature id", &signing.signature_id), ("the object id", &signing.object_id)];
    for (what, id) in own_ids {
        if let Some(id) = id {
            ncname(what, id)?;
        }
    }
    if let Some(prefix) = &signing.prefix {
        ncname("the prefix", prefix)?;
        if prefix.to_ascii_lowercase().starts_with("xml") {
            return Err(refused("the prefix", prefix, "reserved"));
        }
        // XAdES is written under it, with elements of XMLDSig inside.
        if signing.format.is_xades() && prefix == "xades" {
            return Err(refused("the prefix", prefix, "that of the qualifying properties"));
        }
    }
    for reference in &signing.references {
        match &reference.target {
            Target::Node(id) => node_id(id)?,
            Target::External(uri, _) if uri.is_empty() || uri.starts_with('#') => {
                return Err(refused("the URI", uri, "one of this document"));
            }
            Target::External(uri, _) => text("the URI", uri)?,
            Target::Document | Target::Element(_) => {}
        }
        if let Some(id) = &reference.id {
            ncname("the reference's id", id)?;
        }
        for (what, value) in [("the type", &reference.kind), ("the MIME type", &reference.mime_type)] {
            value.as_ref().map_or(Ok(()), |value| text(what, value))?;
        }
    }
    let (local, prefix) = match signing.id_attribute.split_once(':') {
        Some((prefix, local)) => (local, Some(prefix)),
        None => (signing.id_attribute.as_str(), None),
    };
    ncname("the id attribute", local)?;
    prefix.map_or(Ok(()), |prefix| ncname("the id attribute", prefix))?;
    let properties = &signing.properties;
    let place = &properties.place;
    let texts = [
        ("the MIME type", signing.mime_type.as_deref()),
        ("the namespace of SigningTime", signing.signing_time_namespace.as_deref()),
        ("the policy", properties.policy.as_ref().map(|policy| policy.id.as_str())),
        ("the city", Some(place.city.as_str())),
        ("the street", Some(place.street.as_str())),
        ("the state", Some(place.state.as_str())),
        ("the postal code", Some(place.postal_code.as_str())),
        ("the country", Some(place.country.as_str())),
    ];
    let more = properties.roles.iter().map(|role| ("the role", Some(role.as_str())));
    let commitments = properties.commitments.iter().map(|id| ("the commitment", Some(id.as_str())));
    for (what, value) in texts.into_iter().chain(more).chain(commitments) {
        value.map_or(Ok(()), |value| text(what, value))?;
    }
    match &signing.signing_time_namespace {
        Some(uri) if !uri.contains(':') => {
            Err(refused("the namespace of SigningTime", uri, "a relative URI, which has no canonical form"))
        }
        _ => Ok(()),
    }
}

fn refused(what: &'static str, text: &str, problem: &'static str) -> PrepareError {
    PrepareError::Text { what, text: text.to_owned(), problem }
}

fn ncname(what: &'static str, name: &str) -> Result<(), PrepareError> {
    if is_ncname(name) { Ok(()) } else { Err(refused(what, name, "no XML name without a colon")) }
}

/// An id in the document, which goes into a URI behind `#`.
fn node_id(id: &str) -> Result<(), PrepareError> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || "#%<>\"'(){}|\\^`".contains(c);
    if id.is_empty() || id.contains(wrong) || !id.chars().all(is_char) {
        return Err(refused("the node", id, "no id that a URI can name"));
    }
    Ok(())
}

fn text(what: &'static str, text: &str) -> Result<(), PrepareError> {
    if text.chars().all(is_char) { Ok(()) } else { Err(refused(what, text, "no text that XML can hold")) }
}
