//! `wasi:random`: bytes that look random and can be repeated.
//!
//! They are drawn from BLAKE3 over a seed of the call (the id of its first message), so that a plugin which makes
//! identifiers makes other ones for other messages, and the same ones when the same batch is run again. They are not
//! secret: whoever knows the message's id can compute them.

use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use crate::state::State;

/// Most bytes of one crossing; WASI would let a guest ask for all of memory.
const MAX_BYTES: u64 = 64 << 10;

/// Domain of the derivation.
const CONTEXT: &str = "gantry 2026-01 random bytes of a plugin call";

/// Bytes not drawn yet. The generator is made at the first draw: most guests never do.
pub(super) struct Random {
    seed: [u8; 16],
    bytes: Option<Box<blake3::OutputReader>>,
}

impl Random {
    pub(super) const fn new(seed: [u8; 16]) -> Self {
        Self { seed, bytes: None }
    }

    fn fill(&mut self, buffer: &mut [u8]) {
        let start = || Box::new(blake3::Hasher::new_derive_key(CONTEXT).update(&self.seed).finalize_xof());
        self.bytes.get_or_insert_with(start).fill(buffer);
    }

    fn draw(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// A guest asked for more random bytes than one crossing gives.
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
