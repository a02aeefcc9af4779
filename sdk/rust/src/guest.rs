//! The component's side of the contract: the generated bindings, and moves between their types and this crate's.
//!
//! Only compiled for the sandbox. `plugin!` is the one caller; nothing here is meant for authors.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::host::{self, Host};
use crate::message;
use crate::outcome::{self, Refusal};
use crate::output;
use crate::plugin::{Mapping, Plugin};

#[allow(unsafe_code, reason = "the canonical ABI is raw memory")]
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used, reason = "generated")]
#[rustfmt::skip]
pub mod bindings;

pub use bindings::export;
pub use bindings::exports::gantry::plugin::transform::Guest;
pub use bindings::gantry::plugin::types::{Message, Outcome, Violation};
pub use wit_bindgen::rt;

use bindings::gantry::plugin::types;

/// The configured plugin: an instance has one, from `configure` on.
static PLUGIN: OnceLock<Plugin> = OnceLock::new();

/// The contract's `configure`.
pub fn configure<In, S, Out>(mapping: impl Mapping<In, S, Out>, settings: &str) -> Result<(), Vec<Violation>>
where
    S: DeserializeOwned + Send + Sync + 'static,
{
    #[cfg(feature = "arena")]
    let _running = crate::arena::Running::begin();
    let plugin = Plugin::configure(mapping, settings, Host::new()).map_err(lower_violations)?;
    PLUGIN.set(plugin).map_err(|_| {
        let text = "this instance is configured already".to_owned();
        vec![Violation { path: String::new(), code: "already-configured".to_owned(), text }]
    })
}

/// The contract's `process`.
pub fn process(batch: Vec<Message>) -> Vec<Outcome> {
    #[cfg(feature = "arena")]
    let _running = crate::arena::Running::begin();
    match PLUGIN.get() {
        Some(plugin) => batch.into_iter().map(|message| process_one(plugin, message)).collect(),
        None => {
            batch.iter().map(|_| lower(Refusal::retry("not-configured", "process before configure").into())).collect()
        }
    }
}

fn process_one(plugin: &Plugin, message: Message) -> Outcome {
    host::log_about(&message.id);
    lower(plugin.process_one(lift(message)))
}

fn lift(message: Message) -> message::Message {
    message::Message {
        id: message.id,
        key: message.key,
        content_type: message.content_type,
        headers: message.headers,
        event_time_ms: message.event_time_ms,
        attempt: message.attempt,
        payload: match message.payload {
            types::Payload::Text(text) => message::Payload::Text(text),
            types::Payload::Bytes(bytes) => message::Payload::Bytes(bytes),
        },
        extensions: message.extensions,
    }
}

fn lower(outcome: outcome::Outcome) -> Outcome {
    match outcome {
        outcome::Outcome::Emit(outputs) => Outcome::Emit(outputs.into_iter().map(lower_output).collect()),
        outcome::Outcome::Refuse(Refusal::Skip(fault)) => Outcome::Skip(lower_fault(fault)),
        outcome::Outcome::Refuse(Refusal::Invalid(violations)) => Outcome::Invalid(lower_violations(violations)),
        outcome::Outcome::Refuse(Refusal::Reject(fault)) => Outcome::Reject(lower_fault(fault)),
        outcome::Outcome::Refuse(Refusal::Retry { fault, after }) => Outcome::Retry(types::RetryLater {
            fault: lower_fault(fault),
            after_ms: after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        }),
    }
}

fn lower_output(output: output::Output) -> types::Output {
    types::Output {
        route: output.route,
        key: output.key,
        idempotency_key: output.idempotency_key,
        content_type: output.content_type,
        headers: output.headers,
        payload: match output.payload {
            message::Payload::Text(text) => types::Payload::Text(text),
            message::Payload::Bytes(bytes) => types::Payload::Bytes(bytes),
        },
        extensions: output.extensions,
    }
}

fn lower_fault(fault: outcome::Fault) -> types::Fault {
    types::Fault { code: fault.code, text: fault.text, details: fault.details }
}

fn lower_violations(violations: Vec<outcome::Violation>) -> Vec<Violation> {
    violations.into_iter().map(|v| Violation { path: v.path, code: v.code, text: v.text }).collect()
}
