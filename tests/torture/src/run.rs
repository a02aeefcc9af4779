//! One run: rounds on one data directory. Leads host, senders and targets through each round's fault, has the judge look
//! at what came of it, and says a line about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::desk::Desk;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::load::{FLOWS, Flow, Load, Name};
use crate::plan::{FAULTS, Plan};
use crate::process::{Place, Process};
use crate::report::{Line, Summary};
use crate::sender::{Door, KEYS, Sender};
use crate::target::Targets;
use crate::verdict::{Violation, judge_ends, judge_receipts};

/// What the host keeps free of the disk when nothing is wrong.
pub(crate) const RESERVE: &str = "1MiB";

/// How long anything may take that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The longest a round waits for its moment.
const MOMENT: Duration = Duration::from_millis(800);

/// How often something is looked at that no event tells of.
const LOOK: Duration = Duration::from_millis(10);

/// Starts that may fail before the host counts as gone for good: its disk is well again.
const STARTS: usize = 3;

/// Violations of one round that are printed; the summary counts them all.
const SHOWN: usize = 20;

/// What to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `gantry` binary.
    pub gantry: PathBuf,
    /// Where files go; the data directory is `data` in it.
    pub dir: PathBuf,
    /// From it follows what is sent and what goes wrong.
    pub seed: u64,
    /// How many rounds.
    pub rounds: usize,
}

/// A host that works, and its desk.
pub(crate) struct Host {
    pub(crate) process: Process,
    pub(crate) desk: Desk,
    pub(crate) door: Door,
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
    door: watch::Sender<Option<Door>>,
    pub(crate) host: Option<Host>,
    /// What the host was seen to do wrong in this round.
    pub(crate) misconduct: Vec<Violation>,
    /// Acknowledged, and not known to have ended.
    open: Vec<Name>,
    /// How long the latest start took.
    pub(crate) ready: Duration,
    /// Pages that power cuts took back.
    pub(crate) pages_lost: usize,
}

