//! The calls of one loop, each with what it does and how it can fail.

use std::rc::Rc;

use unspin_flow::NaturalLoop;
use unspin_ir::{BlockId, Call, Callee, Constant, Expr, ExprId, Function, Loop, Name, StatementKind};
use unspin_span::Span;

use crate::model::{CallModel, Effect};
use crate::observation::{Attribute, Observation, Subject, Sureness};
use crate::rounds::{Mode, Modes};
use crate::shape::Shape;
use crate::{Certainty, FunctionRef, Project, Resolution};

/// One loop of the source, with its function.
pub(crate) struct LoopContext<'p> {
    pub(crate) project: &'p Project,
    pub(crate) at: FunctionRef,
    pub(crate) function: &'p Function,
    pub(crate) shape: Rc<Shape>,
    pub(crate) index: usize,
    pub(crate) source: &'p Loop,
    pub(crate) sites: Vec<Site<'p>>,
}

/// A call in a loop.
pub(crate) struct Site<'p> {
    pub(crate) block: BlockId,
    pub(crate) index: usize,
    pub(crate) call: &'p Call,
    /// The call that does the work: this one, or the one that made the deadline which is awaited here.
    pub(crate) made: &'p Call,
    pub(crate) span: Span,
    pub(crate) resolution: Resolution<'p>,
    /// The strongest effect of the call itself, of what it wraps, or of the project's function that it runs.
    pub(crate) effect: Option<Effect>,
    pub(crate) remote: Remote,
    /// Whether a deadline encloses the call: `wait_for(f(), 3)`, `with timeout(3)`.
    pub(crate) timed: bool,
}

/// Whether a call waits for another machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remote {
    No,
    /// Guessed from names.
    Likely,
    Yes,
}

impl Site<'_> {
    /// Whether the call itself bounds what it wraps, so that its own failure is that the time was over.
    pub(crate) fn is_deadline(&self) -> bool {
        self.resolution.model.is_some_and(|(model, _)| model.wraps.is_some() && model.effect == Effect::Deadline)
    }

    /// What it is put around: the wait of a deadline.
    pub(crate) fn wrapped(&self) -> Option<ExprId> {
        self.resolution.model.and_then(|(model, _)| model.wrapped(self.made))
    }
}

impl<'p> LoopContext<'p> {
    /// Something that is the case of this loop, with places of its file.
    pub(crate) fn observation(
        &self,
        attributes: Vec<Attribute>,
        places: &[(&'static str, Span)],
        words: Vec<(&'static str, String)>,
        sureness: Sureness,
    ) -> Observation {
        Observation {
            subject: Subject::Loop,
            function: self.at,
            around: Some(self.source.span),
            attributes,
            places: places.iter().map(|&(name, span)| (name, self.at.file, span)).collect(),
            words,
            sureness,
        }
    }

    pub(crate) fn new(project: &'p Project, at: FunctionRef, shape: &Rc<Shape>, index: usize) -> Option<Self> {
        let function = project.function(at);
        let natural = &shape.forest.loops[index];
        let source = &function.loops[natural.source?];
        let mut cx = Self { project, at, function, shape: Rc::clone(shape), index, source, sites: Vec::new() };
        for block in cx.natural().body.clone().iter() {
            for (index, statement) in function.block(block).statements.iter().enumerate() {
                if let StatementKind::Call(call) = &statement.kind {
                    let site = cx.site(block, index, call, statement.span);
                    cx.sites.push(site);
                }
            }
        }
        Some(cx)
    }

    pub(crate) fn natural(&self) -> &NaturalLoop {
        &self.shape.forest.loops[self.index]
    }

    /// Every place that the loop assigns, what it is given, and where.
    pub(crate) fn assignments(&self) -> impl Iterator<Item = (ExprId, ExprId, Span)> + '_ {
        let statements = self.natural().body.iter().flat_map(|block| &self.function.block(block).statements);
        statements.filter_map(|statement| match statement.kind {
            StatementKind::Assign(place, value) => Some((place, value, statement.span)),
            _ => None,
        })
    }

    /// Whether a block belongs to a loop within this one.
    pub(crate) fn is_in_inner_loop(&self, block: BlockId) -> bool {
        self.shape.forest.inside(self.index).any(|inner| inner.body.contains(block))
    }

    pub(crate) fn site_at(&self, block: BlockId, index: usize) -> Option<&Site<'p>> {
        self.sites.iter().find(|site| site.block == block && site.index == index)
    }

    /// The ends that the loop may meet, itself or in what it calls.
    pub(crate) fn ends(&self) -> Modes {
        let mut ends = Modes::default();
        for site in &self.sites {
            if let Some((model, _)) = site.resolution.model {
                ends.extend(Mode::of(model));
                continue;
            }
            if let Some(model) = self.project.contract(self.at, site.call, &site.resolution) {
                ends.extend(Mode::of(model));
            }
            site.resolution.targets.iter().for_each(|&target| ends.extend(self.project.summary(target).ends));
        }
        ends
    }

    /// The call of this loop whose result an expression is.
    pub(crate) fn origin_site(&self, expr: ExprId) -> Option<&Site<'p>> {
        let (block, index, _) = self.shape.origin(self.function, expr)?;
        self.site_at(block, index)
    }

