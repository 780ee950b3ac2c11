//! Builds one function: blocks are opened, filled and ended; expressions go to the arena.
//!
//! The builder keeps the current block and the current `unwind` and `scope`, which every new block inherits, so that a
//! frontend only says where they change. Statements after an ended block go to a fresh, unreachable one.

use std::cell::RefCell;
use std::sync::LazyLock;

use thin_vec::ThinVec;
use unspin_span::Span;

use crate::{
    BasicBlock, BlockId, Call, Constant, Expr, ExprId, Function, FunctionKind, Local, LocalId, LocalKind, Loop, LoopKind,
    MAX_DEPTH, Name, Scope, ScopeId, Statement, StatementKind, Terminator, name, name::spread,
};

/// Names of temporaries that most functions get by with, made once: asking the table of names for each is what shows
/// in profiles.
static FIRST_TEMPORARIES: LazyLock<Vec<Name>> = LazyLock::new(|| (0..256).map(|index| name(&format!("%{index}"))).collect());

thread_local! {
    /// Buffers of finished functions. A function grows in one of them and is copied out at its end, so that what is kept
    /// takes no more room than it needs, and growing takes no room at all.
    static BUFFERS: RefCell<Vec<Buffers>> = const { RefCell::new(Vec::new()) };
}

/// Buffers that grew longer are given back to the allocator.
const LONGEST_BUFFER: usize = 1 << 16;

/// How many buffers a thread keeps: as many as functions nest in most programs.
const MAX_BUFFERS: usize = 8;

/// How many constants and globals a builder remembers.
const SHARED: usize = 64;

/// What grows while a function is built.
#[derive(Debug, Default)]
struct Buffers {
    locals: Vec<Local>,
    exprs: Vec<Expr>,
    blocks: Vec<BasicBlock>,
    statements: Vec<Vec<Statement>>,
    depths: Vec<u8>,
    reads: Vec<Option<ExprId>>,
    ended: Vec<bool>,
}

/// The elements in a vector without spare room; the old one stays behind empty.
fn exact<T>(grown: &mut Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(grown.len());
    kept.append(grown);
    kept
}

/// A function under construction.
#[derive(Debug)]
pub struct FunctionBuilder {
    /// What is finished; frontends set the fields that describe the whole function.
    pub function: Function,
    /// Where failures of the blocks opened from now on go.
    pub unwind: Option<BlockId>,
    /// The context manager around the blocks opened from now on.
    pub scope: Option<ScopeId>,
    /// By block; the blocks get them at the end, so that each is stored once and without spare room. Longer than `blocks`
    /// where an earlier function left buffers behind, which are empty.
    statements: Vec<Vec<Statement>>,
    depths: Vec<u8>,
    /// The expression that reads each local, which all reads of it share.
    reads: Vec<Option<ExprId>>,
    /// Constants and globals, of those with the same place the last one.
    shared: [Option<ExprId>; SHARED],
    /// Expressions before this one are no longer shared.
    shared_from: ExprId,
    ended: Vec<bool>,
    current: BlockId,
    temporaries: u32,
}

impl FunctionBuilder {
    /// A function with an empty entry block, which is the current one.
    pub fn new(kind: FunctionKind, own_name: Name, within: Name, span: Span) -> Self {
        let buffers = BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default();
        let mut builder = Self {
            function: Function {
                name: own_name,
                within,
                kind,
                owner: None,
                implements: None,
                parent: None,
                is_async: false,
                is_generator: false,
                is_test: false,
                never_returns: false,
                is_abstract: false,
                decorators: ThinVec::new(),
                parameters: ThinVec::new(),
                has_receiver: false,
                returns: None,
                span,
                name_span: span,
                locals: buffers.locals,
                types: ThinVec::new(),
                exprs: buffers.exprs,
                blocks: buffers.blocks,
                loops: ThinVec::new(),
                scopes: ThinVec::new(),
            },
            unwind: None,
            scope: None,
            statements: buffers.statements,
            depths: buffers.depths,
            reads: buffers.reads,
            shared: [None; SHARED],
            shared_from: ExprId::new(0),
            ended: buffers.ended,
            current: BlockId::new(0),
            temporaries: 0,
        };
        builder.current = builder.new_block(span);
        builder
    }

    /// The finished function. Blocks that were never ended are ways to its end.
    pub fn finish(mut self) -> Function {
        let mut buffers = Buffers {
            locals: std::mem::take(&mut self.function.locals),
            exprs: std::mem::take(&mut self.function.exprs),
            blocks: std::mem::take(&mut self.function.blocks),
            statements: self.statements,
            depths: self.depths,
            reads: self.reads,
            ended: self.ended,
        };
        for (block, statements) in buffers.blocks.iter_mut().zip(&mut buffers.statements) {
            if !statements.is_empty() {
                block.statements = ThinVec::with_capacity(statements.len());
                block.statements.extend(statements.drain(..));
            }
        }
        self.function.locals = exact(&mut buffers.locals);
        self.function.exprs = exact(&mut buffers.exprs);
        self.function.blocks = exact(&mut buffers.blocks);
        buffers.depths.clear();
        buffers.reads.clear();
        buffers.ended.clear();
        if buffers.exprs.capacity() <= LONGEST_BUFFER {
            BUFFERS.with_borrow_mut(|kept| {
                if kept.len() < MAX_BUFFERS {
                    kept.push(buffers);
                }
            });
        }
        self.function
    }

    /// Add an expression; one that would be too deep becomes [`Expr::Opaque`] over nothing.
    pub fn expr(&mut self, expr: Expr) -> ExprId {
        let mut depth = 0;
        expr.for_each_operand(|operand| depth = depth.max(u32::from(self.depths[operand.index()])));
        let (expr, depth) = if depth + 1 >= MAX_DEPTH { (Expr::Opaque(ThinVec::new()), 1) } else { (expr, depth + 1) };
        let id = ExprId::new(self.function.exprs.len());
        self.function.exprs.push(expr);
        self.depths.push(depth as u8);
        id
    }

