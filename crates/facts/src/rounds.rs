//! Runs a loop at its end: does it go round for ever when the input has ended, the channel is closed, or a write takes
//! nothing?
//!
//! One way round is followed with every such call giving its end value, literals folded; then a second one from the state
//! that results. If the second comes back to the header and no test on it that controls an exit can come out differently
//! next time, the loop goes round for ever. This is conditional constant propagation with value numbering (Wegman and
//! Zadeck, 1991; Alpern, Wegman and Zadeck, 1988) along each way, forking only at tests that nothing decides; calls into
//! the project are followed a few levels deep. The number of ways, steps and values is bounded; past the bound the answer
//! is silence.

mod calls;
mod channels;
mod ends;
mod eval;
mod machine;
mod makers;
mod nothing;
mod state;
mod streams;
mod value;

use std::rc::Rc;

use unspin_flow::{BlockSet, Cfg, NaturalLoop};
use unspin_ir::{BlockId, Callee, ExprId, Function, Statement, StatementKind};
use unspin_span::Span;

use self::machine::Machine;
use self::state::{Places, State};
use self::value::Literal;
use crate::model::{CallModel, Effect, EndValue};
use crate::shape::Shape;
use crate::{Certainty, FunctionRef, Project};

/// Which end the loop is run at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Reads give their end value.
    EndOfInput,
    /// Receiving from a channel or stream fails, or gives `None`, because the other side is gone.
    Closed,
    /// Writes take nothing.
    NothingTaken,
    /// Nothing comes: collections are empty, and no time passes.
    Idle,
}

impl Mode {
    const ALL: [Self; 3] = [Self::EndOfInput, Self::Closed, Self::NothingTaken];

    /// The modes in which a call with this model gives its end value.
    pub(crate) fn of(model: &CallModel) -> Modes {
        Self::ALL
            .into_iter()
            .filter(|mode| mode.injects(model))
            .fold(Modes::default(), |modes, mode| Modes(modes.0 | mode.bit()))
    }

