//! The gate before a target: whether a delivery passes at all, and how many pass at once.
//!
//! **Order.** What an operator says comes first, then the [`Valve`]: refused credentials, breaker, retry budget. Who is
//! held back goes into the queue again and spends no attempt.
//!
//! **Slow start.** After a start, and after its breaker opened, a target gets a few deliveries at once; each answer lets
//! one more pass, up to its `concurrency`.
//!
//! **Crowding.** A flow has room for so many messages at once. A target that does not keep up may take its share of it
//! and no more: further deliveries go back into the queue, so that the flow's other targets are not kept waiting.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gantry_core::valve::{Held, Passage, ValveChange};
use gantry_core::{
    BreakerChange, BreakerState, Clock, ErrorClass, HoldCause, StopKind, TargetStop, Timestamp, Valve, ValvePolicy,
};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::target_stops::StopFlag;

/// Deliveries under way at once before a target has answered any.
const SLOW_START: usize = 4;

/// When a delivery to a stopped target looks again, should nobody wake it before.
const STOPPED: Duration = Duration::from_secs(300);

/// Deliveries that come back as soon as a target in trouble may be probed; as many as most breakers ask for.
const PROBES: usize = 16;

/// How far apart the others come back: looking again costs a write, and there may be a million of them.
const APART: Duration = Duration::from_millis(10);

/// How long a delivery waits for a target that keeps up; one that doesn't is crowded behind that.
const KEEPS_UP: Duration = Duration::from_secs(1);

/// The longest a crowded delivery stays away.
const CROWDED: Duration = Duration::from_secs(30);

/// Answers whose pace is remembered.
const PACE: usize = 32;

/// Lets deliveries through to one target.
pub struct Gate {
    concurrency: usize,
    room: Semaphore,
    /// Permits handed to `room` so far.
    granted: Mutex<usize>,
    valve: Mutex<Valve>,
    switch: StopFlag,
    /// Deliveries within the gate: under way, or waiting for room.
    inside: AtomicUsize,
    /// How many of them the flow's other targets can bear.
    share: AtomicUsize,
    /// The same in bytes: what they take of the flow's room, and how much of it the others can bear.
    bytes_inside: AtomicUsize,
    share_of_bytes: AtomicUsize,
    /// When somebody entered the empty gate and when answers came since; the latest of them, oldest first.
    pace: Mutex<VecDeque<Timestamp>>,
    /// The latest time a crowded delivery was told.
    told: Mutex<Timestamp>,
    /// What was told to deliveries that met a shut gate.
    held: Mutex<HeldBack>,
    /// How often what had held deliveries back went away.
    openings: watch::Sender<u64>,
}

/// What deliveries that met a shut gate were told, so that they don't all come back at once.
#[derive(Default)]
struct HeldBack {
    /// When the gate may open, and how many come back then.
    until: Timestamp,
    probes: usize,
    /// The latest time one of the others was told.
    told: Timestamp,
}

/// What a gate shows of itself.
pub struct GateStatus {
    /// Somebody stopped it; none while nobody has.
    pub stop: Option<TargetStop>,
    /// When refused credentials are tried again; none while they aren't refused.
    pub refused_until: Option<Timestamp>,
    /// Its state, the calls it judges by, and how many of them failed; none without a breaker.
    pub breaker: Option<(BreakerState, u32, u32)>,
    /// When an open breaker lets a probe through.
    pub open_until: Option<Timestamp>,
    /// Retries within the window of the budget, and the most there may be.
    pub retries: (u32, f64),
    /// Attempts under way.
    pub under_way: usize,
    /// Deliveries within: under way, or waiting for one of those to end.
    pub inside: usize,
}

/// The right to one attempt. Dropped before its end is told, the attempt taught nothing.
pub struct Admitted<'a> {
    gate: &'a Gate,
    passage: Option<Passage>,
    probe: bool,
    _inside: Inside<'a>,
    _permit: SemaphorePermit<'a>,
}

/// Counts one delivery within a gate.
struct Inside<'a> {
    gate: &'a Gate,
    bytes: usize,
}

