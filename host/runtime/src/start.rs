//! Starts a host in phases: `open` what is on disk, `load` and check everything else, `bind` the port, then `run`. If a
//! phase fails, the host does not start. Blocking work, such as reading the store and compiling plugins, does not run
//! on the async threads.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use gantry_config::{BrokenFlows, Flow, HostConfig, SettingsInForce};
use gantry_control::last_good::LastGoodFiles;
use gantry_control::plan::{Candidates, OnBroken, Plan};
use gantry_control::publish::Publisher;
use gantry_control::registry::{self, FlowRegistry};
use gantry_control::reload::Reloader;
use gantry_control::rollout::{CatalogueView, Deployer, Deployments, Recall};
use gantry_control::targets::TargetCommands;
use gantry_core::{Clock, HostEventKind, SystemClock};
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::clock_watch::ClockWatch;
use gantry_engine::closed_intakes::ClosedIntakes;
use gantry_engine::dead_letter_room::DeadLetterRoom;
use gantry_engine::disk::DiskGuard;
use gantry_engine::events::{Events, Outbox};
use gantry_engine::flow::Shared;
use gantry_engine::flow_error::FlowError;
use gantry_engine::intake::HostIntake;
use gantry_engine::known_flows::KnownFlows;
use gantry_engine::metrics::Metrics;
use gantry_engine::overrides::StepOverrides;
use gantry_engine::target_stops::TargetStops;
use gantry_observe::alerts::{Alerting, Alerts};
use gantry_observe::monitor::Monitor;
use gantry_observe::report::Reports;
use gantry_observe::view::HostView;
use gantry_operations::{HostServices, Operations};
use gantry_sandbox::{CacheConfig, CompilerProcess, Sandbox, SandboxConfig};
use gantry_security::{create_data_dir, exposed_data};
use gantry_store::{Store, StoreConfig};
use gantry_transport::source::webhook::{Routes, WebhookLimits, WebhookServer};
use gantry_transport::{Intake, TargetContext};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::acknowledgements;
use crate::handle::{Health, HostHandle};
use crate::host::{Host, TaskGroups};
use crate::maintenance::Maintenance;
use crate::pauses::Pauses;
use crate::start_error::StartError;

/// Reads an environment variable.
pub(crate) type EnvironmentFn = fn(&str) -> Option<OsString>;

/// A host that is not started yet.
pub struct HostBuilder {
    config: HostConfig,
    env: EnvironmentFn,
    clock: Arc<dyn Clock>,
    compiler: Option<CompilerProcess>,
}

/// The state on disk, opened.
struct Opened {
    settings: SettingsInForce,
    shared: Shared,
    metrics: Metrics,
    alerts: Alerts,
    outbox: Outbox,
    disk: DiskGuard,
    closed_intakes: ClosedIntakes,
    publisher: Publisher,
    catalogue: CatalogueView,
}

/// Everything that will run, loaded and checked.
struct Loaded {
    registry: FlowRegistry,
    plan: Plan,
    deployments: Deployments,
    active: ActiveFlows,
    routes: Arc<Routes>,
    intake: Arc<dyn Intake>,
    groups: TaskGroups,
}

/// Opens the store of a data directory, as the host does.
pub fn open_store(config: &HostConfig, clock: Arc<dyn Clock>) -> Result<Store, StartError> {
    let dir = config.data_dir.join("store");
    let settings = StoreConfig {
        cache_bytes: config.store_cache_bytes,
        // The file's bounds are lower.
        log_bytes: u32::try_from(config.store_wal_bytes).unwrap_or(u32::MAX),
        clock,
    };
    Store::open(&dir, settings).map_err(|source| StartError::Store { dir, source })
}

/// Whether the data directory has a store. Creates nothing.
pub fn has_store(config: &HostConfig) -> std::io::Result<bool> {
    Store::is_in(&config.data_dir.join("store"))
}

/// The sandbox of a data directory, with its compile cache; without a directory, nothing is cached. Plugins are
/// compiled by `compiler`, or in this process without one.
pub fn open_sandbox(data_dir: Option<&Path>, compiler: Option<CompilerProcess>) -> Result<Sandbox, StartError> {
    let cache = match data_dir {
        Some(dir) => Some(CacheConfig {
            dir: dir.join("cache"),
            key: gantry_security::cache_key(dir)?,
            max_bytes: CacheConfig::MAX_BYTES,
        }),
        None => None,
    };
    Ok(Sandbox::new(SandboxConfig { cache, compiler, ..SandboxConfig::default() })?)
}

/// Loads every plugin, table and target of these flows without starting anything, as `gantry check` does.
#[must_use]
pub fn check(flows: &[Flow], sandbox: &Sandbox, context: TargetContext<'_>) -> Vec<FlowError> {
    flows.iter().flat_map(|flow| gantry_engine::flow::check(flow, sandbox, context)).collect()
}

impl Host {
    /// A host with these settings, not started yet.
    #[must_use]
    pub fn builder(config: &HostConfig, env: EnvironmentFn) -> HostBuilder {
        HostBuilder::new(config.clone(), env)
    }
}

