//! A whole flow, and the checks that need several of its parts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use gantry_core::{Digest, FlowName, RetryPolicy};
use gantry_schema::DuplicateMembers;

use super::Lower;
use super::targets::Targets;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::{DEAD_LETTER_BYTES, Flow, OnFailure, Ordering, Purpose, QueueBounds, SuccessCriteria, Table};
use crate::kind::{RawTable, SourceDraft, SourceEntry, TargetEntry, Unbounded};
use crate::raw::dialect::DialectKeys;
use crate::raw::flow::{
    DeadLettersTable, DuplicateMembersChoice, FlowFile, FlowTable, OnFailureChoice, OrderingChoice, PurposeTable,
    QueueTable, RetryTable, SuccessTable, TableCsvTable, TableTable,
};
use crate::raw::text::NameText;

const BATCH_MESSAGES: u32 = 100;
const BATCH_BYTES: u64 = 4 << 20;
const IN_FLIGHT: u32 = 1000;
const IN_FLIGHT_BYTES: u64 = 64 << 20;
/// Semaphores count these bytes by the KiB.
const MEMORY: std::ops::RangeInclusive<u64> = (1 << 10)..=(1 << 40);
const ON_DISK: std::ops::RangeInclusive<u64> = 1..=(1 << 50);

/// The tables of a flow file for its source and its targets, which their kinds read.
#[derive(Debug)]
pub(crate) struct Ends<'i> {
    pub(crate) source: Option<Stated<'i, SourceEntry>>,
    pub(crate) targets: BTreeMap<At<String>, Stated<'i, TargetEntry>>,
}

/// A table, and the kind it is of.
#[derive(Debug)]
pub(crate) struct Stated<'i, K> {
    pub(crate) kind: K,
    pub(crate) table: RawTable<'i>,
}

/// What is known of a flow, even if it has mistakes: enough to compare it with others.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) name: Option<At<FlowName>>,
    /// Path of its webhook, or the files it watches.
    pub(crate) intake: Option<At<String>>,
    /// The kind of its source.
    pub(crate) kind: Option<&'static str>,
    /// The names that it had before.
    pub(crate) formerly: Vec<At<FlowName>>,
    /// The flow, if it has no mistake.
    pub(crate) flow: Option<Flow>,
    /// The files that it names and the host reads, found or not.
    pub(crate) named: Vec<PathBuf>,
}

