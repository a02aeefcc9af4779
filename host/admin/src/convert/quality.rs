//! Reports on broken rules.

use gantry_api::v1;
use gantry_core as core;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    v1::QualityFilter => store::QualityFilter { flow, step, code, since, until, by, limit }
    store::Interval = v1::QualityInterval [Hour, Day]
    store::QualityReport => v1::QualityReport { since, until, by, rows, further }
    store::QualityRow => v1::QualityRow { flow, step, code, field, severity, messages, violations, series }
    store::QualityPoint => v1::QualityPoint { at, messages, violations }
    core::Severity => v1::RuleSeverity [Error, Warning]
}
