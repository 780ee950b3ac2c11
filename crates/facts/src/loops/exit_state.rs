//! What happens to the state that the tests which leave a loop read: unchanged, changed by others, changed in the loop.

use unspin_ir::{BlockId, Expr, ExprId, LocalKind, StatementKind, Terminator, Variant};

use super::is_own_question;
use crate::definitions::Definition;
use crate::model::Effect;
use crate::sites::{LoopContext, Site};

const MAX_HOPS: u32 = 4;

/// What happens to the state that the tests which leave the loop read.
pub(super) fn exit_state(cx: &LoopContext<'_>) -> &'static str {
    let tests = exit_tests(cx);
    // `while !true`: nothing that could change is asked.
    if tests.iter().all(|&test| super::constant_truth(cx, test).is_some() || is_negated_constant(cx, test)) {
        return "none";
    }
    let mut is_foreign = false;
    for &test in &tests {
        match state_of_test(cx, test, 0) {
            "changed" => return "changed",
            "foreign" => is_foreign = true,
            _ => {}
        }
    }
    if is_foreign { "foreign" } else { "unchanged" }
}

fn is_negated_constant(cx: &LoopContext<'_>, test: ExprId) -> bool {
    matches!(*cx.function.expr(test), Expr::Unary(unspin_ir::UnaryOp::Not, inner) if super::constant_truth(cx, inner).is_some())
}

/// Every test in a loop, those of inner loops too.
pub(crate) fn all_tests<'c>(cx: &'c LoopContext<'_>) -> impl Iterator<Item = ExprId> + 'c {
    cx.natural().body.iter().filter_map(|block| match cx.function.block(block).terminator {
        Terminator::Branch { test, .. } => Some(test),
        _ => None,
    })
}

/// Tests of the loop one side of which leaves it.
pub(crate) fn exit_tests(cx: &LoopContext<'_>) -> Vec<ExprId> {
    exit_branches(cx).into_iter().map(|(test, _)| test).collect()
}

/// Tests of the loop one side of which leaves it, each with its outcome when the loop goes on.
pub(crate) fn exit_branches(cx: &LoopContext<'_>) -> Vec<(ExprId, bool)> {
    let natural = cx.natural();
    let back = unspin_flow::ways::reaching_header(&cx.shape.cfg, natural, &unspin_flow::BlockSet::default());
    let returns = |block: BlockId| block == natural.header || back.contains(block);
    natural
        .body
        .iter()
        .filter_map(|block| match cx.function.block(block).terminator {
            Terminator::Branch { test, then, otherwise } if returns(then) != returns(otherwise) => Some((test, returns(then))),
            _ => None,
        })
        .collect()
}

/// Whether some way round does nothing at all that a test of the loop could see: `continue` before the step.
pub(super) fn is_skipped(cx: &LoopContext<'_>) -> bool {
    let natural = cx.natural();
    let mut read = Vec::new();
    let mut is_local = true;
    let mut tests = 0;
    for block in natural.body.iter() {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { continue };
        tests += 1;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Local(local) => {
                is_local &= matches!(cx.function.local(*local).kind, LocalKind::Parameter | LocalKind::Variable);
                read.push(*local);
            }
            Expr::Global(_) => is_local &= is_constant_name(cx, part),
            Expr::Field(..) => is_local &= !is_visible_elsewhere(cx, part),
            Expr::Opaque(_) => is_local = false,
            Expr::Variant(variant) if may_be_foreign_function(cx, variant) => is_local = false,
            _ => {}
        });
    }
    if !is_local || tests < 2 || exit_tests(cx).is_empty() {
        return false;
    }
    let changes = |block: &BlockId| {
        let data = cx.function.block(*block);
        !matches!(data.terminator, Terminator::Goto(_) | Terminator::Branch { .. })
            || data.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => {
                    crate::shape::root_local(cx.function, *place).is_none_or(|root| read.contains(&root))
                }
                StatementKind::Leave(_) => false,
                _ => true,
            })
    };
    let changing: unspin_flow::BlockSet = natural.body.iter().filter(changes).collect();
    // With more tests on the way they may contradict each other: `if a < b`, then `if a > b`, then `if a == b`.
    let on_way = unspin_flow::ways::from_header(&cx.shape.cfg, natural, &changing);
    let is_test = |block: &BlockId| matches!(cx.function.block(*block).terminator, Terminator::Branch { .. });
    let on_way: Vec<BlockId> = on_way.iter().filter(is_test).collect();
    if on_way.len() > 2 || asks_twice(cx, &on_way) {
        return false;
    }
    unspin_flow::ways::exists_through(&cx.shape.cfg, natural, natural.header, &changing)
}

