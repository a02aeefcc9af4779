//! `wasi:io`: streams that are closed or keep what is printed, and pollables that are always ready.
//!
//! Handles carry no state: a stream's representation says which of the three standard streams it is, and nothing else
//! can be opened.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, LinkerInstance, Lower, Resource, ResourceType};

use crate::state::State;

/// `wasi:io/error`: never made, since no stream fails.
pub(super) struct IoError;
/// `wasi:io/poll`.
pub(super) struct Pollable;
/// `wasi:io/streams`; standard input is the only one.
pub(super) struct InputStream;
/// `wasi:io/streams`; standard output or error.
pub(super) struct OutputStream;

/// Representation of standard input.
const STDIN: u32 = 0;
/// Representation of standard output.
const STDOUT: u32 = 1;
/// Representation of standard error.
const STDERR: u32 = 2;

/// How many bytes a guest may write before it has to ask again.
const WRITE_PERMIT: u64 = 4096;

#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "part of the type, but no stream of the stub fails")]
    LastOperationFailed(Resource<IoError>),
    #[component(name = "closed")]
    Closed,
}

type Streamed<T> = wasmtime::Result<(Result<T, StreamError>,)>;

pub(super) fn stdin() -> Resource<InputStream> {
    Resource::new_own(STDIN)
}

pub(super) fn stdout() -> Resource<OutputStream> {
    Resource::new_own(STDOUT)
}

pub(super) fn stderr() -> Resource<OutputStream> {
    Resource::new_own(STDERR)
}

/// A pollable; all are ready.
pub(super) fn ready() -> Resource<Pollable> {
    Resource::new_own(0)
}

/// Defines a resource without state: dropping it does nothing.
pub(super) fn resource<R: 'static>(instance: &mut LinkerInstance<'_, State>, name: &str) -> wasmtime::Result<()> {
    instance.resource(name, ResourceType::host::<R>(), |_, _| Ok(()))
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut error = linker.instance("wasi:io/error@0.2.0")?;
    resource::<IoError>(&mut error, "error")?;
    error.func_wrap("[method]error.to-debug-string", |_, (_,): (Resource<IoError>,)| Ok((String::new(),)))?;

    let mut poll = linker.instance("wasi:io/poll@0.2.0")?;
    resource::<Pollable>(&mut poll, "pollable")?;
    poll.func_wrap("[method]pollable.ready", |_, (_,): (Resource<Pollable>,)| Ok((true,)))?;
    poll.func_wrap("[method]pollable.block", |_, (_,): (Resource<Pollable>,)| Ok(()))?;
    poll.func_wrap("poll", |_, (all,): (Vec<Resource<Pollable>>,)| Ok(((0..).take(all.len()).collect::<Vec<u32>>(),)))?;

    let mut streams = linker.instance("wasi:io/streams@0.2.0")?;
    input(&mut streams)?;
    output(&mut streams)
}

/// Standard input is at its end.
fn input(streams: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    type Read = (Resource<InputStream>, u64);
    resource::<InputStream>(streams, "input-stream")?;
    for name in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
        streams.func_wrap(name, |_, (_, _): Read| -> Streamed<Vec<u8>> { Ok((Err(StreamError::Closed),)) })?;
    }
    for name in ["[method]input-stream.skip", "[method]input-stream.blocking-skip"] {
        streams.func_wrap(name, |_, (_, _): Read| -> Streamed<u64> { Ok((Err(StreamError::Closed),)) })?;
    }
    streams.func_wrap("[method]input-stream.subscribe", |_, (_,): (Resource<InputStream>,)| Ok((ready(),)))
}

/// Output is kept up to its cap; the rest is dropped.
fn output(streams: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    type This = (Resource<OutputStream>,);
    type Splice = (Resource<OutputStream>, Resource<InputStream>, u64);
    resource::<OutputStream>(streams, "output-stream")?;
    streams
        .func_wrap("[method]output-stream.check-write", |_, (_,): This| -> Streamed<u64> { Ok((Ok(WRITE_PERMIT),)) })?;
    for name in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        streams.func_wrap(name, write)?;
    }
    for name in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        streams.func_wrap(name, |_, (_,): This| -> Streamed<()> { Ok((Ok(()),)) })?;
    }
    for name in ["[method]output-stream.write-zeroes", "[method]output-stream.blocking-write-zeroes-and-flush"] {
        streams.func_wrap(name, |_, (_, _): (Resource<OutputStream>, u64)| -> Streamed<()> { Ok((Ok(()),)) })?;
    }
    for name in ["[method]output-stream.splice", "[method]output-stream.blocking-splice"] {
        streams.func_wrap(name, |_, (_, _, _): Splice| -> Streamed<u64> { Ok((Err(StreamError::Closed),)) })?;
    }
    streams.func_wrap("[method]output-stream.subscribe", |_, (_,): This| Ok((ready(),)))
}

fn write(mut store: StoreContextMut<'_, State>, (stream, bytes): (Resource<OutputStream>, Vec<u8>)) -> Streamed<()> {
    let wasi = &mut store.data_mut().wasi;
    let printed = if stream.rep() == STDERR { &mut wasi.stderr } else { &mut wasi.stdout };
    printed.write(&bytes);
    Ok((Ok(()),))
}