    fn site(&self, block: BlockId, index: usize, call: &'p Call, span: Span) -> Site<'p> {
        let mut resolution = self.project.resolve(self.at, call);
        let mut made = call;
        if let Some((stored, by_stored)) = self.stored_deadline(call) {
            (made, resolution) = (stored, by_stored);
        }
        let mut site = Site { block, index, call, made, span, resolution, effect: None, remote: Remote::No, timed: false };
        match site.resolution.model {
            Some((model, certainty)) => {
                site.effect = Some(model.effect);
                site.remote = remote_by_model(model, certainty);
                if model.wraps.is_some() {
                    site.timed = true;
                    self.look_into_wrapped(&mut site);
                }
            }
            None => self.look_into_targets(&mut site),
        }
        site.timed |= self.is_in_timed_scope(block);
        site
    }

    /// `let write = timeout(limit, stream.write_all(b"x"));`, and later `write.await`.
    fn stored_deadline(&self, call: &Call) -> Option<(&'p Call, Resolution<'p>)> {
        let Callee::Value(awaited) = call.callee else { return None };
        if !call.awaited || !call.arguments.is_empty() {
            return None;
        }
        let (_, _, stored) = self.shape.origin(self.function, awaited)?;
        let resolution = self.project.resolve(self.at, stored);
        let is_deadline = resolution.model.is_some_and(|(model, _)| model.wraps.is_some() && model.effect == Effect::Deadline);
        (is_deadline && !stored.awaited).then_some((stored, resolution))
    }

    /// What runs under a deadline decides what the call does.
    fn look_into_wrapped(&self, site: &mut Site<'p>) {
        let Some(wrapped) = site.wrapped() else { return };
        if let Some((_, _, inner)) = self.shape.origin(self.function, wrapped) {
            let resolution = self.project.resolve(self.at, inner);
            if let Some((model, certainty)) = resolution.model {
                site.effect = Some(model.effect);
                site.remote = remote_by_model(model, certainty);
                // Nobody gives a deadline to a file.
                if matches!(model.effect, Effect::Read | Effect::Write) {
                    site.remote = site.remote.max(Remote::Likely);
                }
            } else {
                self.merge_summaries(site, &resolution);
                self.look_for_given_stream(site, &resolution);
            }
        } else if let Some(id) = self.function_value(wrapped) {
            let target = FunctionRef { file: self.at.file, function: id };
            let resolution = Resolution { targets: vec![target], ..Resolution::default() };
            self.merge_summaries(site, &resolution);
        }
    }

    /// Nobody gives a deadline to reading a file, so neither to a function that reads from what it is given.
    fn look_for_given_stream(&self, site: &mut Site<'p>, resolution: &Resolution<'p>) {
        let reads = |&target: &FunctionRef| self.project.summary(target).reads_given;
        if site.remote == Remote::No && site.is_deadline() && resolution.targets.iter().any(reads) {
            site.effect = Some(Effect::Read);
            site.remote = Remote::Likely;
        }
    }

    fn function_value(&self, expr: ExprId) -> Option<unspin_ir::FunctionId> {
        match self.function.expr(expr) {
            Expr::Function(id) => Some(*id),
            Expr::Local(local) => match self.shape.definitions(*local) {
                [definition] => match self.function.expr(definition.value?) {
                    Expr::Function(id) => Some(*id),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn look_into_targets(&self, site: &mut Site<'p>) {
        let resolution = site.resolution.clone();
        self.merge_summaries(site, &resolution);
    }

    fn merge_summaries(&self, site: &mut Site<'p>, resolution: &Resolution<'p>) {
        const STRONGEST: [Effect; 6] =
            [Effect::Connect, Effect::Request, Effect::Accept, Effect::Read, Effect::Receive, Effect::Write];
        for &target in &resolution.targets {
            let summary = self.project.summary(target);
            if let Some(&effect) = STRONGEST.iter().find(|&&effect| summary.remote.contains(effect)) {
                site.effect = Some(effect);
                site.remote = Remote::Yes;
                return;
            }
            // Nobody gives a deadline to a file, and nobody reads from and writes to one by turns.
            let talks = summary.reads_given && summary.writes_given && site.call.awaited;
            let timed = [Effect::Read, Effect::Write].into_iter().find(|&effect| summary.times_out.contains(effect));
            if let Some(effect) = talks.then_some(Effect::Read).or(timed) {
                site.effect = Some(effect);
                site.remote = if talks { Remote::Yes } else { Remote::Likely };
                return;
            }
            let local = [Effect::Sleep, Effect::Wait, Effect::Poll];
            site.effect = site.effect.or_else(|| local.into_iter().find(|&effect| summary.effects.contains(effect)));
        }
    }

    fn is_in_timed_scope(&self, block: BlockId) -> bool {
        let mut scope = self.function.block(block).scope;
        while let Some(id) = scope {
            let data = self.function.scope(id);
            let origin = self.shape.origin(self.function, data.manager);
            if let Some((_, _, call)) = origin {
                let is_deadline = self.project.resolve(self.at, call).model.is_some_and(|(m, _)| m.effect == Effect::Deadline);
                let named = match call.callee {
                    Callee::Path(path) => path,
                    Callee::Method(_, method) => method,
                    Callee::Value(_) => unspin_ir::name(""),
                };
                let named = named.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
                if is_deadline || named.ends_with("timeout") || matches!(named.as_str(), "fail_after" | "move_on_after") {
                    return true;
                }
            }
            scope = data.parent;
        }
        false
    }

    /// Whether the loop is in a coroutine, where a wait that is no await stops all others.
    pub(crate) fn is_coroutine(&self) -> bool {
        self.function.is_async || self.function.kind == unspin_ir::FunctionKind::AsyncBlock
    }

    /// A number of seconds that an argument is known to be: `30`, `0.5`, `Duration::from_secs(30)`, a constant of the
    /// file.
    pub(crate) fn seconds(&self, expr: ExprId) -> Option<f64> {
        seconds(self.project, self.at, &self.shape, expr)
    }

    /// Whether something in the loop cannot be resolved and is no plain log call.
    pub(crate) fn name_of(&self, site: &Site<'_>) -> String {
        shown_callee(self.function, site.call)
    }
}

fn remote_by_model(model: &CallModel, certainty: Certainty) -> Remote {
    match (model.remote, certainty) {
        (false, _) => Remote::No,
        (true, Certainty::Name) => Remote::Likely,
        (true, _) => Remote::Yes,
    }
}

/// Whether a function is written in Rust, where an error is a value and a timeout is not kept by what was connected.
pub(crate) fn is_rust(project: &Project, at: FunctionRef) -> bool {
    !project.files[at.file as usize].module.shares_objects
}

/// The callee as a reader of the source would name it.
pub(crate) fn shown_callee(function: &Function, call: &Call) -> String {
    match call.callee {
        Callee::Path(path) => path.to_string(),
        Callee::Method(receiver, method) => match function.path(receiver).filter(|path| !path.starts_with('%')) {
            Some(path) => format!("{path}.{method}"),
            None => method.to_string(),
        },
        Callee::Value(value) => {
            function.path(value).filter(|path| !path.starts_with('%')).unwrap_or_else(|| "the awaited call".to_owned())
        }
    }
}

/// See [`LoopContext::seconds`].
pub(crate) fn seconds(project: &Project, at: FunctionRef, shape: &Shape, expr: ExprId) -> Option<f64> {
    let function = project.function(at);
    let number = |expr: ExprId| match function.expr(expr) {
        Expr::Constant(constant) => as_number(constant),
        Expr::Global(global) => project.constant(at.file, *global).and_then(as_number),
        _ => None,
    };
    if let Some(value) = number(expr) {
        return Some(value);
    }
    if let Expr::Local(local) = function.expr(expr)
        && let [definition] = shape.definitions(*local)
        && let Some(value) = definition.value
    {
        return match *function.expr(value) {
            Expr::Global(global) => number(value).or_else(|| seconds_of_global(project, at.file, global)),
            _ => number(value),
        };
    }
    if let Expr::Global(global) = *function.expr(expr) {
        return seconds_of_global(project, at.file, global);
    }
    let (_, _, call) = shape.origin(function, expr)?;
    let first = call.arguments.first()?.value;
    duration(call, number(first)?)
}

/// What a constant of the file, or of another one that it names, stands for: `const PATIENCE: Duration = Duration::from_millis(100);`.
fn seconds_of_global(project: &Project, file: u32, global: Name) -> Option<f64> {
    let elsewhere = || {
        let module = unspin_ir::parent_path(global)?;
        seconds_of_own(project, *project.index.modules.get(&module)?, unspin_ir::last_part(global))
    };
    seconds_of_own(project, file, global).or_else(elsewhere)
}

/// What a constant of the file stands for.
fn seconds_of_own(project: &Project, file: u32, global: Name) -> Option<f64> {
    let body = FunctionRef { file, function: unspin_ir::FunctionId::new(0) };
    let function = project.function(body);
    let mut values = function.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| match statement.kind {
        unspin_ir::StatementKind::Assign(place, value) if *function.expr(place) == Expr::Global(global) => Some(value),
        _ => None,
    });
    let value = values.next().filter(|_| values.next().is_none())?;
    let Expr::Local(made) = *function.expr(value) else { return None };
    let Some(crate::definitions::Definition::Call(call)) = project.definitions(body).only(function, made) else { return None };
    match function.expr(call.arguments.first()?.value) {
        Expr::Constant(constant) => duration(call, as_number(constant)?),
        _ => None,
    }
}

/// The seconds of `Duration::from_millis(amount)`, `timedelta(seconds=amount)`.
fn duration(call: &Call, argument: f64) -> Option<f64> {
    let Callee::Path(path) = call.callee else { return None };
    match path.rsplit('.').next()? {
        "from_secs" | "from_secs_f64" | "from_secs_f32" | "seconds" => Some(argument),
        "from_millis" => Some(argument / 1e3),
        "from_micros" => Some(argument / 1e6),
        "from_mins" => Some(argument * 60.0),
        _ => None,
    }
}

fn as_number(constant: &Constant) -> Option<f64> {
    match constant {
        #[expect(clippy::cast_precision_loss, reason = "timeouts are small")]
        Constant::Int(value) => Some(*value as f64),
        Constant::Float(value) => Some(*value),
        _ => None,
    }
}
