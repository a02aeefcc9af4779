//! The seam for kinds of sources and targets: what a flow file needs to know of a kind, and what a flow keeps of it.
//!
//! This crate knows no kind. A kind implements [`SourceKind`] or [`TargetKind`] (its name, its table as typed, how the
//! table is understood), and what comes of the table implements [`SourceSettings`] or [`TargetSettings`]. A registry
//! lists the kinds as [`Kinds`], which whoever reads flow files hands in. Kinds live in `gantry-transport`.

mod entry;
mod settings;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::at::At;
use crate::lower::Lower;
use crate::raw::retry::{BreakerTable, TargetRetryTable};
use crate::raw::text::PathText;
pub use entry::{Kinds, SourceEntry, TargetEntry};
pub(crate) use entry::{RawTable, SourceDraft, TargetDraft};
pub use settings::{Label, Settings, SourceSettings, TargetSettings};

/// A kind of source that a flow file may state: `[source.NAME]`.
pub trait SourceKind: 'static {
    /// The table as typed, which is part of the flow file's JSON Schema. Every key is optional in it, also those that the
    /// schema requires: what is missing was reported already.
    type Table: DeserializeOwned + JsonSchema;
    /// What is kept of it.
    type Settings: SourceSettings;

    /// The table's name in a flow file.
    const NAME: &'static str;
    /// What kind it is, in a sentence: in the JSON Schema and in the reference.
    const ABOUT: &'static str;
    /// Why the flow's queue can't have bounds; none: it can. For sources whose sender can't be asked to come again.
    const UNBOUNDED: Option<Unbounded> = None;

    /// What no other flow may take messages from; none where many may.
    fn intake(_table: &Self::Table, _lower: &Lower<'_>) -> Option<At<String>> {
        None
    }

    /// The JSON Schema that messages are held to when they come in.
    fn schema(_table: &Self::Table) -> Option<&At<PathText>> {
        None
    }

    /// Understands the table. Every mistake in it is reported to `lower`; none: there was one.
    fn lower(table: Self::Table, lower: &mut Lower<'_>) -> Option<Self::Settings>;
}

/// A mistake: bounds for a queue that can't have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbounded {
    /// What is wrong.
    pub message: &'static str,
    /// How to put it right.
    pub help: &'static str,
}

/// A kind of target that a flow file may state: `[target.ANY.NAME]`.
pub trait TargetKind: 'static {
    /// The table as typed, as for [`SourceKind::Table`].
    type Table: DeserializeOwned + JsonSchema;
    /// What is kept of it.
    type Settings: TargetSettings;

    /// The table's name in a flow file.
    const NAME: &'static str;
    /// What kind it is, in a sentence: in the JSON Schema and in the reference.
    const ABOUT: &'static str;

    /// Takes the keys out that every target has.
    fn common(table: &mut Self::Table) -> TargetKeys;

    /// Understands the keys of its own. Every mistake in them is reported to `lower`; none: there was one.
    fn lower(table: Self::Table, lower: &mut Lower<'_>) -> Option<Self::Settings>;
}

/// The keys that every target has, as typed.
#[derive(Debug, Default)]
pub struct TargetKeys {
    /// Deliveries under way at once.
    pub concurrency: Option<u32>,
    /// A JSON Schema that what is sent is held to.
    pub schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub retry: Option<TargetRetryTable>,
    /// When nothing is sent for a while.
    pub breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here.
    pub default: Option<At<bool>>,
    /// The target that gets a message's deliveries before this one does.
    pub after: Option<At<String>>,
}
