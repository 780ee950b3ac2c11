//! Variants of Python programs: what a refactoring does to a function without changing whether its loops end.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, ExprContext, Stmt};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged;

use crate::edit::{Edit, Kind, indentation, line_of, line_start, next_line};

/// The kinds of variants, each made of everything in a file that it fits.
pub(crate) const KINDS: &[Kind<Program>] = &[
    ("while True as while 1", while_one),
    ("while test as test in the body", test_in_body),
    ("nested loop with its own break", nested_loop),
    ("unrelated return on success", unrelated_return),
    ("handler writes a log", log_in_handler),
    ("named constant", named_constant),
    ("condition in a helper", condition_in_helper),
    ("tried call in a helper", call_in_helper),
    ("renamed locals", renamed_locals),
    ("import alias", import_alias),
];

/// A program with what the variants need to know of it.
pub(crate) struct Program {
    text: String,
    functions: Vec<Function>,
    /// Bound name and the end of its import.
    imports: Vec<(String, usize)>,
    /// Where a definition can be put before every function.
    first_definition: usize,
    /// Every use of a name in the file, and how often each is bound outside of imports.
    uses: Vec<(String, Range<usize>)>,
    bound: BTreeSet<String>,
}

/// A function that stands in the module or in a class.
struct Function {
    name: String,
    range: Range<usize>,
    is_method: bool,
    is_async: bool,
    has_nested: bool,
    found: Found,
}

/// What is in a function.
#[derive(Default)]
struct Found {
    depth: u32,
    loops: Vec<Loop>,
    tries: Vec<Try>,
    /// Tests of `if` and `while` in loops.
    tests: Vec<Piece>,
    literals: Vec<Range<usize>>,
    names: Vec<(String, Range<usize>)>,
    stored: BTreeSet<String>,
    /// Names whose binding is no simple name: parameters, imports, nested functions, handlers, patterns.
    fixed: BTreeSet<String>,
    parameters: BTreeSet<String>,
    nested: u32,
}

struct Loop {
    /// The test, and whether it is `True`, of a `while` without `else`.
    test: Option<(Range<usize>, bool)>,
    body: usize,
}

struct Try {
    /// The value of the first statement, if it is a call, and whether it is awaited.
    call: Option<Piece>,
    /// The end of the last statement, if it does not leave.
    success: Option<(usize, usize)>,
    handlers: Vec<usize>,
}

/// An expression, with the names it uses.
struct Piece {
    range: Range<usize>,
    names: BTreeSet<String>,
    is_movable: bool,
    awaits: bool,
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.range().start().to_usize()..node.range().end().to_usize()
}

/// What a helper would need to be given.
#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    is_fixed: bool,
    awaits: bool,
}

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.used.insert(name.id.to_string());
            }
            Expr::Await(_) => self.awaits = true,
            Expr::Named(_)
            | Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::Lambda(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_) => self.is_fixed = true,
            _ => {}
        }
        walk_expr(self, expr);
    }
}

fn piece(text: &str, expr: &Expr) -> Piece {
    let mut names = Names::default();
    names.visit_expr(expr);
    let range = range(expr);
    let is_movable = !names.is_fixed && !text[range.clone()].contains(['\n', '#']) && !text[range.clone()].contains("super()");
    Piece { range, names: names.used, is_movable, awaits: names.awaits }
}

struct Walker<'t> {
    text: &'t str,
    found: Found,
}

impl Walker<'_> {
    fn block(&mut self, body: &[Stmt]) {
        self.found.depth += 1;
        for statement in body {
            self.visit_stmt(statement);
        }
        self.found.depth -= 1;
    }

    fn take_try(&mut self, statement: &ast::StmtTry) {
        let call = statement.body.first().and_then(|first| match first {
            Stmt::Assign(assign) => Some(&*assign.value),
            Stmt::Expr(expr) => Some(&*expr.value),
            _ => None,
        });
        let is_call = |expr: &Expr| match expr {
            Expr::Await(awaited) => awaited.value.is_call_expr(),
            other => other.is_call_expr(),
        };
        let leaves = |last: &&Stmt| {
            matches!(last, Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)) || range(*last).is_empty()
        };
        let success = statement.body.last().filter(|last| !leaves(last)).map(|last| (range(last).start, range(last).end));
        let body_of = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            handler.body.first().map(|first| range(first).start)
        };
        self.found.tries.push(Try {
            call: call.filter(|value| is_call(value)).map(|value| piece(self.text, value)),
            success,
            handlers: statement.handlers.iter().filter_map(body_of).collect(),
        });
    }

    fn take_parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters {
            self.found.fixed.insert(parameter.name().to_string());
            self.found.parameters.insert(parameter.name().to_string());
        }
    }
}

