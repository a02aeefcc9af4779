//! The audit log.

use gantry_api::v1;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    store::AuditOutcome = v1::AuditOutcome [Intended, Done, Refused, Failed, Unknown]
    store::AuditPage => v1::AuditPage { entries, next }
}

// The start and the limit of the page are separate arguments of the store, not part of its filter.
impl Convert<store::AuditFilter> for v1::AuditQuery {
    fn convert(self) -> store::AuditFilter {
        let Self { since, until, actor, operation, subject, outcome, before: _, limit: _ } = self;
        let outcome = outcome.convert();
        store::AuditFilter { since, until, actor, operation, subject, outcome }
    }
}

impl Convert<v1::AuditEntry> for store::AuditEntry {
    fn convert(self) -> v1::AuditEntry {
        let Self { id, record } = self;
        let store::AuditRecord { actor, on_behalf_of, via, operation, subject, outcome, detail, intent } = record;
        v1::AuditEntry {
            id: id.convert(),
            at: id.at,
            actor,
            on_behalf_of,
            via,
            operation,
            subject,
            outcome: outcome.convert(),
            detail,
            intent: intent.convert(),
        }
    }
}

impl Convert<String> for store::AuditId {
    fn convert(self) -> String {
        self.to_string()
    }
}