impl Lower<'_> {
    /// Interprets a whole flow file.
    pub(crate) fn flow(mut self, mut raw: FlowFile, ends: Ends<'_>) -> Draft {
        let head = raw.flow.take().unwrap_or_default();
        let name = head.name.as_ref().and_then(|text| {
            let value: FlowName = self.name(&text.value, &text.span)?;
            Some(At { span: text.span.clone(), value })
        });
        self.flow = name.as_ref().map(|name| name.value.clone());
        let formerly = self.formerly(head.formerly.as_deref().unwrap_or_default());
        self.duplicates = duplicate_members(head.duplicate_members);
        let kind = ends.source.as_ref().map(|source| source.kind.name);
        let mut source = ends.source.map(|Stated { kind, table }| (kind.lower)(table, &mut self)).unwrap_or_default();
        let intake = source.intake.take();
        let targets = ends.targets.into_iter();
        let targets = targets.map(|(name, Stated { kind, table })| (name, (kind.lower)(table, &mut self))).collect();
        let purpose = self.purpose(raw.purpose.take(), head.name.as_ref().map_or(0..0, |name| name.span.clone()));
        let flow = self.whole(head, purpose, raw, source, targets);
        let names = formerly.iter().map(|name| name.value.clone()).collect();
        let flow = flow.map(|flow| Flow { formerly: names, ..flow });
        Draft { name, intake, kind, formerly, flow, named: self.named }
    }

    fn whole(
        &mut self,
        head: FlowTable,
        purpose: Option<Purpose>,
        raw: FlowFile,
        source: SourceDraft,
        targets: Targets,
    ) -> Option<Flow> {
        let declared = raw.table.unwrap_or_default();
        let retry = self.retry(head.retry);
        let ordering = ordering(head.ordering.as_ref());
        let on_failure = self.on_failure(head.on_failure, ordering);
        let batch_bytes = self.memory_or(head.batch_bytes.as_ref(), BATCH_BYTES as usize, MEMORY);
        let batch_wait = self.duration_or(head.batch_wait.as_ref(), Duration::ZERO);
        let in_flight_bytes = self.memory_or(head.in_flight_bytes.as_ref(), IN_FLIGHT_BYTES as usize, MEMORY);
        let queue = self.queue(head.queue, source.unbounded);
        let DeadLettersTable { keep, max_bytes } = head.dead_letters.unwrap_or_default();
        let dead_letter_bytes = self.size_or(max_bytes.as_ref(), DEAD_LETTER_BYTES, ON_DISK);
        let queue_age = head.queue_age.map_or(Some(None), |age| self.duration(&age).map(Some));
        let silent_after = head.silent_after.map_or(Some(None), |after| self.duration(&after).map(Some));
        let keep_dead_letters = keep.map_or(Some(None), |keep| self.duration(&keep).map(Some));
        let steps = self.steps(raw.step.unwrap_or_default(), &declared);
        let tables = self.tables(declared);
        let default_target = self.default_target(&targets);
        let targets = self.targets(targets);
        Some(Flow {
            name: self.flow.clone()?,
            formerly: Vec::new(),
            version: version_of(&self.report.file.text),
            file: std::path::absolute(&self.report.file.path).ok()?,
            purpose: purpose?,
            ordering,
            on_failure: on_failure?,
            source: source.settings?,
            input_schema: source.schema?,
            steps: steps?,
            tables: tables?,
            targets: targets?,
            default_target: default_target?,
            retry: retry?,
            batch_messages: head.batch_messages.unwrap_or(BATCH_MESSAGES) as usize,
            batch_bytes: batch_bytes?,
            batch_wait: batch_wait?,
            in_flight: head.in_flight.unwrap_or(IN_FLIGHT) as usize,
            in_flight_bytes: in_flight_bytes?,
            queue: queue?,
            keep_dead_letters: keep_dead_letters?,
            dead_letter_bytes: dead_letter_bytes?,
            queue_age: queue_age?,
            silent_after: silent_after?,
        })
    }

    fn formerly(&mut self, raw: &[At<NameText>]) -> Vec<At<FlowName>> {
        let named = raw.iter().filter_map(|text| {
            let value: FlowName = self.name(&text.value, &text.span)?;
            if self.flow.as_ref() == Some(&value) {
                let message = "this is the name that the flow has";
                self.report.add(Code::Conflict, &text.span, message, "name what it was called before");
            }
            Some(At { span: text.span.clone(), value })
        });
        named.collect()
    }

    fn on_failure(&mut self, raw: Option<At<OnFailureChoice>>, ordering: Ordering) -> Option<OnFailure> {
        match raw.as_ref().map(|raw| raw.value) {
            None | Some(OnFailureChoice::Skip) => Some(OnFailure::Skip),
            Some(OnFailureChoice::Block) if ordering == Ordering::Key => Some(OnFailure::Block),
            Some(OnFailureChoice::Block) => {
                let message = "without an order, no message waits for another";
                let help = "leave it out, or say `ordering = \"key\"`";
                self.report.add(Code::Conflict, &raw?.span, message, help);
                None
            }
        }
    }

    fn queue(&mut self, raw: Option<At<QueueTable>>, unbounded: Option<Unbounded>) -> Option<QueueBounds> {
        let Some(At { span, value: raw }) = raw else { return Some(QueueBounds::default()) };
        if let Some(Unbounded { message, help }) = unbounded {
            self.report.add(Code::Conflict, &span, message, help);
            return None;
        }
        let bytes = raw.bytes.as_ref().map_or(Some(None), |bytes| self.size_or(Some(bytes), 0, ON_DISK).map(Some));
        Some(QueueBounds { messages: raw.messages, bytes: bytes? })
    }

    fn purpose(&mut self, raw: Option<At<PurposeTable>>, name: Span) -> Option<Purpose> {
        let At { span, value: raw } = raw.unwrap_or(At { span: name, value: PurposeTable::default() });
        let success = self.success(raw.success.unwrap_or_default());
        let purpose = Purpose {
            goal: raw.goal.unwrap_or_default(),
            owner: raw.owner.unwrap_or_default(),
            systems: raw.systems.unwrap_or_default(),
            as_is: raw.as_is.unwrap_or_default(),
            to_be: raw.to_be.unwrap_or_default(),
            success: success.unwrap_or_default(),
        };
        let missing = purpose.missing();
        if !missing.is_empty() && success.is_some() {
            let message = format!("the flow doesn't state its {}", missing.join(", "));
            let help = "state under [purpose] what the business gets, who answers for it, and what success means";
            self.report.add(Code::PurposeIncomplete, &span, message, help);
        }
        success.map(|_| purpose)
    }

    fn success(&mut self, raw: SuccessTable) -> Option<SuccessCriteria> {
        let p95_latency = raw.p95_latency.map_or(Some(None), |text| self.duration(&text).map(Some))?;
        Some(SuccessCriteria { error_rate: raw.error_rate, p95_latency })
    }

    /// A retry policy. What isn't stated is as in the default.
    pub(super) fn retry(&mut self, raw: Option<RetryTable>) -> Option<RetryPolicy> {
        let raw = raw.unwrap_or_default();
        let default = RetryPolicy::default();
        let base = self.duration_or(raw.base.as_ref(), default.base);
        let cap = self.duration_or(raw.cap.as_ref(), default.cap);
        let retry_after_cap = self.duration_or(raw.retry_after_cap.as_ref(), default.retry_after_cap);
        Some(RetryPolicy {
            attempts: raw.attempts.unwrap_or(default.attempts),
            base: base?,
            cap: cap?,
            retry_after_cap: retry_after_cap?,
            jitter: raw.jitter.unwrap_or(default.jitter),
        })
    }

    fn tables(&mut self, raw: BTreeMap<At<String>, TableTable>) -> Option<BTreeMap<String, Table>> {
        let lowered: Vec<_> = raw.into_iter().map(|(name, table)| Some((name.value, self.table(table)?))).collect();
        lowered.into_iter().collect()
    }

    fn table(&mut self, raw: TableTable) -> Option<Table> {
        let help = "paths are relative to the flow file; a table is CSV with a header row, or a JSON array of objects";
        let file = raw.file.and_then(|file| self.existing_file(&file, "the table", help));
        let is_json =
            file.as_ref().and_then(|file| file.extension()).is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if let (Some(csv), true) = (&raw.csv, is_json) {
            let message = "`csv` describes CSV files, but the table is JSON";
            self.report.add(Code::Conflict, &csv.span, message, "");
            return None;
        }
        let encoding = self.encoding(raw.encoding.as_ref());
        let csv = raw.csv.map(|csv| csv.value).unwrap_or_default();
        let TableCsvTable { delimiter, quote, escape, comment, skip_lines, trim } = csv;
        let dialect = self.dialect(DialectKeys { delimiter, quote, escape, comment, skip_lines, trim });
        Some(Table {
            encoding: encoding?,
            dialect: dialect?,
            may_be_empty: raw.may_be_empty.unwrap_or(false),
            max_shrink: raw.max_shrink.unwrap_or(Table::MAX_SHRINK),
            ..Table::new(file?, raw.key?.value)
        })
    }
}

impl Purpose {
    /// The parts that aren't stated, in the words of the file.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let SuccessCriteria { error_rate, p95_latency } = self.success;
        let stated = [
            ("goal", !self.goal.trim().is_empty()),
            ("owner", !self.owner.trim().is_empty()),
            ("systems", !self.systems.is_empty()),
            ("success criteria", error_rate.is_some() || p95_latency.is_some()),
        ];
        stated.into_iter().filter(|(_, stated)| !stated).map(|(name, _)| name).collect()
    }
}

/// The version of the flow of a file with this text: the first sixteen hex digits of its digest.
#[must_use]
pub fn version_of(text: &str) -> String {
    let digest = Digest::of(text.as_bytes());
    digest.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn duplicate_members(raw: Option<DuplicateMembersChoice>) -> DuplicateMembers {
    match raw {
        None | Some(DuplicateMembersChoice::Refuse) => DuplicateMembers::Refuse,
        Some(DuplicateMembersChoice::Last) => DuplicateMembers::TakeLast,
    }
}

fn ordering(raw: Option<&OrderingChoice>) -> Ordering {
    match raw {
        None | Some(OrderingChoice::Key) => Ordering::Key,
        Some(OrderingChoice::None) => Ordering::None,
    }
}
