//! What commands print: results to the standard output, errors and progress to the standard error output; as text or as
//! JSON, in colour only on a terminal. Whatever a message contains, nothing printed moves the operator's cursor.

mod printable;

use std::io::{IsTerminal as _, Write as _};

use clap::ValueEnum;
use gantry_config::{Diagnostics, Style};
use gantry_core::counted;
use gantry_core::escape::escape_json;
use serde::Serialize;

/// Most characters of a table's line on a terminal.
const TABLE_WIDTH: usize = 120;

/// Width of printed diagnostics.
const WIDTH: usize = 110;

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Readable text.
    Human,
    /// For programs: one JSON document, or one per line if there can be many.
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
    color: Color,
}

impl Output {
    pub(crate) const fn new(format: Format, color: Color) -> Self {
        Self { format, color }
    }

    /// Prints a result: as readable text, or the value as JSON.
    pub(crate) fn print<T: Serialize>(&self, value: &T, human: impl FnOnce() -> String) -> std::io::Result<()> {
        match self.format {
            Format::Human => self.write(&human()),
            Format::Json => self.json(value),
        }
    }

    /// Prints a value as JSON.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> std::io::Result<()> {
        put(&escape_json(&serde_json::to_string_pretty(value)?))
    }

    /// [`Output::print`] for readable text that has colours of its own, if it is told that it may. It escapes foreign text
    /// itself, as that could have colours, too.
    pub(crate) fn print_in_color<T: Serialize>(
        &self,
        value: &T,
        human: impl FnOnce(bool) -> String,
    ) -> std::io::Result<()> {
        match self.format {
            Format::Human => self.write_in_color(&human(self.stdout_color())),
            Format::Json => self.json(value),
        }
    }

    /// Prints text, with a line end if it has none. A closed pipe is not a failure.
    pub(crate) fn write(&self, text: &str) -> std::io::Result<()> {
        put(&printable::text(text, false))
    }

    /// [`Output::write`] for text whose colours are its own.
    pub(crate) fn write_in_color(&self, text: &str) -> std::io::Result<()> {
        put(&printable::text(text, self.stdout_color()))
    }

    /// Prints a table. On a terminal, its lines are cut off where they would be broken.
    pub(crate) fn write_table(&self, table: &str) -> std::io::Result<()> {
        match std::io::stdout().is_terminal() {
            true => self.write(&cut(table, TABLE_WIDTH)),
            false => self.write(table),
        }
    }

    /// Prints to the standard error output. A failure to do so is ignored.
    pub(crate) fn complain(&self, text: &str) {
        complain(&printable::text(text, false));
    }

    /// Prints a value as one line of JSON to the standard error output.
    pub(crate) fn complain_json(&self, value: &serde_json::Value) {
        complain(&escape_json(&value.to_string()));
    }

    /// Prints diagnostics and their count to the standard error output.
    pub(crate) fn complain_about(&self, diagnostics: &Diagnostics) {
        if diagnostics.is_empty() {
            return;
        }
        match self.format {
            Format::Human => {
                let style = if self.color_on(std::io::stderr().is_terminal()) { Style::Fancy } else { Style::Plain };
                complain(&printable::text(&diagnostics.render(style, WIDTH), self.stderr_color()));
                self.complain(&summary(diagnostics));
            }
            Format::Json => self.complain_json(&serde_json::json!({ "diagnostics": diagnostics })),
        }
    }

    /// True when the standard output may be coloured.
    pub(crate) fn stdout_color(&self) -> bool {
        self.color_on(std::io::stdout().is_terminal())
    }

    /// True when the standard error output may be coloured.
    pub(crate) fn stderr_color(&self) -> bool {
        self.color_on(std::io::stderr().is_terminal())
    }

    fn color_on(&self, is_terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

fn put(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let written = write!(out, "{text}{line_end}").and_then(|()| out.flush());
    written.or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

fn complain(text: &str) {
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(std::io::stderr().lock(), "{text}{line_end}");
}

/// The text with its lines cut off at this width.
fn cut(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.char_indices().nth(width - 1).filter(|_| line.chars().count() > width) {
            Some((at, _)) => out.extend([&line[..at], "…"]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// `2 errors, 1 warning`
pub(crate) fn summary(diagnostics: &Diagnostics) -> String {
    let counts = [(diagnostics.errors(), "error"), (diagnostics.warnings(), "warning")];
    let nonzero = counts.into_iter().filter(|(count, _)| *count > 0);
    nonzero.map(|(count, noun)| counted(count, noun)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_off_at_the_width_of_the_table() {
        assert_eq!(cut("short\nKäse und Brot\n", 6), "short\nKäse …\n");
    }
}
