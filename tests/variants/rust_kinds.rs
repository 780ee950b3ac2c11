//! Variants of Rust programs: what a refactoring does to a function without changing whether its loops end.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::Type;
use syn::spanned::Spanned;

use crate::edit::{Edit, Kind, indentation, line_start};
use crate::rust::{Function, Gives, Head, Loop, Program, Start, range};

/// The kinds of variants, each made of everything in a file that it fits.
pub(crate) const KINDS: &[Kind<Program>] = &[
    ("loop as while true", while_true),
    ("while test as test in the body", test_in_body),
    ("while let as loop", while_let_as_loop),
    ("nested loop with its own break", nested_loop),
    ("unrelated ? in the body", question_mark),
    ("unrelated return on success", unrelated_return),
    ("handler writes a log", log_in_handler),
    ("named constant", named_constant),
    ("condition in a closure", condition_in_closure),
    ("tried call in a closure", call_in_closure),
    ("parameter behind a reference", behind_reference),
    ("parameter behind a pointer", behind_pointer),
    ("renamed locals", renamed_locals),
    ("import alias", import_alias),
];

/// Puts lines at the start of a block.
fn at_start(text: &str, start: Start, lines: &[&str], group: usize) -> Edit {
    match start.first.and_then(|first| Some((first, indentation(text, first)?))) {
        Some((first, indent)) => {
            let block = lines.iter().fold(String::new(), |block, line| block + indent + line + "\n");
            Edit::insert(line_start(text, first), block, group)
        }
        None => Edit::insert(start.brace, format!(" {} ", lines.join(" ")), group),
    }
}

fn while_true(program: &Program) -> Vec<Edit> {
    let edit = |(group, _, one): (usize, &Function, &Loop)| match &one.head {
        Head::Loop { keyword, gives_value: false } => Some(Edit::new(keyword.clone(), "while true", group)),
        _ => None,
    };
    program.loops().filter_map(edit).collect()
}

fn test_in_body(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (group, _, one) in program.loops() {
        if let Head::While { head, test } = &one.head {
            let line = format!("if !({}) {{ break; }}", &program.text[test.clone()]);
            edits.extend([Edit::new(head.clone(), "loop", group), at_start(&program.text, one.body, &[&line], group)]);
        }
    }
    edits
}

fn while_let_as_loop(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (group, _, one) in program.loops() {
        if let Head::WhileLet { head, binding } = &one.head {
            let line = format!("{} else {{ break }};", &program.text[binding.clone()]);
            edits.extend([Edit::new(head.clone(), "loop", group), at_start(&program.text, one.body, &[&line], group)]);
        }
    }
    edits
}

fn nested_loop(program: &Program) -> Vec<Edit> {
    let lines = ["for unrelated in [1, 2] {", "    if unrelated > 1 {", "        break;", "    }", "}"];
    program.loops().map(|(group, _, one)| at_start(&program.text, one.body, &lines, group)).collect()
}

fn question_mark(program: &Program) -> Vec<Edit> {
    let fits = |(_, function, one): &(usize, &Function, &Loop)| function.gives == Gives::Result && !one.is_nested;
    let lines = ["let _ = \"1\".parse::<u32>()?;"];
    program.loops().filter(fits).map(|(group, _, one)| at_start(&program.text, one.body, &lines, group)).collect()
}

fn unrelated_return(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &program.functions {
        let leave = match function.gives {
            Gives::Nothing => "return;",
            Gives::Result => "return Ok(Default::default());",
            Gives::Option => "return None;",
            Gives::Other => "return Default::default();",
        };
        for &start in &function.found.successes {
            let lines = ["if std::process::id() == 7 {", &format!("    {leave}"), "}"];
            edits.push(at_start(&program.text, start, &lines, edits.len()));
        }
    }
    edits
}

