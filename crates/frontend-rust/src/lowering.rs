//! The state of lowering: what belongs to the file, and what to the function that is being built.

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{
    BlockId, Expr, ExprId, Function, FunctionBuilder, FunctionId, FunctionKind, LocalId, LocalKind, Module, Name, Source,
};
use unspin_span::Span;

use crate::bounds::BoundsByPosition;
use crate::expand::{MAX_TOKENS, Rules};
use crate::paths::{Paths, ident_name, name};
use crate::patterns::Known;
use crate::spans::Spans;
use crate::types::Generic;

/// How deep lowering descends into statements and expressions; deeper ones are opaque.
const MAX_DEPTH: u32 = 1_200;

/// Lowering of one file.
pub(crate) struct Lowering<'a> {
    pub(crate) source: &'a Source,
    pub(crate) spans: Spans<'a>,
    pub(crate) paths: Paths,
    pub(crate) module: Module,
    /// Functions in the order of the source; a place is taken when a function begins and filled when it is finished.
    pub(crate) functions: Vec<Option<Function>>,
    /// The function that is being built.
    pub(crate) state: Box<FunctionState>,
    /// The type that `Self` means.
    pub(crate) self_type: Option<Name>,
    /// Type parameters in scope with their first bound.
    pub(crate) generics: Vec<(Name, Option<Name>)>,
    /// Whether what is being lowered is test code.
    pub(crate) is_test: bool,
    /// Whether the last failing call was a wrapper that handed the inner failure on; see [`Leaving::nested`].
    pub(crate) nested_taken: bool,
    /// Whether the value of the pattern being lowered is looked at by no other one.
    pub(crate) is_only_pattern: bool,
    /// The result of the last call, so that a statement can drop it: block, index of the statement, local.
    pub(crate) last_call: Option<(BlockId, usize, LocalId)>,
    /// Type aliases of the file with the nominal type that each stands for.
    pub(crate) aliases: FxHashMap<Name, Name>,
    /// Type aliases of the file that stand for a `Result`.
    pub(crate) result_aliases: FxHashSet<Name>,
    /// What `impl` blocks say of the parameters of their types.
    pub(crate) bounds: BoundsByPosition,
    /// Where each class stands in [`Module::classes`].
    pub(crate) class_index: FxHashMap<Name, usize>,
    /// Macros of the file that were defined so far.
    pub(crate) macros: FxHashMap<Name, Rules>,
    /// How many macros are being expanded.
    pub(crate) expanding: u32,
    /// How many tokens macros may still become.
    pub(crate) expandable: usize,
    depth: u32,
}

/// What a function gives back, as far as its signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    /// Nothing.
    Unit,
    /// A `Result`, also inside of `Poll`.
    Result,
    /// An `Option`.
    Option,
    /// Some other value.
    Value,
    /// Not declared: closures, async blocks.
    Unknown,
    /// It does not come back.
    Never,
}

/// The function that is being built.
pub(crate) struct FunctionState {
    pub(crate) builder: FunctionBuilder,
    pub(crate) id: FunctionId,
    pub(crate) parent: Option<Box<FunctionState>>,
    /// Whether variables of the parent can be seen: closures and async blocks.
    pub(crate) sees_parent: bool,
    /// Variables in scope, innermost last.
    pub(crate) bindings: Vec<(Name, LocalId)>,
    /// Variables of enclosing functions that are used here.
    captures: Vec<(Name, LocalId)>,
    /// Locals that are `&mut` references.
    pub(crate) mutable_references: Vec<LocalId>,
    /// Names that the pattern being lowered has bound; its other alternatives bind the same locals.
    pub(crate) pattern_names: Vec<(Name, LocalId)>,
    /// The values in whose transparent variant the pattern being lowered lies, with that variant: `Some`, `Ok` or `Ready`.
    pub(crate) seen_through: Vec<(ExprId, Known)>,
    /// Enclosing loops and labelled blocks, innermost last.
    pub(crate) frames: Vec<Frame>,
    /// Where `?` goes inside of a `try` block.
    pub(crate) try_unwind: Option<BlockId>,
    pub(crate) returns: Returns,
}

