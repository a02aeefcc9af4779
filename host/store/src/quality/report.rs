//! Reports on the counters: which rules are broken most, and since when.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use gantry_core::{FlowName, Severity, Timestamp};

use super::{Counter, HOUR_MS, hour_of};
use crate::disk::{Disk, Read};
use crate::error::StoreError;
use crate::keys;

/// Rows in an answer by default.
const ROWS: usize = 100;
/// Most rows in an answer.
const MOST_ROWS: usize = 1000;
/// How far back an answer goes by default.
const DAY_MS: u64 = 24 * HOUR_MS;

/// Which counters to select. All given fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QualityFilter {
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// Found by this step; `source.schema` and `target.NAME.schema` are the schema checks of the source and of a
    /// target.
    pub step: Option<String>,
    /// With this code.
    pub code: Option<String>,
    /// From the hour of this time on; the last day by default.
    pub since: Option<Timestamp>,
    /// Up to the hour of this time; up to now by default.
    pub until: Option<Timestamp>,
    /// The interval of the series; by default hours for up to two days, otherwise days.
    pub by: Option<Interval>,
    /// Most rows to return: 100 by default, at most 1000.
    pub limit: Option<usize>,
}

/// The interval of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// One point per hour.
    Hour,
    /// One point per day, in UTC.
    Day,
}

/// The broken rules of a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityReport {
    /// Beginning of the first hour.
    pub since: Timestamp,
    /// End of the last hour.
    pub until: Timestamp,
    /// The interval of the series.
    pub by: Interval,
    /// Kinds of breach, those with the most messages first.
    pub rows: Vec<QualityRow>,
    /// How many more kinds there are.
    pub further: usize,
}

/// How many times one rule was broken at one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityRow {
    /// The flow.
    pub flow: FlowName,
    /// What found it: a step, `source.schema` or `target.NAME.schema`; empty for `other`.
    pub step: String,
    /// The violation's code; `other` for the kinds beyond the first 200 of an hour.
    pub code: String,
    /// The field, with `*` for the indices of arrays.
    pub field: String,
    /// Its severity.
    pub severity: Severity,
    /// How many messages broke it.
    pub messages: u64,
    /// How many times they broke it: one message may break a rule in many places.
    pub violations: u64,
    /// The same over time; intervals without a breach are left out.
    pub series: Vec<QualityPoint>,
}

/// One hour or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualityPoint {
    /// Its beginning.
    pub at: Timestamp,
    /// Messages that broke the rule in it.
    pub messages: u64,
    /// How many times they broke it.
    pub violations: u64,
}

type Kind = (FlowName, String, String, String, Severity);
type Series = BTreeMap<u64, (u64, u64)>;

/// Reads the counters of the span and sums them up.
pub(super) fn read(disk: &Disk, filter: &QualityFilter, now: Timestamp) -> Result<QualityReport, StoreError> {
    let last = hour_of(filter.until.unwrap_or(now));
    let since = filter.since.unwrap_or(Timestamp(filter.until.unwrap_or(now).0.saturating_sub(DAY_MS)));
    let first = hour_of(since);
    let by = filter.by.unwrap_or(if last.saturating_sub(first) <= 48 { Interval::Hour } else { Interval::Day });
    let mut kinds: BTreeMap<Kind, Series> = BTreeMap::new();
    let begin = keys::quality_hours(first);
    for pair in disk.scan(&[keys::QUALITY], Some(&begin)) {
        let (key, head) = pair?;
        let Some((hour, counter)) = keys::read_quality(&key) else { continue };
        if hour > last {
            break;
        }
        let Some(flow) = counter.filter(|flow| filter.flow.as_ref().is_none_or(|wanted| wanted == flow)) else {
            continue;
        };
        let counter = match disk.load_from::<Counter>(&key, head) {
            Ok(counter) => counter,
            Err(StoreError::Damaged(error)) => {
                tracing::error!(%flow, %error, "a counter of broken rules can't be read");
                continue;
            }
            Err(error) => return Err(error),
        };
        if filter.admits(&counter) {
            let Counter { step, code, field, severity, messages, violations } = counter;
            let point =
                kinds.entry((flow, step, code, field, severity)).or_default().entry(by.begin(hour)).or_default();
            *point = (point.0 + messages, point.1 + violations);
        }
    }
    Ok(report(kinds, filter, (first, last, by)))
}

fn report(kinds: BTreeMap<Kind, Series>, filter: &QualityFilter, span: (u64, u64, Interval)) -> QualityReport {
    let (first, last, by) = span;
    let mut rows: Vec<_> = kinds.into_iter().map(row).collect();
    rows.sort_by_key(|row| (Reverse(row.messages), Reverse(row.violations)));
    let limit = filter.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS);
    let further = rows.len().saturating_sub(limit);
    rows.truncate(limit);
    QualityReport {
        since: Timestamp(first * HOUR_MS),
        until: Timestamp(last.saturating_add(1).saturating_mul(HOUR_MS)),
        by,
        rows,
        further,
    }
}

fn row(((flow, step, code, field, severity), series): (Kind, Series)) -> QualityRow {
    let series: Vec<_> = series
        .into_iter()
        .map(|(hour, (messages, violations))| QualityPoint { at: Timestamp(hour * HOUR_MS), messages, violations })
        .collect();
    let messages = series.iter().map(|point| point.messages).sum();
    let violations = series.iter().map(|point| point.violations).sum();
    QualityRow { flow, step, code, field, severity, messages, violations, series }
}

impl QualityFilter {
    fn admits(&self, counter: &Counter) -> bool {
        self.step.as_ref().is_none_or(|step| *step == counter.step)
            && self.code.as_ref().is_none_or(|code| *code == counter.code)
    }
}

impl Interval {
    /// The first hour of the interval that contains this hour.
    const fn begin(self, hour: u64) -> u64 {
        match self {
            Self::Hour => hour,
            Self::Day => hour / 24 * 24,
        }
    }
}
