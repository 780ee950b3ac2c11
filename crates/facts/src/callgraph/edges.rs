//! The calls of one function.

use unspin_ir::{
    Argument, BlockId, Call, Callee, Expr, ExprId, Function, FunctionKind, LocalId, LocalKind, Name, Statement, StatementKind,
    Terminator,
};
use unspin_span::Span;

use super::tables::{TableCache, element};
use super::typed::Typed;
use super::{CallEdge, Cycles, EdgeKind};
use crate::Models;
use crate::definitions::Definition;
use crate::gates::is_same_place;
use crate::model::{Effect, WordKind};
use crate::models::Kinds;
use crate::project::{ClassRef, FunctionRef, Project, Resolution, Via};
use crate::shape::mentions;

/// How many definitions of one name a call on an unknown receiver may have; beyond that the name says nothing.
const MAX_NAMED: usize = 3;

/// The calls of a function that may lead to functions of the project, in the order of the source.
///
/// Where only certain cycles are wanted, weak edges may be left out.
pub(super) fn edges_of(project: &Project, at: FunctionRef, wanted: Cycles, tables: &mut TableCache) -> Vec<CallEdge> {
    let mut finder = Finder::new(project, at, wanted, tables);
    finder.all(|_, _| true);
    finder.found
}

/// Those of the calls of which names do not tell what they may lead to.
pub(super) fn untold_edges_of(project: &Project, at: FunctionRef, wanted: Cycles, tables: &mut TableCache) -> Vec<CallEdge> {
    let mut finder = Finder::new(project, at, wanted, tables);
    finder.all(|models, callee| callee.name().is_none_or(|name| !crate::outline::tells(models, name)));
    finder.found
}

/// Whether the source of a method call is no longer than its receiver, name and arguments. A longer one may name a view
/// of the receiver, which has methods of its own: `self.as_slice().iter()`, `(**self).len()`.
pub(crate) fn is_literal_call(function: &Function, call: &Call, span: Span) -> bool {
    let Callee::Method(receiver, method) = call.callee else { return false };
    let length = |value| function.path(value).map(|path| path.len());
    let argument = |argument: &Argument| Some(length(argument.value)? + argument.name.map_or(0, |name| name.len() + 1));
    let arguments: Option<usize> = call.arguments.iter().map(argument).sum();
    let (Some(receiver), Some(arguments)) = (length(receiver), arguments) else { return false };
    let arguments = arguments + ", ".len() * call.arguments.len().saturating_sub(1);
    let around = if call.awaited { "await .()?" } else { ".()?" };
    (span.end - span.start) as usize <= receiver + method.len() + arguments + around.len()
}

/// Whether the source calls the method around it by an operator or a format, which is shorter than a call: `self == other`
/// in `eq`.
pub(crate) fn is_operation(function: &Function, call: &Call, span: Span) -> bool {
    let (Callee::Method(receiver, method), [only]) = (call.callee, &call.arguments[..]) else { return false };
    let length = |value| function.path(value).map_or(0, |path| path.len());
    let called = length(receiver) + method.len() + length(only.value) + ".()".len();
    method == function.name
        && matches!(method.as_str(), "eq" | "ne" | "fmt" | "__eq__" | "__ne__")
        && function.receiver().is_some_and(|own| *function.expr(receiver) == Expr::Local(own))
        && ((span.end - span.start) as usize) < called
}

struct Finder<'a> {
    project: &'a Project,
    tables: &'a mut TableCache,
    at: FunctionRef,
    function: &'a Function,
    /// Where it is there, calls on values of no type are passed over.
    typed: Option<Typed<'a>>,
    found: Vec<CallEdge>,
    site: (BlockId, u32, Span),
    /// Whether no call hands functions to what runs them by its name.
    names_tell: bool,
    /// Whether a function is written down in this one.
    has_functions: Option<bool>,
}

impl<'a> Finder<'a> {
    fn new(project: &'a Project, at: FunctionRef, wanted: Cycles, tables: &'a mut TableCache) -> Self {
        let function = project.function(at);
        Self {
            project,
            tables,
            at,
            function,
            typed: (wanted == Cycles::Certain).then(|| Typed::new(function)),
            found: Vec::new(),
            site: (BlockId::new(0), 0, Span::default()),
            names_tell: project.outline(at).called.is_told,
            has_functions: None,
        }
    }

