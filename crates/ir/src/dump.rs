//! The textual form of the IR: how people look at lowering, and how lowering is tested.
//!
//! Blocks are renumbered in the order in which a walk from the entry first meets them, straight jumps through empty
//! blocks are followed, and what cannot be reached is left out, so that two frontends that build the same graph in
//! another order print the same text. Positions are not printed.

use std::fmt::Write as _;

use crate::{
    Aggregate, BinaryOp, BlockId, Call, Callee, CompareOp, Constant, Expr, ExprId, Function, FunctionKind, Handler, LocalKind,
    LoopKind, Module, Statement, StatementKind, Terminator, UnaryOp,
};

/// The whole module as text.
pub fn dump(module: &Module) -> String {
    let mut text = String::new();
    for class in &module.classes {
        let bases = class.bases.iter().map(crate::Name::as_str).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "class {}({bases})", class.name);
        for field in class.fields.iter().chain(&class.payloads) {
            let _ = writeln!(text, "  {}: {}", field.name, field.ty);
        }
    }
    for function in &module.functions {
        if function.kind == FunctionKind::Module && is_empty(function) {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        Printer::new(function, module).print(&mut text);
    }
    text
}

fn is_empty(function: &Function) -> bool {
    let entry = &function.blocks[0];
    entry.statements.is_empty() && matches!(entry.terminator, Terminator::Return(None))
}

struct Printer<'a> {
    function: &'a Function,
    module: &'a Module,
    /// Reachable blocks in the order of printing.
    order: Vec<BlockId>,
    /// Temporaries in the order of printing.
    temporaries: std::cell::RefCell<Vec<crate::LocalId>>,
}

impl<'a> Printer<'a> {
    fn new(function: &'a Function, module: &'a Module) -> Self {
        let mut printer = Self { function, module, order: Vec::new(), temporaries: std::cell::RefCell::default() };
        let mut pending = vec![printer.resolve(BlockId::new(0))];
        while let Some(block) = pending.pop() {
            if printer.order.contains(&block) {
                continue;
            }
            printer.order.push(block);
            let mut next = function.block(block).successors();
            next.reverse();
            pending.extend(next.into_iter().map(|block| printer.resolve(block)));
        }
        printer
    }

    /// Follow straight jumps through empty blocks that are no loop header.
    fn resolve(&self, mut block: BlockId) -> BlockId {
        for _ in 0..self.function.blocks.len() {
            let candidate = self.function.block(block);
            let is_header = self.function.loops.iter().any(|l| l.header == block);
            match candidate.terminator {
                Terminator::Goto(target) if candidate.statements.is_empty() && !is_header => block = target,
                _ => break,
            }
        }
        block
    }

    fn block(&self, block: BlockId) -> String {
        let block = self.resolve(block);
        let index = self.order.iter().position(|&b| b == block);
        index.map_or_else(|| "b?".to_owned(), |index| format!("b{index}"))
    }

    fn print(&self, text: &mut String) {
        let function = self.function;
        let mut head = String::new();
        if function.is_async && function.kind != FunctionKind::AsyncBlock {
            head.push_str("async ");
        }
        if function.is_generator {
            head.push_str("generator ");
        }
        let shown = if function.kind == FunctionKind::Module { "<module>" } else { function.qualified().as_str() };
        let parameters = function.parameters.iter().map(|p| {
            let star = if p.spread { "*" } else { "" };
            let local = function.local(p.local);
            let ty = function.declared_type(p.local).map_or(String::new(), |ty| format!(": {ty}"));
            let default = p.default.map_or(String::new(), |value| format!(" = {}", self.expr(value)));
            format!("{star}{}{ty}{default}", local.name)
        });
        let returns = function.returns.map_or(String::new(), |ty| format!(" -> {ty}"));
        let _ = writeln!(text, "{head}function {shown}({}){returns}", parameters.collect::<Vec<_>>().join(", "));
        let captured = function.locals.iter().filter(|l| matches!(l.kind, LocalKind::Captured | LocalKind::Shared));
        for local in captured {
            let _ = writeln!(text, "  {} {}", if local.kind == LocalKind::Shared { "shares" } else { "captures" }, local.name);
        }
        for &id in &self.order {
            let block = function.block(id);
            let mut notes = String::new();
            for found in function.loops.iter().filter(|l| l.header == id) {
                notes.push_str(match found.kind {
                    LoopKind::While => "  ; loop while",
                    LoopKind::Endless => "  ; loop endless",
                    LoopKind::For => "  ; loop for",
                    LoopKind::Comprehension => "  ; loop comprehension",
                });
            }
            let unwinds = block.unwind.filter(|&unwind| block.successors().contains(&unwind));
            if let Some(unwind) = unwinds {
                let _ = write!(notes, "  ; unwind {}", self.block(unwind));
            }
            let _ = writeln!(text, "{}:{notes}", self.block(id));
            for statement in &block.statements {
                let _ = writeln!(text, "  {}", self.statement(statement));
            }
            let _ = writeln!(text, "  {}", self.terminator(&block.terminator));
        }
    }

