//! Collects what is found in one file. No check stops at a mistake: each reports what it finds and goes on.

use std::path::PathBuf;
use std::sync::Arc;

use gantry_core::Place;

use super::{Code, Diagnostic, Excerpt, Severity};
use crate::at::Span;

/// A file that has been read.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
}

impl SourceFile {
    /// Line and column of a byte, both from 1; the column counts characters.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The line that a part of the file begins in.
    pub(crate) fn line_at(&self, span: &Span) -> Place {
        Place::at(&self.path, self.place(span.start).0)
    }
}

/// What is found in one file.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) file: SourceFile,
    found: Vec<(Span, Diagnostic)>,
    secrets: Vec<Span>,
}

impl Report {
    pub(crate) fn of(file: SourceFile) -> Self {
        Self { file, found: Vec::new(), secrets: Vec::new() }
    }

    /// Reports a mistake at a place. `help` may be empty.
    pub(crate) fn add(&mut self, code: Code, span: &Span, message: impl Into<String>, help: impl Into<String>) {
        let (line, column) = self.file.place(span.start);
        let file = self.file.path.clone();
        let mut diagnostic = Diagnostic::new(code, file, Some(line), message.into(), help.into());
        diagnostic.column = Some(column);
        self.found.push((span.clone(), diagnostic));
    }

    /// Whether a mistake was reported in this part of the file.
    pub(crate) fn has_within(&self, part: &Span) -> bool {
        self.found.iter().any(|(span, found)| part.contains(&span.start) && found.severity == Severity::Error)
    }

    /// Masks a part of the file whenever it is drawn.
    pub(crate) fn conceal(&mut self, span: &Span) {
        self.secrets.push(span.clone());
    }

    /// Everything found, in the order of the lines.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = Diagnostic> {
        let text = masked(&self.file.text, &self.secrets);
        self.found.sort_by_key(|(span, _)| span.start);
        self.found.into_iter().map(move |(span, mut diagnostic)| {
            diagnostic.excerpt = Some(Excerpt { text: Arc::clone(&text), span });
            diagnostic
        })
    }
}

/// The text with an asterisk for each byte of a secret, so that all other offsets stay the same.
fn masked(text: &Arc<str>, secrets: &[Span]) -> Arc<str> {
    if secrets.is_empty() {
        return Arc::clone(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for span in secrets {
        let end = span.end.min(bytes.len());
        for byte in bytes.get_mut(span.start..end).unwrap_or_default() {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b'*';
            }
        }
    }
    String::from_utf8_lossy(&bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "flow.toml".into(), text: text.into() }
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        assert_eq!(file("a\nä = ü").place(8), (2, 6));
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        assert_eq!(file("a\nb").place(99), (2, 2));
    }

    #[test]
    fn secrets_are_masked_out_of_every_excerpt() {
        let mut report = Report::of(file("token = \"hunter2\"\n"));
        report.add(Code::LiteralSecret, &(8..17), "a secret must be a reference", "");
        report.conceal(&(8..17));
        let drawn = report.finish().next().unwrap().excerpt.unwrap().text;
        assert_eq!(&*drawn, "token = *********\n");
    }
}