impl<'a> Visitor<'a> for Walker<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::While(inner) => {
                let is_true = inner.test.as_boolean_literal_expr().is_some_and(|literal| literal.value);
                let test = inner.orelse.is_empty().then(|| (range(&*inner.test), is_true));
                let body = inner.body.first().map_or(0, |first| range(first).start);
                self.found.loops.push(Loop { test, body });
                if !is_true {
                    self.found.tests.push(piece(self.text, &inner.test));
                }
                self.visit_expr(&inner.test);
                self.block(&inner.body);
                inner.orelse.iter().for_each(|statement| self.visit_stmt(statement));
                return;
            }
            Stmt::For(inner) => {
                let body = inner.body.first().map_or(0, |first| range(first).start);
                self.found.loops.push(Loop { test: None, body });
                self.visit_expr(&inner.target);
                self.visit_expr(&inner.iter);
                self.block(&inner.body);
                inner.orelse.iter().for_each(|statement| self.visit_stmt(statement));
                return;
            }
            Stmt::If(inner) if self.found.depth > 0 => self.found.tests.push(piece(self.text, &inner.test)),
            Stmt::Try(inner) if self.found.depth > 0 => self.take_try(inner),
            Stmt::FunctionDef(inner) => {
                self.found.nested += 1;
                self.found.fixed.insert(inner.name.to_string());
                self.take_parameters(&inner.parameters);
                let depth = std::mem::take(&mut self.found.depth);
                walk_stmt(self, statement);
                self.found.depth = depth;
                return;
            }
            Stmt::ClassDef(inner) => {
                self.found.nested += 1;
                self.found.fixed.insert(inner.name.to_string());
            }
            Stmt::Import(inner) => self.found.fixed.extend(inner.names.iter().map(bound_by)),
            Stmt::ImportFrom(inner) => self.found.fixed.extend(inner.names.iter().map(bound_by)),
            Stmt::Global(inner) => self.found.fixed.extend(inner.names.iter().map(ToString::to_string)),
            Stmt::Nonlocal(inner) => self.found.fixed.extend(inner.names.iter().map(ToString::to_string)),
            Stmt::Match(inner) => {
                // Captures of patterns are no names: whatever is written in a pattern stays.
                for case in &inner.cases {
                    let pattern = &self.text[range(&case.pattern)];
                    self.found.fixed.extend(pattern.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.found.fixed.extend(inner.name.iter().map(ToString::to_string));
        walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.found.names.push((name.id.to_string(), range(name)));
                if name.ctx == ExprContext::Store {
                    self.found.stored.insert(name.id.to_string());
                }
            }
            Expr::Lambda(lambda) => {
                self.found.nested += 1;
                if let Some(parameters) = &lambda.parameters {
                    self.take_parameters(parameters);
                }
            }
            Expr::Compare(compare) => {
                let sides =
                    compare.comparators.iter().filter(|side| side.is_number_literal_expr() || side.is_bytes_literal_expr());
                self.found.literals.extend(sides.map(range));
            }
            Expr::Call(call) => {
                let given = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
                self.found.literals.extend(given.filter(|value| value.is_number_literal_expr()).map(range));
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

fn bound_by(alias: &ast::Alias) -> String {
    let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
    name.split('.').next().unwrap_or_default().to_owned()
}

impl Program {
    /// `None` for a text that cannot be parsed.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let parsed = parse_module(text).ok()?;
        let body = &parsed.syntax().body;
        let mut program = Self {
            text: text.to_owned(),
            functions: Vec::new(),
            imports: Vec::new(),
            first_definition: text.len(),
            uses: Vec::new(),
            bound: BTreeSet::new(),
        };
        for statement in body {
            program.take(statement, "");
        }
        let mut all = Walker { text, found: Found::default() };
        for statement in body.iter().filter(|statement| !matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))) {
            all.visit_stmt(statement);
        }
        program.uses = all.found.names;
        program.bound = all.found.stored.into_iter().chain(all.found.fixed).collect();
        let begins = body.iter().find(|statement| matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)));
        program.first_definition = begins.map_or(text.len(), |statement| line_start(text, range(statement).start));
        Some(program)
    }

    fn take(&mut self, statement: &Stmt, class: &str) {
        match statement {
            Stmt::FunctionDef(function) => {
                let mut walker = Walker { text: &self.text, found: Found::default() };
                walker.take_parameters(&function.parameters);
                function.body.iter().for_each(|statement| walker.visit_stmt(statement));
                let found = walker.found;
                let name = if class.is_empty() { function.name.to_string() } else { format!("{class}.{}", function.name) };
                self.functions.push(Function {
                    name,
                    range: range(function),
                    is_method: !class.is_empty(),
                    is_async: function.is_async,
                    has_nested: found.nested > 0,
                    found,
                });
            }
            Stmt::ClassDef(class) => class.body.iter().for_each(|statement| self.take(statement, &class.name)),
            Stmt::Import(import) if class.is_empty() => {
                let plain = import.names.iter().filter(|alias| alias.asname.is_none() && !alias.name.contains('.'));
                self.imports.extend(plain.map(|alias| (alias.name.to_string(), range(alias).end)));
            }
            Stmt::ImportFrom(import) if class.is_empty() && import.module.as_deref() != Some("__future__") => {
                let plain = import.names.iter().filter(|alias| alias.asname.is_none() && alias.name.as_str() != "*");
                self.imports.extend(plain.map(|alias| (alias.name.to_string(), range(alias).end)));
            }
            _ => {}
        }
    }

    /// Name and lines of the functions, by which results are told apart.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.functions.iter().map(|function| (function.name.as_str(), function.range.clone()))
    }
}