impl<'a> Inside<'a> {
    /// The first to enter an empty gate begins its pace anew: how long it stood idle tells nothing.
    fn of(gate: &'a Gate, bytes: usize, now: Timestamp) -> Self {
        gate.bytes_inside.fetch_add(bytes, Ordering::Relaxed);
        if gate.inside.fetch_add(1, Ordering::Relaxed) == 0 {
            *gate.pace.lock() = VecDeque::from([now]);
        }
        Self { gate, bytes }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.gate.inside.fetch_sub(1, Ordering::Relaxed);
        self.gate.bytes_inside.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Gate {
    /// A gate that lets so many deliveries through at once, stopped by this flag.
    pub fn new(concurrency: usize, policy: ValvePolicy, switch: StopFlag) -> Self {
        let granted = concurrency.min(SLOW_START);
        Self {
            concurrency,
            room: Semaphore::new(granted),
            granted: Mutex::new(granted),
            valve: Mutex::new(Valve::new(policy)),
            switch,
            inside: AtomicUsize::new(0),
            share: AtomicUsize::new(usize::MAX),
            bytes_inside: AtomicUsize::new(0),
            share_of_bytes: AtomicUsize::new(usize::MAX),
            pace: Mutex::default(),
            told: Mutex::default(),
            held: Mutex::default(),
            openings: watch::Sender::new(0),
        }
    }

    /// Says how many deliveries, and how many bytes of them, may be within at once when the target does not keep up.
    pub fn set_share(&self, deliveries: usize, bytes: usize) {
        self.share.store(deliveries.max(1), Ordering::Relaxed);
        self.share_of_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Waits for room; answers at once when nothing passes. `made` attempts were made before this one; the message takes
    /// so many `bytes` of the flow's room.
    pub async fn enter(&self, made: u32, bytes: usize, clock: &dyn Clock) -> Result<Admitted<'_>, Held> {
        self.pass(clock.now())?;
        let inside = Inside::of(self, bytes, clock.now());
        if self.is_crowded() && self.is_behind(clock.now()) {
            return Err(self.crowd(clock.now()));
        }
        let permit = loop {
            match tokio::time::timeout(KEEPS_UP, self.room.acquire()).await {
                Ok(Ok(permit)) => break permit,
                Err(_) if !self.is_crowded() => self.pass(clock.now())?,
                // The semaphore is never closed; waiting a while is the harmless reading.
                Err(_) | Ok(Err(_)) => return Err(self.crowd(clock.now())),
            }
        };
        let now = clock.now();
        self.pass(now)?;
        let passage = self.valve.lock().admit(made, now)?;
        Ok(Admitted { gate: self, passage: Some(passage), probe: passage.is_probe(), _inside: inside, _permit: permit })
    }

    /// How often what had held deliveries back went away: a delivery that was held before looks again.
    pub fn openings(&self) -> u64 {
        *self.openings.borrow()
    }

    /// Hears of every opening from now on.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.openings.subscribe()
    }

    /// Until when nothing passes; none when something might.
    pub fn shut_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.shut(now).err().map(|held| held.until)
    }

    /// Somebody let the target go on: refused credentials are tried at once.
    pub fn resume(&self) {
        self.valve.lock().forget_refusal();
        self.opened();
    }

    /// Closes the breaker. True when it was not closed.
    pub fn close_breaker(&self) -> bool {
        let was_shut = self.valve.lock().close_breaker();
        self.opened();
        was_shut
    }

    /// What there is to see.
    pub fn status(&self, now: Timestamp) -> GateStatus {
        let mut valve = self.valve.lock();
        let open_until = valve.shut(now).filter(|held| held.cause == HoldCause::Breaker).map(|held| held.until);
        GateStatus {
            stop: self.switch.lock().clone(),
            refused_until: valve.refused_until(),
            breaker: valve.breaker(),
            open_until,
            retries: valve.retries(),
            under_way: self.granted.lock().saturating_sub(self.room.available_permits()),
            inside: self.inside.load(Ordering::Relaxed),
        }
    }

    fn shut(&self, now: Timestamp) -> Result<(), Held> {
        if let Some(stop) = &*self.switch.lock() {
            let cause = match stop.kind {
                StopKind::Paused => HoldCause::Paused,
                StopKind::Disabled => HoldCause::Disabled,
            };
            return Err(Held { cause, until: now.after(STOPPED) });
        }
        self.valve.lock().shut(now).map_or(Ok(()), Err)
    }

