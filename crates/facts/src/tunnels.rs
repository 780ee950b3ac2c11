//! SSH tunnels started as programs: whether they would ever notice that the other end is gone.
//!
//! Reads the literal parts of a command line. A part that comes from elsewhere may hold the option, so that it silences.

use unspin_ir::{Call, Callee, Constant, Expr, ExprId, Function, StatementKind};

use crate::observation::{Observation, Subject, Sureness};
use crate::shape::{LazyShape, Shape};
use crate::{FunctionRef, Project};

const MAX_HOPS: u32 = 6;

/// Stands for a part of a command line that is not known.
const UNKNOWN: &str = "\u{0}";

/// The options of `ssh` that take the next word with them.
const WITH_WORD: &str = "BbcDEeFIiJLlmOopPQRSWw";

/// Whether a call may start a program, by its name.
pub(crate) fn may_observe(call: &Call) -> bool {
    match call.callee {
        Callee::Path(path) => {
            ["subprocess.", "os.system", "os.popen", "os.exec", "asyncio.create_subprocess"]
                .iter()
                .any(|prefix| path.starts_with(prefix))
                || path.ends_with("Command.new")
        }
        _ => false,
    }
}

/// Every tunnel of a function that has no keep-alive.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        let StatementKind::Call(call) = &statement.kind else { continue };
        if !may_observe(call) {
            continue;
        }
        let mut words = Words { function, shape, texts: Vec::new(), is_open: false };
        let is_list_of_words = call.positional() > 1;
        for argument in &call.arguments {
            if argument.spread {
                words.is_open = true;
            } else if argument.name.is_none() && is_list_of_words {
                words.element(argument.value, 0);
            } else if argument.name.is_none_or(|name| name == "args") {
                words.collect(argument.value, 0);
            }
        }
        words.collect_builder(call);
        if words.is_tunnel() && !words.has("ServerAliveInterval") && !words.is_open {
            found.push(Observation {
                subject: Subject::Call,
                function: at,
                around: None,
                attributes: vec![("tunnel", "silent")],
                places: vec![("call", at.file, statement.span)],
                words: vec![("call", crate::sites::shown_callee(function, call))],
                sureness: Sureness::High,
            });
        }
    }
    found
}

struct Words<'a> {
    function: &'a Function,
    shape: &'a Shape,
    texts: Vec<String>,
    /// Whether words come from elsewhere.
    is_open: bool,
}

impl Words<'_> {
    fn collect(&mut self, expr: ExprId, hops: u32) {
        if hops > MAX_HOPS {
            self.is_open = true;
            return;
        }
        match self.function.expr(expr) {
            Expr::Constant(Constant::Text(text)) => self.texts.extend(text.split_whitespace().map(str::to_owned)),
            Expr::Aggregate(unspin_ir::Aggregate::Text, parts) => {
                let piece = |&part: &ExprId| match self.function.expr(part) {
                    Expr::Constant(Constant::Text(text)) => text.to_string(),
                    _ => UNKNOWN.to_owned(),
                };
                let text: String = parts.iter().map(piece).collect();
                self.texts.extend(text.split_whitespace().map(str::to_owned));
            }
            Expr::Aggregate(_, parts) => {
                for part in parts.clone() {
                    self.element(part, hops + 1);
                }
            }
            Expr::Binary(_, a, b) => {
                let (a, b) = (*a, *b);
                self.collect(a, hops + 1);
                self.collect(b, hops + 1);
            }
            Expr::Local(local) => match self.shape.definitions(*local) {
                [definition] if definition.value.is_some() && !self.is_changed(*local) => {
                    if let Some(value) = definition.value {
                        self.collect(value, hops + 1);
                    }
                }
                _ => self.is_open = true,
            },
            _ => self.is_open = true,
        }
    }

    /// One word of a list, whatever it holds.
    fn element(&mut self, expr: ExprId, hops: u32) {
        if matches!(self.function.expr(expr), Expr::Constant(_) | Expr::Aggregate(..)) {
            self.collect(expr, hops);
        } else {
            // `-o`, and an option that is put together elsewhere.
            self.is_open |= self.texts.last().is_some_and(|last| last == "-o");
            self.texts.push(UNKNOWN.to_owned());
        }
    }

    /// Whether a list is added to.
    fn is_changed(&self, local: unspin_ir::LocalId) -> bool {
        self.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => {
                matches!(call.callee, Callee::Method(on, _) if *self.function.expr(on) == Expr::Local(local))
            }
            _ => false,
        })
    }

    /// `Command::new("ssh").arg("-N").args([..])`.
    fn collect_builder(&mut self, call: &Call) {
        let Some(made) = call.result else { return };
        let mut builders = vec![made];
        let function = self.function;
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            match &statement.kind {
                StatementKind::Call(call) => {
                    let Callee::Method(on, method) = call.callee else { continue };
                    let is_on_it = matches!(function.expr(on), Expr::Local(local) if builders.contains(local));
                    if !is_on_it {
                        continue;
                    }
                    builders.extend(call.result);
                    for argument in &call.arguments {
                        match method.as_str() {
                            "arg" => self.element(argument.value, 0),
                            "args" => self.collect(argument.value, 0),
                            _ => {}
                        }
                    }
                }
                StatementKind::Assign(place, value) => {
                    if let (Expr::Local(place), Expr::Local(value)) = (function.expr(*place), function.expr(*value))
                        && builders.contains(value)
                    {
                        builders.push(*place);
                    }
                }
                _ => {}
            }
        }
    }

    fn has(&self, word: &str) -> bool {
        self.texts.iter().any(|text| text.contains(word))
    }

    fn is_tunnel(&self) -> bool {
        let is_program = |text: &String| matches!(text.rsplit('/').next(), Some("ssh" | "autossh"));
        let is_forward = |text: &String| {
            let flags = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
            let letters: String = flags.chars().take_while(char::is_ascii_alphabetic).collect();
            matches!(letters.chars().next(), Some('R' | 'L' | 'D' | 'w'))
                || (letters.len() <= 4 && letters.chars().any(|letter| matches!(letter, 'N' | 'R' | 'L' | 'D')))
        };
        let Some(program) = self.texts.iter().position(is_program) else { return false };
        program == 0 && self.options().any(is_forward)
    }

    /// The options of the program: what follows the other machine's name is a command for that.
    fn options(&self) -> impl Iterator<Item = &String> {
        let (mut is_named, mut is_value) = (false, false);
        self.texts.iter().skip(1).take_while(move |word| {
            let is_option = word.starts_with('-');
            let is_command = !is_option && !is_value && is_named && !word.contains(UNKNOWN);
            is_named |= !is_option && !is_value;
            is_value = is_option && word.len() > 1 && word.ends_with(|last| WITH_WORD.contains(last));
            !is_command
        })
    }
}
