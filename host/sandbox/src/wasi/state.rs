//! What WASI remembers for one instance: printed text, readings of the clock, handles, and the context of the present call.

use std::collections::BTreeMap;

use wasmtime_wasi::{ResourceTable, WasiCtx, WasiCtxBuilder, WasiCtxView};

use super::moment::{Moment, Purpose};
use super::printed::Printed;
use super::time::{Readings, Standing};
use crate::limiter::MAX_HANDLES;

/// Most random bytes of one call; WASI itself would let a guest ask for 64 MiB.
const MAX_RANDOM_BYTES: u64 = 64 << 10;

/// The state for one instance.
pub(crate) struct Wasi {
    /// Standard output.
    pub(crate) stdout: Printed,
    /// Standard error.
    pub(crate) stderr: Printed,
    /// Whether the guest handles messages, and is not just starting.
    pub(crate) is_handling: bool,
    /// Listings of folders that the guest holds.
    pub(super) listings: usize,
    readings: Readings,
    moment: Moment,
    table: ResourceTable,
    /// Made at the first call of WASI: most guests never make one.
    context: Option<Box<WasiCtx>>,
}

impl Wasi {
    pub(crate) fn new() -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        Self {
            stdout: Printed::default(),
            stderr: Printed::default(),
            is_handling: false,
            listings: 0,
            readings: Readings::default(),
            moment: Moment::default(),
            table,
            context: None,
        }
    }

    /// Begins a new batch: nothing is printed yet, the wall clock shows another time and random bytes are others. The
    /// monotonic clock goes on, and handles stay.
    pub(crate) fn begin(&mut self, moment: Moment) {
        self.stdout.clear();
        self.stderr.clear();
        self.is_handling = false;
        self.moment = moment;
        self.context = None;
    }

    /// What `wasmtime-wasi` works on.
    pub(super) fn view(&mut self, env: &BTreeMap<String, String>) -> WasiCtxView<'_> {
        let Self { moment, readings, table, context, .. } = self;
        WasiCtxView { ctx: context.get_or_insert_with(|| locked(*moment, readings, env)), table }
    }
}

/// A context with nothing in it but this environment: no arguments, no files, no network; standard input is at its end.
/// Granted folders are not its own: see `filesystem`.
fn locked(moment: Moment, readings: &Readings, env: &BTreeMap<String, String>) -> Box<WasiCtx> {
    let mut context = WasiCtxBuilder::new();
    context
        .wall_clock(Standing(moment))
        .monotonic_clock(readings.clone())
        .secure_random(moment.chance(Purpose::Secure))
        .insecure_random(moment.chance(Purpose::Insecure))
        .insecure_random_seed(u128::from_le_bytes(moment.chance(Purpose::Seed).draw()))
        .max_random_size(MAX_RANDOM_BYTES)
        .allow_blocking_current_thread(true);
    for (name, value) in env {
        context.env(name, value);
    }
    Box::new(context.build())
}
