//! The plugins that were published to a host: bytes in files under their digest, records in the store.
//!
//! **Promises.**
//! 1. A name and version always mean the same bytes: other bytes under them are refused.
//! 2. A record is written after its file is on stable storage. A crash in between leaves a file without a record, which
//!    [`Catalogue::sweep`] removes.
//! 3. Bytes are checked against their digest whenever they are read: a damaged file is an error, never a plugin.
//!
//! Whether a plugin may be published is checked by the caller of [`Catalogue::publish`].

mod files;

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{Digest, Manifest, PluginRef, PluginSignature, PluginVersion, Timestamp, TrustedBy};
use serde::{Deserialize, Serialize};

use crate::audit::pending::PendingAudit;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::{Failure, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;
use files::Files;

/// Most signatures kept of a plugin, the newest first: verification never reads more.
const MOST_SIGNATURES: usize = 16;

/// A plugin in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Name, version and digest.
    pub plugin: PluginRef,
    /// Size of the component in bytes.
    pub size: u64,
    /// The version of `gantry:plugin` it was built against.
    pub api: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// How many golden cases it contains.
    pub cases: u32,
    /// Its signatures.
    pub signatures: Vec<PluginSignature>,
    /// The trusted key that signed it; none if it was accepted unsigned.
    pub trusted_by: Option<TrustedBy>,
    /// When it was first published.
    pub published_at: Timestamp,
    /// Who published it first.
    pub published_by: String,
}

/// The result of publishing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It was added to the catalogue.
    New(Published),
    /// The same bytes were already there; new signatures were added.
    Known(Published),
}

impl Publication {
    /// The plugin in the catalogue.
    #[must_use]
    pub const fn published(&self) -> &Published {
        match self {
            Self::New(published) | Self::Known(published) => published,
        }
    }
}

/// A plugin can't be put into the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The version was published with other bytes.
    #[error(
        "{plugin} was published at {} by {} with other bytes ({}); these are {offered}: a version never changes, so give \
         the new one another version in plugin.toml and build it again",
        .published.published_at, .published.published_by, .published.plugin.digest
    )]
    Taken {
        /// The name and version.
        plugin: PluginVersion,
        /// The plugin that was published.
        published: Box<Published>,
        /// The digest of what was offered.
        offered: Digest,
    },
    /// The bytes do not match the record.
    #[error("the component's digest is {found}, but its record says {recorded}")]
    OtherBytes {
        /// What the bytes are.
        found: Digest,
        /// What they should be.
        recorded: Digest,
    },
    /// The file can't be written or read.
    #[error("the plugin's file can't be used: {0}")]
    File(#[source] io::Error),
    /// The file has changed since it was published.
    #[error(
        "the file of {digest} in the catalogue is damaged (it is {found} now): publish the same component again \
         to repair it"
    )]
    Damaged {
        /// What it should be.
        digest: Digest,
        /// What it is.
        found: Digest,
    },
    /// There is no such file.
    #[error(
        "there is no plugin {0} in the catalogue: put its file back into the `plugins` folder of the data directory, or \
         publish the same component again, which works with no host running as well"
    )]
    NoBytes(Digest),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for CatalogueError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

/// The catalogue of a data directory; clones share it.
#[derive(Clone)]
pub struct Catalogue {
    store: Store,
    files: Arc<Files>,
    /// Held from writing a file until its record is written, so that a sweep doesn't remove the file in between.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Catalogue {
    /// The catalogue with its records in `store` and its files in `folder`, which is created if it is missing.
    ///
    /// # Errors
    /// When the folder can't be created.
    pub fn open(store: Store, folder: &Path) -> io::Result<Self> {
        Ok(Self { store, files: Arc::new(Files::open(folder)?), writing: Arc::default() })
    }

