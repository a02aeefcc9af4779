//! Where a `$ref` may lead: to files below one folder. Nothing is fetched from a network, and neither `..` nor a
//! symbolic link leads outside.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Retrieve, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::document::{broken, read};
use crate::draft::{Dialect, Draft};
use crate::error::DocumentError;

/// The base of the URIs that files have while references are resolved. With a scheme of its own, a `file:` URI in a
/// schema can't be confused with a relative path; the first segment shows whether a path leaves the folder.
const BASE: &str = "gantry:///folder/";

/// The part of it that a path outside the folder keeps.
const ROOT: &str = "gantry:///";

/// What need not be escaped in the path of a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Files that schemas may refer to.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    /// URIs with this prefix are files below this folder. The first match counts.
    served: Vec<(String, PathBuf)>,
    /// The draft of a file without `$schema`: that of the schema that refers to it.
    draft: Draft,
    /// The files that were read; clones of the folder share them.
    read: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// A `$ref` leads nowhere. The text follows the reference.
#[derive(Debug, thiserror::Error)]
enum ReferenceError {
    #[error("nothing is fetched; a `$ref` to another file is a relative path")]
    Elsewhere,
    #[error("this is outside the folder of the flow, or of the schema")]
    Outside,
    #[error("the file {0}")]
    Document(#[from] DocumentError),
}

impl Folder {
    /// The files below this folder, by relative path.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self {
            served: vec![(BASE.to_owned(), root.to_owned())],
            root: real,
            draft: Draft::default(),
            read: Arc::default(),
        }
    }

    /// Also takes URIs that begin with `prefix` for files below `folder`, which lies below the root.
    #[must_use]
    pub fn serve(mut self, prefix: &str, folder: &Path) -> Self {
        self.served.push((prefix.to_owned(), folder.to_owned()));
        self
    }

    /// The files that references led to so far.
    pub(crate) fn files(&self) -> BTreeSet<PathBuf> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the file is called; none when it isn't below the folder.
    pub(crate) fn uri(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let path = file.strip_prefix(&self.root).ok()?;
        Some(format!("{BASE}{}", utf8_percent_encode(path.to_str()?, ESCAPED)))
    }

    /// For a schema with an `$id`: its relative references lead to files beside it.
    pub(crate) fn of_schema(mut self, schema: &Value, file: &Path) -> Self {
        self.draft = Dialect::of(schema).claimed().unwrap_or_default();
        let name = if self.draft == Draft::Draft4 { "id" } else { "$id" };
        let id = schema.get(name).and_then(Value::as_str).and_then(|id| id.split('#').next());
        let absolute = id.filter(|id| id.contains("://")).and_then(|id| id.rsplit_once('/'));
        match (absolute, file.parent()) {
            (Some((beside, _)), Some(folder)) if !beside.ends_with('/') => self.serve(&format!("{beside}/"), folder),
            _ => self,
        }
    }

    fn read(&self, uri: &str) -> Result<Value, ReferenceError> {
        let served = self.served.iter().find_map(|(prefix, folder)| Some((uri.strip_prefix(prefix)?, folder)));
        let (path, folder) = match served {
            Some(served) => served,
            None if uri.starts_with(ROOT) => return Err(ReferenceError::Outside),
            None => return Err(ReferenceError::Elsewhere),
        };
        let file = folder.join(&*percent_decode_str(path).decode_utf8_lossy());
        // Where there is no file, reading it says so.
        let real = file.canonicalize().unwrap_or_else(|_| file.clone());
        if real.exists() && !real.starts_with(&self.root) {
            return Err(ReferenceError::Outside);
        }
        let schema = read(&real)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(file);
        let draft = if schema.get("$schema").is_none() { Some(self.draft) } else { Dialect::of(&schema).claimed() };
        if let Some(Err(error)) = draft.map(|draft| draft.validate(&schema)) {
            return Err(broken(&error).into());
        }
        Ok(schema)
    }
}

impl Retrieve for Folder {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Ok(self.read(uri.as_str().split('#').next().unwrap_or_default())?)
    }
}

/// A URI for people: a file below the folder is shown as its path.
pub(crate) fn shown(uri: &str) -> String {
    let path = match (uri.strip_prefix(BASE), uri.strip_prefix(ROOT)) {
        (Some(inside), _) => inside.to_owned(),
        (None, Some(outside)) => format!("../{outside}"),
        (None, None) => return uri.to_owned(),
    };
    percent_decode_str(&path).decode_utf8_lossy().into_owned()
}
