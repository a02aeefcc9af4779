//! Counts in words for people.

use std::fmt::Display;

/// `1 flow`, `2 flows`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0_u64, 1, 2].map(|count| counted(count, "flow")), ["0 flows", "1 flow", "2 flows"]);
        assert_eq!(counted(1_usize, "dead letter"), "1 dead letter");
    }
}
