//! `wasi:cli/stdout` and `stderr`: streams over what the state keeps of them.

use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::p2::DynOutputStream;
use wasmtime_wasi::p2::bindings::cli::{stderr, stdout};
use wasmtime_wasi::{WasiCtxView, WasiView};

use super::printed::Printed;
use crate::state::State;

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    stdout::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    stderr::add_to_linker::<_, HasSelf<State>>(linker, |state| state)
}

impl State {
    fn stream(&mut self, printed: Printed) -> wasmtime::Result<Resource<DynOutputStream>> {
        let WasiCtxView { table, .. } = self.ctx();
        let stream: DynOutputStream = Box::new(printed);
        Ok(table.push(stream)?)
    }
}

impl stdout::Host for State {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.stream(self.wasi.stdout.clone())
    }
}

impl stderr::Host for State {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        self.stream(self.wasi.stderr.clone())
    }
}
