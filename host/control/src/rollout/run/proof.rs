//! What a version has to show before it meets a live message: its golden cases, and the flow's last messages through old
//! and new.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::rollout::Judgement;
use gantry_sandbox::Plugin;

use super::{Run, refused};
use crate::rollout::GANTRY;
use crate::rollout::deployable::deployable;
use crate::rollout::order::Stop;
use crate::rollout::record::{GoldenReport, Phase, ShadowReport};
use crate::rollout::samples;

/// How long all golden cases of a plugin may take: they come with it, and the flows want their turn.
const GOLDEN_TIME: Duration = Duration::from_secs(60);

impl Run {
    /// Runs the plugin's golden cases, one at a time: the flows have their turn in between.
    pub(super) async fn golden(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        let cases = self.steps.catalogue.cases(&self.record.to).await.map_err(|error| refused(&error))?;
        self.enter(Phase::Golden, GANTRY, &format!("{} golden cases to run", cases.len())).await?;
        let flow = self.flow().await?;
        let limits = deployable(&flow, &self.record.step).map_err(|error| refused(&error))?.1.limits();
        let began = Instant::now();
        let mut report = GoldenReport::default();
        for case in cases {
            let plugin = plugin.clone();
            let mut so_far = report;
            let with_one_more = self.steps.compute(move || {
                so_far.run(&plugin, case, limits);
                so_far
            });
            report = with_one_more.await.ok_or(Stop::Interrupted)?;
            let shown = report.clone();
            self.update(|record| record.golden = Some(shown)).await?;
            self.obey()?;
            if began.elapsed() > GOLDEN_TIME {
                let seconds = GOLDEN_TIME.as_secs();
                return Err(Stop::refused(format!("its golden cases take longer than {seconds} seconds")));
            }
        }
        match report.failed.as_slice() {
            [] => Ok(()),
            failed => Err(Stop::refused(format!("golden cases of the plugin fail: {}", failed.join(", ")))),
        }
    }

    /// Runs the flow's last messages through old and new, a batch at a time.
    pub(super) async fn shadow(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        let flow = self.flow().await?;
        let most = self.record.terms.shadow as usize;
        let store = &self.steps.shared.store;
        let samples = samples::of_flow(store, &flow, most).await.map_err(|_| Stop::Interrupted)?;
        let text = format!("{} messages to run through old and new", samples.len());
        self.enter(Phase::Shadow, GANTRY, &text).await?;
        let pair = Arc::new(self.pair(&flow, plugin).await?);
        let mut report = ShadowReport::default();
        let mut left = samples;
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(flow.batch_messages));
            let batch = std::mem::replace(&mut left, rest);
            let pair = Arc::clone(&pair);
            let flow = Arc::clone(&flow);
            let compared = self.steps.compute(move || {
                pair.compare(&flow, &batch, &mut report);
                report
            });
            report = compared.await.ok_or(Stop::Interrupted)?;
            let shown = report.clone();
            self.update(|record| record.shadow = Some(shown)).await?;
            self.obey()?;
        }
        self.judge(&report).await
    }

    /// What follows from the differences, by the terms.
    async fn judge(&mut self, report: &ShadowReport) -> Result<(), Stop> {
        let terms = self.record.terms;
        let judged = |count: usize, judgement| if count > 0 { judgement } else { Judgement::Accept };
        let failing = judged(report.newly_failing, terms.newly_failing);
        let changed = judged(report.changed, terms.changed);
        let found = format!(
            "of {} messages {} the same, {} changed, {} newly failing, {} newly passing",
            report.messages, report.same, report.changed, report.newly_failing, report.newly_passing
        );
        match (failing, changed) {
            (Judgement::Refuse, _) | (_, Judgement::Refuse) => Err(Stop::refused(found)),
            (Judgement::Ask, _) | (_, Judgement::Ask) => self.enter(Phase::Waiting, GANTRY, &found).await,
            (Judgement::Accept, Judgement::Accept) => self.enter(Phase::Shadow, GANTRY, &found).await,
        }
    }
}