    /// Whether a delivery may go on; else when it is to come back. A few are there when the gate may open, for somebody
    /// has to try; the others come later, one by one, and are called when it opens.
    fn pass(&self, now: Timestamp) -> Result<(), Held> {
        let Err(shut) = self.shut(now) else { return Ok(()) };
        let mut held = self.held.lock();
        // A round of probes lasts until its time has come: while all probes of a breaker are out, its own time moves on.
        if held.until <= now && shut.cause.ends_by_itself() {
            (held.until, held.probes) = (shut.until, 0);
        }
        if held.probes < PROBES && shut.cause.ends_by_itself() {
            held.probes += 1;
            return Err(shut);
        }
        held.told = shut.until.max(now.after(STOPPED)).max(held.told.after(APART));
        Err(Held { until: held.told, ..shut })
    }

    fn is_crowded(&self) -> bool {
        let inside = self.inside.load(Ordering::Relaxed);
        let bytes = self.bytes_inside.load(Ordering::Relaxed);
        inside > self.share.load(Ordering::Relaxed)
            || (inside > 1 && bytes > self.share_of_bytes.load(Ordering::Relaxed))
    }

    /// Whether those within will not all have been answered in a moment, at the pace of the last answers.
    fn is_behind(&self, now: Timestamp) -> bool {
        self.per_answer(now).saturating_mul(self.within()) > KEEPS_UP
    }

    /// A crowded delivery comes back when half of those within may be through; each further one a little later.
    fn crowd(&self, now: Timestamp) -> Held {
        let each = self.per_answer(now).max(Duration::from_millis(1));
        let mut told = self.told.lock();
        let soonest = now.after((each * self.within() / 2).clamp(KEEPS_UP, CROWDED));
        *told = soonest.max(told.after(each)).min(now.after(CROWDED));
        Held { cause: HoldCause::Crowded, until: *told }
    }

