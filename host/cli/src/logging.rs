//! Sets up the log: readable lines on a terminal, otherwise JSON lines with ECS field names.
//!
//! Everything goes to the standard error output, so that results on the standard output stay clean. `GANTRY_LOG` sets
//! what is logged (`debug`, `gantry_engine=trace,info`). Secrets can't appear: they have no text form.

mod ecs;
mod human;

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::output::Output;

/// The default of `GANTRY_LOG`: INFO lines of Gantry, and only warnings and errors of its libraries.
const DEFAULT_FILTER: &str = "warn,gantry=info,gantry_admin=info,gantry_control=info,gantry_engine=info,gantry_observe=info,gantry_operations=info,gantry_runtime=info,gantry_sandbox=info,gantry_security=info,gantry_store=info,gantry_transport=info";

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Readable lines
    Human,
    /// JSON lines with ECS field names
    Json,
}

/// Starts logging for this process. A second call changes nothing.
pub(crate) fn start(format: Option<LogFormat>, output: &Output) {
    let default = if std::io::stderr().is_terminal() { LogFormat::Human } else { LogFormat::Json };
    let filter = EnvFilter::try_from_env("GANTRY_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let layer = match format.unwrap_or(default) {
        LogFormat::Human => {
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(output.stderr_color());
            lines.fmt_fields(human::fields()).boxed()
        }
        LogFormat::Json => ecs::Layer::new(std::io::stderr).boxed(),
    };
    // It fails only if a logger is already set, which then stays in use.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}
