//! Injects the faults, and checks the host while they last.

use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fastrand::Rng;

use crate::faults::Faults;
use crate::plan::{Fault, Plan};
use crate::power::cut;
use crate::run::{Host, RESERVE, Run, TIMEOUT};
use crate::verdict::Violation;

/// The documented exit code of a host whose store fails.
const STORE_UNAVAILABLE: i32 = 6;

/// A reserve that is larger than any disk.
const TOO_LARGE_A_RESERVE: &str = "1000000GiB";

/// How often readiness is checked while the disk fails.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

const HOUR_MS: i64 = 3_600_000;

impl Run {
    /// Injects the fault of the plan. At the end there is no fault any more; the host may have ended.
    pub(crate) async fn inject(&mut self, plan: Plan) -> Result<()> {
        let Plan { fault, mut rng, .. } = plan;
        let rng = &mut rng;
        match fault {
            Fault::Kill => self.kill().await,
            Fault::KillStarting => self.kill_starting(rng).await,
            Fault::PowerCut => self.cut_power(rng).await,
            Fault::KillStopping => self.kill_stopping(rng).await,
            Fault::Terminate => self.terminate().await,
            Fault::DiskFull => {
                let bytes = rng.u32(0..100_000);
                self.lose_disk(rng, |faults| faults.full_after(bytes)).await
            }
            Fault::ReadOnly => self.lose_disk(rng, Faults::read_only).await,
            Fault::SyncFails => self.lose_disk(rng, Faults::sync_fails).await,
            Fault::SlowDisk => self.slow_disk(rng).await,
            Fault::ClockAhead => self.move_clock(rng, 1).await,
            Fault::ClockBack => self.move_clock(rng, -1).await,
            Fault::DiskLow => self.disk_low().await,
        }
    }

    async fn kill(&mut self) -> Result<()> {
        if let Some(host) = self.take_host() {
            host.process.kill().await?;
        }
        Ok(())
    }

    async fn kill_starting(&mut self, rng: &mut Rng) -> Result<()> {
        self.kill().await?;
        for _ in 0..rng.u32(1..4) {
            let process = self.place.start(&self.faults, RESERVE)?;
            tokio::time::sleep(Duration::from_micros(rng.u64(0..400_000))).await;
            process.kill().await?;
        }
        Ok(())
    }

    async fn cut_power(&mut self, rng: &mut Rng) -> Result<()> {
        self.faults.record()?;
        self.events(rng.usize(1..200)).await;
        self.kill().await?;
        let kept = [0.0, 0.3, 0.9, 1.0][rng.usize(0..4)];
        self.pages_lost += cut(self.faults.recorded()?, &self.place.data(), kept, rng)?;
        Ok(())
    }

    async fn kill_stopping(&mut self, rng: &mut Rng) -> Result<()> {
        let Some(mut host) = self.take_host() else { return Ok(()) };
        host.process.terminate().await?;
        if host.process.ended_within(Duration::from_micros(rng.u64(0..60_000))).await?.is_none() {
            host.process.kill().await?;
        }
        Ok(())
    }

    async fn terminate(&mut self) -> Result<()> {
        let Some(host) = self.take_host() else { return Ok(()) };
        host.process.terminate().await?;
        let status = self.end_of(host).await?;
        self.expect(status, 0);
        Ok(())
    }

    async fn lose_disk(&mut self, rng: &mut Rng, lose: impl Fn(&Faults) -> Result<()>) -> Result<()> {
        lose(&self.faults)?;
        self.expect_failure().await?;
        // In half of the cases a supervisor starts it again before the disk works again.
        if rng.bool()
            && let Some(host) = self.try_start(RESERVE).await?
        {
            self.use_host(host);
            self.expect_failure().await?;
        }
        self.faults.clear_disk()
    }

    /// Waits until the host has ended. Once it has refused a message, `/readyz` must no longer answer 200.
    async fn expect_failure(&mut self) -> Result<()> {
        let began = Instant::now();
        while let Some(host) = &mut self.host {
            if let Some(status) = host.process.ended_within(POLL_INTERVAL).await? {
                self.take_host();
                self.expect(status, STORE_UNAVAILABLE);
                return Ok(());
            }
            let refused = host.intake.refused.load(Ordering::SeqCst);
            if let Some(status @ 200) = host.admin.ready().await
                && refused
            {
                self.observed.push(Violation::Untruthful { status });
            }
            if began.elapsed() > TIMEOUT {
                self.observed.push(Violation::NeverEnded);
                return self.kill().await;
            }
        }
        Ok(())
    }

    async fn slow_disk(&mut self, rng: &mut Rng) -> Result<()> {
        let write = Duration::from_micros(rng.u64(0..3_000));
        self.faults.slow(write, Duration::from_millis(rng.u64(1..60)))?;
        self.events(rng.usize(1..60)).await;
        if rng.bool() {
            self.kill().await?;
            // Starting is slow as well.
            self.start().await?;
        }
        self.faults.clear_disk()
    }

    async fn move_clock(&mut self, rng: &mut Rng, direction: i64) -> Result<()> {
        self.faults.clock(direction * rng.i64(HOUR_MS / 60..12 * HOUR_MS))?;
        self.events(rng.usize(20..120)).await;
        if rng.bool() {
            self.kill().await?;
            self.start().await?;
            self.events(rng.usize(1..60)).await;
        }
        self.faults.clock(0)
    }

    async fn disk_low(&mut self) -> Result<()> {
        self.terminate().await?;
        let host = self.try_start(TOO_LARGE_A_RESERVE).await?.context("a host with a low disk did not start")?;
        if let Some(status) = host.admin.ready().await
            && status != 503
        {
            self.observed.push(Violation::Untruthful { status });
        }
        let before = self.ledger.with(|facts| facts.acknowledged.len());
        self.use_host(host);
        self.events(30).await;
        if self.ledger.with(|facts| facts.acknowledged.len()) != before {
            self.observed.push(Violation::AcceptedOnLowDisk);
        }
        self.terminate().await
    }

    async fn end_of(&self, mut host: Host) -> Result<ExitStatus> {
        host.process.ended_within(TIMEOUT).await?.context("the host does not end after SIGTERM")
    }

    fn expect(&mut self, status: ExitStatus, documented: i32) {
        if status.code() != Some(documented) {
            self.observed.push(Violation::WrongExit { status: status.to_string(), documented });
        }
    }
}
