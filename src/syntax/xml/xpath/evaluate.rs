//! Evaluating an expression (XPath 1.0, 2 and 3).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::axis::{Nodes, passes, target};
use super::expression::{Arithmetic, Axis, Expr, Path, Predicate, Start, Step};
use super::value::{to_number, to_string};
use super::{Budget, Environment, Value, XPath, XPathError};
use crate::syntax::xml::tree::{Bits, Kind, NamespaceId, NodeId, Tree, XNode};

/// The context of an expression: a node and where it stands among others.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) node: XNode,
    pub(super) position: usize,
    pub(super) size: usize,
}

impl Context {
    pub(super) const fn of(node: XNode) -> Self {
        Self { node, position: 1, size: 1 }
    }
}

/// Whether a path leads somewhere from a node, as far as it is known.
struct Memo {
    known: Bits,
    leads: Bits,
}

/// Evaluates one expression any number of times on one document.
pub(super) struct Evaluator<'e> {
    pub(super) tree: &'e Tree,
    xpath: &'e XPath,
    pub(super) environment: Environment<'e>,
    budget: &'e mut Budget,
    constants: Vec<Option<Value>>,
    memos: Vec<Option<Memo>>,
    /// Elements by id, once they have been asked for.
    pub(super) ids: Option<HashMap<&'e str, NodeId>>,
    /// Namespace nodes of elements by the element that declares namespaces last.
    scopes: HashMap<NodeId, Rc<[NamespaceId]>>,
    /// Namespace nodes kept in `scopes`.
    kept: usize,
}

type Result<T> = std::result::Result<T, XPathError>;

impl<'e> Evaluator<'e> {
    pub(super) fn new(
        tree: &'e Tree,
        xpath: &'e XPath,
        environment: Environment<'e>,
        budget: &'e mut Budget,
    ) -> Self {
        Self {
            tree,
            xpath,
            environment,
            budget,
            constants: vec![None; xpath.0.constants],
            memos: std::iter::repeat_with(|| None).take(xpath.0.memos).collect(),
            ids: None,
            scopes: HashMap::new(),
            kept: 0,
        }
    }

    /// Whether all namespace nodes of one element give the same value.
    pub(super) const fn namespaces_are_alike(&self) -> bool {
        self.xpath.0.facts.namespaces_alike
    }

    pub(super) fn value_at(&mut self, node: XNode) -> Result<Value> {
        let xpath = self.xpath;
        self.value(&xpath.0.expr, Context::of(node))
    }

    pub(super) fn truth_at(&mut self, node: XNode) -> Result<bool> {
        let xpath = self.xpath;
        self.truth(&xpath.0.expr, Context::of(node))
    }

    pub(super) fn charge(&mut self, steps: usize) -> Result<()> {
        self.budget.charge(steps as u64)
    }

    /// Charges for so many bytes of text.
    pub(super) fn charge_text(&mut self, bytes: usize) -> Result<()> {
        self.charge(bytes / 8)
    }

    pub(super) fn value(&mut self, expr: &'e Expr, context: Context) -> Result<Value> {
        self.charge(1)?;
        Ok(match expr {
            Expr::Or(_) | Expr::And(_) | Expr::Compare(..) => Value::Boolean(self.truth(expr, context)?),
            Expr::Arithmetic(first, rest) => {
                let mut left = self.number(first, context)?;
                for (operator, right) in rest {
                    let right = self.number(right, context)?;
                    left = match operator {
                        Arithmetic::Add => left + right,
                        Arithmetic::Subtract => left - right,
                        Arithmetic::Multiply => left * right,
                        Arithmetic::Divide => left / right,
                        Arithmetic::Modulo => left % right,
                    };
                }
                Value::Number(left)
            }
            Expr::Negate(operand) => Value::Number(-self.number(operand, context)?),
            Expr::Union(operands) => {
                let mut all = Vec::new();
                for operand in operands {
                    let nodes = self.nodes(operand, context)?;
                    self.charge(nodes.len())?;
                    all.extend_from_slice(&nodes);
                }
                self.sort(&mut all);
                Value::Nodes(Rc::new(all))
            }
            Expr::Path(path) => Value::Nodes(Rc::new(self.path(path, context)?)),
            Expr::Literal(literal) => Value::String(literal.clone()),
            Expr::Number(number) => Value::Number(*number),
            Expr::Call(function, arguments) => self.call(*function, arguments, context)?,
            Expr::Constant(place, expr) => {
                if let Some(Some(value)) = self.constants.get(*place) {
                    return Ok(value.clone());
                }
                let value = self.value(expr, context)?;
                if let Some(slot) = self.constants.get_mut(*place) {
                    *slot = Some(value.clone());
                }
                value
            }
        })
    }

