//! Names and dotted paths: what stands for a local, and what for something outside.

use ruff_python_ast::{Expr as Syntax, ExprContext};
use unspin_ir::{Callee, Expr, ExprId, LocalId, LocalKind, Name};

use super::Lowerer;
use crate::scopes::Slot;

/// Attributes of one path: a longer chain goes on in fields, so that no path gets as long as a file.
const LONGEST_PATH: usize = 32;

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved {
    /// A local of the current function, own or captured.
    Local(LocalId),
    /// A function, class, import or builtin: attributes extend the path.
    Path(Name),
    /// A variable of the module, seen from a function, or one that functions change.
    Global(Name),
}

/// Where a chain of attributes starts.
#[derive(Clone, Copy, Debug)]
enum Start<'a> {
    /// Outside of the function.
    Path(Name),
    Local(LocalId),
    /// A variable of the module.
    Global(Name),
    /// Any other expression, which was not lowered yet.
    Value(&'a Syntax),
}

impl<'a> Lowerer<'a> {
    pub(super) fn resolve(&mut self, name: Name) -> Resolved {
        if let Some(&(_, local)) = self.frame.overlay.iter().rev().find(|(other, _)| *other == name) {
            return Resolved::Local(local);
        }
        if let Some(class) = self.frame.classes.last()
            && let Some(&slot) = class.slots.get(&name)
        {
            let qualified = class.qualified;
            match slot {
                Slot::Path(path) => return Resolved::Path(path),
                Slot::Global | Slot::Nonlocal => {}
                _ => return Resolved::Path(self.names.join(qualified, name)),
            }
        }
        match self.frame.slots.get(&name).copied() {
            Some(Slot::Local(local)) => Resolved::Local(local),
            Some(Slot::Path(path)) => Resolved::Path(path),
            Some(Slot::Outside(name)) => Resolved::Global(name),
            Some(Slot::Class) => {
                let prefix = self.frame.qualified(&mut self.names);
                Resolved::Path(self.names.join(prefix, name))
            }
            Some(Slot::Global | Slot::Nonlocal) if self.in_module() => Resolved::Global(name),
            Some(Slot::Global) => self.resolve_global(name),
            Some(Slot::Nonlocal) => self.resolve_outer(name, LocalKind::Shared),
            None | Some(Slot::Function) if self.in_module() => Resolved::Path(name),
            Some(Slot::Variable | Slot::Function) => Resolved::Local(self.declare(name, LocalKind::Variable)),
            None => self.resolve_outer(name, LocalKind::Captured),
        }
    }

    fn declare(&mut self, name: Name, kind: LocalKind) -> LocalId {
        let local = self.builder().local(name, kind, None);
        self.frame.slots.insert(name, Slot::Local(local));
        local
    }

    /// A name that the current function does not bind: look in the functions around it, then in the module.
    fn resolve_outer(&mut self, name: Name, kind: LocalKind) -> Resolved {
        for index in (1..self.outer.len()).rev() {
            let frame = &self.outer[index];
            if frame.overlay.iter().any(|(other, _)| *other == name) {
                return Resolved::Local(self.declare(name, kind));
            }
            match frame.slots.get(&name).copied() {
                None | Some(Slot::Outside(_)) => {}
                Some(Slot::Global) => break,
                Some(Slot::Path(path)) => return self.remember(name, Slot::Path(path)),
                Some(Slot::Class) => {
                    let prefix = frame.qualified(&mut self.names);
                    let path = self.names.join(prefix, name);
                    return self.remember(name, Slot::Path(path));
                }
                Some(Slot::Local(_) | Slot::Variable | Slot::Function | Slot::Nonlocal) => {
                    return Resolved::Local(self.declare(name, kind));
                }
            }
        }
        self.resolve_global(name)
    }

    fn resolve_global(&mut self, name: Name) -> Resolved {
        let module = self.outer.first().unwrap_or(&self.frame);
        if module.overlay.iter().any(|(other, _)| *other == name) {
            return Resolved::Local(self.declare(name, LocalKind::Captured));
        }
        match module.slots.get(&name).copied() {
            Some(Slot::Variable | Slot::Local(_) | Slot::Global | Slot::Nonlocal | Slot::Outside(_)) => {
                self.remember(name, Slot::Outside(name))
            }
            Some(Slot::Path(path)) => self.remember(name, Slot::Path(path)),
            Some(Slot::Class | Slot::Function) | None => self.remember(name, Slot::Path(name)),
        }
    }

    /// The answer is the same for the whole function.
    fn remember(&mut self, name: Name, slot: Slot) -> Resolved {
        self.frame.slots.insert(name, slot);
        match slot {
            Slot::Path(path) => Resolved::Path(path),
            _ => Resolved::Global(name),
        }
    }

    /// What things defined here are in, qualified within the file.
    pub(super) fn within(&mut self) -> Name {
        match self.frame.classes.last() {
            Some(class) => class.qualified,
            None => self.frame.qualified(&mut self.names),
        }
    }

    /// The place or value that a name is.
    pub(super) fn name(&mut self, text: &'a str) -> ExprId {
        if text.is_empty() {
            return self.builder().expr(Expr::Opaque([].into()));
        }
        let name = unspin_ir::name(text);
        match self.resolve(name) {
            Resolved::Local(local) => self.builder().read(local),
            Resolved::Path(path) | Resolved::Global(path) => self.builder().global(path),
        }
    }

