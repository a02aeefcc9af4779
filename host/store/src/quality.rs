//! Broken rules over time: counters per flow, hour, step, code, field and severity.
//!
//! They are written in the same atomic write that ends the message, so each message counts once. Fields and codes come
//! from messages, so the number of kinds per hour is bounded: beyond [`MOST_KINDS`] kinds of breach, a flow's further
//! ones are counted together. Hours are in UTC.
//!
//! The key of a counter begins with its hour: a query for a span of time reads nothing else, and the sweep removes from
//! the beginning.

mod report;

use std::time::Duration;

use gantry_core::{Breach, Digest, FlowName, Severity, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

pub use report::{Interval, QualityFilter, QualityPoint, QualityReport, QualityRow};

/// Most kinds of breach that are counted separately for one flow in one hour. A flow whose rules are broken in more
/// ways has one problem, not many. Thirty days at this limit take about twenty megabytes.
pub const MOST_KINDS: u32 = 200;

/// The code of the kinds beyond the limit.
pub const OTHER: &str = "other";

/// Longest field that is kept.
const FIELD_BYTES: usize = 256;

/// Most counters that one call of the sweep removes.
const SWEEP_LIMIT: usize = 1024;

const HOUR_MS: u64 = 60 * 60 * 1000;

/// One kind of breach in one hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counter {
    step: String,
    code: String,
    field: String,
    severity: Severity,
    /// Messages that broke the rule.
    messages: u64,
    /// How many times they broke it.
    violations: u64,
}

impl Store {
    /// The broken rules of a span of time.
    pub async fn quality(&self, filter: QualityFilter) -> Result<QualityReport, StoreError> {
        let now = self.inner.clock.now();
        self.read(move |disk| report::read(disk, &filter, now)).await
    }

    /// Removes a bounded number of counters of hours that ended longer ago than `keep`; true when there may be more.
    pub async fn sweep_quality(&self, keep: Duration) -> Result<bool, StoreError> {
        let oldest = hour_of(self.inner.clock.now().before(keep));
        self.commit(Durability::Ordered, move |draft| {
            let pairs = draft.scan_committed(&[keys::QUALITY], None).take(SWEEP_LIMIT);
            let keys = pairs.map(|pair| pair.map(|(key, _)| key)).collect::<Result<Vec<_>, _>>()?;
            let old: Vec<_> =
                keys.iter().take_while(|key| keys::read_quality(key).is_none_or(|(hour, _)| hour < oldest)).collect();
            for key in &old {
                draft.remove_record(key)?;
            }
            Ok::<_, StoreError>(old.len() == SWEEP_LIMIT)
        })
        .await
    }
}

/// Counts the rules that a message has broken.
pub(crate) fn count(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    breaches: &[Breach],
    at: Timestamp,
) -> Result<(), StoreError> {
    let hour = hour_of(at);
    let mut others = 0;
    for breach in breaches {
        if !count_kind(draft, flow, hour, breach)? {
            others += breach.count;
        }
    }
    if others == 0 {
        return Ok(());
    }
    let other = Breach {
        step: String::new(),
        code: OTHER.to_owned(),
        field: String::new(),
        severity: Severity::Error,
        count: others,
    };
    let key = key_of(flow, hour, &other);
    let counter = load(draft, &key)?.unwrap_or_else(|| Counter::of(&other));
    add(draft, &key, counter, others)
}

/// Counts one kind of breach; false if the limit of kinds is reached.
fn count_kind(draft: &mut Draft<'_>, flow: &FlowName, hour: u64, breach: &Breach) -> Result<bool, StoreError> {
    let key = key_of(flow, hour, breach);
    if let Some(counter) = load(draft, &key)? {
        add(draft, &key, counter, breach.count)?;
        return Ok(true);
    }
    let kinds_key = keys::quality_hour(hour, flow);
    let kinds: u32 = load(draft, &kinds_key)?.unwrap_or(0);
    if kinds >= MOST_KINDS {
        return Ok(false);
    }
    draft.put_record(&kinds_key, Record::of(&(kinds + 1))?)?;
    add(draft, &key, Counter::of(breach), breach.count)?;
    Ok(true)
}

fn add(draft: &mut Draft<'_>, key: &[u8], mut counter: Counter, violations: u64) -> Result<(), StoreError> {
    counter.messages += 1;
    counter.violations += violations;
    draft.put_record(key, Record::of(&counter)?)
}

/// A damaged counter starts again at zero.
fn load<T: serde::de::DeserializeOwned>(draft: &mut Draft<'_>, key: &[u8]) -> Result<Option<T>, StoreError> {
    match draft.load::<T>(key) {
        Err(StoreError::Damaged(error)) => {
            tracing::error!(%error, "a counter of broken rules was damaged on disk and was put in quarantine");
            draft.quarantine(key)?;
            Ok(None)
        }
        found => Ok(found?.map(|(value, _)| value)),
    }
}

fn key_of(flow: &FlowName, hour: u64, breach: &Breach) -> Vec<u8> {
    let Breach { step, code, field, severity, .. } = breach;
    let kind = Digest::of(format!("{step}\0{code}\0{}\0{}", bounded(field), severity.name()).as_bytes());
    keys::quality(hour, flow, &kind.as_bytes()[..16])
}

impl Counter {
    fn of(breach: &Breach) -> Self {
        let Breach { step, code, severity, .. } = breach;
        let field = bounded(&breach.field).to_owned();
        Self { step: step.clone(), code: code.clone(), field, severity: *severity, messages: 0, violations: 0 }
    }
}

/// The field, or its nearest parent that is short enough: a shortened JSON Pointer must still be one.
fn bounded(field: &str) -> &str {
    let mut field = field;
    while field.len() > FIELD_BYTES {
        field = &field[..field.rfind('/').unwrap_or(0)];
    }
    field
}

/// Hours since 1970.
fn hour_of(at: Timestamp) -> u64 {
    at.0 / HOUR_MS
}
