//! Functions: blocks, terminators, locals, loops and scopes.

use thin_vec::ThinVec;
use unspin_span::Span;

use crate::{BlockId, Call, Expr, ExprId, FunctionId, LocalId, Name, ScopeId, name};

/// Anything with its own control flow.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its own name; empty for a module body, `<lambda>`, `<closure>`, `<async>` for what has none.
    pub name: Name,
    /// What it is defined in, qualified within the file: `Client`, `serve`; empty for what stands in the module's body.
    pub within: Name,
    /// What it is.
    pub kind: FunctionKind,
    /// The class (qualified within the file) whose method it is. A closure in a method has none, but a `parent`.
    pub owner: Option<Name>,
    /// The trait that this method implements, resolved through imports (`impl Read for X`).
    pub implements: Option<Name>,
    /// The function in whose body it is defined.
    pub parent: Option<FunctionId>,
    /// `async def`, `async fn`, async block.
    pub is_async: bool,
    /// Whether it yields.
    pub is_generator: bool,
    /// Test code: in a test file, a test function, under `#[cfg(test)]`.
    pub is_test: bool,
    /// Declared never to return: `-> !`, `-> NoReturn`.
    pub never_returns: bool,
    /// Without a body of its own: abstract method, trait method without default, stub.
    pub is_abstract: bool,
    /// Paths of its decorators or attributes, resolved through imports, without arguments.
    pub decorators: ThinVec<Name>,
    /// Parameters in order, the receiver (`self`) among them.
    pub parameters: ThinVec<Parameter>,
    /// Whether the first parameter is the receiver.
    pub has_receiver: bool,
    /// The nominal return type, if it is declared; see [`crate::Field::ty`].
    pub returns: Option<Name>,
    /// The whole definition.
    pub span: Span,
    /// The name, or what stands in for it; where a finding about the whole function points.
    pub name_span: Span,
    /// Parameters, variables and temporaries.
    pub locals: Vec<Local>,
    /// Declared nominal types of locals, in the order of these; see [`crate::Field::ty`]. Most have none.
    pub types: ThinVec<(LocalId, Name)>,
    /// The arena of expressions.
    pub exprs: Vec<Expr>,
    /// The graph; block 0 is the entry.
    pub blocks: Vec<BasicBlock>,
    /// What the source calls a loop, outer before inner.
    pub loops: ThinVec<Loop>,
    /// What the source encloses in a context manager, outer before inner.
    pub scopes: ThinVec<Scope>,
}

/// What a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// The body of a module. Class bodies are part of it.
    Module,
    /// A function with a name, nested or not.
    Function,
    /// A method (with or without a receiver) of [`Function::owner`].
    Method,
    /// A lambda or closure.
    Closure,
    /// Rust's `async { .. }`.
    AsyncBlock,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The local that it is in the body.
    pub local: LocalId,
    /// Its default value.
    pub default: Option<ExprId>,
    /// `*args` or `**kwargs`.
    pub spread: bool,
}

/// A parameter, variable or temporary.
#[derive(Clone, Debug)]
pub struct Local {
    /// The name in the source; `%3` for a temporary.
    pub name: Name,
    /// What it is.
    pub kind: LocalKind,
}

/// What a local is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocalKind {
    /// A parameter.
    Parameter,
    /// A variable.
    Variable,
    /// The result of a call or another intermediate value; assigned on each way to its uses.
    Temporary,
    /// A variable of an enclosing function of the same name, read here.
    Captured,
    /// A variable of an enclosing function of the same name, also changed here (`nonlocal`; a closure that assigns).
    Shared,
    /// A variable that a raw pointer to change it by was made of: code that is not seen may do so at any time.
    Exposed,
}

impl LocalKind {
    /// Whether code outside of the function may change it.
    #[must_use]
    pub fn is_changed_elsewhere(self) -> bool {
        matches!(self, Self::Captured | Self::Shared | Self::Exposed)
    }
}