/// Whether two tests speak of the same place: `if slot is none`, then `if slot is not none`.
fn asks_twice(cx: &LoopContext<'_>, tests: &[BlockId]) -> bool {
    let [first, second] = *tests else { return false };
    let asked = |block: BlockId| match *cx.function.expr(cx.function.block(block).terminator.operand()?) {
        Expr::Compare(unspin_ir::CompareOp::Is | unspin_ir::CompareOp::IsNot, place, other)
            if *cx.function.expr(other) == Expr::Constant(&unspin_ir::Constant::None) =>
        {
            Some(place)
        }
        _ => None,
    };
    matches!((asked(first), asked(second)), (Some(first), Some(second)) if is_same_place(cx, first, second))
}

fn is_same_place(cx: &LoopContext<'_>, a: ExprId, b: ExprId) -> bool {
    match (cx.function.expr(a), cx.function.expr(b)) {
        (Expr::Index(a, part), Expr::Index(b, other)) => {
            cx.function.expr(*part) == cx.function.expr(*other) && is_same_place(cx, *a, *b)
        }
        _ => cx.function.path(a).is_some() && cx.function.path(a) == cx.function.path(b),
    }
}

fn state_of_test(cx: &LoopContext<'_>, test: ExprId, hops: u32) -> &'static str {
    if hops > MAX_HOPS {
        return "changed";
    }
    let mut state = "unchanged";
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
        Expr::Local(local) => {
            let in_loop = |definition: &crate::shape::Definition| cx.natural().body.contains(definition.block);
            let query = cx.origin_site(part).filter(|site| match site.resolution.model {
                // Of a method of which only the name is known, an empty loop is for what it does.
                Some((_, certainty)) if !shares && certainty != crate::Certainty::Certain && is_alone(cx, site) => false,
                Some((model, _)) => matches!(model.effect, Effect::Query | Effect::StopCheck | Effect::Pure | Effect::View),
                None => is_own_question(cx, site),
            });
            if let Some(site) = query {
                // What is asked, and of whom, decides: `hasattr(f, "__wrapped__")` changes with `f`.
                let asked = state_of_question(cx, site, hops);
                if asked == "changed" || state == "unchanged" {
                    state = asked;
                }
            } else if is_given_away(cx, *local, shares) {
                state = "changed";
            } else if cx.shape.definitions(*local).iter().any(in_loop) {
                let known = state_of_value(cx, *local, hops);
                if known == "changed" || state == "unchanged" {
                    state = known;
                }
            } else if cx.function.local(*local).kind.is_changed_elsewhere() && state == "unchanged" {
                state = "foreign";
            }
        }
        // Nobody says what it is: a name of another file, or of no file at all.
        Expr::Global(name) if shares && !is_constant_name(cx, part) && is_unbound(cx, *name) => state = "changed",
        Expr::Function(_) => state = "changed",
        Expr::Field(base, field) if is_computed(cx, *base, *field) || is_stepped_somewhere(cx, *field) => state = "changed",
        Expr::Field(..) | Expr::Global(_) | Expr::Index(..) => {
            if is_stored_in_loop(cx, part) {
                state = "changed";
            } else if state == "unchanged" && !is_constant_name(cx, part) && is_visible_elsewhere(cx, part) {
                state = "foreign";
            }
        }
        Expr::Opaque(_) => state = "changed",
        Expr::Variant(variant) if may_be_foreign_function(cx, variant) => state = "changed",
        _ => {}
    });
    state
}

/// Whether the file neither assigns a bare name nor defines what it stands for.
fn is_unbound(cx: &LoopContext<'_>, name: unspin_ir::Name) -> bool {
    let module = &cx.project.files[cx.at.file as usize].module;
    !name.contains('.')
        && !cx.project.is_assigned_global(cx.at.file, name)
        && !module.functions.iter().any(|function| function.is_qualified(&name))
        && !module.classes.iter().any(|class| class.name == name)
}

