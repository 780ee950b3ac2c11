//! Waits that somebody chose: a script or a tool whose person stops it, `None` written out for the timeout, a type that can
//! be made in time as well, a stream that does not block.

use unspin_ir::{BasicBlock, Call, Callee, Constant, Expr, Function, FunctionId, FunctionKind, Name, Terminator};

use super::Context;
use crate::model::CallModel;
use crate::{FunctionRef, Project};

impl Context<'_> {
    /// Whether `timeout=None` is written out.
    pub(super) fn says_never(&self, call: &Call, model: &CallModel) -> bool {
        let argument = model
            .timeout
            .as_ref()
            .and_then(|timeout| call.argument(timeout.keyword, timeout.position.map(|position| position as usize)));
        argument.is_some_and(|argument| *self.function.expr(argument) == Expr::Constant(&Constant::None))
    }

    /// Whether the function makes an object of a type that can be made with a timeout, or of a connection that is there, as
    /// well: then whoever needs a limit has one.
    pub(super) fn is_one_way_of_several(&self) -> bool {
        let Some(class) = self.project.owner(self.at).filter(|_| !self.function.has_receiver) else { return false };
        let takes = |function: &Function| {
            let mut names = function.parameters.iter().map(|parameter| function.local(parameter.local).name);
            names.any(|name| name.contains("timeout") || is_connection(&name))
        };
        self.project.methods_of(class).filter(|&method| method != self.at).any(|method| {
            let function = self.project.function(method);
            let is_of_class = |ty: Name| unspin_ir::last_part(ty) == unspin_ir::last_part(self.project.class_name(class));
            let makes = !function.has_receiver && function.returns.is_some_and(is_of_class);
            makes && (function.name.contains("timeout") || takes(function))
        })
    }

    /// Whether the source looks for a handshake that is not done yet: then the stream does not block, or not for long.
    pub(super) fn expects_to_be_interrupted(&self) -> bool {
        let is_pending = |name: Name| matches!(unspin_ir::last_part(name).as_str(), "Interrupted" | "WouldBlock");
        let is_handled = |block: &unspin_ir::BasicBlock| match &block.terminator {
            Terminator::Dispatch { handlers, .. } => {
                handlers.iter().flat_map(|handler| &handler.classes).any(|&class| is_pending(class))
            }
            _ => false,
        };
        self.function.exprs.iter().any(|expr| matches!(expr, Expr::HasVariant(_, variant) if is_pending(*variant)))
            || self.function.blocks.iter().any(is_handled)
    }
}

/// Whether a name is that of a connection: `tcp_stream`, and not `socks_server`.
fn is_connection(name: &str) -> bool {
    name.rsplit('_')
        .next()
        .is_some_and(|last| matches!(last, "stream" | "sock" | "socket" | "conn" | "connection" | "transport"))
}

/// Whether a function is part of a script, or speaks with a person who waits for it: below `if __name__ == "__main__"`, by
/// what it reads from the terminal, because it ends the process, or as a tool of those who work on the project.
pub(super) fn is_script(project: &Project, at: FunctionRef) -> bool {
    is_for_person(project, at) || speaks_with_person(project, at)
}

/// The same, but for a function that ends the process: a service may give up as well.
pub(crate) fn is_for_person(project: &Project, at: FunctionRef) -> bool {
    project.function(at).kind == FunctionKind::Module
        || is_below_guard(project, at)
        || is_loose_script(project, at)
        || is_asked_for(project, at)
        || is_of_maintainers(project, at)
}

/// Whether the file can be run and lies in a folder that is no package: `utils/fetch.py`. What lies at the top may be the
/// program itself.
fn is_loose_script(project: &Project, at: FunctionRef) -> bool {
    let module = &project.files[at.file as usize].module;
    let in_package = |folder: Name| project.index.modules.contains_key(&folder);
    unspin_ir::parent_path(module.name).is_some_and(|folder| !in_package(folder)) && guards(project, at).next().is_some()
}

