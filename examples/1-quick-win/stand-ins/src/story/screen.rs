//! The output of the story. Colours and the progress line appear only on a terminal; `NO_COLOR` is honoured.

mod fit;
mod progress;

use anstream::println;
use owo_colors::OwoColorize as _;

use self::fit::{columns, cut, layout, pad, wrap};
pub(super) use self::progress::{Progress, Tally};

/// Columns of a label before its text.
const LABEL: usize = 13;
/// Lines shown of what a command printed.
const OUTPUT_LINES: usize = 20;

/// The title of the story.
pub(super) fn title(name: &str, subtitle: &str) {
    println!("\n  {}\n  {}", name.bold(), wrap(subtitle, layout() - 2, 2).dimmed());
}

/// The heading of an act.
pub(super) fn act(number: u32, heading: &str) {
    let rule = "─".repeat(layout().saturating_sub(columns(heading) + 6));
    println!("\n{} {} {}\n", format!("── {number}").cyan(), heading.bold(), rule.cyan());
}

/// Whether the terminal is too narrow for long column names.
pub(super) fn is_narrow() -> bool {
    layout() < 90
}

/// An empty line.
pub(super) fn gap() {
    println!();
}

/// A line of text.
pub(super) fn text(text: &str) {
    println!("   {}", wrap(text, layout() - 3, 3));
}

/// A labelled line.
pub(super) fn labelled(label: &str, text: &str) {
    let indent = LABEL + 5;
    println!("   {}  {}", pad(label, LABEL).dimmed(), wrap(text, layout() - indent, indent));
}

/// Something that was checked, and whether it holds.
pub(super) fn check(holds: bool, text: &str) {
    let text = wrap(text, layout() - 6, 6);
    if holds {
        println!("   {}  {text}", "✔".green().bold());
    } else {
        println!("   {}  {}", "✘".red().bold(), text.red());
    }
}

/// What the next commands are about.
pub(super) fn step(text: &str) {
    println!("   {} {}", "▸".cyan().bold(), wrap(text, layout() - 5, 5).bold());
}

/// A command as one would type it, and the beginning of what it printed, cut to fit the terminal.
pub(super) fn command(line: &str, output: &str) {
    println!("\n   {} {}", "$".cyan().bold(), line.bold());
    let width = fit::terminal().map_or(usize::MAX, |columns| columns.saturating_sub(5));
    for line in output.lines().take(OUTPUT_LINES) {
        println!("     {}", cut(line, width));
    }
    let more = output.lines().count().saturating_sub(OUTPUT_LINES);
    if more > 0 {
        println!("     {}", format!("… and {more} more lines").dimmed());
    }
}

/// A table: the first column to the left, numbers to the right; the last row is the sum.
pub(super) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) {
    let mut widths = header.map(columns);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * N);
    println!("   {}\n  {}", line(header, widths).dimmed(), rule.dimmed());
    let (sum, rows) = rows.split_last().map_or((None, rows), |(last, rest)| (Some(last), rest));
    for row in rows {
        println!("   {}", line(row.each_ref().map(String::as_str), widths));
    }
    if let Some(sum) = sum {
        println!("  {}\n   {}", rule.dimmed(), line(sum.each_ref().map(String::as_str), widths).bold());
    }
}

/// The result, in a frame.
pub(super) fn verdict(holds: bool, text: &str) {
    let rule = "─".repeat(columns(text) + 4);
    let frame = format!("  ╭{rule}╮\n  │  {text}  │\n  ╰{rule}╯");
    if holds {
        println!("\n{}", frame.green().bold());
    } else {
        println!("\n{}", frame.red().bold());
    }
}

fn line<const N: usize>(cells: [&str; N], widths: [usize; N]) -> String {
    let cells = cells.iter().zip(widths).enumerate();
    let cells = cells.map(|(at, (text, width))| match at {
        0 => pad(text, width),
        _ => format!("  {}{text}", " ".repeat(width.saturating_sub(columns(text)))),
    });
    cells.collect::<String>().trim_end().to_owned()
}