fn log_in_handler(program: &Program) -> Vec<Edit> {
    let starts = program.functions.iter().flat_map(|function| &function.found.failures).enumerate();
    starts.map(|(group, &start)| at_start(&program.text, start, &["eprintln!(\"again\");"], group)).collect()
}

fn named_constant(program: &Program) -> Vec<Edit> {
    let literals = program.functions.iter().flat_map(|function| &function.found.literals);
    let mut edits = Vec::new();
    for (group, range) in literals.enumerate() {
        let value = &program.text[range.clone()];
        let kind = if value.contains('.') { "f64" } else { "u64" };
        edits.push(Edit::insert(program.first_definition, format!("const NAMED_{group}: {kind} = {value};\n"), group));
        edits.push(Edit::new(range.clone(), format!("NAMED_{group}"), group));
    }
    edits
}

/// Puts a closure before the statement that begins at a place, if nothing else stands on its line.
fn before(text: &str, at: usize, closure: &str, group: usize) -> Option<Edit> {
    let indent = indentation(text, at)?;
    let is_statement = text[..at].trim_end().ends_with([';', '{', '}']) || line_before_is_comment(text, at);
    is_statement.then(|| Edit::insert(line_start(text, at), format!("{indent}{closure}\n"), group))
}

fn line_before_is_comment(text: &str, at: usize) -> bool {
    let before = text[..line_start(text, at)].trim_end();
    before[line_start(before, before.len())..].contains("//")
        && before[..line_start(before, before.len())].trim_end().ends_with(['{', ';', '}'])
        || before[line_start(before, before.len())..]
            .split("//")
            .next()
            .is_some_and(|code| code.trim_end().ends_with(['{', ';', '}']))
}

fn condition_in_closure(program: &Program) -> Vec<Edit> {
    let tests = program.functions.iter().flat_map(|function| &function.found.tests).enumerate();
    let mut edits = Vec::new();
    for (group, (at, test)) in tests {
        let closure = format!("let is_so_{group} = || {};", &program.text[test.clone()]);
        if let Some(edit) = before(&program.text, *at, &closure, group) {
            edits.extend([edit, Edit::new(test.clone(), format!("is_so_{group}()"), group)]);
        }
    }
    edits
}

fn call_in_closure(program: &Program) -> Vec<Edit> {
    let matched = program.functions.iter().flat_map(|function| &function.found.matched).enumerate();
    let mut edits = Vec::new();
    for (group, (at, call, awaits)) in matched {
        let (start, end) = if *awaits { ("async ", ".await") } else { ("", "") };
        let closure = format!("let mut attempt_{group} = {start}|| {};", &program.text[call.clone()]);
        if let Some(edit) = before(&program.text, *at, &closure, group) {
            edits.extend([edit, Edit::new(call.clone(), format!("attempt_{group}(){end}"), group)]);
        }
    }
    edits
}

/// Parameters on which methods are called and whose type has a name: the type with its references, and without.
fn receivers(program: &Program) -> impl Iterator<Item = (usize, &Type, &Type)> {
    let typed = program.functions.iter().flat_map(|function| {
        function.parameters.iter().filter(|(name, _)| function.found.receivers.contains(name)).map(|(_, given)| given)
    });
    typed.enumerate().filter_map(|(group, given)| {
        let inner = match given {
            Type::Reference(reference) => &*reference.elem,
            other => other,
        };
        let Type::Path(path) = inner else { return None };
        let last = path.path.segments.last()?.ident.to_string();
        (last.len() > 1 && last.starts_with(char::is_uppercase)).then_some((group, given, inner))
    })
}

fn behind_reference(program: &Program) -> Vec<Edit> {
    let owned = receivers(program).filter(|(_, given, _)| !matches!(given, Type::Reference(_)));
    owned.map(|(group, given, _)| Edit::insert(range(given.span()).start, "&mut ", group)).collect()
}

