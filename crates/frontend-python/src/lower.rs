//! From the syntax tree to the IR: the state that all parts of the lowering share.
//!
//! Functions are lowered where they stand, each in a [`Frame`] of its own; frames of the functions around it wait in a
//! stack, which is also how names are resolved outwards. Recursion is as deep as the source nests, which
//! [`crate::too_deep`] bounds.

mod assignment;
mod call;
mod comprehension;
mod definition;
mod exits;
mod expression;
mod failure;
mod function;
mod literal;
mod loops;
mod matching;
mod resolve;
mod statement;
mod test;
mod types;

use ruff_python_ast::{ExceptHandler, Expr, ModModule, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;
use unspin_ir::{BlockId, ExprId, Function, FunctionBuilder, FunctionId, FunctionKind, LocalId, Module, Name, Source};
use unspin_span::Span;

use crate::comments::holds;
use crate::lower::exits::Exit;
use crate::names::Names;
use crate::scopes::{Collector, Slot, Slots};

/// Lower a whole tree into `module`.
pub(crate) fn lower_module(text: &str, source: &Source, tree: &ModModule, module: Module) -> Module {
    let mut names = Names::new();
    let has_walrus = holds(text, ":=");
    let words = names.words;
    let whole = Span::new(0, text.len() as u32);
    let mut frame = Frame::new(FunctionId::new(0), FunctionBuilder::new(FunctionKind::Module, words.empty, words.empty, whole));
    Collector { names: &mut names, source, has_walrus, slots: &mut frame.slots }.body(&tree.body);
    for shared in declared_global(text) {
        let name = unspin_ir::name(shared);
        if let Some(slot @ Slot::Variable) = frame.slots.get_mut(&name) {
            *slot = Slot::Global;
        }
    }
    frame.is_test = source.is_test;
    let (tables, type_variables) = tables(&tree.body);
    let mut lowerer = Lowerer {
        text,
        source,
        names,
        module,
        functions: vec![None],
        frame,
        outer: Vec::new(),
        copies: FxHashMap::default(),
        class: None,
        tables,
        table_depth: 0,
        type_variables,
        has_walrus,
        attributes: Vec::new(),
        spare_slots: Vec::new(),
    };
    lowerer.body(&tree.body);
    lowerer.finish()
}

/// How a function declares that a name is the module's.
const GLOBAL: &str = "global ";

/// Names that some function of the file may declare `global`, found by text alone: one too many does no harm.
fn declared_global(text: &str) -> Vec<&str> {
    let names = |at: usize| {
        let rest = &text[at + GLOBAL.len()..];
        let line = rest.find(['\n', '\r', '#', ';']).map_or(rest, |end| &rest[..end]);
        line.split(',').map(str::trim)
    };
    memchr::memmem::find_iter(text.as_bytes(), GLOBAL).flat_map(names).collect()
}

/// What assignments of the module say of names: tuples and sums, which `except ERRORS` may mean, and type variables,
/// which stand for their bound.
fn tables(body: &[Stmt]) -> (FxHashMap<&str, &Expr>, FxHashMap<&str, Option<&Expr>>) {
    let (mut tables, mut variables) = (FxHashMap::default(), FxHashMap::default());
    for statement in body {
        if let Stmt::Assign(assign) = statement
            && let [Expr::Name(target)] = assign.targets.as_slice()
        {
            let name = target.id.as_str();
            match &*assign.value {
                table @ (Expr::Tuple(_) | Expr::BinOp(_)) => {
                    tables.insert(name, table);
                }
                Expr::Call(call) if definition::last_part(&call.func) == Some("TypeVar") => {
                    variables.insert(name, call.arguments.find_keyword("bound").map(|keyword| &keyword.value));
                }
                _ => {}
            }
        }
    }
    (tables, variables)
}

/// A function under construction and what its source says of names and ways out.
struct Frame<'a> {
    id: FunctionId,
    builder: FunctionBuilder,
    slots: Slots,
    /// Targets of the comprehensions around the current place, which shadow everything else.
    overlay: Vec<(Name, LocalId)>,
    /// Class bodies around the current place, run as part of this function.
    classes: Vec<ClassScope>,
    /// What a `break`, `continue` or `return` here has to pass, outer before inner.
    exits: Vec<Exit<'a>>,
    /// How many copies of `finally` bodies the current place is in.
    copy_depth: u8,
    /// Carries the value of a `return` through `finally`.
    return_slot: Option<LocalId>,
    /// The class whose methods the receiver stands for, and the receiver if it is the class itself.
    owner: Option<Name>,
    class_receiver: Option<Name>,
    is_test: bool,
}

impl Frame<'_> {
    fn new(id: FunctionId, builder: FunctionBuilder) -> Box<Self> {
        Box::new(Self {
            id,
            builder,
            slots: Slots::default(),
            overlay: Vec::new(),
            classes: Vec::new(),
            exits: Vec::new(),
            copy_depth: 0,
            return_slot: None,
            owner: None,
            class_receiver: None,
            is_test: false,
        })
    }

    /// The name of its function, qualified within the file.
    fn qualified(&self, names: &mut Names) -> Name {
        let function = &self.builder.function;
        names.join(function.within, function.name)
    }
}