/// Edits that put lines before the first statement of a block.
fn at_start(text: &str, first: usize, lines: &[&str], group: usize) -> Option<Edit> {
    let indent = indentation(text, first)?;
    let block = lines.iter().fold(String::new(), |block, line| block + indent + line + "\n");
    Some(Edit::insert(line_start(text, first), block, group))
}

fn while_one(program: &Program) -> Vec<Edit> {
    let loops = program.functions.iter().flat_map(|function| &function.found.loops);
    let tests = loops.filter_map(|one| one.test.as_ref()).filter(|(_, is_true)| *is_true);
    tests.enumerate().map(|(group, (range, _))| Edit::new(range.clone(), "1", group)).collect()
}

fn test_in_body(program: &Program) -> Vec<Edit> {
    let text = &program.text;
    let mut edits = Vec::new();
    for (group, one) in program.functions.iter().flat_map(|function| &function.found.loops).enumerate() {
        let Some((asked, false)) = &one.test else { continue };
        let condition = format!("if not ({}):", &text[asked.clone()]);
        if text[asked.clone()].contains(['\n', '#']) {
            continue;
        }
        if let Some(edit) = at_start(text, one.body, &[&condition, "    break"], group) {
            edits.extend([Edit::new(asked.clone(), "True", group), edit]);
        }
    }
    edits
}

fn nested_loop(program: &Program) -> Vec<Edit> {
    let lines = ["for unrelated in (1, 2):", "    if unrelated > 1:", "        break"];
    let loops = program.functions.iter().flat_map(|function| &function.found.loops).enumerate();
    loops.filter_map(|(group, one)| at_start(&program.text, one.body, &lines, group)).collect()
}

fn unrelated_return(program: &Program) -> Vec<Edit> {
    let text = &program.text;
    let tries = program.functions.iter().flat_map(|function| &function.found.tries).enumerate();
    let after = |(group, (start, end)): (usize, (usize, usize))| {
        let indent = indentation(text, start)?;
        let lines = format!("{indent}if hash(\"unrelated\") == 7:\n{indent}    return\n");
        Some(Edit::insert(next_line(text, end), lines, group))
    };
    tries.filter_map(|(group, one)| Some((group, one.success?))).filter_map(after).collect()
}

