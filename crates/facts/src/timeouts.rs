//! Calls that wait for another machine with no bound by argument, object, scope or library default.
//!
//! Says nothing of a call whose object comes from elsewhere, that runs under a deadline, or whose timeout a branch
//! decided about.

mod chosen;
mod deadline;
mod loops;
mod other_end;
mod parameter;
mod patience;
pub(crate) mod writes;

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Call, Callee, Constant, Expr, ExprId, Function, LocalId, LocalKind, LoopKind, Name, StatementKind};
use unspin_span::Span;

pub(crate) use self::chosen::is_for_person;
pub(crate) use self::deadline::functions_in_time;
use self::patience::Waits;
pub(crate) use self::patience::default_timeouts;
use crate::definitions::Definition;
use crate::model::{Bound, BoundWord, CallModel, Effect};
use crate::observation::{Attribute, Observation, Subject, Sureness};
use crate::shape::{LazyShape, for_each_part, root_local};
use crate::sites::shown_callee;
use crate::{Certainty, FunctionRef, Models, Project};

/// How many locals a value is followed through.
const MAX_HOPS: u32 = 4;

/// What can be called on a future in Rust, and on no result.
const ADAPTORS_OF_FUTURES: [&str; 5] = ["boxed", "boxed_local", "map_ok", "left_future", "right_future"];

/// Whether a call, resolved by its model, waits for ever.
pub(crate) fn is_endless(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let Some((model, _)) = project.resolve(at, call).model else { return false };
    model.timeout.is_some() && matches!(patience::waits(project, at, call, model), Waits::Endless | Waits::MeantSo)
}

/// Whether calls of a model can be reported at all.
pub(crate) fn is_reported(model: &CallModel) -> bool {
    let is_remote = model.remote && model.timeout.is_some();
    match model.effect {
        Effect::Connect | Effect::Request | Effect::Receive | Effect::Wait => is_remote,
        // What wraps a connection may be read without knowing that it is remote.
        Effect::Read => is_remote || !model.remote,
        _ => false,
    }
}

/// Whether a call may have something to report, by the name of what is called.
pub(crate) fn may_wait(models: &Models, name: Name) -> bool {
    models.hints_of(name).timed || name.contains("connect")
}

/// Whether the other end of a connection is on this machine.
pub(crate) fn is_local(project: &Project, at: FunctionRef, call: &Call) -> bool {
    other_end::is_local(project, at, call)
}

/// Whether something around a loop bounds all its rounds together.
pub(crate) fn loop_is_bounded(cx: &crate::sites::LoopContext<'_>) -> bool {
    deadline::bounds_loop(cx.project, cx.at, &cx.shape, cx.natural())
}

/// Every remote call of a function that has no bound.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let cx = Context { project, at, shape, function: project.function(at) };
    let mut observations = Vec::new();
    for (block, data) in cx.function.block_ids() {
        for (index, statement) in data.statements.iter().enumerate() {
            if let StatementKind::Call(call) = &statement.kind {
                observations.extend(cx.observe(block, index, call, statement.span));
            }
        }
    }
    observations
}

struct Context<'a> {
    project: &'a Project,
    at: FunctionRef,
    shape: &'a LazyShape<'a>,
    function: &'a Function,
}

