//! One run: rounds on one data directory. Takes host, senders and targets through the fault of each round, checks the
//! result, and prints a line about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admin::AdminClient;
use crate::faults::Faults;
use crate::ledger::{Ledger, State};
use crate::load::{FLOWS, Flow, Load, Name};
use crate::plan::{FAULTS, Plan};
use crate::process::{Place, Process};
use crate::report::{Line, Summary};
use crate::sender::{IntakeAddress, KEYS, Sender};
use crate::target::Targets;
use crate::verdict::{Violation, judge_ends, judge_receipts};

/// The host's disk reserve while there is no fault.
pub(crate) const RESERVE: &str = "1MiB";

/// How long anything that must happen may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The longest that a round waits for events.
const MAX_WAIT: Duration = Duration::from_millis(800);

/// How often something without an event is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// After so many failed starts on a working disk the run fails.
const MAX_STARTS: usize = 3;

/// Violations of one round that are printed; the summary counts them all.
const MAX_SHOWN: usize = 20;

/// What to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `gantry` binary.
    pub gantry: PathBuf,
    /// Where files go; the data directory is `data` in it.
    pub dir: PathBuf,
    /// The seed of everything that is sent and of all faults.
    pub seed: u64,
    /// How many rounds.
    pub rounds: usize,
}

/// A running host, and how to reach it.
pub(crate) struct Host {
    pub(crate) process: Process,
    pub(crate) admin: AdminClient,
    pub(crate) intake: IntakeAddress,
}

/// Everything of one run.
pub struct Run {
    pub(crate) place: Place,
    pub(crate) faults: Faults,
    pub(crate) ledger: Arc<Ledger>,
    load: Load,
    seed: u64,
    targets: Arc<Targets>,
    pub(crate) client: reqwest::Client,
    intake: watch::Sender<Option<IntakeAddress>>,
    pub(crate) host: Option<Host>,
    /// Violations seen in this round so far.
    pub(crate) observed: Vec<Violation>,
    /// Messages that are acknowledged, and not known to have ended.
    open: Vec<Name>,
    /// How long the latest start took.
    pub(crate) ready: Duration,
    /// Pages lost in power cuts.
    pub(crate) pages_lost: usize,
}

/// Runs all rounds and prints a line about each; stops after the first round with a violation.
pub async fn run(options: Options) -> Result<Summary> {
    // Fails if the process has a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    let mut run = Run::prepare(&options, &tasks, &stop).await?;
    let mut summary = Summary::new(options.seed);
    run.start().await?;
    for round in 0..options.rounds {
        let line = run.round(round).await.with_context(|| format!("round {round} of seed {}", options.seed))?;
        println!("{line}");
        let is_last = round + 1 == options.rounds;
        let settles = is_last || (round + 1) % FAULTS.len() == 0;
        let mut violations = line.violations.clone();
        summary.add(line);
        if settles && violations.is_empty() {
            violations = run.settle(is_last).await?;
            summary.settled(&violations);
        }
        violations.iter().take(MAX_SHOWN).for_each(|violation| println!("  VIOLATION {violation}"));
        if !violations.is_empty() {
            summary.failed_in = Some(round);
            break;
        }
    }
    summary.close(&run.ledger, run.faults.hits()?, run.pages_lost);
    if let Some(host) = run.host.take() {
        host.process.kill().await?;
    }
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(summary)
}

impl Run {
    async fn prepare(options: &Options, tasks: &TaskTracker, stop: &CancellationToken) -> Result<Self> {
        let ledger = Arc::new(Ledger::default());
        let load = Load::new(options.seed);
        let targets = Targets::new(Arc::clone(&ledger), load, options.seed);
        let address = targets.listen(tasks, stop).await?;
        crate::flows::write(&options.dir, address)?;
        Ok(Self {
            place: Place { gantry: options.gantry.clone(), dir: options.dir.clone() },
            faults: Faults::new(&options.dir)?,
            ledger,
            load,
            seed: options.seed,
            targets,
            client: reqwest::Client::builder().no_proxy().build()?,
            intake: watch::Sender::new(None),
            host: None,
            observed: Vec::new(),
            open: Vec::new(),
            ready: Duration::ZERO,
            pages_lost: 0,
        })
    }

