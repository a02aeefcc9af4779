//! `wasi:filesystem`: no directory is open, so nothing can be opened from one.
//!
//! Every function but `get-directories` needs a descriptor, or an error of a stream, which no guest can have: a handle
//! that doesn't exist traps before the function is called. They are linked so that components which import them can be
//! instantiated, and they trap if they are called all the same.

use wasmtime::component::{Linker, Resource};

use super::io::resource;
use crate::state::State;

/// `wasi:filesystem/types`: never made.
struct Descriptor;
/// `wasi:filesystem/types`: never made.
struct DirectoryEntryStream;

/// The functions of `wasi:filesystem/types`, all of them unreachable.
const UNREACHABLE: [&str; 29] = [
    "[method]descriptor.read-via-stream",
    "[method]descriptor.write-via-stream",
    "[method]descriptor.append-via-stream",
    "[method]descriptor.advise",
    "[method]descriptor.sync-data",
    "[method]descriptor.get-flags",
    "[method]descriptor.get-type",
    "[method]descriptor.set-size",
    "[method]descriptor.set-times",
    "[method]descriptor.read",
    "[method]descriptor.write",
    "[method]descriptor.read-directory",
    "[method]descriptor.sync",
    "[method]descriptor.create-directory-at",
    "[method]descriptor.stat",
    "[method]descriptor.stat-at",
    "[method]descriptor.set-times-at",
    "[method]descriptor.link-at",
    "[method]descriptor.open-at",
    "[method]descriptor.readlink-at",
    "[method]descriptor.remove-directory-at",
    "[method]descriptor.rename-at",
    "[method]descriptor.symlink-at",
    "[method]descriptor.unlink-file-at",
    "[method]descriptor.is-same-object",
    "[method]descriptor.metadata-hash",
    "[method]descriptor.metadata-hash-at",
    "[method]directory-entry-stream.read-directory-entry",
    "filesystem-error-code",
];

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut preopens = linker.instance("wasi:filesystem/preopens@0.2.0")?;
    preopens.func_wrap("get-directories", |_, (): ()| Ok((Vec::<(Resource<Descriptor>, String)>::new(),)))?;

    let mut types = linker.instance("wasi:filesystem/types@0.2.0")?;
    resource::<Descriptor>(&mut types, "descriptor")?;
    resource::<DirectoryEntryStream>(&mut types, "directory-entry-stream")?;
    for name in UNREACHABLE {
        types.func_new(name, move |_, _, _, _| Err(wasmtime::Error::msg("there is no file system")))?;
    }
    Ok(())
}
