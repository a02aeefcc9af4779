//! A scripted plugin step, for tests of what its answers lead to.

use gantry_core::{Digest, Headers, Message, Outcome, Output, Timestamp};
use gantry_sandbox::PluginFault;
use parking_lot::Mutex;

use crate::metrics::FlowMetrics;
use crate::server::{Answer, Question};
use crate::step::Ask;

type Script = dyn Fn(&Question<'_>) -> Result<Outcome, PluginFault> + Send + Sync;

/// Answers each question by its script.
pub(crate) struct Scripted {
    name: String,
    script: Box<Script>,
    /// The payloads of each call.
    calls: Mutex<Vec<Vec<String>>>,
    downstream_failures: Mutex<usize>,
}

impl Scripted {
    /// A step of this name with this script. If the script panics, the host panics.
    pub(crate) fn new(
        name: &str,
        script: impl Fn(&Question<'_>) -> Result<Outcome, PluginFault> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            script: Box::new(script),
            calls: Mutex::default(),
            downstream_failures: Mutex::default(),
        }
    }

    /// The component that serves it.
    pub(crate) fn component(&self) -> Digest {
        Digest::of(self.name.as_bytes())
    }

    /// The payloads of each call, in order.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.calls.lock().clone()
    }

    /// How many messages that it answered were given up later.
    pub(crate) fn downstream_failures(&self) -> usize {
        *self.downstream_failures.lock()
    }
}

impl Ask for Scripted {
    fn name(&self) -> &str {
        &self.name
    }

    fn ask(&self, questions: &[Question<'_>], _: Timestamp, _: Option<&FlowMetrics>) -> Vec<Answer> {
        self.calls.lock().push(questions.iter().map(|question| payload(question.invocation.message)).collect());
        let component = self.component();
        questions
            .iter()
            .map(|question| Answer { outcome: (self.script)(question), component, lines: Vec::new() })
            .collect()
    }

    fn count_downstream_failure(&self, component: Digest) {
        assert_eq!(component, self.component(), "each step is called with its own component");
        *self.downstream_failures.lock() += 1;
    }
}

/// The payload of a message as text.
pub(crate) fn payload(message: &Message) -> String {
    String::from_utf8(message.payload.to_vec()).unwrap()
}

/// Emits messages with these payloads.
pub(crate) fn emit(texts: &[&str]) -> Result<Outcome, PluginFault> {
    Ok(Outcome::Emit(texts.iter().map(|text| output(text)).collect()))
}

fn output(text: &str) -> Output {
    Output {
        route: None,
        key: None,
        idempotency_key: None,
        content_type: "text/plain".to_owned(),
        headers: Headers::new(),
        payload: text.to_owned().into(),
    }
}
