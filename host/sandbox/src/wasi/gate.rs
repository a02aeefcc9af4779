//! The time of day and secure random bytes: only outside of messages, or with the grant.
//!
//! A plugin's answer must be a function of the message. A guest that asks for the time or for randomness while it handles
//! messages would get what its author doesn't expect, so the call ends with a fault that names what to use instead. Before
//! that (start functions, `_initialize`, `configure`) language runtimes ask by themselves, and get what [`Moment`] says.
//!
//! [`Moment`]: super::moment::Moment

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{FrameInfo, StoreContextMut, WasmBacktrace};
use wasmtime_wasi::clocks::WasiClocksView;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::{Datetime, Host};
use wasmtime_wasi::p2::bindings::random::random;

use super::chance;
use crate::state::State;

/// Functions of a language's runtime and of its log that read the clock for themselves: what they read is in no answer.
/// Go's garbage collector notes when it ended, and Go's loggers stamp their lines.
const BOOKKEEPING: [&str; 4] =
    ["runtime.gcMarkTermination", "log.__Logger_.output", "log_slog.__Logger_.log", "log_slog.__Logger_.logAttrs"];

/// A guest asked for something that no message of this step may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ungranted {
    #[error(
        "asked for the time of day, which this step does not grant: use the SDK's clock (`ctx.now()` in Rust, \
         `clock.Now()` in Go, `gantry_now_ms()` in C, `gantry::now()` in C++) and add `clock = true` to the step's \
         grants"
    )]
    Time,
    #[error(
        "asked for random bytes, with which the same message would have another answer: derive identifiers from the \
         message's id (`message.id` in Rust, `message.ID` in Go, `message->id` in C, `message.id()` in C++)"
    )]
    Chance,
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    random::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    let mut wall = linker.instance("wasi:clocks/wall-clock@0.2.12")?;
    wall.func_wrap("now", time_of_day)?;
    wall.func_wrap("resolution", |mut store: StoreContextMut<'_, State>, (): ()| {
        Ok((Host::resolution(&mut store.data_mut().clocks())?,))
    })
}

fn time_of_day(mut store: StoreContextMut<'_, State>, (): ()) -> wasmtime::Result<(Datetime,)> {
    let state = store.data();
    if state.wasi.is_handling && !state.step.grants.clock && !is_bookkeeping(&store) {
        return Err(Ungranted::Time.into());
    }
    Ok((Host::now(&mut store.data_mut().clocks())?,))
}

/// True when a function of [`BOOKKEEPING`] is running.
fn is_bookkeeping(store: &StoreContextMut<'_, State>) -> bool {
    let backtrace = WasmBacktrace::capture(store);
    backtrace.frames().iter().filter_map(FrameInfo::func_name).any(|name| BOOKKEEPING.contains(&name))
}

impl State {
    fn may_draw(&self) -> Result<(), Ungranted> {
        if self.wasi.is_handling { Err(Ungranted::Chance) } else { Ok(()) }
    }
}

impl random::Host for State {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.may_draw()?;
        random::Host::get_random_bytes(chance(self), length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.may_draw()?;
        random::Host::get_random_u64(chance(self))
    }
}
