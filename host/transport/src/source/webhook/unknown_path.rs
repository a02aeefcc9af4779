//! Requests for paths that no flow listens on. The sender gets a 404; the operator, who alone can tell a stranger from a
//! shop with a mistyped address, gets a log line. Strangers may try any number of paths, so the lines are bounded.

use std::collections::HashSet;
use std::time::Duration;

use gantry_core::{Timestamp, escape};
use parking_lot::Mutex;

use super::routes::Routes;

/// In this time each path is logged once, and no more paths than [`MOST_PATHS`].
const WINDOW: Duration = Duration::from_secs(10 * 60);
const MOST_PATHS: usize = 20;

/// Longest part of a path that is logged.
const SHOWN_BYTES: usize = 200;

/// Which paths were logged of late.
#[derive(Debug, Default)]
pub(super) struct UnknownPaths(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    since: Timestamp,
    logged: HashSet<String>,
    /// Requests since the last line that were not logged.
    omitted: u64,
}

impl UnknownPaths {
    /// Logs a request, unless its path was logged of late or too many were.
    pub(super) fn log(&self, path: &str, routes: &Routes, now: Timestamp) {
        let shown = escape(path, SHOWN_BYTES);
        let Some(omitted) = self.0.lock().admit(&shown, now) else { return };
        match routes.nearest(path) {
            Some((nearest, flow)) => tracing::warn!(
                path = shown,
                nearest,
                %flow,
                omitted,
                "a request came for a path that no flow listens on; the nearest one is named"
            ),
            None => tracing::warn!(path = shown, omitted, "a request came for a path that no flow listens on"),
        }
    }
}

impl Recent {
    /// How many requests were left out before this one; none if it is left out itself.
    fn admit(&mut self, path: &str, now: Timestamp) -> Option<u64> {
        if now.since(self.since) >= WINDOW {
            self.since = now;
            self.logged.clear();
        }
        if self.logged.contains(path) || self.logged.len() >= MOST_PATHS {
            self.omitted += 1;
            return None;
        }
        self.logged.insert(path.to_owned());
        Some(std::mem::take(&mut self.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_logged_once_in_a_while_and_strangers_can_not_flood_the_log() {
        let start = Timestamp(1_614_265_330_000);
        let mut recent = Recent::default();
        assert_eq!(recent.admit("/order", start), Some(0));
        assert_eq!(recent.admit("/order", start), None);
        let logged = (0..1000).filter(|n| recent.admit(&format!("/{n}"), start).is_some()).count();
        assert_eq!(logged, MOST_PATHS - 1);
        assert_eq!(recent.admit("/order", start.after(WINDOW)), Some(981), "those left out are counted");
    }
}