/// Whether the top of the file, or a function of the file that calls this one, asks a person for something: then that
/// person waits.
fn is_asked_for(project: &Project, at: FunctionRef) -> bool {
    let asks = |asking: FunctionRef| {
        let is_question = |call: &Call| matches!(call.callee, Callee::Path(path) if ASKS.contains(&path.as_str()));
        project.function(asking).calls().any(|(call, _)| is_question(call))
    };
    let top = FunctionRef { file: at.file, function: FunctionId::new(0) };
    let is_python = project.files[at.file as usize].module.shares_objects;
    is_python && (asks(top) || asks(at) || project.calls_in_file(at).any(|(caller, _, _)| asks(caller)))
}

/// Whether the file lies beside the packages of the project, in a folder for those who work on it or by a name for them:
/// `scripts/release.py`, `noxfile.py`.
fn is_of_maintainers(project: &Project, at: FunctionRef) -> bool {
    const FOLDERS: [&str; 15] = [
        "scripts",
        "script",
        "tools",
        "tooling",
        "ci",
        "dev",
        "devtools",
        "dev-utils",
        "contrib",
        "hack",
        "misc",
        "setup",
        "doc",
        "docs",
        "xtask",
    ];
    let module = &project.files[at.file as usize].module;
    let is_for_building =
        matches!(module.name.as_str(), "build" | "make" | "publish" | "release" | "setup" | "noxfile" | "fabfile");
    let mut parts = module.name.as_str().split('.');
    // `.github/scripts/labels.py`
    // `xtask_codegen`: one of several crates for that.
    let is_for_work = |top: &str| top.is_empty() || FOLDERS.contains(&top) || top.starts_with("xtask_");
    let is_beside = parts.next().is_some_and(is_for_work) && parts.next().is_some();
    // `package/scripts/launch.py`: what is installed as a command.
    let is_within = || {
        let folder = unspin_ir::parent_path(module.name);
        folder.is_some_and(|folder| folder.split('.').any(|part| matches!(part, "scripts" | "demos" | "demo" | "examples")))
    };
    is_beside || (module.shares_objects && (is_for_building || is_within()))
}

fn is_below_guard(project: &Project, at: FunctionRef) -> bool {
    guards(project, at).any(|guard| guard.span.start < project.function(at).name_span.start)
}

/// Where a file of Python asks whether it is run: `if __name__ == "__main__":`.
fn guards(project: &Project, at: FunctionRef) -> impl Iterator<Item = &BasicBlock> {
    let file = &project.files[at.file as usize];
    let module = file.module.functions.first().filter(|_| file.module.shares_objects);
    let is_guard = |module: &Function, block: &BasicBlock| match block.terminator {
        Terminator::Branch { test, .. } => match *module.expr(test) {
            Expr::Compare(_, name, _) => *module.expr(name) == Expr::Global(unspin_ir::name("__name__")),
            _ => false,
        },
        _ => false,
    };
    module.into_iter().flat_map(move |module| module.blocks.iter().filter(move |block| is_guard(module, block)))
}

/// What asks a person.
const ASKS: [&str; 5] = ["input", "raw_input", "getpass.getpass", "click.prompt", "click.confirm"];

fn speaks_with_person(project: &Project, at: FunctionRef) -> bool {
    const ENDS: [&str; 5] = ["sys.exit", "sys.stdin.read", "sys.stdin.readline", "std.process.exit", "std.io.stdin"];
    let functions = &project.files[at.file as usize].module.functions;
    let speaks = |function: &Function| {
        let is_it = |path: Name| ASKS.contains(&path.as_str()) || ENDS.contains(&path.as_str());
        function.calls().any(|(call, _)| matches!(call.callee, Callee::Path(path) if is_it(path)))
            || function.exprs.contains(&Expr::Global(unspin_ir::name("sys.stdin")))
    };
    let is_within = |function: &Function| function.parent == Some(at.function) && at.function != FunctionId::new(0);
    speaks(project.function(at)) || functions.iter().any(|function| is_within(function) && speaks(function))
}
