//! Walks along links of parsed data: `node = node["/Next"]`, `seek(offset)` with an offset that was read.
//!
//! Only string keys, seeks and indices that stand in the input count: links of objects that the program itself built are not
//! followed. A counter that is compared, or a test for membership in something that grows, bounds the walk.

mod asked;
mod tables;

use unspin_ir::{Callee, CompareOp, Constant, Expr, ExprId, LocalId, StatementKind};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::sites::{LoopContext, Site};
use crate::summary::steps_itself;

const MAX_HOPS: u32 = 6;

/// Definitions of one local that are looked through; a generated function may have one for each of its loops.
const MAX_DEFINITIONS: usize = 100;

/// Whether the loop walks links or offsets of its input without a bound.
pub(crate) fn walk(cx: &LoopContext<'_>) -> Option<&'static str> {
    let tested = tested_locals(cx);
    let walk = walked_by(cx, &tested).filter(|_| !counts(cx));
    let walk = walk.or_else(|| match tables::walk(cx, &tested) {
        Some(tables::Indices::Read) => Some("indices"),
        Some(tables::Indices::Likely) => Some("gets"),
        None => (asked::walks(cx, &tested) && !counts(cx)).then_some("asked"),
    });
    walk.filter(|_| !remembers(cx) && !deletes(cx))
}

/// Whether each round takes something out of a collection, which would be missed the second time.
fn deletes(cx: &LoopContext<'_>) -> bool {
    cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).any(|statement| {
        matches!(statement.kind, StatementKind::Delete(place) if matches!(cx.function.expr(place), Expr::Index(..)))
    })
}

fn walked_by(cx: &LoopContext<'_>, tested: &[LocalId]) -> Option<&'static str> {
    let mut by_get = false;
    for &walker in tested {
        let steps = steps_of(cx, walker);
        for (index, &(_, key)) in steps.iter().enumerate() {
            if matches!(key, Key::None | Key::Link) || !is_carried(cx, &steps, index) {
                continue;
            }
            if key == Key::Subscript {
                return Some("links");
            }
            by_get = true;
        }
    }
    if walks_offsets(cx, tested) {
        return Some("seeks");
    }
    by_get.then_some("gets")
}

/// How a link is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    None,
    /// Something is asked for where it points to; the key is still to come.
    Link,
    /// `node.get("/Next")`.
    Get,
    /// `node["/Next"]`, or `node.get("/Next").get_object()`.
    Subscript,
}

/// Where a local gets a value in the loop.
#[derive(Clone, Copy)]
enum Source<'c, 'p> {
    Value(ExprId),
    Call(&'c Site<'p>),
}

fn sources<'c, 'p>(cx: &'c LoopContext<'p>, local: LocalId) -> Vec<Source<'c, 'p>> {
    in_loop(cx, local).filter_map(|definition| source_of(cx, definition)).collect()
}

fn in_loop<'c>(cx: &'c LoopContext<'_>, local: LocalId) -> impl Iterator<Item = &'c crate::shape::Definition> {
    let first = cx.shape.definitions(local).iter().take(MAX_DEFINITIONS);
    first.filter(|definition| cx.natural().body.contains(definition.block))
}

fn source_of<'c, 'p>(cx: &'c LoopContext<'p>, definition: &crate::shape::Definition) -> Option<Source<'c, 'p>> {
    match definition.value {
        Some(value) => Some(Source::Value(value)),
        None => cx.site_at(definition.block, definition.index).map(Source::Call),
    }
}

/// Where the loop gives a walker its next value, and how it comes from the value before.
fn steps_of<'c>(cx: &'c LoopContext<'_>, walker: LocalId) -> Vec<(&'c crate::shape::Definition, Key)> {
    let key_of =
        |definition| source_of(cx, definition).map_or(Key::None, |source| follows_key(cx, source, walker, Key::None, 0));
    in_loop(cx, walker).map(|definition| (definition, key_of(definition))).collect()
}

