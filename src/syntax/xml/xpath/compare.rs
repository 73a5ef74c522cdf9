//! Comparing values (XPath 1.0, 3.4).

use std::cmp::Ordering;
use std::collections::HashSet;

use super::evaluate::Evaluator;
use super::expression::Comparison;
use super::value::to_number;
use super::{Value, XPathError};
use crate::syntax::xml::tree::XNode;

type Result<T> = std::result::Result<T, XPathError>;

impl Evaluator<'_> {
    /// Compares two values.
    pub(super) fn compare(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Result<bool> {
        use Value::{Boolean, Nodes, Number, String};
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        match (left, right) {
            (Boolean(_), Nodes(_)) | (Nodes(_), Boolean(_)) => {
                Ok(holds(comparison, Some(left.truth().cmp(&right.truth()))))
            }
            (Nodes(left), Nodes(right)) => self.compare_sets(comparison, left, right),
            (Nodes(nodes), String(string)) if equality => self.any_is(comparison, nodes, string),
            (String(string), Nodes(nodes)) if equality => self.any_is(comparison, nodes, string),
            (Nodes(nodes), other) => {
                let other = self.number_of(other)?;
                let (least, greatest, has) = self.range(nodes, other)?;
                Ok(holds_for_any(comparison, (least, greatest), (other, other), has))
            }
            (other, Nodes(nodes)) => {
                let other = self.number_of(other)?;
                let (least, greatest, has) = self.range(nodes, other)?;
                Ok(holds_for_any(comparison, (other, other), (least, greatest), has))
            }
            (Boolean(_), _) | (_, Boolean(_)) if equality => {
                Ok(holds(comparison, Some(left.truth().cmp(&right.truth()))))
            }
            (String(left), String(right)) if equality => Ok(holds(comparison, Some(left.cmp(right)))),
            (Boolean(_) | Number(_) | String(_), _) => {
                let (left, right) = (self.number_of(left)?, self.number_of(right)?);
                Ok(holds(comparison, left.partial_cmp(&right)))
            }
        }
    }

    fn any_is(&mut self, comparison: Comparison, nodes: &[XNode], string: &str) -> Result<bool> {
        for node in nodes {
            self.charge(1)?;
            if (*self.string_value(*node)? == *string) == (comparison == Comparison::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of the numbers that nodes stand for: the least, the greatest, and whether one is another number
    /// than this, and whether one is this.
    fn range(&mut self, nodes: &[XNode], other: f64) -> Result<(f64, f64, (bool, bool))> {
        let (mut least, mut greatest) = (f64::NAN, f64::NAN);
        let (mut same, mut differs) = (false, false);
        for node in nodes {
            self.charge(1)?;
            let number = to_number(&self.string_value(*node)?);
            // The smaller or greater of a number and what is none is the number.
            (least, greatest) = (least.min(number), greatest.max(number));
            same |= number == other;
            differs |= number != other;
        }
        Ok((least, greatest, (same, differs)))
    }

    fn compare_sets(&mut self, comparison: Comparison, left: &[XNode], right: &[XNode]) -> Result<bool> {
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            let (least, greatest, _) = self.range(left, f64::NAN)?;
            let (low, high, _) = self.range(right, f64::NAN)?;
            return Ok(holds_for_any(comparison, (least, greatest), (low, high), (false, false)));
        }
        if left.is_empty() || right.is_empty() {
            return Ok(false);
        }
        let mut strings = HashSet::new();
        for node in left {
            self.charge(1)?;
            strings.insert(self.string_value(*node)?);
            if comparison == Comparison::NotEqual && strings.len() > 1 {
                // Whatever the other holds, one of the two differs from it.
                return Ok(true);
            }
        }
        for node in right {
            self.charge(1)?;
            if strings.contains(&self.string_value(*node)?) == (comparison == Comparison::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn holds(comparison: Comparison, order: Option<Ordering>) -> bool {
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

/// Whether a comparison holds for any number between two bounds and any between two others, all bounds
/// being such numbers; `found` says so for equality and for its opposite.
fn holds_for_any(comparison: Comparison, left: (f64, f64), right: (f64, f64), found: (bool, bool)) -> bool {
    match comparison {
        Comparison::Equal => found.0,
        Comparison::NotEqual => found.1,
        Comparison::Less => left.0 < right.1,
        Comparison::LessOrEqual => left.0 <= right.1,
        Comparison::Greater => left.1 > right.0,
        Comparison::GreaterOrEqual => left.1 >= right.0,
    }
}
