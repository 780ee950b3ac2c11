//! Which functions run as threads or tasks of their own, and whether anybody keeps the handle.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use unspin_ir::{Call, Callee, Expr, ExprId, Function, FunctionId, LocalId, StatementKind, Terminator};

use crate::model::Effect;
use crate::project::{Remark, SourceFile};
use crate::{FunctionRef, Project};

/// What runs a function besides its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runner {
    /// A thread whose handle is dropped.
    DetachedThread,
    /// A task whose handle is dropped.
    DetachedTask,
    /// A thread that is kept, or may be.
    Thread,
    /// A task that is kept, or may be.
    Task,
    /// A task that its group, or whoever cancels it in the same file, ends.
    Ended,
}

/// Runners of the functions of each file.
#[derive(Debug, Default)]
pub(crate) struct Runners {
    files: Vec<OnceLock<FxHashMap<FunctionId, Runner>>>,
}

impl Runners {
    pub(crate) fn new(files: usize) -> Self {
        Self { files: (0..files).map(|_| OnceLock::new()).collect() }
    }
}

impl Project {
    /// What runs a function, if a call of the same file hands it to a thread or task.
    pub(crate) fn runner(&self, at: FunctionRef) -> Option<Runner> {
        let runners = self.runners.files[at.file as usize].get_or_init(|| of_file(self, at.file));
        runners.get(&at.function).copied().or_else(|| self.is_body_of_thread(at).then_some(Runner::Thread))
    }

    /// Whether the file runs a function in a thread that goes with its process: `Thread(target=run, daemon=True)`, where `run`
    /// is it, or calls it.
    pub(crate) fn runs_in_daemon(&self, at: FunctionRef) -> bool {
        let module = &self.files[at.file as usize].module;
        let is_daemon = |function: &Function, call: &Call| {
            call.arguments.iter().any(|argument| {
                argument.name.is_some_and(|name| name == "daemon")
                    && *function.expr(argument.value) == Expr::Constant(&unspin_ir::Constant::Bool(true))
            })
        };
        let runs = |target: FunctionId| {
            let target = FunctionRef { function: target, ..at };
            let mut calls = self.function(target).calls();
            target == at || calls.any(|(call, _)| self.resolve_targets(target, call).targets.contains(&at))
        };
        module.functions.iter().enumerate().any(|(index, function)| {
            let starter = FunctionRef { function: FunctionId::new(index), ..at };
            function.calls().filter(|(call, _)| is_daemon(function, call)).any(|(call, _)| {
                let target = call.argument(Some(unspin_ir::name("target")), None);
                target.and_then(|target| function_of(self, starter, function, target)).is_some_and(runs)
            })
        })
    }

    /// `run` of a class of threads, which is no daemon as far as the file says.
    fn is_body_of_thread(&self, at: FunctionRef) -> bool {
        let function = self.function(at);
        let Some(class) = self.owner(at).filter(|_| function.name == "run") else { return false };
        let speaks_of_daemons = |function: &Function| {
            function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => matches!(function.expr(*place), Expr::Field(_, name) if *name == "daemon"),
                StatementKind::Call(call) => {
                    // A thread that is given a function is another one.
                    let given = |word: &str| call.arguments.iter().any(|argument| argument.name.is_some_and(|n| n == word));
                    let named = given("daemon") && !given("target");
                    named || matches!(call.callee, Callee::Method(_, method) if method == "setDaemon")
                }
                _ => false,
            })
        };
        let file = &self.files[at.file as usize];
        self.is_subclass(self.class_name(class), unspin_ir::name("threading.Thread"))
            && !file.families.says(Remark::Daemons, || file.module.functions.iter().any(speaks_of_daemons))
    }
}

fn of_file(project: &Project, file: u32) -> FxHashMap<FunctionId, Runner> {
    let mut runners = FxHashMap::default();
    let module = &project.files[file as usize].module;
    for (index, function) in module.functions.iter().enumerate() {
        let at = FunctionRef { file, function: FunctionId::new(index) };
        if !project.outline(at).deeds.spawns {
            continue;
        }
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let StatementKind::Call(call) = &statement.kind else { continue };
            if project.models.hints(call.callee).is_some_and(|hints| !hints.spawns) {
                continue;
            }
            let Some((model, _)) = project.resolve(at, call).model.filter(|(model, _)| model.effect == Effect::Spawn) else {
                continue;
            };
            let Some(spawns) = &model.spawns else { continue };
            let position = spawns.position.map(|position| position as usize);
            let Some(argument) = call.argument(spawns.keyword, position) else { continue };
            if let Some(target) = function_of(project, at, function, argument) {
                let is_thread = model.path.iter().chain(&model.method).any(|p| p.contains("hread"));
                let runner = if model.holds {
                    Some(Runner::Ended)
                } else {
                    runner_of(function, call, is_thread, &project.files[file as usize])
                };
                let Some(runner) = runner else { continue };
                runners.entry(target).or_insert(runner);
                if let Some(only) = only_call(project, FunctionRef { file, function: target }) {
                    runners.entry(only).or_insert(runner);
                }
            }
        }
    }
    runners
}

