//! `gantry quality`

use clap::Args;
use gantry_api::v1::{QualityFilter, QualityInterval, QualityReport, QualityRow};
use gantry_core::{FlowName, Timestamp};

use crate::args::HostArgs;
use crate::client;
use crate::coded::coded;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;
use crate::time;

/// Most bars of a trend.
const BARS: usize = 24;
/// The characters of a bar, from the lowest to the highest.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const HOUR_MS: u64 = 60 * 60 * 1000;

/// Show which rules messages break, at which fields, and since when
///
/// Counts messages by the rules they break: rules of flows, of plugins and of JSON Schemas. Each message counts once,
/// when it first ends; replays are not counted.
#[derive(Debug, Args)]
pub(crate) struct Quality {
    /// Of this flow
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Option<FlowName>,
    /// Found by this step; `source.schema` and `target.NAME.schema` are the schema checks of the source and of a target
    #[arg(long, value_name = "NAME")]
    pub(crate) step: Option<String>,
    /// With this code
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// Since this time: 2026-03-09T17:30:00Z, or 2h or 7d for two hours or seven days ago
    #[arg(long, value_name = "WHEN", default_value = "24h", value_parser = time::past)]
    pub(crate) since: Timestamp,
    /// Up to this time, written in the same way [default: now]
    #[arg(long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) until: Option<Timestamp>,
    /// The interval of the trend [default: hour for up to two days, otherwise day]
    #[arg(long, value_parser = coded!(QualityInterval))]
    pub(crate) by: Option<QualityInterval>,
    /// Most rows to show
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Quality {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = QualityFilter {
            flow: self.flow.clone(),
            step: self.step.clone(),
            code: self.code.clone(),
            since: Some(self.since),
            until: self.until,
            by: self.by,
            limit: Some(self.limit.into()),
        };
        client::with(&self.host, output, async |client| {
            let report = client.quality(&filter).await?;
            Ok(output.print(&report, || table(&report))?)
        })
    }
}

fn table(report: &QualityReport) -> String {
    let span = format!("from {} to {}", report.since, report.until);
    if report.rows.is_empty() {
        return format!("no rule was broken {span}");
    }
    let bars = Bars::of(report);
    let trend = format!("TREND (one bar: {})", bars.words());
    let titles = ["FLOW", "STEP", "CODE", "FIELD", "SEVERITY", "MESSAGES", "VIOLATIONS", &trend];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(report.rows.iter().map(|row| {
        [
            row.flow.to_string(),
            row.step.clone(),
            row.code.clone(),
            text::first_line(if row.field.is_empty() { "–" } else { &row.field }, 60),
            row.severity.name().to_owned(),
            row.messages.to_string(),
            row.violations.to_string(),
            bars.draw(row),
        ]
    }));
    let further = match report.further {
        0 => String::new(),
        further => format!("{further} more kinds; narrow with --flow, --step or --code, or raise --limit\n"),
    };
    format!("{}{further}{span}", text::columns(&rows))
}

/// How the time of a report is divided into bars of equal length.
struct Bars {
    since: u64,
    /// Hours of one bar.
    hours: u64,
    count: usize,
}

impl Bars {
    fn of(report: &QualityReport) -> Self {
        let unit = if report.by == QualityInterval::Day { 24 } else { 1 };
        let since = report.since.0 / HOUR_MS / unit * unit;
        let units = (report.until.0 / HOUR_MS).saturating_sub(since).div_ceil(unit).max(1);
        let hours = units.div_ceil(BARS as u64) * unit;
        let count = usize::try_from((units * unit).div_ceil(hours)).unwrap_or(BARS);
        Self { since, hours, count }
    }

    fn words(&self) -> String {
        match (self.hours, self.hours / 24) {
            (1, _) => "an hour".to_owned(),
            (24, _) => "a day".to_owned(),
            (hours, days) if hours == days * 24 => format!("{days} days"),
            (hours, _) => format!("{hours} hours"),
        }
    }

    /// A bar for each part of the time, relative to the highest bar; a dot where no rule was broken.
    fn draw(&self, row: &QualityRow) -> String {
        let mut messages = vec![0_u64; self.count];
        for point in &row.series {
            let bar = (point.at.0 / HOUR_MS).saturating_sub(self.since) / self.hours;
            if let Some(messages) = usize::try_from(bar).ok().and_then(|bar| messages.get_mut(bar)) {
                *messages += point.messages;
            }
        }
        let most = messages.iter().copied().max().unwrap_or(0);
        messages.iter().map(|messages| bar(*messages, most)).collect()
    }
}

/// The bar for this many messages, where the highest bar has `most`.
fn bar(messages: u64, most: u64) -> char {
    if messages == 0 {
        return '·';
    }
    let level = (messages * LEVELS.len() as u64).div_ceil(most.max(1));
    let index = usize::try_from(level.saturating_sub(1)).unwrap_or(usize::MAX);
    LEVELS[index.min(LEVELS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_api::v1::{QualityPoint, RuleSeverity};

    fn report(hours: u64, points: &[(u64, u64)]) -> QualityReport {
        let series = points.iter().map(|&(hour, messages)| QualityPoint {
            at: Timestamp(hour * HOUR_MS),
            messages,
            violations: messages,
        });
        let row = QualityRow {
            flow: "orders".parse().unwrap(),
            step: "plausible".into(),
            code: "out-of-range".into(),
            field: "/lines/*/quantity".into(),
            severity: RuleSeverity::Error,
            messages: 1,
            violations: 1,
            series: series.collect(),
        };
        let by = if hours > 48 { QualityInterval::Day } else { QualityInterval::Hour };
        QualityReport { since: Timestamp(0), until: Timestamp(hours * HOUR_MS), by, rows: vec![row], further: 0 }
    }

    fn drawn(report: &QualityReport) -> (String, String) {
        let bars = Bars::of(report);
        (bars.words(), bars.draw(&report.rows[0]))
    }

    #[test]
    fn a_trend_shows_hours_or_days_by_their_share_of_the_highest() {
        assert_eq!(drawn(&report(4, &[(0, 8), (2, 1), (3, 4)])), ("an hour".into(), "█·▁▄".into()));
        assert_eq!(drawn(&report(72, &[(0, 1), (48, 2)])), ("a day".into(), "▄·█".into()));
        let (words, bars) = drawn(&report(30 * 24, &[(0, 1), (719, 1)]));
        assert_eq!((words.as_str(), bars.chars().count()), ("2 days", 15));
        assert!(bars.starts_with('█') && bars.ends_with('█'), "{bars}");
    }
}
