//! JSON Schemas at both ends of the pipeline: what comes in is held to the source's before the first step, what goes out
//! to its target's behind the last. A message that breaks one ends as if a plugin had called it invalid.
//!
//! A message is one unit here too: when one of its deliveries would break a schema, none is sent.

use gantry_core::{Delivery, Digest, Message, Violation};
use gantry_schema::Schema;

use crate::state::Failure;
use crate::transformer::Transformer;

impl Transformer {
    /// Whether a message costs time on its way through: then it is spent off the async threads.
    pub(crate) fn computes(&self) -> bool {
        let checked = self.input_schema.is_some() || !self.output_schemas.is_empty();
        checked || !self.steps.list().is_empty()
    }

    /// Whether the flow's own schema lets this message in.
    #[must_use]
    pub fn takes(&self, message: &Message) -> bool {
        self.unfit_input(message).is_none()
    }

    /// Why the flow doesn't take this message; none when it does.
    pub(crate) fn unfit_input(&self, message: &Message) -> Option<Failure> {
        let schema = self.input_schema.as_ref()?;
        let violations = schema.check(&message.content_type, &message.payload);
        (!violations.is_empty())
            .then(|| Failure::invalid("source.schema", summary("the message", schema, &violations), violations, None))
    }

    /// Why these deliveries, which the components of the steps made, are not to be sent: the first that breaks its
    /// target's schema.
    pub(crate) fn unfit_output(&self, deliveries: &[Delivery], made_by: &[Digest]) -> Option<Failure> {
        deliveries.iter().find_map(|delivery| {
            let schema = self.output_schemas.get(&delivery.target)?;
            let violations = schema.check(&delivery.content_type, &delivery.payload);
            (!violations.is_empty()).then(|| {
                let what = format!("output {} for target `{}`", delivery.position, delivery.target);
                let (found_by, text) =
                    (format!("target.{}.schema", delivery.target), summary(&what, schema, &violations));
                let failure = Failure::invalid(&found_by, text, violations, made_by.last().copied());
                Failure { output: Some(Box::new(delivery.clone())), ..failure }
            })
        })
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
