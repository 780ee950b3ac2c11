//! How long one call waits: by its argument, by what was told to the object that carries the timeout, by its library.
//!
//! Flow-insensitive: a timeout that is set anywhere for the object counts as set before the call. An object that comes
//! from elsewhere (a parameter, an unknown function) may have any timeout, so its calls are [`Waits::Unknown`].

use unspin_ir::{
    Aggregate, Call, Callee, Constant, Expr, ExprId, Function, FunctionId, LocalId, LocalKind, Name, StatementKind,
};

use crate::definitions::Definition;
use crate::model::{Bound, BoundWord, CallModel, Effect, TimeoutModel};
use crate::{FunctionRef, Project, SourceFile};

/// How many objects, constructors and wrappers a timeout is looked for through.
const MAX_HOPS: u32 = 8;

/// Callers may be many, so that a step to one of them counts as several.
const CALL: u32 = 4;

/// How long a call waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Waits {
    Bounded,
    Unknown,
    /// As long as options say that are handed on as a whole, if one of them does; the file speaks of none.
    AsHanded,
    /// What the operating system thinks right.
    System,
    Endless,
    /// For ever, because the library's own default is turned off on one of the ways to the call.
    TurnedOff,
    /// For ever, because whoever made the object turned the library's own default off: `AsyncClient(timeout=None)`.
    MeantSo,
}

/// What an object was told about timeouts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    /// Made here, and nothing was said.
    Nothing,
    Seconds,
    /// Explicitly none.
    Never,
    Unknown,
}

/// How long a call waits by its model.
pub(super) fn waits(project: &Project, at: FunctionRef, call: &Call, model: &CallModel) -> Waits {
    let Some(timeout) = &model.timeout else { return Waits::Unknown };
    if let Some(argument) = call.argument(timeout.keyword, timeout.position.map(|position| position as usize)) {
        return by_argument(project, at, timeout, argument);
    }
    if is_given_options(project.function(at), call, model) || is_set_for_all(project, at, &timeout.set_by) {
        return Waits::Unknown;
    }
    if may_hold_timeout(project, at, call, timeout) {
        let is_silent = timeout.keyword.is_some_and(|keyword| !crate::options::are_spoken_of(project, at, keyword));
        return if is_silent && of_bound(timeout.default) == Waits::Endless { Waits::AsHanded } else { Waits::Unknown };
    }
    let carrier = match (timeout.of, call.callee) {
        (Some(of), _) => call.argument(None, Some(of as usize)),
        (None, Callee::Method(receiver, _)) => Some(receiver),
        (None, _) => None,
    };
    let told = match carrier {
        Some(carrier) if !timeout.set_by.is_empty() => Carrier { project, timeout }.told(at, carrier, 0),
        _ => Told::Nothing,
    };
    match told {
        Told::Nothing => of_bound(timeout.default),
        Told::Seconds => Waits::Bounded,
        Told::Never if of_bound(timeout.default) == Waits::Bounded => Waits::MeantSo,
        Told::Never => of_bound(timeout.none),
        Told::Unknown => Waits::Unknown,
    }
}

/// Whether a read is from a connection that this function, or the class it belongs to, opened and told no timeout.
pub(super) fn reads_own_connection(project: &Project, at: FunctionRef, receiver: ExprId) -> bool {
    let set_by = ["settimeout", "set_read_timeout", "timeout"].map(unspin_ir::name).to_vec();
    let timeout = TimeoutModel {
        keyword: None,
        position: None,
        of: None,
        unit: 1.0,
        default: Bound::Word(BoundWord::Endless),
        none: Bound::Word(BoundWord::Endless),
        zero: None,
        set_by,
        raises: Vec::new(),
    };
    let carrier = Carrier { project, timeout: &timeout };
    carrier.told(at, receiver, 0) == Told::Nothing && carrier.is_connection(at, receiver, 0)
}

