//! `wasi:clocks`: a wall clock that stands still, and a monotonic clock that counts its readings.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, Lower};

use super::io::ready;
use crate::state::State;

/// How far the monotonic clock advances with each reading, so that a loop that waits for time to pass ends.
const NANOS_PER_READING: u64 = 1_000;

#[derive(ComponentType, Lower)]
#[component(record)]
struct DateTime {
    seconds: u64,
    nanoseconds: u32,
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut monotonic = linker.instance("wasi:clocks/monotonic-clock@0.2.0")?;
    monotonic.func_wrap("now", |mut store: StoreContextMut<'_, State>, (): ()| {
        let wasi = &mut store.data_mut().wasi;
        wasi.readings += 1;
        Ok((wasi.readings.saturating_mul(NANOS_PER_READING),))
    })?;
    monotonic.func_wrap("resolution", |_, (): ()| Ok((NANOS_PER_READING,)))?;
    monotonic.func_wrap("subscribe-instant", |_, (_,): (u64,)| Ok((ready(),)))?;
    monotonic.func_wrap("subscribe-duration", |_, (_,): (u64,)| Ok((ready(),)))?;

    let mut wall = linker.instance("wasi:clocks/wall-clock@0.2.0")?;
    wall.func_wrap("now", |store: StoreContextMut<'_, State>, (): ()| Ok((wall_time(store.data()),)))?;
    wall.func_wrap("resolution", |_, (): ()| Ok((DateTime { seconds: 0, nanoseconds: 1_000_000 },)))
}

/// The time of the batch if the clock is granted; otherwise the epoch.
fn wall_time(state: &State) -> DateTime {
    let millis = if state.step.grants.clock { state.now.0 } else { 0 };
    let nanoseconds = (millis % 1_000) as u32 * 1_000_000;
    DateTime { seconds: millis / 1_000, nanoseconds }
}