/// A loop or a labelled block.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) label: Option<Name>,
    /// Where `break` goes.
    pub(crate) exit: BlockId,
    /// Where `continue` goes; a labelled block has none.
    pub(crate) again: Option<BlockId>,
    /// What happens to the value of `break`.
    pub(crate) dest: Dest,
}

/// What happens to the value of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dest {
    /// Nothing.
    Discard,
    /// It is assigned; a failure does what is said.
    Store(LocalId, Failure),
    /// The function returns it.
    Return,
}

/// What happens when a call fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The failure stays in the result.
    Kept,
    /// The source takes the result apart: a failure is flow.
    Leaves(Leaving),
}

/// Where the failure of a wrapped call goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nested {
    /// Out of the function.
    Out,
    /// To a dispatch block.
    To(BlockId),
}

impl Nested {
    /// Like [`Leaving::unwind`].
    pub(crate) fn new(unwind: Option<BlockId>) -> Self {
        unwind.map_or(Self::Out, Self::To)
    }

    /// As [`Leaving::unwind`].
    pub(crate) fn unwind(self) -> Option<BlockId> {
        match self {
            Self::Out => None,
            Self::To(block) => Some(block),
        }
    }
}

/// How a failure leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leaving {
    /// Where to; `None` is out of the function.
    pub(crate) unwind: Option<BlockId>,
    /// By a panic.
    pub(crate) panics: bool,
    /// For a call that wraps another one (`timeout(d, f())`): where the failure of the inner one goes.
    pub(crate) nested: Option<Nested>,
    /// `?` in a function that returns an `Option`: `None` is returned.
    pub(crate) none_returns: bool,
}

impl FunctionState {
    pub(crate) fn new(builder: FunctionBuilder, id: FunctionId, returns: Returns) -> Self {
        Self {
            builder,
            id,
            parent: None,
            sees_parent: false,
            bindings: Vec::new(),
            captures: Vec::new(),
            mutable_references: Vec::new(),
            pattern_names: Vec::new(),
            seen_through: Vec::new(),
            frames: Vec::new(),
            try_unwind: None,
            returns,
        }
    }

    /// The local that a name means here; a variable of an enclosing function becomes a captured one.
    pub(crate) fn lookup(&mut self, own: Name) -> Option<LocalId> {
        let mut known = self.captures.iter().chain(&self.bindings).rev();
        if let Some(&(_, local)) = known.find(|(known, _)| *known == own) {
            return Some(local);
        }
        if !self.sees_parent {
            return None;
        }
        let outer = self.parent.as_mut()?;
        let local = outer.lookup(own)?;
        let ty = outer.builder.function.declared_type(local);
        let captured = self.builder.local(own, LocalKind::Captured, ty);
        self.captures.push((own, captured));
        Some(captured)
    }

    /// Whether a local is a `&mut` reference, here or where it was captured from.
    pub(crate) fn is_mutable_reference(&mut self, local: LocalId) -> bool {
        let found = &self.builder.function.locals[local.index()];
        if !matches!(found.kind, LocalKind::Captured | LocalKind::Shared) {
            return self.mutable_references.contains(&local);
        }
        let own = found.name;
        self.parent.as_mut().is_some_and(|parent| {
            let outer = parent.lookup(own);
            outer.is_some_and(|outer| parent.is_mutable_reference(outer))
        })
    }

    /// Note that a raw pointer into a variable was made.
    pub(crate) fn mark_exposed(&mut self, place: ExprId) {
        let function = &mut self.builder.function;
        let mut root = place;
        while let Expr::Field(base, _) | Expr::Index(base, _) = *function.expr(root) {
            root = base;
        }
        if let Expr::Local(local) = *function.expr(root)
            && let found = &mut function.locals[local.index()]
            && found.kind == LocalKind::Variable
        {
            found.kind = LocalKind::Exposed;
        }
    }

