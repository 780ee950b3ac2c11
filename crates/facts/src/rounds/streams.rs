//! What the source says of a stream, by which its end does not come here or is not what it seems: both ends of a pipe are
//! the program's own, a terminal is read key by key, the position is compared, the reader was sent to a place that a table
//! names.

use unspin_ir::{Call, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalKind, Name, StatementKind, Terminator};

use super::Mode;
use super::calls::Context;
use super::machine::Machine;
use super::state::{EndSite, State, Test};
use super::value::{Node, Operator, ValueId};
use crate::{Certainty, FunctionRef};

/// What starts a process that may get one end of a pipe.
const STARTS: [&str; 7] =
    ["fork", "forkpty", "posix_spawn", "Popen", "Process", "create_subprocess_exec", "create_subprocess_shell"];

impl<'p> Machine<'p> {
    /// `os.read(master, n)`: a terminal whose other end is gone is a failure.
    pub(super) fn fails_at_end(&self, cx: &Context<'_, 'p>) -> bool {
        let Some(stream) = Self::stream_of(cx) else { return false };
        if let Some(ty) = self.project.type_of(cx.at, stream) {
            return self.project.models.fails_at_end(ty);
        }
        let name = name_of(cx.function, stream);
        let is_pipe = |function: &Function| ends_of_pair(function).iter().any(|&end| name_of(function, end) == name);
        matches!(cx.call.callee, Callee::Path(path) if path == "os.read")
            && self.file_calls(cx.at, &["openpty", "forkpty", "posix_openpt"])
            && !self.functions(cx.at).iter().any(is_pipe)
    }

    /// Whether some function of the file calls one of these names.
    fn file_calls(&self, at: FunctionRef, names: &[&str]) -> bool {
        let is_one = |call: &Call| {
            let name = call.callee.name();
            name.is_some_and(|name| names.contains(&unspin_ir::last_part(name).as_str()))
        };
        self.functions(at).iter().any(|function| function.calls().any(|(call, _)| is_one(call)))
    }

