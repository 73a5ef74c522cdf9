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
#[derive(Clone, Copy)]
enum Level {
    Or,
    And,
    Equality,
    Relational,
    Additive,
    Multiplicative,
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
        let parsed = self.or();
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

    /// Operands with an operator of this level between them.
    fn chain<Op>(
        &mut self,
        level: Level,
        operator: fn(Level, &str) -> Option<Op>,
    ) -> Result<(Known, Vec<(Op, Known)>), XPathError> {
        let first = self.below(level)?;
        let mut rest = Vec::new();
        while let Token::Operator(written) = self.token
            && let Some(op) = operator(level, written)
        {
            self.advance()?;
            rest.push((op, self.below(level)?));
        }
        Ok((first, rest))
    }

    fn below(&mut self, level: Level) -> Result<Known, XPathError> {
        match level {
            Level::Or => self.and(),
            Level::And => self.comparison(Level::Equality),
            Level::Equality => self.comparison(Level::Relational),
            Level::Relational => self.arithmetic(Level::Additive),
            Level::Additive => self.arithmetic(Level::Multiplicative),
            Level::Multiplicative => self.unary(),
        }
    }

    fn or(&mut self) -> Result<Known, XPathError> {
        self.logical(Level::Or, Expr::Or)
    }

    fn and(&mut self) -> Result<Known, XPathError> {
        self.logical(Level::And, Expr::And)
    }

    fn logical(&mut self, level: Level, of: fn(Vec<Expr>) -> Expr) -> Result<Known, XPathError> {
        let (first, rest) = self.chain(level, |level, written| {
            matches!((level, written), (Level::Or, "or") | (Level::And, "and")).then_some(())
        })?;
        if rest.is_empty() {
            return Ok(first);
        }
        let mut facts = Facts { kind: Type::Boolean, ..first.1 };
        let mut operands = vec![self.constant(first).0];
        for ((), operand) in rest {
            facts = facts.with(Type::Boolean, operand.1);
            operands.push(self.constant(operand).0);
        }
        Ok((of(operands), facts))
    }

    fn comparison(&mut self, level: Level) -> Result<Known, XPathError> {
        let (first, rest) = self.chain(level, |level, written| {
            Some(match (level, written) {
                (Level::Equality, "=") => Comparison::Equal,
                (Level::Equality, "!=") => Comparison::NotEqual,
                (Level::Relational, "<") => Comparison::Less,
                (Level::Relational, "<=") => Comparison::LessOrEqual,
                (Level::Relational, ">") => Comparison::Greater,
                (Level::Relational, ">=") => Comparison::GreaterOrEqual,
                _ => return None,
            })
        })?;
        Ok(self.operation(Type::Boolean, first, rest, Expr::Compare))
    }

    fn arithmetic(&mut self, level: Level) -> Result<Known, XPathError> {
        let (first, rest) = self.chain(level, |level, written| {
            Some(match (level, written) {
                (Level::Additive, "+") => Arithmetic::Add,
                (Level::Additive, "-") => Arithmetic::Subtract,
                (Level::Multiplicative, "*") => Arithmetic::Multiply,
                (Level::Multiplicative, "div") => Arithmetic::Divide,
                (Level::Multiplicative, "mod") => Arithmetic::Modulo,
                _ => return None,
            })
        })?;
        Ok(self.operation(Type::Number, first, rest, Expr::Arithmetic))
    }

    fn operation<Op>(
        &mut self,
        kind: Type,
        first: Known,
        rest: Vec<(Op, Known)>,
        of: fn(Box<Expr>, Vec<(Op, Expr)>) -> Expr,
    ) -> Known {
        if rest.is_empty() {
            return first;
        }
        let mut facts = Facts { kind, ..first.1 };
        let first = Box::new(self.constant(first).0);
        let mut operands = Vec::with_capacity(rest.len());
        for (op, operand) in rest {
            facts = facts.with(kind, operand.1);
            operands.push((op, self.constant(operand).0));
        }
        (of(first, operands), facts)
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

fn nodes(position: usize, facts: Facts) -> Result<(), XPathError> {
    match facts.kind {
        Type::Nodes => Ok(()),
        other => Err(XPathError::NodeSet { position, found: other.name() }),
    }
}
