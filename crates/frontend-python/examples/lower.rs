//! Look at lowering: `lower FILE` prints the IR of a file, `lower --measure PATH…` lowers every `.py` below the paths and
//! reports speed against parsing alone.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a program for people who work on the frontend"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use unspin_ir::{Module, Source, name};

const STACK: usize = 256 << 20;

fn main() {
    let work = std::thread::Builder::new().stack_size(STACK).spawn(run);
    if work.is_ok_and(|thread| thread.join().is_err()) {
        std::process::exit(1);
    }
}

fn run() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == "--measure").is_some() {
        measure(arguments.map(PathBuf::from));
        return;
    }
    for path in arguments {
        match std::fs::read(&path).map(|bytes| unspin_frontend_python::decode(&bytes).map(|text| lower(&text, &path))) {
            Ok(Ok(module)) => {
                for problem in &module.problems {
                    eprintln!("{path}: {:?}: {}", problem.span, problem.message);
                }
                print!("{}", unspin_ir::dump(&module));
            }
            Ok(Err(error)) => eprintln!("{path}: {error}"),
            Err(error) => eprintln!("{path}: {error}"),
        }
    }
}

fn lower(text: &str, path: &str) -> Module {
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    unspin_frontend_python::lower(text, &Source { name: name(stem), is_package: stem == "__init__", is_test: false })
}

fn measure(roots: impl Iterator<Item = PathBuf>) {
    let mut files = Vec::new();
    roots.for_each(|root| collect(&root, &mut files));
    files.sort();
    let mut totals = Totals::default();
    for path in &files {
        totals.file(path);
    }
    totals.print();
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| collect(&entry.path(), files));
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.to_owned());
    }
}

#[derive(Default)]
struct Totals {
    files: usize,
    refused: usize,
    with_problems: usize,
    bytes: usize,
    ir_bytes: usize,
    functions: usize,
    loops: usize,
    scan: Duration,
    parse: Duration,
    lower: Duration,
}

impl Totals {
    fn file(&mut self, path: &Path) {
        let Ok(bytes) = std::fs::read(path) else { return };
        let text = match unspin_frontend_python::decode(&bytes) {
            Ok(text) => text,
            Err(error) => {
                println!("{}: {error}", path.display());
                self.refused += 1;
                return;
            }
        };
        let start = Instant::now();
        let deep = unspin_frontend_python::too_deep(&text);
        self.scan += start.elapsed();
        if let Some(problem) = deep {
            println!("{}: {}", path.display(), problem.message);
        }
        let start = Instant::now();
        drop(ruff_python_parser::parse_unchecked(&text, ruff_python_parser::Mode::Module.into()));
        self.parse += start.elapsed();
        let start = Instant::now();
        let module = lower(&text, &path.to_string_lossy());
        self.lower += start.elapsed();
        self.files += 1;
        self.bytes += bytes.len();
        self.with_problems += usize::from(!module.problems.is_empty());
        self.functions += module.functions.len();
        self.loops += module.functions.iter().map(|function| function.loops.len()).sum::<usize>();
        self.ir_bytes += size(&module);
    }

    fn print(&self) {
        let megabytes = self.bytes as f64 / 1e6;
        let per_second = |time: Duration| megabytes / time.as_secs_f64();
        println!(
            "{} files, {} refused, {} with problems, {megabytes:.1} MB, {} functions, {} loops",
            self.files, self.refused, self.with_problems, self.functions, self.loops
        );
        println!(
            "scan {:.0} MB/s, parse {:.1} MB/s, parse and lower {:.1} MB/s ({:.2}s, {:.2}s, {:.2}s)",
            per_second(self.scan),
            per_second(self.parse),
            per_second(self.lower),
            self.scan.as_secs_f64(),
            self.parse.as_secs_f64(),
            self.lower.as_secs_f64()
        );
        println!("IR about {:.1} MB", self.ir_bytes as f64 / 1e6);
    }
}

/// Memory of the parts that grow with the source, without what single statements own on the heap.
fn size(module: &Module) -> usize {
    let function = |function: &unspin_ir::Function| {
        size_of_val(function)
            + size_of_val(function.exprs.as_slice())
            + size_of_val(function.locals.as_slice())
            + size_of_val(function.blocks.as_slice())
            + function.blocks.iter().map(|block| size_of_val(block.statements.as_slice())).sum::<usize>()
    };
    module.functions.iter().map(function).sum()
}