/// What happens to a local that the loop gives a value: when it is computed anew in every round, it changes with what it is
/// computed from. A name that is put together is no look at what others may set.
fn state_of_value(cx: &LoopContext<'_>, local: unspin_ir::LocalId, hops: u32) -> &'static str {
    let in_loop = |definition: &&crate::shape::Definition| cx.natural().body.contains(definition.block);
    let mut values = cx.shape.definitions(local).iter().filter(in_loop).map(|definition| definition.value);
    let (Some(Some(value)), None) = (values.next(), values.next()) else { return "changed" };
    let (mut is_computed, mut is_text) = (false, false);
    crate::shape::for_each_part(cx.function, value, &mut |part| match cx.function.expr(part) {
        Expr::Binary(..) => is_computed = true,
        Expr::Constant(unspin_ir::Constant::Text(_)) | Expr::Aggregate(unspin_ir::Aggregate::Text, _) => is_text = true,
        _ => {}
    });
    let is_own = crate::shape::mentions(cx.function, value, local);
    if is_own || !is_computed && !is_text {
        return "changed";
    }
    match state_of_test(cx, value, hops + 1) {
        "foreign" if is_text => "unchanged",
        state => state,
    }
}

/// Whether the loop assigns that field of another object, which may well be the same: `for p in found.parts: p.size -= 1`.
fn is_stepped_somewhere(cx: &LoopContext<'_>, field: unspin_ir::Name) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    let assigns = |statement: &unspin_ir::Statement| match statement.kind {
        StatementKind::Assign(place, _) => matches!(*cx.function.expr(place), Expr::Field(_, name) if name == field),
        _ => false,
    };
    shares && cx.natural().body.iter().any(|block| cx.function.block(block).statements.iter().any(assigns))
}

/// Whether a loop does nothing but to call this, in its test, and to ask of what that gives.
fn is_alone(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let statements = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    let is_other = |statement: &unspin_ir::Statement| match &statement.kind {
        StatementKind::Call(call) => {
            let asks =
                |(model, _): (&crate::model::CallModel, crate::Certainty)| matches!(model.effect, Effect::Pure | Effect::View);
            !std::ptr::eq(call.as_ref(), site.call) && !cx.project.resolve(cx.at, call).model.is_some_and(asks)
        }
        _ => false,
    };
    !statements.into_iter().any(is_other)
}

/// `WaitForSingleObject(handle, INFINITE)` is written as a variant is, and may be a function of the system.
fn may_be_foreign_function(cx: &LoopContext<'_>, variant: &Variant) -> bool {
    let name = variant.name;
    let of_system = |root: &str| matches!(root, "windows" | "windows_sys" | "winapi" | "windows_targets");
    let is_of_enum = name.contains('.') && !of_system(name.split('.').next().unwrap_or_default());
    let is_function = match cx.project.symbol(cx.at.file, name) {
        Some(crate::project::Symbol::Function(_)) => true,
        Some(crate::project::Symbol::Class(_)) => false,
        None => !is_of_enum,
    };
    is_function && !variant.parts.is_empty()
}

/// Whether a field of an own object is what a call in the body of its class has made, and so may do anything when it is
/// asked for: `error = Instrument.measurement("TE?")`.
fn is_computed(cx: &LoopContext<'_>, base: ExprId, field: unspin_ir::Name) -> bool {
    if Some(cx.function.expr(base)) != cx.function.receiver().map(Expr::Local).as_ref() {
        return false;
    }
    let Some(class) = cx.project.owner(cx.at) else { return false };
    cx.project.linearized(class).iter().any(|&class| {
        let file = cx.project.class_file(class);
        let Some(module) = cx.project.files[file as usize].module.functions.first() else { return false };
        let calls: Vec<_> = module.calls().filter_map(|(call, _)| call.result).collect();
        let own = unspin_ir::last_part(cx.project.class_name(class));
        module.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
            StatementKind::Assign(place, value) => match (module.expr(place), module.expr(value)) {
                (Expr::Global(path), Expr::Local(made)) => {
                    unspin_ir::last_part(*path) == field
                        && unspin_ir::parent_path(*path).is_some_and(|owner| unspin_ir::last_part(owner) == own)
                        && calls.contains(made)
                }
                _ => false,
            },
            _ => false,
        })
    })
}

