//! The values of readable log lines. Names of files, keys and answers come from outside: escaped, none can end a line, begin one
//! of its own or colour it.

use gantry_core::escape;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

/// Most bytes of a value.
const MAX_BYTES: usize = 16 << 10;

/// Formats values as `name=value`, the message without its name.
pub(super) fn fields() -> impl for<'w> FormatFields<'w> + 'static {
    debug_fn(|writer: &mut Writer<'_>, field, value| {
        let text = escape(&format!("{value:?}"), MAX_BYTES);
        match field.name() {
            "message" => write!(writer, "{text}"),
            name if writer.has_ansi_escapes() => write!(writer, "\u{1b}[3m{name}\u{1b}[0m\u{1b}[2m=\u{1b}[0m{text}"),
            name => write!(writer, "{name}={text}"),
        }
    })
    .delimited(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What is logged while `work` runs.
    fn logged(ansi: bool, work: impl FnOnce()) -> String {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&lines);
        let layer = tracing_subscriber::fmt::layer().with_ansi(ansi).without_time().fmt_fields(fields());
        let layer = layer.with_writer(move || Shared(Arc::clone(&writer)));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let bytes = lines.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_name_of_a_file_forges_no_line_and_no_colour() {
        let file = "a\u{1b}[31m\n2026-01-01 INFO gantry::audit: forged\u{202e}.csv";
        for ansi in [false, true] {
            let log = logged(ansi, || {
                let _span = tracing::info_span!("source", %file).entered();
                tracing::warn!(%file, records = 3, "file refused");
            });
            assert_eq!(log.lines().count(), 1, "{log:?}");
            assert!(!log.contains("\u{1b}[31m") && !log.contains('\u{202e}'), "{log:?}");
            assert!(
                log.contains("file refused") && log.contains(r"\n2026-01-01 INFO gantry::audit: forged"),
                "{log:?}"
            );
        }
    }
}
