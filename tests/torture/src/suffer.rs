//! The faults themselves: what is done to the host, and what it is held to while it lasts.

use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fastrand::Rng;

use crate::faults::Faults;
use crate::plan::{Fault, Plan};
use crate::power::cut;
use crate::run::{Host, PATIENCE, RESERVE, Run};
use crate::verdict::Violation;

/// The documented exit code of a host whose store fails.
const STORE_UNAVAILABLE: i32 = 6;

/// A reserve that no disk has.
const TOO_LARGE_A_RESERVE: &str = "1000000GiB";

/// How often a host in trouble is asked whether it is ready.
const LOOK: Duration = Duration::from_millis(5);

const HOUR_MS: i64 = 3_600_000;

impl Run {
    /// Does to the host what the plan says. In the end nothing is wrong any more; the host may be gone.
    pub(crate) async fn suffer(&mut self, plan: Plan) -> Result<()> {
        let Plan { fault, mut dice, .. } = plan;
        let dice = &mut dice;
        match fault {
            Fault::Kill => self.kill().await,
            Fault::KillStarting => self.kill_starting(dice).await,
            Fault::PowerCut => self.cut_power(dice).await,
            Fault::KillStopping => self.kill_stopping(dice).await,
            Fault::Terminate => self.terminate().await,
            Fault::DiskFull => {
                let bytes = dice.u32(0..100_000);
                self.lose_disk(dice, |faults| faults.full_after(bytes)).await
            }
            Fault::ReadOnly => self.lose_disk(dice, Faults::read_only).await,
            Fault::SyncFails => self.lose_disk(dice, Faults::sync_fails).await,
            Fault::SlowDisk => self.slow_disk(dice).await,
            Fault::ClockAhead => self.move_clock(dice, 1).await,
            Fault::ClockBack => self.move_clock(dice, -1).await,
            Fault::DiskLow => self.disk_low().await,
        }
    }

    async fn kill(&mut self) -> Result<()> {
        if let Some(host) = self.farewell() {
            host.process.kill().await?;
        }
        Ok(())
    }

    async fn kill_starting(&mut self, dice: &mut Rng) -> Result<()> {
        self.kill().await?;
        for _ in 0..dice.u32(1..4) {
            let process = self.place.start(&self.faults, RESERVE)?;
            tokio::time::sleep(Duration::from_micros(dice.u64(0..400_000))).await;
            process.kill().await?;
        }
        Ok(())
    }

    async fn cut_power(&mut self, dice: &mut Rng) -> Result<()> {
        self.faults.record()?;
        self.events(dice.usize(1..200)).await;
        self.kill().await?;
        let kept = [0.0, 0.3, 0.9, 1.0][dice.usize(0..4)];
        self.pages_lost += cut(self.faults.recorded()?, &self.place.data(), kept, dice)?;
        Ok(())
    }

    async fn kill_stopping(&mut self, dice: &mut Rng) -> Result<()> {
        let Some(mut host) = self.farewell() else { return Ok(()) };
        host.process.terminate().await?;
        if host.process.ended_within(Duration::from_micros(dice.u64(0..60_000))).await?.is_none() {
            host.process.kill().await?;
        }
        Ok(())
    }

    async fn terminate(&mut self) -> Result<()> {
        let Some(host) = self.farewell() else { return Ok(()) };
        host.process.terminate().await?;
        let status = self.end_of(host).await?;
        self.expect(status, 0);
        Ok(())
    }

    async fn lose_disk(&mut self, dice: &mut Rng, lose: impl Fn(&Faults) -> Result<()>) -> Result<()> {
        lose(&self.faults)?;
        self.fail_truthfully().await?;
        // As often as not a supervisor starts it again before anybody has freed the disk.
        if dice.bool()
            && let Some(host) = self.try_start(RESERVE).await?
        {
            self.welcome(host);
            self.fail_truthfully().await?;
        }
        self.faults.calm_disk()
    }

    /// Until the host has ended: once it has refused a message, `/readyz` must not call it ready.
    async fn fail_truthfully(&mut self) -> Result<()> {
        let began = Instant::now();
        while let Some(host) = &mut self.host {
            if let Some(status) = host.process.ended_within(LOOK).await? {
                self.farewell();
                self.expect(status, STORE_UNAVAILABLE);
                return Ok(());
            }
            let refused = host.door.refused.load(Ordering::SeqCst);
            if let Some(said @ 200) = host.desk.ready().await
                && refused
            {
                self.misconduct.push(Violation::Untruthful { said });
            }
            if began.elapsed() > PATIENCE {
                self.misconduct.push(Violation::NeverEnded);
                return self.kill().await;
            }
        }
        Ok(())
    }

    async fn slow_disk(&mut self, dice: &mut Rng) -> Result<()> {
        let write = Duration::from_micros(dice.u64(0..3_000));
        self.faults.slow(write, Duration::from_millis(dice.u64(1..60)))?;
        self.events(dice.usize(1..60)).await;
        if dice.bool() {
            self.kill().await?;
            // Starting is slow as well.
            self.start().await?;
        }
        self.faults.calm_disk()
    }

    async fn move_clock(&mut self, dice: &mut Rng, direction: i64) -> Result<()> {
        self.faults.clock(direction * dice.i64(HOUR_MS / 60..12 * HOUR_MS))?;
        self.events(dice.usize(20..120)).await;
        if dice.bool() {
            self.kill().await?;
            self.start().await?;
            self.events(dice.usize(1..60)).await;
        }
        self.faults.clock(0)
    }

    async fn disk_low(&mut self) -> Result<()> {
        self.terminate().await?;
        let host = self.try_start(TOO_LARGE_A_RESERVE).await?.context("a host on a low disk starts all the same")?;
        if let Some(said) = host.desk.ready().await
            && said != 503
        {
            self.misconduct.push(Violation::Untruthful { said });
        }
        let before = self.ledger.with(|facts| facts.acknowledged.len());
        self.welcome(host);
        self.events(30).await;
        if self.ledger.with(|facts| facts.acknowledged.len()) != before {
            self.misconduct.push(Violation::TookTooMuch);
        }
        self.terminate().await
    }

    async fn end_of(&self, mut host: Host) -> Result<ExitStatus> {
        host.process.ended_within(PATIENCE).await?.context("the host does not end after SIGTERM")
    }

    fn expect(&mut self, status: ExitStatus, documented: i32) {
        if status.code() != Some(documented) {
            self.misconduct.push(Violation::WrongExit { status: status.to_string(), documented });
        }
    }
}