/// Whether the call waits on a connection whose opening is reported already.
pub(super) fn is_spoken_for(project: &Project, at: FunctionRef, call: &Call, model: &CallModel) -> bool {
    let function = project.function(at);
    let Callee::Method(receiver, _) = call.callee else { return false };
    let Expr::Local(local) = *function.expr(receiver) else { return false };
    let takes_timeout = |made: &CallModel| made.timeout.as_ref().is_some_and(|timeout| timeout.keyword.is_some());
    let connects = |local: LocalId| {
        project.definitions(at).of(function, local).any(|definition| match definition {
            Definition::Call(maker) => project.resolve(at, maker).model.is_some_and(|(made, _)| {
                made.effect == Effect::Connect && takes_timeout(made) && waits(project, at, maker, made) == Waits::Endless
            }),
            _ => false,
        })
    };
    // `with SMTP(host) as connection`
    let mut held = project.definitions(at).of(function, local).filter_map(|definition| match definition {
        Definition::Value(value) => match *function.expr(value) {
            Expr::Local(held) => Some(held),
            _ => None,
        },
        _ => None,
    });
    model.effect == Effect::Request && (connects(local) || held.any(connects))
}

fn of_bound(bound: Bound) -> Waits {
    match bound {
        Bound::Seconds(_) => Waits::Bounded,
        Bound::Word(BoundWord::Endless) => Waits::Endless,
        Bound::Word(BoundWord::System) => Waits::System,
    }
}

fn by_argument(project: &Project, at: FunctionRef, timeout: &TimeoutModel, argument: ExprId) -> Waits {
    let function = project.function(at);
    let of_value = |expr: ExprId| match function.expr(expr) {
        Expr::Constant(constant) => of_constant(timeout, constant),
        Expr::Global(name) => {
            project.constant(at.file, *name).map_or(Waits::Unknown, |constant| of_constant(timeout, constant))
        }
        Expr::Aggregate(..) | Expr::Variant(..) | Expr::Binary(..) => Waits::Bounded,
        _ => Waits::Unknown,
    };
    let Expr::Local(local) = *function.expr(argument) else { return of_value(argument) };
    if matches!(function.local(local).kind, LocalKind::Captured | LocalKind::Shared) {
        return Waits::Unknown;
    }
    let is_parameter = function.local(local).kind == LocalKind::Parameter;
    let is_choice = function.local(local).kind == LocalKind::Temporary;
    let values = project.definitions(at).of(function, local).map(|definition| match definition {
        Definition::Value(value) => of_value(value),
        _ => Waits::Unknown,
    });
    let values: Vec<Waits> = values.collect();
    match values.as_slice() {
        [] => Waits::Unknown,
        [only] if !is_parameter => *only,
        // `timeout=None if is_stream else limit` is chosen here, for this call.
        several if !is_choice && several.contains(&Waits::Endless) && of_bound(timeout.default) == Waits::Bounded => {
            Waits::TurnedOff
        }
        _ => Waits::Unknown,
    }
}

fn of_constant(timeout: &TimeoutModel, constant: &Constant) -> Waits {
    match (constant, timeout.zero) {
        (Constant::None, _) => of_bound(timeout.none),
        (Constant::Int(0), Some(zero)) => of_bound(zero),
        (Constant::Float(value), Some(zero)) if *value == 0.0 => of_bound(zero),
        _ => Waits::Bounded,
    }
}

/// Whether arguments that are handed on as a whole may hold the timeout. A table names what it holds, so that it gives
/// nothing by position; what carries the timeout may be in it under any name.
fn may_hold_timeout(project: &Project, at: FunctionRef, call: &Call, timeout: &TimeoutModel) -> bool {
    let is_in_table = || crate::options::are_own(project.function(at), call);
    let may_be_named = |keyword| crate::options::may_hold(project, at, call, keyword);
    call.has_spread()
        && (timeout.of.is_some()
            || timeout.position.is_some() && (timeout.keyword.is_none() || !is_in_table())
            || timeout.keyword.is_some_and(may_be_named))
}