/// Runs all rounds, saying a line about each; stops behind the first one with a violation.
pub async fn run(options: Options) -> Result<Summary> {
    // A second provider in one process is none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
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
        violations.iter().take(SHOWN).for_each(|violation| println!("  VIOLATION {violation}"));
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
        let (ledger, load) = (Arc::new(Ledger::default()), Load::new(options.seed));
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
            door: watch::Sender::new(None),
            host: None,
            misconduct: Vec::new(),
            open: Vec::new(),
            ready: Duration::ZERO,
            pages_lost: 0,
        })
    }

    /// One round: load, fault, recovery, verdict.
    async fn round(&mut self, round: usize) -> Result<Line> {
        let began = Instant::now();
        let plan = Plan::draw(self.seed, round);
        let (receipts, known) = self.ledger.with(|facts| (facts.receipts.len(), facts.acknowledged.len()));
        self.misconduct.clear();
        self.targets.temper.set(plan.temper);
        let (senders, stop) = (TaskTracker::new(), CancellationToken::new());
        self.send(&senders, &stop);
        self.events(plan.moment).await;
        self.suffer(plan.clone()).await?;
        if self.host.is_none() {
            self.start().await?;
        }
        self.events(20).await;
        stop.cancel();
        senders.close();
        senders.wait().await;
        let ends = self.look().await?;
        let mut violations = std::mem::take(&mut self.misconduct);
        violations.extend(self.ledger.with(|facts| judge_receipts(self.load, facts)));
        violations.extend(ends.1);
        let acknowledged = self.ledger.with(|facts| facts.acknowledged.len()) - known;
        Ok(self.ledger.with(|facts| {
            let counts = ends.0;
            let line = Line { round, fault: plan.fault, temper: plan.temper, acknowledged, counts, ..Line::default() };
            Line { ready: self.ready, took: began.elapsed(), violations, ..line }.with_receipts(facts, receipts)
        }))
    }

    fn send(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let sender = Sender {
            client: self.client.clone(),
            ledger: Arc::clone(&self.ledger),
            load: self.load,
            door: self.door.subscribe(),
        };
        for flow in FLOWS {
            for key in 0..KEYS {
                tasks.spawn(sender.clone().work(flow, key, stop.clone()));
            }
        }
    }

    /// Waits for so many more events, or for the longest a round can wait.
    pub(crate) async fn events(&self, more: usize) {
        let mut events = self.ledger.watch();
        let wanted = *events.borrow() + more;
        let _ = tokio::time::timeout(MOMENT, events.wait_for(|count| *count >= wanted)).await;
    }

    /// Starts a host on a disk that is well: it must come up by itself.
    pub(crate) async fn start(&mut self) -> Result<()> {
        for _ in 0..STARTS {
            let began = Instant::now();
            if let Some(host) = self.try_start(RESERVE).await? {
                let ready = async {
                    while host.desk.ready().await != Some(200) {
                        tokio::time::sleep(LOOK).await;
                    }
                };
                if tokio::time::timeout(PATIENCE, ready).await.is_err() {
                    self.misconduct.push(Violation::NeverReady);
                }
                self.ready = began.elapsed();
                self.welcome(host);
                return Ok(());
            }
            // A supervisor would start it again, and so do we; but it had no reason to end.
            self.misconduct.push(Violation::DidNotComeUp);
        }
        anyhow::bail!("the host does not start on a sound disk any more; see {}", self.place.dir.join("log").display())
    }

    /// Starts a host; none when it ended before it had bound its ports.
    pub(crate) async fn try_start(&self, reserve: &str) -> Result<Option<Host>> {
        let mut process = self.place.start(&self.faults, reserve)?;
        let addresses = tokio::time::timeout(PATIENCE, process.addresses()).await;
        let Some(addresses) = addresses.context("the host neither starts nor ends")?? else { return Ok(None) };
        let desk = Desk::new(self.client.clone(), addresses.admin, &self.place.data())?;
        let door = Door { address: addresses.intake, refused: Arc::new(AtomicBool::new(false)) };
        Ok(Some(Host { process, desk, door }))
    }

    /// From now on this is the host, and senders go there.
    pub(crate) fn welcome(&mut self, host: Host) {
        self.door.send_replace(Some(host.door.clone()));
        self.host = Some(host);
    }

    /// There is no host any more; what is left of the last one.
    pub(crate) fn farewell(&mut self) -> Option<Host> {
        self.door.send_replace(None);
        self.host.take()
    }

    /// Asks the host how the messages stand that were acknowledged, and judges those that have ended.
    async fn look(&mut self) -> Result<(crate::report::Counts, Vec<Violation>)> {
        self.open = self.ledger.with(|facts| {
            let known = |name: &Name| facts.acknowledged[name].clone();
            let unknown = |name: &&Name| !matches!(facts.ends.get(&known(name)), Some(end) if end.state != "queued");
            facts.acknowledged.keys().filter(unknown).copied().collect()
        });
        self.ask(&self.open.clone()).await?;
        Ok(self.ledger.with(|facts| {
            let ended = |name: &Name| facts.ends.get(&facts.acknowledged[name]).is_none_or(|end| end.state != "queued");
            let ended: Vec<_> = self.open.iter().copied().filter(ended).collect();
            let counts = crate::report::Counts::of(facts, &ended);
            (counts, judge_ends(self.load, facts, &ended))
        }))
    }

    async fn ask(&mut self, names: &[Name]) -> Result<()> {
        let ids =
            self.ledger.with(|facts| names.iter().map(|name| facts.acknowledged[name].clone()).collect::<Vec<_>>());
        let Some(host) = &self.host else { return Ok(()) };
        let ends = host.desk.ends(ids.clone()).await?;
        self.ledger.with(|facts| {
            ids.iter().for_each(|id| drop(facts.ends.remove(id)));
            facts.ends.extend(ends);
        });
        Ok(())
    }

    /// With everybody well again, everything acknowledged must come to its end; `all` looks at every message of the run
    /// once more.
    async fn settle(&mut self, all: bool) -> Result<Vec<Violation>> {
        self.faults.calm()?;
        self.targets.temper.set(0);
        let began = Instant::now();
        while began.elapsed() < PATIENCE && !self.operate().await? {
            tokio::time::sleep(LOOK).await;
        }
        let every = |facts: &mut crate::ledger::Facts| facts.acknowledged.keys().copied().collect::<Vec<_>>();
        let names = self.ledger.with(every);
        let names: Vec<_> = if all { names } else { self.open.clone() };
        self.ask(&names).await?;
        Ok(self.ledger.with(|facts| {
            let mut violations = judge_receipts(self.load, facts);
            violations.extend(judge_ends(self.load, facts, &names));
            violations
        }))
    }

    /// Does what an operator does about dead letters that hold a key; true when nothing is left to do and to wait for.
    async fn operate(&self) -> Result<bool> {
        let Some(host) = &self.host else { return Ok(true) };
        let letters = host.desk.open_letters(Flow::Block.name()).await?;
        for letter in &letters {
            if letter.is_delivery {
                host.desk.replay(letter).await?;
            } else {
                host.desk.discard(letter).await?;
            }
        }
        Ok(letters.is_empty() && host.desk.is_idle().await?)
    }
}
