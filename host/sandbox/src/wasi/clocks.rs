//! `wasi:clocks/monotonic-clock`: that of `wasmtime-wasi`, but for what waits, as its pollables would sleep in Tokio.

use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::clocks::WasiClocksView;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::{Host, add_to_linker};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{WasiCtxView, WasiView, async_trait};

use crate::state::State;

/// What has come about already.
struct Past;

#[async_trait]
impl Pollable for Past {
    async fn ready(&mut self) {}
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    add_to_linker::<_, HasSelf<State>>(linker, |state| state)
}

impl State {
    /// A pollable that is ready.
    fn past(&mut self) -> wasmtime::Result<Resource<DynPollable>> {
        let WasiCtxView { table, .. } = self.ctx();
        let past = table.push(Past)?;
        subscribe(table, past)
    }
}

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Host::now(&mut self.clocks())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Host::resolution(&mut self.clocks())
    }

    fn subscribe_instant(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.past()
    }

    fn subscribe_duration(&mut self, _: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.past()
    }
}