/// Whether the program sets a timeout for everything, in this file or one beside or above: `socket.setdefaulttimeout(30)`.
fn is_set_for_all(project: &Project, at: FunctionRef, set_by: &[Name]) -> bool {
    let path = &project.files[at.file as usize].path;
    set_by.iter().any(|name| name.as_str() == "setdefaulttimeout")
        && project.default_timeouts().iter().any(|place| path.starts_with(place.as_str()))
}

/// Where a timeout is set for all sockets: folders, and files that set it for themselves and put back what was there.
pub(crate) fn default_timeouts(files: &[SourceFile]) -> Vec<String> {
    let calls = |function: &Function, name: &str| {
        function.calls().any(|(call, _)| {
            let is_it = matches!(call.callee, Callee::Path(path) if path.ends_with(name));
            let given = call.arguments.first().map(|argument| function.expr(argument.value));
            is_it && given != Some(&Expr::Constant(&Constant::None))
        })
    };
    let setting = files.iter().filter_map(|file| {
        let mut setters = file.module.functions.iter().filter(|function| calls(function, ".setdefaulttimeout")).peekable();
        setters.peek()?;
        let is_put_back = setters.all(|function| calls(function, ".getdefaulttimeout"));
        let folder = file.path.rfind('/').map_or(0, |slash| slash + 1);
        Some(if is_put_back { file.path.clone() } else { file.path[..folder].to_owned() })
    });
    setting.collect()
}

/// The object that carries a timeout, traced back to where it was made.
struct Carrier<'a> {
    project: &'a Project,
    timeout: &'a TimeoutModel,
}

