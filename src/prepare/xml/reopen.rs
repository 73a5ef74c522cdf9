//! The place in a stored state, looked for in the document again.

use super::prepared::Plan;
use crate::embed::Placement;
use crate::limits::Limits;
use crate::prepare::ResumeError;
use crate::source::Source;
use crate::syntax::xml::character::is_ncname;
use crate::syntax::xml::plain::{Doctype, Encoding, Plain, in_memory};
use crate::syntax::xml::scanner::{EndTag, Handler, StartTag, View, scan};
use crate::syntax::xml::scope::{Context, Scope};
use crate::syntax::xml::{XmlError, XmlErrorKind};

/// Looks for the place as the document passes.
struct Seeker<'a> {
    placement: &'a Placement,
    context: &'a Context,
    /// Where the root begins.
    root: u64,
    found: bool,
}

impl Handler for Seeker<'_> {
    fn start(&mut self, _: View<'_>, tag: &StartTag<'_>, _: &Scope, depth: usize) -> Result<(), XmlError> {
        if depth == 1 {
            self.root = tag.offset;
        }
        Ok(())
    }

    fn end(&mut self, _: View<'_>, tag: &EndTag<'_>, scope: &Scope, depth: usize) -> Result<(), XmlError> {
        let Placement { at, opened, behind, .. } = self.placement;
        let is_empty = tag.offset == tag.behind;
        let (is_place, context) = match (opened, behind) {
            (Some(name), None) => {
                let slash = tag.behind.saturating_sub(b"/>".len() as u64);
                (is_empty && slash == *at && name.as_bytes() == tag.name, None)
            }
            (None, None) => (!is_empty && tag.offset == *at, None),
            // Around the root, nothing is in scope.
            (None, Some(behind)) => {
                (depth == 1 && self.root == *at && tag.behind == *behind, Some(Context::default()))
            }
            (Some(_), Some(_)) => (false, None),
        };
        if is_place {
            self.found = context.unwrap_or_else(|| scope.context()) == *self.context;
        }
        Ok(())
    }
}

/// The place of a plan must be one where a signature can stand, with what the plan has in scope there.
/// Of a document with a DOCTYPE only the name is looked at: its entities are the caller's.
pub(super) fn check<S: Source>(plan: &Plan<S>, limits: &Limits) -> Result<(), ResumeError> {
    let changed =
        Err(ResumeError::Changed { what: "the signature would not stand where it was prepared for" });
    let is_name = |name: &String| name.split(':').count() <= 2 && name.split(':').all(is_ncname);
    if plan.placement.opened.as_ref().is_some_and(|name| !is_name(name)) {
        return changed;
    }
    let (placement, context) = (&plan.placement, &plan.context);
    let found = if placement.encoding == Encoding::Utf8 {
        let mut seeker = Seeker { placement, context, root: 0, found: false };
        match scan(&plan.source, limits, &mut seeker) {
            Err(error) if matches!(error.kind(), XmlErrorKind::Doctype) => true,
            scanned => scanned.map(|()| seeker.found).map_err(ResumeError::Document)?,
        }
    } else {
        in_plain(plan, limits)?
    };
    if found { Ok(()) } else { changed }
}

/// The same in the text of a document in another encoding.
fn in_plain<S: Source>(plan: &Plan<S>, limits: &Limits) -> Result<bool, ResumeError> {
    let bytes = in_memory(&plan.source, limits).map_err(ResumeError::Document)?;
    let plain = match Plain::read(&bytes, Doctype::Refused, limits) {
        Err(error) if matches!(error.kind(), XmlErrorKind::Doctype) => return Ok(true),
        plain => plain.map_err(ResumeError::Document)?,
    };
    let Some(placement) = in_text(&plain, &plan.placement) else { return Ok(false) };
    let mut seeker = Seeker { placement: &placement, context: &plan.context, root: 0, found: false };
    scan(plain.text(), limits, &mut seeker).map_err(ResumeError::Document)?;
    Ok(seeker.found)
}

/// The placement with offsets in the plain text.
fn in_text(plain: &Plain<'_>, placement: &Placement) -> Option<Placement> {
    let length = plain.text().len() as u64;
    // Places ascend on both sides.
    let find = |original: u64| {
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low.midpoint(high);
            if plain.nearest_offset(middle) < original { low = middle + 1 } else { high = middle }
        }
        (plain.original_offset(low) == Some(original)).then_some(low)
    };
    let behind = match placement.behind {
        Some(behind) => Some(find(behind)?),
        None => None,
    };
    Some(Placement { at: find(placement.at)?, behind, ..placement.clone() })
}
