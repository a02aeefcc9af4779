//! Waits, with a timeout, until every message has ended, or until a replay has.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::admin::FlowReport;
use super::host::Host;
use super::screen::{Progress, Tally};

/// Longest wait for all messages; the ERP's faults take a few seconds.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);
/// Longest wait for one replayed message.
const REPLAYED_WITHIN: Duration = Duration::from_secs(30);
/// Time between two checks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Waits until each flow has received what was sent to it, and all of that has ended.
pub(super) async fn all(host: &Host, expected: &BTreeMap<&str, u64>) -> anyhow::Result<Vec<FlowReport>> {
    let begun = Instant::now();
    let mut progress = Progress::new();
    loop {
        let flows = host.admin.flows().await?;
        let tally = tally(&flows, expected);
        if flows.iter().all(|flow| is_settled(flow, expected)) {
            progress.finish(tally);
            return Ok(flows);
        }
        if begun.elapsed() > SETTLED_WITHIN {
            progress.finish(tally);
            bail!("{} messages are still under way after {} s", tally.waiting, SETTLED_WITHIN.as_secs());
        }
        progress.show(tally);
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Waits until a replayed dead letter is resolved.
pub(super) async fn replayed(host: &Host, dead_letter: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < REPLAYED_WITHIN {
        match host.admin.dead_letter(dead_letter).await? {
            found if found.state == "resolved" => return Ok(()),
            found if found.state == "replaying" => tokio::time::sleep(POLL_INTERVAL).await,
            found => bail!("dead letter {dead_letter} is {} again: {}", found.state, found.reason.code),
        }
    }
    bail!("dead letter {dead_letter} was not resolved within {} s", REPLAYED_WITHIN.as_secs())
}

fn is_settled(flow: &FlowReport, expected: &BTreeMap<&str, u64>) -> bool {
    let received = flow.counts.received;
    let all_in = expected.get(flow.name.as_str()).is_none_or(|expected| received >= *expected);
    all_in && flow.queue.waiting() == 0 && flow.counts.ended() >= received
}

fn tally(flows: &[FlowReport], expected: &BTreeMap<&str, u64>) -> Tally {
    let start = Tally { expected: expected.values().sum(), ..Tally::default() };
    flows.iter().fold(start, |sum, flow| Tally {
        received: sum.received + flow.counts.received,
        delivered: sum.delivered + flow.counts.delivered + flow.counts.skipped,
        waiting: sum.waiting + flow.queue.waiting(),
        dead: sum.dead + flow.counts.dead_lettered,
        retried: sum.retried + flow.counts.retried,
        expected: sum.expected,
    })
}