impl Carrier<'_> {
    fn told(&self, at: FunctionRef, expr: ExprId, hops: u32) -> Told {
        if hops > MAX_HOPS {
            return Told::Unknown;
        }
        let function = self.project.function(at);
        match *function.expr(expr) {
            Expr::Local(local) => self.local(at, local, hops),
            Expr::Index(base, _) | Expr::Payload(base, _, _) => self.told(at, base, hops + 1),
            Expr::Field(base, field) if self.is_receiver(function, base) => self.field(at, field, hops),
            Expr::Global(name) => self.global(at, name, hops),
            _ => Told::Unknown,
        }
    }

    fn local(&self, at: FunctionRef, local: LocalId, hops: u32) -> Told {
        let function = self.project.function(at);
        match function.local(local).kind {
            LocalKind::Variable | LocalKind::Temporary => {}
            LocalKind::Parameter => return self.parameter(at, local, hops),
            LocalKind::Captured | LocalKind::Shared | LocalKind::Exposed => return Told::Unknown,
        }
        let definitions = self.project.definitions(at).of(function, local);
        // `sock = context.wrap_socket(sock)` says nothing new.
        let is_itself = |definition: &Definition<'_>| match definition {
            Definition::Call(call) => {
                call.arguments.iter().any(|argument| *function.expr(argument.value) == Expr::Local(local))
            }
            _ => false,
        };
        let makers = definitions.filter(|definition| !is_itself(definition));
        let made = join(makers.map(|definition| self.definition(at, definition, hops)));
        let setters = self.setters(function, &|on| *function.expr(on) == Expr::Local(local));
        let kept = aliases(function, local).map(|field| match self.field_setters(at, field) {
            Told::Nothing => None,
            told => Some(told),
        });
        later(made, kept.flatten().fold(setters, later))
    }

    /// What all callers hand on, and what the function then says itself.
    fn parameter(&self, at: FunctionRef, parameter: LocalId, hops: u32) -> Told {
        let function = self.project.function(at);
        let is_assigned = self.project.definitions(at).of(function, parameter).next().is_some();
        let Some(values) = self.project.values_given(at, parameter).filter(|_| !is_assigned) else { return Told::Unknown };
        let made = join(values.into_iter().map(|(caller, value)| Some(self.told(caller, value, hops + CALL))));
        later(made, self.setters(function, &|on| *function.expr(on) == Expr::Local(parameter)))
    }

    fn definition(&self, at: FunctionRef, definition: Definition<'_>, hops: u32) -> Option<Told> {
        match definition {
            Definition::Value(value) if *self.project.function(at).expr(value) == Expr::Constant(&Constant::None) => None,
            Definition::Value(value) => Some(self.told(at, value, hops + 1)),
            Definition::Call(call) => Some(self.maker(at, call, hops + 1)),
            Definition::Item(_) | Definition::Failure => Some(Told::Unknown),
        }
    }

    /// A field of the class: what its methods put there.
    fn field(&self, at: FunctionRef, field: Name, hops: u32) -> Told {
        let mut made = Vec::new();
        for (method, function) in self.methods(at) {
            for statement in function.blocks.iter().flat_map(|block| &block.statements) {
                if let StatementKind::Assign(place, value) = statement.kind
                    && self.is_field(function, place, field)
                {
                    made.push(self.definition(method, Definition::Value(value), hops));
                }
            }
        }
        if made.is_empty() {
            made = self.made_with_object(at, field, hops);
        }
        later(join(made.into_iter()), self.field_setters(at, field))
    }

    /// What functions that make the whole object put into a field: of the parts of a struct, the one of the field's type.
    fn made_with_object(&self, at: FunctionRef, field: Name, hops: u32) -> Vec<Option<Told>> {
        let Some(ty) = self.project.owner(at).and_then(|class| self.project.declared_field(class, field)) else {
            return Vec::new();
        };
        let mut made = Vec::new();
        for (maker, function) in self.methods(at).filter(|(_, function)| !function.has_receiver) {
            for expr in &function.exprs {
                let Expr::Aggregate(Aggregate::Tuple, parts) = expr else { continue };
                let mut fitting = parts.iter().filter(|&&part| self.project.type_of(maker, part) == Some(ty));
                match (fitting.next(), fitting.next()) {
                    (Some(&part), None) => made.push(Some(self.told(maker, part, hops + 1))),
                    (Some(_), Some(_)) => made.push(Some(Told::Unknown)),
                    _ => {}
                }
            }
        }
        made
    }

    fn field_setters(&self, at: FunctionRef, field: Name) -> Told {
        self.methods(at)
            .map(|(_, method)| self.setters(method, &|on| self.is_field(method, on, field)))
            .fold(Told::Nothing, later)
    }

    /// A variable of the module, assigned at its top.
    fn global(&self, at: FunctionRef, name: Name, hops: u32) -> Told {
        let module = FunctionRef { file: at.file, function: FunctionId::new(0) };
        if at == module || self.project.files[at.file as usize].module.functions.is_empty() {
            return Told::Unknown;
        }
        let function = self.project.function(module);
        let variable = function.locals.iter().position(|local| local.name == name && local.kind == LocalKind::Variable);
        variable.map_or(Told::Unknown, |index| self.local(module, LocalId::new(index), hops + 1))
    }

    /// The functions of the class that `at` belongs to, in the same file.
    fn methods(&self, at: FunctionRef) -> impl Iterator<Item = (FunctionRef, &Function)> {
        let file = &self.project.files[at.file as usize];
        let family = self.project.function(at).owner.into_iter().flat_map(|owner| file.family(owner));
        family.map(move |(id, function)| (FunctionRef { file: at.file, function: id }, function))
    }

    fn is_receiver(&self, function: &Function, expr: ExprId) -> bool {
        function.receiver().is_some_and(|own| *function.expr(expr) == Expr::Local(own))
    }

    fn is_field(&self, function: &Function, expr: ExprId, field: Name) -> bool {
        matches!(*function.expr(expr), Expr::Field(base, name) if name == field && self.is_receiver(function, base))
    }

    /// What the call that made the object said: `create_connection(address, timeout=5)`, `builder.timeout(d).build()`.
    fn maker(&self, at: FunctionRef, call: &Call, hops: u32) -> Told {
        if call.has_spread() || hops > MAX_HOPS {
            return Told::Unknown;
        }
        let function = self.project.function(at);
        let set_by = |name: Name| self.timeout.set_by.contains(&name);
        if let Some(argument) = call.arguments.iter().find(|a| a.name.is_some_and(set_by)) {
            return of_setting(function, argument.value);
        }
        let model = self.project.resolve(at, call).model.map(|(model, _)| model);
        if let Some(wrapped) = model.and_then(|model| model.wraps).and_then(|index| call.arguments.get(index as usize)) {
            return self.told(at, wrapped.value, hops + 1);
        }
        // `wrap_socket(sock)` takes the timeout over.
        let of = model.and_then(|model| model.timeout.as_ref()?.of).and_then(|index| call.arguments.get(index as usize));
        if let Some(wrapped) = of.filter(|_| model.is_some_and(|model| model.effect == Effect::Connect)) {
            return self.told(at, wrapped.value, hops + 1);
        }
        // What Python connects in time keeps the timeout for its reads.
        if !crate::sites::is_rust(self.project, at)
            && let Some(timeout) = model.and_then(|model| model.timeout.as_ref())
            && let Some(argument) = call.argument(timeout.keyword, timeout.position.map(|position| position as usize))
        {
            return of_setting(function, argument);
        }
        if let Callee::Method(_, method) = call.callee
            && set_by(method)
        {
            return call.arguments.first().map_or(Told::Unknown, |argument| of_setting(function, argument.value));
        }
        if let Callee::Value(value) = call.callee {
            return if call.awaited { self.told(at, value, hops + 1) } else { Told::Unknown };
        }
        let Some(model) = model else { return Told::Unknown };
        match (model.effect, call.callee) {
            (Effect::Request, _) => Told::Unknown,
            (Effect::Accept | Effect::Connect, _) => Told::Nothing,
            (Effect::View, Callee::Path(_)) => {
                call.arguments.first().map_or(Told::Unknown, |argument| self.told(at, argument.value, hops + 1))
            }
            (Effect::Create, Callee::Path(_)) if model.returns.is_some() && call.positional() <= 2 => Told::Nothing,
            (_, Callee::Method(receiver, _)) if model.returns.is_some() || model.effect == Effect::View => {
                let told = self.told(at, receiver, hops + 1);
                // `stack.enter_context(create_connection(address, 1.0))`
                match &*call.arguments {
                    [only] if self.told(at, only.value, hops + 1) == Told::Seconds => Told::Seconds,
                    _ => told,
                }
            }
            _ => Told::Unknown,
        }
    }

    /// What methods and fields of the object itself say: `sock.settimeout(5)`, `connection.timeout = 5`.
    fn setters(&self, function: &Function, is_object: &dyn Fn(ExprId) -> bool) -> Told {
        let mut told = Told::Nothing;
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let set = match &statement.kind {
                StatementKind::Call(call) => match call.callee {
                    Callee::Method(on, method) if self.timeout.set_by.contains(&method) && is_object(on) => {
                        call.arguments.first().map_or(Told::Unknown, |argument| of_setting(function, argument.value))
                    }
                    Callee::Method(on, method) if method == "setsockopt" && bounds_socket(function, call) && is_object(on) => {
                        Told::Seconds
                    }
                    _ => continue,
                },
                StatementKind::Assign(place, value) => match *function.expr(*place) {
                    Expr::Field(on, name) if self.timeout.set_by.contains(&name) && is_object(on) => {
                        of_setting(function, *value)
                    }
                    // `session.request = partial(session.request, timeout=5)`
                    Expr::Field(on, name) if is_object(on) && self.project.models.hints_of(name).timed => Told::Unknown,
                    _ => continue,
                },
                _ => continue,
            };
            told = match (told, set) {
                (Told::Nothing, set) => set,
                (Told::Never, Told::Never) => Told::Never,
                _ => Told::Unknown,
            };
        }
        told
    }

    /// Whether the object is, or wraps, a connection that was opened where it was made.
    fn is_connection(&self, at: FunctionRef, expr: ExprId, hops: u32) -> bool {
        let function = self.project.function(at);
        let Expr::Local(local) = *function.expr(expr) else { return false };
        hops < MAX_HOPS
            && self.project.definitions(at).of(function, local).any(|definition| match definition {
                Definition::Value(value) => self.is_connection(at, value, hops + 1),
                Definition::Call(call) => self.project.resolve(at, call).model.is_some_and(|(model, _)| match model.effect {
                    Effect::Connect => true,
                    Effect::View => call.arguments.first().is_some_and(|a| self.is_connection(at, a.value, hops + 1)),
                    _ => model
                        .wraps
                        .and_then(|index| call.arguments.get(index as usize))
                        .is_some_and(|wrapped| self.is_connection(at, wrapped.value, hops + 1)),
                }),
                _ => false,
            })
    }
}

