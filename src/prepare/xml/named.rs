//! Signed nodes that are known by the name of their element: their ids, and where the signature goes.

use super::location::Path;
use super::reference::{Reference, Target};
use super::{PrepareError, Signing};
use crate::profile::tt78;
use crate::profile::xmldsig::Format;
use crate::source::Source;
use crate::syntax::xml::XmlError;
use crate::syntax::xml::scanner::{Handler, StartTag, View, scan};
use crate::syntax::xml::scope::Scope;

/// An element looked for by its local name.
struct Wanted {
    name: &'static str,
    count: u64,
    id: Option<String>,
}

struct Finder<'a> {
    id_attribute: &'a [u8],
    wanted: Vec<Wanted>,
}

impl Handler for Finder<'_> {
    fn start(&mut self, _: View<'_>, tag: &StartTag<'_>, _: &Scope, _: usize) -> Result<(), XmlError> {
        for wanted in self.wanted.iter_mut().filter(|wanted| wanted.name.as_bytes() == tag.local()) {
            let Some(id) = tag.attribute(self.id_attribute) else { continue };
            wanted.count += 1;
            wanted.id.get_or_insert_with(|| String::from_utf8_lossy(id).into_owned());
        }
        Ok(())
    }
}

/// The references with every element's id known, and where the signature goes. Only what is named by its
/// element costs a pass over the document.
pub(super) fn resolve<D: Source + ?Sized>(
    signing: &Signing,
    document: &D,
) -> Result<(Vec<Reference>, Path), PrepareError> {
    let infers = signing.format == Format::Tt78 && signing.references.is_empty() && signing.message.is_none();
    let mut location = signing.message.and_then(|(message, role)| tt78::entry_of(message, role));
    let mut references = if infers {
        let (reference, entry) = first_signer(signing, document)?;
        location = Some(entry);
        Signing { references: vec![reference], ..signing.clone() }.all_references()?
    } else {
        signing.all_references()?
    };
    let names = references.iter().filter_map(|reference| match reference.target {
        Target::Element(name) => Some(name),
        _ => None,
    });
    let names: Vec<_> = names.collect();
    if !names.is_empty() {
        let mut found = find(signing, document, &names)?.into_iter();
        for reference in &mut references {
            if let Target::Element(_) = reference.target
                && let Some(wanted) = found.next()
            {
                reference.target = Target::Node(only(signing, wanted)?);
            }
        }
    }
    let path = match (&signing.location, location) {
        (Some(path), _) => Path::read(path)?,
        (None, Some(entry)) => Path::read(entry.location)?,
        (None, None) => Path::root(),
    };
    Ok((references, path))
}

fn find<D: Source + ?Sized>(
    signing: &Signing,
    document: &D,
    names: &[&'static str],
) -> Result<Vec<Wanted>, PrepareError> {
    let wanted = names.iter().map(|name| Wanted { name, count: 0, id: None }).collect();
    let mut finder = Finder { id_attribute: signing.id_attribute.as_bytes(), wanted };
    scan(document, &signing.limits, &mut finder)?;
    Ok(finder.wanted)
}

fn only(signing: &Signing, wanted: Wanted) -> Result<String, PrepareError> {
    match wanted.id {
        Some(id) if wanted.count == 1 => Ok(id),
        _ => Err(PrepareError::SignedNode {
            name: wanted.name.to_owned(),
            attribute: signing.id_attribute.clone(),
            count: wanted.count,
        }),
    }
}

/// What the first signer of a message signs, by what the document holds.
fn first_signer<D: Source + ?Sized>(
    signing: &Signing,
    document: &D,
) -> Result<(Reference, &'static tt78::Entry), PrepareError> {
    let entries: Vec<_> = tt78::first_signers().collect();
    let names: Vec<_> = entries.iter().map(|(name, _)| *name).collect();
    let wanted = find(signing, document, &names)?;
    let there = wanted.into_iter().zip(entries).filter(|(wanted, _)| wanted.count > 0);
    let mut there: Vec<_> = there.collect();
    match (there.pop(), there.is_empty()) {
        (Some((wanted, (_, entry))), true) => Ok((Reference::node(only(signing, wanted)?), entry)),
        (None, _) => Err(PrepareError::Nodes { format: signing.format, needed: "one or more", found: 0 }),
        (Some((wanted, _)), false) => Err(PrepareError::SignedNode {
            name: wanted.name.to_owned(),
            attribute: signing.id_attribute.clone(),
            count: wanted.count,
        }),
    }
}
