//! Runs a program in a folder of its own.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;
use wait4::Wait4;

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
    /// The processor time that it took, on all threads together. What else the machine does is no part of it.
    pub cpu: Duration,
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
        let (stdout, stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let messages = thread::spawn(|| io::read_to_string(stderr).expect("messages are UTF-8"));
        let stdout = io::read_to_string(stdout).expect("output is UTF-8");
        let stderr = messages.join().expect("messages can be read");
        let ended = child.wait4().expect("the program ends");
        Outcome { code: ended.status.code(), stdout, stderr, cpu: ended.rusage.utime + ended.rusage.stime }
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
