//! What the audience sees. Colours and the line that moves appear on a terminal only; `NO_COLOR` is honoured.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anstream::{print, println};
use owo_colors::OwoColorize as _;

/// Columns of the layout.
const WIDTH: usize = 104;
/// Columns of a label before its text.
const LABEL: usize = 13;
/// Without a terminal, the progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// The title of the story.
pub(super) fn title(name: &str, subtitle: &str) {
    println!("\n  {}\n  {}", name.bold(), subtitle.dimmed());
}

/// The heading of an act.
pub(super) fn act(number: u32, heading: &str) {
    let rule = "─".repeat(WIDTH.saturating_sub(heading.chars().count() + 8));
    println!("\n{} {} {}\n", format!("── {number}").cyan(), heading.bold(), rule.cyan());
}

/// A labelled line.
pub(super) fn say(label: &str, text: &str) {
    println!("   {}  {text}", pad(label, LABEL).dimmed());
}

/// An empty line.
pub(super) fn gap() {
    println!();
}

/// What the next commands are about.
pub(super) fn step(text: &str) {
    println!("   {} {}", "▸".cyan().bold(), text.bold());
}

/// The last word, in a frame.
pub(super) fn verdict(holds: bool, text: &str) {
    let rule = "─".repeat(text.chars().count() + 4);
    let frame = format!("  ╭{rule}╮\n  │  {text}  │\n  ╰{rule}╯");
    if holds {
        println!("\n{}", frame.green().bold());
    } else {
        println!("\n{}", frame.red().bold());
    }
}

/// A line of prose.
pub(super) fn tell(text: &str) {
    println!("   {text}");
}

/// Something that was checked, and how it turned out.
pub(super) fn check(holds: bool, text: &str) {
    if holds {
        println!("   {}  {text}", "✔".green().bold());
    } else {
        println!("   {}  {}", "✘".red().bold(), text.red());
    }
}

/// A command as one would type it, and what it printed.
pub(super) fn command(line: &str, output: &str) {
    println!("\n   {} {}", "$".cyan().bold(), line.bold());
    for line in output.lines() {
        println!("     {line}");
    }
}

/// A table: the first column to the left, numbers to the right, the last row is the sum.
pub(super) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) {
    let mut widths = header.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| -> String {
        let cell = |at: usize, text: &str| match at {
            0 => pad(text, widths[0]),
            _ => format!("   {}{text}", " ".repeat(widths[at].saturating_sub(text.chars().count()))),
        };
        let line: String = cells.iter().enumerate().map(|(at, text)| cell(at, text)).collect();
        line.trim_end().to_owned()
    };
    let rule = "─".repeat(widths.iter().sum::<usize>() + 3 * (N - 1) + 2);
    println!("   {}\n  {}", line(header).dimmed(), rule.dimmed());
    let (sum, rows) = rows.split_last().map_or((None, rows), |(last, rest)| (Some(last), rest));
    for row in rows {
        println!("   {}", line(row.each_ref().map(String::as_str)));
    }
    if let Some(sum) = sum {
        println!("  {}\n   {}", rule.dimmed(), line(sum.each_ref().map(String::as_str)).bold());
    }
}

/// How far the messages are: one line that moves on a terminal, a line now and then elsewhere.
#[derive(Debug)]
pub(super) struct Progress {
    moves: bool,
    told: Option<Instant>,
}

/// The numbers a [`Progress`] shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Messages in the host's custody so far.
    pub(super) received: u64,
    /// Messages at their target.
    pub(super) delivered: u64,
    /// Messages still under way.
    pub(super) waiting: u64,
    /// Messages given up.
    pub(super) dead: u64,
    /// Attempts that had to be repeated.
    pub(super) retried: u64,
    /// Messages there will be.
    pub(super) expected: u64,
}

impl Progress {
    /// Nothing told yet.
    pub(super) fn new() -> Self {
        Self { moves: std::io::stdout().is_terminal(), told: None }
    }

    /// Tells how far things are.
    pub(super) fn show(&mut self, tally: Tally) {
        if self.moves {
            print!("\r\x1b[2K{}", self.line(tally));
            let _ = std::io::stdout().flush();
        } else if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            println!("{}", self.line(tally));
            self.told = Some(Instant::now());
        }
    }

    /// Tells the end, whatever was told before.
    pub(super) fn finish(&mut self, tally: Tally) {
        self.told = None;
        self.show(tally);
        if self.moves {
            println!();
        }
    }

    fn line(&self, tally: Tally) -> String {
        let Tally { received, delivered, waiting, dead, retried, expected } = tally;
        let bar = if self.moves { bar(delivered, dead, expected) } else { String::new() };
        format!(
            "   {bar}received {received:>3} · delivered {delivered:>3} · under way {waiting:>3} · retried {retried:>3} · \
             dead letters {dead}"
        )
    }
}

/// Thirty cells: delivered in green, dead letters in red, the rest to come.
fn bar(delivered: u64, dead: u64, expected: u64) -> String {
    let cells = |part: u64| usize::try_from((part * 30).div_ceil(expected.max(1)).min(30)).unwrap_or(30);
    let red = cells(dead);
    let green = cells(delivered).min(30 - red);
    let rest = "░".repeat(30 - red - green);
    format!("{}{}{}  ", "█".repeat(green).green(), "█".repeat(red).red(), rest.dimmed())
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}
