//! One deployment on its way: checks, golden cases, shadow, canary, watch. Read [`Run::go`] first.
//!
//! Each phase is written down before it is entered, and each can be begun anew: a host that stops half-way continues
//! with the phase it was in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::rollout::{Comparison, Judgement, Verdict, Window};
use gantry_engine::canary::{CanaryCounts, CanaryPlan};
use gantry_engine::flow::RunningFlow;
use gantry_sandbox::Plugin;
use tokio::sync::mpsc;

use super::GANTRY;
use super::compare::Pair;
use super::deployer::{Deployer, Order};
use super::error::DeployError;
use super::journal::place_of;
use super::record::{Deployment, GoldenReport, Phase, ShadowReport};
use crate::diagnose::chain;

/// How often, at most, counts are written down while a stretch goes on.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// How long all golden cases of a plugin may take: they come with it, and the flows want their turn.
const GOLDEN_TIME: Duration = Duration::from_secs(60);

/// One deployment on its way.
pub(crate) struct Run {
    pub(crate) deployer: Deployer,
    pub(crate) record: Deployment,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
}

/// Why a deployment goes no further.
pub(crate) enum Stop {
    /// It ends: by whom, and why.
    Ended(String, String),
    /// The host stops, or its store fails. It goes on after the next start.
    Interrupted,
}

impl Run {
    /// Takes the deployment to its end.
    pub(crate) async fn drive(mut self) {
        match self.go().await {
            Ok(()) => {}
            Err(Stop::Interrupted) if self.deployer.is_stopping() => {}
            Err(Stop::Interrupted) => self.abort(GANTRY, "a fault of the host; its log says more").await,
            Err(Stop::Ended(by, why)) => self.abort(&by, &why).await,
        }
    }

    async fn go(&mut self) -> Result<(), Stop> {
        let plugin = self.load().await?;
        self.trusted().await?;
        if self.record.phase < Phase::Waiting {
            self.check(&plugin).await?;
            self.golden(&plugin).await?;
            self.shadow(&plugin).await?;
        }
        if self.record.phase == Phase::Waiting {
            self.wait_for_word().await?;
            self.trusted().await?;
        }
        let terms = self.record.terms;
        if self.record.phase <= Phase::Canary && terms.canary_share > 0.0 {
            self.stretch(&plugin, Phase::Canary, terms.canary, terms.canary_share).await?;
        }
        self.stretch(&plugin, Phase::Watching, terms.watch, 1.0).await?;
        self.finish(plugin).await
    }

    async fn load(&self) -> Result<Plugin, Stop> {
        self.deployer.catalogue().load(&self.record.to).await.map_err(|error| refused(chain(&error)))
    }

    /// Whether the publisher is still trusted: asked anew after every wait.
    async fn trusted(&self) -> Result<(), Stop> {
        self.deployer.catalogue().check_trust(&self.record.to).await.map_err(|error| refused(chain(&error)))
    }

    /// Whether the plugin fits the step: API version, grants, settings.
    async fn check(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        self.pair(&self.flow().await?, plugin).await?;
        self.obey()
    }

    async fn golden(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        let cases = self.deployer.catalogue().cases(&self.record.to).await.map_err(|error| refused(chain(&error)))?;
        self.enter(Phase::Golden, GANTRY, &format!("{} golden cases to run", cases.len())).await?;
        let (began, mut report) = (Instant::now(), GoldenReport::default());
        for case in cases {
            let (plugin, mut so_far) = (plugin.clone(), report);
            let one = move || {
                so_far.run(&plugin, case);
                so_far
            };
            report = self.deployer.compute(one).await.ok_or(Stop::Interrupted)?;
            self.record.golden = Some(report.clone());
            self.show();
            self.obey()?;
            if began.elapsed() > GOLDEN_TIME {
                return Err(refused(format!("its golden cases take longer than {} seconds", GOLDEN_TIME.as_secs())));
            }
        }
        match report.failed.as_slice() {
            [] => Ok(()),
            failed => Err(refused(format!("golden cases of the plugin fail: {}", failed.join(", ")))),
        }
    }

