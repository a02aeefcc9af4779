//! By how much a counter has risen lately. Counters begin at zero with the process, so what was counted before a restart is
//! not known here.

use std::collections::VecDeque;
use std::time::Duration;

use gantry_core::Timestamp;

/// The recent rises of one counter.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// What the counter showed before the window.
    before: u64,
    /// When it rose within the window, and to what; oldest first.
    rises: VecDeque<(Timestamp, u64)>,
}

impl Window {
    /// Takes in what the counter shows now, and returns by how much it rose within the last `length`.
    pub(super) fn rise(&mut self, total: u64, now: Timestamp, length: Duration) -> u64 {
        if total != self.rises.back().map_or(self.before, |(_, last)| *last) {
            self.rises.push_back((now, total));
        }
        while let Some((_, counted)) = self.rises.pop_front_if(|(at, _)| now.since(*at) >= length) {
            self.before = counted;
        }
        total.saturating_sub(self.before)
    }

    /// When it began to rise, within the window.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.rises.front().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(10);

    #[test]
    fn a_rise_counts_for_as_long_as_the_window_is_the_first_one_included() {
        let mut window = Window::default();
        let mut rise = |total, seconds: u64| window.rise(total, Timestamp(seconds * 1000), LENGTH);
        assert_eq!(rise(0, 100), 0);
        assert_eq!(rise(3, 101), 3, "what was counted before the first look has just happened");
        assert_eq!(rise(3, 105), 3);
        assert_eq!(rise(5, 109), 5);
        assert_eq!(rise(5, 111), 2, "the first three are out");
        assert_eq!(rise(5, 119), 0);
        assert_eq!(window.began(), None);
    }
}
