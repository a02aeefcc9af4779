//! Tells the SDK where each line of the bundle comes from, so that stacks name the author's files and lines.
//!
//! The bundler writes a source map, which is as large as the bundle. Of it the component gets what a stack needs: a table
//! in the same notation with one source line for each line of the bundle. The SDK reads it when it reports an exception.

use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// The digits of variable-length quantities, by their value.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The parts of a source map that matter here.
#[derive(Deserialize)]
struct SourceMap {
    sources: Vec<String>,
    mappings: String,
}

/// What the SDK finds as `globalThis[Symbol.for("gantry.lines")]`.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Lines {
    /// Files, relative to the plugin's folder.
    sources: Vec<String>,
    /// For each line of the bundle, separated by `;`, how its file and its line differ from those of the line before.
    lines: String,
}

/// The statement that is added to the bundle. `map` is its source map, written to the folder `beside`.
pub(super) fn statement(map: &str, beside: &Path, directory: &Path) -> anyhow::Result<String> {
    let map: SourceMap = serde_json::from_str(map).context("the bundler's source map")?;
    let directory = directory.canonicalize()?;
    let sources = map.sources.iter().map(|source| relative(&normal(&beside.join(source)), &directory)).collect();
    let lines = Lines { sources, lines: first_of_each_line(&map.mappings).context("the bundler's source map")? };
    Ok(format!("\nglobalThis[Symbol.for(\"gantry.lines\")] = {};\n", serde_json::to_string(&lines)?))
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// The way to the file from the plugin's folder, the same on every machine with the same checkout.
fn relative(file: &Path, directory: &Path) -> String {
    let shared = file.components().zip(directory.components()).take_while(|(a, b)| a == b).count();
    let up = directory.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The first segment of each line, as differences of file and line; none where it is malformed.
fn first_of_each_line(mappings: &str) -> Option<String> {
    let mut table = String::new();
    let mut here = Place::default();
    let mut written = Place::default();
    for (at, line) in mappings.split(';').enumerate() {
        if at > 0 {
            table.push(';');
        }
        let mut is_first = true;
        for segment in line.split(',').filter(|segment| !segment.is_empty()) {
            let Some(moved) = here.moved(segment)? else { continue };
            here = moved;
            if is_first {
                write(&mut table, here.source - written.source);
                write(&mut table, here.line - written.line);
                written = here;
                is_first = false;
            }
        }
    }
    Some(table)
}

/// A line of a source file, both counted from 0.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    source: i64,
    line: i64,
}

impl Place {
    /// The place of the next segment; no place where the segment has none, none at all where it is malformed.
    fn moved(self, segment: &str) -> Option<Option<Self>> {
        let mut digits = segment.bytes();
        read(&mut digits)?;
        if digits.len() == 0 {
            return Some(None);
        }
        let source = self.source + read(&mut digits)?;
        let line = self.line + read(&mut digits)?;
        Some(Some(Self { source, line }))
    }
}

/// Reads one number: five bits a digit, the lowest first, the sign in the lowest of all.
fn read(digits: &mut impl Iterator<Item = u8>) -> Option<i64> {
    let mut value = 0_i64;
    let mut shift = 0;
    loop {
        let digit = digits.next()?;
        let bits = i64::try_from(DIGITS.iter().position(|known| *known == digit)?).ok()?;
        value |= (bits & 31).checked_shl(shift)?;
        shift += 5;
        if bits & 32 == 0 {
            return Some(if value & 1 == 1 { -(value >> 1) } else { value >> 1 });
        }
    }
}

fn write(to: &mut String, number: i64) {
    let mut rest = number.unsigned_abs() << 1 | u64::from(number < 0);
    loop {
        let bits = rest & 31;
        rest >>= 5;
        let digit = bits | if rest > 0 { 32 } else { 0 };
        to.push(char::from(DIGITS[usize::try_from(digit).unwrap_or_default()]));
        if rest == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_bundle_has_the_line_of_its_first_segment() {
        // Line 0: nothing. Line 1: source 0 line 3, then source 1 line 0. Line 2: source 1 line 1. Line 3: no place.
        assert_eq!(first_of_each_line(";AAGA,KCHC;AACA;E").as_deref(), Some(";AG;CF;"));
        assert_eq!(first_of_each_line(";!"), None);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, -1, 15, 16, -16, 31, 1023, -1024, 1_000_000] {
            let mut text = String::new();
            write(&mut text, number);
            assert_eq!(read(&mut text.bytes()), Some(number), "{text}");
        }
    }

    #[test]
    fn files_are_named_from_the_plugins_folder() {
        let name = |file: &str| relative(&normal(Path::new(file)), Path::new("/work/plugins/orders"));
        assert_eq!(name("/tmp/build/../../work/plugins/orders/src/plugin.ts"), "src/plugin.ts");
        assert_eq!(name("/work/sdk/js/src/check.js"), "../../sdk/js/src/check.js");
    }
}