    /// An expression converted as by `boolean()`, no more of it evaluated than needed.
    pub(super) fn truth(&mut self, expr: &'e Expr, context: Context) -> Result<bool> {
        match expr {
            Expr::Or(operands) => {
                for operand in operands {
                    if self.truth(operand, context)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::And(operands) => {
                for operand in operands {
                    if !self.truth(operand, context)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Compare(first, rest) => {
                let mut left = self.value(first, context)?;
                for (comparison, right) in rest {
                    let right = self.value(right, context)?;
                    left = Value::Boolean(self.compare(*comparison, &left, &right)?);
                }
                Ok(matches!(left, Value::Boolean(true)))
            }
            Expr::Path(path) => self.leads(path, context),
            _ => Ok(self.value(expr, context)?.truth()),
        }
    }

    pub(super) fn number(&mut self, expr: &'e Expr, context: Context) -> Result<f64> {
        let value = self.value(expr, context)?;
        self.number_of(&value)
    }

    pub(super) fn number_of(&mut self, value: &Value) -> Result<f64> {
        Ok(match value {
            Value::Number(number) => *number,
            Value::Boolean(truth) => f64::from(u8::from(*truth)),
            Value::String(string) => to_number(string),
            Value::Nodes(_) => to_number(&self.string_of(value)?),
        })
    }

    pub(super) fn string(&mut self, expr: &'e Expr, context: Context) -> Result<Rc<str>> {
        let value = self.value(expr, context)?;
        self.string_of(&value)
    }

    pub(super) fn string_of(&mut self, value: &Value) -> Result<Rc<str>> {
        Ok(match value {
            Value::String(string) => string.clone(),
            Value::Boolean(truth) => if *truth { "true" } else { "false" }.into(),
            Value::Number(number) => to_string(*number).into(),
            Value::Nodes(nodes) => match nodes.first() {
                Some(first) => self.string_value(*first)?.into(),
                None => "".into(),
            },
        })
    }

    pub(super) fn nodes(&mut self, expr: &'e Expr, context: Context) -> Result<Rc<Vec<XNode>>> {
        match self.value(expr, context)? {
            Value::Nodes(nodes) => Ok(nodes),
            // The parser has seen that it is a node-set.
            _ => Ok(Rc::default()),
        }
    }

    /// The string-value of a node (5).
    pub(super) fn string_value(&mut self, node: XNode) -> Result<Cow<'e, str>> {
        let tree = self.tree;
        let id = match node {
            XNode::Namespace(_, namespace) => return Ok(Cow::Borrowed(tree.namespace(namespace).1)),
            XNode::Attribute(id) => return Ok(Cow::Borrowed(tree.attribute_value(id))),
            XNode::Node(id) => id,
        };
        let text = tree.text(id);
        Ok(Cow::Borrowed(match tree.kind(id) {
            Kind::Text | Kind::Comment => text,
            Kind::ProcessingInstruction => {
                text.get(target(tree, id).len().saturating_add(1)..).unwrap_or_default()
            }
            Kind::Document | Kind::Element => {
                self.charge(tree.end(id).0.saturating_sub(id.0) as usize)?;
                let mut texts = tree.subtree(id).filter(|id| tree.kind(*id) == Kind::Text);
                let (first, second) = (texts.next(), texts.next());
                let first = first.map_or("", |id| tree.text(id));
                let Some(second) = second else { return Ok(Cow::Borrowed(first)) };
                let mut value = String::from(first);
                for id in std::iter::once(second).chain(texts) {
                    value.push_str(tree.text(id));
                }
                self.charge_text(value.len())?;
                return Ok(Cow::Owned(value));
            }
        }))
    }

    /// The namespace nodes of an element.
    pub(super) fn namespaces(&mut self, element: NodeId) -> Result<Rc<[NamespaceId]>> {
        const MOST_KEPT: usize = 1 << 20;
        let tree = self.tree;
        if tree.kind(element) != Kind::Element {
            return Ok(Rc::default());
        }
        let scope = tree.scope(element);
        if let Some(nodes) = self.scopes.get(&scope) {
            return Ok(nodes.clone());
        }
        let nodes: Rc<[_]> = tree.namespaces_in_scope(element).into();
        // Declarations above may be hidden by others, so what is found is less than what was seen.
        self.charge(nodes.len().saturating_add(tree.ancestors_or_self(element).count()))?;
        if self.kept > MOST_KEPT {
            self.scopes.clear();
            self.kept = 0;
        }
        self.kept = self.kept.saturating_add(nodes.len());
        self.scopes.insert(scope, nodes.clone());
        Ok(nodes)
    }

    fn axis(&mut self, axis: Axis, from: XNode) -> Result<Nodes<'e>> {
        Ok(match (axis, from) {
            (Axis::Namespace, XNode::Node(id)) => Nodes::namespaces(self.tree, id, self.namespaces(id)?),
            _ => Nodes::on(self.tree, axis, from),
        })
    }

    /// Document order, none twice.
    fn sort(&self, nodes: &mut Vec<XNode>) {
        let order = |node: &XNode| node.order(self.tree);
        if !nodes.is_sorted_by(|a, b| order(a) < order(b)) {
            nodes.sort_unstable_by_key(order);
            nodes.dedup();
        }
    }

    fn path(&mut self, path: &'e Path, context: Context) -> Result<Vec<XNode>> {
        let mut nodes = match &path.start {
            Start::Root => vec![XNode::Node(Tree::ROOT)],
            Start::Context => vec![context.node],
            Start::Expr(expr, predicates) => {
                let nodes = self.nodes(expr, context)?;
                let mut nodes = Rc::unwrap_or_clone(nodes);
                self.charge(nodes.len())?;
                for predicate in predicates {
                    nodes = self.kept(nodes, predicate)?;
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = self.step(step, &nodes)?;
        }
        Ok(nodes)
    }

    /// Whether a path selects any node.
    fn leads(&mut self, path: &'e Path, context: Context) -> Result<bool> {
        self.charge(1)?;
        match (&path.start, path.steps.as_slice()) {
            (Start::Context, [first, rest @ ..]) if let Some(place) = path.memo => {
                self.leads_upwards(place, first, rest, context.node)
            }
            (Start::Context, [only]) if !only.is_positional() => {
                for node in self.axis(only.axis, context.node)? {
                    if self.matches(only, node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(!self.path(path, context)?.is_empty()),
        }
    }

    /// As `leads`, for a path that begins upwards. What is true of a node is true of what is below it, so
    /// answers are kept and no node is looked at twice.
    fn leads_upwards(
        &mut self,
        place: usize,
        first: &'e Step,
        rest: &'e [Step],
        node: XNode,
    ) -> Result<bool> {
        let tree = self.tree;
        let mut above = match node {
            XNode::Node(id) if first.axis == Axis::AncestorOrSelf => Some(id),
            _ => node.parent(tree),
        };
        if !matches!(node, XNode::Node(_))
            && first.axis == Axis::AncestorOrSelf
            && self.leads_from(first, rest, node)?
        {
            return Ok(true);
        }
        let mut passed = Vec::new();
        let mut leads = false;
        while let Some(id) = above {
            let memo = self.memos.get(place).and_then(Option::as_ref);
            if let Some(memo) = memo.filter(|memo| memo.known.get(id.0)) {
                leads = memo.leads.get(id.0);
                break;
            }
            passed.push(id);
            if self.leads_from(first, rest, XNode::Node(id))? {
                leads = true;
                break;
            }
            above = tree.parent(id);
        }
        let empty = || Memo { known: Bits::new(tree.len()), leads: Bits::new(tree.len()) };
        if let Some(memo) = self.memos.get_mut(place) {
            let memo = memo.get_or_insert_with(empty);
            for id in passed {
                memo.known.set(id.0, true);
                memo.leads.set(id.0, leads);
            }
        }
        Ok(leads)
    }

    fn leads_from(&mut self, first: &'e Step, rest: &'e [Step], node: XNode) -> Result<bool> {
        if !self.matches(first, node)? {
            return Ok(false);
        }
        let mut nodes = vec![node];
        for step in rest {
            nodes = self.step(step, &nodes)?;
        }
        Ok(!nodes.is_empty())
    }

    /// Whether a node on the axis of a step, whose predicates do not count, is selected by it.
    fn matches(&mut self, step: &'e Step, node: XNode) -> Result<bool> {
        self.charge(1)?;
        if !passes(self.tree, step.axis, &step.test, node) {
            return Ok(false);
        }
        for predicate in &step.predicates {
            if !self.truth(&predicate.expr, Context::of(node))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn step(&mut self, step: &'e Step, from: &[XNode]) -> Result<Vec<XNode>> {
        let tree = self.tree;
        let mut found = Vec::new();
        let mut most = 1 << 16;
        if step.is_positional() {
            for node in from {
                let selected = self.positional(step, *node)?;
                found.extend(selected);
                self.compact(&mut found, &mut most);
            }
            self.sort(&mut found);
            return Ok(found);
        }
        let mut covered = NodeId(0);
        let mut least = tree.end(Tree::ROOT);
        let mut seen = HashSet::new();
        let backwards = matches!(step.axis, Axis::PrecedingSibling | Axis::Preceding);
        for at in 0..from.len() {
            let at = if backwards { from.len().saturating_sub(at).saturating_sub(1) } else { at };
            let Some(node) = from.get(at).copied() else { continue };
            let mut nodes = self.axis(step.axis, node)?;
            let mut climbing = false;
            match step.axis {
                // From nodes in document order, what other nodes of the set select is left out.
                Axis::Descendant | Axis::DescendantOrSelf => {
                    nodes.skip_to(covered);
                    if let XNode::Node(id) = node {
                        covered = covered.max(tree.end(id));
                    }
                }
                Axis::Following => {
                    nodes.stop_at(least);
                    let owner = node.parent(tree).unwrap_or(Tree::ROOT);
                    let start = if let XNode::Node(id) = node {
                        tree.end(id)
                    } else {
                        NodeId(owner.0.saturating_add(1))
                    };
                    least = least.min(start);
                }
                Axis::Preceding if at < from.len().saturating_sub(1) => break,
                Axis::FollowingSibling | Axis::PrecedingSibling => {
                    if let XNode::Node(id) = node
                        && !tree.parent(id).is_none_or(|parent| seen.insert(parent))
                    {
                        continue;
                    }
                }
                Axis::Ancestor | Axis::AncestorOrSelf => climbing = from.len() > 1,
                _ => {}
            }
            for node in nodes {
                if climbing
                    && let XNode::Node(id) = node
                    && !seen.insert(id)
                {
                    break;
                }
                if self.matches(step, node)? {
                    found.push(node);
                    // There can be very many more of these than the document is long.
                    if let XNode::Namespace(..) = node {
                        self.charge(7)?;
                    }
                }
            }
            self.compact(&mut found, &mut most);
        }
        self.sort(&mut found);
        Ok(found)
    }

    /// Keeps a list that grows beyond `most` from holding many nodes twice.
    fn compact(&self, found: &mut Vec<XNode>, most: &mut usize) {
        if found.len() > *most {
            self.sort(found);
            *most = found.len().saturating_mul(2).max(*most);
        }
    }

    fn positional(&mut self, step: &'e Step, from: XNode) -> Result<Vec<XNode>> {
        let mut nodes = Vec::new();
        let most = match step.predicates.first() {
            // The very common [1]: what follows is not looked at.
            Some(Predicate { expr: Expr::Number(number), .. }) => *number,
            _ => f64::INFINITY,
        };
        let mut count = 0.0;
        for node in self.axis(step.axis, from)? {
            self.charge(1)?;
            if passes(self.tree, step.axis, &step.test, node) {
                nodes.push(node);
                count += 1.0;
                if count >= most {
                    break;
                }
            }
        }
        for predicate in &step.predicates {
            nodes = self.kept(nodes, predicate)?;
        }
        Ok(nodes)
    }

    /// The nodes, in the order in which positions count, for which a predicate holds.
    fn kept(&mut self, nodes: Vec<XNode>, predicate: &'e Predicate) -> Result<Vec<XNode>> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let position = index.saturating_add(1);
            let context = Context { node, position, size };
            let holds = if predicate.positional {
                match self.value(&predicate.expr, context)? {
                    Value::Number(number) => number == position as f64,
                    other => other.truth(),
                }
            } else {
                self.truth(&predicate.expr, context)?
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }
}

impl Value {
    /// As by `boolean()` (4.3).
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Boolean(truth) => *truth,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::String(string) => !string.is_empty(),
            Self::Nodes(nodes) => !nodes.is_empty(),
        }
    }
}
