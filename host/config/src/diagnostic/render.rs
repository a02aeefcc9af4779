//! Draws diagnostics with their line of the file: in colour on a terminal, in plain ASCII elsewhere.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::{Diagnostic, Diagnostics, Excerpt, Severity};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Unicode and colour: for terminals.
    Fancy,
    /// ASCII without colour: for files, pipes and tests.
    Plain,
}

impl Diagnostics {
    /// All diagnostics, drawn one below the other.
    #[must_use]
    pub fn render(&self, style: Style, width: usize) -> String {
        let theme = match style {
            Style::Fancy => GraphicalTheme::unicode(),
            Style::Plain => GraphicalTheme::none(),
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
        let mut drawn = String::new();
        for diagnostic in self.iter() {
            if handler.render_report(&mut drawn, &Drawing::of(diagnostic)).is_err() {
                drawn.push_str(&diagnostic.to_string());
            }
            drawn.push('\n');
        }
        drawn
    }
}

/// A diagnostic in the form that miette needs.
#[derive(Debug)]
struct Drawing<'a> {
    diagnostic: &'a Diagnostic,
    line: Option<Line<'a>>,
}

/// The line of the file that is shown: only the one where the mistake begins, because other lines may contain
/// confidential values.
#[derive(Debug)]
struct Line<'a> {
    file: String,
    number: usize,
    start: usize,
    text: &'a str,
    column: usize,
    marked: SourceSpan,
}

impl<'a> Line<'a> {
    fn of(diagnostic: &Diagnostic, excerpt: &'a Excerpt) -> Option<Self> {
        let Excerpt { text, span } = excerpt;
        let start = text.get(..span.start)?.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next()?;
        let length = span.end.min(start + line.len()).saturating_sub(span.start);
        let marked = SourceSpan::new(span.start.into(), length);
        let file = diagnostic.file.display().to_string();
        Some(Self { file, number: diagnostic.line?, column: diagnostic.column?, start, text: line, marked })
    }
}

impl SourceCode for Line<'_> {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        lines_before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::new(self.start.into(), self.text.len());
        // Without context, miette needs the column of the mark, for the heading; with context, that of the text.
        let column = if lines_before == 0 { self.column - 1 } else { 0 };
        let text = self.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(self.file.clone(), text, whole, self.number - 1, column, 1)))
    }
}

impl<'a> Drawing<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        Self { diagnostic, line: diagnostic.excerpt.as_ref().and_then(|excerpt| Line::of(diagnostic, excerpt)) }
    }
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(_) => f.write_str(&self.diagnostic.message),
            None => self.diagnostic.fmt(f),
        }
    }
}

impl std::error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = &self.diagnostic.help;
        (!help.is_empty()).then(|| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.line.as_ref().map(|line| line as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marked = self.line.as_ref()?.marked;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, marked))))
    }
}
