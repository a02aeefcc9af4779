//! Tables as plain texts: lines sorted by bytes, searched in place, so that they cost an instance no work at its start.

/// The rest of the line whose first word this is.
pub(super) fn find(table: &'static str, key: &str) -> Option<&'static str> {
    let mut lines = table;
    while !lines.is_empty() {
        let middle = lines.as_bytes()[..lines.len() / 2].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = middle + lines[middle..].find('\n')?;
        let (word, rest) = lines[middle..end].split_once(' ')?;
        match word.cmp(key) {
            std::cmp::Ordering::Equal => return Some(rest),
            std::cmp::Ordering::Less => lines = &lines[end + 1..],
            std::cmp::Ordering::Greater => lines = &lines[..middle],
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_nothing_else() {
        const TABLE: &str = "a 1\nb 2 3\nbb 4\nc 5\n";
        for (key, rest) in [("a", "1"), ("b", "2 3"), ("bb", "4"), ("c", "5")] {
            assert_eq!(find(TABLE, key), Some(rest), "{key}");
        }
        for key in ["", "0", "ab", "d", "b 2"] {
            assert_eq!(find(TABLE, key), None, "{key}");
        }
    }
}
