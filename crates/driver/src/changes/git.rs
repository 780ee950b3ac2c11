//! Asks the `git` program about the repository around the working directory.
//!
//! Every list is asked for with `-z`, so that no file name is quoted: names are bytes, whatever they hold. Nothing is written
//! to the repository, not even a refreshed index. What fails ends the run with what git said and the command that helps.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use rustc_hash::FxHashMap;

use crate::{Changes, Error};

/// A repository, seen from its top folder.
#[derive(Debug)]
pub(super) struct Git {
    /// Its top folder, without symbolic links.
    pub(super) top: PathBuf,
    /// The option that asked for it, for messages.
    asked: String,
}

/// A file of a commit or of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    pub(super) id: String,
    /// Whether it is another repository.
    pub(super) is_submodule: bool,
}

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Before; `None` if it was added.
    pub(super) old: Option<Listed>,
    /// After; `None` if it was deleted.
    pub(super) new: Option<PathBuf>,
}

impl Git {
    /// The repository around a folder.
    pub(super) fn open(cwd: &Path, changes: &Changes) -> Result<Self, Error> {
        let git = Self { top: cwd.to_owned(), asked: changes.to_string() };
        let top = git.run(&["rev-parse", "--show-toplevel"])?;
        let top = path(top.strip_suffix(b"\n").unwrap_or(&top));
        let top = top.canonicalize().unwrap_or(top);
        Ok(Self { top, ..git })
    }

