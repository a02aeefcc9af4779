//! `wasi:random`: bytes that look random and can be repeated.
//!
//! They are derived by BLAKE3 from a seed of the call (the id of its first message). So a plugin that makes identifiers
//! makes others for other messages, and the same ones when the same batch runs again. They are not secret: who knows the
//! message's id can compute them.

use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use crate::state::State;

/// Most bytes of one call; WASI itself would let a guest ask for as many as its memory holds.
const MAX_BYTES: u64 = 64 << 10;

/// A guest asked for more random bytes than one call gives.
#[derive(Debug, thiserror::Error)]
#[error("{0} random bytes in one call; at most {MAX_BYTES}")]
struct TooMany(u64);

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut random = linker.instance("wasi:random/random@0.2.0")?;
    random.func_wrap("get-random-bytes", bytes)?;
    random.func_wrap("get-random-u64", number)?;
    let mut insecure = linker.instance("wasi:random/insecure@0.2.0")?;
    insecure.func_wrap("get-insecure-random-bytes", bytes)?;
    insecure.func_wrap("get-insecure-random-u64", number)?;
    let mut seed = linker.instance("wasi:random/insecure-seed@0.2.0")?;
    seed.func_wrap("insecure-seed", |mut store: StoreContextMut<'_, State>, (): ()| {
        let random = &mut store.data_mut().wasi.random;
        Ok(((random.draw(), random.draw()),))
    })
}

fn bytes(mut store: StoreContextMut<'_, State>, (length,): (u64,)) -> wasmtime::Result<(Vec<u8>,)> {
    if length > MAX_BYTES {
        return Err(TooMany(length).into());
    }
    let mut buffer = vec![0; length as usize];
    store.data_mut().wasi.random.fill(&mut buffer);
    Ok((buffer,))
}

fn number(mut store: StoreContextMut<'_, State>, (): ()) -> wasmtime::Result<(u64,)> {
    Ok((store.data_mut().wasi.random.draw(),))
}