    /// Whether a call with this model takes an item without waiting, and says so where there is none.
    pub(crate) fn comes_to_nothing(model: &CallModel) -> bool {
        match model.effect {
            Effect::Shrink => model.end.is_some() || !model.end_raises.is_empty(),
            Effect::Receive => model.blocks == Some(false) && model.end.is_none() && !model.raises_in_vain().is_empty(),
            _ => false,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Whether a call with this model gives its end value in this mode.
    fn injects(self, model: &CallModel) -> bool {
        match self {
            Self::EndOfInput => model.effect == Effect::Read && model.end.is_some(),
            Self::Closed => {
                model.effect == Effect::Receive && (model.end == Some(EndValue::None) || !model.end_raises.is_empty())
            }
            Self::NothingTaken => {
                model.effect == Effect::Write && (model.end == Some(EndValue::Zero) || !model.end_raises.is_empty())
            }
            Self::Idle => Self::comes_to_nothing(model),
        }
    }
}

/// A set of modes: where a loop meets no end, running it at that end is in vain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes(u8);

impl Modes {
    /// Whether a mode is among them.
    pub fn contains(self, mode: Mode) -> bool {
        self.0 & mode.bit() != 0
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A loop that goes round for ever at its end.
#[derive(Clone, Debug)]
pub struct Spin {
    /// The function with the call that met the end.
    pub at: FunctionRef,
    /// That call.
    pub span: Span,
    /// How sure it is that the call is what its model says.
    pub certainty: Certainty,
    /// Whether the other end is another machine.
    pub remote: bool,
    /// How many tests had to be assumed to come out one way.
    pub forks: u32,
    /// Whether the end value went into a call that nothing is known of, which may fail on it.
    pub escaped: bool,
    /// Blocks of the way, header first.
    pub trail: Vec<BlockId>,
}

/// Run a loop at its end. `None`: it leaves, waits, or the answer is not known.
pub fn run_at_end(project: &Project, at: FunctionRef, shape: &Rc<Shape>, natural: &NaturalLoop, mode: Mode) -> Option<Spin> {
    run(project, at, shape, natural, mode, |machine, state| {
        let remembered = || state.met_before.filter(|(_, forks)| *forks == state.forks && remembers(machine, state));
        let (end, is_remembered) = match state.end {
            Some(end) => (end, false),
            None => (remembered()?.0, true),
        };
        // A poll beside other work, or in a function of its own, is no wait for what it polls.
        let is_beside = end.polls && (is_remembered || state.works || end.at != at) || end.may_be_awaited && state.works;
        if state.excused
            || is_beside
            || is_gone(state, end)
            || machine.asks_stream(state, end)
            || refills(machine, state, end)
            || is_left_over(machine, state, shape, natural)
            || !goes_on_for_ever(machine, state, shape, natural, is_remembered)
        {
            return None;
        }
        Some(Spin {
            at: end.at,
            span: end.span,
            certainty: end.certainty,
            remote: end.remote,
            forks: state.forks,
            escaped: state.end_escaped || machine.is_told_where(state, end),
            trail: state.way.clone(),
        })
    })
}

/// Whether what has ended was closed on the way: to be asked again it has to be opened.
fn is_gone(state: &State, end: state::EndSite) -> bool {
    end.stream.is_some_and(|stream| state.sought.contains(&stream))
}

/// Whether what has ended is a set of tasks, which something on the way is handed and may put more into.
fn refills(machine: &Machine<'_>, state: &State, end: state::EndSite) -> bool {
    let function = machine.project.function(machine.at);
    let calls = |block: &BlockId| {
        function.block(*block).statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Call(call) => Some((statement.span, &**call)),
            _ => None,
        })
    };
    let is_it = |expr: unspin_ir::ExprId| end.path.is_some_and(|path| function.path(expr).as_deref() == Some(path.as_str()));
    let joins = |call: &unspin_ir::Call| call.callee.name().is_some_and(|name| name == "join_next");
    let is_join = state.way.iter().flat_map(calls).any(|(span, call)| span == end.span && joins(call));
    is_join && state.way.iter().flat_map(calls).any(|(_, call)| call.arguments.iter().any(|given| is_it(given.value)))
}

/// How many cases of one value tell that the author went through all that there are.
const CASES: usize = 3;

/// Whether the way takes no arm of a case distinction that goes through the cases of one value and has no arm for the rest:
/// `if state == "a": .. elif state == "b": .. elif state in "cd": ..`.
fn is_left_over(machine: &Machine<'_>, state: &State, shape: &Shape, natural: &NaturalLoop) -> bool {
    let function = machine.project.function(machine.at);
    let rest = |test: &state::Test| match function.block(test.block).terminator {
        unspin_ir::Terminator::Branch { then, otherwise, .. } => Some(if test.outcome { then } else { otherwise }),
        _ => None,
    };
    let refused: Vec<(&state::Test, value::ValueId)> = state
        .tests
        .iter()
        .filter(|test| test.depth == 0)
        .filter_map(|test| Some((test, machine.values.is_not(test.slot.value, test.outcome)?)))
        .collect();
    let has_no_rest = |test: &state::Test| {
        let joins = |block: BlockId| block == natural.header || shape.cfg.predecessors(block).len() > 1;
        rest(test).is_some_and(joins)
    };
    refused.iter().rev().any(|(last, value)| {
        let cases = refused.iter().filter(|(_, other)| other == value).count();
        cases >= CASES && has_no_rest(last)
    })
}

/// Whether an end that an earlier round met, and this one did not ask for again, is remembered: nothing else is done, and
/// a flag that was set decides a test.
fn remembers(machine: &Machine<'_>, state: &State) -> bool {
    let is_flag = |literal: &Literal| matches!(literal, Literal::Bool(_) | Literal::None);
    let is_set = |test: &state::Test| test.slot.places != 0 && machine.values.literal_of(test.slot.value).is_some_and(is_flag);
    !state.works && !state.selects && state.tests.iter().any(is_set)
}

/// A loop that goes round at once where nothing comes.
#[derive(Clone, Debug)]
pub struct IdleRound {
    /// Whether it gives the process or event loop to others for a moment.
    pub yields: bool,
    /// The handler of the loop that a failure comes to on the way: the same one every time.
    pub handled: Option<Span>,
    /// Blocks of the way, header first.
    pub trail: Vec<BlockId>,
}

/// Run a loop where nothing comes: no item, no time passes, nobody changes anything. `None`: it leaves, waits, works, or
/// the answer is not known.
pub fn run_idle(project: &Project, at: FunctionRef, shape: &Rc<Shape>, natural: &NaturalLoop) -> Option<IdleRound> {
    run(project, at, shape, natural, Mode::Idle, |machine, state| {
        let stays = !state.excused && !state.works && goes_on_for_ever(machine, state, shape, natural, true);
        stays.then(|| IdleRound { yields: state.yields, handled: state.handled, trail: state.way.clone() })
    })
}

fn run<T>(
    project: &Project,
    at: FunctionRef,
    shape: &Rc<Shape>,
    natural: &NaturalLoop,
    mode: Mode,
    mut accept: impl FnMut(&mut Machine<'_>, &State) -> Option<T>,
) -> Option<T> {
    for max_frames in machine::MAX_FRAMES {
        let mut machine = Machine::new(project, mode, at, Rc::clone(shape), natural, max_frames);
        let found = machine.run(&mut accept);
        if found.is_some() || !machine.is_exhausted() {
            return found;
        }
    }
    None
}

/// Whether no test that controls an exit, or, asked strictly, none at all, can come out differently in the next round.
fn goes_on_for_ever(machine: &mut Machine<'_>, state: &State, shape: &Shape, natural: &NaturalLoop, strictly: bool) -> bool {
    state.tests.clone().iter().all(|test| {
        let is_stable = |machine: &mut Machine<'_>, places: Places| machine.are_unchanged(state, places);
        // What was unknown before this round and is still the same is as good as known, where all tests are looked at.
        let unknowns = if strictly { state.known_unknowns } else { 0 };
        if !machine.values.is_newer(test.slot.value, unknowns) && is_stable(machine, test.slot.places) {
            return true;
        }
        if strictly {
            return false;
        }
        if test.depth == 0 {
            !controls_exit(machine, shape, natural, test.block, test.outcome)
        } else {
            !controls_callee(machine, test.at, test.block, test.outcome)
        }
    })
}

/// Whether the arm of a callee's test that was not taken does something that the other does not: then the callee may come
/// to another end next time.
fn controls_callee(machine: &mut Machine<'_>, at: FunctionRef, block: BlockId, outcome: bool) -> bool {
    let function = machine.project.function(at);
    let unspin_ir::Terminator::Branch { then, otherwise, .. } = function.block(block).terminator else { return true };
    let (taken, other) = if outcome { (then, otherwise) } else { (otherwise, then) };
    let shape = machine.shape(at);
    let everything: BlockSet = function.block_ids().map(|(id, _)| id).collect();
    let reached = |start| unspin_flow::ways::reachable(&shape.cfg, start, &everything, &BlockSet::default());
    let on_taken = reached(taken);
    reached(other).iter().filter(|block| !on_taken.contains(*block)).any(|block| {
        let data = function.block(block);
        !data.statements.is_empty()
            || !matches!(data.terminator, unspin_ir::Terminator::Goto(_) | unspin_ir::Terminator::Return(None))
    })
}

/// Whether the arm that was not taken can leave the loop where the one that was taken cannot, or changes what a test that
/// leaves reads.
fn controls_exit(machine: &Machine<'_>, shape: &Shape, natural: &NaturalLoop, block: BlockId, outcome: bool) -> bool {
    let function = machine.project.function(machine.at);
    let unspin_ir::Terminator::Branch { then, otherwise, .. } = function.block(block).terminator else { return true };
    let (taken, other) = if outcome { (then, otherwise) } else { (otherwise, then) };
    if !natural.body.contains(other) {
        return true;
    }
    let on_taken = region(&shape.cfg, natural, taken);
    let on_other = region(&shape.cfg, natural, other);
    let leaves = |region: &BlockSet| {
        natural.exits.iter().filter(|(from, to)| region.contains(*from) && function.block(*from).unwind != Some(*to)).count()
    };
    if leaves(&on_other) > leaves(&on_taken) {
        return true;
    }
    on_other.iter().filter(|block| !on_taken.contains(*block)).any(|block| !function.block(block).statements.is_empty())
        || changes_exit_test(function, &shape.cfg, natural, block, (taken, other))
}

/// Whether the arm of an inner loop's test that was not taken changes what leaves the outer one: `pending.remove(file)`
/// where `while pending` asks.
fn changes_exit_test(
    function: &Function,
    cfg: &Cfg,
    natural: &NaturalLoop,
    test: BlockId,
    (taken, other): (BlockId, BlockId),
) -> bool {
    let stops = BlockSet::from_iter([natural.header, test]);
    let until_asked_again = |start| unspin_flow::ways::reachable(cfg, start, &natural.body, &stops);
    let on_taken = until_asked_again(taken);
    let tests = natural.exits.iter().filter_map(|(from, _)| function.block(*from).terminator.operand());
    let mut asked = Vec::new();
    tests.for_each(|test| crate::shape::for_each_part(function, test, &mut |part| asked.extend(function.path(part))));
    let is_asked = |place: ExprId| function.path(place).is_some_and(|path| asked.contains(&path));
    let changes = |statement: &Statement| match &statement.kind {
        StatementKind::Assign(place, _) => is_asked(*place),
        StatementKind::Call(call) => matches!(call.callee, Callee::Method(on, _) if is_asked(on)),
        _ => false,
    };
    let only_on_other = until_asked_again(other);
    let mut only_on_other = only_on_other.iter().filter(|block| !on_taken.contains(*block));
    only_on_other.any(|block| function.block(block).statements.iter().any(changes))
}

/// Blocks of the loop that can be reached from one of them without passing the header.
fn region(cfg: &Cfg, natural: &NaturalLoop, start: BlockId) -> BlockSet {
    if start == natural.header {
        return BlockSet::new(cfg.len());
    }
    let header = BlockSet::from_iter([natural.header]);
    unspin_flow::ways::reachable(cfg, start, &natural.body, &header)
}
