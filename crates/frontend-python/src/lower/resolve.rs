//! Names and dotted paths: what stands for a local, and what for something outside.

use ruff_python_ast::Expr as Syntax;
use unspin_ir::{Expr, ExprId, LocalId, LocalKind, Name};

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
                let prefix = self.frame.builder.function.qualified;
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
                    let prefix = frame.builder.function.qualified;
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

    /// The name of something defined here, qualified within the file.
    pub(super) fn qualify(&mut self, name: Name) -> Name {
        let prefix = match self.frame.classes.last() {
            Some(class) => class.qualified,
            None => self.frame.builder.function.qualified,
        };
        self.names.join(prefix, name)
    }

    /// The place or value that a name is.
    pub(super) fn name(&mut self, text: &'a str) -> ExprId {
        if text.is_empty() {
            return self.builder().expr(Expr::Opaque(Box::default()));
        }
        let name = unspin_ir::name(text);
        match self.resolve(name) {
            Resolved::Local(local) => self.builder().read(local),
            Resolved::Path(path) | Resolved::Global(path) => self.builder().expr(Expr::Global(path)),
        }
    }

    /// The path of a name or chain of attributes that starts outside of the function.
    pub(super) fn path(&mut self, expr: &'a Syntax) -> Option<Name> {
        if let Syntax::Attribute(attribute) = expr
            && !matches!(&*attribute.value, Syntax::Name(_))
        {
            let mut attributes = Vec::new();
            let path = self.chain(expr, &mut attributes).0?;
            return (attributes.len() <= LONGEST_PATH).then(|| self.extend(path, &attributes));
        }
        self.short_path(expr)
    }

    /// An attribute as a place or value: a path, or fields of a value.
    pub(super) fn attribute(&mut self, expr: &'a Syntax) -> ExprId {
        let mut attributes = Vec::new();
        let (path, base) = self.chain(expr, &mut attributes);
        let mut value = match path {
            Some(path) => {
                let rest = attributes.len().saturating_sub(LONGEST_PATH);
                let path = self.extend(path, &attributes[rest..]);
                attributes.truncate(rest);
                self.builder().expr(Expr::Global(path))
            }
            None => self.value(base),
        };
        for text in attributes.into_iter().rev() {
            let field = unspin_ir::name(text);
            value = self.builder().expr(Expr::Field(value, field));
        }
        value
    }

    /// The start of a chain of attributes, its path if it has one, and the attributes from the last to the first.
    fn chain(&mut self, expr: &'a Syntax, attributes: &mut Vec<&'a str>) -> (Option<Name>, &'a Syntax) {
        let mut base = expr;
        loop {
            if !matches!(base, Syntax::Attribute(inner) if !matches!(&*inner.value, Syntax::Name(_)))
                && let Some(path) = self.short_path(base)
            {
                return (Some(path), base);
            }
            let Syntax::Attribute(attribute) = base else { return (None, base) };
            attributes.push(attribute.attr.as_str());
            base = &attribute.value;
        }
    }

    fn extend(&mut self, path: Name, attributes: &[&'a str]) -> Name {
        attributes.iter().rev().fold(path, |path, text| {
            let attribute = unspin_ir::name(text);
            self.names.join(path, attribute)
        })
    }

    /// The path of a name, of an attribute of a name, or of what stands for the class of the method.
    fn short_path(&mut self, expr: &'a Syntax) -> Option<Name> {
        if let Some(class) = self.own_class(expr) {
            return Some(class);
        }
        match expr {
            Syntax::Name(name) if !name.id.is_empty() => {
                let name = unspin_ir::name(name.id.as_str());
                match self.resolve(name) {
                    Resolved::Path(path) => Some(path),
                    Resolved::Local(_) | Resolved::Global(_) => None,
                }
            }
            Syntax::Attribute(attribute) => {
                let base = self.short_path(&attribute.value)?;
                let attribute = unspin_ir::name(attribute.attr.as_str());
                Some(self.names.join(base, attribute))
            }
            _ => None,
        }
    }

    /// `cls` in a class method, `self.__class__` and `type(self)`: the class of the method.
    fn own_class(&mut self, expr: &'a Syntax) -> Option<Name> {
        let owner = self.frame.owner?;
        let is_receiver = |this: &mut Self, expr: &'a Syntax| {
            let Syntax::Name(name) = expr else { return false };
            let name = unspin_ir::name(name.id.as_str());
            let first = this.frame.builder.function.parameters.first().map(|first| first.local);
            matches!(this.resolve(name), Resolved::Local(local) if Some(local) == first)
        };
        let stands_for_class = match expr {
            Syntax::Name(name) => {
                let receiver = self.frame.class_receiver?;
                receiver.as_str() == name.id.as_str() && is_receiver(self, expr)
            }
            Syntax::Attribute(attribute) => {
                attribute.attr.as_str() == self.names.words.class.as_str() && is_receiver(self, &attribute.value)
            }
            Syntax::Call(call) => {
                let is_type = matches!(&*call.func, Syntax::Name(name) if name.id.as_str() == self.names.words.type_.as_str());
                is_type
                    && call.arguments.len() == 1
                    && call.arguments.args.first().is_some_and(|first| is_receiver(self, first))
            }
            _ => false,
        };
        stands_for_class.then_some(owner)
    }
}