impl HostBuilder {
    pub(crate) fn new(config: HostConfig, env: EnvironmentFn) -> Self {
        Self { config, env, clock: Arc::new(SystemClock), compiler: None }
    }

    /// Uses this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Compiles plugins in a separate process, for plugins from other parties. Without it, this process compiles them.
    #[must_use]
    pub fn compiler(mut self, compiler: CompilerProcess) -> Self {
        self.compiler = Some(compiler);
        self
    }

    /// Checks and loads everything, binds the intake's port, then begins to work. Flows that can't run are left out, unless
    /// the settings are strict or none is left.
    pub async fn start(self, flows: impl Into<Candidates> + Send) -> Result<Host, StartError> {
        let candidates = flows.into();
        let opened = self.open().await?;
        let loaded = self.load(&opened, candidates).await?;
        let (listener, address) = self.bind().await?;
        Ok(self.run(opened, loaded, listener, address).await)
    }

    async fn open(&self) -> Result<Opened, StartError> {
        let config = &self.config;
        let dir = config.data_dir.clone();
        create_data_dir(&dir).map_err(|source| StartError::DataDir { dir: dir.clone(), source })?;
        if let Some(exposed) = exposed_data(&dir) {
            tracing::warn!(problem = %exposed, fix = exposed.fix(), "directory exposed");
        }
        let is_new = has_store(config).is_ok_and(|is_there| !is_there);
        let store = self.open_store().await?;
        for (former, flow) in store.finish_renames().await? {
            tracing::info!(%flow, %former, "flow took over what was left under its former name when the host stopped");
        }
        if is_new {
            tracing::info!(dir = %dir.display(), "the data directory is new: a store was created in it");
        }
        let metrics = Metrics::new()?;
        let alerts = Alerts::open(&config.alerts, &store, self.env, Arc::clone(&self.clock)).await?;
        let (events, outbox) = Events::new(metrics.clone(), Arc::clone(&self.clock), &config.events.instance);
        let settings = SettingsInForce::new(config.clone());
        let shared = Shared {
            dead_letters: DeadLetterRoom::new(store.clone(), settings.clone(), Arc::clone(&self.clock)),
            stops: TargetStops::load(store.clone()).await?,
            events,
            store,
            sandbox: open_sandbox(Some(&dir), self.compiler.clone())?,
            clock: Arc::clone(&self.clock),
            overrides: StepOverrides::default(),
            plugin_threads: Arc::new(Semaphore::new(threads(config.plugin_threads))),
            broken: CancellationToken::new(),
        };
        let publisher = Publisher::open(config, shared.store.clone(), shared.sandbox.clone(), Arc::clone(&self.clock))?;
        let catalogue = CatalogueView::new(publisher.clone(), shared.sandbox.clone());
        let disk = DiskGuard::new(&dir, settings.clone());
        let closed_intakes = ClosedIntakes::load(shared.store.clone()).await?;
        Ok(Opened { settings, closed_intakes, shared, metrics, alerts, outbox, disk, publisher, catalogue })
    }

    async fn open_store(&self) -> Result<Store, StartError> {
        let config = self.config.clone();
        let clock = Arc::clone(&self.clock);
        tokio::task::spawn_blocking(move || open_store(&config, clock)).await?
    }

    async fn load(&self, opened: &Opened, candidates: Candidates) -> Result<Loaded, StartError> {
        let Opened { settings, shared, metrics, alerts, disk, catalogue, closed_intakes, .. } = opened;
        let deployments = Deployments::new(shared.store.clone());
        Recall::new(shared.clone(), catalogue.clone()).all(&deployments).await?;
        let groups = TaskGroups::default();
        let active = ActiveFlows::default();
        let routes = Arc::new(Routes::default());
        let intake: Arc<dyn Intake> = Arc::new(HostIntake {
            store: shared.store.clone(),
            clock: Arc::clone(&self.clock),
            disk: disk.clone(),
            settings: settings.clone(),
            dead_letters: shared.dead_letters.clone(),
            stop: groups.sources.stop.clone(),
            flows: active.clone(),
            closed: closed_intakes.clone(),
            metrics: metrics.clone(),
        });
        let registry = FlowRegistry::new(registry::Dependencies {
            shared: shared.clone(),
            intake: Arc::clone(&intake),
            metrics: metrics.clone(),
            active: active.clone(),
            closed_intakes: closed_intakes.clone(),
            deployments: deployments.clone(),
            routes: Arc::clone(&routes),
            sources: groups.sources.clone(),
            workers: groups.workers.clone(),
            alert_flows: alerts.flows(),
            last_good: LastGoodFiles::of(&self.config.data_dir),
            uses_last_good: self.config.broken_flows == BrokenFlows::LastGood,
        });
        let env = self.env;
        let on_broken = match self.config.broken_flows {
            BrokenFlows::Refuse => OnBroken::Refuse,
            BrokenFlows::LastGood | BrokenFlows::Without => OnBroken::Carry,
        };
        let planned = tokio::task::spawn_blocking(move || {
            let plan = registry.plan(candidates, &env, on_broken);
            (registry, plan)
        });
        let (registry, plan) = planned.await?;
        Ok(Loaded { registry, plan: plan?, deployments, active, routes, intake, groups })
    }

