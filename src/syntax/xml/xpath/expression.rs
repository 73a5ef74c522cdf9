//! What an expression is once it is read (XPath 1.0, 2 and 3).

use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "attribute" => Self::Attribute,
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "following" => Self::Following,
            "following-sibling" => Self::FollowingSibling,
            "namespace" => Self::Namespace,
            "parent" => Self::Parent,
            "preceding" => Self::Preceding,
            "preceding-sibling" => Self::PrecedingSibling,
            "self" => Self::Itself,
            _ => return None,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `node()`
    Node,
    Text,
    Comment,
    ProcessingInstruction(Option<Box<str>>),
    /// `*`, `prefix:*` as a namespace alone, or a name in a namespace, the empty one too.
    Name {
        namespace: Option<Box<str>>,
        local: Option<Box<str>>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Predicate>,
}

#[derive(Clone, Debug)]
pub(super) struct Predicate {
    pub(super) expr: Expr,
    /// Whether the outcome depends on where the node stands among the others.
    pub(super) positional: bool,
}

impl Step {
    pub(super) fn is_positional(&self) -> bool {
        self.predicates.iter().any(|predicate| predicate.positional)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Start {
    Root,
    Context,
    Expr(Box<Expr>, Vec<Predicate>),
}

#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) start: Start,
    pub(super) steps: Vec<Step>,
    /// Of a path that begins upwards from the context node, and for any node can be said to lead
    /// somewhere or not: the place where answers are kept.
    pub(super) memo: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// An expression. Chains of operators of one level are kept flat, so depth is depth of brackets.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Or(Vec<Self>),
    And(Vec<Self>),
    Compare(Box<Self>, Vec<(Comparison, Self)>),
    Arithmetic(Box<Self>, Vec<(Arithmetic, Self)>),
    Negate(Box<Self>),
    Union(Vec<Self>),
    Path(Path),
    Literal(Rc<str>),
    Number(f64),
    Call(Function, Vec<Self>),
    /// An expression whose value is the same whatever the context: the place where it is kept.
    Constant(usize, Box<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Nodes,
    Boolean,
    Number,
    String,
}

impl Type {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Nodes => "node-set",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
        }
    }
}

/// What is known of an expression without evaluating it. Without variables every type is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) kind: Type,
    /// Whether the value depends on the context node.
    pub(super) node: bool,
    /// Whether the value depends on the context position or size.
    pub(super) position: bool,
    /// Whether all namespace nodes of one element, as the context node, give the same value.
    pub(super) namespaces_alike: bool,
}

impl Facts {
    /// Of what depends on no context.
    pub(super) const fn fixed(kind: Type) -> Self {
        Self { kind, node: false, position: false, namespaces_alike: true }
    }

    /// Of a value of this type made of this one's and another's.
    pub(super) const fn with(self, kind: Type, other: Self) -> Self {
        Self {
            kind,
            node: self.node || other.node,
            position: self.position || other.position,
            namespaces_alike: self.namespaces_alike && other.namespaces_alike,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Last,
    Position,
    Count,
    Id,
    LocalName,
    NamespaceUri,
    Name,
    String,
    Concat,
    StartsWith,
    Contains,
    SubstringBefore,
    SubstringAfter,
    Substring,
    StringLength,
    NormalizeSpace,
    Translate,
    Boolean,
    Not,
    True,
    False,
    Lang,
    Number,
    Sum,
    Floor,
    Ceiling,
    Round,
    /// XML Signature, 6.6.3.
    Here,
}

/// A function's name, its least and greatest number of arguments, and what it returns.
type Signature = (Function, &'static str, usize, usize, Type);

const FUNCTIONS: [Signature; 28] = [
    (Function::Last, "last", 0, 0, Type::Number),
    (Function::Position, "position", 0, 0, Type::Number),
    (Function::Count, "count", 1, 1, Type::Number),
    (Function::Id, "id", 1, 1, Type::Nodes),
    (Function::LocalName, "local-name", 0, 1, Type::String),
    (Function::NamespaceUri, "namespace-uri", 0, 1, Type::String),
    (Function::Name, "name", 0, 1, Type::String),
    (Function::String, "string", 0, 1, Type::String),
    (Function::Concat, "concat", 2, usize::MAX, Type::String),
    (Function::StartsWith, "starts-with", 2, 2, Type::Boolean),
    (Function::Contains, "contains", 2, 2, Type::Boolean),
    (Function::SubstringBefore, "substring-before", 2, 2, Type::String),
    (Function::SubstringAfter, "substring-after", 2, 2, Type::String),
    (Function::Substring, "substring", 2, 3, Type::String),
    (Function::StringLength, "string-length", 0, 1, Type::Number),
    (Function::NormalizeSpace, "normalize-space", 0, 1, Type::String),
    (Function::Translate, "translate", 3, 3, Type::String),
    (Function::Boolean, "boolean", 1, 1, Type::Boolean),
    (Function::Not, "not", 1, 1, Type::Boolean),
    (Function::True, "true", 0, 0, Type::Boolean),
    (Function::False, "false", 0, 0, Type::Boolean),
    (Function::Lang, "lang", 1, 1, Type::Boolean),
    (Function::Number, "number", 0, 1, Type::Number),
    (Function::Sum, "sum", 1, 1, Type::Number),
    (Function::Floor, "floor", 1, 1, Type::Number),
    (Function::Ceiling, "ceiling", 1, 1, Type::Number),
    (Function::Round, "round", 1, 1, Type::Number),
    (Function::Here, "here", 0, 0, Type::Nodes),
];

impl Function {
    pub(super) fn named(name: &str) -> Option<&'static Signature> {
        FUNCTIONS.iter().find(|(_, of, ..)| *of == name)
    }

    /// Whether its argument must be a node-set.
    pub(super) const fn takes_nodes(self) -> bool {
        matches!(self, Self::Count | Self::Sum | Self::LocalName | Self::NamespaceUri | Self::Name)
    }

    /// What a call depends on besides its arguments, of which there are none or some.
    pub(super) fn facts(self, kind: Type, without_arguments: bool) -> Facts {
        let mut facts = Facts::fixed(kind);
        match self {
            Self::Last | Self::Position => facts.position = true,
            Self::Lang => facts.node = true,
            // A namespace node's own name is in no namespace.
            Self::NamespaceUri if without_arguments => facts.node = true,
            Self::LocalName
            | Self::Name
            | Self::String
            | Self::StringLength
            | Self::NormalizeSpace
            | Self::Number
                if without_arguments =>
            {
                facts.node = true;
                facts.namespaces_alike = false;
            }
            _ => {}
        }
        facts
    }
}