/// Whether what a step starts from may be of the round before: `page = fetch(n)` and then `page = page["items"]` is no walk.
fn is_carried(cx: &LoopContext<'_>, steps: &[(&crate::shape::Definition, Key)], index: usize) -> bool {
    let step = steps[index].0;
    let anew = || steps.iter().filter(|(_, key)| *key == Key::None).map(|&(definition, _)| definition);
    if anew().any(|other| other.block == step.block && other.index < step.index) {
        return false;
    }
    let natural = cx.natural();
    let made: unspin_flow::BlockSet = anew().map(|other| other.block).filter(|&block| block != step.block).collect();
    !made.contains(natural.header) && unspin_flow::ways::from_header(&cx.shape.cfg, natural, &made).contains(step.block)
}

/// Locals on which leaving the loop depends.
pub(crate) fn tested_locals(cx: &LoopContext<'_>) -> Vec<LocalId> {
    let mut locals = Vec::new();
    for test in crate::loops::exit_tests(cx) {
        add_locals(cx, test, &mut locals, 0);
    }
    locals
}

fn add_locals(cx: &LoopContext<'_>, expr: ExprId, locals: &mut Vec<LocalId>, hops: u32) {
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    for part in parts {
        let Expr::Local(local) = *cx.function.expr(part) else { continue };
        if locals.contains(&local) || hops > MAX_HOPS {
            continue;
        }
        locals.push(local);
        for source in sources(cx, local) {
            match source {
                Source::Value(value) => add_locals(cx, value, locals, hops + 1),
                Source::Call(site) => {
                    for operand in site.call.operands() {
                        add_locals(cx, operand, locals, hops + 1);
                    }
                }
            }
        }
    }
}

/// What a call gives back in another form: its receiver, or what `cast` and views are given. What another function does
/// with a link, such as fetching it, is not followed.
fn passed_through(site: &Site<'_>) -> Vec<ExprId> {
    match site.call.callee {
        Callee::Method(receiver, _) => vec![receiver],
        Callee::Path(path) => {
            let is_view = site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::View | Effect::Pure));
            let is_cast = path.rsplit('.').next() == Some("cast");
            if is_view || is_cast { site.call.operands().collect() } else { Vec::new() }
        }
        Callee::Value(_) => Vec::new(),
    }
}

/// Whether an expression is a text that stands in the source, or a constant name for one.
fn is_key(cx: &LoopContext<'_>, key: ExprId) -> bool {
    match cx.function.expr(key) {
        Expr::Constant(Constant::Text(_)) => true,
        Expr::Global(name) => match cx.project.constant(cx.at.file, *name) {
            Some(constant) => matches!(constant, Constant::Text(_)),
            None => name.rsplit('.').next().is_some_and(|last| last.len() > 1 && last.chars().all(|c| !c.is_lowercase())),
        },
        Expr::Local(local) => match cx.project.definitions(cx.at).only(cx.function, *local) {
            // `NameObject("/Next")`
            Some(Definition::Call(call)) => {
                let is_made = matches!(call.callee, Callee::Path(_)) && call.arguments.len() == 1;
                let argument = call.arguments.first().filter(|_| is_made);
                argument.is_some_and(|a| matches!(cx.function.expr(a.value), Expr::Constant(Constant::Text(_))))
            }
            // `for key in ("/Next", "/Prev")`
            Some(Definition::Item(keys)) => is_made_of_texts(cx, keys, 0),
            Some(_) => false,
            None => is_key_of_outer_loop(cx, *local),
        },
        _ => false,
    }
}

/// Whether a key names a part of a document whose parts refer to each other: `/Next`. What is decoded as a whole, such as
/// JSON, is a tree, and its links end.
fn refers(cx: &LoopContext<'_>, key: ExprId) -> bool {
    let mut texts = Vec::new();
    crate::shape::for_each_part(cx.function, key, &mut |part| match cx.function.expr(part) {
        Expr::Constant(text) => texts.push(*text),
        Expr::Global(name) => texts.extend(cx.project.constant(cx.at.file, *name)),
        Expr::Local(local) => match cx.project.definitions(cx.at).only(cx.function, *local) {
            Some(Definition::Call(call)) => {
                let given = call.arguments.iter().filter_map(|argument| match cx.function.expr(argument.value) {
                    Expr::Constant(text) => Some(*text),
                    _ => None,
                });
                texts.extend(given);
            }
            // Its texts stand in the loop around this one.
            Some(Definition::Item(_)) | None => texts.extend(texts_of_loop(cx, *local)),
            _ => {}
        },
        _ => {}
    });
    texts.iter().any(|text| matches!(text, Constant::Text(text) if text.starts_with('/')))
}

