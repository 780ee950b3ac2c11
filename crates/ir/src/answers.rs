//! Sees through functions that only compute an answer: the call is replaced by what it answers.
//!
//! A test that moved into a helper, a method or a closure is still the test. Where the whole body of a function is one
//! `return` of a pure expression, a call of it in the same file becomes that expression, with the arguments in place of
//! the parameters. Left as they are: coroutines and generators, decorated functions, methods that another class of the file
//! has too, so that nobody knows which one runs, methods that answer a constant, which are there to be overridden, and calls
//! whose failure is flow where an expression cannot fail.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use thin_vec::ThinVec;

use crate::{
    BlockId, Call, Callee, Constant, Expr, ExprId, Function, FunctionId, FunctionKind, LocalId, LocalKind, Module, Name,
    StatementKind, Terminator, UnaryOp,
};

/// Larger answers are left alone: nobody writes such a test by hand, and each call copies it.
const MAX_NODES: usize = 24;
/// Arguments that are deeper are left alone, so that no expression gets deeper than [`crate::MAX_DEPTH`].
const MAX_ARGUMENT_DEPTH: u32 = 8;
/// How deep in a test the answer may stand.
const MAX_TEST_DEPTH: u32 = 3;

/// What a function answers.
struct Answer {
    at: FunctionId,
    /// The expression, operands first; the last one is the answer.
    nodes: Vec<Expr>,
    /// The local of each parameter, and its default if that is a constant.
    parameters: Vec<(LocalId, Name, Option<&'static Constant>)>,
    has_receiver: bool,
    /// Locals of the enclosing function that it reads.
    captured: Vec<(LocalId, Name)>,
}

/// The answers of a module, by how they are called. Nothing iterates the maps, so that their order does not matter.
#[derive(Default)]
struct Answers {
    all: BTreeMap<FunctionId, Answer>,
    by_path: FxHashMap<Name, FunctionId>,
    /// With the class whose method it is.
    by_method: FxHashMap<Name, (Name, FunctionId)>,
    /// Whether some are values: closures and nested functions.
    are_values: bool,
}

/// Replaces calls of functions that only compute an answer.
pub fn see_through_answers(module: &mut Module) {
    let answers = Answers::of(module);
    if !answers.all.is_empty() {
        let shares = module.shares_objects;
        for (index, function) in module.functions.iter_mut().enumerate() {
            answers.replace_in(FunctionId::new(index), function, shares);
        }
    }
}

impl Answers {
    fn of(module: &Module) -> Self {
        let mut answers = Self::default();
        for (index, function) in module.functions.iter().enumerate() {
            let at = FunctionId::new(index);
            if let Some(answer) = answer_of(at, function) {
                answers.are_values |= function.parent.is_some();
                answers.all.insert(at, answer);
            }
        }
        if !answers.all.is_empty() {
            answers.name(module);
        }
        answers
    }

    /// Functions and methods are called by name; of two that one name may mean, neither is seen through.
    fn name(&mut self, module: &Module) {
        let mut of_path: FxHashMap<Name, u32> = FxHashMap::default();
        let mut of_method: FxHashMap<Name, u32> = FxHashMap::default();
        for function in &module.functions {
            match function.kind {
                FunctionKind::Function => *of_path.entry(function.qualified()).or_default() += 1,
                FunctionKind::Method => *of_method.entry(function.name).or_default() += 1,
                _ => {}
            }
        }
        let is_left_to_others = |owner: Name| module.classes.iter().any(|class| class.name == owner && class.is_abstract);
        for name in module.functions.iter().take(1).flat_map(assigned_globals) {
            *of_path.entry(name).or_default() += 2;
        }
        for &at in self.all.keys() {
            let function = &module.functions[at.index()];
            match (function.kind, function.owner) {
                (FunctionKind::Function, _) if of_path[&function.qualified()] == 1 => {
                    self.by_path.insert(function.qualified(), at);
                }
                (FunctionKind::Method, Some(owner))
                    if function.has_receiver && of_method[&function.name] == 1 && !is_left_to_others(owner) =>
                {
                    self.by_method.insert(function.name, (owner, at));
                }
                _ => {}
            }
        }
    }

