//! `gantry run`: runs the host in the foreground until a signal stops it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use gantry_config::{BrokenFlows, HOST_FILE, HostConfig, Survey, survey_flows};
use gantry_control::host_file::HostFile;
use gantry_control::last_good::LastGoodFiles;
use gantry_control::plan::Candidates;
use gantry_control::reload::{FlowFiles, Trigger};
use gantry_core::FlowName;
use gantry_engine::flow_error::FlowError;
use gantry_observe::alerts::{AlertsError, flow_of};
use gantry_operations::{Actor, Reload};
use gantry_runtime::{Host, HostHandle, StartError};
use gantry_security::{AdminToken, process_environment};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::args::HostArgs;
use crate::client::runtime_file::RuntimeFile;
use crate::client::socket;
use crate::command::compile_component::compiler_process;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::logging::{self, LogFormat};
use crate::output::Output;

/// How long requests to the admin API have at the end, if messages in flight used up the deadline.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Run flows until stopped: receive, transform and deliver messages
///
/// Everything is checked before a port is bound. Flows that can't run are run with the configuration that was last in force,
/// or left out: `gantry flow list` says what is wrong with them, and `gantry reload` starts them once that is put right. SIGTERM or Ctrl-C stops the host: it accepts no more messages and
/// finishes those in flight within the shutdown deadline; the others continue at the next start. A second signal stops
/// at once. SIGHUP reloads the flow files, as `gantry reload` does.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Flow files, or directories of them
    #[arg(required = true, value_name = "FLOWS")]
    pub(crate) flows: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) host: HostArgs,
    /// Don't start if any flow can't run: for instance because of a mistake in its file, a table or a missing secret
    #[arg(long, conflicts_with = "broken_flows")]
    pub(crate) strict: bool,
    /// What becomes of flows that can't run: last_good, without or refuse [default: as `[start] broken_flows` says]
    #[arg(long, value_name = "WHAT", value_parser = broken_flows)]
    pub(crate) broken_flows: Option<BrokenFlows>,
    /// How to log [default: human on a terminal, json elsewhere]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

impl Run {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        logging::start(self.log_format, output);
        let mut config = self.host.load(output)?;
        let strict = self.strict.then_some(BrokenFlows::Refuse);
        config.broken_flows = self.broken_flows.or(strict).unwrap_or(config.broken_flows);
        let survey = survey_flows(&self.flows, &gantry_transport::kinds(), &config.alert_flows());
        let Survey { flows, broken, lost, found } = survey;
        let has_none = flows.is_empty() && !may_run_last_good(&config);
        let is_refused = config.broken_flows == BrokenFlows::Refuse || has_none || lost.has_errors();
        if found.has_errors() && is_refused {
            return Err(Failure::mistakes(Exit::InvalidConfig, "the flows have mistakes", &found, output));
        }
        output.complain_about(&found);
        raise_open_files();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let files = FlowFiles {
            paths: self.flows.clone(),
            env: process_environment,
            watch: config.reload_watch,
            host: Some(self.host_file()?),
        };
        let served = runtime.block_on(serve(&config, Candidates { flows, broken }, files));
        // Not dropped: that would wait for threads that compute, which nothing can interrupt.
        runtime.shutdown_background();
        served
    }

    /// Where the host's settings are read from at reloads.
    fn host_file(&self) -> std::io::Result<HostFile> {
        let file = self.host.config.as_deref().unwrap_or(HOST_FILE.as_ref());
        Ok(HostFile {
            file: std::path::absolute(file)?,
            is_optional: self.host.config.is_none(),
            data_dir: self.host.data.as_ref().map(std::path::absolute).transpose()?,
            broken_flows: self.broken_flows.or_else(|| self.strict.then_some(BrokenFlows::Refuse)),
            alert_flow: flow_of,
        })
    }
}

/// Raises the number of files that this process may have open as far as the system lets it: each connection is one.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    if let Err(error) = raised {
        tracing::debug!(%error, "the number of open files can't be raised");
    }
}

/// One of the values of `[start] broken_flows`.
fn broken_flows(text: &str) -> Result<BrokenFlows, String> {
    let names: Vec<_> = BrokenFlows::ALL.iter().map(|known| known.name()).collect();
    let known = BrokenFlows::ALL.iter().copied().find(|known| known.name() == text);
    known.ok_or_else(|| format!("it is one of {}", names.join(", ")))
}

/// Whether flows of which none can run may run as they did before.
fn may_run_last_good(config: &HostConfig) -> bool {
    config.broken_flows == BrokenFlows::LastGood && !LastGoodFiles::of(&config.data_dir).is_empty()
}