impl Context<'_> {
    fn observe(&self, block: BlockId, index: usize, call: &Call, span: Span) -> Option<Observation> {
        if !call.callee.name().is_some_and(|name| may_wait(&self.project.models, name)) {
            return None;
        }
        let resolution = self.project.resolve(self.at, call);
        let (attributes, certainty) = match resolution.model {
            Some((model, certainty)) => (self.of_model(block, index, call, model, certainty)?, certainty),
            None => (self.of_target(call, &resolution.targets)?, Certainty::Certain),
        };
        if deadline::is_bounded(self.project, self.at, self.shape, block, call) {
            return None;
        }
        Some(Observation {
            subject: Subject::Call,
            function: self.at,
            around: None,
            attributes,
            places: vec![("call", self.at.file, span)],
            words: vec![("call", shown_callee(self.function, call))],
            sureness: if certainty == Certainty::Certain { Sureness::High } else { Sureness::Medium },
        })
    }

    fn of_model(
        &self,
        block: BlockId,
        index: usize,
        call: &Call,
        model: &CallModel,
        certainty: Certainty,
    ) -> Option<Vec<Attribute>> {
        if !is_reported(model)
            || patience::is_spoken_for(self.project, self.at, call, model)
            || (certainty == Certainty::Name && !is_told_by_argument(model))
        {
            return None;
        }
        let waits = if model.remote && model.timeout.is_some() {
            patience::waits(self.project, self.at, call, model)
        } else if self.reads_own_connection(call, model) {
            Waits::Endless
        } else {
            return None;
        };
        let bound = match waits {
            Waits::Bounded | Waits::Unknown => return None,
            Waits::AsHanded => "as-handed",
            Waits::System => "system",
            Waits::Endless | Waits::TurnedOff | Waits::MeantSo => "endless",
        };
        if self.is_future(call)
            || self.gets_timeout(call, model.effect)
            || other_end::is_connected(self.project, self.at, call)
            || other_end::is_not_connected(self.project, self.at, call)
            || other_end::is_local(self.project, self.at, call)
        {
            return None;
        }
        let is_callers = call.awaited && self.is_told_where(call);
        let in_loop = self.shape.forest.loops.iter().filter(|natural| natural.body.contains(block)).any(|natural| {
            let kind = natural.source.map(|source| self.function.loops[source].kind);
            // Whoever gives the address may put a deadline around all addresses of its host.
            kind.is_some_and(|kind| kind != LoopKind::For || !is_callers || waits != Waits::System)
        });
        let is_answered =
            matches!(model.effect, Effect::Request | Effect::Connect) && matches!(waits, Waits::Endless | Waits::MeantSo);
        let in_loop = match in_loop {
            true => "yes",
            false if is_answered && loops::is_called_in_loop(self.project, self.at) => "of-caller",
            false => "no",
        };
        let phase = if self.is_asked_for(block, index, call, model) { "reply" } else { phase(model) };
        let mut attributes = vec![
            ("effect", crate::failures::effect_name(Some(model.effect))),
            ("bound", bound),
            ("in-loop", in_loop),
            ("phase", phase),
        ];
        if call.awaited {
            attributes.push(("awaited", "yes"));
        }
        // Clients of HTTP are called alike, and only some have a timeout by default.
        if certainty != Certainty::Certain && model.effect == Effect::Request {
            attributes.push(("receiver", "guessed"));
        }
        if waits == Waits::TurnedOff {
            attributes.push(("default", "turned-off"));
        }
        // An asynchronous helper that is told where to connect leaves the deadline to those that await it.
        let is_helper = self.function.is_async && (is_callers || !self.function.has_receiver);
        if chosen::is_script(self.project, self.at) {
            attributes.push(("within", "script"));
        } else if is_connecting(self.function) && !is_helper {
            attributes.push(("within", "connect"));
        }
        if self.is_given_stream(call) && self.expects_to_be_interrupted() {
            return None;
        }
        if self.says_never(call, model) || waits == Waits::MeantSo {
            attributes.push(("told", "never"));
        } else if self.is_one_way_of_several() {
            attributes.push(("told", "choice"));
        } else if (is_callers && self.is_given_stream(call))
            || (call.awaited && self.wraps_own_stream(call))
            || (call.awaited && in_loop == "no" && self.is_handed_stream(call))
        {
            attributes.push(("told", "stream"));
        } else if is_callers {
            attributes.push(("told", "address"));
        }
        if in_loop != "no" && loops::asks_started(self.project, self.at, self.shape, block) {
            attributes.push(("asks", "own-process"));
        }
        if self.drops_timeout(model.effect, certainty) {
            attributes.push(("parameter", "dropped"));
        }
        Some(attributes)
    }

    /// Whether the call only makes a future, in Rust, of which it is not seen who awaits it and how long.
    fn is_future(&self, call: &Call) -> bool {
        let is_async_path = matches!(call.callee, Callee::Path(path) if path.starts_with("tokio"));
        let gives_future = self.function.returns.is_some_and(|ty| unspin_ir::last_part(ty).contains("Future"));
        // `connector.connect(name, stream).map_ok(Secured).boxed()`
        let is_adapted = || {
            let is_result = |expr: ExprId| call.result.is_some_and(|result| *self.function.expr(expr) == Expr::Local(result));
            self.function.calls().any(|(other, _)| match other.callee {
                Callee::Method(on, method) => ADAPTORS_OF_FUTURES.contains(&method.as_str()) && is_result(on),
                _ => false,
            })
        };
        // What a call that waits gives is looked at for its failure, a future is stored as it is.
        let is_stored = || {
            let is_result = |part: &ExprId| call.result.is_some_and(|result| *self.function.expr(*part) == Expr::Local(result));
            !call.raises
                && self.function.exprs.iter().any(|expr| match expr {
                    Expr::Variant(variant) => variant.parts.iter().any(is_result),
                    Expr::Aggregate(_, parts) => parts.iter().any(is_result),
                    _ => false,
                })
        };
        !call.awaited
            && crate::sites::is_rust(self.project, self.at)
            && (self.function.is_async || is_async_path || gives_future || is_adapted() || is_stored())
    }

    /// Whether the function is asynchronous and what the call is given, the address above all, comes from its parameters
    /// and not from its object, which keeps nothing of it either.
    fn is_told_where(&self, call: &Call) -> bool {
        let receiver = self.function.receiver();
        let keeps = |statement: &unspin_ir::Statement| match statement.kind {
            StatementKind::Assign(place, _) => receiver.is_some() && root_local(self.function, place) == receiver,
            _ => false,
        };
        if self.function.blocks.iter().flat_map(|block| &block.statements).any(keeps) {
            return false;
        }
        let mut pending: Vec<ExprId> = call.arguments.iter().map(|argument| argument.value).collect();
        let mut seen = rustc_hash::FxHashSet::default();
        let mut is_given = false;
        while let Some(expr) = pending.pop().filter(|_| self.function.is_async) {
            for local in self.locals_of(expr) {
                if Some(local) == receiver {
                    return false;
                }
                is_given |= matches!(self.function.local(local).kind, LocalKind::Parameter | LocalKind::Captured);
                if seen.insert(local) {
                    for definition in self.project.definitions(self.at).of(self.function, local) {
                        match definition {
                            Definition::Value(value) | Definition::Item(value) => pending.push(value),
                            Definition::Call(call) => pending.extend(call.operands()),
                            Definition::Failure => {}
                        }
                    }
                }
            }
        }
        is_given
    }

    /// Whether the call gets a connection that is there already, by the name of an argument: it only shakes hands.
    fn is_given_stream(&self, call: &Call) -> bool {
        let is_stream = |local: LocalId| is_stream_name(&self.function.local(local).name);
        let mut locals = call.arguments.iter().flat_map(|argument| self.locals_of(argument.value));
        !call.arguments.iter().any(|argument| self.is_accepted(argument.value, 0))
            && locals.any(|local| {
                is_stream(local)
                    || self.project.definitions(self.at).of(self.function, local).any(|definition| match definition {
                        Definition::Call(wrapper) => {
                            wrapper.operands().flat_map(|operand| self.locals_of(operand)).any(is_stream)
                        }
                        _ => false,
                    })
            })
    }

    /// Whether the call gets a connection that the function itself was handed: `connector.connect(self.name.clone(), stream)`.
    fn is_handed_stream(&self, call: &Call) -> bool {
        call.arguments.iter().any(|argument| match *self.function.expr(argument.value) {
            Expr::Local(local) => {
                let local = self.function.local(local);
                local.kind == LocalKind::Parameter && is_stream_name(&local.name)
            }
            _ => false,
        })
    }

    /// Whether a value is, or is made of, a connection that this function accepts itself.
    fn is_accepted(&self, value: ExprId, hops: u32) -> bool {
        let is_made_of_accepted = |local: LocalId| {
            self.project.definitions(self.at).of(self.function, local).any(|definition| match definition {
                Definition::Value(value) | Definition::Item(value) => self.is_accepted(value, hops + 1),
                Definition::Call(call) => {
                    let model = self.project.resolve(self.at, call).model;
                    model.is_some_and(|(model, _)| model.effect == Effect::Accept)
                        || call.operands().any(|operand| self.is_accepted(operand, hops + 1))
                }
                Definition::Failure => false,
            })
        };
        hops < MAX_HOPS && self.locals_of(value).into_iter().any(is_made_of_accepted)
    }

    /// Whether the object shakes hands over a stream that it holds already: `connector.connect(name, self.stream.take())`.
    fn wraps_own_stream(&self, call: &Call) -> bool {
        let is_stream = |part: ExprId| {
            let path = self.function.path(part);
            path.is_some_and(|path| is_stream_name(path.rsplit('.').next().unwrap_or_default()))
        };
        let is_named_stream = |class| {
            let name = unspin_ir::last_part(self.project.class_name(class)).to_ascii_lowercase();
            name.ends_with("stream") || name.ends_with("socket")
        };
        let is_of_stream = self.project.owner(self.at).is_some_and(is_named_stream);
        let mut parts = call.arguments.iter().filter_map(|argument| self.held(argument.value, 0));
        parts.any(|part| is_of_stream || is_stream(part) || self.is_given_stream(call))
    }

    /// The part of the receiver that a value is, or is taken out of.
    fn held(&self, value: ExprId, hops: u32) -> Option<ExprId> {
        let Expr::Local(local) = *self.function.expr(value) else {
            let root = root_local(self.function, value)?;
            return Some(value).filter(|_| self.function.receiver() == Some(root));
        };
        let mut definitions = self.project.definitions(self.at).of(self.function, local).filter(|_| hops < MAX_HOPS);
        definitions.find_map(|definition| match definition {
            Definition::Value(value) => self.held(value, hops + 1),
            Definition::Call(taken) => match taken.callee {
                Callee::Method(on, _) if !taken.awaited && taken.arguments.is_empty() => self.held(on, hops + 1),
                _ => None,
            },
            _ => None,
        })
    }

    /// The locals that an expression is made of; a closure is made of what it captures.
    fn locals_of(&self, expr: ExprId) -> Vec<LocalId> {
        let mut locals = Vec::new();
        for_each_part(self.function, expr, &mut |part| match *self.function.expr(part) {
            Expr::Local(local) => locals.push(local),
            Expr::Function(id) => {
                let closure = &self.project.files[self.at.file as usize].module.functions[id.index()];
                let captured = closure.locals.iter().filter(|l| matches!(l.kind, LocalKind::Captured | LocalKind::Shared));
                let names: Vec<_> = captured.map(|local| local.name).collect();
                let own = self.function.locals.iter().enumerate().filter(|(_, local)| names.contains(&local.name));
                locals.extend(own.map(|(index, _)| LocalId::new(index)));
            }
            _ => {}
        });
        locals
    }

    /// A function of the project that is told `None` where its timeout goes, by a function that has a timeout.
    fn of_target(&self, call: &Call, targets: &[FunctionRef]) -> Option<Vec<Attribute>> {
        if !call.callee.name()?.contains("connect") || self.timeout_parameters(Effect::Connect).next().is_none() {
            return None;
        }
        let drops = |&target: &FunctionRef| {
            let function = self.project.function(target);
            let parameters = function.parameters.iter().skip(usize::from(function.has_receiver));
            parameters.enumerate().any(|(position, parameter)| {
                let name = function.local(parameter.local).name;
                let argument = call.argument(Some(name), Some(position));
                let is_timeout = is_connect_timeout(&name) || self.is_declared_timeout(target, position);
                is_timeout && argument.is_some_and(|a| *self.function.expr(a) == Expr::Constant(&Constant::None))
            })
        };
        targets.iter().any(drops).then(|| {
            vec![
                ("effect", "connect"),
                ("bound", "system"),
                ("in-loop", "no"),
                ("phase", "connection"),
                ("parameter", "dropped"),
            ]
        })
    }

    /// Whether what a method implements calls the parameter at a position a timeout.
    fn is_declared_timeout(&self, target: FunctionRef, position: usize) -> bool {
        self.project.declared_by(target).into_iter().any(|declared| {
            let declared = self.project.function(declared);
            let parameter = declared.parameters.iter().skip(usize::from(declared.has_receiver)).nth(position);
            parameter.is_some_and(|parameter| is_connect_timeout(&declared.local(parameter.local).name))
        })
    }

    /// Reading from what wraps a connection, which the model of the wrapper knows nothing of.
    fn reads_own_connection(&self, call: &Call, model: &CallModel) -> bool {
        let Callee::Method(receiver, _) = call.callee else { return false };
        model.effect == Effect::Read && !model.remote && patience::reads_own_connection(self.project, self.at, receiver)
    }

    /// Whether every way round writes to the connection before it reads from it: then the read waits for an answer.
    fn is_asked_for(&self, block: BlockId, index: usize, call: &Call, model: &CallModel) -> bool {
        if model.effect != Effect::Read {
            return false;
        }
        let Callee::Method(receiver, _) = call.callee else { return false };
        let around = self.shape.forest.loops.iter().filter(|natural| natural.body.contains(block));
        let Some(natural) = around.min_by_key(|natural| natural.body.len()) else { return false };
        let writes = |block: BlockId, until: usize| {
            self.function.block(block).statements.iter().take(until).any(|statement| match &statement.kind {
                StatementKind::Call(other) => self.is_write_to(other, receiver),
                _ => false,
            })
        };
        if writes(block, index) {
            return true;
        }
        let asking: BlockSet = natural.body.iter().filter(|&other| other != block && writes(other, usize::MAX)).collect();
        !asking.is_empty() && !unspin_flow::ways::from_header(&self.shape.cfg, natural, &asking).contains(block)
    }

    fn is_write_to(&self, call: &Call, receiver: ExprId) -> bool {
        let Callee::Method(on, _) = call.callee else { return false };
        let same = root_local(self.function, on).is_some()
            && root_local(self.function, on) == root_local(self.function, receiver)
            && self.function.path(on) == self.function.path(receiver);
        same && self.project.resolve(self.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Write)
    }
}

