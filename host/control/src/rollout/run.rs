//! One deployment on its way: checks, golden cases, shadow, canary, watch. Read [`Run::go`] first.
//!
//! Each phase is written down before it is entered, and each can be begun anew: a host that stops half-way continues
//! with the phase it was in. The record is written in two ways only: [`Run::enter`] for a new phase, [`Run::update`] for
//! what is found out within one.

mod live;
mod proof;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_core::rollout::Judgement;
use gantry_engine::flow::RunningFlow;
use gantry_sandbox::Plugin;
use tokio::sync::mpsc;

use super::GANTRY;
use super::audit;
use super::compare::Pair;
use super::error::DeployError;
use super::order::{Order, Stop};
use super::record::{Deployment, Phase};
use super::steps::Steps;
use crate::diagnose::chain;

/// How often, at most, what is found out within a phase is written down.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// One deployment on its way.
pub(super) struct Run {
    steps: Steps,
    record: Deployment,
    orders: mpsc::UnboundedReceiver<Order>,
    /// When the record was last written down.
    saved: Instant,
}

impl Run {
    /// The way of this deployment, from the phase it is in.
    pub(super) fn new(steps: Steps, record: Deployment, orders: mpsc::UnboundedReceiver<Order>) -> Self {
        Self { steps, record, orders, saved: Instant::now() }
    }

    /// Takes the deployment to its end. Gives who ordered a rollback, and why, when the order came while the version was
    /// put in force: too late to keep it out.
    pub(super) async fn drive(mut self) -> Option<(String, String)> {
        match self.go().await {
            Ok(()) => return self.late_rollback(),
            Err(Stop::Interrupted) if self.steps.stop.is_cancelled() => {}
            Err(Stop::Interrupted) => self.abort(GANTRY, "a fault of the host; its log says more").await,
            Err(Stop::Ended { by, reason }) => self.abort(&by, &reason).await,
        }
        None
    }

    async fn go(&mut self) -> Result<(), Stop> {
        let plugin = self.load().await?;
        self.check_trust().await?;
        if self.record.phase < Phase::Waiting {
            self.check(&plugin).await?;
            self.golden(&plugin).await?;
            self.shadow(&plugin).await?;
        }
        if self.record.phase == Phase::Waiting {
            self.wait_for_approval().await?;
            self.check_trust().await?;
        }
        let terms = self.record.terms;
        if self.record.phase <= Phase::Canary && terms.canary_share > 0.0 {
            self.stretch(&plugin, Phase::Canary, terms.canary, terms.canary_share).await?;
        }
        self.stretch(&plugin, Phase::Watching, terms.watch, 1.0).await?;
        self.finish(plugin).await
    }

    async fn load(&self) -> Result<Plugin, Stop> {
        self.steps.catalogue.load(&self.record.to).await.map_err(|error| refused(&error))
    }

    /// Whether the publisher is still trusted: asked anew after every wait.
    async fn check_trust(&self) -> Result<(), Stop> {
        self.steps.catalogue.check_trust(&self.record.to).await.map_err(|error| refused(&error))
    }

    /// Whether the plugin fits the step: API version, grants, settings.
    async fn check(&mut self, plugin: &Plugin) -> Result<(), Stop> {
        self.pair(&self.flow().await?, plugin).await?;
        self.obey()
    }

    async fn wait_for_approval(&mut self) -> Result<(), Stop> {
        let order = tokio::select! {
            order = self.orders.recv() => order,
            () = self.steps.stop.cancelled() => None,
        };
        match order.ok_or(Stop::Interrupted)? {
            Order::RollBack { by, reason } => Err(Stop::Ended { by, reason }),
            Order::Approve { by, .. } => {
                if self.record.shadow.as_ref().is_some_and(|report| report.newly_failing > 0) {
                    // Who approves of failures doesn't want the old version to cover them up.
                    self.record.terms.newly_failing = Judgement::Accept;
                }
                self.enter(Phase::Canary, &by, "approved").await
            }
        }
    }

