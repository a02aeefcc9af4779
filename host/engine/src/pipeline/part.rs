//! One of the messages that the steps made of a message.

use gantry_core::{Message, Output, TargetName};

/// A message between two steps.
pub(crate) struct Part {
    message: Message,
    /// The target that an earlier step selected.
    route: Option<TargetName>,
    idempotency_key: Option<String>,
}

impl Part {
    /// A message before the first step.
    pub(crate) fn first(message: &Message) -> Self {
        Self { message: message.clone(), route: None, idempotency_key: None }
    }

    /// The part that the next step gets for an output. The route of an earlier step holds until a later step sets
    /// another; so does the idempotency key, unless the message was split: two deliveries must not share one.
    pub(crate) fn continue_as(&self, output: Output, is_alone: bool) -> Self {
        let inherited = self.idempotency_key.as_ref().filter(|_| is_alone);
        Self {
            route: output.route.or_else(|| self.route.clone()),
            idempotency_key: output.idempotency_key.or_else(|| inherited.cloned()),
            message: Message {
                id: self.message.id,
                key: output.key.or_else(|| self.message.key.clone()),
                content_type: output.content_type,
                headers: output.headers,
                event_time: self.message.event_time,
                payload: output.payload,
            },
        }
    }

    /// As the next step gets it.
    pub(crate) const fn message(&self) -> &Message {
        &self.message
    }

    /// The message as the next step would get it.
    pub(crate) fn into_message(self) -> Message {
        self.message
    }

    /// What is sent of it after the last step, and where to.
    pub(crate) fn into_output(self) -> (Option<TargetName>, Output) {
        let message = self.message;
        let output = Output {
            route: None,
            key: message.key,
            idempotency_key: self.idempotency_key,
            content_type: message.content_type,
            headers: message.headers,
            payload: message.payload,
        };
        (self.route, output)
    }
}
