//! No text makes lowering panic, overflow the stack or take more than linear time, and what can be read is lowered.

use std::fmt::Write as _;
use std::path::Path;

use unspin_ir::{Module, Source, dump, name};

const STACK: usize = 256 << 20;

/// Run on a thread with the stack that callers are told to provide.
fn on_large_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
    thread.join().expect("no panic");
}

fn lower(text: &str) -> Module {
    unspin_frontend_python::lower(text, &Source { name: name("pack.mod"), is_package: false, is_test: false })
}

fn function<'a>(module: &'a Module, qualified: &str) -> &'a unspin_ir::Function {
    let found = module.functions.iter().find(|function| function.qualified().as_str() == qualified);
    found.unwrap_or_else(|| panic!("{qualified} was not lowered"))
}

fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lowering");
    let entries = std::fs::read_dir(folder).expect("the fixtures are there");
    let mut paths = entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.iter().map(|path| std::fs::read_to_string(path).expect("a readable fixture")).collect()
}

#[test]
fn a_text_cut_anywhere_is_survived() {
    on_large_stack(|| {
        for text in fixtures() {
            for (end, _) in text.char_indices() {
                dump(&lower(&text[..end]));
            }
        }
    });
}

#[test]
fn a_word_too_many_or_too_few_is_survived() {
    const WORDS: [&str; 24] = [
        "(",
        ")",
        "[",
        "{",
        "}",
        ":",
        "\n",
        "\n   ",
        "'",
        "\"\"\"",
        "f'{",
        "lambda ",
        "for ",
        "while ",
        "try:\n",
        "except ",
        "match x:\n",
        "class ",
        "await ",
        "*",
        "=",
        ":=",
        "nonlocal i\n",
        "del ",
    ];
    on_large_stack(|| {
        for (index, text) in fixtures().into_iter().enumerate() {
            for (at, _) in text.char_indices().filter(|(at, _)| at % 5 == index % 5) {
                let word = WORDS[at % WORDS.len()];
                dump(&lower(&format!("{}{word}{}", &text[..at], &text[at..])));
                let rest = text.get(at + 3..).unwrap_or_default();
                dump(&lower(&format!("{}{rest}", &text[..at])));
            }
        }
    });
}

#[test]
fn what_stands_around_a_syntax_error_is_lowered() {
    let module = lower("def before(): return 1\n\ndef broken(:\n    x = = 2\n\ndef after():\n    while True: pass\n");
    assert!(!module.problems.is_empty());
    assert_eq!(function(&module, "before").blocks.len(), 1);
    assert_eq!(function(&module, "after").loops.len(), 1);
}

#[test]
fn nesting_that_python_refuses_is_a_problem_and_not_a_crash() {
    on_large_stack(|| {
        for link in ["(", "[", "f(", "not ", "- ", "lambda: ", "await ", "a if b else ", "a + ", "f'{", "{a: "] {
            let module = lower(&format!("x = {}1\n", link.repeat(100_000)));
            assert!(module.functions.is_empty() && module.problems.len() == 1, "{link}");
            assert!(module.problems[0].message.contains("nested too deeply"), "{link}");
        }
    });
}

#[test]
fn the_deepest_that_is_accepted_fits_the_stack() {
    on_large_stack(|| {
        // Each with the number of its words and operators, of which one expression may have 50,000.
        for (link, parts) in [("not ", 1), ("- ", 1), ("lambda: ", 1), ("await ", 1), ("a ** ", 3), ("a if b else ", 4)] {
            assert!(!lower(&format!("x = {}1\n", link.repeat(49_000 / parts))).functions.is_empty(), "{link}");
        }
        for (link, parts) in [("()", 1), ("[0]", 2), (".a", 2), (" + a", 2), (" and a or b", 4), (" < a", 2)] {
            assert!(lower(&format!("while a{}: pass\n", link.repeat(49_000 / parts))).problems.is_empty(), "{link}");
        }
        let blocks = |header: &str| {
            let mut text = String::new();
            for depth in 0..99 {
                let _ = writeln!(text, "{}{header}", " ".repeat(depth));
            }
            text + &" ".repeat(99) + "f()\n"
        };
        for header in ["while a:", "def f(a=lambda: a):", "class A:", "with a as b, c:", "for a in b:", "async def f():"] {
            assert!(lower(&blocks(header)).problems.is_empty(), "{header}");
        }
    });
}