    /// The path of a name or chain of attributes that starts outside of the function.
    pub(super) fn path(&mut self, expr: &'a Syntax) -> Option<Name> {
        let mut attributes = self.take_attributes();
        let path = match self.chain(expr, &mut attributes) {
            Start::Path(path) if attributes.len() <= LONGEST_PATH => Some(self.extend(path, &attributes)),
            _ => None,
        };
        self.keep_attributes(attributes);
        path
    }

    /// An attribute as a place or value: a path, or fields of a value.
    pub(super) fn attribute(&mut self, expr: &'a Syntax) -> ExprId {
        let mut attributes = self.take_attributes();
        let start = self.chain(expr, &mut attributes);
        let value = self.fields(start, &attributes);
        self.keep_attributes(attributes);
        value
    }

    /// What a call calls.
    pub(super) fn callee(&mut self, function: &'a Syntax) -> Callee {
        let mut attributes = self.take_attributes();
        let start = self.chain(function, &mut attributes);
        let callee = match (start, attributes.split_first()) {
            (Start::Path(path), _) if attributes.len() <= LONGEST_PATH => Callee::Path(self.extend(path, &attributes)),
            (Start::Value(Syntax::Call(inner)), Some((method, []))) if self.is_super(inner) => {
                let word = self.names.words.super_;
                Callee::Method(self.builder().global(word), unspin_ir::name(method))
            }
            (_, Some((method, inner))) => {
                let method = unspin_ir::name(method);
                Callee::Method(self.fields(start, inner), method)
            }
            (_, None) => Callee::Value(self.fields(start, &[])),
        };
        self.keep_attributes(attributes);
        callee
    }

    fn take_attributes(&mut self) -> Vec<&'a str> {
        std::mem::take(&mut self.attributes)
    }

    fn keep_attributes(&mut self, mut attributes: Vec<&'a str>) {
        attributes.clear();
        self.attributes = attributes;
    }

    /// Where a chain of attributes starts; the attributes from the last to the first.
    fn chain(&mut self, expr: &'a Syntax, attributes: &mut Vec<&'a str>) -> Start<'a> {
        let mut base = expr;
        while let Syntax::Attribute(attribute) = base {
            attributes.push(attribute.attr.as_str());
            base = &attribute.value;
        }
        if let Some(owner) = self.frame.owner {
            if attributes.last() == Some(&self.names.words.class.as_str()) && self.is_first_parameter(base) {
                attributes.pop();
                return Start::Path(owner);
            }
            if self.stands_for_class(base) {
                return Start::Path(owner);
            }
        }
        let Syntax::Name(name) = base else { return Start::Value(base) };
        if name.id.is_empty() {
            return Start::Value(base);
        }
        let is_valid = name.ctx != ExprContext::Invalid;
        let name = unspin_ir::name(name.id.as_str());
        match self.resolve(name) {
            Resolved::Path(path) => Start::Path(path),
            Resolved::Local(local) if is_valid => Start::Local(local),
            Resolved::Global(path) if is_valid => Start::Global(path),
            Resolved::Local(_) | Resolved::Global(_) => Start::Value(base),
        }
    }

    /// The fields that attributes are of what a chain starts with.
    fn fields(&mut self, start: Start<'a>, mut attributes: &[&'a str]) -> ExprId {
        let mut value = match start {
            Start::Path(path) => {
                let (rest, first) = attributes.split_at(attributes.len().saturating_sub(LONGEST_PATH));
                attributes = rest;
                let path = self.extend(path, first);
                self.builder().global(path)
            }
            Start::Local(local) => self.builder().read(local),
            Start::Global(path) => self.builder().global(path),
            Start::Value(base) => self.value(base),
        };
        for text in attributes.iter().rev() {
            let field = unspin_ir::name(text);
            value = self.builder().expr(Expr::Field(value, field));
        }
        value
    }

    fn extend(&mut self, path: Name, attributes: &[&'a str]) -> Name {
        attributes.iter().rev().fold(path, |path, text| {
            let attribute = unspin_ir::name(text);
            self.names.join(path, attribute)
        })
    }

    /// `cls` in a class method and `type(self)`; `self.__class__` is the third that stands for the class of the method.
    fn stands_for_class(&mut self, expr: &'a Syntax) -> bool {
        match expr {
            Syntax::Name(name) => {
                self.frame.class_receiver.is_some_and(|receiver| receiver.as_str() == name.id.as_str())
                    && self.is_first_parameter(expr)
            }
            Syntax::Call(call) => {
                let is_type = matches!(&*call.func, Syntax::Name(name) if name.id.as_str() == self.names.words.type_.as_str());
                is_type
                    && call.arguments.len() == 1
                    && call.arguments.args.first().is_some_and(|first| self.is_first_parameter(first))
            }
            _ => false,
        }
    }

    fn is_first_parameter(&mut self, expr: &'a Syntax) -> bool {
        let Syntax::Name(name) = expr else { return false };
        let name = unspin_ir::name(name.id.as_str());
        let first = self.frame.builder.function.parameters.first().map(|first| first.local);
        matches!(self.resolve(name), Resolved::Local(local) if Some(local) == first)
    }
}