    /// Go through the calls whose callee is wanted, and through what else runs functions.
    fn all(&mut self, is_wanted: impl Fn(&Models, Callee) -> bool) {
        for (id, block) in self.function.block_ids() {
            for (index, statement) in block.statements.iter().enumerate() {
                self.site = (id, index as u32, statement.span);
                match &statement.kind {
                    StatementKind::Call(call) if is_wanted(&self.project.models, call.callee) => self.call(call),
                    StatementKind::Call(_) => {}
                    _ => self.hidden_use(statement),
                }
            }
            if let Terminator::Return(Some(value)) = block.terminator {
                self.site = (id, block.statements.len() as u32, block.span);
                self.returned(value);
            }
        }
    }

    fn push(&mut self, to: FunctionRef, kind: EdgeKind) {
        let (block, statement, span) = self.site;
        let edge = CallEdge { from: self.at, to, block, statement, span, kind };
        if !self
            .found
            .iter()
            .rev()
            .take_while(|other| other.block == block && other.statement == statement)
            .any(|other| other.to == to)
        {
            self.found.push(edge);
        }
    }

    fn call(&mut self, call: &Call) {
        self.targets(call);
        if let Callee::Method(parser, method) = call.callee
            && !self.names_tell
            && self.project.models.has_word(WordKind::Combinator, &method)
        {
            self.run_parser(parser);
        }
        // Where names tell all that is called, only functions that are written down can still run.
        if call.arguments.is_empty() || (self.names_tell && !self.has_functions()) {
            return;
        }
        let words = self.project.models.kinds_of_words(self.called_name(call));
        let is_visitor = words.has(WordKind::Visitor);
        // A name that a macro is given may become anything: `byte_parser!(digit, Digit)` makes a type of it.
        let is_macro = matches!(call.callee, Callee::Path(path) if path.ends_with('!'));
        let is_combinator = words.has(WordKind::Combinator) && !self.called_name(call).ends_with("_parser");
        if is_macro && !is_combinator && !words.has(WordKind::ParserCombinator) {
            return;
        }
        if call.arguments.iter().any(|argument| self.may_be_function(argument.value)) && !self.is_deferred(call, words) {
            let is_combinator = words.has(WordKind::Combinator);
            for argument in &call.arguments {
                self.function_values(argument.value, is_combinator, 0);
            }
        }
        if is_visitor {
            self.visitor(&call.arguments);
        }
    }

    fn has_functions(&mut self) -> bool {
        let function = self.function;
        *self.has_functions.get_or_insert_with(|| function.exprs.iter().any(|expr| matches!(expr, Expr::Function(_))))
    }

    fn called_name<'n>(&'n self, call: &'n Call) -> &'n str {
        match &call.callee {
            Callee::Method(_, method) => method,
            Callee::Path(path) => path.rsplit('.').next().unwrap_or_default().trim_end_matches('!'),
            Callee::Value(value) => match self.function.expr(*value) {
                Expr::Field(_, field) => field,
                _ => "",
            },
        }
    }

    /// A cheap test for arguments that may be functions, or the results of async functions.
    fn may_be_function(&self, value: ExprId) -> bool {
        matches!(
            self.function.expr(value),
            Expr::Function(_) | Expr::Global(_) | Expr::Field(..) | Expr::Local(_) | Expr::Aggregate(..)
        )
    }

    /// Whether what the call is given runs later, with no frame of this function on the stack.
    fn is_deferred(&self, call: &Call, words: Kinds) -> bool {
        let takes_function = |argument: &Argument| {
            match *self.function.expr(argument.value) {
                Expr::Function(_) | Expr::Global(_) | Expr::Field(..) => true,
                Expr::Local(local) => match self.project.definitions(self.at).only(self.function, local) {
                    Some(Definition::Value(value)) => matches!(self.function.expr(value), Expr::Function(_)),
                    // The result of an async function, which a task will run.
                    Some(Definition::Call(call)) => !call.awaited,
                    _ => false,
                },
                _ => false,
            }
        };
        let is_named = words.has(WordKind::Deferred);
        let is_modelled = || {
            let Callee::Path(path) = call.callee else { return false };
            let model = self.project.models.by_path(path, self.function, call);
            model.is_some_and(|model| model.effect == Effect::Spawn || model.spawns.is_some())
        };
        (is_named || is_modelled()) && call.arguments.iter().any(takes_function)
    }