/// What happens to the operands of a call that only asks; without a change there, others decide the answer.
fn state_of_question(cx: &LoopContext<'_>, site: &Site<'_>, hops: u32) -> &'static str {
    let is_pure = site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::Pure | Effect::View));
    let mut state = if is_pure { "unchanged" } else { "foreign" };
    if site.resolution.targets.iter().any(|&target| reads_stepped(cx, target)) {
        return "changed";
    }
    for operand in site.call.operands() {
        match state_of_test(cx, operand, hops + 1) {
            "changed" => return "changed",
            "foreign" => state = "foreign",
            _ => {}
        }
    }
    state
}

/// Whether an inner function reads a variable of this one that the loop assigns, or any a global one.
fn reads_stepped(cx: &LoopContext<'_>, inner: crate::FunctionRef) -> bool {
    let function = cx.project.function(inner);
    let in_loop = |definition: &crate::shape::Definition| cx.natural().body.contains(definition.block);
    let is_stepped = |name: unspin_ir::Name| {
        let index = cx.function.locals.iter().position(|local| local.name == name);
        index.is_some_and(|index| cx.shape.definitions(unspin_ir::LocalId::new(index)).iter().any(in_loop))
    };
    // `del sys.argv[1]`, where the helper looks at `sys.argv`.
    let mut stored = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).filter_map(|statement| {
        let (StatementKind::Assign(mut place, _) | StatementKind::Delete(mut place)) = statement.kind else { return None };
        while let &(Expr::Index(base, _) | Expr::Slice(base, ..)) = cx.function.expr(place) {
            place = base;
        }
        match *cx.function.expr(place) {
            Expr::Global(name) => Some(name),
            _ => None,
        }
    });
    let is_inner = inner.file == cx.at.file && function.parent == Some(cx.at.function);
    is_inner && function.locals.iter().any(|local| local.kind == LocalKind::Captured && is_stepped(local.name))
        || stored.any(|name| function.exprs.contains(&Expr::Global(name)))
}

/// Whether a place is an item of another one, or of an item of it.
fn is_part_of(cx: &LoopContext<'_>, mut place: ExprId, whole: ExprId) -> bool {
    while let &(Expr::Index(base, _) | Expr::Slice(base, ..)) = cx.function.expr(place) {
        if crate::gates::is_same_place(cx.function, base, whole) {
            return true;
        }
        place = base;
    }
    false
}

/// A field of an own, exclusive object cannot be changed by others.
fn is_visible_elsewhere(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    shares || matches!(cx.function.expr(expr), Expr::Global(_))
}

fn is_constant_name(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let Some(path) = cx.function.path(expr) else { return false };
    let last = path.rsplit('.').next().unwrap_or_default();
    last.chars().all(|c| !c.is_lowercase())
        || matches!(cx.function.expr(expr), Expr::Global(name) if cx.project.constant(cx.at.file, *name).is_some())
}

/// Whether a call of the loop gets the local in a way that may change what it holds.
fn is_given_away(cx: &LoopContext<'_>, local: unspin_ir::LocalId, shares: bool) -> bool {
    let is_root = |expr: ExprId| crate::shape::root_local(cx.function, expr) == Some(local);
    let is_lent = |site: &Site<'_>| site.call.arguments.iter().any(|a| a.mutable && is_root(a.value));
    let keeps = |site: &Site<'_>| match site.resolution.model {
        Some((model, _)) => {
            matches!(model.effect, Effect::Pure | Effect::View | Effect::Query | Effect::Log | Effect::StopCheck)
        }
        None => is_own_question(cx, site) && !is_lent(site) && !captures(cx, site, local),
    };
    cx.sites.iter().filter(|site| !keeps(site)).any(|site| {
        let receiver = match site.call.callee {
            unspin_ir::Callee::Method(receiver, _) => is_root(receiver),
            // `take = queue.popleft`
            unspin_ir::Callee::Value(value) => bound_to(cx, value) == Some(local),
            unspin_ir::Callee::Path(_) => false,
        };
        let is_handed_on = shares && site.call.arguments.iter().any(|a| is_root(a.value));
        receiver
            || is_lent(site)
            || (is_handed_on && !cx.shape.is_used_as_value(cx.function, local))
            || captures(cx, site, local)
    }) || cx.natural().body.iter().any(|block| {
        // `del values[-1]`, `values[0] = x`, `for value in values: value.size -= 1`
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Delete(place) | StatementKind::Assign(place, _) => {
                !matches!(*cx.function.expr(*place), Expr::Local(_)) && (is_root(*place) || is_item_of(cx, *place, local))
            }
            _ => false,
        })
    })
}

