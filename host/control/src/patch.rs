//! The JSON Patch of a job that edits many dead letters: read within its bounds, applied to payloads, and tried on them for a
//! preview.

use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{DeadLetter, DeadLetterId};
use gantry_schema::{InvalidPatch, JsonPatch};
use gantry_store::{Inapplicable, Patcher};

/// Most bytes of a patch.
const MAX_PATCH: usize = 64 << 10;

/// Edits that a preview shows.
const SHOWN: usize = 3;

/// Most dead letters that a preview lists to which the patch does not apply.
const LISTED: usize = 20;

/// A text is no patch for a job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// It is no JSON Patch.
    #[error(transparent)]
    Invalid(#[from] InvalidPatch),
    /// It is too long.
    #[error("the patch has {0} bytes, and at most {MAX_PATCH} are allowed")]
    TooLong(usize),
}

/// A patch for payloads.
#[derive(Clone, Debug)]
pub struct PayloadPatch(JsonPatch);

/// What a patch would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatchPreview {
    /// Open and acknowledged dead letters that pass the filter.
    pub total: u64,
    /// Of those, how many would be edited.
    pub applicable: u64,
    /// Of those, how many would be left as they are.
    pub not_applicable: u64,
    /// The first edits.
    pub edits: Vec<PatchEdit>,
    /// The first of those that would be left, and why.
    pub inapplicable: Vec<Inapplicable>,
}

/// What a patch would make of a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchEdit {
    /// The dead letter.
    pub id: DeadLetterId,
    /// Its payload.
    pub before: Bytes,
    /// The edited one.
    pub after: Bytes,
}

impl PayloadPatch {
    /// Reads a patch.
    pub fn read(patch: &str) -> Result<Self, PatchError> {
        match patch.len() {
            length if length > MAX_PATCH => Err(PatchError::TooLong(length)),
            _ => Ok(Self(JsonPatch::parse(patch.as_bytes())?)),
        }
    }

    /// What the store applies to the dead letters of a job.
    pub(crate) fn into_patcher(self) -> Patcher {
        Arc::new(move |payload| self.apply(payload))
    }

    /// The error says why it does not apply.
    pub(crate) fn apply(&self, payload: &[u8]) -> Result<Bytes, String> {
        self.0.apply(payload).map(Bytes::from).map_err(|error| error.to_string())
    }
}

impl PatchPreview {
    /// Tries the patch on a dead letter.
    pub fn add(&mut self, patch: &PayloadPatch, dead_letter: DeadLetter) {
        let id = dead_letter.id;
        let before = dead_letter.received.payload;
        self.total += 1;
        match patch.apply(&before) {
            Ok(after) => {
                self.applicable += 1;
                if self.edits.len() < SHOWN {
                    self.edits.push(PatchEdit { id, before, after });
                }
            }
            Err(why) => {
                self.not_applicable += 1;
                if self.inapplicable.len() < LISTED {
                    self.inapplicable.push(Inapplicable { id, why });
                }
            }
        }
    }
}