    async fn bind(&self) -> Result<(TcpListener, SocketAddr), StartError> {
        let address = self.config.intake_listen;
        let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let bound = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        Ok((listener, bound))
    }

    /// Starts all tasks. Nothing can fail from here on; flows change only by reloads and rollouts.
    async fn run(self, opened: Opened, loaded: Loaded, listener: TcpListener, intake_address: SocketAddr) -> Host {
        let Opened { settings, shared, metrics, alerts, outbox, disk, publisher, catalogue, closed_intakes } = opened;
        let Loaded { mut registry, plan, deployments, active, routes, intake, groups } = loaded;
        let TaskGroups { sources, maintenance, events, .. } = &groups;
        events.tasks.spawn(outbox.run(shared.store.clone(), shared.events.clone(), events.stop.clone()));
        registry.apply(plan).await;
        registry.keep_last_good().await;
        shared.events.publish_for_host(HostEventKind::HostStarted { version: env!("CARGO_PKG_VERSION").to_owned() });
        let server = WebhookServer::new(routes, intake, Arc::clone(&self.clock), WebhookLimits::of(&self.config));
        sources.tasks.spawn(server.run(listener, sources.stop.clone()));

        let registry = Arc::new(tokio::sync::Mutex::new(registry));
        let recall = Recall::new(shared.clone(), catalogue.clone());
        let deployer = Deployer::new(
            shared.clone(),
            Arc::clone(&registry),
            catalogue,
            deployments,
            settings.clone(),
            maintenance.clone(),
        );
        deployer.resume();
        let clock = Arc::clone(&self.clock);
        let reloader =
            Arc::new(Reloader::new(registry, recall, metrics.clone(), clock, settings.clone(), sources.stop.clone()));
        let view = HostView {
            store: shared.store.clone(),
            clock: Arc::clone(&self.clock),
            metrics: metrics.clone(),
            flows: active.clone(),
            dead_letters: shared.dead_letters.clone(),
            disk: disk.clone(),
            events: shared.events.clone(),
            deployer: deployer.clone(),
            reloader: Arc::clone(&reloader),
            settings: settings.clone(),
            closed_intakes: closed_intakes.clone(),
            broken: shared.broken.clone(),
            runbooks: self.config.events.runbooks.as_deref().map(Into::into),
        };
        let alerting = Alerting::new(view.clone(), alerts);
        sources.tasks.spawn(gantry_control::jobs::run(shared.store.clone(), active.clone(), sources.stop.clone()));
        let watch = disk.clone().watch(shared.store.clone(), shared.broken.clone(), maintenance.stop.clone());
        maintenance.tasks.spawn(watch);
        let clock_watch =
            ClockWatch::new(shared.store.clone(), active.clone(), shared.stops.clone(), Arc::clone(&self.clock));
        maintenance.tasks.spawn(clock_watch.run(maintenance.stop.clone()));
        maintenance.tasks.spawn(Monitor::new(view.clone()).run(maintenance.stop.clone()));
        maintenance.tasks.spawn(alerting.clone().run(maintenance.stop.clone()));
        let sweeps = Maintenance {
            store: shared.store.clone(),
            metrics: metrics.clone(),
            catalogue: publisher.catalogue().clone(),
            settings: settings.clone(),
            rollback_plugins: deployer.kept(),
        };
        maintenance.tasks.spawn(sweeps.run(maintenance.stop.clone()));
        let known_flows = KnownFlows::new(shared.store.clone());
        maintenance.tasks.spawn(known_flows.keep(active.clone(), maintenance.stop.clone()));
        let services = HostServices {
            reloader,
            deployer,
            flows: active.clone(),
            targets: TargetCommands::new(
                shared.store.clone(),
                Arc::clone(&self.clock),
                active,
                shared.stops.clone(),
                shared.events.clone(),
            ),
            alerting,
            closed_intakes,
            dead_letter_room: shared.dead_letters.clone(),
        };
        let operations = Operations::of_host(shared.store.clone(), publisher, services.clone());
        let pauses = Pauses::new(services.targets.clone(), operations.clone());
        maintenance.tasks.spawn(pauses.run(maintenance.stop.clone()));
        maintenance.tasks.spawn(acknowledgements::end(
            shared.store.clone(),
            operations.clone(),
            maintenance.stop.clone(),
        ));
        let handle = HostHandle {
            store: shared.store.clone(),
            health: Health::new(view.clone()),
            operations,
            services,
            reports: Reports::new(view),
            settings,
            events: shared.events.clone(),
            metrics: metrics.clone(),
        };
        Host { handle, intake_address, shared, groups }
    }
}

fn threads(configured: usize) -> usize {
    if configured > 0 { configured } else { std::thread::available_parallelism().map_or(1, usize::from) }
}
