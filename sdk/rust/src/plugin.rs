//! From the author's function on one message to the contract's function on a batch.

use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::host::Host;
use crate::json;
use crate::message::{FromMessage, Message};
use crate::outcome::{IntoOutcome, Outcome, Refusal, Violation};

/// Makes a component of a mapping. Natively it expands to nothing.
///
/// The mapping is a function `fn(In, &Context<Settings>) -> Result<Out, Refusal>`, where `In` is a type read from
/// JSON, [`Incoming`](crate::message::Incoming) or [`Message`], and `Out` is a type that becomes JSON,
/// [`Output`](crate::output::Output) or [`Outcome`].
#[macro_export]
macro_rules! plugin {
    ($mapping:path) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Component;

            impl $crate::guest::Guest for Component {
                fn configure(settings: String) -> Result<(), Vec<$crate::guest::Violation>> {
                    $crate::guest::configure($mapping, &settings)
                }

                fn process(batch: Vec<$crate::guest::Message>) -> Vec<$crate::guest::Outcome> {
                    $crate::guest::process(batch)
                }
            }

    $crate::guest::export!(Component with_types_in $crate::guest::bindings);
        };
    };
}

/// A mapping; every function of the right shape is one.
pub trait Mapping<In, S, Out>: Send + Sync + 'static {
    /// What becomes of this message.
    fn map(&self, message: Message, ctx: &Context<S>) -> Outcome;
}

impl<F, In, S, Out> Mapping<In, S, Out> for F
where
    F: Fn(In, &Context<S>) -> Result<Out, Refusal> + Send + Sync + 'static,
    In: FromMessage,
    Out: IntoOutcome,
{
    fn map(&self, message: Message, ctx: &Context<S>) -> Outcome {
        In::from_message(message).and_then(|input| self(input, ctx)).into()
    }
}

/// A mapping with its settings: what one instance of a component holds, and what a native benchmark calls.
pub struct Plugin {
    map: Box<dyn Fn(Message) -> Outcome + Send + Sync>,
}

impl Plugin {
    /// Reads the settings, a JSON object. Settings that need more than their types say are checked in
    /// `#[serde(try_from = "…")]`.
    pub fn configure<In, S, Out>(
        mapping: impl Mapping<In, S, Out>,
        settings: &str,
        host: Host,
    ) -> Result<Self, Vec<Violation>>
    where
        S: DeserializeOwned + Send + Sync + 'static,
    {
        let settings = json::read(settings).map_err(|violation| vec![violation])?;
        let ctx = Context::new(settings, host);
        Ok(Self { map: Box::new(move |message| mapping.map(message, &ctx)) })
    }

    /// What becomes of one message.
    #[must_use]
    pub fn process_one(&self, message: Message) -> Outcome {
        (self.map)(message)
    }

    /// One outcome per message, in the same order.
    #[must_use]
    pub fn process(&self, batch: Vec<Message>) -> Vec<Outcome> {
        batch.into_iter().map(|message| self.process_one(message)).collect()
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;
    use crate::prelude::*;

    #[derive(Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Settings {
        floor: u32,
    }

    fn above_the_floor(number: u32, ctx: &Context<Settings>) -> Result<u32, Refusal> {
        match number.checked_sub(ctx.settings.floor) {
            Some(rest) => Ok(rest),
            None => Err(Refusal::skip("too-low", "below the floor")),
        }
    }

    fn split(words: Incoming<Vec<String>>, _: &Context) -> Result<Outcome, Refusal> {
        let key = words.message.key.unwrap_or_default();
        let outputs: Result<Vec<_>, Refusal> =
            words.data.iter().map(|word| Ok(Output::json(word)?.key(&key))).collect();
        Ok(outputs?.into())
    }

    #[test]
    fn outcomes_stand_in_the_order_of_the_messages() {
        let plugin = Plugin::configure(above_the_floor, r#"{"floor": 5}"#, Host::new()).unwrap();
        let outcomes = plugin.process(["7", "3", "x"].map(Message::json).into());
        assert!(matches!(&outcomes[0], Outcome::Emit(sent) if sent[0].payload == Payload::Text("2".into())));
        assert!(matches!(&outcomes[1], Outcome::Refuse(Refusal::Skip(fault)) if fault.code == "too-low"));
        assert!(matches!(&outcomes[2], Outcome::Refuse(Refusal::Invalid(found)) if found[0].code == "not-json"));
    }

    #[test]
    fn one_message_may_become_several() {
        let plugin = Plugin::configure(split, "{}", Host::new()).unwrap();
        let message = Message { key: Some("k".into()), ..Message::json(r#"["a", "b"]"#) };
        let Outcome::Emit(sent) = plugin.process_one(message) else { panic!("nothing emitted") };
        assert_eq!(sent.iter().map(|output| output.key.as_deref()).collect::<Vec<_>>(), [Some("k"), Some("k")]);
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_with_their_path() {
        let violations = Plugin::configure(above_the_floor, r#"{"floor": "high"}"#, Host::new()).unwrap_err();
        assert_eq!((violations[0].path.as_str(), violations[0].code.as_str()), ("/floor", "wrong-type"));
        assert!(Plugin::configure(split, r#"{"x": 1}"#, Host::new()).is_err());
    }
}
