//! Ways out of loops, `with` and `try … finally`: what `break`, `continue` and `return` pass on their way.
//!
//! A `finally` body is copied once for each kind of way out, not once for each statement that takes it; copies inside
//! copies stop at a depth of three, where one shared copy ends in a branch over everything that may follow. So the size
//! of the graph stays linear in the source for each of the three levels.

use ruff_python_ast::Stmt;
use unspin_ir::{BlockId, Expr, ExprId, ScopeId, StatementKind, Terminator};
use unspin_span::Span;

use super::{Lowerer, end_of};

/// How deep copies of `finally` bodies may nest.
const DEEPEST_COPY: u8 = 3;

/// Ways out pass at most so many context managers one by one; nobody nests deeper.
const MOST_LEAVES: usize = 64;

/// Something that a way out passes.
#[derive(Debug)]
pub(super) enum Exit<'a> {
    Loop { again: BlockId, after: BlockId },
    Scope { scope: ScopeId, around: Surroundings },
    Finally(Finally<'a>),
}

/// Where failures go and which context manager is around, outside of something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    pub(super) unwind: Option<BlockId>,
    pub(super) scope: Option<ScopeId>,
}

/// A `try` with a `finally`.
#[derive(Debug)]
pub(super) struct Finally<'a> {
    pub(super) body: &'a [Stmt],
    pub(super) around: Surroundings,
    /// Copies so far.
    pub(super) copies: Vec<(Way, BlockId)>,
    /// Whether there is one copy for all of them.
    pub(super) is_shared: bool,
}

/// A statement that leaves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Jump {
    Break,
    Continue,
    Return(Option<ExprId>),
}

/// What kind of way goes through a copy of `finally`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Normal,
    Failure,
    Break,
    Continue,
    Return,
    ReturnNothing,
}

impl Jump {
    fn way(self) -> Way {
        match self {
            Self::Break => Way::Break,
            Self::Continue => Way::Continue,
            Self::Return(Some(_)) => Way::Return,
            Self::Return(None) => Way::ReturnNothing,
        }
    }
}

impl<'a> Lowerer<'a> {
    pub(super) fn surroundings(&self) -> Surroundings {
        Surroundings { unwind: self.frame.builder.unwind, scope: self.frame.builder.scope }
    }

    pub(super) fn set_surroundings(&mut self, around: Surroundings) {
        self.frame.builder.unwind = around.unwind;
        self.frame.builder.scope = around.scope;
    }

    /// Leave by a statement: pass what stands around, inner before outer, then jump.
    pub(super) fn leave(&mut self, jump: Jump, span: Span) {
        if !self.builder().is_open() {
            return;
        }
        let here = self.surroundings();
        let jump = match jump {
            Jump::Return(Some(value)) if self.frame.exits.iter().any(|exit| matches!(exit, Exit::Finally(_))) => {
                Jump::Return(Some(self.carry(value, span)))
            }
            other => other,
        };
        let depth = self.frame.exits.len();
        self.leave_from(depth, jump, span);
        self.set_surroundings(here);
    }

    /// The returned value in the one local that carries it through `finally`.
    fn carry(&mut self, value: ExprId, span: Span) -> ExprId {
        let slot = match self.frame.return_slot {
            Some(slot) => slot,
            None => self.builder().temporary(),
        };
        self.frame.return_slot = Some(slot);
        self.builder().assign_local(slot, value, span);
        self.builder().read(slot)
    }

    /// The way out that begins inside of the first `depth` exits.
    fn leave_from(&mut self, depth: usize, jump: Jump, span: Span) {
        let mut leaves = 0;
        for index in (0..depth).rev() {
            match &self.frame.exits[index] {
                Exit::Loop { again, after } => {
                    let target = match jump {
                        Jump::Break => *after,
                        Jump::Continue => *again,
                        Jump::Return(_) => continue,
                    };
                    return self.builder().goto(target, span);
                }
                Exit::Scope { scope, around } => {
                    let (scope, around) = (*scope, *around);
                    leaves += 1;
                    if leaves <= MOST_LEAVES {
                        self.continue_in(around.unwind, around.scope, span);
                        self.builder().push(StatementKind::Leave(scope), span);
                    }
                }
                Exit::Finally(_) => {
                    if self.through_finally(index, jump.way(), span) {
                        self.leave_from(index, jump, span);
                    }
                    return;
                }
            }
        }
        match jump {
            Jump::Return(value) => self.builder().end(Terminator::Return(value), span),
            // Outside of a loop: a syntax error that was survived.
            Jump::Break | Jump::Continue => self.builder().end(Terminator::Unreachable, span),
        }
    }

    /// Go to the copy of the `finally` at `index` for this way; whether it is new and its end is where we are.
    pub(super) fn through_finally(&mut self, index: usize, way: Way, span: Span) -> bool {
        let Exit::Finally(finally) = &mut self.frame.exits[index] else { return false };
        let around = finally.around;
        if let Some(&(_, block)) = finally.copies.iter().find(|(other, _)| *other == way) {
            self.builder().goto(block, span);
            return false;
        }
        if finally.is_shared {
            // The one copy is made when the whole `try` was seen; it goes on to every way that was taken.
            let Some(&(_, entry)) = finally.copies.first() else { return false };
            finally.copies.push((way, entry));
            self.builder().goto(entry, span);
            return false;
        }
        let body = finally.body;
        self.set_surroundings(around);
        let block = self.builder().new_block(span);
        if let Exit::Finally(finally) = &mut self.frame.exits[index] {
            finally.copies.push((way, block));
        }
        self.builder().goto(block, span);
        self.builder().switch_to(block);
        self.finally_body(index, body);
        self.builder().is_open()
    }

    /// Lower a `finally` body as seen from outside of the exits from `index` on.
    pub(super) fn finally_body(&mut self, index: usize, body: &'a [Stmt]) {
        let inner = self.frame.exits.split_off(index);
        self.frame.copy_depth += 1;
        self.body(body);
        self.frame.copy_depth -= 1;
        self.frame.exits.extend(inner);
    }

    pub(super) fn shares_finally(&self) -> bool {
        self.frame.copy_depth >= DEEPEST_COPY
    }

    /// The end of a shared copy: each way that came in goes on, which one is not known.
    pub(super) fn part_ways(&mut self, index: usize, after: BlockId, ways: &[Way], body: &'a [Stmt], span: Span) {
        let span = end_of(body, span);
        for (position, &way) in ways.iter().enumerate() {
            if position + 1 < ways.len() {
                let [taken, next] = [0; 2].map(|_| self.builder().new_block(span));
                let unknown = self.builder().expr(Expr::Opaque([].into()));
                self.builder().branch(unknown, taken, next, span);
                self.builder().switch_to(taken);
                self.go_on(index, way, after, span);
                self.builder().switch_to(next);
            } else {
                self.go_on(index, way, after, span);
            }
        }
    }

    /// What comes after a copy of `finally`.
    pub(super) fn go_on(&mut self, index: usize, way: Way, after: BlockId, span: Span) {
        match way {
            Way::Normal => self.builder().goto(after, span),
            Way::Failure => {
                let again = Terminator::Raise { class: None, value: None, assertion: false, panics: false };
                self.builder().end(again, span);
            }
            Way::Break => self.leave_from(index, Jump::Break, span),
            Way::Continue => self.leave_from(index, Jump::Continue, span),
            Way::ReturnNothing => self.leave_from(index, Jump::Return(None), span),
            Way::Return => {
                let value = self.frame.return_slot.map(|slot| self.builder().read(slot));
                self.leave_from(index, Jump::Return(value), span);
            }
        }
    }
}
