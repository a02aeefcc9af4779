//! `gantry:plugin/clock`: the time at which the batch began, so that a past run can be repeated exactly.

use wasmtime::component::{HasSelf, Linker};

use crate::guest::gantry::plugin::clock;
use crate::state::State;

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    clock::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl clock::Host for State {
    fn now_ms(&mut self) -> wasmtime::Result<u64> {
        Ok(self.now.0)
    }
}