    fn targets(&mut self, call: &Call) {
        if is_operation(self.function, call, self.site.2) {
            return self.push(self.at, EdgeKind::Own);
        }
        let is_untyped = |on| self.typed.as_ref().is_some_and(|typed| !typed.may_be(on));
        if !self.may_have_targets(call) || matches!(call.callee, Callee::Method(on, _) if is_untyped(on)) {
            return;
        }
        let found = self.project.resolve_targets(self.at, call);
        if found.targets.is_empty() {
            match call.callee {
                Callee::Value(value) => {
                    for target in self.tables.targets(self.project, self.at, call, value) {
                        self.push(target, EdgeKind::Table);
                    }
                }
                Callee::Method(receiver, method) if self.typed.is_none() => self.by_name(receiver, method),
                Callee::Method(..) => {}
                Callee::Path(_) => {}
            }
            return;
        }
        let class = found.receiver.and_then(|ty| self.project.class(ty));
        let classes = class.filter(|_| !found.exact).map_or(&[][..], |class| self.project.linearized(class));
        let candidates = found.targets.iter().filter(|&&target| !self.is_override(&found, classes, target)).count();
        for &target in &found.targets {
            let callee = self.project.function(target);
            if callee.is_async && !call.awaited && self.is_handed_off(call.result) {
                continue;
            }
            let is_one_of_several = candidates != 1 && matches!(found.via, Via::Own | Via::Type | Via::Path);
            let kind = match found.via {
                _ if is_one_of_several || self.is_delegation(call, target) || self.is_namesake(call, target) => {
                    EdgeKind::Override
                }
                Via::Own | Via::Type if self.is_override(&found, classes, target) => EdgeKind::Override,
                Via::Constructor => EdgeKind::Constructor,
                Via::Super => EdgeKind::Super,
                Via::Own => EdgeKind::Own,
                Via::Type => EdgeKind::Typed,
                // `load = loader.load` of a class that leaves it to others.
                Via::Value if !found.exact && callee.kind == FunctionKind::Method => EdgeKind::Override,
                Via::Value => EdgeKind::Closure,
                Via::Path | Via::Nothing => EdgeKind::Direct,
            };
            self.push(target, kind);
        }
    }

    /// Whether a method of a trait that calls its own name is likely to mean another one: the inherent method of a type
    /// that the project does not define, the method behind a pointer, another implementation of a generic trait.
    fn is_delegation(&self, call: &Call, target: FunctionRef) -> bool {
        let callee = self.project.function(target);
        let Some(behaviour) = callee.implements else { return false };
        let behaviour = behaviour.rsplit('.').next().unwrap_or_default();
        let is_generic = self.project.models.has_word(WordKind::DelegatedTrait, behaviour);
        let is_same_name = callee.name == self.function.name;
        let owner = self.project.owner(target);
        // `Group::decode(reader)` names another type that the project defines.
        let names_other = matches!(call.callee, Callee::Path(_)) && owner != self.project.owner(self.at);
        let is_foreign = owner.is_none_or(|class| {
            let data = self.project.class_data(class);
            let derefs = || data.bases.iter().any(|base| base.ends_with("Deref") || base.ends_with("DerefMut"));
            self.project.is_foreign(class) || !names_other && (data.fields.is_empty() || derefs())
        });
        match call.callee {
            Callee::Method(..) => is_same_name && (is_foreign || !is_literal_call(self.function, call, self.site.2)),
            _ => is_generic && !call.arguments.is_empty() || is_same_name && is_foreign,
        }
    }

    /// Whether a method calls its own name on a type of another module, which only seems to be its own one because no other
    /// of that name was seen: `platform::Device::open()` in `Device::open`.
    fn is_namesake(&self, call: &Call, target: FunctionRef) -> bool {
        let Callee::Path(path) = call.callee else { return false };
        let callee = self.project.function(target);
        let Some(named) = unspin_ir::parent_path(path).and_then(unspin_ir::parent_path).filter(|_| callee.owner.is_some())
        else {
            return false;
        };
        // A module gives on what stands in those below it.
        let own = self.project.files[target.file as usize].module.name;
        let gives_it = own == named || own.strip_prefix(named.as_str()).is_some_and(|rest| rest.starts_with('.'));
        callee.name == self.function.name && named.contains('.') && !gives_it
    }