/// The texts that a local is an item of.
fn texts_of_loop(cx: &LoopContext<'_>, local: LocalId) -> Vec<&'static Constant> {
    let mut texts = Vec::new();
    for definition in cx.shape.definitions(local).iter().take(MAX_DEFINITIONS) {
        if let unspin_ir::Terminator::Advance { iterable, item, .. } = cx.function.block(definition.block).terminator
            && item == local
        {
            add_texts(cx, iterable, &mut texts, 0);
        }
    }
    texts
}

/// The texts of a collection that stands in the source, or of one that is taken from such a one.
fn add_texts(cx: &LoopContext<'_>, keys: ExprId, texts: &mut Vec<&'static Constant>, hops: u32) {
    if let Expr::Local(keys) = cx.function.expr(keys) {
        let definition = cx.project.definitions(cx.at).only(cx.function, *keys).filter(|_| hops < MAX_HOPS);
        if let Some(Definition::Value(of) | Definition::Item(of)) = definition {
            add_texts(cx, of, texts, hops + 1);
        }
        return;
    }
    crate::shape::for_each_part(cx.function, keys, &mut |part| {
        if let Expr::Constant(text) = cx.function.expr(part) {
            texts.push(text);
        }
    });
}

/// Whether the function puts something there under the same key: then the link is its own. `copy["origin"] = original`
fn is_set_here(cx: &LoopContext<'_>, key: ExprId) -> bool {
    let key = cx.function.expr(key);
    matches!(key, Expr::Constant(_))
        && cx.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
            StatementKind::Assign(place, _) => {
                matches!(*cx.function.expr(place), Expr::Index(_, set) if cx.function.expr(set) == key)
            }
            _ => false,
        })
}

/// Whether a local, which may also stand for other things elsewhere, is an item of texts in a loop around this one.
fn is_key_of_outer_loop(cx: &LoopContext<'_>, local: LocalId) -> bool {
    let here = cx.natural().header;
    cx.shape.definitions(local).iter().take(MAX_DEFINITIONS).any(|definition| {
        let unspin_ir::Terminator::Advance { iterable, item, .. } = cx.function.block(definition.block).terminator else {
            return false;
        };
        let is_around = |natural: &unspin_flow::NaturalLoop| natural.header == definition.block && natural.body.contains(here);
        item == local && cx.shape.forest.loops.iter().any(is_around) && is_made_of_texts(cx, iterable, 0)
    })
}

