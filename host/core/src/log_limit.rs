//! Bounds log lines that strangers can cause: each subject once in a while, and no more subjects than a few.
//!
//! Used where requests are refused: the sender gets an answer, and the operator, who alone can tell a stranger from a shop
//! with a mistyped address, gets a line. What is left out is counted in the next line.

use std::collections::HashSet;
use std::time::Duration;

use crate::Timestamp;

/// In this time each subject is logged once, and no more subjects than [`MOST_SUBJECTS`].
pub const WINDOW: Duration = Duration::from_secs(60);

/// Most subjects that are logged in a window.
pub const MOST_SUBJECTS: usize = 20;

/// What was logged of late.
#[derive(Debug, Default)]
pub struct LogLimit {
    since: Timestamp,
    logged: HashSet<String>,
    /// Lines left out since the last one.
    omitted: u64,
}

impl LogLimit {
    /// How many lines were left out before this one; none if it is left out itself.
    pub fn admit(&mut self, subject: &str, now: Timestamp) -> Option<u64> {
        if now.since(self.since) >= WINDOW {
            self.since = now;
            self.logged.clear();
        }
        if self.logged.contains(subject) || self.logged.len() >= MOST_SUBJECTS {
            self.omitted += 1;
            return None;
        }
        self.logged.insert(subject.to_owned());
        Some(std::mem::take(&mut self.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_logged_once_in_a_while_and_strangers_can_not_flood_the_log() {
        let start = Timestamp(1_614_265_330_000);
        let mut recent = LogLimit::default();
        assert_eq!(recent.admit("/order", start), Some(0));
        assert_eq!(recent.admit("/order", start), None);
        let logged = (0..1000).filter(|n| recent.admit(&format!("/{n}"), start).is_some()).count();
        assert_eq!(logged, MOST_SUBJECTS - 1);
        assert_eq!(recent.admit("/order", start.after(WINDOW)), Some(981), "those left out are counted");
    }
}
