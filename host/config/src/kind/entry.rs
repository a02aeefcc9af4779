//! Kinds as values: one entry per kind, made from its type, so that flow files can be read with a list of them.

use std::fmt;
use std::sync::Arc;

use gantry_core::{RetryPolicies, TargetHealthPolicy};
use gantry_schema::Schema as MessageSchema;
use schemars::transform::Transform;
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::{SourceKind, SourceSettings, TargetKeys, TargetKind, TargetSettings, Unbounded};
use crate::at::At;
use crate::diagnostic::Code;
use crate::flow::Target;
use crate::lower::Lower;

/// Deliveries under way at once, unless a flow file states otherwise.
const CONCURRENCY: u32 = 16;

/// The kinds of sources and targets that flow files may state.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    /// In the order of the reference.
    pub sources: Vec<SourceEntry>,
    /// In the order of the reference.
    pub targets: Vec<TargetEntry>,
}

/// A kind of source.
#[derive(Clone, Copy)]
pub struct SourceEntry {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) lower: fn(RawTable<'_>, &mut Lower<'_>) -> SourceDraft,
}

/// A kind of target.
#[derive(Clone, Copy)]
pub struct TargetEntry {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) lower: fn(RawTable<'_>, &mut Lower<'_>) -> TargetDraft,
}

impl SourceEntry {
    /// The entry of a kind.
    #[must_use]
    pub const fn of<K: SourceKind>() -> Self {
        Self {
            name: K::NAME,
            about: K::ABOUT,
            schema: SchemaGenerator::subschema_for::<K::Table>,
            lower: lower_source::<K>,
        }
    }
}

impl TargetEntry {
    /// The entry of a kind.
    #[must_use]
    pub const fn of<K: TargetKind>() -> Self {
        Self {
            name: K::NAME,
            about: K::ABOUT,
            schema: SchemaGenerator::subschema_for::<K::Table>,
            lower: lower_target::<K>,
        }
    }
}

/// What is known of a source, even if its table has mistakes.
#[derive(Debug, Default)]
pub(crate) struct SourceDraft {
    /// Where the messages come from; no other flow may take them from there.
    pub(crate) intake: Option<At<String>>,
    pub(crate) unbounded: Option<Unbounded>,
    /// None if there was a mistake; `Some(None)` if messages are not checked.
    pub(crate) schema: Option<Option<MessageSchema>>,
    pub(crate) settings: Option<Arc<dyn SourceSettings>>,
}

/// What is known of a target, even if its table has mistakes.
#[derive(Debug, Default)]
pub(crate) struct TargetDraft {
    /// The mark that makes it the default target, if it has one.
    pub(crate) default: Option<At<bool>>,
    /// The target that gets a message's deliveries first.
    pub(crate) after: Option<At<String>>,
    pub(crate) target: Option<Target>,
}

/// A kind's table as the file states it.
#[derive(Debug)]
pub(crate) struct RawTable<'i>(pub(crate) Spanned<DeValue<'i>>);

impl RawTable<'_> {
    fn read<T: DeserializeOwned>(self, lower: &mut Lower<'_>) -> Option<T> {
        let read = T::deserialize(ValueDeserializer::from(self.0));
        read.map_err(|error| lower.report(Code::WrongType, &error.span().unwrap_or(0..0), error.message(), "")).ok()
    }
}

fn lower_source<K: SourceKind>(raw: RawTable<'_>, lower: &mut Lower<'_>) -> SourceDraft {
    let Some(table) = raw.read::<K::Table>(lower) else { return SourceDraft::default() };
    let intake = K::intake(&table, lower);
    let schema = lower.schema(K::schema(&table));
    let settings = K::lower(table, lower).map(|settings| Arc::new(settings) as Arc<dyn SourceSettings>);
    SourceDraft { intake, unbounded: K::UNBOUNDED, schema, settings }
}

fn lower_target<K: TargetKind>(raw: RawTable<'_>, lower: &mut Lower<'_>) -> TargetDraft {
    let Some(mut table) = raw.read::<K::Table>(lower) else { return TargetDraft::default() };
    let TargetKeys { concurrency, schema, retry, breaker, default, after } = K::common(&mut table);
    let schema = lower.schema(schema.as_ref());
    let (retry, health) = lower.retry_and_health(retry, breaker);
    let settings = K::lower(table, lower).map(|settings| Arc::new(settings) as Arc<dyn TargetSettings>);
    let concurrency = concurrency.unwrap_or(CONCURRENCY) as usize;
    TargetDraft {
        default: default.filter(|mark| mark.value),
        after,
        target: target(settings, schema, concurrency, retry, health),
    }
}

/// None if one of the parts has a mistake.
fn target(
    settings: Option<Arc<dyn TargetSettings>>,
    schema: Option<Option<MessageSchema>>,
    concurrency: usize,
    retry: Option<RetryPolicies>,
    health: Option<TargetHealthPolicy>,
) -> Option<Target> {
    Some(Target { settings: settings?, schema: schema?, concurrency, retry: retry?, health: health?, after: None })
}

impl fmt::Debug for SourceEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for TargetEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The schema of a flow file's source and targets depends on the kinds, so the generator of the JSON Schema must know
/// them. A transform is the only value of ours that it can carry. This one transforms nothing.
impl Transform for Kinds {
    fn transform(&mut self, _schema: &mut Schema) {}
}

impl Kinds {
    /// The kinds for which the schema is generated.
    pub(crate) fn known_to(generator: &mut SchemaGenerator) -> Self {
        let kinds = generator.transforms_mut().find_map(|transform| transform.downcast_ref::<Self>().cloned());
        kinds.unwrap_or_default()
    }
}