    /// The new version serves the step from the next batch on.
    async fn finish(&mut self, plugin: Plugin) -> Result<(), Stop> {
        self.obey()?;
        self.follow_the_file().await?;
        let mut done = self.record.clone();
        done.enter(Phase::Deployed, self.steps.now(), GANTRY, format!("{} is in force", done.to));
        match self.steps.put_in_force(&done, plugin).await {
            Ok(()) => self.record = done,
            Err(error @ (DeployError::Store(_) | DeployError::Stopping)) => {
                tracing::error!(deployment = done.number, error = chain(&error), "a deployment could not be finished");
                return Err(Stop::Interrupted);
            }
            Err(error) => return Err(refused(&error)),
        }
        audit::emit(&self.steps.shared.events, &self.record);
        Ok(())
    }

    /// The flow's file may have brought another version in the meantime: that is what a rollback leads back to.
    async fn follow_the_file(&mut self) -> Result<(), Stop> {
        let step = self.record.step_id();
        let serving = self.steps.serving(&step).await.map_err(|error| refused(&error))?;
        if serving != self.record.from {
            if self.record.from_file {
                self.steps.keep_file(&step, &serving).await;
            }
            self.record.from = serving;
        }
        Ok(())
    }

    /// Nothing of the new version is left in the flow.
    async fn abort(&mut self, by: &str, why: &str) {
        let was_live = matches!(self.record.phase, Phase::Canary | Phase::Watching);
        if let Err(error) = self.steps.set_canary(&self.record.step_id(), None).await {
            // The flow is gone: so is its canary.
            tracing::debug!(error = chain(&error), "no flow to take the canary from");
        }
        let phase = if was_live { Phase::RolledBack } else { Phase::Refused };
        if self.enter(phase, by, why).await.is_err() {
            tracing::error!(deployment = self.record.number, "the end of a deployment can't be written down");
        }
        audit::emit(&self.steps.shared.events, &self.record);
    }

    /// Binds old and new to the step: what does not fit is refused here.
    async fn pair(&self, flow: &Arc<RunningFlow>, plugin: &Plugin) -> Result<Pair, Stop> {
        let flow = Arc::clone(flow);
        let step = self.record.step.clone();
        let plugin = plugin.clone();
        let bound = self.steps.compute(move || Pair::bind(&flow, &step, &plugin)).await.ok_or(Stop::Interrupted)?;
        bound.map_err(|error| refused(&error))
    }

    async fn flow(&self) -> Result<Arc<RunningFlow>, Stop> {
        let flow = self.steps.running(&self.record.flow).await;
        flow.map_err(|_| Stop::refused("the flow is gone".to_owned()))
    }

    /// An order that came while there was work to do.
    fn obey(&mut self) -> Result<(), Stop> {
        match self.orders.try_recv() {
            Ok(Order::RollBack { by, reason }) => Err(Stop::Ended { by, reason }),
            // There is nothing to approve of yet.
            Ok(Order::Approve { .. }) | Err(_) => Ok(()),
        }
    }

    /// An order to roll back that came too late for this run.
    fn late_rollback(&mut self) -> Option<(String, String)> {
        while let Ok(order) = self.orders.try_recv() {
            if let Order::RollBack { by, reason } = order {
                return Some((by, reason));
            }
        }
        None
    }

    /// Enters a phase, and writes that down with everything found out before.
    async fn enter(&mut self, phase: Phase, by: &str, text: &str) -> Result<(), Stop> {
        self.record.enter(phase, self.steps.now(), by, text);
        self.save().await
    }

    /// Shows what was found out within a phase. It is written down now and then: a restart begins the phase anew, or goes
    /// on from the counts that it finds.
    async fn update(&mut self, change: impl FnOnce(&mut Deployment)) -> Result<(), Stop> {
        change(&mut self.record);
        if self.saved.elapsed() >= SAVE_EVERY {
            return self.save().await;
        }
        self.steps.deployments.show(&self.record);
        Ok(())
    }

    async fn save(&mut self) -> Result<(), Stop> {
        self.saved = Instant::now();
        self.steps.deployments.save(&self.record).await.map_err(|_| Stop::Interrupted)
    }
}

fn refused(error: &DeployError) -> Stop {
    Stop::refused(chain(error))
}
