//! Patterns for file names: `*` stands for any characters, `?` for one. Capital dead letters match small ones: programs from
//! DOS and Windows write `ORDERS.CSV`, and a file that lies there for ever is worse than one name too many.

/// Whether the whole of `name` matches `pattern`.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let mut p = 0;
    let mut n = 0;
    // Where to go on when the part behind the last `*` doesn't match: let the `*` match one more character.
    let mut resume: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                resume = Some((p + 1, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match resume {
                Some((after_star, at)) => {
                    resume = Some((after_star, at + 1));
                    p = after_star;
                    n = at + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks_stand_for_what_they_should() {
        for (pattern, name) in [
            ("*", ""),
            ("*.csv", "a.csv"),
            ("o?ders-*.csv", "orders-2026.csv"),
            ("*a*b", "xaxbab"),
            ("ä?", "äö"),
            ("*.csv", "a.CSV"),
            ("Orders-*", "ORDERS-1.csv"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.csv", "a.csv.gz"), ("?", ""), ("a", "b"), ("*a*b", "xaxbaba")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
    }
}
