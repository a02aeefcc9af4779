//! How many lines the dead letters of one flow may write: a sender who can make them must not fill the log's disk.

use std::collections::HashMap;
use std::time::Duration;

use gantry_core::{FlowName, Timestamp};
use parking_lot::Mutex;

/// In this time a flow logs [`MOST_LINES`] dead letters at most.
const WINDOW: Duration = Duration::from_secs(60);

/// Enough for a failure that is looked at line by line.
const MOST_LINES: u32 = 60;

/// What was logged of late.
#[derive(Debug, Default)]
pub(super) struct DeadLetterLines(Mutex<HashMap<FlowName, Recent>>);

#[derive(Debug, Default)]
struct Recent {
    since: Timestamp,
    lines: u32,
    /// Lines left out since the last one.
    omitted: u64,
}

impl DeadLetterLines {
    /// How many lines of the flow were left out before this one; none if it is left out itself.
    pub(super) fn admit(&self, flow: &FlowName, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock();
        let recent = all.entry(flow.clone()).or_default();
        if now.since(recent.since) >= WINDOW || now < recent.since {
            recent.since = now;
            recent.lines = 0;
        }
        if recent.lines == MOST_LINES {
            recent.omitted += 1;
            return None;
        }
        recent.lines += 1;
        Some(std::mem::take(&mut recent.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_logs_so_many_dead_letters_a_minute_and_then_says_how_many_it_left_out() {
        let start = Timestamp(1_614_265_330_000);
        let lines = DeadLetterLines::default();
        let orders = "orders".parse().unwrap();
        let logged = (0..1_200).filter(|_| lines.admit(&orders, start).is_some()).count();
        assert_eq!(logged, 60);
        assert_eq!(lines.admit(&"other".parse().unwrap(), start), Some(0), "no other flow loses a line");
        assert_eq!(lines.admit(&orders, start.after(WINDOW)), Some(1_140));
        assert_eq!(lines.admit(&orders, start.after(WINDOW)), Some(0));
    }
}