    /// Whether a method stands below the receiver's type, or belongs to a trait or abstract class, whose type says little
    /// of the object.
    fn is_override(&self, found: &Resolution<'_>, classes: &[ClassRef], target: FunctionRef) -> bool {
        if found.exact || !matches!(found.via, Via::Own | Via::Type) {
            return false;
        }
        let Some(owner) = self.project.owner(target).filter(|owner| classes.contains(owner)) else { return true };
        let is_behaviour = found.via == Via::Type && self.project.class_data(owner).is_abstract;
        is_behaviour || self.project.function(target).is_abstract
    }

    /// A cheap test that spares most calls the resolution.
    fn may_have_targets(&self, call: &Call) -> bool {
        match call.callee {
            Callee::Method(_, method) => !self.project.methods_named(method).is_empty(),
            Callee::Path(path) => self.project.index.has_last(unspin_ir::last_part(path)),
            Callee::Value(_) => true,
        }
    }

    /// A call on a receiver of unknown type, for a review by hand: only where few methods could be meant, and never where
    /// the own method of that name is handed on.
    fn by_name(&mut self, receiver: ExprId, method: Name) {
        let named = self.project.methods_named(method);
        if named.len() > MAX_NAMED
            || self.hands_on(receiver, method)
            || self.project.type_of(self.at, receiver).is_some()
            || self.project.models.has_word(WordKind::Log, &method)
        {
            return;
        }
        for &target in named {
            if target.file == self.at.file {
                self.push(target, EdgeKind::Named);
            }
        }
    }

    /// Whether a method asks its own name of the one thing that it wraps, or of what it is derived from: `self.inner.flush()`
    /// in `flush`. A tree asks several: `self.left.sum() + self.right.sum()`.
    fn hands_on(&self, receiver: ExprId, method: Name) -> bool {
        let function = self.function;
        if method != function.name {
            return false;
        }
        let is_wrapped = |place: ExprId| match *function.expr(place) {
            Expr::Global(_) => true,
            Expr::Field(base, _) => function.path(base).is_some(),
            // `self.0`
            Expr::Index(base, index) => matches!(function.expr(index), Expr::Constant(_)) && function.path(base).is_some(),
            _ => false,
        };
        let asks = |(call, _): (&Call, Span)| match call.callee {
            Callee::Method(other, name) => name == method && !is_same_place(function, other, receiver),
            _ => false,
        };
        is_wrapped(receiver) && !function.calls().any(asks)
    }

    /// Whether the result of an async function goes to something that runs it as a task.
    fn is_handed_off(&self, result: Option<LocalId>) -> bool {
        let Some(result) = result else { return true };
        let calls = self.function.blocks.iter().flat_map(|block| &block.statements);
        let calls = calls.filter_map(|statement| match &statement.kind {
            StatementKind::Call(call) => Some(call),
            _ => None,
        });
        let is_result = |argument: &Argument| *self.function.expr(argument.value) == Expr::Local(result);
        calls.into_iter().any(|call| {
            let words = || self.project.models.kinds_of_words(self.called_name(call));
            call.arguments.iter().any(is_result) && self.is_deferred(call, words())
        })
    }

    /// Functions among the arguments of a call.
    fn function_values(&mut self, value: ExprId, is_combinator: bool, depth: u32) {
        if depth > 3 {
            return;
        }
        match self.function.expr(value) {
            Expr::Function(inner) => {
                self.push(FunctionRef { file: self.at.file, function: *inner }, EdgeKind::Closure);
            }
            Expr::Aggregate(_, parts) if is_combinator => {
                for &part in parts {
                    self.function_values(part, is_combinator, depth + 1);
                }
            }
            Expr::Local(local) => {
                if let Some(Definition::Value(value)) = self.project.definitions(self.at).only(self.function, *local)
                    && matches!(self.function.expr(value), Expr::Function(_) | Expr::Aggregate(..))
                {
                    self.function_values(value, is_combinator, depth + 1);
                }
            }
            Expr::Global(_) | Expr::Field(..) if is_combinator => {
                if let Some(target) = element(self.project, self.at, self.function, value) {
                    self.push(target, EdgeKind::Combinator);
                }
            }
            _ => {}
        }
    }