    /// The commit from which what is there now and `reference` both come.
    pub(super) fn merge_base(&self, reference: &str) -> Result<String, Error> {
        let commit = format!("{reference}^{{commit}}");
        let Some(from) = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])? else {
            return Err(self.unknown(reference)?);
        };
        if self.ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?.is_none() {
            return Err(self.error("there is no commit yet; `--staged` checks what the first one will hold"));
        }
        if let Some(base) = self.ask(&["merge-base", &from, "HEAD"])? {
            return Ok(base);
        }
        let is_shallow = self.ask(&["rev-parse", "--is-shallow-repository"])?.is_some_and(|answer| answer == "true");
        Err(self.error(&if is_shallow {
            format!(
                "this is a shallow clone that does not reach back to where HEAD and `{reference}` part; \
                 run `git fetch --unshallow` (`fetch-depth: 0` in a checkout action)"
            )
        } else {
            format!("HEAD and `{reference}` have no commit in common; name a commit that HEAD comes from")
        }))
    }

    /// The commit that is checked out, or an empty tree before the first one.
    pub(super) fn head(&self) -> Result<String, Error> {
        match self.ask(&["rev-parse", "--verify", "--quiet", "HEAD"])? {
            Some(head) => Ok(head),
            None => Ok(text(&self.run(&["hash-object", "-t", "tree", "--stdin"])?)),
        }
    }

    /// Every file of a commit.
    pub(super) fn tree(&self, commit: &str) -> Result<Vec<Listed>, Error> {
        let list = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        // `mode type id<TAB>path`
        Ok(parts(&list).filter_map(|entry| listed(entry, 2)).collect())
    }

    /// Every file of the index; one that is in conflict may stand there more than once.
    pub(super) fn index(&self) -> Result<Vec<Listed>, Error> {
        let list = self.run(&["ls-files", "-s", "-z", "--full-name"])?;
        // `mode id stage<TAB>path`
        Ok(parts(&list).filter_map(|entry| listed(entry, 1)).collect())
    }

    /// What differs between what `git diff` is asked to compare.
    pub(super) fn diff(&self, arguments: &[&str]) -> Result<Vec<Pair>, Error> {
        let common = ["diff", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--ignore-submodules=dirty"];
        pairs(&self.run(&[&common, arguments, &["--"]].concat())?)
            .ok_or_else(|| self.error("what `git diff` said cannot be read"))
    }

    /// The contents of objects, by their ids.
    pub(super) fn blobs(&self, ids: &[String]) -> Result<FxHashMap<String, Arc<[u8]>>, Error> {
        if ids.is_empty() {
            return Ok(FxHashMap::default());
        }
        let mut child =
            self.command(&["cat-file", "--batch"]).stdin(Stdio::piped()).spawn().map_err(|error| self.no_git(&error))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // Answers are read while questions are still being asked: neither pipe holds all of them.
            scope.spawn(move || {
                if let Some(mut stdin) = stdin {
                    drop(stdin.write_all((ids.join("\n") + "\n").as_bytes()));
                }
            });
            child.wait_with_output()
        });
        let output = self.checked(&["cat-file"], output.map_err(|error| self.no_git(&error))?)?;
        batch(&output).ok_or_else(|| self.error("objects are missing from the repository; `git fsck` tells which"))
    }

    /// What a command answers on its first line; `None` if it fails.
    fn ask(&self, arguments: &[&str]) -> Result<Option<String>, Error> {
        let output = self.output(arguments)?;
        Ok(output.status.success().then(|| text(&output.stdout)))
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let output = self.output(arguments)?;
        self.checked(arguments, output)
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Error> {
        self.command(arguments).stdin(Stdio::null()).output().map_err(|error| self.no_git(&error))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.top).args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn checked(&self, arguments: &[&str], output: Output) -> Result<Vec<u8>, Error> {
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        let command = arguments.first().copied().unwrap_or_default();
        Err(self.error(&match said {
            "" => format!("`git {command}` failed"),
            _ if said.starts_with("not a git repository") => {
                "not a git repository here; run unspin in the one whose changes are asked for".to_owned()
            }
            _ => said.to_owned(),
        }))
    }

    fn unknown(&self, reference: &str) -> Result<Error, Error> {
        let names = self.run(&["for-each-ref", "--format=%(refname:short)"])?;
        let names = String::from_utf8_lossy(&names).into_owned();
        let known: Vec<&str> = names.lines().collect();
        // `main` where only `origin/main` was fetched.
        let last = known.iter().find(|name| name.rsplit('/').next() == Some(reference)).copied();
        let near = last.or_else(|| unspin_engine::suppression::suggest(reference, &known));
        Ok(self.error(&match near {
            Some(near) => format!("git knows no commit `{reference}`; did you mean `{near}`?"),
            None => format!("git knows no commit `{reference}`; `git fetch origin {reference}` may bring it"),
        }))
    }

    fn no_git(&self, error: &io::Error) -> Error {
        self.error(&match error.kind() {
            io::ErrorKind::NotFound => "the program `git` was not found; install it, or leave the option out".to_owned(),
            _ => format!("the program `git` could not be run: {error}"),
        })
    }

    /// An error of the option that asks for git.
    pub(super) fn error(&self, message: &str) -> Error {
        Error::Changes { asked: self.asked.clone(), message: message.to_owned() }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

fn parts(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&byte| byte == 0).filter(|part| !part.is_empty())
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

const SUBMODULE: &str = "160000";

/// Words, a tab, a path; the id is the word at `id`.
fn listed(entry: &[u8], id: usize) -> Option<Listed> {
    let tab = entry.iter().position(|&byte| byte == b'\t')?;
    let words = std::str::from_utf8(&entry[..tab]).ok()?;
    let words: Vec<&str> = words.split(' ').collect();
    let is_submodule = *words.first()? == SUBMODULE;
    Some(Listed { path: path(&entry[tab + 1..]), id: (*words.get(id)?).to_owned(), is_submodule })
}

/// `:mode mode id id status`, then one path, or two of what was renamed or copied.
fn pairs(raw: &[u8]) -> Option<Vec<Pair>> {
    let mut pairs = Vec::new();
    let mut parts = parts(raw);
    while let Some(head) = parts.next() {
        let words: Vec<&str> = std::str::from_utf8(head.strip_prefix(b":")?).ok()?.split(' ').collect();
        let [old_mode, new_mode, id, _, status] = words[..] else { return None };
        let first = path(parts.next()?);
        let is_moved = status.starts_with(['R', 'C']);
        let second = if is_moved { path(parts.next()?) } else { first.clone() };
        let is_nothing = |mode: &str| mode.bytes().all(|byte| byte == b'0');
        let is_submodule = [old_mode, new_mode].contains(&SUBMODULE);
        pairs.push(Pair {
            old: (!is_nothing(old_mode)).then(|| Listed { path: first, id: id.to_owned(), is_submodule }),
            // A file in conflict has no mode of its own, and is there.
            new: (!is_nothing(new_mode) || status.starts_with('U')).then_some(second),
        });
    }
    Some(pairs)
}

/// `id type size`, a line feed, as many bytes, a line feed.
fn batch(mut output: &[u8]) -> Option<FxHashMap<String, Arc<[u8]>>> {
    let mut blobs = FxHashMap::default();
    while !output.is_empty() {
        let end = output.iter().position(|&byte| byte == b'\n')?;
        let words: Vec<&str> = std::str::from_utf8(&output[..end]).ok()?.split(' ').collect();
        let [id, _, size] = words[..] else { return None };
        let size: usize = size.parse().ok()?;
        let bytes = output.get(end + 1..end + 1 + size)?;
        blobs.insert(id.to_owned(), Arc::from(bytes));
        output = output.get(end + 2 + size..)?;
    }
    Some(blobs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_anything() {
        let raw = b":100644 100644 aa bb R087\0a \"b\n.py\0c\td.py\0:000000 100644 00 00 A\0\xc3\xbc.py\0:100644 000000 cc 00 D\0e.py\0";
        let pairs = pairs(raw).expect("well formed");
        let shown: Vec<_> =
            pairs.iter().map(|pair| (pair.old.as_ref().map(|old| old.path.clone()), pair.new.clone())).collect();
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(shown, [(path("a \"b\n.py"), path("c\td.py")), (None, path("ü.py")), (path("e.py"), None)]);
        assert_eq!(
            listed(b"100644 blob aa\tx\ty.py", 2).map(|found| (found.path, found.id)),
            Some(("x\ty.py".into(), "aa".into()))
        );
    }

    #[test]
    fn contents_may_hold_anything() {
        let blobs = batch(b"aa blob 5\nx\n\ny\n\nbb blob 0\n\n").expect("well formed");
        assert_eq!(blobs["aa"].as_ref(), b"x\n\ny\n");
        assert_eq!(blobs["bb"].as_ref(), b"");
        assert_eq!(batch(b"cc missing\n"), None);
    }
}
