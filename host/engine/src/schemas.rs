//! JSON Schemas at both ends of the steps: what comes in is held to the source's before the first step, what goes out
//! to its target's behind the last. A message that breaks one ends as if a plugin had called it invalid.
//!
//! A message is one unit here too: when one of its deliveries would break a schema, none is sent.

use std::collections::BTreeMap;

use gantry_config::Flow;
use gantry_core::{Delivery, Digest, Message, TargetName, Violation};
use gantry_schema::Schema;

use crate::state::Failure;

/// The schemas of a flow.
#[derive(Clone, Default)]
pub(crate) struct Schemas {
    input: Option<Schema>,
    /// By the target that they are of.
    outputs: BTreeMap<TargetName, Schema>,
}

impl Schemas {
    /// Those that the flow names.
    pub(crate) fn of(flow: &Flow) -> Self {
        let outputs = flow.targets.iter().filter_map(|(name, target)| Some((name.clone(), target.schema.clone()?)));
        Self { input: flow.input_schema.clone(), outputs: outputs.collect() }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.input.is_none() && self.outputs.is_empty()
    }

    /// Why the flow doesn't take this message; none when it does.
    pub(crate) fn unfit_input(&self, message: &Message) -> Option<Failure> {
        let schema = self.input.as_ref()?;
        let violations = schema.check(&message.content_type, &message.payload);
        if violations.is_empty() {
            return None;
        }
        Some(Failure::invalid("source.schema", summary("the message", schema, &violations), violations, None))
    }

    /// Why these deliveries, which the components of the steps made, are not to be sent: the first that breaks its
    /// target's schema.
    pub(crate) fn unfit_output(&self, deliveries: &[Delivery], made_by: &[Digest]) -> Option<Failure> {
        deliveries.iter().find_map(|delivery| self.unfit_delivery(delivery, made_by))
    }

    fn unfit_delivery(&self, delivery: &Delivery, made_by: &[Digest]) -> Option<Failure> {
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

/// What is logged: places and codes. Texts of violations show values, and no value of a message belongs in a log.
fn summary(what: &str, schema: &Schema, violations: &[Violation]) -> String {
    let file = schema.file().and_then(|file| file.file_name()).unwrap_or_default().to_string_lossy();
    match violations {
        [one] if one.path.is_empty() => format!("{what} breaks {file}: {}", one.code),
        [one] => format!("{what} breaks {file}: {} at {}", one.code, one.path),
        many => format!("{what} breaks {file}: {} rules broken", many.len()),
    }
}