    /// Functions on which a method of a combinator is called: `(digit, rest).void()`, `list.parse_next(input)`.
    fn run_parser(&mut self, parser: ExprId) {
        match *self.function.expr(parser) {
            Expr::Global(_) | Expr::Aggregate(..) => self.function_values(parser, true, 0),
            Expr::Local(local) if self.function.local(local).kind == LocalKind::Temporary => {
                let function = self.function;
                for definition in self.project.definitions(self.at).of(function, local) {
                    if let Definition::Value(value) = definition
                        && matches!(function.expr(value), Expr::Global(_) | Expr::Aggregate(..))
                    {
                        self.function_values(value, true, 0);
                    }
                }
            }
            _ => {}
        }
    }

    /// A closure that is bound to a name which nothing reads is used where the frontend could not look: in a macro.
    fn hidden_use(&mut self, statement: &Statement) {
        let StatementKind::Assign(place, value) = statement.kind else { return };
        let (Expr::Local(local), Expr::Function(inner)) = (self.function.expr(place), self.function.expr(value)) else {
            return;
        };
        let is_closure = self.function.local(*local).kind == LocalKind::Variable
            && self.project.function(FunctionRef { file: self.at.file, function: *inner }).kind == FunctionKind::Closure;
        if is_closure && !self.is_read(*local) {
            self.push(FunctionRef { file: self.at.file, function: *inner }, EdgeKind::Closure);
        }
    }

    fn is_read(&self, local: LocalId) -> bool {
        let name = self.function.local(local).name;
        let reads = |value: ExprId| mentions(self.function, value, local);
        let here = self.function.blocks.iter().any(|block| {
            let by_statement = block.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, value) => {
                    reads(*value) || (*self.function.expr(*place) != Expr::Local(local) && reads(*place))
                }
                StatementKind::Call(call) => {
                    call.operands().any(reads) || matches!(call.callee, Callee::Value(value) if reads(value))
                }
                StatementKind::Yield(Some(value)) | StatementKind::Delete(value) => reads(*value),
                StatementKind::Enter(scope) => reads(self.function.scope(*scope).manager),
                StatementKind::Yield(None) | StatementKind::Leave(_) => false,
            });
            by_statement || block.terminator.operand().is_some_and(reads)
        });
        let functions = &self.project.files[self.at.file as usize].module.functions;
        let captures = |inner: &Function| {
            inner.parent == Some(self.at.function)
                && inner.locals.iter().any(|other| other.name == name && other.kind != LocalKind::Variable)
        };
        here || functions.iter().any(captures)
    }

    /// A closure or async block that is returned runs with the caller of this function; a cycle through it is one.
    fn returned(&mut self, value: ExprId) {
        if let Expr::Function(inner) = *self.function.expr(value) {
            self.push(FunctionRef { file: self.at.file, function: inner }, EdgeKind::Closure);
        }
    }

    /// `visitor.visit_seq(Access { de: self })`: nested values come back to `deserialize_any` of the same type.
    fn visitor(&mut self, arguments: &[Argument]) {
        let Some(owner) = self.project.owner(self.at) else { return };
        if !arguments.iter().any(|argument| self.holds_receiver(argument.value, 0)) {
            return;
        }
        let methods = self.project.methods_of(owner).collect::<Vec<_>>();
        let is_entry =
            |method: &&FunctionRef| self.project.models.has_word(WordKind::VisitedBy, &self.project.function(**method).name);
        let entries = methods.iter().filter(is_entry).copied().collect::<Vec<_>>();
        for entry in entries {
            self.push(entry, EdgeKind::Visitor);
        }
    }

    fn holds_receiver(&self, value: ExprId, depth: u32) -> bool {
        if depth > 4 {
            return false;
        }
        match self.function.expr(value) {
            Expr::Local(local) => {
                self.function.local(*local).name == "self"
                    || match self.project.definitions(self.at).only(self.function, *local) {
                        Some(Definition::Value(value)) => self.holds_receiver(value, depth + 1),
                        Some(Definition::Call(call)) => {
                            call.arguments.iter().any(|argument| self.holds_receiver(argument.value, depth + 1))
                        }
                        _ => false,
                    }
            }
            Expr::Aggregate(..) | Expr::Variant(..) | Expr::Opaque(_) => {
                let mut found = false;
                self.function.expr(value).for_each_operand(|part| found = found || self.holds_receiver(part, depth + 1));
                found
            }
            _ => false,
        }
    }
}