    fn functions(&self, at: FunctionRef) -> &'p [Function] {
        &self.project.files[at.file as usize].module.functions
    }

    /// Whether both ends of a pipe are the program's own, which wakes itself up by it.
    pub(super) fn is_own_pipe(&self, cx: &Context<'_, 'p>) -> bool {
        let Some(mut stream) = Self::stream_of(cx) else { return false };
        while let Expr::Index(base, _) = *cx.function.expr(stream) {
            stream = base;
        }
        match *cx.function.expr(stream) {
            Expr::Field(owner, field) => {
                let is_of_pair = self.project.type_of(cx.at, stream).is_some_and(|ty| self.project.models.is_pair(ty));
                self.keeps_both_ends(cx, owner, field, is_of_pair)
            }
            Expr::Local(local) => {
                let entry = cx.function.local(local);
                match entry.kind {
                    LocalKind::Parameter => self.is_handed_end(cx, entry.name),
                    LocalKind::Captured | LocalKind::Shared => {
                        self.functions(cx.at).iter().any(|function| keeps_ends(function, entry.name))
                    }
                    _ => keeps_ends(cx.function, entry.name),
                }
            }
            _ => false,
        }
    }

    /// Whether both ends are fields of the object, and no process that the class starts has one of them.
    fn keeps_both_ends(&self, cx: &Context<'_, 'p>, owner: ExprId, field: Name, is_of_pair: bool) -> bool {
        let project = self.project;
        let own =
            (cx.function.receiver().map(Expr::Local).as_ref() == Some(cx.function.expr(owner))).then(|| project.owner(cx.at));
        let typed = || project.type_of(cx.at, owner).and_then(|ty| project.class(ty));
        let Some(class) = own.flatten().or_else(typed) else { return is_of_pair };
        if project.methods_of(class).any(|method| gives_away(project.function(method), field)) {
            return false;
        }
        let is_field = |name: Name| project.class_data(class).fields.iter().any(|declared| declared.name == name);
        is_of_pair
            || project.methods_of(class).any(|method| {
                let function = project.function(method);
                let ends = ends_of_pair(function);
                let names: Vec<Name> = ends.iter().map(|&end| name_of(function, end)).collect();
                let is_kept =
                    |end: &ExprId| matches!(function.expr(*end), Expr::Field(..)) || is_field(name_of(function, *end));
                names.contains(&field) && ends.iter().all(is_kept)
            })
    }

    /// Whether some function of the file makes a pair and hands one end to this one, directly or to run it as a task.
    fn is_handed_end(&self, cx: &Context<'_, 'p>, parameter: Name) -> bool {
        let own = cx.function;
        let names = own.parameters.iter().skip(usize::from(own.has_receiver)).map(|parameter| own.local(parameter.local).name);
        let Some(index) = names.into_iter().position(|name| name == parameter) else { return false };
        self.functions(cx.at).iter().any(|function| {
            let ends = ends_of_pair(function);
            let is_end = |expr: ExprId| match *function.expr(expr) {
                Expr::Local(local) => {
                    let name = function.local(local).name;
                    ends.iter().any(|&end| name_of(function, end) == name) && !gives_away(function, name)
                }
                _ => false,
            };
            let is_self =
                |expr: ExprId| function.path(expr).is_some_and(|path| path.rsplit('.').next() == Some(own.name.as_str()));
            !ends.is_empty()
                && function.calls().any(|(call, _)| {
                    let task = call.arguments.iter().position(|argument| is_self(argument.value));
                    let first = match task {
                        Some(task) => task + 1,
                        None if call.callee.name().is_some_and(|name| unspin_ir::last_part(name) == own.name) => 0,
                        None => return false,
                    };
                    call.arguments.get(first + index).is_some_and(|argument| is_end(argument.value))
                })
        })
    }

    /// Standard input in a file that sets a terminal up to be read key by key: there nothing means that no key was pressed,
    /// and a terminal that is gone fails.
    pub(super) fn is_raw_terminal(&self, cx: &Context<'_, 'p>) -> bool {
        const SETS_UP: [&str; 8] =
            ["tcsetattr", "cfmakeraw", "setraw", "setcbreak", "enable_raw_mode", "into_raw_mode", "setupterm", "cbreak"];
        let Some(stream) = Self::stream_of(cx) else { return false };
        let label = self.project.receiver_label(cx.at, stream);
        (label.is_some_and(|label| label.contains("stdin")) || self.is_descriptor_of_input(cx, stream))
            && self.file_calls(cx.at, &SETS_UP)
    }

    /// `fd = sys.stdin.fileno()`, here or at the top of the file.
    fn is_descriptor_of_input(&self, cx: &Context<'_, 'p>, stream: ExprId) -> bool {
        let Some(descriptor) = cx.function.path(stream) else { return false };
        self.functions(cx.at).iter().any(|function| {
            let is_it = |place: ExprId| function.path(place).is_some_and(|path| path == descriptor);
            let mut statements = function.blocks.iter().flat_map(|block| &block.statements);
            let is_result = |local| function.local(local).name.as_str() == descriptor;
            let gets_it = |kind: &StatementKind| match kind {
                StatementKind::Assign(place, _) => is_it(*place),
                StatementKind::Call(call) => call.result.is_some_and(is_result),
                _ => false,
            };
            statements.any(|statement| gets_it(&statement.kind))
                && function.calls().any(|(call, _)| match call.callee {
                    Callee::Method(receiver, method) if method == "fileno" => {
                        function.path(receiver).is_some_and(|path| path.ends_with("stdin"))
                    }
                    Callee::Path(path) => path.ends_with("stdin.fileno"),
                    _ => false,
                })
        })
    }

    /// Whether the source asks of what has ended something that may well be the end: `reader.writer_dropped`,
    /// `cursor.position()`.
    pub(super) fn asks_stream(&self, state: &State, end: EndSite) -> bool {
        let Some(stream) = end.stream.filter(|_| self.mode != Mode::NothingTaken) else { return false };
        let asks = |node: &Node| match node {
            Node::Apply(Operator::Call(name), of) if of.contains(&stream) => {
                matches!(
                    name.as_str(),
                    "position" | "remaining" | "has_remaining" | "is_empty" | "at_eof" | "is_eof" | "eof" | "len"
                )
            }
            Node::Apply(Operator::Length, of) => of.contains(&stream),
            _ => false,
        };
        let function = self.project.function(self.at);
        let reads_field = |test: &Test| {
            let Terminator::Branch { test, .. } = function.block(test.block).terminator else { return false };
            crate::shape::any_part(function, test, |part| {
                matches!(*function.expr(part), Expr::Field(owner, _)
                    if function.path(owner).is_some_and(|path| Some(unspin_ir::name(&path)) == end.path))
            })
        };
        let is_guessed = end.certainty != Certainty::Certain;
        state.tests.iter().filter(|test| test.depth == 0).any(|test| {
            self.values.any_part(test.slot.value, &asks)
                || self.compares_position(test.slot.value, stream)
                || (is_guessed && reads_field(test))
        })
    }

    /// `f.tell() < size`: at its end it is there, unless the place to stop at was reckoned from what the input says itself:
    /// `f.tell() + length`.
    fn compares_position(&self, test: ValueId, stream: ValueId) -> bool {
        let is_position = |node: &Node| {
            matches!(node, Node::Apply(Operator::Call(name), of)
                if of.contains(&stream) && matches!(name.as_str(), "tell" | "stream_position"))
        };
        self.values.any_part(test, &|node: &Node| match node {
            Node::Apply(Operator::Compare(_), sides) => {
                let of_position: Vec<bool> = sides.iter().map(|&side| self.values.any_part(side, &is_position)).collect();
                of_position.iter().any(|&is| is)
                    && sides.iter().zip(&of_position).all(|(&side, &is)| is || !self.is_reckoned(side))
            }
            _ => false,
        })
    }

    /// Whether a value is a sum, here or where the variable that holds it got it.
    fn is_reckoned(&self, value: ValueId) -> bool {
        use unspin_ir::BinaryOp;
        match *self.values.node(value) {
            Node::Apply(Operator::Binary(BinaryOp::Add), _) => true,
            Node::Start(0, local) => {
                let function = self.project.function(self.at);
                let Some(shape) = self.shapes.get(&self.at) else { return false };
                let mut values = shape.definitions(local).iter().filter_map(|definition| definition.value);
                values.any(|value| matches!(function.expr(value), Expr::Binary(BinaryOp::Add, ..)))
            }
            _ => false,
        }
    }

    /// Whether the function goes to a place in the stream that it is given: the reader of a record whose place an index
    /// knows, so that somebody has read it before.
    pub(super) fn is_told_where(&self, state: &State, end: EndSite) -> bool {
        // To count what is read is no search for what has been seen.
        let looks_for = |node: &Node| {
            matches!(node, Node::Apply(Operator::Compare(CompareOp::In | CompareOp::NotIn) | Operator::Call(_), _))
        };
        let is_search = |test: &Test| match self.values.node(test.slot.value) {
            Node::Literal(_) => test.slot.from_end,
            _ => self.values.any_part(test.slot.value, &looks_for),
        };
        if !state.tests.iter().any(is_search) {
            return false;
        }
        let function = self.project.function(self.at);
        let receiver = function.receiver();
        let is_given = |expr: ExprId| {
            crate::shape::any_part(function, expr, |part| {
                matches!(*function.expr(part), Expr::Local(local)
                    if Some(local) != receiver && function.local(local).kind == LocalKind::Parameter)
            })
        };
        let is_same = |stream: ExprId| function.path(stream).is_some_and(|path| Some(unspin_ir::name(&path)) == end.path);
        function.calls().any(|(call, _)| match call.callee {
            Callee::Method(stream, method) if method == "seek" => {
                is_same(stream) && call.arguments.first().is_some_and(|place| is_given(place.value))
            }
            _ => false,
        })
    }
}

