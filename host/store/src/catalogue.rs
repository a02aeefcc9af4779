//! The plugins that were published to a host: bytes in files under their digest, records in the store.
//!
//! **Promises.**
//! 1. A name and version stand for the same bytes for ever: other bytes under them are refused.
//! 2. A record is written when its file is on stable storage. A crash between the two leaves a file nobody names, which
//!    [`Catalogue::sweep`] removes.
//! 3. Bytes are held to their digest whenever they are read: a damaged file is an error, never a plugin.
//!
//! Whether a plugin is fit to be published is asked before, by whoever calls [`Catalogue::publish`]: here it is kept.

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

/// Most signatures kept of a plugin, the newest first: more are never looked at.
const MOST_SIGNATURES: usize = 16;

/// A plugin as it stands in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which plugin, exactly.
    pub plugin: PluginRef,
    /// Size of the component in bytes.
    pub size: u64,
    /// The version of `gantry:plugin` it was built against.
    pub api: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// How many golden cases it carries.
    pub cases: u32,
    /// Whoever signed it.
    pub signatures: Vec<PluginSignature>,
    /// The key for whose sake it was taken; none where it was taken unsigned.
    pub trusted_by: Option<TrustedBy>,
    /// When it was published first.
    pub published_at: Timestamp,
    /// Who published it first.
    pub published_by: String,
}

/// What publishing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is in the catalogue now.
    New(Published),
    /// These bytes were there already; signatures that were not are added.
    Known(Published),
}

impl Publication {
    /// The plugin as it stands in the catalogue.
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
    /// The version stands for other bytes.
    #[error(
        "{plugin} was published at {} by {} with other bytes ({}); these are {offered}: a version never changes, so give \
         the new one another version in plugin.toml and build it again",
        .published.published_at, .published.published_by, .published.plugin.digest
    )]
    Taken {
        /// The name and version.
        plugin: PluginVersion,
        /// What stands there.
        published: Box<Published>,
        /// The digest of what was offered.
        offered: Digest,
    },
    /// The bytes are not those of the record.
    #[error("the component is {found}, and its record says {recorded}")]
    OtherBytes {
        /// What the bytes are.
        found: Digest,
        /// What they should be.
        recorded: Digest,
    },
    /// The file can't be written or read.
    #[error("the plugin's file can't be used: {0}")]
    File(#[source] io::Error),
    /// The file isn't what it was when it was published.
    #[error(
        "the file of {digest} in the catalogue is damaged (it is {found} now): publish the same component again, which \
         puts it right"
    )]
    Damaged {
        /// What it should be.
        digest: Digest,
        /// What it is.
        found: Digest,
    },
    /// There is no such file.
    #[error("there is no plugin {0} in the catalogue")]
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
    /// Held from a file to its record, so that a sweep doesn't take what is on its way.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Catalogue {
    /// The catalogue with its records in `store` and its files in `folder`, which is made where there is none.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn open(store: Store, folder: &Path) -> io::Result<Self> {
        Ok(Self { store, files: Arc::new(Files::open(folder)?), writing: Arc::default() })
    }

    /// The same catalogue, whose next publication takes this audit entry along.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { store: self.store.with_audit(pending), ..self.clone() }
    }

    /// Puts a plugin into the catalogue; returns when it is on stable storage. The same bytes again change nothing but
    /// that new signatures are added, and put a damaged file right.
    ///
    /// # Errors
    /// When its version stands for other bytes, or it can't be written.
    pub async fn publish(&self, bytes: Bytes, offered: Published) -> Result<Publication, CatalogueError> {
        let recorded = offered.plugin.digest;
        let writing = Arc::clone(&self.writing).lock_owned().await;
        let key = keys::plugin(&offered.plugin.plugin_version());
        // Asked before anything is written, and again where it counts.
        match self.load(key.clone()).await {
            Ok(Some(there)) => taken(&there, &offered)?,
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.files(move |files| files.write(recorded, &bytes)).await?;
        let step = move |draft: &mut Draft<'_>| {
            // Kept until then also when the caller goes away.
            draft.after_commit(move || drop(writing));
            let there = undamaged(draft, &key)?;
            let publication = match there {
                None => Publication::New(offered),
                Some(there) => Publication::Known(merged(there, offered)?),
            };
            draft.put_record(&key, Record::of(publication.published())?)?;
            Ok::<_, CatalogueError>(publication)
        };
        self.store.commit(Durability::Flushed, step).await
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

    /// Every plugin, by name and then in the order in which they were published. A damaged record is logged and left
    /// out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<Published>, StoreError> {
        let (mut all, _) = self.store.read(load_all).await?;
        all.sort_by(|one, other| (&one.plugin.name, one.published_at).cmp(&(&other.plugin.name, other.published_at)));
        Ok(all)
    }

    /// The bytes with this digest, seen to be those.
    ///
    /// # Errors
    /// When there are none, they can't be read, or they are damaged.
    pub async fn bytes(&self, digest: Digest) -> Result<Bytes, CatalogueError> {
        self.files(move |files| files.read(digest)).await
    }

    /// Keeps bytes that no version stands for, by their digest; returns when they are on stable storage. They stay for
    /// as long as [`Catalogue::sweep`] is told of them.
    ///
    /// # Errors
    /// When they can't be written.
    pub async fn keep(&self, bytes: Bytes) -> Result<(), CatalogueError> {
        let _writing = self.writing.lock().await;
        self.files(move |files| files.write(Digest::of(&bytes), &bytes)).await
    }

    /// Removes files that no record names and that are not among `kept`: what a crash left of a publication. How many
    /// there were. Nothing is removed while a record is damaged, since nobody knows which file it named.
    ///
    /// # Errors
    /// When the store or the folder can't be read.
    pub async fn sweep(&self, kept: HashSet<Digest>) -> Result<usize, CatalogueError> {
        let _writing = self.writing.lock().await;
        let (all, damaged) = self.store.read(load_all).await?;
        if damaged > 0 {
            return Ok(0);
        }
        let named = all.into_iter().map(|published| published.plugin.digest).chain(kept).collect();
        self.files(move |files| files.keep_only(&named)).await
    }

    async fn load(&self, key: Vec<u8>) -> Result<Option<Published>, StoreError> {
        self.store.read(move |disk| Ok(disk.load::<Published>(&key)?.map(|(published, _)| published))).await
    }

    /// Works on the files on tokio's blocking pool.
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