/// Whether a collection that stands in the source, or one that is taken from such a one, holds nothing but texts.
fn is_made_of_texts(cx: &LoopContext<'_>, keys: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match cx.function.expr(keys) {
        Expr::Aggregate(_, parts) => {
            let mut only_texts = !parts.is_empty();
            crate::shape::for_each_part(cx.function, keys, &mut |part| {
                only_texts &= matches!(cx.function.expr(part), Expr::Aggregate(..) | Expr::Constant(Constant::Text(_)));
            });
            only_texts
        }
        Expr::Local(local) => match cx.project.definitions(cx.at).only(cx.function, *local) {
            Some(Definition::Value(of) | Definition::Item(of)) => is_made_of_texts(cx, of, hops + 1),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a value is reached from `walker` through a text key.
fn follows_key(cx: &LoopContext<'_>, source: Source<'_, '_>, walker: LocalId, through: Key, hops: u32) -> Key {
    if hops > MAX_HOPS {
        return Key::None;
    }
    let value = match source {
        Source::Value(value) => value,
        Source::Call(site) => {
            let by_get = matches!(site.call.callee, Callee::Method(_, method) if matches!(method.as_str(), "get" | "raw_get"))
                && site.call.arguments.first().is_some_and(|a| is_key(cx, a.value));
            // What is asked for where it points to was a link, however its key was asked for.
            let is_dereference = matches!(site.call.callee, Callee::Method(_, method) if method == "get_object");
            let through = match (by_get, through) {
                (true, Key::Link) => Key::Subscript,
                (true, other) => other.max(Key::Get),
                (false, other) => other,
            };
            let through = if is_dereference { through.max(Key::Link) } else { through };
            let reached =
                passed_through(site).into_iter().map(|o| follows_key(cx, Source::Value(o), walker, through, hops + 1));
            return reached.max().unwrap_or(Key::None);
        }
    };
    match *cx.function.expr(value) {
        Expr::Local(local) if local == walker => through,
        Expr::Local(local) => {
            let reached = sources(cx, local).into_iter().map(|source| follows_key(cx, source, walker, through, hops + 1));
            reached.max().unwrap_or(Key::None)
        }
        Expr::Index(base, key) => {
            let is_link = through == Key::Link || refers(cx, key);
            let through = match is_key(cx, key) && !is_set_here(cx, key) {
                true if is_link => Key::Subscript,
                true => through.max(Key::Get),
                false => through,
            };
            follows_key(cx, Source::Value(base), walker, through, hops + 1)
        }
        Expr::Field(base, _) | Expr::Payload(base, ..) => follows_key(cx, Source::Value(base), walker, through, hops + 1),
        _ => Key::None,
    }
}

/// `seek(offset)` where the loop itself reads the next offset from the input.
fn walks_offsets(cx: &LoopContext<'_>, tested: &[LocalId]) -> bool {
    // `seek(length, SEEK_CUR)` skips what it has read the length of.
    let is_relative = |site: &&Site<'_>| match site.call.arguments.get(1).map(|whence| cx.function.expr(whence.value)) {
        Some(Expr::Global(name)) => name.ends_with("SEEK_CUR"),
        Some(Expr::Constant(Constant::Int(whence))) => *whence == 1,
        _ => false,
    };
    let seeks = cx.sites.iter().filter(|site| site.effect == Some(Effect::Seek) && !is_relative(site));
    seeks.filter_map(|site| site.call.arguments.first()).any(|argument| {
        let Some(offset) = offset_of(cx, argument.value) else { return false };
        let steps = cx.assignments().any(|(place, value, _)| {
            *cx.function.expr(place) == Expr::Local(offset) && steps_itself(cx.function, place, value)
        });
        !steps
            && !is_ordered(cx, offset)
            && tested.contains(&offset)
            && sources(cx, offset).into_iter().any(|source| is_read(cx, source, 0))
    })
}

/// The local that holds an offset: `offset`, `SeekFrom::Start(u64::from(offset))`.
fn offset_of(cx: &LoopContext<'_>, argument: ExprId) -> Option<LocalId> {
    let mut at = argument;
    for _ in 0..MAX_HOPS {
        at = match *cx.function.expr(at) {
            Expr::Variant(ref variant) if variant.parts.len() == 1 => variant.parts[0],
            Expr::Local(local) => match cx.origin_site(at).map(|site| site.call) {
                Some(call) if is_conversion(call) => call.operands().next()?,
                _ => return Some(local),
            },
            _ => return None,
        };
    }
    None
}

fn is_conversion(call: &unspin_ir::Call) -> bool {
    let name = match call.callee {
        Callee::Path(path) => path.as_str().rsplit('.').next().unwrap_or_default(),
        Callee::Method(_, method) => method.as_str(),
        Callee::Value(_) => return false,
    };
    matches!(name, "from" | "into" | "int" | "try_from" | "try_into") && call.operands().count() == 1
}

/// Whether the next offset is compared with this one, and the wrong order leaves: `if following >= offset: raise`.
fn is_ordered(cx: &LoopContext<'_>, offset: LocalId) -> bool {
    let becomes_offset = |next: LocalId| {
        sources(cx, offset)
            .into_iter()
            .any(|source| matches!(source, Source::Value(value) if *cx.function.expr(value) == Expr::Local(next)))
    };
    crate::loops::exit_tests(cx).into_iter().any(|test| {
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            if let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = cx.function.expr(part)
                && let (Expr::Local(a), Expr::Local(b)) = (cx.function.expr(*a), cx.function.expr(*b))
            {
                found |= (*a == offset && becomes_offset(*b)) || (*b == offset && becomes_offset(*a));
            }
        });
        found
    })
}