/// `device.read(64, timeout_ms=100)`: nothing came in that time.
pub(super) fn is_asked_for_a_while(cx: &Context<'_, '_>) -> bool {
    cx.call.arguments.iter().any(|argument| {
        argument.name.is_some_and(|name| name.contains("timeout") || name.contains("deadline"))
            && *cx.function.expr(argument.value) != Expr::Constant(&Constant::None)
    })
}

/// Whether a function makes a pair of which one end is called so, and no process that it starts has that.
fn keeps_ends(function: &Function, name: Name) -> bool {
    ends_of_pair(function).iter().any(|&end| name_of(function, end) == name) && !gives_away(function, name)
}

/// Whether a function that has to do with an end of a pair starts a process.
fn gives_away(function: &Function, end: Name) -> bool {
    let starts = |call: &Call| {
        call.callee.name().is_some_and(|name| STARTS.contains(&name.as_str()))
            || matches!(call.callee, Callee::Path(path) if path.starts_with("subprocess."))
    };
    let mentions = || {
        let is_end = |expr: &Expr| matches!(*expr, Expr::Field(_, name) if name == end);
        function.locals.iter().any(|local| local.name == end) || function.exprs.iter().any(is_end)
    };
    function.calls().any(|(call, _)| starts(call)) && mentions()
}

/// The name of a variable or field.
fn name_of(function: &Function, place: ExprId) -> Name {
    match *function.expr(place) {
        Expr::Local(local) => function.local(local).name,
        Expr::Field(_, field) => field,
        _ => unspin_ir::name(""),
    }
}

/// The variables and fields that get the two ends of a pair: `let (reader, writer) = UnixStream::pair()?;`.
fn ends_of_pair(function: &Function) -> Vec<ExprId> {
    let makes = |callee: Callee| {
        let name = callee.name().map(|name| unspin_ir::last_part(name).as_str().trim_start_matches('_'));
        matches!(name, Some("pair" | "socketpair" | "pipe" | "pipe2" | "make_pipe"))
    };
    let pairs: Vec<_> = function.calls().filter(|(call, _)| makes(call.callee)).filter_map(|(call, _)| call.result).collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match statement.kind {
            StatementKind::Assign(place, value) => match (function.expr(place), function.expr(value)) {
                (Expr::Local(_) | Expr::Field(..), Expr::Index(pair, _)) => {
                    matches!(function.expr(*pair), Expr::Local(pair) if pairs.contains(pair)).then_some(place)
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}