/// The function of the same file that a closure only calls: `move || run(&state)`.
fn only_call(project: &Project, at: FunctionRef) -> Option<FunctionId> {
    let closure = project.function(at);
    let [block] = &closure.blocks[..] else { return None };
    let mut calls = block.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(call),
        _ => None,
    });
    let is_closure = closure.parent.is_some() && !closure.is_test;
    let call = calls.next().filter(|_| calls.next().is_none() && is_closure)?;
    let found = project.resolve_targets(at, call);
    let target = found.targets.first().filter(|target| found.exact && target.file == at.file)?;
    Some(target.function)
}

/// The function that an argument stands for: a closure, a name of the file, a method of the same class, or a call of one
/// (`spawn(self.run())`).
pub(crate) fn function_of(project: &Project, at: FunctionRef, function: &Function, argument: ExprId) -> Option<FunctionId> {
    let module = &project.files[at.file as usize].module;
    let find = |qualified: &str| module.functions.iter().position(|f| f.is_qualified(qualified)).map(FunctionId::new);
    match function.expr(argument) {
        Expr::Function(id) => Some(*id),
        Expr::Global(name) => find(name.as_str()),
        Expr::Field(_, method) => find(&format!("{}.{method}", function.owner?)),
        Expr::Local(local) => {
            let definition = definition(function, *local)?;
            match definition {
                Defined::Value(value) => match function.expr(value) {
                    Expr::Function(id) => Some(*id),
                    _ => None,
                },
                Defined::Call(call) => {
                    let resolution = project.resolve(at, call);
                    let target = resolution.targets.first().filter(|target| target.file == at.file)?;
                    Some(target.function)
                }
            }
        }
        _ => None,
    }
}

enum Defined<'f> {
    Value(ExprId),
    Call(&'f Call),
}

fn definition(function: &Function, local: LocalId) -> Option<Defined<'_>> {
    function.blocks.iter().flat_map(|block| &block.statements).find_map(|statement| match &statement.kind {
        StatementKind::Assign(place, value) if *function.expr(*place) == Expr::Local(local) => Some(Defined::Value(*value)),
        StatementKind::Call(call) if call.result == Some(local) => Some(Defined::Call(call)),
        _ => None,
    })
}

/// `None` for a daemon, which the process ends.
fn runner_of(function: &Function, call: &Call, is_thread: bool, file: &SourceFile) -> Option<Runner> {
    let is_dropped = call.result.is_none_or(|result| !is_kept(function, result, 0));
    let daemon = call.arguments.iter().any(|a| a.name.is_some_and(|name| name == "daemon"));
    let is_constructor = matches!(call.callee, Callee::Path(path) if path.ends_with("Thread") || path.ends_with("Process"));
    if daemon {
        return None;
    }
    // A thread of Rust cannot be aborted.
    let may_end = !is_dropped && (file.module.shares_objects || !is_thread);
    let is_green = matches!(call.callee, Callee::Path(path) if path.starts_with("gevent."));
    let is_killed = || is_green && file.families.says(Remark::Kills, || calls_any(&file.module, &["kill", "killall"]));
    let is_cancelled =
        || file.families.says(Remark::Cancels, || calls_any(&file.module, &["cancel", "abort", "abort_all", "shutdown"]));
    if may_end && (is_cancelled() || is_killed()) {
        return Some(Runner::Ended);
    }
    Some(match (is_thread, is_dropped && !is_constructor && !file.module.shares_objects) {
        (true, true) => Runner::DetachedThread,
        (true, false) => Runner::Thread,
        (false, true) => Runner::DetachedTask,
        (false, false) => Runner::Task,
    })
}

/// Whether a file calls a method of one of these names.
fn calls_any(module: &unspin_ir::Module, names: &[&str]) -> bool {
    let is_one = |call: &Call| matches!(call.callee, Callee::Method(_, method) if names.contains(&method.as_str()));
    module.functions.iter().any(|function| function.calls().any(|(call, _)| is_one(call)))
}

/// Whether the value of a local is stored, returned, handed on or used beyond `unwrap`.
fn is_kept(function: &Function, local: LocalId, depth: u32) -> bool {
    let reads = |expr: ExprId| crate::shape::mentions(function, expr, local);
    for block in &function.blocks {
        for statement in &block.statements {
            let kept = match &statement.kind {
                StatementKind::Assign(place, value) if reads(*value) => match function.expr(*place) {
                    Expr::Local(other) if *other != local && depth < 3 => {
                        is_kept(function, *other, depth + 1) || !is_unused(function, *other)
                    }
                    _ => true,
                },
                StatementKind::Call(call) => {
                    let on_it = matches!(call.callee, Callee::Method(receiver, _) | Callee::Value(receiver) if reads(receiver));
                    let as_argument = call.arguments.iter().any(|a| reads(a.value));
                    as_argument
                        || (on_it && call.result.is_none_or(|result| depth >= 3 || is_kept(function, result, depth + 1)))
                }
                StatementKind::Yield(value) => value.is_some_and(reads),
                _ => false,
            };
            if kept {
                return true;
            }
        }
        let kept = match &block.terminator {
            Terminator::Return(Some(value)) => reads(*value),
            Terminator::Branch { test, .. } => reads(*test),
            _ => false,
        };
        if kept {
            return true;
        }
    }
    false
}

/// A named binding keeps a handle until its scope ends, which is where a task or thread is let go.
fn is_unused(function: &Function, local: LocalId) -> bool {
    function.local(local).name.starts_with('_') || function.local(local).kind == unspin_ir::LocalKind::Temporary
}
