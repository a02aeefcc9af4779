//! How far the messages are: one line that moves on a terminal wide enough for it, a line now and then elsewhere.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anstream::{print, println};
use owo_colors::OwoColorize as _;

use super::fit;

/// Cells of the bar.
const CELLS: usize = 24;
/// Columns that the line needs without its bar, and with it.
const COLUMNS: [usize; 2] = [76, 76 + CELLS + 2];
/// Without a line that moves, the progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// The numbers a [`Progress`] shows.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::story) struct Tally {
    /// Messages in the host's custody so far.
    pub(in crate::story) received: u64,
    /// Messages at their target.
    pub(in crate::story) delivered: u64,
    /// Messages still under way.
    pub(in crate::story) waiting: u64,
    /// Messages given up.
    pub(in crate::story) dead: u64,
    /// Attempts that had to be repeated.
    pub(in crate::story) retried: u64,
    /// Messages there will be.
    pub(in crate::story) expected: u64,
}

/// Tells how far things are.
#[derive(Debug)]
pub(in crate::story) struct Progress {
    moves: bool,
    has_bar: bool,
    told: Option<Instant>,
}

impl Progress {
    /// Nothing told yet.
    pub(in crate::story) fn new() -> Self {
        let columns = fit::terminal().unwrap_or(0);
        Self { moves: columns > COLUMNS[0], has_bar: columns > COLUMNS[1], told: None }
    }

    /// Tells how far things are.
    pub(in crate::story) fn show(&mut self, tally: Tally) {
        if self.moves {
            print!("\r\x1b[2K{}", self.line(tally));
            // A line that can't be shown now is shown with the next one.
            let _ = std::io::stdout().flush();
        } else if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            println!("{}", self.line(tally));
            self.told = Some(Instant::now());
        }
    }

    /// Tells the end, whatever was told before.
    pub(in crate::story) fn finish(&mut self, tally: Tally) {
        self.told = None;
        self.show(tally);
        if self.moves {
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
    let cells = |part: u64| (usize::try_from(part).unwrap_or(usize::MAX)).min(CELLS);
    let share = |part: u64| cells((part * CELLS as u64).div_ceil(tally.expected.max(1)));
    let red = share(tally.dead);
    let green = share(tally.delivered).min(CELLS - red);
    let rest = "░".repeat(CELLS - red - green);
    format!("{}{}{}  ", "█".repeat(green).green(), "█".repeat(red).red(), rest.dimmed())
}
