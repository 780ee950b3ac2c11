//! The state of one way through a loop: where it is, what every place holds, and what was noticed on the way.

use std::collections::BTreeSet;

use litemap::LiteMap;
use std::rc::Rc;

use unspin_ir::{BlockId, ExprId, LocalId, Name};
use unspin_span::Span;

use super::value::{Node, Operator, ValueId, Values};
use crate::{Certainty, ClassRef, FunctionRef};

/// Places of the loop's own function whose change is watched, one bit each; the last bit stands for all further ones.
pub(super) type Places = u128;

/// A value together with where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) value: ValueId,
    /// Places whose content at the start of the round went into it.
    pub(super) places: Places,
    /// Whether the injected end value went into it.
    pub(super) from_end: bool,
}

impl Slot {
    pub(super) fn of(value: ValueId) -> Self {
        Self { value, places: 0, from_end: false }
    }
}

/// A place that outlives a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// A local of a frame.
    Local(u32, LocalId),
    /// A field of an object.
    Field(ValueId, Name),
    Global(Name),
}

/// An activation of a function.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) at: FunctionRef,
    pub(super) id: u32,
    pub(super) block: BlockId,
    pub(super) index: usize,
    pub(super) visits: LiteMap<BlockId, u8>,
    /// The local of the caller that gets the result.
    pub(super) result: Option<LocalId>,
    /// Whether the caller takes a failure apart.
    pub(super) raises: bool,
    /// The class of its receiver, where the call said more than the method's own class.
    pub(super) class: Option<ClassRef>,
    /// Parameters whose changes the caller sees, with the caller's place.
    pub(super) write_back: Vec<(LocalId, ValueId, ExprId)>,
    /// Whether a failure is a value for the caller: `let r = f();`.
    pub(super) keeps_failure: bool,
    /// What is given where the closure that is followed answers yes, and nothing where it does not: `Option::filter`.
    pub(super) filters: Option<Slot>,
    /// Whether the call may run another function of the project as well.
    pub(super) is_one_of_many: bool,
}

impl Frame {
    /// An activation that nobody waits for.
    pub(super) fn new(at: FunctionRef, id: u32, block: BlockId) -> Self {
        Self {
            at,
            id,
            block,
            index: 0,
            visits: LiteMap::new(),
            result: None,
            raises: false,
            class: None,
            write_back: Vec::new(),
            keeps_failure: false,
            filters: None,
            is_one_of_many: false,
        }
    }
}

/// A test that was met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    /// Depth of the frame; 0 is the function of the loop.
    pub(super) depth: usize,
    /// The function of the frame.
    pub(super) at: FunctionRef,
    pub(super) block: BlockId,
    /// The condition before it was folded by an assumption.
    pub(super) slot: Slot,
    pub(super) outcome: bool,
}

/// A read that met the end of its input, or a write that took nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndSite {
    pub(super) at: FunctionRef,
    pub(super) span: Span,
    pub(super) certainty: Certainty,
    /// Whether the model says that it is another machine's.
    pub(super) remote: bool,
    /// Whether it only looks whether something is there.
    pub(super) polls: bool,
    /// Whether whatever else is done may wait until it is none any more: until there is room for what would block.
    pub(super) may_be_awaited: bool,
    /// What is at its end.
    pub(super) stream: Option<ValueId>,
    /// How the loop's own function names that.
    pub(super) path: Option<Name>,
}

/// Everything that places hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) slots: LiteMap<Place, Slot>,
    /// Stands for what other tasks may have done to attributes during an `await`.
    pub(super) epoch: Option<ValueId>,
}

impl Store {
    /// What a place holds, without the places that the knowledge depends on.
    pub(super) fn value(&self, values: &mut Values, place: Place) -> ValueId {
        if let Some(slot) = self.slots.get(&place) {
            return slot.value;
        }
        match place {
            Place::Local(frame, local) => values.add(Node::Start(frame, local)),
            Place::Global(name) => values.apply(Operator::Global(name), &[]),
            Place::Field(base, field) => match self.epoch {
                Some(epoch) => values.apply(Operator::Field(field), &[base, epoch]),
                None => values.apply(Operator::Field(field), &[base]),
            },
        }
    }
}

/// One way.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) frames: Vec<Frame>,
    pub(super) store: Store,
    /// The store when this round began.
    pub(super) round_start: Rc<Store>,
    /// From 1 on.
    pub(super) round: u8,
    /// Undecided conditions that were taken to be true or false.
    pub(super) assumptions: LiteMap<ValueId, bool>,
    /// Objects that were made in this round.
    pub(super) fresh_objects: BTreeSet<ValueId>,
    /// Buffers that a read was given, and streams that were read: these are there.
    pub(super) buffers: BTreeSet<ValueId>,
    /// Streams that were moved to another position, or closed.
    pub(super) sought: BTreeSet<ValueId>,
    /// What the last read at its end fails with, where that failure is kept as a value.
    pub(super) kept_failure: Vec<Name>,
    /// An end that is met where a value is awaited that the call has already given.
    pub(super) awaited_end: Option<EndSite>,
    /// Tests met in this round.
    pub(super) tests: Vec<Test>,
    /// Those of the round before.
    pub(super) tests_before: Rc<[Test]>,
    /// The first end met in this round.
    pub(super) end: Option<EndSite>,
    /// The last end met in a round before, which the program may have remembered, and how many forks there were until then.
    pub(super) met_before: Option<(EndSite, u32)>,
    /// Values of which nothing is known that were made before this round: they stay what they are.
    pub(super) known_unknowns: u32,
    /// Something on the way in this round may do more than ask: then what it does may bring about anything.
    pub(super) works: bool,
    /// One of several arms was chosen, which means that the others were waited for.
    pub(super) selects: bool,
    /// The process or event loop is given to others for a moment.
    pub(super) yields: bool,
    /// The first handler of the loop that a failure came to in this round.
    pub(super) handled: Option<Span>,
    /// Something on the way waits, pauses or hands over, or tells the end apart in a way that is not followed.
    pub(super) excused: bool,
    /// The end value went into a call that nothing is known of, which may have failed.
    pub(super) end_escaped: bool,
    pub(super) forks: u32,
    /// Blocks of the loop's function in the order of this round, until it comes back to the header.
    pub(super) trail: Vec<BlockId>,
    /// Those of the last round that did.
    pub(super) way: Vec<BlockId>,
}

impl State {
    pub(super) fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
}
