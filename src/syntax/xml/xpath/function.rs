//! The function library (XPath 1.0, 4; XML Signature, 6.6.3).

use std::collections::HashMap;
use std::rc::Rc;

use super::axis::expanded_name;
use super::evaluate::{Context, Evaluator};
use super::expression::{Expr, Function};
use super::value::round;
use super::{Value, XPathError};
use crate::syntax::xml::XML_NAMESPACE;
use crate::syntax::xml::tree::{Kind, NodeId, Tree, XNode};

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'e> Evaluator<'e> {
    /// Calls a function. The parser has seen to the number of arguments.
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &'e [Expr],
        context: Context,
    ) -> Result<Value, XPathError> {
        let tree = self.tree;
        Ok(match (function, arguments) {
            (Function::Last, _) => Value::Number(context.size as f64),
            (Function::Position, _) => Value::Number(context.position as f64),
            (Function::True, _) => Value::Boolean(true),
            (Function::False, _) => Value::Boolean(false),
            (Function::Here, _) => {
                let here = self.environment.here.ok_or(XPathError::Here)?;
                Value::Nodes(Rc::new(vec![here]))
            }
            (Function::Count, [nodes]) => Value::Number(self.nodes(nodes, context)?.len() as f64),
            (Function::Sum, [nodes]) => {
                let mut sum = 0.0;
                for node in self.nodes(nodes, context)?.iter() {
                    self.charge(1)?;
                    sum += super::value::to_number(&self.string_value(*node)?);
                }
                Value::Number(sum)
            }
            (Function::Id, [object]) => {
                let value = self.value(object, context)?;
                self.elements_by_id(&value)?
            }
            (Function::LocalName | Function::NamespaceUri | Function::Name, _) => {
                let node = match arguments {
                    [nodes] => self.nodes(nodes, context)?.first().copied(),
                    _ => Some(context.node),
                };
                Value::String(node.map_or_else(|| "".into(), |node| name(tree, function, node)))
            }
            (Function::Boolean, [object]) => Value::Boolean(self.truth(object, context)?),
            (Function::Not, [object]) => Value::Boolean(!self.truth(object, context)?),
            (Function::Lang, [language]) => {
                let language = self.string(language, context)?;
                Value::Boolean(self.is_in_language(context.node, &language)?)
            }
            (Function::Number, [object]) => Value::Number(self.number(object, context)?),
            (Function::Floor, [number]) => Value::Number(self.number(number, context)?.floor()),
            (Function::Ceiling, [number]) => Value::Number(self.number(number, context)?.ceil()),
            (Function::Round, [number]) => Value::Number(round(self.number(number, context)?)),
            _ => self.call_on_strings(function, arguments, context)?,
        })
    }

    /// The functions whose arguments are strings; without arguments, the string-value of the context node.
    fn call_on_strings(
        &mut self,
        function: Function,
        arguments: &'e [Expr],
        context: Context,
    ) -> Result<Value, XPathError> {
        if function == Function::Substring {
            return self.substring(arguments, context);
        }
        let mut strings = Vec::new();
        for argument in arguments {
            let string = self.string(argument, context)?;
            self.charge_text(string.len())?;
            strings.push(string);
        }
        if arguments.is_empty() {
            let string = self.string_value(context.node)?;
            self.charge_text(string.len())?;
            strings.push(string.into());
        }
        Ok(match (function, strings.as_slice()) {
            (Function::Concat, _) => Value::String(strings.concat().into()),
            (Function::String, [string]) => Value::String(string.clone()),
            (Function::Number, [string]) => Value::Number(super::value::to_number(string)),
            (Function::StringLength, [string]) => Value::Number(string.chars().count() as f64),
            (Function::NormalizeSpace, [string]) => {
                let words: Vec<_> = string.split(SPACE).filter(|word| !word.is_empty()).collect();
                Value::String(words.join(" ").into())
            }
            (Function::StartsWith, [string, start]) => Value::Boolean(string.starts_with(&**start)),
            (Function::Contains, [string, part]) => Value::Boolean(string.contains(&**part)),
            (Function::SubstringBefore, [string, part]) => {
                Value::String(string.split_once(&**part).map_or("", |(before, _)| before).into())
            }
            (Function::SubstringAfter, [string, part]) => {
                Value::String(string.split_once(&**part).map_or("", |(_, after)| after).into())
            }
            (Function::Translate, [string, from, to]) => {
                let mut map = HashMap::new();
                let mut to = to.chars();
                for from in from.chars() {
                    let to = to.next();
                    map.entry(from).or_insert(to);
                }
                let translated = |c| map.get(&c).map_or(Some(c), |to| *to);
                Value::String(string.chars().filter_map(translated).collect::<String>().into())
            }
            _ => Value::String("".into()),
        })
    }

    /// `substring` (4.2): the characters whose positions, from 1, lie between rounded bounds.
    fn substring(&mut self, arguments: &'e [Expr], context: Context) -> Result<Value, XPathError> {
        let (string, start, length) = match arguments {
            [string, start] => (string, start, None),
            [string, start, length] => (string, start, Some(length)),
            _ => return Ok(Value::String("".into())),
        };
        let string = self.string(string, context)?;
        self.charge_text(string.len())?;
        let start = round(self.number(start, context)?);
        let end = match length {
            Some(length) => start + round(self.number(length, context)?),
            None => f64::INFINITY,
        };
        let mut position = 0.0;
        let inside = |_: &char| {
            position += 1.0;
            position >= start && position < end
        };
        Ok(Value::String(string.chars().filter(inside).collect::<String>().into()))
    }

    fn elements_by_id(&mut self, value: &Value) -> Result<Value, XPathError> {
        let tree = self.tree;
        if self.ids.is_none() {
            self.charge((tree.attribute_count() as usize).saturating_add(tree.len() as usize))?;
            let mut ids = HashMap::new();
            for attribute in tree.all_attributes() {
                let is_id = tree.attribute_name(attribute).is_some_and(|name| {
                    self.environment.ids.iter().any(|id| match id.strip_prefix("xml:") {
                        Some(local) => *name.local == *local && &*name.namespace == XML_NAMESPACE,
                        None => *name.local == **id && name.namespace.is_empty(),
                    })
                });
                if is_id {
                    let value = tree.attribute_value(attribute);
                    ids.entry(value).or_insert_with(|| tree.attribute_owner(attribute));
                }
            }
            self.ids = Some(ids);
        }
        let mut strings = Vec::new();
        match value {
            Value::Nodes(nodes) => {
                for node in nodes.iter() {
                    self.charge(1)?;
                    strings.push(self.string_value(*node)?.into());
                }
            }
            other => strings.push(self.string_of(other)?),
        }
        let mut found: Vec<NodeId> = Vec::new();
        for string in strings {
            self.charge_text(string.len())?;
            let words = string.split(SPACE).filter(|word| !word.is_empty());
            found.extend(words.filter_map(|word| self.ids.as_ref()?.get(word)));
        }
        found.sort_unstable();
        found.dedup();
        Ok(Value::Nodes(Rc::new(found.into_iter().map(XNode::Node).collect())))
    }

    /// `lang` (4.3): by the nearest `xml:lang`, sublanguages too.
    fn is_in_language(&mut self, node: XNode, language: &str) -> Result<bool, XPathError> {
        let tree = self.tree;
        let mut next = if let XNode::Node(id) = node { Some(id) } else { node.parent(tree) };
        while let Some(id) = next {
            self.charge(1)?;
            if let Some(lang) = tree.attribute(id, XML_NAMESPACE, "lang") {
                let (start, rest) = match (lang.get(..language.len()), lang.get(language.len()..)) {
                    (Some(start), Some(rest)) => (start, rest),
                    _ => return Ok(false),
                };
                let whole = rest.is_empty() || rest.starts_with('-');
                return Ok(whole && start.eq_ignore_ascii_case(language));
            }
            next = tree.parent(id);
        }
        Ok(false)
    }
}

fn name(tree: &Tree, function: Function, node: XNode) -> Rc<str> {
    let Some((uri, local)) = expanded_name(tree, node) else { return "".into() };
    let prefix = match node {
        XNode::Node(id) if tree.kind(id) == Kind::Element => tree.name(id),
        XNode::Attribute(id) => tree.attribute_name(id),
        _ => None,
    };
    match (function, prefix) {
        (Function::NamespaceUri, _) => uri.into(),
        (Function::Name, Some(name)) if !name.prefix.is_empty() => format!("{}:{local}", name.prefix).into(),
        _ => local.into(),
    }
}