/// A class body.
struct ClassScope {
    /// Qualified within the file.
    qualified: Name,
    /// Index in [`Module::classes`].
    index: usize,
    slots: Slots,
    is_test: bool,
}

/// The lowering of one file.
struct Lowerer<'a> {
    text: &'a str,
    source: &'a Source,
    names: Names,
    module: Module,
    /// Finished functions; an entry is reserved where the definition begins, so that they keep the order of the source.
    functions: Vec<Option<Function>>,
    frame: Box<Frame<'a>>,
    /// Frames of the functions around, the module first.
    #[expect(clippy::vec_box, reason = "a frame is most of a kilobyte and changes its place with every function")]
    outer: Vec<Box<Frame<'a>>>,
    /// Functions defined in a body that is copied, by their place: they are lowered once.
    copies: FxHashMap<u32, FunctionId>,
    /// The class whose method is being lowered, for `Self` and for fields that methods declare.
    class: Option<usize>,
    /// See [`tables`].
    tables: FxHashMap<&'a str, &'a Expr>,
    /// How many tables the current place is in.
    table_depth: u8,
    /// Type variables and type parameters with their bounds.
    type_variables: FxHashMap<&'a str, Option<&'a Expr>>,
    has_walrus: bool,
    /// An empty buffer, kept for the next chain of attributes.
    attributes: Vec<&'a str>,
    /// Emptied tables of finished functions, kept for the next ones.
    spare_slots: Vec<Slots>,
}

/// Tables that grew larger are not kept: emptying one takes time for its room.
const LARGEST_SPARE: usize = 256;

impl<'a> Lowerer<'a> {
    fn finish(mut self) -> Module {
        self.functions[0] = Some(self.frame.builder.finish());
        self.module.functions.reserve_exact(self.functions.len());
        self.module.functions.extend(self.functions.into_iter().flatten());
        self.module
    }

    fn builder(&mut self) -> &mut FunctionBuilder {
        &mut self.frame.builder
    }

    /// Whether the current place runs as part of the module's body.
    fn in_module(&self) -> bool {
        self.outer.is_empty()
    }

    fn reserve(&mut self) -> FunctionId {
        self.functions.push(None);
        FunctionId::new(self.functions.len() - 1)
    }

    fn body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    /// Go on in a new block with these surroundings, reached from the current one.
    fn continue_in(&mut self, unwind: Option<BlockId>, scope: Option<unspin_ir::ScopeId>, span: Span) {
        self.frame.builder.unwind = unwind;
        self.frame.builder.scope = scope;
        self.frame.builder.start_block(span);
    }

    /// Evaluate into a temporary, unless the value is one already.
    fn temporary(&mut self, value: ExprId, span: Span) -> ExprId {
        use unspin_ir::{Expr, LocalKind};
        let function = &self.frame.builder.function;
        if let Expr::Local(local) = *function.expr(value)
            && function.local(local).kind == LocalKind::Temporary
        {
            return value;
        }
        let local = self.builder().temporary();
        self.builder().assign_local(local, value, span);
        self.builder().read(local)
    }
}

/// A position in a display or pattern, as the constant that an index is.
fn position(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// Where a body falls through: its last statement, and of a compound one the last inside.
fn end_of(body: &[Stmt], fallback: Span) -> Span {
    let Some(mut last) = body.last() else { return fallback };
    while let Some(inner) = last_body(last).and_then(|body| body.last()) {
        last = inner;
    }
    crate::span_of(last)
}

/// The last block of a compound statement.
fn last_body(statement: &Stmt) -> Option<&[Stmt]> {
    let bodies: [&[Stmt]; 3] = match statement {
        Stmt::If(inner) => [&inner.body, inner.elif_else_clauses.last().map_or(&[], |clause| &clause.body), &[]],
        Stmt::For(inner) => [&inner.body, &inner.orelse, &[]],
        Stmt::While(inner) => [&inner.body, &inner.orelse, &[]],
        Stmt::With(inner) => [&inner.body, &[], &[]],
        Stmt::Match(inner) => [inner.cases.last().map_or(&[], |case| &case.body), &[], &[]],
        Stmt::Try(inner) => {
            let handler = inner.handlers.last().map(|ExceptHandler::ExceptHandler(handler)| &handler.body[..]);
            [handler.unwrap_or(&inner.body), &inner.orelse, &inner.finalbody]
        }
        _ => return None,
    };
    bodies.into_iter().rev().find(|body| !body.is_empty())
}

/// From `except` up to the colon.
fn handler_span(text: &str, handler: &ExceptHandler) -> Span {
    let ExceptHandler::ExceptHandler(handler) = handler;
    let start = handler.range.start().to_u32();
    let named = handler.name.as_ref().map(|name| name.range.end());
    let typed = handler.type_.as_ref().map(|class| class.end());
    let from = named.or(typed).map_or(start + "except".len() as u32, |end| end.to_u32());
    let limit = handler.body.first().map_or(handler.range.end(), Ranged::start).to_u32();
    let between = text.get(from as usize..limit.max(from) as usize).unwrap_or_default();
    let end = between.find(':').map_or(from, |at| from + at as u32);
    Span::new(start, end)
}