    fn replace_in(&self, at: FunctionId, function: &mut Function, shares: bool) {
        let (mut closures, mut uses) = (None, None);
        for block in 0..function.blocks.len() {
            let mut index = 0;
            while index < function.blocks[block].statements.len() {
                index += 1;
                let StatementKind::Call(call) = &function.blocks[block].statements[index - 1].kind else { continue };
                let Some(answer) = self.called(function, &mut closures, call).filter(|answer| answer.at != at) else {
                    continue;
                };
                // An expression leaves no block to its handler where the language has no failing expressions.
                let fails_alike = shares || (!call.raises && !call.panics && function.blocks[block].unwind.is_none());
                let Some(result) = call.result.filter(|_| fails_alike && !call.awaited && !call.has_spread()) else { continue };
                let closures = closures.get_or_insert_with(|| closures_of(function));
                let Some(substitutes) = answer.substitutes(closures, function, call) else { continue };
                let uses = uses.get_or_insert_with(|| Uses::of(function));
                let copied = answer.copy_into(function, &substitutes);
                index -= usize::from(put(function, uses, BlockId::new(block), index - 1, result, copied));
            }
        }
    }

    /// The answer that a call gets, if it is sure which function runs.
    fn called(&self, function: &Function, closures: &mut Option<Closures>, call: &Call) -> Option<&Answer> {
        let at = match call.callee {
            Callee::Path(path) => self.by_path.get(&path)?,
            Callee::Method(receiver, method) => {
                let (owner, at) = self.by_method.get(&method)?;
                let own = function.receiver().filter(|_| function.owner == Some(*owner))?;
                Some(at).filter(|_| *function.expr(receiver) == Expr::Local(own))?
            }
            Callee::Value(value) => match function.expr(value) {
                Expr::Local(local) if self.are_values => closures.get_or_insert_with(|| closures_of(function)).get(local)?,
                _ => return None,
            },
        };
        self.all.get(at)
    }
}

/// Locals that are assigned once, and that a function.
type Closures = BTreeMap<LocalId, FunctionId>;

/// Globals that a function assigns: the name of a function may be one of them.
fn assigned_globals(function: &Function) -> impl Iterator<Item = Name> {
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements.filter_map(|statement| match statement.kind {
        StatementKind::Assign(place, _) => match function.expr(place) {
            Expr::Global(name) => Some(*name),
            _ => None,
        },
        _ => None,
    })
}

fn closures_of(function: &Function) -> Closures {
    let mut found: BTreeMap<LocalId, Option<FunctionId>> = BTreeMap::new();
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        let (local, value) = match &statement.kind {
            StatementKind::Assign(place, value) => match function.expr(*place) {
                Expr::Local(local) => (*local, Some(function.expr(*value))),
                _ => continue,
            },
            StatementKind::Call(call) => match call.result {
                Some(local) => (local, None),
                None => continue,
            },
            _ => continue,
        };
        let closure = match value {
            Some(Expr::Function(closure)) if !found.contains_key(&local) => Some(*closure),
            _ => None,
        };
        found.insert(local, closure);
    }
    found.into_iter().filter_map(|(local, closure)| Some((local, closure?))).collect()
}

fn answer_of(at: FunctionId, function: &Function) -> Option<Answer> {
    let [block] = &function.blocks[..] else { return None };
    let Terminator::Return(Some(value)) = block.terminator else { return None };
    let is_plain = block.statements.is_empty()
        && !function.is_async
        && !function.is_generator
        && !function.is_abstract
        && !function.never_returns
        && function.implements.is_none()
        && function.decorators.is_empty()
        && !function.parameters.iter().any(|parameter| parameter.spread)
        && !matches!(function.kind, FunctionKind::Module | FunctionKind::AsyncBlock);
    if !is_plain {
        return None;
    }
    let mut nodes = Vec::new();
    collect(function, value, &mut nodes)?;
    if function.kind == FunctionKind::Method && !nodes.iter().any(|node| matches!(node, Expr::Local(_) | Expr::Global(_))) {
        return None;
    }
    let constant = |value: ExprId| match function.expr(value) {
        Expr::Constant(constant) => Some(*constant),
        _ => None,
    };
    let parameters = function
        .parameters
        .iter()
        .map(|parameter| (parameter.local, function.local(parameter.local).name, parameter.default.and_then(constant)));
    let mut captured: Vec<(LocalId, Name)> = Vec::new();
    for node in &nodes {
        if let Expr::Local(local) = node {
            match function.local(*local).kind {
                LocalKind::Parameter => {}
                LocalKind::Captured => captured.push((*local, function.local(*local).name)),
                _ => return None,
            }
        }
    }
    Some(Answer { at, parameters: parameters.collect(), has_receiver: function.has_receiver, captured, nodes })
}

