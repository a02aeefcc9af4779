//! The summary: what each flow is for, what it did, and whether it met its success criteria.

use super::admin::{Counts, FlowReport};
use super::screen;
use crate::erp::Stats;

/// The purposes of the flows.
pub(super) fn purposes(flows: &[FlowReport]) {
    for (at, flow) in flows.iter().enumerate() {
        if at > 0 {
            screen::gap();
        }
        screen::labelled(&flow.name, &flow.purpose.goal);
        screen::labelled("  was", &flow.purpose.as_is);
        screen::labelled("  is to be", &flow.purpose.to_be);
        screen::labelled("  owner", &flow.purpose.owner);
    }
}

/// The counts of each flow, and the sum.
pub(super) fn counts(flows: &[FlowReport]) {
    let mut rows: Vec<_> = flows.iter().map(|flow| row(&flow.name, &flow.counts)).collect();
    rows.push(row("all", &total(flows)));
    let dead = if screen::is_narrow() { "dead" } else { "dead letters" };
    screen::table(["flow", "received", "duplicates", "delivered", "retried", dead, "p50", "p95"], &rows);
}

/// What the ERP counted: its faults, and that nothing was booked twice.
pub(super) fn faults(erp: &Stats) {
    let booked = format!("{} debtors, {} sales orders", erp.debtors, erp.sales_orders);
    let requests = erp.requests;
    let counts = [
        (erp.maintenance, "503, closed for maintenance"),
        (erp.throttled, "429, too fast"),
        (erp.answers_lost, "504 although booked: the answer was lost"),
        (erp.repeats, "came again after a lost answer; the idempotency key kept them single"),
        (erp.merged, "merged with a debtor known under another spelling"),
        (erp.refused, "422, refused"),
    ];
    screen::labelled("ERP", &format!("{booked}, from {requests} requests:"));
    for (n, what) in counts.iter().filter(|(n, _)| *n > 0) {
        screen::labelled("", &format!("{n:>3} × {what}"));
    }
}

/// Each success criterion of the flow files, with the measured value. Returns whether all are met.
pub(super) fn criteria(flows: &[FlowReport]) -> bool {
    let mut all_met = true;
    for flow in flows {
        for criterion in &flow.criteria {
            let met = criterion.met == Some(true);
            let measured = criterion.measured.as_deref().unwrap_or("nothing measured");
            let what = match criterion.name.as_str() {
                "error_rate" => "share of dead letters",
                "p95_latency" => "p95, receipt to ERP",
                other => other,
            };
            screen::check(met, &format!("{:<15} {what:<23} {measured:>9}   at most {}", flow.name, criterion.bound));
            all_met &= met;
        }
    }
    all_met
}

fn row(name: &str, counts: &Counts) -> [String; 8] {
    let number = |n: u64| if n == 0 { "–".to_owned() } else { n.to_string() };
    [
        name.to_owned(),
        number(counts.received),
        number(counts.duplicates),
        number(counts.delivered),
        number(counts.retried),
        number(counts.dead_lettered),
        counts.p50_ms.map_or_else(String::new, time),
        counts.p95_ms.map_or_else(String::new, time),
    ]
}

fn total(flows: &[FlowReport]) -> Counts {
    flows.iter().fold(Counts::default(), |sum, FlowReport { counts, .. }| Counts {
        received: sum.received + counts.received,
        duplicates: sum.duplicates + counts.duplicates,
        delivered: sum.delivered + counts.delivered,
        skipped: sum.skipped + counts.skipped,
        dead_lettered: sum.dead_lettered + counts.dead_lettered,
        retried: sum.retried + counts.retried,
        p50_ms: None,
        p95_ms: None,
    })
}

/// Milliseconds, or seconds from one on.
#[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^53 ms")]
fn time(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{:.2} s", ms as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!([time(0), time(999), time(1000), time(12_345)], ["0 ms", "999 ms", "1.00 s", "12.35 s"]);
    }
}
