//! `wasi:filesystem`: what `wasmtime-wasi` does, for those who only read, and in the calling thread.
//!
//! A step without granted folders has no directory from which anything could be opened, so none of `types` can be reached.
//! The functions that would change a file are refused here, whatever the folder says. Nothing is opened that could make a
//! reader wait, such as a pipe.

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    ErrorCode as AsyncErrorCode, Host as AsyncHost, HostDescriptor as AsyncDescriptor,
    HostDirectoryEntryStream as AsyncEntries,
};
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, DirectoryEntryStream, ErrorCode,
    Filesize, Host, HostDescriptor, HostDirectoryEntryStream, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult, IoError};

use super::io::at_once;
use crate::state::State;

type Handle = Resource<Descriptor>;

/// Most listings of folders that a guest may hold: each is in the host's memory.
const MAX_LISTINGS: usize = 4;

/// The files of one instance.
struct Files<'a>(&'a mut State);

struct ReadOnly;

impl HasData for ReadOnly {
    type Data<'a> = Files<'a>;
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    preopens::add_to_linker::<_, ReadOnly>(linker, |state| Files(state))?;
    types::add_to_linker::<_, ReadOnly>(linker, |state| Files(state))
}

impl Files<'_> {
    fn view(&mut self) -> WasiFilesystemCtxView<'_> {
        self.0.filesystem()
    }
}

impl preopens::Host for Files<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Handle, String)>> {
        let step = Arc::clone(&self.0.step);
        let table = self.view().table;
        step.folders.iter().map(|(folder, at)| Ok((table.push(Descriptor::Dir(folder))?, at))).collect()
    }
}

/// Whether opening and reading this never waits.
const fn is_ready(kind: DescriptorType) -> bool {
    matches!(kind, DescriptorType::RegularFile | DescriptorType::Directory | DescriptorType::SymbolicLink)
}

fn now<T>(future: impl Future<Output = FsResult<T>>) -> FsResult<T> {
    at_once(future).unwrap_or_else(|waiting| Err(FsError::trap(waiting)))
}

fn refused<T>() -> FsResult<T> {
    Err(AsyncErrorCode::ReadOnly.into())
}

impl Host for Files<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        Ok(AsyncHost::convert_error_code(&mut self.view(), error)?.into())
    }

    fn filesystem_error_code(&mut self, error: Resource<IoError>) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(AsyncHost::filesystem_error_code(&mut self.view(), error)?.map(Into::into))
    }
}

