//! Log lines about refused requests: for paths that no flow listens on, and from senders that are not authenticated. The
//! lines are bounded, each path once in a while: strangers may try any number of paths.

use gantry_core::{FlowName, LogLimit, Timestamp, escape};
use parking_lot::Mutex;

use super::routes::Routes;

/// Longest part of a path that is logged.
const SHOWN_BYTES: usize = 200;

/// Which paths were logged of late. Those of strangers leave out none of the others.
#[derive(Debug, Default)]
pub(super) struct RefusedPaths {
    unknown: Mutex<LogLimit>,
    unauthorized: Mutex<LogLimit>,
}

impl RefusedPaths {
    /// Logs a request for a path that no flow listens on.
    pub(super) fn log_unknown(&self, path: &str, routes: &Routes, now: Timestamp) {
        let shown = escape(path, SHOWN_BYTES);
        let Some(omitted) = self.unknown.lock().admit(&shown, now) else { return };
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

    /// Logs a request to a flow whose sender is not authenticated.
    pub(super) fn log_unauthorized(&self, path: &str, flow: &FlowName, reason: &str, now: Timestamp) {
        let shown = escape(path, SHOWN_BYTES);
        let Some(omitted) = self.unauthorized.lock().admit(&shown, now) else { return };
        tracing::warn!(path = shown, %flow, reason, omitted, "a request was refused: its sender is not authenticated");
    }
}