    /// The same catalogue, whose next publication includes this audit entry.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { store: self.store.with_audit(pending), ..self.clone() }
    }

    /// Adds a plugin to the catalogue; returns when it is on stable storage. Publishing the same bytes again only adds
    /// new signatures and repairs a damaged file.
    ///
    /// # Errors
    /// When its version was published with other bytes, or it can't be written.
    pub async fn publish(&self, bytes: Bytes, offered: Published) -> Result<Publication, CatalogueError> {
        let recorded = offered.plugin.digest;
        let writing = Arc::clone(&self.writing).lock_owned().await;
        let key = keys::plugin(&offered.plugin.plugin_version());
        // Checked before the file is written, and again in the commit.
        match self.load(key.clone()).await {
            Ok(Some(existing)) => check_same_bytes(&existing, &offered)?,
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.files(move |files| files.write(recorded, &bytes)).await?;
        self.store
            .commit(Durability::Flushed, move |draft| {
                // Held until the commit even when the caller is cancelled.
                draft.after_commit(move || drop(writing));
                record_publication(draft, &key, offered)
            })
            .await
    }

    /// The plugin of this name and version.
    ///
    /// # Errors
    /// When the store fails, or the record is damaged.
    pub async fn published(&self, plugin: &PluginVersion) -> Result<Option<Published>, StoreError> {
        self.load(keys::plugin(plugin)).await
    }

    /// The plugin with this digest.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn by_digest(&self, digest: Digest) -> Result<Option<Published>, StoreError> {
        Ok(self.list().await?.into_iter().find(|published| published.plugin.digest == digest))
    }

    /// Every plugin, by name and then in the order in which they were published. Damaged records are logged and left
    /// out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<Published>, StoreError> {
        let (mut all, _) = self.store.read(load_all).await?;
        all.sort_by(|one, other| (&one.plugin.name, one.published_at).cmp(&(&other.plugin.name, other.published_at)));
        Ok(all)
    }

    /// The bytes with this digest, checked against it.
    ///
    /// # Errors
    /// When there are none, they can't be read, or they are damaged.
    pub async fn bytes(&self, digest: Digest) -> Result<Bytes, CatalogueError> {
        self.files(move |files| files.read(digest)).await
    }

    /// Keeps bytes that are not published, under their digest; returns when they are on stable storage. They stay as
    /// long as their digest is passed to [`Catalogue::sweep`].
    ///
    /// # Errors
    /// When they can't be written.
    pub async fn keep(&self, bytes: Bytes) -> Result<(), CatalogueError> {
        let _writing = self.writing.lock().await;
        self.files(move |files| files.write(Digest::of(&bytes), &bytes)).await
    }

    /// Removes files that no record names and that are not in `kept`, such as the remains of an interrupted
    /// publication. Returns how many were removed. Nothing is removed while a record is damaged, because the file it
    /// names is unknown; nor while there is no record at all, because then the store is probably another one: a volume
    /// that is not mounted, or a wrong restore.
    ///
    /// # Errors
    /// When the store or the folder can't be read.
    pub async fn sweep(&self, kept: HashSet<Digest>) -> Result<usize, CatalogueError> {
        let _writing = self.writing.lock().await;
        let (all, damaged) = self.store.read(load_all).await?;
        if damaged > 0 || all.is_empty() {
            return Ok(0);
        }
        let named = all.into_iter().map(|published| published.plugin.digest).chain(kept).collect();
        self.files(move |files| files.keep_only(&named)).await
    }

    async fn load(&self, key: Vec<u8>) -> Result<Option<Published>, StoreError> {
        self.store.read(move |disk| Ok(disk.load::<Published>(&key)?.map(|(published, _)| published))).await
    }

    /// Runs file operations on tokio's blocking pool.
    async fn files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> Result<T, CatalogueError> + Send + 'static,
    ) -> Result<T, CatalogueError> {
        let files = Arc::clone(&self.files);
        // An error means that the runtime is shutting down.
        tokio::task::spawn_blocking(move || work(&files)).await.unwrap_or(Err(StoreError::Closed.into()))
    }
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").finish_non_exhaustive()
    }
}

/// Every readable record, and the number of damaged ones.
fn load_all(disk: &Disk) -> Result<(Vec<Published>, usize), StoreError> {
    let mut all = Vec::new();
    let mut damaged = 0;
    for pair in disk.scan(&[keys::PLUGIN], None) {
        let (key, _) = pair?;
        match disk.load::<Published>(&key) {
            Ok(found) => all.extend(found.map(|(published, _)| published)),
            Err(StoreError::Damaged(error)) => {
                damaged += 1;
                let plugin = String::from_utf8_lossy(&key[1..]).into_owned();
                tracing::error!(plugin, %error, "the record of a published plugin is damaged: publish it again");
            }
            Err(error) => return Err(error),
        }
    }
    Ok((all, damaged))
}

/// Writes the record of a plugin whose file is on disk.
fn record_publication(draft: &mut Draft<'_>, key: &[u8], offered: Published) -> Result<Publication, CatalogueError> {
    let publication = match load_or_quarantine(draft, key)? {
        None => Publication::New(offered),
        Some(existing) => Publication::Known(merge(existing, offered)?),
    };
    draft.put_record(key, Record::of(publication.published())?)?;
    Ok(publication)
}

/// The record under a key; a damaged one is put in quarantine and counts as missing.
fn load_or_quarantine(draft: &mut Draft<'_>, key: &[u8]) -> Result<Option<Published>, StoreError> {
    match draft.load::<Published>(key) {
        Ok(found) => Ok(found.map(|(published, _)| published)),
        Err(StoreError::Damaged(error)) => {
            let plugin = String::from_utf8_lossy(&key[1..]).into_owned();
            tracing::error!(plugin, %error, "the record of a published plugin was damaged on disk and was put in quarantine");
            draft.quarantine(key)?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Refuses other bytes under the same version.
fn check_same_bytes(existing: &Published, offered: &Published) -> Result<(), CatalogueError> {
    if existing.plugin.digest == offered.plugin.digest {
        return Ok(());
    }
    Err(CatalogueError::Taken {
        plugin: offered.plugin.plugin_version(),
        published: Box::new(existing.clone()),
        offered: offered.plugin.digest,
    })
}

/// The existing record with the new signatures added. If there are any, the key they are trusted for replaces the old
/// one.
fn merge(existing: Published, offered: Published) -> Result<Published, CatalogueError> {
    check_same_bytes(&existing, &offered)?;
    let mut merged = existing;
    let new: Vec<_> = offered.signatures.into_iter().filter(|one| !merged.signatures.contains(one)).collect();
    if !new.is_empty() {
        // Of one key, the latest signature is kept.
        merged.signatures.retain(|old| new.iter().all(|new| new.key != old.key));
        merged.signatures.splice(0..0, new);
        merged.signatures.truncate(MOST_SIGNATURES);
        merged.trusted_by = offered.trusted_by.or(merged.trusted_by);
    }
    Ok(merged)
}
