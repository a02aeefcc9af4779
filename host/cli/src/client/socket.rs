//! `DATA/admin.sock`: where a running host answers the command line on its machine. A port that a host had can be another
//! user's after a crash, and would get the token; a file in the data directory can't.

use std::fs::Permissions;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use super::error::ClientError;

const NAME: &str = "admin.sock";

/// The longest path that the address of a socket holds, without the zero behind it.
const LONGEST: usize = 107;

/// The socket of a data directory, by a path that is short enough.
pub(super) struct Socket {
    path: PathBuf,
    /// Keeps a path through `/proc` valid.
    _dir: Option<std::fs::File>,
}

impl Socket {
    fn of(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(NAME);
        if path.as_os_str().as_bytes().len() <= LONGEST {
            return Ok(Self { path, _dir: None });
        }
        use std::os::fd::AsRawFd as _;
        let dir = std::fs::File::open(data_dir)?;
        Ok(Self { path: format!("/proc/self/fd/{}/{NAME}", dir.as_raw_fd()).into(), _dir: Some(dir) })
    }

    /// The socket that a host has made in this data directory; none if there is none.
    pub(super) fn of_host(data_dir: &Path) -> Result<Option<Self>, ClientError> {
        let read = |source| ClientError::DataDir { dir: data_dir.to_owned(), source };
        let socket = Self::of(data_dir).map_err(read)?;
        let made = match std::fs::symlink_metadata(&socket.path) {
            Ok(made) => made,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(read(error)),
        };
        let expected = std::fs::metadata(data_dir).map_err(read)?.uid();
        let is_own = made.uid() == expected || made.uid() == rustix::process::geteuid().as_raw() || made.uid() == 0;
        if !is_own {
            return Err(ClientError::ForeignSocket { socket: data_dir.join(NAME), owner: made.uid(), expected });
        }
        Ok(Some(socket))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The error where a running host has none.
pub(super) fn missing(data_dir: &Path, pid: u32) -> ClientError {
    ClientError::NoSocket { socket: data_dir.join(NAME), pid }
}

/// Listens there, for the host that has the store open. One that a host before left behind is replaced.
pub(crate) fn listen(data_dir: &Path) -> io::Result<UnixListener> {
    let socket = Socket::of(data_dir)?;
    remove(data_dir);
    let listener = UnixListener::bind(&socket.path)?;
    // Who connects needs the token all the same.
    std::fs::set_permissions(&socket.path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Removes the socket.
pub(crate) fn remove(data_dir: &Path) {
    // One that is left behind does no harm: nobody can listen there.
    let _ = std::fs::remove_file(data_dir.join(NAME));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_is_reached_below_a_path_of_any_length_and_by_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let long = dir.path().join("x".repeat(120));
        std::fs::create_dir(&long).unwrap();
        for data in [dir.path(), &long] {
            assert!(Socket::of_host(data).unwrap().is_none());
            let listener = listen(data).unwrap();
            let socket = Socket::of_host(data).unwrap().unwrap();
            let connected = tokio::net::UnixStream::connect(socket.path());
            let (connected, accepted) = tokio::join!(connected, listener.accept());
            assert!(connected.is_ok() && accepted.is_ok());
            assert_eq!(std::fs::metadata(data.join(NAME)).unwrap().mode() & 0o777, 0o600);
            drop(listener);
            listen(data).expect("one that a killed host left behind is replaced");
            remove(data);
            assert!(Socket::of_host(data).unwrap().is_none());
        }
    }
}