/// What is put into fields of the receiver: `self.sock = sock`.
fn aliases(function: &Function, local: LocalId) -> impl Iterator<Item = Name> {
    function.blocks.iter().flat_map(|block| &block.statements).filter_map(move |statement| match statement.kind {
        StatementKind::Assign(place, value) if *function.expr(value) == Expr::Local(local) => match *function.expr(place) {
            Expr::Field(_, field) => Some(field),
            _ => None,
        },
        _ => None,
    })
}

fn of_setting(function: &Function, value: ExprId) -> Told {
    match function.expr(value) {
        Expr::Constant(Constant::None) => Told::Never,
        Expr::Constant(_) | Expr::Variant(..) | Expr::Aggregate(..) => Told::Seconds,
        _ => Told::Unknown,
    }
}

/// Whether a connection is told where to by a text that may hold a timeout as well, by its name: `connect(self.conninfo)`.
fn is_given_options(function: &Function, call: &Call, model: &CallModel) -> bool {
    const NAMES: [&str; 7] = ["dsn", "conninfo", "connstr", "conn_str", "conn_string", "connection_string", "connect_string"];
    let first = call.arguments.first().filter(|argument| argument.name.is_none() && model.effect == Effect::Connect);
    let named = first.and_then(|argument| function.path(argument.value));
    named.is_some_and(|path| path.rsplit('.').next().is_some_and(|last| NAMES.contains(&last)))
}

/// Whether a socket gets a timeout of the system, which bounds its connect as well: `setsockopt(SOL_SOCKET, SO_SNDTIMEO, value)`.
fn bounds_socket(function: &Function, call: &Call) -> bool {
    let is_timeout =
        |name: &Name| matches!(unspin_ir::last_part(*name).as_str(), "SO_SNDTIMEO" | "SO_RCVTIMEO" | "TCP_USER_TIMEOUT");
    call.arguments.iter().any(|argument| matches!(function.expr(argument.value), Expr::Global(name) if is_timeout(name)))
}

/// Of several ways to make an object, the least that is known; `None` where there is no object at all.
fn join(makers: impl Iterator<Item = Option<Told>>) -> Told {
    let mut joined: Option<Told> = None;
    for told in makers.flatten() {
        joined = Some(match joined {
            None => told,
            Some(known) if known == told => known,
            Some(_) => Told::Unknown,
        });
    }
    joined.unwrap_or(Told::Unknown)
}

/// What is said of an object after it was made stands, if anything is.
fn later(made: Told, set: Told) -> Told {
    match (made, set) {
        (made, Told::Nothing) => made,
        (Told::Unknown, Told::Never) => Told::Unknown,
        (_, set) => set,
    }
}