/// Whether a place is a part of what a loop takes out of a collection.
fn is_item_of(cx: &LoopContext<'_>, place: ExprId, collection: unspin_ir::LocalId) -> bool {
    let Some(root) = crate::shape::root_local(cx.function, place) else { return false };
    cx.project.definitions(cx.at).of(cx.function, root).any(|definition| match definition {
        Definition::Item(iterable) => {
            let walked = crate::shape::root_local(cx.function, iterable);
            // `%0 = values`, and then `for value in %0`
            let held = walked.and_then(|walked| match cx.project.definitions(cx.at).only(cx.function, walked) {
                Some(Definition::Value(value)) => crate::shape::root_local(cx.function, value),
                _ => None,
            });
            walked == Some(collection) || held == Some(collection)
        }
        _ => false,
    })
}

/// The local whose method a local holds: `queue` of `take = queue.popleft`.
pub(super) fn bound_to(cx: &LoopContext<'_>, value: ExprId) -> Option<unspin_ir::LocalId> {
    let Expr::Local(bound) = *cx.function.expr(value) else { return None };
    let [definition] = cx.shape.definitions(bound) else { return None };
    match cx.function.expr(definition.value?) {
        Expr::Field(base, _) => crate::shape::root_local(cx.function, *base),
        _ => None,
    }
}

/// Whether a call runs an inner function that changes a variable of this one.
pub(super) fn captures(cx: &LoopContext<'_>, site: &Site<'_>, local: unspin_ir::LocalId) -> bool {
    let name = cx.function.local(local).name;
    site.resolution.targets.iter().any(|&target| {
        let inner = cx.project.function(target);
        let changes = |l: &unspin_ir::Local| {
            l.name == name && (l.kind == LocalKind::Shared || (l.kind == LocalKind::Captured && takes_from(inner, name)))
        };
        target.file == cx.at.file && inner.parent == Some(cx.at.function) && inner.locals.iter().any(changes)
    })
}

/// Whether a function changes what a captured variable holds: a method is called on it, a part is assigned or deleted.
fn takes_from(function: &unspin_ir::Function, name: unspin_ir::Name) -> bool {
    let is_it = |expr: ExprId| crate::shape::root_local(function, expr).is_some_and(|root| function.local(root).name == name);
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) | StatementKind::Delete(place) => is_it(*place),
        StatementKind::Call(call) => {
            matches!(call.callee, unspin_ir::Callee::Method(receiver, _) if is_it(receiver))
                || call.arguments.iter().any(|argument| is_it(argument.value))
        }
        _ => false,
    })
}

fn is_stored_in_loop(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let path = cx.function.path(expr);
    let root = crate::shape::root_local(cx.function, expr);
    let stores = |mut place: ExprId| {
        // `del sys.argv[1]`
        while let (true, &(Expr::Index(base, _) | Expr::Slice(base, ..))) = (path.is_some(), cx.function.expr(place)) {
            place = base;
        }
        (path.is_some() && cx.function.path(place) == path)
            // `del hosts[name].keys[0]`
            || (path.is_none() && is_part_of(cx, place, expr))
            || (path.is_none() && root.is_some() && crate::shape::root_local(cx.function, place) == root)
    };
    let assigned = cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(place, _) | StatementKind::Delete(place) => stores(*place),
            _ => false,
        })
    });
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    assigned || root.is_some_and(|root| is_given_away(cx, root, shares))
}
