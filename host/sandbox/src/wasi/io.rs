//! `wasi:io`: what `wasmtime-wasi` does, except that nothing waits.
//!
//! Its own synchronous functions run each call in a Tokio runtime, its own or that of the calling thread, which panics in
//! a thread that drives one. Here every call is answered at once instead: all pollables are ready, and the streams there are
//! (printed text, the end of standard input, granted files) never wait. A stream that would is reported as an error.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_io::bindings::wasi::io::error;
use wasmtime_wasi_io::bindings::wasi::io::poll::HostPollable as AsyncPollable;
use wasmtime_wasi_io::bindings::wasi::io::streams::{
    Host as AsyncStreams, HostInputStream as AsyncInput, HostOutputStream as AsyncOutput, StreamError as AsyncError,
};

use crate::state::State;

/// Something would have waited.
#[derive(Debug, thiserror::Error)]
#[error("a call of WASI would have waited")]
pub(super) struct Waiting;

/// What a future has at its first poll: all that is asked here is ready.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> Result<T, Waiting> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(Waiting),
    }
}

fn streamed<T>(future: impl Future<Output = StreamResult<T>>) -> StreamResult<T> {
    at_once(future).unwrap_or_else(|waiting| Err(StreamError::Trap(waiting.into())))
}

/// The resources of one instance.
struct Table<'a>(&'a mut ResourceTable);

struct Io;

impl HasData for Io {
    type Data<'a> = Table<'a>;
}

/// For the interface that doesn't wait in the first place.
struct Errors;

impl HasData for Errors {
    type Data<'a> = &'a mut ResourceTable;
}

fn table(state: &mut State) -> &mut ResourceTable {
    let WasiCtxView { table, .. } = state.ctx();
    table
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    error::add_to_linker::<_, Errors>(linker, table)?;
    poll::add_to_linker::<_, Io>(linker, |state| Table(table(state)))?;
    streams::add_to_linker::<_, Io>(linker, |state| Table(table(state)))
}

impl poll::Host for Table<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        Ok((0..).take(pollables.len()).collect())
    }
}

impl poll::HostPollable for Table<'_> {
    fn ready(&mut self, _: Resource<DynPollable>) -> wasmtime::Result<bool> {
        Ok(true)
    }

    fn block(&mut self, _: Resource<DynPollable>) -> wasmtime::Result<()> {
        Ok(())
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        AsyncPollable::drop(self.0, pollable)
    }
}

impl streams::Host for Table<'_> {
    fn convert_stream_error(&mut self, error: StreamError) -> wasmtime::Result<streams::StreamError> {
        Ok(match AsyncStreams::convert_stream_error(self.0, error)? {
            AsyncError::Closed => streams::StreamError::Closed,
            AsyncError::LastOperationFailed(error) => streams::StreamError::LastOperationFailed(error),
        })
    }
}

impl streams::HostInputStream for Table<'_> {
    fn read(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<Vec<u8>> {
        self.blocking_read(stream, length)
    }

    fn blocking_read(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<Vec<u8>> {
        streamed(AsyncInput::blocking_read(self.0, stream, length))
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        self.blocking_skip(stream, length)
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, length: u64) -> StreamResult<u64> {
        streamed(AsyncInput::blocking_skip(self.0, stream, length))
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncInput::subscribe(self.0, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        at_once(AsyncInput::drop(self.0, stream))?
    }
}

impl streams::HostOutputStream for Table<'_> {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        AsyncOutput::check_write(self.0, stream)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        AsyncOutput::write(self.0, stream, bytes)
    }

    fn blocking_write_and_flush(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        streamed(AsyncOutput::blocking_write_and_flush(self.0, stream, bytes))
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        AsyncOutput::write_zeroes(self.0, stream, length)
    }

    fn blocking_write_zeroes_and_flush(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        streamed(AsyncOutput::blocking_write_zeroes_and_flush(self.0, stream, length))
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        AsyncOutput::flush(self.0, stream)
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        streamed(AsyncOutput::blocking_flush(self.0, stream))
    }

    fn splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        self.blocking_splice(to, from, length)
    }

    fn blocking_splice(
        &mut self,
        to: Resource<DynOutputStream>,
        from: Resource<DynInputStream>,
        length: u64,
    ) -> StreamResult<u64> {
        streamed(AsyncOutput::blocking_splice(self.0, to, from, length))
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        AsyncOutput::subscribe(self.0, stream)
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        at_once(AsyncOutput::drop(self.0, stream))?
    }
}