    /// One round: load, fault, recovery, check.
    async fn round(&mut self, round: usize) -> Result<Line> {
        let began = Instant::now();
        let plan = Plan::draw(self.seed, round);
        let (receipts, known) = self.ledger.with(|facts| (facts.receipts.len(), facts.acknowledged.len()));
        self.observed.clear();
        self.targets.failure_rate.set(plan.failure_rate);
        let senders = TaskTracker::new();
        let stop = CancellationToken::new();
        self.send(&senders, &stop);
        self.events(plan.events_before).await;
        self.inject(plan.clone()).await?;
        if self.host.is_none() {
            self.start().await?;
        }
        self.events(20).await;
        stop.cancel();
        senders.close();
        senders.wait().await;
        let (counts, broken_ends) = self.check_ends().await?;
        let mut violations = std::mem::take(&mut self.observed);
        violations.extend(self.ledger.with(|facts| judge_receipts(self.load, facts)));
        violations.extend(broken_ends);
        let acknowledged = self.ledger.with(|facts| facts.acknowledged.len()) - known;
        Ok(self.ledger.with(|facts| {
            let line = Line {
                round,
                fault: plan.fault,
                failure_rate: plan.failure_rate,
                acknowledged,
                counts,
                ..Line::default()
            };
            Line { ready: self.ready, took: began.elapsed(), violations, ..line }.with_receipts(facts, receipts)
        }))
    }

    fn send(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let sender = Sender {
            client: self.client.clone(),
            ledger: Arc::clone(&self.ledger),
            load: self.load,
            intake: self.intake.subscribe(),
        };
        for flow in FLOWS {
            for key in 0..KEYS {
                tasks.spawn(sender.clone().work(flow, key, stop.clone()));
            }
        }
    }

    /// Waits for so many more events, but no longer than [`MAX_WAIT`].
    pub(crate) async fn events(&self, more: usize) {
        let mut events = self.ledger.watch();
        let wanted = *events.borrow() + more;
        let _ = tokio::time::timeout(MAX_WAIT, events.wait_for(|count| *count >= wanted)).await;
    }

    /// Starts a host on a working disk: it must become ready by itself.
    pub(crate) async fn start(&mut self) -> Result<()> {
        for _ in 0..MAX_STARTS {
            let began = Instant::now();
            if let Some(host) = self.try_start(RESERVE).await? {
                let ready = async {
                    while host.admin.ready().await != Some(200) {
                        tokio::time::sleep(POLL_INTERVAL).await;
                    }
                };
                if tokio::time::timeout(TIMEOUT, ready).await.is_err() {
                    self.observed.push(Violation::NeverReady);
                }
                self.ready = began.elapsed();
                self.use_host(host);
                return Ok(());
            }
            // A supervisor would start it again, and so does the test; but the host had no reason to end.
            self.observed.push(Violation::DidNotComeUp);
        }
        anyhow::bail!("the host no longer starts on a working disk; see {}", self.place.dir.join("log").display())
    }

    /// Starts a host; none when it ended before it bound its ports.
    pub(crate) async fn try_start(&self, reserve: &str) -> Result<Option<Host>> {
        let mut process = self.place.start(&self.faults, reserve)?;
        let addresses = tokio::time::timeout(TIMEOUT, process.addresses()).await;
        let Some(addresses) = addresses.context("the host neither starts nor ends")?? else { return Ok(None) };
        let admin = AdminClient::new(self.client.clone(), addresses.admin, &self.place.data())?;
        let intake = IntakeAddress { address: addresses.intake, refused: Arc::new(AtomicBool::new(false)) };
        Ok(Some(Host { process, admin, intake }))
    }

