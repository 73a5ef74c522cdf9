//! XPath 1.0 over a [`Tree`], with the function `here()` of XML Signature, and the two transforms that use
//! it.
//!
//! It is written here because the crates for it either bring a document model of their own, in which
//! attributes and namespace nodes cannot be told as ours, or, generic over the document, have no bound on
//! what an expression of a stranger may cost and no way to add `here()`.

mod axis;
mod compare;
mod error;
mod evaluate;
mod expression;
pub(crate) mod filter;
mod function;
mod lexer;
mod parse;
mod value;

pub use error::XPathError;
pub(crate) use value::Value;

use self::evaluate::Evaluator;
use crate::limits::Limits;
use crate::syntax::xml::tree::{Tree, XNode};

/// An expression that has been read.
pub(crate) struct XPath(parse::Parsed);

impl std::fmt::Debug for XPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("XPath").field(&self.0.expr).finish()
    }
}

impl XPath {
    /// Reads an expression. `namespace` tells the namespace name a prefix is bound to.
    ///
    /// # Errors
    ///
    /// What is wrong and where; also variables, functions that do not exist and brackets deeper than
    /// [`Limits::depth`].
    pub(crate) fn compile(
        expression: &str,
        namespace: &dyn Fn(&str) -> Option<String>,
        limits: &Limits,
    ) -> Result<Self, XPathError> {
        parse::parse(expression, namespace, limits.depth).map(Self)
    }
}

/// What an expression is evaluated with besides the context node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Environment<'a> {
    /// What `here()` returns: the node that bears the expression, or the element whose text it is.
    pub(crate) here: Option<XNode>,
    /// The names of the attributes that `id()` takes for ids; `xml:id` may be one.
    pub(crate) ids: &'a [&'a str],
}

/// How many nodes expressions may still visit, for all that is evaluated on one document.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    most: u64,
}

impl Budget {
    /// [`Limits::xpath_steps`].
    pub(crate) const fn new(limits: &Limits) -> Self {
        Self { left: limits.xpath_steps, most: limits.xpath_steps }
    }

    fn charge(&mut self, steps: u64) -> Result<(), XPathError> {
        match self.left.checked_sub(steps) {
            Some(left) => self.left = left,
            None => return Err(XPathError::TooExpensive { limit: self.most }),
        }
        Ok(())
    }
}

/// Evaluates an expression with a context node; context position and size are 1.
///
/// # Errors
///
/// [`XPathError::TooExpensive`], or [`XPathError::Here`] for `here()` without a node.
pub(crate) fn evaluate(
    tree: &Tree,
    xpath: &XPath,
    context: XNode,
    environment: Environment<'_>,
    budget: &mut Budget,
) -> Result<Value, XPathError> {
    Evaluator::new(tree, xpath, environment, budget).value_at(context)
}

#[cfg(test)]
mod tests;
