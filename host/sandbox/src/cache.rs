//! Compiled code on disk, so that a restart doesn't compile again.
//!
//! One file per component and engine: `<component digest>-<engine hash>.cwasm`. A cache entry is native code that the
//! host will execute. So a file is only trusted when its MAC, made with a key that only this host has, covers the
//! component's digest, the engine's hash and every byte of the code. Any other file is ignored, reported and replaced.
//! An entry also proves that its component is valid: only valid components are compiled, and the hash covers the rules of
//! validation. For a large component, validating takes longer than loading its code.
//!
//! ```text
//! magic "gantry-cwasm-1\n" (15 bytes) | MAC (32 bytes) | code
//! ```
//!
//! Files are written beside their name and renamed, so a crash leaves the old entry or the new one. The size of the
//! directory is bounded: the entry that was used longest ago is removed first.

mod prune;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::{Digest, Secret};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine_error::EngineError;
use crate::trusted::{self, Trusted};

const MAGIC: &[u8] = b"gantry-cwasm-1\n";
const MAC_BYTES: usize = 32;

/// Where compiled code is kept, and what proves that this host compiled it.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    /// A directory for the cache alone; made when missing.
    pub dir: PathBuf,
    /// The key of the MAC. Who knows it and can write to `dir` can run native code in the host.
    pub key: Secret<[u8; 32]>,
    /// Most bytes of all entries together. The newest one stays even if it is larger than this.
    pub max_bytes: u64,
}

impl CacheConfig {
    /// Enough for some fifty plugins with a Python runtime, at 35 MB of code each, or thousands in Rust.
    pub const MAX_BYTES: u64 = 2 << 30;
}

/// The cache's directory can't be used.
#[derive(Debug, thiserror::Error)]
#[error("can't use `{}` for compiled plugins", .dir.display())]
pub struct CacheError {
    dir: PathBuf,
    #[source]
    source: std::io::Error,
}

/// An opened cache.
pub(crate) struct Cache {
    config: CacheConfig,
    /// A hash of the engine's version, its settings, the machine's CPU features, and the rules for valid components.
    engine_hash: u64,
}

/// Why an entry was not used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("no entry")]
    Absent,
    #[error("can't be read: {0}")]
    Unreadable(std::io::Error),
    #[error("truncated, or of another format")]
    Malformed,
    #[error("its MAC does not match: damaged, tampered with, or written under another key")]
    Forged,
    #[error("the engine refuses it: {0}")]
    Refused(EngineError),
}

impl Cache {
    /// Opens the directory; if it is missing, it is created for this user only.
    pub(crate) fn open(config: CacheConfig, engine: &Engine) -> Result<Self, CacheError> {
        private_dir(&config.dir).map_err(|source| CacheError { dir: config.dir.clone(), source })?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        gantry_component::rules().hash(&mut hasher);
        Ok(Self { config, engine_hash: hasher.finish() })
    }

    /// The component with this digest, if the cache holds it. It was validated by the present rules and compiled by this
    /// host: nothing else is ever stored.
    pub(crate) fn get(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(digest);
        match self.load(engine, digest, &path) {
            Ok(component) => {
                tracing::debug!(path = %path.display(), "loaded a plugin from the compile cache");
                prune::touch(&path);
                Some(component)
            }
            Err(Unusable::Absent) => None,
            Err(reason) => {
                tracing::warn!(path = %path.display(), %reason, "unusable entry in the compile cache; compiling the plugin again");
                None
            }
        }
    }

    /// Stores a component that was validated and compiled. If this fails, it only costs time.
    pub(crate) fn keep(&self, digest: &Digest, component: &Component) {
        let path = self.path(digest);
        if let Err(reason) = self.store(digest, &path, component) {
            tracing::warn!(path = %path.display(), reason, "failed to write to the compile cache; the next start compiles the plugin again");
        }
        prune::prune(&self.config.dir, self.config.max_bytes, &path);
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_string();
        let hex = hex.trim_start_matches("sha256:");
        self.config.dir.join(format!("{hex}-{:016x}.cwasm", self.engine_hash))
    }

    fn load(&self, engine: &Engine, digest: &Digest, path: &Path) -> Result<Component, Unusable> {
        let entry = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Unusable::Absent,
            _ => Unusable::Unreadable(error),
        })?;
        let (mac, code) = entry
            .strip_prefix(MAGIC)
            .and_then(|rest| rest.split_first_chunk::<MAC_BYTES>())
            .ok_or(Unusable::Malformed)?;
        // `blake3::Hash` compares in constant time.
        if self.mac(digest, code) != blake3::Hash::from_bytes(*mac) {
            return Err(Unusable::Forged);
        }
        trusted::deserialize(engine, Trusted::after_mac(code)).map_err(Unusable::Refused)
    }

    fn store(&self, digest: &Digest, path: &Path, component: &Component) -> Result<(), String> {
        let code = component.serialize().map_err(|error| format!("{error:#}"))?;
        let mac = self.mac(digest, &code);
        write_whole(path, &[MAGIC, mac.as_bytes(), &code]).map_err(|error| error.to_string())
    }

    fn mac(&self, digest: &Digest, code: &[u8]) -> blake3::Hash {
        let mut mac = blake3::Hasher::new_keyed(self.config.key.expose());
        mac.update(MAGIC).update(digest.as_bytes()).update(&self.engine_hash.to_le_bytes()).update(code);
        mac.finalize()
    }
}

fn write(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Writes a file beside the name, flushes it, and renames it.
fn write_whole(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    // Two threads may compile the same component at once; each writes its own file and the last rename wins.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let written = write(&beside, parts).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(unix)]
fn private_dir(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn private_dir(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)
}
