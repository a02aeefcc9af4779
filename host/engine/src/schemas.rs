//! JSON Schemas at both ends of the steps: messages are checked against the schema of the source before the first step,
//! and deliveries against the schema of their target after the last. A message that breaks one ends as if a plugin had
//! called it invalid.
//!
//! A message is one unit here too: if one of its deliveries breaks a schema, none is sent.

use std::collections::BTreeMap;

use gantry_config::Flow;
use gantry_core::{Delivery, Digest, Message, TargetName, Violation};
use gantry_schema::Schema;

use crate::state::Failure;

/// The schemas of a flow.
#[derive(Clone, Default)]
pub(crate) struct Schemas {
    input: Option<Schema>,
    /// By target.
    outputs: BTreeMap<TargetName, Schema>,
}

impl Schemas {
    /// The schemas that the flow names.
    pub(crate) fn of(flow: &Flow) -> Self {
        let outputs = flow.targets.iter().filter_map(|(name, target)| Some((name.clone(), target.schema.clone()?)));
        Self { input: flow.input_schema.clone(), outputs: outputs.collect() }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.input.is_none() && self.outputs.is_empty()
    }

    /// Why this message breaks the source's schema; none when it doesn't.
    pub(crate) fn input_failure(&self, message: &Message) -> Option<Failure> {
        let schema = self.input.as_ref()?;
        let violations = schema.check(&message.content_type, &message.payload);
        if violations.is_empty() {
            return None;
        }
        Some(Failure::invalid("source.schema", summary("the message", schema, &violations), violations, None))
    }

    /// Why the first of these deliveries that breaks its target's schema does so; none when all are valid. `made_by`
    /// are the components that made them.
    pub(crate) fn output_failure(&self, deliveries: &[Delivery], made_by: &[Digest]) -> Option<Failure> {
        deliveries.iter().find_map(|delivery| self.delivery_failure(delivery, made_by))
    }

    fn delivery_failure(&self, delivery: &Delivery, made_by: &[Digest]) -> Option<Failure> {
        let schema = self.outputs.get(&delivery.target)?;
        let violations = schema.check(&delivery.content_type, &delivery.payload);
        if violations.is_empty() {
            return None;
        }
        let what = format!("output {} for target `{}`", delivery.position, delivery.target);
        let text = summary(&what, schema, &violations);
        let found_by = format!("target.{}.schema", delivery.target);
        let failure = Failure::invalid(&found_by, text, violations, made_by.last().copied());
        Some(Failure { output: Some(Box::new(delivery.clone())), ..failure })
    }
}

/// For the log: places and codes. The texts of violations show values, and the values of a message must not be logged.
fn summary(what: &str, schema: &Schema, violations: &[Violation]) -> String {
    let file = schema.file().and_then(|file| file.file_name()).unwrap_or_default().to_string_lossy();
    match violations {
        [one] if one.path.is_empty() => format!("{what} breaks {file}: {}", one.code),
        [one] => format!("{what} breaks {file}: {} at {}", one.code, one.path),
        many => format!("{what} breaks {file}: {} rules broken", many.len()),
    }
}
