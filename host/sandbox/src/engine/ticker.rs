//! Advances the engine's epoch at a constant rate while calls run, on a thread of its own. Guest code compares the epoch
//! with its deadline at every loop and call, so a guest that never returns is stopped, however busy the other threads are.
//!
//! Epochs count time, not wake-ups: on a loaded machine the thread wakes late, and then catches up. Counting wake-ups
//! would extend every deadline just when time is short. While no call runs there is no deadline to watch: after
//! [`LINGER`] the thread sleeps until the next call begins, so it costs an idle host nothing.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use wasmtime::EngineWeak;

/// How long the thread goes on ticking after the last call. On a busy host the next call comes sooner, and waking the
/// thread for each of them would cost more than the ticks.
const LINGER: Duration = Duration::from_millis(100);

/// Stops and joins its thread when dropped.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// A call runs as long as this lives.
pub(crate) struct Ticking<'a>(&'a Shared);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Calls that run now.
    calls: usize,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No call runs, and none ran for a while.
    Asleep,
    /// Epochs are counted from this moment.
    TicksSince(Instant),
    Stopped,
}

impl Ticker {
    pub(super) fn start(engine: EngineWeak, tick: Duration) -> std::io::Result<Self> {
        Self::start_with(tick, move || engine.upgrade().map(|engine| engine.increment_epoch()).is_some())
    }

    /// `advance` is called once for each epoch; it returns false when the engine is gone.
    fn start_with(tick: Duration, advance: impl Fn() -> bool + Send + 'static) -> std::io::Result<Self> {
        let state = State { calls: 0, phase: Phase::Asleep };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let watched = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("gantry-epoch".into()).spawn(move || {
            while let Some(since) = watched.calls_begin() {
                if !watched.tick(since, tick, &advance) {
                    return;
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Begins a call: from now on time counts. Call this before the deadline is set, and keep the result until the call
    /// has ended.
    pub(crate) fn begin(&self) -> Ticking<'_> {
        let mut state = self.shared.state.lock();
        state.calls += 1;
        if state.phase == Phase::Asleep {
            state.phase = Phase::TicksSince(Instant::now());
            self.shared.changed.notify_one();
        }
        Ticking(&self.shared)
    }
}

impl Shared {
    /// Sleeps until a call begins; none when the ticker stops.
    fn calls_begin(&self) -> Option<Instant> {
        let mut state = self.state.lock();
        loop {
            match state.phase {
                Phase::Asleep => self.changed.wait(&mut state),
                Phase::TicksSince(since) => return Some(since),
                Phase::Stopped => return None,
            }
        }
    }

    /// Advances the epoch until no call has run for a while; false when the engine is gone.
    fn tick(&self, since: Instant, tick: Duration, advance: &impl Fn() -> bool) -> bool {
        let mut ticks = 0;
        let mut last_call = since;
        loop {
            std::thread::park_timeout(tick);
            let now = Instant::now();
            let due = now.duration_since(since).as_nanos() / tick.as_nanos().max(1);
            if !(ticks..due).all(|_| advance()) {
                return false;
            }
            ticks = due;
            let mut state = self.state.lock();
            if state.phase == Phase::Stopped {
                return true;
            }
            if state.calls > 0 {
                last_call = now;
            } else if now.duration_since(last_call) >= LINGER {
                state.phase = Phase::Asleep;
                return true;
            }
        }
    }
}

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.state.lock().calls -= 1;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.state.lock().phase = Phase::Stopped;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // If the thread has panicked, drop has nobody to report it to.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const TICK: Duration = Duration::from_millis(1);
    const TOO_LONG: Duration = Duration::from_secs(60);

    impl Ticker {
        fn is_asleep(&self) -> bool {
            self.shared.state.lock().phase == Phase::Asleep
        }
    }

    #[test]
    fn epochs_advance_while_a_call_runs_and_the_thread_sleeps_when_none_does() {
        let (sender, ticks) = mpsc::channel();
        let ticker = Ticker::start_with(TICK, move || sender.send(Instant::now()).is_ok()).unwrap();
        assert!(ticker.is_asleep() && ticks.try_recv().is_err(), "nothing runs yet");
        for _ in 0..2 {
            let call = ticker.begin();
            let began = Instant::now();
            while ticks.recv_timeout(TOO_LONG).expect("an epoch advances") < began {}
            drop(call);
            while !ticker.is_asleep() {
                assert!(began.elapsed() < TOO_LONG, "it does not fall asleep");
                std::thread::yield_now();
            }
            ticks.try_iter().for_each(drop);
        }
        assert!(ticks.try_recv().is_err());
    }

    #[test]
    fn a_call_that_runs_keeps_the_thread_awake_whatever_others_do() {
        let (sender, ticks) = mpsc::channel();
        let ticker = Ticker::start_with(TICK, move || sender.send(()).is_ok()).unwrap();
        let _long = ticker.begin();
        for _ in 0..(2 * LINGER.as_millis() / TICK.as_millis()) {
            drop(ticker.begin());
            ticks.recv_timeout(TOO_LONG).unwrap();
        }
        assert!(!ticker.is_asleep());
    }

    #[test]
    fn dropping_it_ends_the_thread_whether_it_sleeps_or_ticks() {
        for running in [false, true] {
            let (sender, ticks) = mpsc::channel();
            let ticker = Ticker::start_with(TICK, move || sender.send(()).is_ok()).unwrap();
            if running {
                drop(ticker.begin());
            }
            drop(ticker);
            ticks.try_iter().for_each(drop);
            assert_eq!(ticks.try_recv(), Err(mpsc::TryRecvError::Disconnected), "the sender is gone with the thread");
        }
    }
}
