//! One call into one instance, with all its limits set, and the fault when it fails.

use std::time::Duration;

use gantry_core::{Clock as _, MessageId, SystemClock, Timestamp, Violation, escape};
use wasmtime::{FrameInfo, PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use crate::check;
use crate::fault::{FaultCode, PluginFault};
use crate::guest::Enricher;
use crate::guest::types::{Message, Outcome};
use crate::host::log::kept::KeptLine;
use crate::instance::Instance;
use crate::limiter::MAX_HANDLES;
use crate::state::State;
use crate::step::PreparedStep;
use crate::wasi::moment::Moment;
use crate::wasi::{Exit, Ungranted};

/// Least number of bytes that a guest may transfer to the host in one call. If twice the output limit is more, that
/// counts, which leaves room for what surrounds the payloads.
const MIN_TRANSFER_BYTES: usize = 16 << 20;

/// What differs between the calls of a step.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances {
    /// The time at which the batch began.
    pub(crate) now: Timestamp,
    /// What clocks and random bytes are made of.
    pub(crate) moment: Moment,
    /// How long it may take.
    pub(crate) deadline: Duration,
    /// The message of a call with only one.
    pub(crate) only_message: Option<MessageId>,
}

/// How a call ended.
pub(crate) struct Called {
    /// One outcome per message, of which only the number is checked; or why there are none.
    pub(crate) answer: Result<Vec<Outcome>, PluginFault>,
    /// The most linear memory the instance had.
    pub(crate) peak_memory_bytes: usize,
    /// Whether an instance was started for it.
    pub(crate) started: bool,
    /// What it logged.
    pub(crate) lines: Vec<KeptLine>,
}

/// Why a call failed.
enum Failure {
    Engine(wasmtime::Error),
    Fault(PluginFault),
}

impl From<wasmtime::Error> for Failure {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(error)
    }
}

impl PreparedStep {
    /// Starts and configures an instance, to find out whether the plugin accepts its settings.
    pub(crate) fn trial(&self) -> Result<Result<(), Vec<Violation>>, PluginFault> {
        let deadline = self.context.limits.deadline;
        let now = SystemClock.now();
        let _ticking = self.shared.ticker.begin();
        let mut store = self.store();
        self.arm(&mut store, Circumstances { now, moment: Moment::of_a_trial(now), deadline, only_message: None });
        let started = self.start(&mut store);
        close(&store);
        started.map(|answer| answer.map(drop)).map_err(|error| fault(&error, &store, deadline))
    }