/// Whether a value was taken from parsed data by a text key, or read and decoded.
fn is_read(cx: &LoopContext<'_>, source: Source<'_, '_>, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match source {
        Source::Call(site) => {
            matches!(site.effect, Some(Effect::Read | Effect::Decode))
                || site.resolution.targets.iter().any(|&target| only_reads(cx, target))
                || site.call.operands().any(|operand| is_read(cx, Source::Value(operand), hops + 1))
        }
        Source::Value(value) => match *cx.function.expr(value) {
            Expr::Index(base, key) => is_key(cx, key) || is_read(cx, Source::Value(base), hops + 1),
            Expr::Local(local) => {
                is_filled(cx, local) || sources(cx, local).into_iter().any(|source| is_read(cx, source, hops + 1))
            }
            Expr::Slice(base, ..) => is_read(cx, Source::Value(base), hops + 1),
            _ => false,
        },
    }
}

/// Whether a read of the loop puts its bytes into a local: `read_exact(&mut bytes)`.
fn is_filled(cx: &LoopContext<'_>, local: LocalId) -> bool {
    cx.sites.iter().filter(|site| site.effect == Some(Effect::Read)).any(|site| {
        let mut lent = site.call.arguments.iter().filter(|argument| argument.mutable);
        lent.any(|argument| crate::shape::root_local(cx.function, argument.value) == Some(local))
    })
}

/// Whether a helper gives what it reads as it is, and does not compute where to go on from where it stands.
fn only_reads(cx: &LoopContext<'_>, target: crate::FunctionRef) -> bool {
    let function = cx.project.function(target);
    let reads = cx.project.summary(target).effects.contains_any(&[Effect::Read, Effect::Decode]);
    reads && !function.exprs.iter().any(|expr| matches!(expr, Expr::Binary(unspin_ir::BinaryOp::Add, ..)))
}

/// Whether a count that the loop steps is compared.
pub(crate) fn counts(cx: &LoopContext<'_>) -> bool {
    counts_by(cx, |_, _| true)
}

/// Whether a count is compared that the loop steps, in such a place and to such a value.
pub(crate) fn counts_by(cx: &LoopContext<'_>, is_count: impl Fn(&str, ExprId) -> bool) -> bool {
    let steps = cx.assignments().filter(|&(place, value, _)| steps_itself(cx.function, place, value));
    let stepped: Vec<String> =
        steps.filter_map(|(place, value, _)| cx.function.path(place).filter(|path| is_count(path, value))).collect();
    crate::loops::exit_tests(cx).into_iter().any(|test| {
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            if let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = cx.function.expr(part) {
                found |= [a, b].into_iter().any(|&side| match *cx.function.expr(side) {
                    // `len(found) > MAX` of what grows with each round.
                    Expr::Length(counted) => cx.function.path(counted).is_some_and(|path| grows(cx, &path)),
                    _ => cx.function.path(side).is_some_and(|path| stepped.contains(&path)),
                });
            }
        });
        found
    })
}

/// Whether membership in something that grows is tested, here or in a helper that is given it.
fn remembers(cx: &LoopContext<'_>) -> bool {
    cx.natural().body.iter().any(|block| {
        let unspin_ir::Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Compare(CompareOp::In | CompareOp::NotIn, asked, container) if !is_key(cx, *asked) => {
                found |= cx.function.path(*container).is_some_and(|path| grows(cx, &path));
            }
            // `if visited[at]`, where `visited[at] = true` follows
            Expr::Index(marks, at) if !is_key(cx, *at) => {
                found |= cx.function.path(*marks).is_some_and(|path| grows(cx, &path));
            }
            Expr::Local(_) => {
                // `if !seen.insert(x)`, `if is_new(x, seen)`
                let Some(site) = cx.origin_site(part) else { return };
                found |= site.call.operands().filter_map(|o| cx.function.path(o)).any(|path| grows(cx, &path));
                found |= site.effect == Some(Effect::Grow);
            }
            _ => {}
        });
        found
    })
}

/// Whether the loop puts something into the collection at a path.
fn grows(cx: &LoopContext<'_>, path: &str) -> bool {
    cx.sites.iter().any(|site| match site.call.callee {
        Callee::Method(receiver, method) => {
            cx.function.path(receiver).as_deref() == Some(path)
                && (site.effect == Some(Effect::Grow) || matches!(method.as_str(), "add" | "append" | "insert" | "push"))
        }
        _ => false,
    }) || cx.assignments().any(|(place, ..)| match cx.function.expr(place) {
        Expr::Index(base, _) => cx.function.path(*base).as_deref() == Some(path),
        _ => false,
    })
}