    fn statement(&self, statement: &Statement) -> String {
        match &statement.kind {
            StatementKind::Assign(place, value) => format!("{} = {}", self.expr(*place), self.expr(*value)),
            StatementKind::Call(call) => {
                let result = call.result.map_or(String::new(), |local| format!("{} = ", self.local(local)));
                format!("{result}{}", self.call(call))
            }
            StatementKind::Delete(place) => format!("delete {}", self.expr(*place)),
            StatementKind::Yield(value) => {
                format!("yield {}", value.map_or(String::new(), |v| self.expr(v))).trim_end().to_owned()
            }
            StatementKind::Enter(scope) => format!("enter {}", self.expr(self.function.scope(*scope).manager)),
            StatementKind::Leave(scope) => format!("leave {}", self.expr(self.function.scope(*scope).manager)),
        }
    }

    fn call(&self, call: &Call) -> String {
        let callee = match call.callee {
            Callee::Path(path) => path.to_string(),
            Callee::Method(receiver, method) => format!("{}.{method}", self.expr(receiver)),
            Callee::Value(value) => format!("({})", self.expr(value)),
        };
        let arguments = call.arguments.iter().map(|argument| {
            let keyword = argument.name.map_or(String::new(), |n| format!("{n}="));
            let star = if argument.spread { "*" } else { "" };
            let mutable = if argument.mutable { "&mut " } else { "" };
            format!("{keyword}{star}{mutable}{}", self.expr(argument.value))
        });
        let mut words = String::new();
        if call.awaited {
            words.push_str("await ");
        }
        if !call.raises {
            words.push_str("keep-failure ");
        }
        if call.panics {
            words.push_str("unwrap ");
        }
        format!("{words}call {callee}({})", arguments.collect::<Vec<_>>().join(", "))
    }

    fn terminator(&self, terminator: &Terminator) -> String {
        match terminator {
            Terminator::Goto(block) => format!("goto {}", self.block(*block)),
            Terminator::Branch { test, then, otherwise } => {
                format!("if {} then {} else {}", self.expr(*test), self.block(*then), self.block(*otherwise))
            }
            Terminator::Advance { iterable, item, awaited, body, exhausted } => format!(
                "{}next {} from {} then {} else {}",
                if *awaited { "await " } else { "" },
                self.local(*item),
                self.expr(*iterable),
                self.block(*body),
                self.block(*exhausted)
            ),
            Terminator::Select { arms } => {
                format!("select {}", arms.iter().map(|&arm| self.block(arm)).collect::<Vec<_>>().join(", "))
            }
            Terminator::Return(None) => "return".to_owned(),
            Terminator::Return(Some(value)) => format!("return {}", self.expr(*value)),
            Terminator::Raise { class, value, assertion, panics } => {
                let word = match (assertion, panics) {
                    (true, _) => "assert-raise",
                    (_, true) => "panic",
                    _ => "raise",
                };
                let class = class.map_or(String::new(), |class| format!(" {class}"));
                let value = value.map_or(String::new(), |value| format!(" ({})", self.expr(value)));
                format!("{word}{class}{value}")
            }
            Terminator::Dispatch { handlers, otherwise } => {
                let mut arms = handlers.iter().map(|handler| self.handler(handler)).collect::<Vec<_>>();
                arms.extend(otherwise.map(|block| format!("else {}", self.block(block))));
                format!("dispatch {}", arms.join(", "))
            }
            Terminator::Unreachable => "unreachable".to_owned(),
        }
    }

