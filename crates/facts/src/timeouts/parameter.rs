//! Timeouts that a function is given: whether the call that waits gets them, by itself, by what it is called on or told, or
//! by a call of the same in another branch.

use std::collections::BTreeSet;

use unspin_ir::{Argument, Call, Callee, Expr, ExprId, LocalId, StatementKind};

use super::{Context, is_connect_timeout};
use crate::Certainty;
use crate::definitions::Definition;
use crate::model::Effect;
use crate::shape::root_local;

/// How many definitions what is called or told is followed through.
const MAX_HOPS: u32 = 6;

impl Context<'_> {
    /// Whether the function is given a timeout that would fit this wait, and that is not meant for something else: what
    /// is handed to another call bounds a job, a poll or the reads that follow. Before those there is connecting.
    pub(super) fn drops_timeout(&self, effect: Effect, certainty: Certainty) -> bool {
        let is_certain = certainty == Certainty::Certain;
        self.timeout_parameters(effect)
            .any(|timeout| (effect == Effect::Connect && is_certain) || !self.hands_on(timeout, is_certain))
    }

    /// Whether a timeout that the function is given is for this wait, in a way that the model does not know.
    pub(super) fn gets_timeout(&self, call: &Call, effect: Effect) -> bool {
        self.timeout_parameters(effect).any(|timeout| self.is_given(call, timeout))
    }

    /// Whether the wait gets the timeout, or another call of the same does, which a branch chose: older releases of a
    /// library may not take one.
    fn is_given(&self, call: &Call, timeout: LocalId) -> bool {
        let made = self.made_of(timeout);
        let gets = |call: &Call| call.arguments.iter().any(|argument| self.is_one_of(&made, argument.value));
        let effect_of = |call: &Call| self.project.resolve(self.at, call).model.map(|(model, _)| model.effect);
        // `TcpStream::connect_timeout(address, timeout)`, and `TcpStream::connect(address)` where there is none.
        let is_same = |other: &Call| match (other.callee, call.callee) {
            (Callee::Path(a), Callee::Path(b)) => {
                a == b || unspin_ir::parent_path(a) == unspin_ir::parent_path(b) && effect_of(other) == effect_of(call)
            }
            _ => false,
        };
        self.function.calls().any(|(other, _)| is_same(other) && gets(other)) || self.is_told(call, &made)
    }

    /// The timeout, and the variables that hold it or what is reckoned from it.
    fn made_of(&self, timeout: LocalId) -> BTreeSet<LocalId> {
        let mut made = BTreeSet::from([timeout]);
        for _ in 0..MAX_HOPS {
            let before = made.len();
            for statement in self.function.blocks.iter().flat_map(|block| &block.statements) {
                match &statement.kind {
                    StatementKind::Assign(place, value) => {
                        if let Expr::Local(local) = *self.function.expr(*place)
                            && self.is_one_of(&made, *value)
                        {
                            made.insert(local);
                        }
                    }
                    StatementKind::Call(call) => {
                        let is_reckoned = call.operands().any(|operand| self.is_one_of(&made, operand));
                        made.extend(call.result.filter(|_| is_reckoned));
                    }
                    _ => {}
                }
            }
            if made.len() == before {
                break;
            }
        }
        made
    }

    /// Whether a value is one of these variables, or reckoned from one.
    fn is_one_of(&self, made: &BTreeSet<LocalId>, value: ExprId) -> bool {
        match *self.function.expr(value) {
            Expr::Local(local) => made.contains(&local),
            Expr::Binary(_, a, b) => self.is_one_of(made, a) || self.is_one_of(made, b),
            Expr::Variant(ref variant) => variant.parts.iter().any(|&part| self.is_one_of(made, part)),
            _ => false,
        }
    }

    /// Whether what the call works on or with was told the timeout, where it was made or later: `Options(timeout=timeout)`,
    /// `uri.connection_timeout = timeout`, `sock.settimeout(timeout)`.
    fn is_told(&self, call: &Call, made: &BTreeSet<LocalId>) -> bool {
        let root = |value: ExprId| root_local(self.function, value);
        if matches!(call.callee, Callee::Method(on, _) if root(on).is_some_and(|object| made.contains(&object))) {
            return true;
        }
        let mut pending: Vec<(LocalId, u32)> = call.operands().filter_map(root).map(|object| (object, 0)).collect();
        let mut objects = BTreeSet::new();
        while let Some((object, hops)) = pending.pop() {
            if made.contains(&object) || hops > MAX_HOPS || !objects.insert(object) {
                continue;
            }
            for definition in self.project.definitions(self.at).of(self.function, object) {
                match definition {
                    Definition::Value(value) => pending.extend(root(value).map(|from| (from, hops + 1))),
                    Definition::Call(maker) => {
                        if maker.arguments.iter().any(|argument| is_named(argument) && self.is_one_of(made, argument.value)) {
                            return true;
                        }
                        pending.extend(maker.operands().filter_map(root).map(|from| (from, hops + 1)));
                    }
                    _ => {}
                }
            }
        }
        let is_of_object = |place: ExprId| root(place).is_some_and(|root| objects.contains(&root));
        self.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Assign(place, value) => {
                let is_field = matches!(self.function.expr(*place), Expr::Field(..));
                is_field && is_of_object(*place) && self.is_one_of(made, *value)
            }
            StatementKind::Call(call) => {
                matches!(call.callee, Callee::Method(on, method) if is_of_object(on) && method.contains("timeout"))
                    && call.arguments.iter().any(|argument| self.is_one_of(made, argument.value))
            }
            _ => false,
        })
    }

    /// Whether a call is given a local, or something that is made of it. Where the wait itself is not certain, being kept
    /// anywhere is enough.
    fn hands_on(&self, local: LocalId, is_certain: bool) -> bool {
        let holds = |expr: ExprId| self.locals_of(expr).contains(&local);
        self.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => call.operands().any(holds),
            StatementKind::Assign(place, value) => {
                (!is_certain || matches!(self.function.expr(*place), Expr::Local(_))) && holds(*value)
            }
            _ => false,
        })
    }

    /// The parameters that are timeouts which would fit this wait.
    pub(super) fn timeout_parameters(&self, effect: Effect) -> impl Iterator<Item = LocalId> {
        let fits = move |name: &str| is_connect_timeout(name) || (effect != Effect::Connect && name == "read_timeout");
        let locals = self.function.parameters.iter().map(|parameter| parameter.local);
        locals.filter(move |&local| fits(&self.function.local(local).name))
    }
}

/// `connect_timeout=..`
fn is_named(argument: &Argument) -> bool {
    argument.name.is_some_and(|name| name.contains("timeout"))
}
