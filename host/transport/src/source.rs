//! Where messages come in: the kinds of sources, and what the host does with any of them.
//!
//! **The registry of sources is `registered`**: a kind has a module of its own here and one line there. A source hands
//! messages to an [`Intake`], and answers "accepted" to its sender only afterwards.

pub mod files;
pub mod host_events;
pub mod webhook;

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use gantry_config::kind::SourceEntry;
use gantry_config::{SourceKind, SourceSettings};
use gantry_core::{Clock, FlowName};
use gantry_security::Environment;
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;

/// A source that runs by itself: it polls or listens somewhere, and takes in what it finds.
///
/// - Its position is written by [`Intake::accept`] only, together with the messages it covers. It acknowledges, moves or
///   deletes at the other side afterwards, and does what was missed at the next start.
/// - If the intake refuses, it tries again after the time that the intake names, and acknowledges nothing until then.
/// - There is one for each flow at a time: the host waits for its end before it starts the next one.
#[async_trait]
pub trait Source: Send + 'static {
    /// Runs until `shutdown`, or until it can't go on.
    async fn run(self: Box<Self>, shutdown: CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// What a source is opened with.
#[derive(Clone)]
pub struct SourceContext {
    /// The flow that its messages are for.
    pub flow: FlowName,
    /// What accepts them.
    pub intake: Arc<dyn Intake>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// A source can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("the {noun} can't be set up")]
pub struct OpenSourceError {
    /// What people call it: `file source`.
    pub noun: &'static str,
    /// Why not.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

/// A source lacks something at present, so that a host could not start now.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct SourceLacks {
    /// What doesn't work.
    pub problem: &'static str,
    /// Why not.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

/// Something that a source uses is open to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// What others may do.
    pub problem: String,
    /// How to prevent it.
    pub fix: String,
}

/// How the host opens sources of one kind.
pub(crate) trait OpenSource: SourceSettings {
    /// The source, ready to run; none if it is served by something else. What it needs is created or checked here.
    fn open(&self, _context: SourceContext) -> Result<Option<Box<dyn Source>>, OpenSourceError> {
        Ok(None)
    }

    /// Whether what it needs is there: secrets, for instance. For `gantry check`.
    fn check(&self, _env: Environment<'_>) -> Result<(), SourceLacks> {
        Ok(())
    }

    /// Whether what it uses is open to others at present. For `gantry check`.
    fn exposed(&self) -> Option<Exposed> {
        None
    }
}

/// A kind of source in the registry.
pub(crate) struct Registered {
    /// For flow files.
    pub(crate) entry: SourceEntry,
    find: fn(&dyn SourceSettings) -> Option<&dyn OpenSource>,
}

impl Registered {
    const fn of<K: SourceKind<Settings: OpenSource>>() -> Self {
        Self { entry: SourceEntry::of::<K>(), find: find::<K::Settings> }
    }
}

/// Every kind of source, in the order of the reference.
pub(crate) const fn registered() -> [Registered; 3] {
    [Registered::of::<webhook::Kind>(), Registered::of::<files::Kind>(), Registered::of::<host_events::Kind>()]
}

/// Opens the source that `settings` describe; none if it doesn't run by itself.
pub fn open(settings: &dyn SourceSettings, context: SourceContext) -> Result<Option<Box<dyn Source>>, OpenSourceError> {
    opener(settings).map_or(Ok(None), |settings| settings.open(context))
}

/// Whether the source that `settings` describe has what it needs.
pub fn check(settings: &dyn SourceSettings, env: Environment<'_>) -> Result<(), SourceLacks> {
    opener(settings).map_or(Ok(()), |settings| settings.check(env))
}

/// Whether something that the source uses is open to others.
pub fn exposed(settings: &dyn SourceSettings) -> Option<Exposed> {
    opener(settings)?.exposed()
}

/// None for settings that the host makes itself, which belong to no kind in flow files.
fn opener(settings: &dyn SourceSettings) -> Option<&dyn OpenSource> {
    registered().iter().find_map(|kind| (kind.find)(settings))
}

fn find<S: OpenSource>(settings: &dyn SourceSettings) -> Option<&dyn OpenSource> {
    settings.of_kind::<S>().map(|settings| settings as &dyn OpenSource)
}