/// Reading.
impl HostDescriptor for Files<'_> {
    fn get_flags(&mut self, file: Handle) -> FsResult<DescriptorFlags> {
        Ok(now(AsyncDescriptor::get_flags(&mut self.view(), file))?.into())
    }

    fn get_type(&mut self, file: Handle) -> FsResult<DescriptorType> {
        Ok(now(AsyncDescriptor::get_type(&mut self.view(), file))?.into())
    }

    fn read(&mut self, file: Handle, length: Filesize, offset: Filesize) -> FsResult<(Vec<u8>, bool)> {
        now(AsyncDescriptor::read(&mut self.view(), file, length, offset))
    }

    fn read_via_stream(&mut self, file: Handle, offset: Filesize) -> FsResult<Resource<DynInputStream>> {
        AsyncDescriptor::read_via_stream(&mut self.view(), file, offset)
    }

    fn read_directory(&mut self, folder: Handle) -> FsResult<Resource<DirectoryEntryStream>> {
        if self.0.wasi.listings >= MAX_LISTINGS {
            return Err(AsyncErrorCode::InsufficientMemory.into());
        }
        let listing = now(AsyncDescriptor::read_directory(&mut self.view(), folder))?;
        self.0.wasi.listings += 1;
        Ok(listing)
    }

    fn stat(&mut self, file: Handle) -> FsResult<DescriptorStat> {
        Ok(now(AsyncDescriptor::stat(&mut self.view(), file))?.into())
    }

    fn stat_at(&mut self, folder: Handle, flags: PathFlags, path: String) -> FsResult<DescriptorStat> {
        Ok(now(AsyncDescriptor::stat_at(&mut self.view(), folder, flags.into(), path))?.into())
    }

    fn open_at(
        &mut self,
        folder: Handle,
        flags: PathFlags,
        path: String,
        how: OpenFlags,
        mode: DescriptorFlags,
    ) -> FsResult<Handle> {
        let found = HostDescriptor::stat_at(self, Resource::new_borrow(folder.rep()), flags, path.clone())?;
        if !is_ready(found.type_) {
            return Err(AsyncErrorCode::NotPermitted.into());
        }
        now(AsyncDescriptor::open_at(&mut self.view(), folder, flags.into(), path, how.into(), mode.into()))
    }

    fn readlink_at(&mut self, folder: Handle, path: String) -> FsResult<String> {
        now(AsyncDescriptor::readlink_at(&mut self.view(), folder, path))
    }

    fn is_same_object(&mut self, one: Handle, other: Handle) -> wasmtime::Result<bool> {
        at_once(AsyncDescriptor::is_same_object(&mut self.view(), one, other))?
    }

    fn metadata_hash(&mut self, file: Handle) -> FsResult<MetadataHashValue> {
        Ok(now(AsyncDescriptor::metadata_hash(&mut self.view(), file))?.into())
    }

    fn metadata_hash_at(&mut self, folder: Handle, flags: PathFlags, path: String) -> FsResult<MetadataHashValue> {
        Ok(now(AsyncDescriptor::metadata_hash_at(&mut self.view(), folder, flags.into(), path))?.into())
    }

    fn drop(&mut self, file: Handle) -> wasmtime::Result<()> {
        AsyncDescriptor::drop(&mut self.view(), file)
    }

    fn advise(&mut self, _: Handle, _: Filesize, _: Filesize, _: Advice) -> FsResult<()> {
        Ok(())
    }

    fn sync_data(&mut self, _: Handle) -> FsResult<()> {
        Ok(())
    }

    fn sync(&mut self, _: Handle) -> FsResult<()> {
        Ok(())
    }

    // What would change something.

    fn write_via_stream(&mut self, _: Handle, _: Filesize) -> FsResult<Resource<DynOutputStream>> {
        refused()
    }

    fn append_via_stream(&mut self, _: Handle) -> FsResult<Resource<DynOutputStream>> {
        refused()
    }

    fn set_size(&mut self, _: Handle, _: Filesize) -> FsResult<()> {
        refused()
    }

    fn set_times(&mut self, _: Handle, _: NewTimestamp, _: NewTimestamp) -> FsResult<()> {
        refused()
    }

    fn write(&mut self, _: Handle, _: Vec<u8>, _: Filesize) -> FsResult<Filesize> {
        refused()
    }

    fn create_directory_at(&mut self, _: Handle, _: String) -> FsResult<()> {
        refused()
    }

    fn set_times_at(&mut self, _: Handle, _: PathFlags, _: String, _: NewTimestamp, _: NewTimestamp) -> FsResult<()> {
        refused()
    }

    fn link_at(&mut self, _: Handle, _: PathFlags, _: String, _: Handle, _: String) -> FsResult<()> {
        refused()
    }

    fn remove_directory_at(&mut self, _: Handle, _: String) -> FsResult<()> {
        refused()
    }

    fn rename_at(&mut self, _: Handle, _: String, _: Handle, _: String) -> FsResult<()> {
        refused()
    }

    fn symlink_at(&mut self, _: Handle, _: String, _: String) -> FsResult<()> {
        refused()
    }

    fn unlink_file_at(&mut self, _: Handle, _: String) -> FsResult<()> {
        refused()
    }
}

impl HostDirectoryEntryStream for Files<'_> {
    fn read_directory_entry(&mut self, entries: Resource<DirectoryEntryStream>) -> FsResult<Option<DirectoryEntry>> {
        Ok(now(AsyncEntries::read_directory_entry(&mut self.view(), entries))?.map(Into::into))
    }

    fn drop(&mut self, entries: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.0.wasi.listings = self.0.wasi.listings.saturating_sub(1);
        AsyncEntries::drop(&mut self.view(), entries)
    }
}
