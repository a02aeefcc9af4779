//! Runs the commands of a page of `docs/runbooks` as the page has them, one block after the other, in the situation that
//! the page is for.
//!
//! A block is fenced as `sh`. What can't be run in a test, such as a service manager's command, is fenced as `sh by-hand`.
//! Words in capitals are placeholders; the test says what stands there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{gantry, repository};

/// A page whose blocks are run, each once.
pub struct Runbook {
    page: String,
    dir: PathBuf,
    blocks: Vec<Block>,
}

/// The commands between two fences.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where it begins.
    pub line: usize,
    /// Whether a test can't run it.
    pub by_hand: bool,
    /// The commands.
    pub text: String,
}

/// What came of a block.
#[derive(Debug)]
pub struct Ran {
    /// The exit code of its last command, or of the first that failed.
    pub code: Option<i32>,
    /// Both outputs.
    pub text: String,
}

impl Ran {
    /// The text, after a block that succeeded.
    #[expect(clippy::must_use_candidate, reason = "that it succeeded is what counts")]
    #[track_caller]
    pub fn ok(self) -> String {
        self.ends_with(0)
    }

    /// The text, after a block that ended with this exit code.
    #[expect(clippy::must_use_candidate, reason = "that it ended so is what counts")]
    #[track_caller]
    pub fn ends_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self.text
    }
}

/// The blocks of a page.
#[must_use]
pub fn blocks(page: &str) -> Vec<Block> {
    let file = repository().join("docs/runbooks").join(format!("{page}.md"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        match (&mut open, line.strip_prefix("```")) {
            (None, Some("sh" | "sh by-hand")) => {
                open = Some(Block { line: index + 1, by_hand: line.ends_with("by-hand"), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.text.push_str(&format!("{line}\n")),
            (None, _) => {}
        }
    }
    found
}

impl Runbook {
    /// Opens a page for a host whose files are in this directory, as [`crate::HostProcess`] has them.
    #[must_use]
    pub fn open(page: &str, dir: &Path) -> Self {
        Self { page: page.to_owned(), dir: dir.to_path_buf(), blocks: blocks(page) }
    }

    /// Runs the first block that is left with this command in it, line by line up to the first that fails, with these values
    /// for its placeholders. `gantry status` doesn't fail because it found something.
    #[track_caller]
    pub fn run(&mut self, command: &str, values: &[(&str, &str)]) -> Ran {
        let block = self.take(command);
        assert!(!block.by_hand, "{}.md:{} is done by hand", self.page, block.line);
        let mut commands = block.text;
        for (placeholder, value) in values {
            assert!(commands.contains(placeholder), "{}.md:{} has no {placeholder}", self.page, block.line);
            commands = commands.replace(placeholder, value);
        }
        let mut ran = Ran { code: Some(0), text: String::new() };
        for line in commands.lines() {
            let (code, text) = self.shell(line);
            ran.text.push_str(&format!("$ {line}\n{text}"));
            let found_something = line.starts_with("gantry status") && code == Some(10);
            if code != Some(0) && !found_something {
                ran.code = code;
                break;
            }
        }
        ran
    }

    fn shell(&self, line: &str) -> (Option<i32>, String) {
        let mut path = OsString::from(gantry().parent().expect("a directory"));
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(&self.dir)
            .env("PATH", path)
            .env("GANTRY_CONFIG", self.dir.join("gantry.toml"))
            .env("GANTRY_DATA", self.dir.join("data"))
            .stdin(Stdio::null())
            .output()
            .expect("sh runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Passes over the block with this command, which is done by hand.
    #[track_caller]
    pub fn by_hand(&mut self, command: &str) {
        let block = self.take(command);
        assert!(block.by_hand, "{}.md:{} can be run", self.page, block.line);
    }

    /// Every block of the page was run.
    #[track_caller]
    pub fn end(self) {
        assert!(self.blocks.is_empty(), "{}.md has further blocks: {:?}", self.page, self.blocks);
    }

    #[track_caller]
    fn take(&mut self, command: &str) -> Block {
        let index = self.blocks.iter().position(|block| block.text.contains(command));
        let index = index.unwrap_or_else(|| panic!("{}.md has no further block with `{command}`", self.page));
        self.blocks.remove(index)
    }
}
