//! Mistakes in configuration: what is wrong, where, and how to fix it.
//!
//! A [`Diagnostic`] is data (it serialises as JSON); [`Diagnostics::render`] draws it with its line of the file. What looks
//! like a secret in the file is masked before anything is drawn.

mod code;
mod render;
mod report;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

pub use code::{Code, Severity};
pub use render::Style;
pub(crate) use report::{Report, SourceFile};

use crate::at::Span;

/// One mistake, or one warning.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnostic {
    /// The file as it was named on the command line or found in a directory.
    pub file: PathBuf,
    /// Line, from 1; none if it is about the whole file.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// Whether it prevents the host from starting.
    pub severity: Severity,
    /// Which kind of mistake; stable.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
    #[serde(skip)]
    excerpt: Option<Excerpt>,
}

/// The text around a mistake.
#[derive(Clone, Debug)]
struct Excerpt {
    text: Arc<str>,
    span: Span,
}

impl Diagnostic {
    /// A mistake found outside this crate, about a file as a whole or one of its lines.
    pub fn new(code: Code, file: PathBuf, line: Option<usize>, message: String, help: String) -> Self {
        Self { file, line, column: None, severity: code.severity(), code, message, help, excerpt: None }
    }
}

/// `file:line:column: message`
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// Everything that was found in all files, in the order of the files and lines.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// True when nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when something prevents the host from starting.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// How many of them prevent the host from starting.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// How many are warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.0.len() - self.errors()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// One line each, for logs and error chains; [`Diagnostics::render`] is what people should see.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
