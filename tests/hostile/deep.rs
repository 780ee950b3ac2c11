//! Sources whose syntax trees are as deep as they are long: what overflows the stack of a parser, a walk or a `drop`.

/// A named source, `depth` levels deep.
pub(crate) struct Deep {
    /// Name of the file.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}

/// Blocks that nest by indentation: `head` on each level, one deeper each time. Quadratic in size, so shallower.
fn indented(head: &str, last: &str, depth: usize) -> String {
    let depth = depth.min(2_000);
    let mut text = String::new();
    for level in 0..depth {
        text.push_str(&" ".repeat(level));
        text.push_str(head);
        text.push('\n');
    }
    text + &" ".repeat(depth) + last + "\n"
}

/// Python that nests in every way the grammar has.
pub(crate) fn python(depth: usize) -> Vec<Deep> {
    let expressions = [
        ("parentheses", nested("(", "1", ")", depth)),
        ("lists", nested("[", "1", "]", depth)),
        ("dicts", nested("{1:", "1", "}", depth)),
        ("calls", nested("f(", "1", ")", depth)),
        ("keyword_calls", nested("f(k=", "1", ")", depth)),
        ("subscripts", nested("a[", "1", "]", depth)),
        ("slices", nested("a[1:", "1", "]", depth)),
        ("not", nested("not ", "a", "", depth)),
        ("minus", nested("-", "1", "", depth)),
        ("invert", nested("~", "1", "", depth)),
        ("power", nested("a**", "1", "", depth)),
        ("lambda", nested("lambda: ", "1", "", depth)),
        ("lambda_default", nested("lambda x=", "1", ": 1", depth)),
        ("ternary", nested("a if b else ", "c", "", depth)),
        ("walrus", nested("(x := ", "1", ")", depth)),
        ("attributes", nested("", "a", ".b", depth)),
        ("call_chain", nested("", "a", "()", depth)),
        ("subscript_chain", nested("", "a", "[0]", depth)),
        ("sum", nested("", "a", " + a", depth)),
        ("and", nested("", "a", " and a", depth)),
        ("and_or", nested("", "a", " and a or a", depth)),
        ("compare", nested("", "a", " < a", depth)),
        ("comprehensions", nested("[x for x in ", "y", "]", depth)),
        ("conditions", format!("[x for x in y{}]", " if x".repeat(depth))),
        ("strings", nested("", "'a'", " 'a'", depth)),
        ("fstrings", format!("{}1{}", "f'{".repeat(depth), "}'".repeat(depth))),
        ("fstring_formats", format!("f'{}1{}'", "{a:".repeat(depth), "}".repeat(depth))),
        ("starred", nested("[*", "a", "]", depth)),
        ("await", nested("await ", "a", "", depth)),
        ("yield", nested("(yield ", "1", ")", depth)),
        ("unclosed", "(".repeat(depth)),
        ("unopened", ")".repeat(depth)),
    ];
    let statements = [
        ("if", indented("if a:", "pass", depth)),
        ("while", indented("while a:", "pass", depth)),
        ("for", indented("for a in b:", "pass", depth)),
        ("def", indented("def f():", "pass", depth)),
        ("async_def", indented("async def f():", "pass", depth)),
        ("class", indented("class C:", "pass", depth)),
        ("with", indented("with a:", "pass", depth)),
        ("match", indented("match a:", "pass", depth)),
        ("case", indented_pairs("match a:", "case b:", depth)),
        ("try", indented("try:", "pass", depth)),
        ("elif", format!("if a:\n pass\n{}", "elif a:\n pass\n".repeat(depth))),
        ("except", format!("try:\n pass\n{}", "except E:\n pass\n".repeat(depth))),
        ("cases", format!("match a:\n{}", " case 1:\n  pass\n".repeat(depth))),
        ("targets", format!("{}1\n", "a = ".repeat(depth))),
        ("decorators", format!("{}def f(): pass\n", "@d\n".repeat(depth))),
        ("patterns", format!("match a:\n case {}:\n  pass\n", nested("[", "x", "]", depth))),
        ("or_patterns", format!("match a:\n case {}:\n  pass\n", nested("", "1", " | 1", depth))),
        ("annotations", format!("x: {} = 1\n", nested("a[", "b", "]", depth))),
        ("semicolons", format!("{}\n", "a; ".repeat(depth))),
        ("items", format!("with {}a:\n pass\n", "a, ".repeat(depth))),
        ("loops_in_a_row", "while a:\n a = b\n".repeat(depth / 4)),
    ];
    let expressions = expressions.into_iter().map(|(name, text)| (name, format!("def f():\n x = {text}\n")));
    expressions.chain(statements).map(|(name, text)| Deep { name: format!("deep_{name}.py"), text }).collect()
}

fn indented_pairs(outer: &str, inner: &str, depth: usize) -> String {
    let mut text = String::new();
    let depth = depth.min(2_000) / 2;
    for level in 0..depth {
        let indent = " ".repeat(2 * level);
        text.extend([&indent, outer, "\n", &indent, " ", inner, "\n"]);
    }
    text + &" ".repeat(2 * depth) + "pass\n"
}

/// Rust that nests in every way the grammar has.
pub(crate) fn rust(depth: usize) -> Vec<Deep> {
    let expressions = [
        ("parentheses", nested("(", "1", ")", depth)),
        ("arrays", nested("[", "1", "]", depth)),
        ("blocks", nested("{", "1", "}", depth)),
        ("unsafe_blocks", nested("unsafe {", "1", "}", depth)),
        ("async_blocks", nested("async {", "1", "}", depth)),
        ("calls", nested("f(", "1", ")", depth)),
        ("index", nested("a[", "1", "]", depth)),
        ("not", nested("!", "a", "", depth)),
        ("minus", nested("-", "1", "", depth)),
        ("dereferences", nested("*", "a", "", depth)),
        ("references", nested("&", "a", "", depth)),
        ("closures", nested("|x| ", "1", "", depth)),
        ("method_chain", nested("", "a", ".b()", depth)),
        ("fields", nested("", "a", ".b", depth)),
        ("try", nested("", "a", "?", depth)),
        ("await", nested("", "a", ".await", depth)),
        ("sum", nested("", "a", " + a", depth)),
        ("and_or", nested("", "a", " && a || a", depth)),
        ("casts", nested("", "a", " as u8", depth)),
        ("ranges", nested("", "a", "..a", depth)),
        ("assignments", nested("a = ", "1", "", depth)),
        ("return", nested("return ", "1", "", depth)),
        ("break", nested("break ", "1", "", depth)),
        ("if", nested("if a {", "1", "}", depth)),
        ("else_if", format!("if a {{}} {}", "else if a {} ".repeat(depth))),
        ("loop", nested("loop {", "1", "}", depth)),
        ("while", nested("while a {", "1;", "}", depth)),
        ("for", nested("for a in b {", "1;", "}", depth)),
        ("conditions", nested("while ", "a", " {}", depth)),
        ("match", nested("match a { _ => ", "1", "}", depth)),
        ("match_scrutinee", nested("match ", "1", " { _ => 1 }", depth)),
        ("structs", nested("S { a: ", "1", "}", depth)),
        ("tuples", nested("(1, ", "1", ")", depth)),
        ("macros", nested("vec![", "1", "]", depth)),
        ("turbofish", format!("a::<{}>()", nested("V<", "u8", ">", depth))),
        ("select", nested("tokio::select! { _ = a => ", "1", "}", depth)),
        ("unclosed", "(".repeat(depth)),
        ("unopened", ")".repeat(depth)),
    ];
    let items = [
        ("fn", nested("fn f() {", "", "}", depth)),
        ("mod", nested("mod m {", "", "}", depth)),
        ("impl", nested("impl A { fn f() {", "", "}}", depth)),
        ("generics", format!("fn f(a: {}) {{}}\n", nested("V<", "u8", ">", depth))),
        ("tuple_types", format!("fn f(a: {}) {{}}\n", nested("(", "u8", ",)", depth))),
        ("reference_types", format!("fn f(a: {}) {{}}\n", nested("&", "u8", "", depth))),
        ("fn_types", format!("fn f(a: {}) {{}}\n", nested("fn() -> ", "u8", "", depth))),
        ("array_types", format!("fn f(a: {}) {{}}\n", nested("[", "u8", "; 1]", depth))),
        ("patterns", format!("fn f() {{ let {} = a; }}\n", nested("Some(", "x", ")", depth))),
        ("or_patterns", format!("fn f() {{ match a {{ {} => 1 }} }}\n", nested("", "1", " | 1", depth))),
        ("comments", format!("{}\nfn f() {{}}\n", nested("/*", "", "*/", depth))),
        ("unclosed_comments", "/*".repeat(depth)),
        ("attributes", format!("{}fn f() {{}}\n", "#[a]\n".repeat(depth))),
        ("token_trees", format!("#[a{}]\nfn f() {{}}\n", nested("(", "", ")", depth))),
        ("use", format!("use {};\n", nested("a::{", "b", "}", depth))),
        ("bounds", format!("fn f<T: {}>() {{}}\n", nested("", "A", " + A", depth))),
        ("loops_in_a_row", format!("fn f() {{ {} }}\n", "while a { a = b; }".repeat(depth / 4))),
    ];
    let expressions = expressions.into_iter().map(|(name, text)| (name, format!("fn f() {{ let x = {text}; }}\n")));
    expressions.chain(items).map(|(name, text)| Deep { name: format!("deep_{name}.rs"), text }).collect()
}
