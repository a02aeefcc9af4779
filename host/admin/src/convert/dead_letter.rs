//! Dead letters and their filter. Both directions: dead letters are exported and imported.

use gantry_api::v1;
use gantry_core as core;
use gantry_core::dead_letter;
use gantry_operations as operations;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    core::DeadLetter = v1::DeadLetter {
        id, flow, flow_version, plugins, component, stage, source, target, received, received_at, dedupe_key,
        idempotency_key, transformed, attempts, first_failure, last_failure, reason, fingerprint, traceparent,
        expires_at, state, acknowledged, resolution, superseded_by, replays, revisions, timeline,
    }
    core::Stage = v1::Stage [Validate, Transform, Deliver]
    core::DeadLetterState = v1::DeadLetterState [Open, Acknowledged, Replaying, Resolved, Discarded, Superseded]
    core::Reason = v1::Reason { code, text, violations, kind }
    core::Violation = v1::Violation { path, code, text }
    dead_letter::Transformed = v1::Transformed { content_type, headers, payload }
    core::Resolution = v1::Resolution { at, by, reason }
    dead_letter::Successor = v1::Successor [Message { id }, DeadLetter { id }]
    store::DeadLetterSummary => v1::DeadLetterSummary {
        id, flow, flow_version, state, stage, source, target, key, dedupe_key, idempotency_key, component, code, text,
        violations, kind, fingerprint, attempts, replays, first_failure, last_failure, expires_at, announced_at,
        acknowledged, replayed_by, closed_at, closed_by, bytes,
    }
    store::DeadLetterCounts => v1::DeadLetterCounts { open, acknowledged, replaying, resolved, discarded, superseded }
    store::Filter = v1::DeadLetterFilter {
        flow, version, state, stage, source, target, key, dedupe_key, idempotency_key, component, code, fingerprint,
        min_attempts, max_attempts, min_replays, max_replays, first_since, first_until, since, until, expires_until, by,
        text, payload,
    }
    v1::Order => store::Order [Oldest, Newest]
    operations::ImportReport => v1::Imported { added, present, missing_flows }
}

impl Convert<v1::ReasonKind> for dead_letter::ReasonKind {
    fn convert(self) -> v1::ReasonKind {
        match self {
            Self::Text(text) => v1::ReasonKind::Text(text),
            Self::Other => v1::ReasonKind::Other,
            Self::Many => v1::ReasonKind::Many,
        }
    }
}

impl Convert<dead_letter::ReasonKind> for v1::ReasonKind {
    fn convert(self) -> dead_letter::ReasonKind {
        match self {
            Self::Text(text) => dead_letter::ReasonKind::Text(text),
            Self::Other => dead_letter::ReasonKind::Other,
            Self::Many => dead_letter::ReasonKind::Many,
        }
    }
}

/// Dead letters on a page by default.
const PAGE: usize = 100;

impl Convert<store::Page> for v1::Part {
    fn convert(self) -> store::Page {
        let order = self.order.map(v1::Order::convert).unwrap_or_default();
        store::Page { after: self.after, limit: self.limit.unwrap_or(PAGE), order }
    }
}