/// A run of statements.
#[derive(Clone, Debug)]
pub struct BasicBlock {
    /// Statements in order.
    pub statements: ThinVec<Statement>,
    /// How it ends.
    pub terminator: Terminator,
    /// Place of the terminator: the test, the `continue`, the `return`.
    pub span: Span,
    /// Where a failing statement of this block goes; `None` leaves the function.
    pub unwind: Option<BlockId>,
    /// The innermost context manager around it.
    pub scope: Option<ScopeId>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its place.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `place = value`. The place is a local, global, field, index or slice. `x += 1` assigns `x + 1`.
    Assign(ExprId, ExprId),
    /// A call; its result, if any, is assigned.
    Call(Box<Call>),
    /// `del place`.
    Delete(ExprId),
    /// `yield value`; what is sent in is not modelled.
    Yield(Option<ExprId>),
    /// Entering a context manager.
    Enter(ScopeId),
    /// Leaving it, on any way out.
    Leave(ScopeId),
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum Terminator {
    /// Go on there.
    Goto(BlockId),
    /// A test. `and`, `or` and chains are several.
    Branch {
        /// The condition; its truth value decides.
        test: ExprId,
        /// Where it goes when true.
        then: BlockId,
        /// Where it goes when false.
        otherwise: BlockId,
    },
    /// The head of `for`: take the next item or leave.
    Advance {
        /// What is iterated: evaluated once, before the loop.
        iterable: ExprId,
        /// Where the item goes.
        item: LocalId,
        /// `async for`.
        awaited: bool,
        /// With an item.
        body: BlockId,
        /// At the end of the iterator.
        exhausted: BlockId,
    },
    /// One of the arms, whichever is ready first: `select!`. Each arm begins with the call it awaits.
    Select {
        /// First block of each arm.
        arms: ThinVec<BlockId>,
    },
    /// Leave the function with a value.
    Return(Option<ExprId>),
    /// Raise, `return Err(..)`, panic: go to `unwind` or leave the function.
    Raise {
        /// Class or variant path, when it is known: `ValueError`, `Error.Timeout`. `None` re-raises what is handled.
        class: Option<Name>,
        /// The value.
        value: Option<ExprId>,
        /// From an `assert`.
        assertion: bool,
        /// `panic!`, `unreachable!`: not meant to be handled.
        panics: bool,
    },
    /// A failure arrived: the first handler that fits, else on to `otherwise`.
    Dispatch {
        /// In order.
        handlers: ThinVec<Handler>,
        /// When none fits; `None` leaves the function.
        otherwise: Option<BlockId>,
    },
    /// Nothing comes after: the callee never returns, or the source says so.
    Unreachable,
}

/// A handler: `except E as e:`, an `Err(pattern) =>` arm, or a context manager that may swallow.
#[derive(Clone, Debug)]
pub struct Handler {
    /// Classes that it names, resolved through imports; empty catches everything (`except:`, `Err(e)`). What cannot be
    /// named (a tuple from a variable) is its expression's path, or `?`.
    pub classes: Vec<Name>,
    /// Where the failure goes.
    pub binding: Option<LocalId>,
    /// First block.
    pub block: BlockId,
    /// The context manager, when this is the swallowing side of a `with`: only taken if the manager swallows.
    pub manager: Option<ScopeId>,
    /// From `except` up to the colon; from `Err` up to the arrow.
    pub span: Span,
}

/// A loop as the source has it.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The block to which every way round comes back.
    pub header: BlockId,
    /// What kind.
    pub kind: LoopKind,
    /// From the keyword to the end of the body (without `else`).
    pub span: Span,
    /// The keyword and the condition: `while not done`, `for x in y`, `loop`.
    pub head: Span,
}

/// What kind of loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoopKind {
    /// With a test at the head.
    While,
    /// `loop`, `while True`, `while 1`.
    Endless,
    /// Over an iterable.
    For,
    /// A comprehension; not counted as a loop.
    Comprehension,
}

/// A context manager around some blocks.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The enclosing one.
    pub parent: Option<ScopeId>,
    /// The manager: usually the result of a call.
    pub manager: ExprId,
    /// `async with`.
    pub is_async: bool,
    /// `with X as y`.
    pub span: Span,
}

impl Function {
    /// An expression.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// A block.
    pub fn block(&self, id: BlockId) -> &BasicBlock {
        &self.blocks[id.index()]
    }

    /// The declared nominal type of a local.
    pub fn declared_type(&self, local: LocalId) -> Option<Name> {
        let at = self.types.binary_search_by_key(&local, |&(local, _)| local).ok()?;
        Some(self.types[at].1)
    }

    /// Note the declared nominal type of a local.
    pub fn declare_type(&mut self, local: LocalId, ty: Name) {
        match self.types.binary_search_by_key(&local, |&(local, _)| local) {
            Ok(at) => self.types[at].1 = ty,
            Err(at) => self.types.insert(at, (local, ty)),
        }
    }