    /// Note that a local is assigned: a captured one is then shared, also in the functions between.
    pub(crate) fn mark_assigned(&mut self, local: LocalId) {
        let found = &mut self.builder.function.locals[local.index()];
        if found.kind != LocalKind::Captured {
            return;
        }
        found.kind = LocalKind::Shared;
        let own = found.name;
        if let Some(parent) = self.parent.as_mut()
            && let Some(outer) = parent.lookup(own)
        {
            parent.mark_assigned(outer);
        }
    }
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(source: &'a Source, spans: Spans<'a>, paths: Paths, whole: Span) -> Self {
        let builder = FunctionBuilder::new(FunctionKind::Module, name(""), name(""), whole);
        Self {
            source,
            spans,
            paths,
            module: Module { name: source.name, is_test: source.is_test, ..Module::default() },
            functions: vec![None],
            state: Box::new(FunctionState::new(builder, FunctionId::new(0), Returns::Unit)),
            self_type: None,
            generics: Vec::new(),
            is_test: source.is_test,
            nested_taken: false,
            is_only_pattern: false,
            last_call: None,
            aliases: FxHashMap::default(),
            result_aliases: FxHashSet::default(),
            bounds: FxHashMap::default(),
            class_index: FxHashMap::default(),
            macros: FxHashMap::default(),
            expanding: 0,
            expandable: MAX_TOKENS + (whole.end - whole.start) as usize,
            depth: 0,
        }
    }

    /// The finished module.
    pub(crate) fn finish(mut self) -> Module {
        self.state.builder.function.is_test = self.source.is_test;
        self.functions[0] = Some(self.state.builder.finish());
        self.module.functions = self.functions.into_iter().flatten().collect();
        self.module
    }

    /// The builder of the current function.
    pub(crate) fn b(&mut self) -> &mut FunctionBuilder {
        &mut self.state.builder
    }

    /// Run `f` one level deeper; when that is too deep, nothing happens.
    pub(crate) fn deeper<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        Some(result)
    }

    /// The value that `f` gives one level deeper, or an opaque one when that is too deep.
    pub(crate) fn deeper_value(&mut self, f: impl FnOnce(&mut Self) -> ExprId) -> ExprId {
        self.deeper(f).unwrap_or_else(|| self.opaque(Vec::new()))
    }

    /// Take the next place in the order of functions.
    pub(crate) fn reserve(&mut self) -> FunctionId {
        self.functions.push(None);
        FunctionId::new(self.functions.len() - 1)
    }

    /// Build a function: `fill` runs with it as the current one, its parent being what was current before.
    pub(crate) fn build(&mut self, state: FunctionState, fill: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.state, Box::new(state));
        self.state.parent = Some(outer);
        let last_call = self.last_call.take();
        fill(self);
        self.last_call = last_call;
        if let Some(outer) = self.state.parent.take() {
            let finished = std::mem::replace(&mut self.state, outer);
            self.functions[finished.id.index()] = Some(finished.builder.finish());
        }
    }

    /// The path of `own` within the function that is current.
    pub(crate) fn qualified(&self, own: &str) -> Name {
        crate::paths::joined(&self.state.builder.function.qualified(), own)
    }

    /// A path made absolute, with `Self` and generic parameters replaced.
    pub(crate) fn path_name(&mut self, path: &syn::Path) -> Name {
        let mut segments: Vec<Name> = path.segments.iter().map(|segment| ident_name(&segment.ident)).collect();
        let replaced = match segments.first() {
            Some(first) if first.as_str() == "Self" => self.self_type,
            Some(&first) => match self.generic(first) {
                Generic::Parameter(bound) => bound,
                Generic::No => None,
            },
            None => None,
        };
        if let Some(replaced) = replaced {
            segments.remove(0);
            let rest = segments.iter().fold(replaced.to_string(), |text, segment| text + "." + segment);
            return name(&rest);
        }
        if path.leading_colon.is_some() {
            return name(&crate::paths::joined_segments(&segments));
        }
        self.paths.resolve(&segments)
    }

    /// A value that is not understood.
    pub(crate) fn opaque(&mut self, parts: Vec<ExprId>) -> ExprId {
        self.b().expr(Expr::Opaque(parts.into()))
    }

    /// A new variable of this name from here on.
    pub(crate) fn declare(&mut self, own: Name, ty: Option<Name>) -> LocalId {
        let local = self.b().local(own, LocalKind::Variable, ty);
        self.state.bindings.push((own, local));
        local
    }
}