fn behind_pointer(program: &Program) -> Vec<Edit> {
    let edit = |(group, given, inner): (usize, &Type, &Type)| {
        let is_shared = matches!(given, Type::Reference(reference) if reference.mutability.is_none());
        let pointer = if is_shared { "std::sync::Arc" } else { "Box" };
        Edit::new(range(given.span()), format!("{pointer}<{}>", &program.text[range(inner.span())]), group)
    };
    receivers(program).map(edit).collect()
}

/// Identifiers of a token stream, and the texts of its literals.
fn identifiers(tokens: TokenStream, names: &mut Vec<(String, Range<usize>)>, texts: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => identifiers(group.stream(), names, texts),
            TokenTree::Ident(name) => names.push((name.to_string(), range(name.span()))),
            TokenTree::Literal(literal) => *texts += &literal.to_string(),
            TokenTree::Punct(_) => {}
        }
    }
}

/// Whether a name at a place stands for itself: it is no field, method, part of a path or macro.
fn is_free(text: &str, at: &Range<usize>) -> bool {
    let (before, after) = (text[..at.start].trim_end(), text[at.end..].trim_start());
    let is_member = before.ends_with('.') && !before.ends_with("..");
    !is_member && !before.ends_with("::") && !after.starts_with("::")
}

fn renamed_locals(program: &Program) -> Vec<Edit> {
    let text = &program.text;
    let (mut names, mut texts) = (Vec::new(), String::new());
    identifiers(program.tokens.clone(), &mut names, &mut texts);
    let mut edits = Vec::new();
    for (group, function) in program.functions.iter().enumerate() {
        let found = &function.found;
        let is_in_text = |name: &str| texts.contains(&format!("{{{name}"));
        let of_function = || names.iter().filter(|(_, at)| function.range.contains(&at.start));
        let is_called = |name: &str| of_function().any(|(used, at)| used == name && text[at.end..].starts_with('!'));
        let locals =
            found.stored.difference(&found.fixed).filter(|name| !is_in_text(name) && !is_called(name) && *name != "self");
        let new: BTreeMap<&String, String> = locals.enumerate().map(|(n, name)| (name, format!("v{n}"))).collect();
        for (name, at) in of_function().filter(|(_, at)| is_free(text, at) && !found.fields.contains(&at.start)) {
            if let Some(new) = new.get(name) {
                edits.push(Edit::new(at.clone(), new.clone(), group));
            }
        }
    }
    edits
}

fn import_alias(program: &Program) -> Vec<Edit> {
    let text = &program.text;
    let (mut names, mut texts) = (Vec::new(), String::new());
    identifiers(program.tokens.clone(), &mut names, &mut texts);
    let mut edits = Vec::new();
    for (group, (imported, end)) in program.imports.iter().enumerate() {
        let is_import = |at: &Range<usize>| program.uses.iter().any(|import| import.contains(&at.start));
        let is_field = |at: &Range<usize>| program.functions.iter().any(|function| function.found.fields.contains(&at.start));
        let follows = |at: &Range<usize>| text[at.end..].trim_start();
        let uses: Vec<&Range<usize>> =
            names.iter().filter(|(name, at)| name == imported && !is_import(at)).map(|(_, at)| at).collect();
        let is_bound = |at: &&Range<usize>| {
            let before = text[..at.start].trim_end();
            follows(at).starts_with('!')
                || ["let", "mut", "fn", "struct", "trait", "mod"].iter().any(|word| before.ends_with(word))
        };
        if uses.iter().any(is_bound) {
            continue;
        }
        let alias = format!("Aliased{imported}");
        edits.push(Edit::insert(*end, format!(" as {alias}"), group));
        let is_member = |at: &Range<usize>| {
            let before = text[..at.start].trim_end();
            (before.ends_with('.') && !before.ends_with("..")) || before.ends_with("::")
        };
        let free = uses.into_iter().filter(|at| !is_member(at) && !is_field(at));
        edits.extend(free.map(|at| Edit::new(at.clone(), alias.clone(), group)));
    }
    edits
}