async fn serve(config: &HostConfig, candidates: Candidates, files: FlowFiles) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let hangups = signal(SignalKind::hangup())?;
    let names: Vec<_> = candidates.flows.iter().map(|flow| flow.name.clone()).collect();
    let host = Host::builder(config, process_environment).compiler(compiler_process()?);
    let host = tokio::select! {
        started = host.start(candidates) => started.map_err(refused)?,
        name = signals.next() => {
            tracing::info!(signal = name, "stopped before the host was ready");
            return Ok(());
        }
    };
    let host_file = files.host.as_ref().map(|host| host.file.clone());
    host.reload_from(files);
    let stop = CancellationToken::new();
    let admin = match admin(config, &host, &stop).await {
        Ok(admin) => admin,
        Err(failure) => {
            // Messages accepted since the start are on disk.
            let _ = host.drain(config.shutdown_deadline).await;
            return Err(failure);
        }
    };
    let addresses = RuntimeFile {
        pid: std::process::id(),
        intake: host.intake_address(),
        admin: admin.address,
        config: host_file,
        token: config.admin_token.clone().map(|token| token.to_string()),
    };
    addresses.write(&config.data_dir)?;
    let broken = host.handle().broken_flows();
    let names: Vec<_> = names.iter().filter(|name| !broken.contains(name)).map(FlowName::as_str).collect();
    tracing::info!(flows = names.join(", "), intake = %addresses.intake, admin = %addresses.admin, "the host is ready");

    let hangups = tokio::spawn(reload_at_hangups(host.handle(), hangups));
    let ended = tokio::select! {
        name = signals.next() => Ok(name),
        () = host.broken() => Err(Failure::new(Exit::StoreUnavailable, anyhow::anyhow!("the store failed; see the log"))),
    };
    let deadline = host.handle().settings().shutdown_deadline;
    if let Ok(name) = &ended {
        tracing::info!(signal = name, ?deadline, "shutting down; a second signal stops at once");
    }
    let ends = Instant::now() + deadline;
    let drained = tokio::select! {
        drained = host.drain(deadline) => Some(drained.or_exit(Exit::CriteriaMissed)),
        name = signals.next() => stopped_at_once(name),
    };
    // At once after the store is closed: from then on, another host may have this directory.
    RuntimeFile::remove(&config.data_dir);
    socket::remove(&config.data_dir);
    hangups.abort();
    stop.cancel();
    if drained.is_some() {
        tokio::select! {
            () = last_answers(admin, ends) => {}
            name = signals.next() => drop(stopped_at_once::<()>(name)),
        }
    }
    ended.and(drained.unwrap_or(Ok(())))?;
    tracing::info!("the host has stopped");
    Ok(())
}

fn stopped_at_once<T>(signal: &'static str) -> Option<T> {
    tracing::warn!(signal, "stopping at once; messages in flight stay queued");
    None
}

/// Waits for the end of the admin API, which tells of the host while it drains.
async fn last_answers(admin: Admin, ends: Instant) {
    let ends = ends.max(Instant::now() + LAST_ANSWERS);
    match tokio::time::timeout_at(ends, admin.ended).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "the admin API failed"),
        Err(_) => tracing::warn!("requests to the admin API did not end before the shutdown deadline"),
    }
}

/// The running admin API.
struct Admin {
    address: std::net::SocketAddr,
    ended: tokio::task::JoinHandle<()>,
}

async fn admin(config: &HostConfig, host: &Host, stop: &CancellationToken) -> Result<Admin, Failure> {
    let token = AdminToken::for_host(config.admin_token.as_ref(), &config.data_dir, &process_environment)
        .or_exit(Exit::InvalidConfig)?;
    let address = config.admin_listen;
    let listener =
        TcpListener::bind(address).await.map_err(|source| refused(StartError::Listen { address, source }))?;
    let address = listener.local_addr()?;
    let socket = socket::listen(&config.data_dir);
    if let Err(error) = &socket {
        let dir = config.data_dir.display();
        tracing::warn!(%error, %dir, "no socket can be made in the data directory: the command line can't reach this host");
    }
    let listeners = gantry_admin::Listeners { tcp: listener, socket: socket.ok() };
    let ended = tokio::spawn(gantry_admin::serve(listeners, host.handle(), token, stop.clone()));
    Ok(Admin { address, ended })
}

/// The failure and exit code of a host that can't start.
fn refused(error: StartError) -> Failure {
    let exit = match &error {
        // As for `gantry check`: refused plugins have their own code, unless something else is wrong too.
        StartError::Flows(errors) if errors.iter().all(is_about_a_plugin) => Exit::PluginRefused,
        StartError::Flows(_)
        | StartError::Files(_)
        | StartError::Sources(_)
        | StartError::Key(_)
        | StartError::Listen { .. }
        | StartError::Alerts(AlertsError::Endpoint { .. }) => Exit::InvalidConfig,
        StartError::DataDir { .. }
        | StartError::Store { .. }
        | StartError::Recall(_)
        | StartError::Stops(_)
        | StartError::Alerts(AlertsError::Store(_)) => Exit::StoreUnavailable,
        StartError::Sandbox(_) | StartError::Metrics(_) | StartError::Failed(_) => Exit::Internal,
    };
    let details: Vec<anyhow::Error> = match error {
        StartError::Flows(errors) => errors.into_iter().map(Into::into).collect(),
        StartError::Sources(errors) => errors.into_iter().map(Into::into).collect(),
        other => vec![other.into()],
    };
    Failure::many(exit, details)
}

const fn is_about_a_plugin(error: &FlowError) -> bool {
    matches!(error, FlowError::Plugin { .. } | FlowError::Deployed { .. })
}

/// The reloader logs the result.
async fn reload_at_hangups(host: HostHandle, mut hangups: Signal) {
    while hangups.recv().await.is_some() {
        let reload = Reload { trigger: Trigger::Signal, reason: String::new() };
        if let Err(error) = host.operations().execute(&Actor::signal(), reload).await {
            tracing::warn!(%error, "flow files were not reloaded after SIGHUP");
        }
    }
}

/// SIGTERM and Ctrl-C.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
