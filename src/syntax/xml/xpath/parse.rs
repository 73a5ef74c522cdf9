//! Reading an expression (XPath 1.0, 2 and 3).

use super::XPathError;
use super::expression::{
    Arithmetic, Axis, Comparison, Expr, Facts, Function, Path, Predicate, Start, Step, Test, Type,
};
use super::lexer::{Lexer, Token};
use crate::syntax::xml::XML_NAMESPACE;

/// Bytes of an expression. Its tree takes some forty times as many.
const MOST_BYTES: usize = 64 << 10;
/// Paths whose answers are kept, each in two bits for every node of the document.
const MOST_MEMOS: usize = 16;

/// What is read: the expression, what is known of it, and how many values are kept while it is evaluated.
pub(super) struct Parsed {
    pub(super) expr: Expr,
    pub(super) facts: Facts,
    pub(super) constants: usize,
    pub(super) memos: usize,
}

pub(super) fn parse(
    text: &str,
    namespace: &dyn Fn(&str) -> Option<String>,
    most_depth: usize,
) -> Result<Parsed, XPathError> {
    if text.len() > MOST_BYTES {
        let what = "bytes of an XPath expression";
        return Err(XPathError::Limit { what, limit: MOST_BYTES as u64 });
    }
    let mut lexer = Lexer::new(text);
    let (position, token) = lexer.next()?;
    let mut parser =
        Parser { lexer, token, position, namespace, depth: 0, most_depth, constants: 0, memos: 0 };
    let (expr, facts) = parser.expr()?;
    if parser.token != Token::End {
        return Err(parser.expected("the end of the expression"));
    }
    Ok(Parsed { expr, facts, constants: parser.constants, memos: parser.memos })
}

type Known = (Expr, Facts);

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token at hand and where it begins.
    token: Token<'a>,
    position: usize,
    namespace: &'a dyn Fn(&str) -> Option<String>,
    depth: usize,
    most_depth: usize,
    constants: usize,
    memos: usize,
}

/// The levels of binary operators, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Equality,
    Relational,
    Additive,
    Multiplicative,
}

#[derive(Clone, Copy)]
enum Operator {
    Logical,
    Comparison(Comparison),
    Arithmetic(Arithmetic),
}

/// Operands with operators of one level between them, as far as they have been read.
struct Chain {
    level: Level,
    first: Known,
    rest: Vec<(Operator, Known)>,
    /// What the next operand stands behind.
    operator: Operator,
}

