//! Why an XPath expression could not be read or evaluated.

use crate::fault::Fault;

/// Why an XPath expression could not be read or evaluated. Positions are bytes from its start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XPathError {
    /// Something is missing where it must stand (XPath 1.0, 3.7).
    #[error("at byte {position} of the XPath expression: {what} expected")]
    Expected {
        /// Where.
        position: usize,
        /// What.
        what: &'static str,
    },
    /// A variable: nothing binds variables in signatures (XML Signature, 6.6.3).
    #[error("at byte {position} of the XPath expression: the variable ${name} is not bound")]
    Variable {
        /// Where.
        position: usize,
        /// Its name.
        name: String,
    },
    /// A function that neither XPath 1.0 nor XML Signature has.
    #[error("at byte {position} of the XPath expression: there is no function {name}()")]
    Function {
        /// Where.
        position: usize,
        /// Its name.
        name: String,
    },
    /// A function with too few or too many arguments.
    #[error("at byte {position} of the XPath expression: {name}() does not take {found} arguments")]
    Arguments {
        /// Where.
        position: usize,
        /// The function.
        name: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A value that is no node-set where only a node-set can stand.
    #[error("at byte {position} of the XPath expression: a node-set expected, not a {found}")]
    NodeSet {
        /// Where.
        position: usize,
        /// What is there.
        found: &'static str,
    },
    /// A prefix that no namespace is bound to.
    #[error("at byte {position} of the XPath expression: the prefix {prefix} is bound to no namespace")]
    Prefix {
        /// Where.
        position: usize,
        /// The prefix.
        prefix: String,
    },
    /// `here()` where no node bears the expression.
    #[error("here() has no meaning outside a signature")]
    Here,
    /// A bound of [`crate::Limits`] or of this implementation was exceeded.
    #[error("the XPath expression exceeds the limit of {limit} {what}")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// Evaluating took more than [`xpath_steps`](crate::Limits::xpath_steps).
    #[error("evaluating XPath expressions takes more than {limit} steps")]
    TooExpensive {
        /// The bound.
        limit: u64,
    },
}

impl XPathError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Limit { .. } | Self::TooExpensive { .. } => Fault::Limit,
            Self::Variable { .. } | Self::Function { .. } | Self::Here => Fault::Unsupported,
            _ => Fault::Document,
        }
    }
}
