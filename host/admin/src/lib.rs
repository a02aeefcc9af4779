//! The admin API: health, metrics, flows, dead letters and messages, over HTTP for the `gantry` command, dashboards
//! and scripts.
//!
//! It listens on loopback unless configured otherwise. `/healthz`, `/readyz` and `/metrics` answer anyone who can
//! connect; everything under `/v1` needs the admin token. Formats and errors: `docs/reference/admin-api.md`.

mod alerts;
mod audit;
pub mod convert;
mod dead_letters;
mod dedupe;
mod deployments;
pub mod diff;
mod dry_replay;
mod extract;
mod flows;
mod groups;
mod hosts;
mod imports;
mod jobs;
mod messages;
mod observe;
mod plugins;
mod problem;
mod quality;
mod queue;
mod reload;
mod routes;
mod server;
mod state;
mod status;
mod targets;
mod token;

pub use problem::Cause;
pub use routes::openapi;
pub use server::{InProcess, Listeners, in_process, serve};
