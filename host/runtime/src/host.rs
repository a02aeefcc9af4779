//! The composition root: everything is made here, owned here, and stopped here.
//!
//! Start: check and load everything, then bind ports, then work. Stop, in the order messages travel: sources take no
//! more, workers lease no more, what is in flight ends or returns to the queue, the store closes. In between, flows
//! come and go as `crew` says.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gantry_config::{Flow, HostConfig};
use gantry_core::{Clock, Digest, Happening};
use gantry_sandbox::{CacheConfig, CompilerProcess, Sandbox, SandboxConfig};
use gantry_security::Environment;
use gantry_store::{Catalogue, Store, StoreConfig};
use gantry_transport::Intake;
use gantry_transport::webhook::{Routes, ServerLimits, WebhookServer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::alerts::{Alerts, flow_of};
use crate::crew::Crew;
use crate::deploy::{self, Deployer, InForceMap, Shelf};
use crate::disk::DiskGuard;
use crate::events::Events;
use crate::flow::{FlowError, Shared};
use crate::handle::HostHandle;
use crate::intake::HostIntake;
use crate::metrics::Metrics;
use crate::plan::Plan;
use crate::publish::Publisher;
use crate::reload::{FlowFiles, Reloader};
use crate::roster::Roster;
use crate::start_error::StartError;
use crate::switchboard::Switchboard;

/// How often expired history, dead letters and dedupe entries are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Messages were still in flight when the deadline came. They are in the queue, on disk, for the next start.
#[derive(Debug, thiserror::Error)]
#[error("the shutdown deadline passed with messages in flight; they stay queued")]
pub struct Undrained;

/// A host at work.
pub struct Host {
    handle: HostHandle,
    intake_address: SocketAddr,
    shared: Shared,
    sources: Stage,
    workers: Stage,
    chores: Stage,
    /// Ends last: until then something may be told.
    telling: Stage,
}

/// Tasks that stop together; clones are about the same ones.
#[derive(Clone, Default)]
pub(crate) struct Stage {
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Stage {
    async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Opens the store of a data directory, as the host does.
pub fn open_store(config: &HostConfig, clock: Arc<dyn Clock>) -> Result<Store, StartError> {
    let dir = config.data_dir.join("store");
    let settings = StoreConfig { cache_bytes: config.store_cache_bytes, clock };
    Store::open(&dir, settings).map_err(|source| StartError::Store { dir, source })
}

/// The sandbox of a data directory, with its compile cache; without a directory, nothing is cached. Plugins are compiled
/// by this process, or here when there is none.
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

impl Host {
    /// Checks and loads everything, binds the intake's port, then sets to work. Plugins are compiled in this process.
    pub async fn start(
        config: &HostConfig,
        flows: Vec<Flow>,
        env: Environment<'_>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        Self::start_compiling_with(None, config, flows, env, clock).await
    }

    /// [`Host::start`], with plugins compiled by a process of their own: for plugins of others.
    pub async fn start_compiling_with(
        compiler: Option<CompilerProcess>,
        config: &HostConfig,
        flows: Vec<Flow>,
        env: Environment<'_>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let dir = config.data_dir.clone();
        std::fs::create_dir_all(&dir).map_err(|source| StartError::DataDir { dir: dir.clone(), source })?;
        let store = open_store(config, Arc::clone(&clock))?;
        let metrics = Metrics::new()?;
        let alerts = Alerts::open(&config.alerts, &store, env).await?;
        let (events, outbox) = Events::new(metrics.clone(), Arc::clone(&clock), &config.events.instance);
        let shared = Shared {
            switches: Switchboard::load(store.clone()).await?,
            events,
            store,
            sandbox: open_sandbox(Some(&dir), compiler)?,
            clock,
            deployed: InForceMap::default(),
            plugin_threads: Arc::new(Semaphore::new(threads(config.plugin_threads))),
            broken: CancellationToken::new(),
        };
        let (store, sandbox, clock) = (shared.store.clone(), shared.sandbox.clone(), Arc::clone(&shared.clock));
        let publisher = Publisher::open(config, store, sandbox, clock)?;
        let disk = DiskGuard::new(&dir, config.disk_reserve_bytes);
        let shelf = Shelf::new(publisher.clone(), shared.sandbox.clone());
        let deployments = deploy::recall(&shared, &shelf, &flows).await?;
        let mut crew = recruit(&shared, &disk, config.queue_quota_bytes, metrics, &alerts);
        let plan = Plan::prepare(&crew, flows, env)?;
        let telling = Stage::default();
        let told = outbox.run(shared.store.clone(), shared.events.clone(), telling.stop.clone());
        let address = config.intake_listen;
        let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        let intake_address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        telling.tasks.spawn(told);
        crew.apply(plan).await;
        shared.events.tell_of_host(Happening::HostStarted { version: env!("CARGO_PKG_VERSION").to_owned() });
        let (sources, workers) = (crew.sources.clone(), crew.workers.clone());
        let (routes, intake) = (Arc::clone(&crew.routes), Arc::clone(&crew.intake));
        let server = WebhookServer::new(routes, intake, Arc::clone(&shared.clock), ServerLimits::of(config));
        sources.tasks.spawn(server.run(listener, sources.stop.clone()));
        let chores = Stage::default();
        let crew = Arc::new(tokio::sync::Mutex::new(crew));
        let deployer = Deployer::new(shared.clone(), Arc::clone(&crew), shelf, config.deploy, chores.clone());
        deployer.resume(deployments);
        let watchful = (alerts, config.events.queue_age);
        let handle = oversee(crew, publisher, deployer, disk.clone(), watchful).await;
        let host = Self { handle, intake_address, shared, sources, workers, chores, telling };
        host.sources.tasks.spawn(crate::jobs::run(host.shared.store.clone(), host.sources.stop.clone()));
        host.start_chores(config, disk);
        Ok(host)
    }

    /// Lets the host read its flows again from these files: when asked to, and after edits if it is to watch them.
    pub fn reload_from(&self, files: FlowFiles) {
        let watch = files.watch;
        let reloader = &self.handle.reloader;
        if reloader.files.set(files).is_ok() && watch {
            self.chores.tasks.spawn(crate::watch::watch(Arc::clone(reloader), self.chores.stop.clone()));
        }
    }

    /// What the admin API and reports see of the host.
    #[must_use]
    pub fn handle(&self) -> HostHandle {
        self.handle.clone()
    }

    /// Where webhooks come in.
    #[must_use]
    pub const fn intake_address(&self) -> SocketAddr {
        self.intake_address
    }

    /// Returns when the host can't go on: the store fails, and with it every promise.
    pub async fn broken(&self) {
        self.shared.broken.cancelled().await;
    }

    /// Stops in the order messages travel. Past the deadline what is in flight is let go: it stays queued on disk.
    pub async fn drain(self, deadline: Duration) -> Result<(), Undrained> {
        self.handle.not_ready();
        let drained = tokio::time::timeout(deadline, async {
            self.sources.end().await;
            self.workers.end().await;
        })
        .await;
        // Chores look for the end between two turns of work; a turn of a plugin may take longer than there is time.
        let _ = tokio::time::timeout(deadline, self.chores.end()).await;
        self.telling.end().await;
        if let Err(error) = self.shared.store.close().await {
            tracing::warn!(%error, "the store was not closed in order; nothing acknowledged is lost");
        }
        drained.map_err(|_| Undrained)
    }

    fn start_chores(&self, config: &HostConfig, disk: DiskGuard) {
        self.chores.tasks.spawn(disk.watch(self.chores.stop.clone()));
        self.chores.tasks.spawn(crate::monitor::run(self.handle.clone(), self.chores.stop.clone()));
        self.chores.tasks.spawn(crate::alerts::run(self.handle.clone(), self.chores.stop.clone()));
        let (store, keep, stop) = (self.shared.store.clone(), config.keep_history, self.chores.stop.clone());
        let keep_quality = config.keep_quality;
        let (catalogue, kept) = (self.handle.publisher.catalogue().clone(), self.handle.deployer.kept());
        let metrics = self.handle.metrics.clone();
        self.chores.tasks.spawn(async move {
            if let Some(kept) = kept {
                sweep_catalogue(&catalogue, kept).await;
            }
            let mut ticks = tokio::time::interval(SWEEP_EVERY);
            while stop.run_until_cancelled(ticks.tick()).await.is_some() {
                sweep(&store, keep, &metrics).await;
                sweep_quality(&store, keep_quality).await;
            }
        });
    }
}

/// A crew without members yet.
fn recruit(shared: &Shared, disk: &DiskGuard, quota: Option<u64>, metrics: Metrics, alerts: &Alerts) -> Crew {
    let (sources, roster) = (Stage::default(), Roster::default());
    let intake: Arc<dyn Intake> = Arc::new(HostIntake {
        store: shared.store.clone(),
        clock: Arc::clone(&shared.clock),
        disk: disk.clone(),
        quota,
        stop: sources.stop.clone(),
        roster: roster.clone(),
    });
    Crew {
        shared: shared.clone(),
        intake,
        metrics,
        roster,
        routes: Arc::new(Routes::default()),
        sources,
        workers: Stage::default(),
        members: BTreeMap::new(),
        alert_flows: alerts.iter().map(|endpoint| flow_of(&endpoint.alert)).collect(),
    }
}

/// From here on the crew changes by reloads and deployments only.
async fn oversee(
    crew: Arc<tokio::sync::Mutex<Crew>>,
    publisher: Publisher,
    deployer: Deployer,
    disk: DiskGuard,
    (alerts, queue_age): (Alerts, Duration),
) -> HostHandle {
    let members = crew.lock().await;
    let (shared, metrics) = (members.shared.clone(), members.metrics.clone());
    let (roster, stopping) = (members.roster.clone(), members.sources.stop.clone());
    drop(members);
    let reloader = Reloader {
        stopping,
        crew,
        files: OnceLock::new(),
        last: parking_lot::Mutex::default(),
        metrics: metrics.clone(),
        clock: Arc::clone(&shared.clock),
    };
    HostHandle {
        store: shared.store,
        clock: shared.clock,
        metrics,
        roster,
        disk,
        broken: shared.broken,
        ready: Arc::new(AtomicBool::new(true)),
        reloader: Arc::new(reloader),
        publisher,
        deployer,
        events: shared.events,
        switches: shared.switches,
        alerts,
        queue_age,
    }
}

/// Loads every plugin, table and target of these flows without starting anything: what `gantry check` does.
#[must_use]
pub fn check(flows: &[Flow], sandbox: &Sandbox, env: Environment<'_>) -> Vec<FlowError> {
    flows.iter().flat_map(|flow| crate::flow::check(flow, sandbox, env)).collect()
}

/// Removes what has expired, a bounded bite at a time, so that the queue's own work goes on in between.
async fn sweep(store: &Store, keep: Duration, metrics: &Metrics) {
    loop {
        match store.sweep(keep).await {
            Ok(swept) => {
                metrics.observe_expired(swept.expired);
                if !swept.more {
                    return;
                }
                tokio::task::yield_now().await;
            }
            Err(error) => {
                tracing::warn!(%error, "failed to remove expired records; trying again later");
                return;
            }
        }
    }
}

/// The same for counters of broken rules.
async fn sweep_quality(store: &Store, keep: Duration) {
    loop {
        match store.sweep_quality(keep).await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "failed to remove old counters of broken rules; trying again later");
                return;
            }
        }
    }
}

/// Removes what a crash left of a publication.
async fn sweep_catalogue(catalogue: &Catalogue, kept: HashSet<Digest>) {
    match catalogue.sweep(kept).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "removed files of the catalogue that no record names"),
        Err(error) => {
            tracing::warn!(%error, "failed to look through the catalogue's files; trying again at the next start")
        }
    }
}

fn threads(configured: usize) -> usize {
    if configured > 0 { configured } else { std::thread::available_parallelism().map_or(1, usize::from) }
}