    async fn shadow(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        let flow = self.flow().await?;
        let samples = self.deployer.samples(&flow, self.record.terms.shadow as usize).await?;
        let text = format!("{} messages to run through old and new", samples.len());
        self.enter(Phase::Shadow, GANTRY, &text).await?;
        let pair = Arc::new(self.pair(&flow, plugin).await?);
        let mut report = ShadowReport::default();
        let mut left = samples;
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(flow.batch_messages));
            let (pair, flow, batch) = (Arc::clone(&pair), Arc::clone(&flow), left);
            let turn = move || {
                pair.compare(&flow, &batch, &mut report);
                report
            };
            report = self.deployer.compute(turn).await.ok_or(Stop::Interrupted)?;
            self.record.shadow = Some(report.clone());
            self.show();
            self.obey()?;
            left = rest;
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
            (Judgement::Refuse, _) | (_, Judgement::Refuse) => Err(refused(found)),
            (Judgement::Ask, _) | (_, Judgement::Ask) => self.enter(Phase::Waiting, GANTRY, &found).await,
            (Judgement::Accept, Judgement::Accept) => {
                self.record.enter(Phase::Shadow, self.deployer.now(), GANTRY, found);
                Ok(())
            }
        }
    }

    async fn wait_for_word(&mut self) -> Result<(), Stop> {
        let order = tokio::select! {
            order = self.orders.recv() => order,
            () = self.deployer.stopped() => None,
        };
        match order.ok_or(Stop::Interrupted)? {
            Order::RollBack { by, reason } => Err(Stop::Ended(by, reason)),
            Order::GoOn { by, .. } => {
                if self.record.shadow.as_ref().is_some_and(|report| report.newly_failing > 0) {
                    // Who approves of failures doesn't want the old version to cover them up.
                    self.record.terms.newly_failing = Judgement::Accept;
                }
                self.enter(Phase::Canary, &by, "approved").await
            }
        }
    }

    /// A share of the keys meets the new version, until the window ends, an operator says so, or it fails too often.
    async fn stretch(&mut self, plugin: &Plugin, phase: Phase, window: Window, share: f64) -> Result<(), Stop> {
        if window.is_none() {
            return Ok(());
        }
        if self.record.phase != phase || self.counts(phase).is_none() {
            let text = format!("{:.0} % of the keys meet {}", share * 100.0, self.record.to);
            self.enter(phase, GANTRY, &text).await?;
        }
        let counts_so_far = Arc::new(CanaryCounts::from(self.counts(phase).unwrap_or_else(|| self.usual())));
        let (deployment, plugin, fallback) = (self.record.number, plugin.clone(), self.record.terms.has_net());
        let plan = CanaryPlan { deployment, plugin, share, fallback, counts_so_far: Arc::clone(&counts_so_far) };
        self.deployer.try_out(&place_of(&self.record), Some(plan)).await.map_err(|error| refused(chain(&error)))?;
        let mut saved = Instant::now();
        loop {
            let elapsed = self.deployer.now().since(self.record.since);
            let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            let counts = counts_so_far.counts();
            self.note(phase, counts);
            if saved.elapsed() >= SAVE_EVERY {
                self.save().await?;
                saved = Instant::now();
            }
            match self.record.terms.judge(window, &counts, elapsed_ms) {
                Verdict::Pass => return Ok(()),
                Verdict::Fail => return Err(refused(too_often(&counts))),
                Verdict::Wait => {}
            }
            let left = Duration::from_millis(window.time_ms.saturating_sub(elapsed_ms));
            let order = tokio::select! {
                order = self.orders.recv() => order.ok_or(Stop::Interrupted)?,
                () = self.deployer.stopped() => return Err(Stop::Interrupted),
                () = counts_so_far.changed.notified() => continue,
                () = tokio::time::sleep(left), if counts.new.messages > 0 => continue,
            };
            match order {
                Order::RollBack { by, reason } => return Err(Stop::Ended(by, reason)),
                // Said of an earlier phase, and heard already.
                Order::GoOn { from, .. } if from != phase => continue,
                Order::GoOn { by, .. } => {
                    self.record.enter(phase, self.deployer.now(), &by, "promoted before its time");
                    return Ok(());
                }
            }
        }
    }

    /// The new version serves the step from the next batch on.
    async fn finish(&mut self, plugin: Plugin) -> Result<(), Stop> {
        self.obey()?;
        self.follow_the_file().await?;
        let mut done = self.record.clone();
        done.enter(Phase::Deployed, self.deployer.now(), GANTRY, format!("{} is in force", done.to));
        match self.deployer.put_in_force(&done, plugin).await {
            Ok(()) => self.record = done,
            Err(error @ (DeployError::Store(_) | DeployError::Stopping)) => {
                tracing::error!(deployment = done.number, error = chain(&error), "a deployment could not be finished");
                return Err(Stop::Interrupted);
            }
            Err(error) => return Err(refused(chain(&error))),
        }
        self.deployer.emit(&self.record);
        // An order to roll back that came while it was put in force is meant for what is in force now.
        while let Ok(order) = self.orders.try_recv() {
            let Order::RollBack { by, reason } = order else { continue };
            if let Err(error) = self.deployer.roll_back_now(self.record.number, by, reason).await {
                tracing::error!(deployment = self.record.number, error = chain(&error), "a rollback failed");
            }
            break;
        }
        Ok(())
    }

    /// The flow's file may have brought another version in the meantime: that is what a rollback leads back to.
    async fn follow_the_file(&mut self) -> Result<(), Stop> {
        let place = place_of(&self.record);
        let now = self.deployer.serving(&place).await.map_err(|error| refused(chain(&error)))?;
        if now != self.record.from {
            if self.record.from_file {
                self.deployer.keep_file(&place, &now).await;
            }
            self.record.from = now;
        }
        Ok(())
    }

    /// Nothing of the new version is left in the flow.
    async fn abort(&mut self, by: &str, why: &str) {
        let was_live = matches!(self.record.phase, Phase::Canary | Phase::Watching);
        if let Err(error) = self.deployer.try_out(&place_of(&self.record), None).await {
            // The flow is gone: so is its trial.
            tracing::debug!(error = chain(&error), "no flow to take the trial from");
        }
        let phase = if was_live { Phase::RolledBack } else { Phase::Refused };
        let _ = self.enter(phase, by, why).await;
        self.deployer.emit(&self.record);
    }

    /// Binds old and new to the step: what does not fit is refused here.
    async fn pair(&self, flow: &Arc<RunningFlow>, plugin: &Plugin) -> Result<Pair, Stop> {
        let (flow, step, plugin) = (Arc::clone(flow), self.record.step.clone(), plugin.clone());
        let bound = self.deployer.compute(move || Pair::bind(&flow, &step, &plugin)).await.ok_or(Stop::Interrupted)?;
        bound.map_err(|error| refused(chain(&error)))
    }

    async fn flow(&self) -> Result<Arc<RunningFlow>, Stop> {
        let flow = self.deployer.running(&self.record.flow).await;
        flow.ok_or_else(|| refused("the flow is gone".to_owned()))
    }

    /// An order that came while there was work to do.
    fn obey(&mut self) -> Result<(), Stop> {
        match self.orders.try_recv() {
            Ok(Order::RollBack { by, reason }) => Err(Stop::Ended(by, reason)),
            // There is nothing to approve of yet.
            Ok(Order::GoOn { .. }) | Err(_) => Ok(()),
        }
    }

    /// What is known of the old version before a stretch begins.
    fn usual(&self) -> Comparison {
        Comparison { old: self.record.canary.unwrap_or_default().old, ..Comparison::default() }
    }

    fn counts(&self, phase: Phase) -> Option<Comparison> {
        if phase == Phase::Canary { self.record.canary } else { self.record.watch }
    }

    fn note(&mut self, phase: Phase, counts: Comparison) {
        let slot = if phase == Phase::Canary { &mut self.record.canary } else { &mut self.record.watch };
        *slot = Some(counts);
        self.show();
    }

    async fn enter(&mut self, phase: Phase, by: &str, text: &str) -> Result<(), Stop> {
        self.record.enter(phase, self.deployer.now(), by, text);
        self.save().await
    }

    async fn save(&self) -> Result<(), Stop> {
        self.show();
        self.deployer.save(&self.record).await.map_err(|_| Stop::Interrupted)
    }

    fn show(&self) {
        self.deployer.show(&self.record);
    }
}

fn refused(why: String) -> Stop {
    Stop::Ended(GANTRY.to_owned(), why)
}

fn too_often(counts_so_far: &Comparison) -> String {
    format!(
        "of {} messages it failed on {}, {} of which the old version handles: too many",
        counts_so_far.new.messages, counts_so_far.new.failed, counts_so_far.newly_failing
    )
}