/// The binary operator that is written so.
fn operator(token: Token<'_>) -> Option<(Level, Operator)> {
    use Operator::{Arithmetic as Calculates, Comparison as Compares, Logical};
    let Token::Operator(written) = token else { return None };
    Some(match written {
        "or" => (Level::Or, Logical),
        "and" => (Level::And, Logical),
        "=" => (Level::Equality, Compares(Comparison::Equal)),
        "!=" => (Level::Equality, Compares(Comparison::NotEqual)),
        "<" => (Level::Relational, Compares(Comparison::Less)),
        "<=" => (Level::Relational, Compares(Comparison::LessOrEqual)),
        ">" => (Level::Relational, Compares(Comparison::Greater)),
        ">=" => (Level::Relational, Compares(Comparison::GreaterOrEqual)),
        "+" => (Level::Additive, Calculates(Arithmetic::Add)),
        "-" => (Level::Additive, Calculates(Arithmetic::Subtract)),
        "*" => (Level::Multiplicative, Calculates(Arithmetic::Multiply)),
        "div" => (Level::Multiplicative, Calculates(Arithmetic::Divide)),
        "mod" => (Level::Multiplicative, Calculates(Arithmetic::Modulo)),
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    fn expected(&self, what: &'static str) -> XPathError {
        XPathError::Expected { position: self.position, what }
    }

    fn advance(&mut self) -> Result<Token<'a>, XPathError> {
        let (position, token) = self.lexer.next()?;
        self.position = position;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn take(&mut self, token: Token<'_>) -> Result<bool, XPathError> {
        let there = self.token == token;
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn require(&mut self, mark: &'static str) -> Result<(), XPathError> {
        if self.take(Token::Punctuation(mark))? { Ok(()) } else { Err(self.expected(mark)) }
    }

    fn expr(&mut self) -> Result<Known, XPathError> {
        if self.depth >= self.most_depth {
            let what = "levels of brackets in an XPath expression";
            return Err(XPathError::Limit { what, limit: self.most_depth as u64 });
        }
        self.depth = self.depth.saturating_add(1);
        let parsed = self.operands();
        self.depth = self.depth.saturating_sub(1);
        parsed
    }

    /// Keeps the value of what depends on no context, if it costs anything to evaluate.
    fn constant(&mut self, (expr, facts): Known) -> Known {
        let cheap = match &expr {
            Expr::Literal(_) | Expr::Number(_) | Expr::Constant(..) => true,
            Expr::Call(_, arguments) => arguments.is_empty(),
            _ => false,
        };
        if cheap || facts.node || facts.position {
            return (expr, facts);
        }
        let place = self.constants;
        self.constants = place.saturating_add(1);
        (Expr::Constant(place, Box::new(expr)), facts)
    }

    /// Operands with binary operators between them (3.3 to 3.5). What is begun is kept in a list, not on the
    /// stack: expressions are as deep as their brackets, and a level of these takes as little as it can.
    fn operands(&mut self) -> Result<Known, XPathError> {
        let mut open: Vec<Chain> = Vec::new();
        let mut operand = self.unary()?;
        loop {
            let next = operator(self.token);
            while let Some(chain) =
                open.pop_if(|chain| next.as_ref().is_none_or(|(level, _)| chain.level > *level))
            {
                operand = self.closed(chain, operand);
            }
            let Some((level, operator)) = next else { return Ok(operand) };
            self.advance()?;
            match open.last_mut() {
                Some(chain) if chain.level == level => {
                    let before = std::mem::replace(&mut chain.operator, operator);
                    chain.rest.push((before, operand));
                }
                _ => open.push(Chain { level, first: operand, rest: Vec::new(), operator }),
            }
            operand = self.unary()?;
        }
    }

    /// A chain with its last operand.
    fn closed(&mut self, mut chain: Chain, last: Known) -> Known {
        let kind = if chain.level < Level::Additive { Type::Boolean } else { Type::Number };
        chain.rest.push((chain.operator, last));
        let mut facts = Facts { kind, ..chain.first.1 };
        let first = self.constant(chain.first).0;
        let mut rest = Vec::with_capacity(chain.rest.len());
        for (operator, operand) in chain.rest {
            facts = facts.with(kind, operand.1);
            rest.push((operator, self.constant(operand).0));
        }
        let all = |first, rest: Vec<(_, Expr)>| {
            std::iter::once(first).chain(rest.into_iter().map(|(_, operand)| operand)).collect()
        };
        let expr = match chain.level {
            Level::Or => Expr::Or(all(first, rest)),
            Level::And => Expr::And(all(first, rest)),
            Level::Equality | Level::Relational => Expr::Compare(
                Box::new(first),
                of_one_kind(rest, |operator| match operator {
                    Operator::Comparison(comparison) => Some(comparison),
                    Operator::Logical | Operator::Arithmetic(_) => None,
                }),
            ),
            Level::Additive | Level::Multiplicative => Expr::Arithmetic(
                Box::new(first),
                of_one_kind(rest, |operator| match operator {
                    Operator::Arithmetic(arithmetic) => Some(arithmetic),
                    Operator::Logical | Operator::Comparison(_) => None,
                }),
            ),
        };
        (expr, facts)
    }

    fn unary(&mut self) -> Result<Known, XPathError> {
        let mut signs = 0_usize;
        while self.take(Token::Operator("-"))? {
            signs = signs.saturating_add(1);
        }
        let (expr, facts) = self.union()?;
        if signs == 0 {
            return Ok((expr, facts));
        }
        let facts = Facts { kind: Type::Number, ..facts };
        let expr = if signs % 2 == 1 {
            Expr::Negate(Box::new(expr))
        } else {
            Expr::Call(Function::Number, vec![expr])
        };
        Ok((expr, facts))
    }

    fn union(&mut self) -> Result<Known, XPathError> {
        let mut position = self.position;
        let first = self.path()?;
        if self.token != Token::Operator("|") {
            return Ok(first);
        }
        nodes(position, first.1)?;
        let mut facts = first.1;
        let mut operands = vec![self.constant(first).0];
        while self.take(Token::Operator("|"))? {
            position = self.position;
            let operand = self.path()?;
            nodes(position, operand.1)?;
            facts = facts.with(Type::Nodes, operand.1);
            operands.push(self.constant(operand).0);
        }
        Ok((Expr::Union(operands), facts))
    }

    fn path(&mut self) -> Result<Known, XPathError> {
        let position = self.position;
        let (start, mut facts) = match self.token {
            Token::Operator("/" | "//") => (Start::Root, Facts::fixed(Type::Nodes)),
            Token::Function(None, "comment" | "text" | "processing-instruction" | "node")
            | Token::Name(..)
            | Token::Axis(_)
            | Token::Punctuation("." | ".." | "@") => {
                (Start::Context, Facts { node: true, ..Facts::fixed(Type::Nodes) })
            }
            _ => {
                let primary = self.primary()?;
                let (expr, facts) = primary;
                let mut predicates = Vec::new();
                while self.token == Token::Punctuation("[") {
                    nodes(position, facts)?;
                    predicates.push(self.predicate()?);
                }
                if predicates.is_empty() && !matches!(self.token, Token::Operator("/" | "//")) {
                    return Ok((expr, facts));
                }
                nodes(position, facts)?;
                (Start::Expr(Box::new(self.constant((expr, facts)).0), predicates), facts)
            }
        };
        let mut steps = Vec::new();
        match start {
            Start::Root => {
                let bare = self.token == Token::Operator("/");
                if bare {
                    self.advance()?;
                    if self.begins_step() {
                        self.step(&mut steps)?;
                    }
                } else {
                    self.descend(&mut steps)?;
                }
            }
            Start::Context => self.step(&mut steps)?,
            Start::Expr(..) => {}
        }
        loop {
            match self.token {
                Token::Operator("/") => {
                    self.advance()?;
                    self.step(&mut steps)?;
                }
                Token::Operator("//") => self.descend(&mut steps)?,
                _ => break,
            }
        }
        let mut memo = None;
        if let (Start::Context, Some(first)) = (&start, steps.first()) {
            facts.namespaces_alike = !matches!(
                (first.axis, &first.test),
                (Axis::Itself | Axis::AncestorOrSelf | Axis::DescendantOrSelf, Test::Node)
            );
            let upwards = matches!(first.axis, Axis::Ancestor | Axis::AncestorOrSelf);
            if upwards && !first.is_positional() && self.memos < MOST_MEMOS {
                memo = Some(self.memos);
                self.memos = self.memos.saturating_add(1);
            }
        }
        Ok((Expr::Path(Path { start, steps, memo }), facts))
    }

    fn begins_step(&self) -> bool {
        matches!(
            self.token,
            Token::Name(..) | Token::Axis(_) | Token::Function(..) | Token::Punctuation("." | ".." | "@")
        )
    }

    /// `//` and the step behind it, as one step where that is the same.
    fn descend(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        self.advance()?;
        let all = Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() };
        steps.push(all);
        self.step(steps)?;
        if let [.., all, child] = steps.as_mut_slice()
            && child.axis == Axis::Child
            && !child.is_positional()
        {
            child.axis = Axis::Descendant;
            std::mem::swap(all, child);
            steps.pop();
        }
        Ok(())
    }

    fn step(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        for (mark, axis) in [(".", Axis::Itself), ("..", Axis::Parent)] {
            if self.take(Token::Punctuation(mark))? {
                steps.push(Step { axis, test: Test::Node, predicates: Vec::new() });
                return Ok(());
            }
        }
        let axis = if self.take(Token::Punctuation("@"))? {
            Axis::Attribute
        } else if let Token::Axis(name) = self.token {
            let axis = Axis::named(name).ok_or_else(|| self.expected("the name of an axis"))?;
            self.advance()?;
            axis
        } else {
            Axis::Child
        };
        let test = self.test()?;
        let mut predicates = Vec::new();
        while self.token == Token::Punctuation("[") {
            predicates.push(self.predicate()?);
        }
        steps.push(Step { axis, test, predicates });
        Ok(())
    }

    fn test(&mut self) -> Result<Test, XPathError> {
        match self.token {
            Token::Name(prefix, local) => {
                let namespace = match prefix {
                    Some(prefix) => Some(self.resolve(prefix)?),
                    None if local == "*" => None,
                    None => Some(Box::default()),
                };
                let local = (local != "*").then(|| local.into());
                self.advance()?;
                Ok(Test::Name { namespace, local })
            }
            Token::Function(None, kind) => {
                let mut test = match kind {
                    "node" => Test::Node,
                    "text" => Test::Text,
                    "comment" => Test::Comment,
                    "processing-instruction" => Test::ProcessingInstruction(None),
                    _ => return Err(self.expected("a node test")),
                };
                self.advance()?;
                self.require("(")?;
                if let (Test::ProcessingInstruction(target), Token::Literal(literal)) =
                    (&mut test, self.token)
                {
                    *target = Some(literal.into());
                    self.advance()?;
                }
                self.require(")")?;
                Ok(test)
            }
            _ => Err(self.expected("a node test")),
        }
    }

    fn resolve(&self, prefix: &str) -> Result<Box<str>, XPathError> {
        if prefix == "xml" {
            return Ok(XML_NAMESPACE.into());
        }
        let uri = (self.namespace)(prefix).filter(|uri| !uri.is_empty());
        let unbound = || XPathError::Prefix { position: self.position, prefix: prefix.to_owned() };
        uri.map(String::into_boxed_str).ok_or_else(unbound)
    }

    fn predicate(&mut self) -> Result<Predicate, XPathError> {
        self.require("[")?;
        let parsed = self.expr()?;
        self.require("]")?;
        let (expr, facts) = self.constant(parsed);
        Ok(Predicate { expr, positional: facts.position || facts.kind == Type::Number })
    }

    fn primary(&mut self) -> Result<Known, XPathError> {
        match self.token {
            Token::Literal(literal) => {
                self.advance()?;
                Ok((Expr::Literal(literal.into()), Facts::fixed(Type::String)))
            }
            Token::Number(number) => {
                self.advance()?;
                Ok((Expr::Number(number), Facts::fixed(Type::Number)))
            }
            Token::Punctuation("(") => {
                self.advance()?;
                let parsed = self.expr()?;
                self.require(")")?;
                Ok(parsed)
            }
            Token::Variable(name) => {
                Err(XPathError::Variable { position: self.position, name: name.to_owned() })
            }
            Token::Function(prefix, local) => self.call(prefix, local),
            _ => Err(self.expected("an expression")),
        }
    }

    fn call(&mut self, prefix: Option<&str>, local: &str) -> Result<Known, XPathError> {
        let position = self.position;
        let Some((function, name, least, most, kind)) =
            Function::named(local).filter(|_| prefix.is_none()).copied()
        else {
            let name = prefix.map_or_else(|| local.to_owned(), |prefix| format!("{prefix}:{local}"));
            return Err(XPathError::Function { position, name });
        };
        self.advance()?;
        self.require("(")?;
        let mut arguments = Vec::new();
        let mut facts = None;
        if !self.take(Token::Punctuation(")"))? {
            loop {
                let position = self.position;
                let argument = self.expr()?;
                if function.takes_nodes() {
                    nodes(position, argument.1)?;
                }
                facts = Some(facts.map_or(argument.1, |facts: Facts| facts.with(kind, argument.1)));
                arguments.push(self.constant(argument).0);
                if !self.take(Token::Punctuation(","))? {
                    break;
                }
            }
            self.require(")")?;
        }
        if !(least..=most).contains(&arguments.len()) {
            return Err(XPathError::Arguments { position, name, found: arguments.len() });
        }
        let own = function.facts(kind, arguments.is_empty());
        let facts = facts.map_or(own, |facts| facts.with(kind, own));
        Ok((Expr::Call(function, arguments), facts))
    }
}

/// The operators of a chain, which are all of the kind that its level has.
fn of_one_kind<Op>(rest: Vec<(Operator, Expr)>, kind: fn(Operator) -> Option<Op>) -> Vec<(Op, Expr)> {
    rest.into_iter().filter_map(|(operator, operand)| Some((kind(operator)?, operand))).collect()
}

fn nodes(position: usize, facts: Facts) -> Result<(), XPathError> {
    match facts.kind {
        Type::Nodes => Ok(()),
        other => Err(XPathError::NodeSet { position, found: other.name() }),
    }
}