    /// A local.
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// A scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// Every block with its id.
    pub fn block_ids(&self) -> impl DoubleEndedIterator<Item = (BlockId, &BasicBlock)> {
        self.blocks.iter().enumerate().map(|(index, block)| (BlockId::new(index), block))
    }

    /// The first parameter, if that is the receiver.
    pub fn receiver(&self) -> Option<LocalId> {
        self.parameters.first().filter(|_| self.has_receiver).map(|parameter| parameter.local)
    }

    /// Every call with its place, in the order of the blocks.
    pub fn calls(&self) -> impl Iterator<Item = (&Call, Span)> {
        self.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| match &statement.kind {
            StatementKind::Call(call) => Some((&**call, statement.span)),
            _ => None,
        })
    }

    /// The name qualified within the file: `Client.connect`, `serve.<closure>`; empty for the module body.
    ///
    /// It is put together when it is asked for: of most functions nobody does.
    pub fn qualified(&self) -> Name {
        if self.within.is_empty() { self.name } else { name(&[self.within.as_str(), ".", self.name.as_str()].concat()) }
    }

    /// Whether this is its qualified name.
    pub fn is_qualified(&self, name: &str) -> bool {
        let inside = || name.strip_prefix(self.within.as_str())?.strip_prefix('.');
        if self.within.is_empty() { name == self.name.as_str() } else { inside() == Some(self.name.as_str()) }
    }

    /// The dotted path of an expression made of a local or global and fields only: `self.sock`, `time.sleep`.
    pub fn path(&self, id: ExprId) -> Option<String> {
        match *self.expr(id) {
            Expr::Local(local) => Some(self.local(local).name.as_str().to_owned()),
            Expr::Global(name) => Some(name.as_str().to_owned()),
            Expr::Field(base, field) => {
                let mut path = self.path(base)?;
                path.reserve_exact(1 + field.len());
                path.push('.');
                path.push_str(&field);
                Some(path)
            }
            _ => None,
        }
    }
}

impl BasicBlock {
    /// Blocks that may come next, failure included, in a fixed order and each once.
    pub fn successors(&self) -> Vec<BlockId> {
        let mut next = Vec::new();
        self.for_each_successor(|block| {
            if !next.contains(&block) {
                next.push(block);
            }
        });
        next
    }

    /// Call `f` with every block that may come next; one block may come twice.
    pub fn for_each_successor(&self, mut f: impl FnMut(BlockId)) {
        let mut raises = false;
        match &self.terminator {
            Terminator::Goto(block) => f(*block),
            Terminator::Branch { then, otherwise, .. } => {
                f(*then);
                f(*otherwise);
            }
            Terminator::Advance { body, exhausted, awaited, .. } => {
                f(*body);
                f(*exhausted);
                raises = *awaited;
            }
            Terminator::Select { arms } => arms.iter().for_each(|&arm| f(arm)),
            Terminator::Raise { .. } => raises = true,
            Terminator::Dispatch { handlers, otherwise } => {
                for handler in handlers {
                    f(handler.block);
                }
                if let Some(block) = otherwise {
                    f(*block);
                }
            }
            Terminator::Return(_) | Terminator::Unreachable => {}
        }
        if let Some(unwind) = self.unwind
            && (raises || self.statements.iter().any(Statement::may_raise))
        {
            f(unwind);
        }
    }
}

impl Terminator {
    /// The expression that it evaluates.
    pub fn operand(&self) -> Option<ExprId> {
        match *self {
            Self::Branch { test, .. } => Some(test),
            Self::Advance { iterable, .. } => Some(iterable),
            Self::Return(value) | Self::Raise { value, .. } => value,
            Self::Goto(_) | Self::Select { .. } | Self::Dispatch { .. } | Self::Unreachable => None,
        }
    }
}

impl Statement {
    /// Whether a failure here is flow to the block's `unwind`, if that is set. Assignments that compute something count:
    /// an index or attribute may be missing. Frontends of languages where that is no failure set no `unwind` there.
    pub fn may_raise(&self) -> bool {
        match &self.kind {
            StatementKind::Call(call) => call.raises,
            StatementKind::Assign(..) | StatementKind::Delete(_) | StatementKind::Enter(_) | StatementKind::Yield(_) => true,
            StatementKind::Leave(_) => false,
        }
    }
}
