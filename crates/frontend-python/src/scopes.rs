//! Which names a scope binds, and to what: Python decides that for a whole body before it runs.
//!
//! Bodies of nested functions and classes are scopes of their own and not entered. A name that is bound in several ways
//! keeps the one that says most: an import, a declaration, a class, a function, a variable.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Pattern, Stmt};
use rustc_hash::FxHashMap;
use unspin_ir::{LocalId, Name, Source};

use crate::imports;
use crate::names::Names;

/// What a name of a scope is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// A variable that was not met yet.
    Variable,
    /// A variable with its local.
    Local(LocalId),
    /// A function of the scope.
    Function,
    /// A class, by its name in the scope.
    Class,
    /// What an import or a declaration elsewhere makes of it: a path.
    Path(Name),
    /// A variable of the module, seen from a function.
    Outside(Name),
    /// `global`.
    Global,
    /// `nonlocal`.
    Nonlocal,
}

impl Slot {
    fn rank(self) -> u8 {
        match self {
            Self::Variable => 0,
            Self::Function => 1,
            Self::Class => 2,
            Self::Global | Self::Nonlocal => 3,
            // `global dump; from json import dump` still imports it.
            Self::Path(_) => 4,
            Self::Local(_) | Self::Outside(_) => 5,
        }
    }
}

/// The names of one scope.
pub(crate) type Slots = FxHashMap<Name, Slot>;

/// Collects what a body binds.
pub(crate) struct Collector<'b> {
    pub(crate) names: &'b mut Names,
    pub(crate) source: &'b Source,
    /// Whether the file has assignment expressions at all; only then expressions are walked.
    pub(crate) has_walrus: bool,
    pub(crate) slots: &'b mut Slots,
}

impl Collector<'_> {
    pub(crate) fn body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    /// The assignment expressions of a lone expression: the body of a lambda.
    pub(crate) fn expression(&mut self, expr: &Expr) {
        if self.has_walrus {
            Walruses(self).visit_expr(expr);
        }
    }

    fn bind(&mut self, text: &str, slot: Slot) {
        let name = unspin_ir::name(text);
        bind(self.slots, name, slot);
    }

    fn statement(&mut self, statement: &Stmt) {
        if self.has_walrus {
            Walruses(self).own_expressions(statement);
        }
        match statement {
            Stmt::FunctionDef(def) => self.bind(def.name.as_str(), Slot::Function),
            Stmt::ClassDef(class) => self.bind(class.name.as_str(), Slot::Class),
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AugAssign(assign) => self.target(&assign.target),
            Stmt::AnnAssign(assign) => self.target(&assign.target),
            Stmt::TypeAlias(alias) => self.target(&alias.name),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.target(target)),
            Stmt::For(inner) => {
                self.target(&inner.target);
                self.body(&inner.body);
                self.body(&inner.orelse);
            }
            Stmt::While(inner) => {
                self.body(&inner.body);
                self.body(&inner.orelse);
            }
            Stmt::If(inner) => {
                self.body(&inner.body);
                inner.elif_else_clauses.iter().for_each(|clause| self.body(&clause.body));
            }
            Stmt::With(inner) => {
                inner.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(|vars| self.target(vars));
                self.body(&inner.body);
            }
            Stmt::Try(inner) => self.try_statement(inner),
            Stmt::Match(inner) => {
                for case in &inner.cases {
                    self.pattern(&case.pattern);
                    self.body(&case.body);
                }
            }
            Stmt::Import(import) => {
                let slots = &mut *self.slots;
                imports::import(import, |bound, path| bind(slots, bound, Slot::Path(path)));
            }
            Stmt::ImportFrom(import) => {
                let slots = &mut *self.slots;
                let bind = |bound, path| bind(slots, bound, Slot::Path(path));
                imports::import_from(import, self.source, self.names, bind);
            }
            Stmt::Global(global) => global.names.iter().for_each(|name| self.bind(name.as_str(), Slot::Global)),
            Stmt::Nonlocal(nonlocal) => nonlocal.names.iter().for_each(|name| self.bind(name.as_str(), Slot::Nonlocal)),
            _ => {}
        }
    }

    fn try_statement(&mut self, inner: &ast::StmtTry) {
        self.body(&inner.body);
        for ast::ExceptHandler::ExceptHandler(handler) in &inner.handlers {
            if let Some(name) = &handler.name {
                self.bind(name.as_str(), Slot::Variable);
            }
            self.body(&handler.body);
        }
        self.body(&inner.orelse);
        self.body(&inner.finalbody);
    }

    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), Slot::Variable),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.target(part)),
            Expr::List(list) => list.elts.iter().for_each(|part| self.target(part)),
            Expr::Starred(starred) => self.target(&starred.value),
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let mut captured = |name: &Option<ast::Identifier>| {
            if let Some(name) = name {
                self.bind(name.as_str(), Slot::Variable);
            }
        };
        match pattern {
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
            Pattern::MatchStar(star) => captured(&star.name),
            Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|part| self.pattern(part)),
            Pattern::MatchOr(either) => either.patterns.iter().for_each(|part| self.pattern(part)),
            Pattern::MatchMapping(mapping) => {
                captured(&mapping.rest);
                mapping.patterns.iter().for_each(|part| self.pattern(part));
            }
            Pattern::MatchClass(class) => {
                class.arguments.patterns.iter().for_each(|part| self.pattern(part));
                class.arguments.keywords.iter().for_each(|keyword| self.pattern(&keyword.pattern));
            }
            Pattern::MatchAs(named) => {
                captured(&named.name);
                named.pattern.iter().for_each(|inner| self.pattern(inner));
            }
        }
    }
}

/// Bind, unless the name is bound already to something that says more.
fn bind(slots: &mut Slots, name: Name, slot: Slot) {
    let kept = slots.entry(name).or_insert(slot);
    if kept.rank() < slot.rank() && !matches!(kept, Slot::Local(_)) {
        *kept = slot;
    }
}

/// Finds `name := value`, which binds in the function around any comprehension.
struct Walruses<'x, 'b>(&'x mut Collector<'b>);

impl Walruses<'_, '_> {
    /// The expressions of a statement, without those of statements inside it.
    fn own_expressions(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Try(_) => {}
            Stmt::For(inner) => self.visit_expr(&inner.iter),
            Stmt::While(inner) => self.visit_expr(&inner.test),
            Stmt::If(inner) => {
                self.visit_expr(&inner.test);
                inner.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref()).for_each(|test| self.visit_expr(test));
            }
            Stmt::With(inner) => inner.items.iter().for_each(|item| self.visit_expr(&item.context_expr)),
            Stmt::Match(inner) => {
                self.visit_expr(&inner.subject);
                inner.cases.iter().filter_map(|case| case.guard.as_deref()).for_each(|guard| self.visit_expr(guard));
            }
            _ => walk_stmt(self, statement),
        }
    }
}

impl<'a> Visitor<'a> for Walruses<'_, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::Named(named) => self.0.target(&named.target),
            _ => {}
        }
        walk_expr(self, expr);
    }
}