/// Blocks per line of source: copies of `finally` bodies must not multiply with their depth.
fn blocks_per_line(text: &str) -> usize {
    let module = lower(text);
    assert!(module.problems.is_empty(), "{:?}", module.problems);
    let blocks = module.functions.iter().map(|function| function.blocks.len()).sum::<usize>();
    blocks / text.lines().count()
}

#[test]
fn the_graph_is_linear_in_the_source() {
    on_large_stack(|| {
        let mut nested = String::from("def f(a):\n");
        for depth in 1..90 {
            let indent = " ".repeat(depth);
            let _ = write!(nested, "{indent}try:\n{indent} if a: return f(1)\n{indent}finally:\n");
        }
        let _ = writeln!(nested, "{}f()", " ".repeat(90));
        assert!(blocks_per_line(&nested) < 200);

        let mut managers = String::from("def f(a):\n");
        for depth in 1..60 {
            let indent = " ".repeat(depth);
            let _ = write!(managers, "{indent}with a:\n{indent} if a: return f(1)\n");
        }
        let _ = writeln!(managers, "{}f()", " ".repeat(60));
        assert!(blocks_per_line(&managers) < 100);

        let returns =
            format!("def f(a):\n try:\n{} finally:\n{}", "  if a: return f(1)\n".repeat(5000), "  g()\n".repeat(5000));
        assert!(blocks_per_line(&returns) < 10);
    });
}

#[test]
fn mistakes_that_nest_are_lowered_once() {
    let expressions = |depth: usize| {
        let module = lower(&format!("x = {}a{}\n", "((".repeat(depth), " or b) := c)".repeat(depth)));
        assert!(!module.problems.is_empty());
        module.functions.iter().map(|function| function.exprs.len()).sum::<usize>()
    };
    on_large_stack(move || assert!(expressions(24) < 3 * expressions(12)));
}

#[test]
fn comments_are_told_from_text() {
    let text = "x = '# unspin: no'\n  # expect: one\ny = 1  # unspin: allow(two) why\n'''\n# expect: no\n'''\n# other\n";
    let module = lower(text);
    let found = module.comments.iter().map(|comment| (comment.text.as_str(), comment.alone)).collect::<Vec<_>>();
    assert_eq!(found, [("expect: one", true), ("unspin: allow(two) why", false)]);
    assert_eq!(module.lines, 7);
}

#[test]
fn handlers_and_loops_have_the_span_of_their_head() {
    let text = "for x in y:\n    try:\n        f()\n    except (A, B) as e :\n        g()\nelse:\n    h()\n";
    let module = lower(text);
    let body = &module.functions[0];
    let shown = |span: unspin_span::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(shown(body.loops[0].head), "for x in y");
    assert!(shown(body.loops[0].span).ends_with("g()"));
    let handlers = body.blocks.iter().filter_map(|block| match &block.terminator {
        unspin_ir::Terminator::Dispatch { handlers, .. } => handlers.first(),
        _ => None,
    });
    assert_eq!(handlers.map(|handler| shown(handler.span)).collect::<Vec<_>>(), ["except (A, B) as e "]);
}

#[test]
fn functions_say_what_they_are() {
    let text = "
import abc, typing
from pytest import fixture as fix

class TestThing(Base):
    def helper(self): return 1
    @classmethod
    def build(cls, size: 'int' = 3) -> 'TestThing': return cls
    @staticmethod
    def plain(a): return a

class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): return 0
    def stub(self): raise NotImplementedError

@fix(scope='module')
async def server() -> typing.NoReturn:
    while True: yield
def test_it(): pass
";
    let module = lower(text);
    let helper = function(&module, "TestThing.helper");
    assert!(helper.has_receiver && helper.is_test && helper.owner == Some(name("TestThing")));
    let build = function(&module, "TestThing.build");
    assert!(build.has_receiver && build.returns == Some(name("TestThing")));
    assert_eq!(build.declared_type(build.parameters[1].local), Some(name("int")));
    assert!(!function(&module, "TestThing.plain").has_receiver);
    assert!(function(&module, "Shape.area").is_abstract && function(&module, "Shape.stub").is_abstract);
    assert!(module.classes[1].is_abstract && module.classes[1].bases == [name("abc.ABC")]);
    let server = function(&module, "server");
    assert!(server.never_returns && server.is_async && server.is_generator && !server.is_test);
    assert_eq!(server.decorators, [name("pytest.fixture")]);
    assert!(function(&module, "test_it").is_test);
}