/// An expression with its operands numbered anew, operands first. `None` if it is large, or holds what cannot be copied.
fn collect(function: &Function, at: ExprId, nodes: &mut Vec<Expr>) -> Option<ExprId> {
    let expr = match function.expr(at) {
        Expr::Function(_) | Expr::Opaque(_) => return None,
        expr => expr.clone(),
    };
    let expr = expr.with_operands(&mut |operand| collect(function, operand, nodes))?;
    nodes.push(expr);
    (nodes.len() <= MAX_NODES).then(|| ExprId::new(nodes.len() - 1))
}

impl Answer {
    /// What stands for each local of the answer at a call: an expression of the caller.
    fn substitutes(&self, closures: &Closures, function: &Function, call: &Call) -> Option<Vec<(LocalId, Substitute)>> {
        let is_enclosing = closures.values().any(|closure| *closure == self.at);
        if (!self.captured.is_empty() && !is_enclosing)
            || call.operands().any(|given| is_deeper(function, given, MAX_ARGUMENT_DEPTH))
        {
            return None;
        }
        let mut parameters = self.parameters.iter();
        let mut substitutes = Vec::new();
        if self.has_receiver {
            let (local, ..) = parameters.next()?;
            let Callee::Method(receiver, _) = call.callee else { return None };
            substitutes.push((*local, Substitute::Expr(receiver)));
        }
        for (position, (local, name, default)) in parameters.enumerate() {
            let given = call.argument(Some(*name), Some(position)).map(Substitute::Expr);
            substitutes.push((*local, given.or_else(|| default.map(Substitute::Constant))?));
        }
        for (local, name) in &self.captured {
            // The enclosing function has the variable under the same name; no other function has it at all.
            let own = function.locals.iter().position(|own| own.name == *name && own.kind != LocalKind::Temporary)?;
            substitutes.push((*local, Substitute::Local(LocalId::new(own))));
        }
        Some(substitutes)
    }

    fn copy_into(&self, function: &mut Function, substitutes: &[(LocalId, Substitute)]) -> ExprId {
        let mut copied: Vec<ExprId> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let substitute = match node {
                Expr::Local(local) => substitutes.iter().find(|(of, _)| of == local).map(|(_, substitute)| substitute),
                _ => None,
            };
            let expr = match substitute {
                Some(Substitute::Expr(expr)) => {
                    copied.push(*expr);
                    continue;
                }
                Some(Substitute::Constant(constant)) => Expr::Constant(constant),
                Some(Substitute::Local(local)) => Expr::Local(*local),
                None => node
                    .clone()
                    .with_operands(&mut |operand| Some(copied[operand.index()]))
                    .unwrap_or(Expr::Opaque(ThinVec::new())),
            };
            function.exprs.push(expr);
            copied.push(ExprId::new(function.exprs.len() - 1));
        }
        copied[copied.len() - 1]
    }
}

fn is_deeper(function: &Function, at: ExprId, depth: u32) -> bool {
    let mut found = depth == 0;
    if !found {
        function.expr(at).for_each_operand(|operand| found |= is_deeper(function, operand, depth - 1));
    }
    found
}

/// What stands for a local of the answer.
enum Substitute {
    /// An argument or receiver of the call.
    Expr(ExprId),
    /// A default.
    Constant(&'static Constant),
    /// The variable that it captures.
    Local(LocalId),
}

/// How a function uses its locals and expressions; made once, because looking for one use takes as long as for all.
struct Uses {
    /// How often each local is read or written, and the last place of it.
    locals: BTreeMap<LocalId, (u32, ExprId)>,
    /// Where the truth of an expression is asked.
    truths: BTreeMap<ExprId, ExprId>,
}

impl Uses {
    fn of(function: &Function) -> Self {
        let (mut locals, mut truths): (BTreeMap<_, (u32, ExprId)>, _) = (BTreeMap::new(), BTreeMap::new());
        for (index, expr) in function.exprs.iter().enumerate() {
            let at = ExprId::new(index);
            match expr {
                Expr::Local(local) => {
                    let (count, last) = locals.entry(*local).or_insert((0, at));
                    (*count, *last) = (*count + 1, at);
                }
                Expr::Truth(of) => {
                    truths.insert(*of, at);
                }
                _ => {}
            }
        }
        Self { locals, truths }
    }

