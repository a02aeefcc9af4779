//! Sources.

use std::ops::RangeInclusive;
use std::time::Duration;

use gantry_core::FlowName;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::flow::{CsvOptions, Dedupe, FileFormat, Files, HostEvents, Idempotency, Source, ValueFrom, Verify, Webhook};
use crate::raw::source::{
    CsvTable, DedupeTable, EventChoice, FilesTable, FormatChoice, HostEventsTable, IdempotencyKeyTable, SourceChoice,
    StandardWebhooksTable, VerifyChoice, WebhookTable,
};

const MAX_BYTES: usize = 1 << 20;
const MAX_BYTES_BOUNDS: RangeInclusive<u64> = 1..=(1 << 30);
const TIMEOUT: Duration = Duration::from_secs(10);
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
const POLL: Duration = Duration::from_secs(2);

/// Headers that prove who sends: they must not be kept with a message.
const CREDENTIAL_HEADERS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "webhook-signature",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-shopify-hmac-sha256",
];

impl Lower<'_> {
    pub(super) fn source(&mut self, raw: SourceChoice, flow: Option<&FlowName>) -> Option<Source> {
        match raw {
            SourceChoice::Webhook(raw) => self.webhook(raw).map(Source::Webhook),
            SourceChoice::Files(raw) => self.files(raw).map(Source::Files),
            SourceChoice::HostEvents(raw) => self.host_events(raw, flow).map(Source::HostEvents),
        }
    }

    fn host_events(&mut self, raw: HostEventsTable, own: Option<&FlowName>) -> Option<HostEvents> {
        let events = raw.events.unwrap_or_default().into_iter().map(|event| event.value.name()).collect();
        let flows = raw.flows.unwrap_or_default();
        let flows: Vec<Option<FlowName>> = flows
            .iter()
            .map(|flow| {
                let name: FlowName = self.name(&flow.value, &flow.span)?;
                if own == Some(&name) {
                    let message = "a flow never gets events of itself: its failures would feed it for ever";
                    self.report.add(Code::Conflict, &flow.span, message, "leave it out");
                    return None;
                }
                Some(name)
            })
            .collect();
        Some(HostEvents { events, flows: flows.into_iter().collect::<Option<_>>()? })
    }

    fn webhook(&mut self, raw: WebhookTable) -> Option<Webhook> {
        let path = raw.path.and_then(|path| self.webhook_path(path));
        let verify = raw.verify.and_then(|verify| self.verify(verify));
        let max_bytes = self.memory_or(raw.max_bytes.as_ref(), MAX_BYTES, MAX_BYTES_BOUNDS);
        let timeout = self.duration_or(raw.timeout.as_ref(), TIMEOUT);
        let key = self.value_from(raw.key);
        let dedupe = self.dedupe(raw.dedupe);
        let idempotency = raw.idempotency_key.map_or(Some(None), |raw| self.idempotency(&raw).map(Some));
        let keep_headers: Vec<_> =
            raw.keep_headers.unwrap_or_default().iter().map(|name| self.kept_header(name)).collect();
        Some(Webhook {
            path: path?,
            verify: verify?,
            max_bytes: max_bytes?,
            timeout: timeout?,
            key: key?,
            dedupe: dedupe?,
            idempotency: idempotency?,
            keep_headers: keep_headers.into_iter().collect::<Option<_>>()?,
        })
    }

    fn webhook_path(&mut self, path: At<String>) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
        if path.value.starts_with('/') && path.value.chars().all(plain) {
            return Some(path.value);
        }
        let help = "it begins with `/` and has letters, digits, `-`, `_`, `.` and `~`: \"/shop/orders\"";
        self.invalid(&path.span, format!("`{}` is not a path to listen on", path.value), help);
        None
    }

    fn verify(&mut self, raw: At<VerifyChoice>) -> Option<Verify> {
        match raw.value {
            VerifyChoice::None => {
                let message = "anyone who reaches the intake can send messages to this flow";
                self.report.add(Code::Unverified, &raw.span, message, "keep it behind something that authenticates");
                Some(Verify::None)
            }
            VerifyChoice::StandardWebhooks(table) => self.standard_webhooks(table),
            VerifyChoice::Github(table) => Some(Verify::Github { secrets: self.secrets(table.secrets)? }),
            VerifyChoice::Shopify(table) => Some(Verify::Shopify { secrets: self.secrets(table.secrets)? }),
            VerifyChoice::Bearer(table) => Some(Verify::Bearer { tokens: self.secrets(table.tokens)? }),
        }
    }

    fn standard_webhooks(&mut self, raw: StandardWebhooksTable) -> Option<Verify> {
        let secrets = self.secrets(raw.secrets);
        let tolerance = self.duration_or(raw.tolerance.as_ref(), TOLERANCE);
        Some(Verify::StandardWebhooks { secrets: secrets?, tolerance: tolerance? })
    }

    fn kept_header(&mut self, name: &At<String>) -> Option<String> {
        let kept = self.header_name(&name.value, &name.span)?;
        if !CREDENTIAL_HEADERS.contains(&kept.as_str()) {
            return Some(kept);
        }
        self.invalid(&name.span, format!("`{kept}` is a credential and is never kept with a message"), "leave it out");
        None
    }

    fn dedupe(&mut self, raw: Option<At<DedupeTable>>) -> Option<Option<Dedupe>> {
        let Some(At { span, value: raw }) = raw else { return Some(None) };
        let window = self.duration_or(raw.window.as_ref(), WINDOW);
        let by = match (raw.pointer, raw.header) {
            (Some(text), None) => self.pointer(&text.value, &text.span).map(ValueFrom::Pointer),
            (None, Some(name)) => self.header_name(&name.value, &name.span).map(ValueFrom::Header),
            (stated, _) => {
                let code = if stated.is_some() { Code::Conflict } else { Code::MissingKey };
                let help = "say where the value is that makes two messages the same";
                self.report.add(code, &span, "`dedupe` needs exactly one of `pointer` and `header`", help);
                None
            }
        };
        Some(Some(Dedupe { by: by?, window: window? }))
    }

    fn idempotency(&mut self, raw: &IdempotencyKeyTable) -> Option<Idempotency> {
        let window = self.duration_or(raw.window.as_ref(), WINDOW)?;
        Some(Idempotency { required: raw.required.unwrap_or(true), window })
    }

    fn files(&mut self, raw: FilesTable) -> Option<Files> {
        let directory = raw.directory.and_then(|directory| self.path(&directory));
        let beside = |name: &str| directory.as_ref().map(|directory| directory.join(name));
        let done = raw.done.map_or_else(|| beside("done"), |path| self.path(&path));
        let failed = raw.failed.map_or_else(|| beside("failed"), |path| self.path(&path));
        let poll = self.duration_or(raw.poll.as_ref(), POLL);
        let max_bytes = self.memory_or(raw.max_bytes.as_ref(), MAX_BYTES, MAX_BYTES_BOUNDS);
        let key = self.value_from(raw.key);
        let dedupe = self.dedupe(raw.dedupe);
        let pattern = match raw.pattern {
            Some(pattern) => self.pattern(pattern),
            None => raw.format.as_ref().map(|format| format!("*.{}", extension(format.value))),
        };
        let format = self.format(raw.format.map(|format| format.value), raw.csv);
        Some(Files {
            directory: directory?,
            pattern: pattern?,
            format: format?,
            done: done?,
            failed: failed?,
            poll: poll?,
            max_bytes: max_bytes?,
            key: key?,
            dedupe: dedupe?,
        })
    }

    fn pattern(&mut self, pattern: At<String>) -> Option<String> {
        if !pattern.value.is_empty() && !pattern.value.contains(['/', '\\']) {
            return Some(pattern.value);
        }
        let help = "it names files in the directory itself: \"*.csv\", \"orders-??.json\"";
        self.invalid(&pattern.span, format!("`{}` is not a pattern for file names", pattern.value), help);
        None
    }

    fn format(&mut self, format: Option<FormatChoice>, csv: Option<At<CsvTable>>) -> Option<FileFormat> {
        let options_at = csv.as_ref().map(|csv| csv.span.clone());
        let options = self.csv(csv.map(|csv| csv.value).unwrap_or_default());
        if let (Some(FormatChoice::Json | FormatChoice::Ndjson), Some(span)) = (format, &options_at) {
            self.csv_elsewhere(span);
            return None;
        }
        match format? {
            FormatChoice::Csv => Some(FileFormat::Csv(options?)),
            FormatChoice::Json => Some(FileFormat::Json),
            FormatChoice::Ndjson => Some(FileFormat::Ndjson),
        }
    }

    fn csv_elsewhere(&mut self, span: &Span) {
        self.report.add(Code::Conflict, span, "`csv` describes CSV files, but the format is another", "");
    }

    fn csv(&mut self, raw: CsvTable) -> Option<CsvOptions> {
        let delimiter = match raw.delimiter {
            None => Some(b','),
            Some(At { span, value }) => match value.as_bytes() {
                [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => Some(*byte),
                _ => {
                    self.invalid(&span, "a delimiter is one ASCII character", "usually \",\", \";\" or \"\\t\"");
                    None
                }
            },
        };
        Some(CsvOptions { delimiter: delimiter?, group_by: raw.group_by.map(|column| column.value) })
    }
}

fn extension(format: FormatChoice) -> &'static str {
    match format {
        FormatChoice::Csv => "csv",
        FormatChoice::Json => "json",
        FormatChoice::Ndjson => "ndjson",
    }
}

impl EventChoice {
    /// The event's name: one of [`gantry_core::Happening::NAMES`].
    const fn name(self) -> &'static str {
        match self {
            Self::DeadLettered => "dead_lettered",
            Self::BreakerOpened => "breaker_opened",
            Self::BreakerClosed => "breaker_closed",
            Self::TargetPaused => "target_paused",
            Self::TargetResumed => "target_resumed",
            Self::TargetDisabled => "target_disabled",
            Self::DeploymentEnded => "deployment_ended",
            Self::QueueDelayed => "queue_delayed",
            Self::QueueRecovered => "queue_recovered",
            Self::DiskLow => "disk_low",
            Self::DiskRecovered => "disk_recovered",
            Self::HostStarted => "host_started",
            Self::EventsMissed => "events_missed",
        }
    }
}