    /// Runs a batch in a warm instance, if the step keeps any, or else in a fresh one. An instance that failed is dropped
    /// before this returns.
    pub(crate) fn call(&self, batch: &[Message<'_>], circumstances: Circumstances) -> Called {
        let _ticking = self.shared.ticker.begin();
        let warm = self.warm.take();
        let started = warm.is_none();
        let mut instance = warm.unwrap_or_else(|| Instance::unstarted(self.store()));
        self.arm(&mut instance.store, circumstances);
        let answer = self.process(&mut instance, batch).map_err(|failure| match failure {
            Failure::Engine(error) => fault(&error, &instance.store, circumstances.deadline),
            Failure::Fault(fault) => fault,
        });
        close(&instance.store);
        let lines = std::mem::take(&mut instance.store.data_mut().log.lines);
        let peak_memory_bytes = instance.memory_bytes();
        if answer.is_ok() {
            self.warm.keep(instance, batch.len());
        }
        Called { answer, peak_memory_bytes, started, lines }
    }

    fn process(&self, instance: &mut Instance, batch: &[Message<'_>]) -> Result<Vec<Outcome>, Failure> {
        let guest = match instance.guest.take() {
            Some(guest) => guest,
            None => self.start(&mut instance.store)?.map_err(refused_settings)?,
        };
        instance.store.data_mut().wasi.is_handling = true;
        let outcomes = guest.gantry_plugin_transform().call_process(&mut instance.store, batch)?;
        if instance.store.data().meter.refused && !outcomes.iter().all(is_success) {
            return Err(Failure::Fault(starved(&instance.store)));
        }
        if outcomes.len() != batch.len() {
            let text = format!("{} outcomes for {} messages", outcomes.len(), batch.len());
            return Err(Failure::Fault(PluginFault::new(FaultCode::Output, text)));
        }
        instance.guest = Some(guest);
        Ok(outcomes)
    }

    /// A configured guest, or its objections to the settings.
    fn start(&self, store: &mut Store<State>) -> wasmtime::Result<Result<Enricher, Vec<Violation>>> {
        let guest = self.pre.instantiate(&mut *store)?;
        let configured = guest.gantry_plugin_transform().call_configure(store, &self.context.settings)?;
        Ok(configured.map(|()| guest).map_err(check::settings))
    }

    /// A store with the limits that hold for all calls of the step. [`arm`](Self::arm) adds those of one call.
    fn store(&self) -> Store<State> {
        let mut store = Store::new(&self.shared.engine, State::new(self.context.clone()));
        store.limiter(|state| &mut state.meter);
        store.set_max_component_handles(MAX_HANDLES);
        store.epoch_deadline_trap();
        store
    }

    /// Sets the limits of one call.
    fn arm(&self, store: &mut Store<State>, circumstances: Circumstances) {
        store.data_mut().begin(circumstances.now, circumstances.moment, circumstances.only_message);
        store.set_hostcall_fuel(self.context.limits.output_bytes.saturating_mul(2).max(MIN_TRANSFER_BYTES));
        store.set_epoch_deadline(self.ticks(circumstances.deadline));
    }

    /// The deadline in epochs from now. One is added because the present epoch has partly passed.
    fn ticks(&self, deadline: Duration) -> u64 {
        let ticks = deadline.as_nanos().div_ceil(self.shared.tick.as_nanos().max(1));
        u64::try_from(ticks).unwrap_or(u64::MAX / 2) + 1
    }
}

/// An outcome that a guest without the memory it wanted may have all the same. Any other may be how its language reports
/// that it got none: as an exception, or as data that can't be read.
const fn is_success(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Emit(_) | Outcome::Skip(_))
}

/// The fault of a guest that was refused memory and then failed at some message.
fn starved(store: &Store<State>) -> PluginFault {
    let state = store.data();
    let text = format!("{}, and failed without it", over_limit(state));
    PluginFault { stderr: state.wasi.stderr.text(), ..PluginFault::new(FaultCode::Memory, text) }
}

fn over_limit(state: &State) -> String {
    let limit = state.step.limits.memory_bytes >> 20;
    format!("needed more than the {limit} MiB of memory it may have (set a larger `limits.memory` if it should)")
}

/// The settings were accepted when the step was prepared: a plugin that refuses them now doesn't decide by them alone.
fn refused_settings(violations: Vec<Violation>) -> Failure {
    let first = violations.into_iter().next().map(|violation| violation.text).unwrap_or_default();
    let text = format!("the plugin refused settings it had accepted: {first}");
    Failure::Fault(PluginFault::new(FaultCode::Configure, text))
}

/// Logs how many log lines were dropped, and what the guest printed, for people who debug plugins.
fn close(store: &Store<State>) {
    let state = store.data();
    state.log.budget.close(&state.step);
    for (stream, printed) in [("stdout", &state.wasi.stdout), ("stderr", &state.wasi.stderr)] {
        if !printed.is_empty() && tracing::enabled!(target: "gantry::plugin", tracing::Level::DEBUG) {
            let flow = state.step.flow.as_str();
            let step = state.step.step.as_str();
            tracing::debug!(target: "gantry::plugin", flow, step, stream, text = printed.text(), "plugin printed");
        }
    }
}

/// The fault for an error of the engine, decided by its type and never by its text. An error without a type of its own
/// is one of the transfer.
fn fault(error: &wasmtime::Error, store: &Store<State>, deadline: Duration) -> PluginFault {
    let state = store.data();
    let (code, text) = match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => (FaultCode::Deadline, format!("still running after {deadline:?}")),
        trap if state.meter.refused => {
            let then = trap.map_or_else(|| "could not start".to_owned(), |trap| format!("trapped ({trap})"));
            (FaultCode::Memory, format!("{}, and {then}", over_limit(state)))
        }
        Some(trap) => (FaultCode::Trap, format!("trapped: {trap}")),
        None => untrapped(error),
    };
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(names).unwrap_or_default();
    PluginFault { code, text, backtrace, stderr: state.wasi.stderr.text() }
}

fn untrapped(error: &wasmtime::Error) -> (FaultCode, String) {
    if let Some(Exit(status)) = error.downcast_ref::<Exit>() {
        return (FaultCode::Exit, format!("the plugin called exit({status})"));
    }
    if let Some(ungranted) = error.downcast_ref::<Ungranted>() {
        return (FaultCode::Trap, ungranted.to_string());
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return (
            FaultCode::Capacity,
            "no instance is free: more threads run plugins than the sandbox is set up for".into(),
        );
    }
    (FaultCode::Transfer, escape(&error.root_cause().to_string(), 512))
}

/// The functions of a backtrace, as their language spells them.
fn names(backtrace: &WasmBacktrace) -> Vec<String> {
    backtrace.frames().iter().map(name).collect()
}

fn name(frame: &FrameInfo) -> String {
    match frame.func_name() {
        Some(name) => escape(name, 256),
        None => format!("function {}", frame.func_index()),
    }
}
