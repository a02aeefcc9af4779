//! Collects what a plugin logs while one case runs, as the host would have written it.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// The target of events that are log lines of a plugin.
const TARGET: &str = "gantry::plugin";

/// The result of `work`, and the lines that plugins logged in this thread meanwhile, each with `level`, `text` and
/// `fields`.
pub fn catch<T>(work: impl FnOnce() -> T) -> (T, Vec<Value>) {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::registry().with(lines.clone());
    let result = tracing::subscriber::with_default(subscriber, work);
    let caught = std::mem::take(&mut *lines.0.lock().unwrap_or_else(PoisonError::into_inner));
    (result, caught)
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<Value>>>);

impl<S: tracing::Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        let Some(text) = line.text else { return };
        let level = event.metadata().level().as_str().to_lowercase();
        let line = json!({ "level": level, "text": text, "fields": line.fields });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

#[derive(Default)]
struct Line {
    text: Option<String>,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "text" => self.text = Some(value.to_owned()),
            "fields" => value.clone_into(&mut self.fields),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