fn log_in_handler(program: &Program) -> Vec<Edit> {
    let tries = program.functions.iter().flat_map(|function| &function.found.tries);
    let handlers = tries.flat_map(|one| &one.handlers).enumerate();
    handlers.filter_map(|(group, &first)| at_start(&program.text, first, &["print(\"again\")"], group)).collect()
}

fn named_constant(program: &Program) -> Vec<Edit> {
    let literals = program.functions.iter().flat_map(|function| &function.found.literals);
    let mut edits = Vec::new();
    for (group, range) in literals.enumerate() {
        edits.push(Edit::insert(
            program.first_definition,
            format!("NAMED_{group} = {}\n", &program.text[range.clone()]),
            group,
        ));
        edits.push(Edit::new(range.clone(), format!("NAMED_{group}"), group));
    }
    edits
}

/// Moves an expression to a function or method of its own, which is given the locals that it needs.
fn in_helper(program: &Program, function: &Function, piece: &Piece, name: &str, group: usize) -> Vec<Edit> {
    let text = &program.text;
    let is_expected = line_of(text, piece.range.start).contains("expect:");
    let is_local = |name: &&String| function.found.stored.contains(*name) || function.found.fixed.contains(*name);
    let locals: Vec<&String> = piece.names.iter().filter(is_local).collect();
    let Some(indent) = indentation(text, line_start(text, function.range.start)) else { return Vec::new() };
    if !piece.is_movable || is_expected || (piece.awaits && !function.is_async) || function.has_nested {
        return Vec::new();
    }
    let indent = format!("{indent}{}", if function.is_method { "    " } else { "" });
    let has_self = function.is_method && locals.iter().any(|name| *name == "self");
    let others: Vec<&str> = locals.iter().map(|name| name.as_str()).filter(|name| *name != "self" || !has_self).collect();
    let parameters: Vec<&str> = has_self.then_some("self").into_iter().chain(others.iter().copied()).collect();
    let (start, wait) = if piece.awaits { ("async ", "await ") } else { ("", "") };
    let definition =
        format!("{start}def {name}({}):\n{indent}    return {}\n\n", parameters.join(", "), &text[piece.range.clone()]);
    let call = format!("{wait}{}{name}({})", if has_self { "self." } else { "" }, others.join(", "));
    if function.is_method && !has_self {
        return Vec::new();
    }
    let at = line_start(text, function.range.start);
    vec![Edit::insert(at, format!("{indent}{definition}"), group), Edit::new(piece.range.clone(), call, group)]
}

fn condition_in_helper(program: &Program) -> Vec<Edit> {
    let pieces = program.functions.iter().flat_map(|function| function.found.tests.iter().map(move |test| (function, test)));
    let edits = pieces.enumerate();
    edits.flat_map(|(group, (function, test))| in_helper(program, function, test, &format!("is_so_{group}"), group)).collect()
}

fn call_in_helper(program: &Program) -> Vec<Edit> {
    let tries = program.functions.iter().flat_map(|function| function.found.tries.iter().map(move |one| (function, one)));
    let pieces = tries.filter_map(|(function, one)| Some((function, one.call.as_ref()?)));
    let edits = pieces.enumerate();
    edits.flat_map(|(group, (function, call))| in_helper(program, function, call, &format!("attempt_{group}"), group)).collect()
}

fn renamed_locals(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (group, function) in program.functions.iter().enumerate() {
        let names: BTreeMap<&String, String> = function
            .found
            .stored
            .difference(&function.found.fixed)
            .enumerate()
            .map(|(n, name)| (name, format!("v{n}")))
            .collect();
        for (name, range) in &function.found.names {
            if let Some(new) = names.get(name) {
                edits.push(Edit::new(range.clone(), new.clone(), group));
            }
        }
    }
    edits
}

fn import_alias(program: &Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (group, (name, end)) in program.imports.iter().enumerate().filter(|(_, (name, _))| !program.bound.contains(name)) {
        edits.push(Edit::insert(*end, format!(" as aliased_{name}"), group));
        let uses = program.uses.iter().filter(|(used, _)| used == name);
        edits.extend(uses.map(|(_, range)| Edit::new(range.clone(), format!("aliased_{name}"), group)));
    }
    edits
}
