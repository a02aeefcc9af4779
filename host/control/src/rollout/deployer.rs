//! Where deployments are begun, shown and directed. Each runs as a task of its own ([`super::run`]); how a version is put
//! back is in [`super::rollback`], what another version would make of dead letters in [`super::dry_run`].

use std::collections::HashSet;
use std::sync::Arc;

use gantry_config::SettingsInForce;
use gantry_core::Digest;
use gantry_core::rollout::Terms;
use gantry_engine::flow::Shared;
use gantry_engine::overrides::StepId;
use gantry_engine::tasks::TaskGroup;
use tokio::sync::MutexGuard;

use super::audit;
use super::catalogue::CatalogueView;
use super::deployments::Deployments;
use super::error::DeployError;
use super::order::Order;
use super::record::{Deployment, Phase, Version};
use super::request::{DeployRequest, check_bounds};
use super::rolled_back::RolledBack;
use super::run::Run;
use super::steps::Steps;
use crate::diagnose::chain;
use crate::registry::FlowRegistry;

/// Begins, shows and directs deployments; cheap to clone.
#[derive(Clone)]
pub struct Deployer(Arc<Inner>);

struct Inner {
    steps: Steps,
    settings: SettingsInForce,
    tasks: TaskGroup,
    /// Held while one is begun: two at a time must not get the same step, nor the same number.
    beginning: tokio::sync::Mutex<()>,
}

impl Deployer {
    /// Deployments of this registry's flows, from this catalogue, under the terms of these settings unless asked otherwise.
    #[must_use]
    pub fn new(
        shared: Shared,
        registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
        catalogue: CatalogueView,
        deployments: Deployments,
        settings: SettingsInForce,
        tasks: TaskGroup,
    ) -> Self {
        let steps = Steps { shared, registry, catalogue, deployments, stop: tasks.stop.clone() };
        Self(Arc::new(Inner { steps, settings, tasks, beginning: tokio::sync::Mutex::default() }))
    }

    /// Begins a deployment. What is wrong with the plugin itself is found out on the way and stands in the record.
    pub async fn begin(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let deployer = self.clone();
        detached(async move { deployer.begin_now(request).await }).await
    }

    /// Directs a deployment under way to go on from this phase. Refused in any other phase, so that two who approve at the
    /// same time don't approve two phases.
    pub fn approve(&self, number: u64, phase: Phase, by: String) -> Result<Deployment, DeployError> {
        let present = self.find(number)?.phase;
        if !present.is_over() && present < Phase::Waiting {
            return Err(DeployError::TooEarly { number, phase: present });
        }
        if !present.is_over() && present != phase {
            return Err(DeployError::OtherPhase { number, approved: phase, present });
        }
        self.deployments().order(number, Order::Approve { by, from: phase })
    }

    /// The deployments on record, in the order of their beginning.
    pub fn all(&self) -> Vec<Deployment> {
        self.deployments().all()
    }

    /// One deployment as it stands.
    pub fn find(&self, number: u64) -> Result<Deployment, DeployError> {
        self.deployments().find(number)
    }

    /// For each step the last version that the host itself rolled back, unless one was deployed since.
    pub fn rolled_back(&self) -> Vec<RolledBack> {
        self.deployments().rolled_back()
    }

    /// The versions a rollback may want back, whether or not the catalogue lists them. None: there are records that
    /// can't be read, and nobody knows which versions they name.
    pub fn kept(&self) -> Option<HashSet<Digest>> {
        self.deployments().named()
    }

    /// Goes on with the deployments that were under way when the host stopped.
    pub fn resume(&self) {
        for record in self.all().into_iter().filter(|record| !record.phase.is_over()) {
            tracing::info!(deployment = record.number, phase = record.phase.name(), "going on with a deployment");
            self.start(record);
        }
    }

    async fn begin_now(&self, request: DeployRequest) -> Result<Deployment, DeployError> {
        let _only = self.beginning().await;
        check_bounds(&request.terms)?;
        let terms = self.terms().with(&request.terms)?;
        let step = (request.flow, request.step);
        self.deployments().refuse_a_second(&step)?;
        let from = self.steps().serving(&step).await?;
        let to = self.steps().catalogue.find(&request.plugin).await?;
        if to.digest == from.digest {
            return Err(DeployError::InForce { plugin: to });
        }
        let is_of_file = self.steps().is_served_by_file(&step);
        if is_of_file {
            self.steps().keep_file(&step, &from).await;
        }
        let from = Version { plugin: from, is_of_file };
        let mut record = self.new_record(&step, from, Version::of_catalogue(to), &request.by, terms);
        record.enter(Phase::Checking, self.steps().now(), &request.by, format!("deploy {}", request.plugin));
        self.deployments().add(&record).await?;
        audit::emit(&self.steps().shared.events, &record);
        self.start(record.clone());
        Ok(record)
    }

    fn start(&self, record: Deployment) {
        let orders = self.deployments().take_orders(record.number);
        let number = record.number;
        let run = Run::new(self.steps().clone(), record, orders);
        let deployer = self.clone();
        self.0.tasks.tasks.spawn(async move {
            // An order to roll back that came while it was put in force is meant for what is in force now.
            if let Some((by, reason)) = run.drive().await
                && let Err(error) = deployer.roll_back(number, by, reason).await
            {
                tracing::error!(deployment = number, error = chain(&error), "a rollback failed");
            }
        });
    }

    /// The record of a deployment that begins now.
    pub(super) fn new_record(&self, step: &StepId, from: Version, to: Version, by: &str, terms: Terms) -> Deployment {
        Deployment::new(self.deployments().next_number(), step, from, to, by, self.steps().now(), terms)
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.0.steps
    }

    pub(super) fn deployments(&self) -> &Deployments {
        &self.0.steps.deployments
    }

    /// The host's terms.
    pub(super) fn terms(&self) -> Terms {
        self.0.settings.now().deploy
    }

    /// Keeps other deployments from beginning.
    pub(super) async fn beginning(&self) -> MutexGuard<'_, ()> {
        self.0.beginning.lock().await
    }
}

/// Goes on when the caller doesn't wait for it: there is no half deployment, and no half rollback.
pub(super) async fn detached(
    work: impl Future<Output = Result<Deployment, DeployError>> + Send + 'static,
) -> Result<Deployment, DeployError> {
    tokio::spawn(work).await.unwrap_or(Err(DeployError::Stopping))
}
