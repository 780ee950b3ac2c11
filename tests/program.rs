//! Runs a program in a folder of its own.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A folder in which a program runs.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    program: PathBuf,
}

/// What the program did.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub elapsed: Duration,
}

impl Folder {
    /// A folder with these files, in which `program` will run.
    ///
    /// # Panics
    ///
    /// When the folder or a file cannot be made.
    pub fn new(program: &str, files: &[(&str, &str)]) -> Self {
        let folder = Self { folder: tempfile::tempdir().expect("a temporary folder"), program: PathBuf::from(program) };
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Write a file and the folders above it.
    ///
    /// # Panics
    ///
    /// When one of them cannot be made.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    /// Run the program in it.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, b"")
    }

    /// Run the program in it with something on standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be started, or says something that is not UTF-8.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let start = Instant::now();
        let mut child = Command::new(&self.program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that does not read its input closes the pipe early; that is its right.
        drop(child.stdin.take().expect("a pipe").write_all(input));
        let output = child.wait_with_output().expect("the program ends");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
            elapsed: start.elapsed(),
        }
    }
}

impl Outcome {
    /// Standard output as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