    fn handler(&self, handler: &Handler) -> String {
        let what = match (handler.manager, handler.classes.is_empty()) {
            (Some(scope), _) => format!("if suppressed by {}", self.expr(self.function.scope(scope).manager)),
            (None, true) => "any".to_owned(),
            (None, false) => handler.classes.iter().map(crate::Name::as_str).collect::<Vec<_>>().join("|"),
        };
        let binding = handler.binding.map_or(String::new(), |local| format!(" as {}", self.local(local)));
        format!("{what}{binding} then {}", self.block(handler.block))
    }

    fn local(&self, id: crate::LocalId) -> String {
        let local = self.function.local(id);
        if local.kind != LocalKind::Temporary {
            return local.name.to_string();
        }
        let mut seen = self.temporaries.borrow_mut();
        let index = seen.iter().position(|&other| other == id).unwrap_or_else(|| {
            seen.push(id);
            seen.len() - 1
        });
        format!("%{index}")
    }

    fn expr(&self, id: ExprId) -> String {
        let list = |parts: &[ExprId]| parts.iter().map(|&part| self.expr(part)).collect::<Vec<_>>().join(", ");
        match self.function.expr(id) {
            Expr::Constant(constant) => shown_constant(constant),
            Expr::Local(local) => self.local(*local),
            Expr::Global(global) => global.to_string(),
            Expr::Field(base, field) => format!("{}.{field}", self.expr(*base)),
            Expr::Index(base, index) => format!("{}[{}]", self.expr(*base), self.expr(*index)),
            Expr::Slice(base, low, high) => {
                let bound = |bound: &Option<ExprId>| bound.map_or(String::new(), |b| self.expr(b));
                format!("{}[{}:{}]", self.expr(*base), bound(low), bound(high))
            }
            Expr::Unary(UnaryOp::Not, a) => format!("not {}", self.expr(*a)),
            Expr::Unary(UnaryOp::Negate, a) => format!("-{}", self.expr(*a)),
            Expr::Unary(UnaryOp::Invert, a) => format!("~{}", self.expr(*a)),
            Expr::Binary(op, a, b) => format!("({} {} {})", self.expr(*a), binary(*op), self.expr(*b)),
            Expr::Compare(op, a, b) => format!("({} {} {})", self.expr(*a), compare(*op), self.expr(*b)),
            Expr::Truth(a) => format!("truth({})", self.expr(*a)),
            Expr::Length(a) => format!("length({})", self.expr(*a)),
            Expr::Aggregate(kind, parts) => {
                let word = match kind {
                    Aggregate::Tuple => "tuple",
                    Aggregate::List => "list",
                    Aggregate::Set => "set",
                    Aggregate::Map => "map",
                    Aggregate::Text => "text",
                };
                format!("{word}({})", list(parts))
            }
            Expr::Variant(variant) => format!("variant {}({})", variant.name, list(&variant.parts)),
            Expr::HasVariant(a, variant) => format!("({} has {variant})", self.expr(*a)),
            Expr::Payload(a, variant, index) => format!("{}.<{variant}.{index}>", self.expr(*a)),
            Expr::HasType(a, types) => {
                let types = types.iter().map(crate::Name::as_str).collect::<Vec<_>>().join("|");
                format!("({} is-a {types})", self.expr(*a))
            }
            Expr::Function(id) => {
                let target = self.module.functions.get(id.index());
                format!("function {}", target.map_or("?", |function| function.qualified().as_str()))
            }
            Expr::Opaque(parts) => format!("opaque({})", list(parts)),
        }
    }
}

fn shown_constant(constant: &Constant) -> String {
    match constant {
        Constant::None => "none".to_owned(),
        Constant::Unit => "unit".to_owned(),
        Constant::Bool(value) => value.to_string(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Text(value) => format!("{:?}", value.as_str()),
        Constant::Bytes(value) => format!("b\"{}\"", value.escape_ascii()),
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::FloorDivide => "//",
        BinaryOp::Remainder => "%",
        BinaryOp::Power => "**",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::MatrixMultiply => "@",
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Is => "is",
        CompareOp::IsNot => "is not",
        CompareOp::In => "in",
        CompareOp::NotIn => "not in",
    }
}
