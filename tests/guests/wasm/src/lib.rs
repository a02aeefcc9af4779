//! What all guests share: the contract's bindings, and a trait that leaves a guest only its behaviour to write.

wit_bindgen::generate!({
    path: "../../../wit",
    world: "enricher",
    pub_export_macro: true,
    default_bindings_module: "gantry_guest",
});

pub use exports::gantry::plugin::transform::{Guest, Message, Outcome, Violation};
pub use gantry::plugin::types::{Fault, Output, Payload, RetryLater};
pub use gantry::plugin::{clock, log, lookup};

/// One behaviour. Override the narrowest function that shows it.
pub trait Behaviour {
    /// Called before the first batch.
    fn configure(_settings: &str) -> Result<(), Vec<Violation>> {
        Ok(())
    }

    /// A whole batch.
    fn process(batch: Vec<Message>) -> Vec<Outcome> {
        batch.into_iter().map(Self::one).collect()
    }

    /// One message.
    fn one(message: Message) -> Outcome {
        echo(message)
    }
}

/// Makes a behaviour a plugin.
#[macro_export]
macro_rules! guest {
    ($behaviour:ident) => {
        impl $crate::Guest for $behaviour {
            fn configure(settings: String) -> Result<(), Vec<$crate::Violation>> {
                <$behaviour as $crate::Behaviour>::configure(&settings)
            }

            fn process(batch: Vec<$crate::Message>) -> Vec<$crate::Outcome> {
                <$behaviour as $crate::Behaviour>::process(batch)
            }
        }
        $crate::export!($behaviour);
    };
}

/// The message as it came: payload, content type and headers; to the target that header `x-route` names.
pub fn echo(message: Message) -> Outcome {
    let route = message.headers.iter().find(|(name, _)| name == "x-route").map(|(_, value)| value.clone());
    let headers = message.headers.into_iter().filter(|(name, _)| name != "x-route").collect();
    let content_type = message.content_type;
    let payload = message.payload;
    Outcome::Emit(vec![Output { route, headers, ..output(&content_type, payload) }])
}

/// One text output.
pub fn emit(text: impl Into<String>) -> Outcome {
    Outcome::Emit(vec![output("text/plain", Payload::Text(text.into()))])
}

/// An output with nothing but a payload.
pub fn output(content_type: &str, payload: Payload) -> Output {
    Output {
        route: None,
        key: None,
        idempotency_key: None,
        content_type: content_type.to_owned(),
        headers: Vec::new(),
        payload,
        extensions: Vec::new(),
    }
}

/// The payload's bytes, however it came.
pub fn bytes(message: &Message) -> &[u8] {
    match &message.payload {
        Payload::Text(text) => text.as_bytes(),
        Payload::Bytes(bytes) => bytes,
    }
}

/// Whether the payload holds this word: how tests tell a guest which message to misbehave on.
pub fn holds(message: &Message, word: &str) -> bool {
    bytes(message).windows(word.len()).any(|window| window == word.as_bytes())
}

/// A fault without details.
pub fn fault(code: &str, text: &str) -> Fault {
    Fault { code: code.to_owned(), text: text.to_owned(), details: Vec::new() }
}