/// Every record that can be read, and how many can't.
fn load_all(disk: &Disk) -> Result<(Vec<Published>, usize), StoreError> {
    let (mut all, mut damaged) = (Vec::new(), 0);
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

/// What stands under a key; a damaged record is put in quarantine, and then nothing does.
fn undamaged(draft: &mut Draft<'_>, key: &[u8]) -> Result<Option<Published>, StoreError> {
    match draft.load::<Published>(key) {
        Ok(there) => Ok(there.map(|(there, _)| there)),
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
fn taken(there: &Published, offered: &Published) -> Result<(), CatalogueError> {
    if there.plugin.digest == offered.plugin.digest {
        return Ok(());
    }
    Err(CatalogueError::Taken {
        plugin: offered.plugin.plugin_version(),
        published: Box::new(there.clone()),
        offered: offered.plugin.digest,
    })
}

/// What stands there, with the signatures that are new; then the key they were trusted for is the one that counts.
fn merged(there: Published, offered: Published) -> Result<Published, CatalogueError> {
    taken(&there, &offered)?;
    let mut merged = there;
    let new: Vec<_> = offered.signatures.into_iter().filter(|one| !merged.signatures.contains(one)).collect();
    if !new.is_empty() {
        // Of one key, the latest signature is kept.
        merged.signatures.retain(|there| new.iter().all(|new| new.key != there.key));
        merged.signatures.splice(0..0, new);
        merged.signatures.truncate(MOST_SIGNATURES);
        merged.trusted_by = offered.trusted_by.or(merged.trusted_by);
    }
    Ok(merged)
}