    fn within(&self) -> u32 {
        u32::try_from(self.inside.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// How long the target takes for one answer, those that run at the same time taken together.
    fn per_answer(&self, now: Timestamp) -> Duration {
        let pace = self.pace.lock();
        let answers = u32::try_from(pace.len().saturating_sub(1)).unwrap_or(u32::MAX);
        pace.front().map_or(Duration::ZERO, |first| now.since(*first) / answers.max(1)).min(CROWDED)
    }

    fn answered(&self, now: Timestamp) {
        {
            let mut pace = self.pace.lock();
            if pace.len() == PACE {
                pace.pop_front();
            }
            pace.push_back(now);
        }
        let mut granted = self.granted.lock();
        if *granted < self.concurrency {
            *granted += 1;
            self.room.add_permits(1);
        }
    }

    /// What was held back may pass, here or at the gate that takes this one's place.
    pub fn opened(&self) {
        *self.held.lock() = HeldBack::default();
        self.openings.send_modify(|openings| *openings += 1);
    }

    /// A target in trouble starts slowly again.
    fn shrink(&self) {
        let mut granted = self.granted.lock();
        *granted -= self.room.forget_permits(granted.saturating_sub(self.concurrency.min(SLOW_START)));
    }
}

impl Admitted<'_> {
    /// Whether the attempt finds out if the target is back.
    pub const fn is_probe(&self) -> bool {
        self.probe
    }

    /// Tells how the attempt ended: why it failed, or none with success.
    pub fn end(mut self, error: Option<ErrorClass>, now: Timestamp) -> Vec<ValveChange> {
        let Some(passage) = self.passage.take() else { return Vec::new() };
        let changes = self.gate.valve.lock().end(passage, error, now);
        if error.is_none_or(|error| !error.is_trouble() && error != ErrorClass::Unauthorized) {
            self.gate.answered(now);
        }
        for change in &changes {
            match change {
                ValveChange::Breaker(BreakerChange::Opened { .. }) => self.gate.shrink(),
                ValveChange::Breaker(BreakerChange::Closed) | ValveChange::Accepted => self.gate.opened(),
                ValveChange::Refused { .. } => {}
            }
        }
        changes
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if let Some(passage) = self.passage.take() {
            self.gate.valve.lock().abandon(passage);
        }
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::{BreakerPolicy, SystemClock};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn gate(concurrency: usize) -> Gate {
        Gate::new(concurrency, ValvePolicy::default(), StopFlag::default())
    }

    #[tokio::test]
    async fn a_target_gets_a_few_deliveries_at_first_and_one_more_for_each_answer() {
        let gate = gate(6);
        let mut within = Vec::new();
        for _ in 0..SLOW_START {
            within.push(gate.enter(0, 10, &SystemClock).await.ok().unwrap());
        }
        assert_eq!(gate.room.available_permits(), 0);
        within.pop().unwrap().end(None, SystemClock.now());
        assert_eq!(gate.room.available_permits(), 2, "its own, and one more");
        within.pop().unwrap().end(Some(ErrorClass::Timeout), SystemClock.now());
        assert_eq!(gate.room.available_permits(), 3, "no answer lets no more pass");
        (0..10).for_each(|_| gate.answered(SystemClock.now()));
        assert_eq!(*gate.granted.lock(), 6);
        gate.shrink();
        assert_eq!(*gate.granted.lock(), SLOW_START);
    }

    #[tokio::test]
    async fn a_stopped_target_holds_everything_until_it_is_let_go() {
        let switch = StopFlag::default();
        let gate = Gate::new(4, ValvePolicy::default(), switch.clone());
        let stop = TargetStop { kind: StopKind::Disabled, at: Timestamp(1), by: None, reason: "gone".into() };
        *switch.lock() = Some(stop);
        assert_eq!(gate.enter(0, 10, &SystemClock).await.err().unwrap().cause, HoldCause::Disabled);
        *switch.lock() = None;
        assert!(gate.enter(0, 10, &SystemClock).await.is_ok());
    }

    #[tokio::test]
    async fn of_many_that_meet_a_shut_gate_a_few_come_back_to_probe_it_and_the_others_one_by_one() {
        let breaker = BreakerPolicy { window: 4, minimum: 1, failure_rate: 0.5, open_for: MINUTE, probes: 2 };
        let gate = Gate::new(4, ValvePolicy { breaker: Some(breaker), ..ValvePolicy::default() }, StopFlag::default());
        gate.enter(0, 10, &SystemClock).await.ok().unwrap().end(Some(ErrorClass::Timeout), SystemClock.now());
        let opens = gate.shut_until(SystemClock.now()).unwrap();
        let mut told = Vec::new();
        for _ in 0..PROBES + 100 {
            told.push(gate.enter(0, 10, &SystemClock).await.err().unwrap().until);
        }
        assert!(told[..PROBES].iter().all(|until| *until == opens), "{told:?}");
        assert!(told[PROBES] >= opens.after(STOPPED - MINUTE));
        assert!(told[PROBES..].windows(2).all(|two| two[1] >= two[0].after(APART)), "{told:?}");
        gate.close_breaker();
        assert_eq!(gate.shut_until(SystemClock.now()), None);
        gate.enter(0, 10, &SystemClock).await.ok().unwrap().end(Some(ErrorClass::Timeout), SystemClock.now());
        let opens = gate.shut_until(SystemClock.now()).unwrap();
        assert_eq!(gate.enter(0, 10, &SystemClock).await.err().unwrap().until, opens, "it may be probed anew");
    }

    #[tokio::test]
    async fn behind_a_target_that_hangs_no_more_wait_than_its_share() {
        let gate = gate(1);
        gate.set_share(2, usize::MAX);
        let _hangs = gate.enter(0, 10, &SystemClock).await.ok().unwrap();
        let waits = || Box::pin(gate.enter(0, 10, &SystemClock));
        let (second, third) = (waits(), waits());
        let (held, _still_waits) = futures_util::future::select(second, third).await.factor_first();
        assert_eq!(held.err().map(|held| held.cause), Some(HoldCause::Crowded), "three within are one too many");
        assert_eq!(gate.inside.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn behind_a_target_that_hangs_no_more_bytes_wait_than_its_share() {
        let gate = gate(1);
        gate.set_share(100, 25);
        let _hangs = gate.enter(0, 10, &SystemClock).await.ok().unwrap();
        let waits = || Box::pin(gate.enter(0, 10, &SystemClock));
        let (held, _still_waits) = futures_util::future::select(waits(), waits()).await.factor_first();
        assert_eq!(held.err().map(|held| held.cause), Some(HoldCause::Crowded), "thirty bytes are more than its share");
        assert_eq!(gate.bytes_inside.load(Ordering::Relaxed), 20);
    }
}