    /// Makes this the current host: senders use it from now on.
    pub(crate) fn use_host(&mut self, host: Host) {
        self.intake.send_replace(Some(host.intake.clone()));
        self.host = Some(host);
    }

    /// Takes the current host away from the senders and returns it.
    pub(crate) fn take_host(&mut self) -> Option<Host> {
        self.intake.send_replace(None);
        self.host.take()
    }

    /// Reads the states of the acknowledged messages from the host, and checks those that have ended.
    async fn check_ends(&mut self) -> Result<(crate::report::Counts, Vec<Violation>)> {
        self.open = self.ledger.with(|facts| {
            let acknowledged = facts.acknowledged.iter();
            let open = acknowledged.filter(|(_, id)| facts.ends.get(*id).is_none_or(|end| end.state == State::Queued));
            open.map(|(name, _)| *name).collect()
        });
        self.read_ends(&self.open.clone()).await?;
        Ok(self.ledger.with(|facts| {
            let ends = self.open.iter().map(|name| (*name, facts.ends.get(&facts.acknowledged[name])));
            let ended = ends.filter(|(_, end)| end.is_none_or(|end| end.state != State::Queued));
            let ended: Vec<_> = ended.map(|(name, _)| name).collect();
            let counts = crate::report::Counts::of(facts, &ended);
            (counts, judge_ends(self.load, facts, &ended))
        }))
    }

    async fn read_ends(&mut self, names: &[Name]) -> Result<()> {
        let ids =
            self.ledger.with(|facts| names.iter().map(|name| facts.acknowledged[name].clone()).collect::<Vec<_>>());
        let Some(host) = &self.host else { return Ok(()) };
        let ends = host.admin.ends(ids.clone()).await?;
        self.ledger.with(|facts| {
            ids.iter().for_each(|id| drop(facts.ends.remove(id)));
            facts.ends.extend(ends);
        });
        Ok(())
    }

    /// Switches all faults off: then every acknowledged message must end. With `all`, every message of the run is checked
    /// again.
    async fn settle(&mut self, all: bool) -> Result<Vec<Violation>> {
        self.faults.clear()?;
        self.targets.failure_rate.set(0);
        self.work_off().await?;
        let names: Vec<Name> = match all {
            true => self.ledger.with(|facts| facts.acknowledged.keys().copied().collect()),
            false => self.open.clone(),
        };
        self.read_ends(&names).await?;
        Ok(self.ledger.with(|facts| {
            let mut violations = judge_receipts(self.load, facts);
            violations.extend(judge_ends(self.load, facts, &names));
            violations
        }))
    }

    /// Works off dead letters and waits until nothing is left, or until nothing has changed for [`TIMEOUT`]: on a busy
    /// machine a backlog may take longer than that.
    async fn work_off(&self) -> Result<()> {
        let mut left = self.operate().await?;
        let mut changed = Instant::now();
        while left > 0 && changed.elapsed() < TIMEOUT {
            tokio::time::sleep(POLL_INTERVAL).await;
            let now_left = self.operate().await?;
            if now_left != left {
                left = now_left;
                changed = Instant::now();
            }
        }
        Ok(())
    }

    /// Works off dead letters that block a key, as an operator would. Returns how many dead letters and messages were left.
    async fn operate(&self) -> Result<u64> {
        let Some(host) = &self.host else { return Ok(0) };
        let dead_letters = host.admin.open_dead_letters(Flow::Block.name()).await?;
        for dead_letter in &dead_letters {
            if dead_letter.is_delivery {
                host.admin.replay(dead_letter).await?;
            } else {
                host.admin.discard(dead_letter).await?;
            }
        }
        Ok(dead_letters.len() as u64 + host.admin.in_queues().await?)
    }
}
