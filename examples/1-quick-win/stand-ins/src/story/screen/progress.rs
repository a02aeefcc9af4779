//! The progress of the messages: one updated line on a wide terminal, elsewhere a new line from time to time.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anstream::{print, println};
use owo_colors::OwoColorize as _;

use super::fit;

/// Cells of the bar.
const CELLS: usize = 24;
/// Columns that the line needs without its bar, and with it.
const COLUMNS: [usize; 2] = [76, 76 + CELLS + 2];
/// Without an updated line, the progress is printed at most this often.
const PRINT_INTERVAL: Duration = Duration::from_secs(2);

/// The numbers a [`Progress`] shows.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::story) struct Tally {
    /// Messages accepted so far.
    pub(in crate::story) received: u64,
    /// Messages at their target.
    pub(in crate::story) delivered: u64,
    /// Messages still under way.
    pub(in crate::story) waiting: u64,
    /// Messages given up.
    pub(in crate::story) dead: u64,
    /// Attempts that had to be retried.
    pub(in crate::story) retried: u64,
    /// Messages there will be.
    pub(in crate::story) expected: u64,
}

/// Shows the progress.
#[derive(Debug)]
pub(in crate::story) struct Progress {
    updates_line: bool,
    has_bar: bool,
    last_printed: Option<Instant>,
}

impl Progress {
    /// A progress that was not shown yet.
    pub(in crate::story) fn new() -> Self {
        let columns = fit::terminal().unwrap_or(0);
        Self { updates_line: columns > COLUMNS[0], has_bar: columns > COLUMNS[1], last_printed: None }
    }

    /// Shows the progress.
    pub(in crate::story) fn show(&mut self, tally: Tally) {
        if self.updates_line {
            print!("\r\x1b[2K{}", self.line(tally));
            // A line that can't be shown now is shown with the next one.
            let _ = std::io::stdout().flush();
        } else if self.last_printed.is_none_or(|last| last.elapsed() >= PRINT_INTERVAL) {
            println!("{}", self.line(tally));
            self.last_printed = Some(Instant::now());
        }
    }

    /// Shows the final progress, whatever was shown before.
    pub(in crate::story) fn finish(&mut self, tally: Tally) {
        self.last_printed = None;
        self.show(tally);
        if self.updates_line {
            println!();
        }
    }

    fn line(&self, tally: Tally) -> String {
        let bar = if self.has_bar { bar(tally) } else { String::new() };
        let Tally { received, delivered, waiting, dead, retried, .. } = tally;
        format!(
            "   {bar}received {received:>3} · delivered {delivered:>3} · retried {retried:>3} · dead letters {dead:>2} · \
             under way {waiting:>3}"
        )
    }
}

/// Delivered in green, dead letters in red, the rest to come.
fn bar(tally: Tally) -> String {
    let red = cells(tally.dead, tally.expected);
    let green = cells(tally.delivered, tally.expected).min(CELLS - red);
    let rest = "░".repeat(CELLS - red - green);
    format!("{}{}{}  ", "█".repeat(green).green(), "█".repeat(red).red(), rest.dimmed())
}

/// How many cells of the bar this part of the whole takes.
fn cells(part: u64, whole: u64) -> usize {
    let cells = (part * CELLS as u64).div_ceil(whole.max(1));
    usize::try_from(cells).unwrap_or(usize::MAX).min(CELLS)
}
