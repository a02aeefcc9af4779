//! The version among live messages: a share of the keys first, then all of them while it is watched.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::rollout::{Comparison, Verdict, Window};
use gantry_engine::canary::{CanaryCounts, CanaryPlan};
use gantry_sandbox::Plugin;

use super::{Run, refused};
use crate::rollout::GANTRY;
use crate::rollout::order::{Order, Stop};
use crate::rollout::record::{Deployment, Phase};

impl Run {
    /// A share of the keys meets the new version, until the window ends, an operator approves, or it fails too often.
    pub(super) async fn stretch(
        &mut self,
        plugin: &Plugin,
        phase: Phase,
        window: Window,
        share: f64,
    ) -> Result<(), Stop> {
        if window.is_none() {
            return Ok(());
        }
        if self.record.phase != phase || counts(&self.record, phase).is_none() {
            let text = format!("{:.0} % of the keys meet {}", share * 100.0, self.record.to);
            self.enter(phase, GANTRY, &text).await?;
        }
        let counted = self.set_live(plugin, phase, share).await?;
        loop {
            let elapsed = self.steps.now().since(self.record.since);
            let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            let so_far = counted.counts();
            self.update(|record| *counts_mut(record, phase) = Some(so_far)).await?;
            match self.record.terms.judge(window, &so_far, elapsed_ms) {
                Verdict::Pass => return Ok(()),
                Verdict::Fail => return Err(Stop::refused(too_often(&so_far))),
                Verdict::Wait => {}
            }
            let left = Duration::from_millis(window.time_ms.saturating_sub(elapsed_ms));
            let order = tokio::select! {
                order = self.orders.recv() => order.ok_or(Stop::Interrupted)?,
                () = self.steps.stop.cancelled() => return Err(Stop::Interrupted),
                () = counted.changed.notified() => continue,
                () = tokio::time::sleep(left), if so_far.new.messages > 0 => continue,
            };
            match order {
                Order::RollBack { by, reason } => return Err(Stop::Ended { by, reason }),
                // Meant for an earlier phase, which is over.
                Order::Approve { from, .. } if from != phase => {}
                Order::Approve { by, .. } => return self.enter(phase, &by, "promoted before its time").await,
            }
        }
    }

    /// Gives this share of the keys to the new version; what it does is counted, on top of what was counted before.
    async fn set_live(&self, plugin: &Plugin, phase: Phase, share: f64) -> Result<Arc<CanaryCounts>, Stop> {
        let record = &self.record;
        let before = counts(record, phase).unwrap_or_else(|| usual(record));
        let counts_so_far = Arc::new(CanaryCounts::from(before));
        let plan = CanaryPlan {
            deployment: record.number,
            plugin: plugin.clone(),
            share,
            fallback: record.terms.has_net(),
            counts_so_far: Arc::clone(&counts_so_far),
        };
        self.steps.set_canary(&record.step_id(), Some(plan)).await.map_err(|error| refused(&error))?;
        Ok(counts_so_far)
    }
}

/// What is known of the old version before a stretch begins.
fn usual(record: &Deployment) -> Comparison {
    Comparison { old: record.canary.unwrap_or_default().old, ..Comparison::default() }
}

fn counts(record: &Deployment, phase: Phase) -> Option<Comparison> {
    if phase == Phase::Canary { record.canary } else { record.watch }
}

fn counts_mut(record: &mut Deployment, phase: Phase) -> &mut Option<Comparison> {
    if phase == Phase::Canary { &mut record.canary } else { &mut record.watch }
}

fn too_often(counts: &Comparison) -> String {
    format!(
        "of {} messages it failed on {}, {} of which the old version handles: too many",
        counts.new.messages, counts.new.failed, counts.newly_failing
    )
}