/// Whether something is called as connections are.
fn is_stream_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["stream", "sock", "tcp", "conn", "io", "transport"];
    words.iter().any(|word| name == *word || (word.len() > 2 && name.contains(word)))
}

/// A model that takes any receiver tells more by its timeout argument: `jobs.blpop(key, timeout=3)`.
fn is_told_by_argument(model: &CallModel) -> bool {
    model.remote && model.effect == Effect::Receive && model.timeout.as_ref().is_some_and(|timeout| timeout.zero.is_some())
}

/// Whether a parameter is a timeout of connecting, and not one of being idle, closing or reading.
fn is_connect_timeout(name: &str) -> bool {
    matches!(
        name.trim_start_matches('_'),
        "timeout"
            | "connect_timeout"
            | "connection_timeout"
            | "request_timeout"
            | "socket_timeout"
            | "timeout_secs"
            | "timeout_seconds"
            | "timeout_ms"
    )
}

/// A receive that takes a timeout as its argument asks for something; one that does not goes on reading.
fn phase(model: &CallModel) -> &'static str {
    let Some(timeout) = &model.timeout else { return "stream" };
    let has_argument = timeout.keyword.is_some() || timeout.position.is_some();
    let is_settable = has_argument || timeout.of.is_some() || !timeout.set_by.is_empty();
    match model.effect {
        Effect::Connect => "connection",
        // A name that is looked up waits for the resolver, which no caller can bound.
        Effect::Request if !is_settable && timeout.default == Bound::Word(BoundWord::System) => "lookup",
        Effect::Request | Effect::Wait => "reply",
        Effect::Receive if has_argument => "reply",
        _ => "stream",
    }
}

/// Whether the function is there to connect: its name says so.
fn is_connecting(function: &Function) -> bool {
    let name = function.name.to_ascii_lowercase();
    // A connection that is handled is there already.
    let serves = ["handle_conn", "serve_conn", "process_conn", "run_conn", "connection_task", "connection_loop", "on_conn"];
    ["connect", "login", "handshake", "dial"].iter().any(|word| name.contains(word))
        && !name.contains("disconnect")
        && !serves.iter().any(|word| name.contains(word))
}