    /// The one place where the test at the end of a block reads a temporary.
    fn only_in_test(&self, function: &Function, block: BlockId, temporary: LocalId) -> Option<ExprId> {
        let Terminator::Branch { test, .. } = function.block(block).terminator else { return None };
        let (1, only) = *self.locals.get(&temporary)? else { return None };
        let is_temporary = function.local(temporary).kind == LocalKind::Temporary;
        (is_temporary && reads(function, test, only, MAX_TEST_DEPTH)).then_some(only)
    }
}

fn reads(function: &Function, at: ExprId, wanted: ExprId, depth: u32) -> bool {
    let mut found = at == wanted;
    if !found && depth > 0 {
        function.expr(at).for_each_operand(|operand| found |= reads(function, operand, wanted, depth - 1));
    }
    found
}

/// Puts the answer where the result of the call was. A temporary that only the test behind the call reads is replaced
/// where it is read; then the statement is gone, which is answered. Any other result is assigned.
fn put(function: &mut Function, uses: &Uses, block: BlockId, index: usize, result: LocalId, answer: ExprId) -> bool {
    let is_last = index + 1 == function.block(block).statements.len();
    if let Some(only) = uses.only_in_test(function, block, result).filter(|_| is_last) {
        let copy = function.expr(answer).clone();
        let is_test = match copy {
            Expr::Compare(..) | Expr::Truth(_) | Expr::HasVariant(..) | Expr::HasType(..) => true,
            Expr::Unary(op, _) => op == UnaryOp::Not,
            _ => false,
        };
        let truth = uses.truths.get(&only).copied().filter(|_| is_test);
        function.exprs[truth.unwrap_or(only).index()] = copy;
        function.blocks[block.index()].statements.remove(index);
        return true;
    }
    let place = ExprId::new(function.exprs.len());
    function.exprs.push(Expr::Local(result));
    function.blocks[block.index()].statements[index].kind = StatementKind::Assign(place, answer);
    false
}

impl Expr {
    /// The same with other operands; `None` as soon as `f` answers it.
    fn with_operands(self, f: &mut impl FnMut(ExprId) -> Option<ExprId>) -> Option<Self> {
        Some(match self {
            same @ (Self::Constant(_) | Self::Local(_) | Self::Global(_) | Self::Function(_)) => same,
            Self::Field(a, name) => Self::Field(f(a)?, name),
            Self::Index(a, b) => Self::Index(f(a)?, f(b)?),
            Self::Slice(a, low, high) => {
                let a = f(a)?;
                let low = low.map(&mut *f);
                let high = high.map(&mut *f);
                Self::Slice(a, transposed(low)?, transposed(high)?)
            }
            Self::Unary(op, a) => Self::Unary(op, f(a)?),
            Self::Binary(op, a, b) => Self::Binary(op, f(a)?, f(b)?),
            Self::Compare(op, a, b) => Self::Compare(op, f(a)?, f(b)?),
            Self::Truth(a) => Self::Truth(f(a)?),
            Self::Length(a) => Self::Length(f(a)?),
            Self::Aggregate(kind, parts) => Self::Aggregate(kind, all(&parts, f)?),
            Self::Variant(variant) => Self::variant(variant.name, all(&variant.parts, f)?),
            Self::HasVariant(a, name) => Self::HasVariant(f(a)?, name),
            Self::Payload(a, name, index) => Self::Payload(f(a)?, name, index),
            Self::HasType(a, names) => Self::HasType(f(a)?, names),
            Self::Opaque(parts) => Self::Opaque(all(&parts, f)?),
        })
    }
}

#[expect(clippy::option_option, reason = "an operand that is not there, and one that could not be mapped")]
fn transposed(of: Option<Option<ExprId>>) -> Option<Option<ExprId>> {
    match of {
        Some(None) => None,
        Some(mapped) => Some(mapped),
        None => Some(None),
    }
}

fn all<P: FromIterator<ExprId>>(parts: &[ExprId], f: &mut impl FnMut(ExprId) -> Option<ExprId>) -> Option<P> {
    parts.iter().map(|&part| f(part)).collect()
}