    /// Add a constant, which others that are equal share.
    pub fn constant(&mut self, constant: Constant) -> ExprId {
        let constant = constant.interned();
        self.shared(Expr::Constant(constant), std::ptr::from_ref(constant).addr())
    }

    /// Add something from outside the function, which all that name it share.
    pub fn global(&mut self, path: Name) -> ExprId {
        self.shared(Expr::Global(path), path.address())
    }

    /// The leaf that was added last with this key, or a new one.
    fn shared(&mut self, leaf: Expr, key: usize) -> ExprId {
        let place = spread::<SHARED>(key as u64);
        if let Some(known) = self.shared[place].filter(|&known| known >= self.shared_from && *self.function.expr(known) == leaf)
        {
            return known;
        }
        let new = self.expr(leaf);
        self.shared[place] = Some(new);
        new
    }

    /// Add a read of a local.
    pub fn read(&mut self, local: LocalId) -> ExprId {
        if let Some(known) = self.reads[local.index()].filter(|&known| known >= self.shared_from) {
            return known;
        }
        let read = self.expr(Expr::Local(local));
        self.reads[local.index()] = Some(read);
        read
    }

    /// Reads from now on are expressions of their own, so that they can be told from earlier ones.
    pub fn forget_reads(&mut self) {
        self.shared_from = ExprId::new(self.function.exprs.len());
    }

    /// Add a local.
    pub fn local(&mut self, own_name: Name, kind: LocalKind, ty: Option<Name>) -> LocalId {
        let id = LocalId::new(self.function.locals.len());
        self.function.locals.push(Local { name: own_name, kind });
        if let Some(ty) = ty {
            self.function.declare_type(id, ty);
        }
        self.reads.push(None);
        id
    }

    /// Add a temporary with a name of its own.
    pub fn temporary(&mut self) -> LocalId {
        let index = self.temporaries as usize;
        let own_name = FIRST_TEMPORARIES.get(index).copied().unwrap_or_else(|| name(&format!("%{index}")));
        self.temporaries += 1;
        self.local(own_name, LocalKind::Temporary, None)
    }

    /// The block that statements go to.
    pub fn current(&self) -> BlockId {
        self.current
    }

    /// Whether the current block can be reached by falling through, that is, was not ended.
    pub fn is_open(&self) -> bool {
        !self.ended[self.current.index()]
    }

    /// A new, empty block with the current `unwind` and `scope`; it does not become the current one.
    pub fn new_block(&mut self, span: Span) -> BlockId {
        let id = BlockId::new(self.function.blocks.len());
        self.function.blocks.push(BasicBlock {
            statements: ThinVec::new(),
            terminator: Terminator::Return(None),
            span,
            unwind: self.unwind,
            scope: self.scope,
        });
        self.ended.push(false);
        if self.statements.len() <= id.index() {
            self.statements.push(Vec::new());
        }
        id
    }

    /// Continue in this block.
    pub fn switch_to(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Continue in a new block, to which the current one, if open, goes. Needed when `unwind` or `scope` changed.
    pub fn start_block(&mut self, span: Span) -> BlockId {
        let block = self.new_block(span);
        self.goto(block, span);
        self.switch_to(block);
        block
    }

    /// Add a statement to the current block.
    pub fn push(&mut self, kind: StatementKind, span: Span) {
        if !self.is_open() {
            self.current = self.new_block(span);
        }
        self.statements[self.current.index()].push(Statement { kind, span });
    }

    /// The statements of a block so far.
    pub fn statements(&mut self, block: BlockId) -> &mut [Statement] {
        &mut self.statements[block.index()]
    }

    /// `place = value`.
    pub fn assign(&mut self, place: ExprId, value: ExprId, span: Span) {
        self.push(StatementKind::Assign(place, value), span);
    }

    /// `local = value`.
    pub fn assign_local(&mut self, local: LocalId, value: ExprId, span: Span) {
        let place = self.read(local);
        self.assign(place, value, span);
    }

    /// A call whose result goes to a new temporary, which is returned as an expression.
    pub fn call(&mut self, mut call: Call, span: Span) -> ExprId {
        let result = self.temporary();
        call.result = Some(result);
        self.push(StatementKind::Call(Box::new(call)), span);
        self.read(result)
    }

    /// End the current block, if it is open.
    pub fn end(&mut self, terminator: Terminator, span: Span) {
        let index = self.current.index();
        if self.ended[index] {
            return;
        }
        self.ended[index] = true;
        let block = &mut self.function.blocks[index];
        block.terminator = terminator;
        block.span = span;
    }

    /// End the current block with a jump.
    pub fn goto(&mut self, target: BlockId, span: Span) {
        self.end(Terminator::Goto(target), span);
    }

    /// End the current block with a test.
    pub fn branch(&mut self, test: ExprId, then: BlockId, otherwise: BlockId, span: Span) {
        self.end(Terminator::Branch { test, then, otherwise }, span);
    }

    /// Record a loop of the source.
    pub fn add_loop(&mut self, header: BlockId, kind: LoopKind, span: Span, head: Span) {
        self.function.loops.push(Loop { header, kind, span, head });
    }

    /// Record a context manager, enclosed by the current scope; it does not become the current one.
    pub fn add_scope(&mut self, manager: ExprId, is_async: bool, span: Span) -> ScopeId {
        let id = ScopeId::new(self.function.scopes.len());
        self.function.scopes.push(Scope { parent: self.scope, manager, is_async, span });
        id
    }
}
