//! Log lines in the Elastic Common Schema: one JSON object per line, as Elasticsearch, Splunk and others read them.
//!
//! `@timestamp`, `log.level`, `message`, `ecs.version`, `service.name` and `log.logger` are always present. Logged
//! values are in `labels`, including those of the enclosing spans; `error` becomes `error.message`.

use std::fmt;
use std::io::Write as _;

use gantry_core::escape::escape_json;
use gantry_core::{Clock as _, SystemClock};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The version of the schema these lines follow.
const ECS_VERSION: &str = "8.11.0";

/// Writes each event as one line.
pub(super) struct Layer<W> {
    writer: W,
}

impl<W> Layer<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self { writer }
    }
}

/// The values of a span.
struct SpanLabels(Map<String, Value>);

impl<S, W> tracing_subscriber::Layer<S> for Layer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut labels = Map::new();
        attributes.record(&mut Labels(&mut labels));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanLabels(labels));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanLabels(labels)) = span.extensions_mut().get_mut()
        {
            values.record(&mut Labels(labels));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut labels = Map::new();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(SpanLabels(of_span)) = span.extensions().get() {
                labels.extend(of_span.clone());
            }
        }
        event.record(&mut Labels(&mut labels));
        let line = line(event, labels).to_string();
        let line = format!("{}\n", escape_json(&line));
        // One write for the whole line, so that lines of several threads don't mix. A failure to write the log can't be
        // reported anywhere.
        let _ = self.writer.make_writer().write_all(line.as_bytes());
    }
}

fn line(event: &Event<'_>, mut labels: Map<String, Value>) -> Value {
    let metadata = event.metadata();
    let message = labels.remove("message").unwrap_or_default();
    let error = labels.remove("error");
    let mut line = Map::new();
    line.insert("@timestamp".into(), SystemClock.now().to_string().into());
    line.insert("log.level".into(), metadata.level().as_str().to_lowercase().into());
    line.insert("message".into(), if message.is_null() { "".into() } else { message });
    line.insert("ecs.version".into(), ECS_VERSION.into());
    line.insert("service.name".into(), "gantry".into());
    line.insert("log.logger".into(), metadata.target().into());
    if let Some(error) = error {
        line.insert("error.message".into(), error);
    }
    if !labels.is_empty() {
        line.insert("labels".into(), Value::Object(labels));
    }
    Value::Object(line)
}

/// Collects values; numbers and booleans keep their type.
struct Labels<'a>(&'a mut Map<String, Value>);

impl Labels<'_> {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Labels<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    /// The error with its causes.
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.set(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_core::Secret;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt as _;

    /// What is logged while `work` runs, line by line.
    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Layer::new(Arc::clone(&lines).into_writer()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = lines.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    trait IntoWriter {
        fn into_writer(self) -> Shared;
    }

    impl IntoWriter for Arc<Mutex<Vec<u8>>> {
        fn into_writer(self) -> Shared {
            Shared(self)
        }
    }

    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl<'a> MakeWriter<'a> for Shared {
        type Writer = Guard;

        fn make_writer(&'a self) -> Guard {
            Guard(Arc::clone(&self.0))
        }
    }

    struct Guard(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Guard {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_has_ecs_fields_and_the_values_of_its_spans_as_labels() {
        let lines = logged(|| {
            let span = tracing::info_span!("message", message_id = "m1", attempt = 1, status = tracing::field::Empty);
            let _entered = span.enter();
            span.record("status", 503);
            tracing::warn!(target: "gantry_engine::deliver", target_name = "erp", retry = true, "delivery failed");
        });
        let mut line = lines[0].clone();
        assert!(line.as_object_mut().unwrap().remove("@timestamp").unwrap().as_str().unwrap().ends_with('Z'));
        let expected = serde_json::json!({
            "log.level": "warn",
            "message": "delivery failed",
            "ecs.version": ECS_VERSION,
            "service.name": "gantry",
            "log.logger": "gantry_engine::deliver",
            "labels": { "message_id": "m1", "attempt": 1, "status": 503, "target_name": "erp", "retry": true },
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn secrets_stay_secret_and_control_characters_stay_inside_the_line() {
        let lines = logged(|| {
            tracing::error!(token = ?Secret::new("hunter2"), text = "a\n{\"forged\": 1}", "trouble");
        });
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["labels"]["token"], "[secret]");
        assert_eq!(lines[0]["labels"]["text"], "a\n{\"forged\": 1}");
    }

    #[test]
    fn an_error_is_logged_with_its_causes() {
        let lines = logged(|| {
            let error = anyhow::anyhow!("disk full").context("failed to write");
            tracing::error!(error = AsRef::<dyn std::error::Error>::as_ref(&error), "trouble");
        });
        assert_eq!(lines[0]["error.message"], "failed to write: disk full");
    }
}
