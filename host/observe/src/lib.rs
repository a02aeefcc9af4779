//! Everything that reads a running host: conditions, alerts, the monitor, and the reports that operators see.
//! Nothing here changes a flow.
//!
//! ```text
//!  view ─→ monitor ──────→ events: delayed, recovered, disk low
//!   │  └─→ conditions ───→ alerts ─→ [the queue of each endpoint's flow]
//!   └────→ report ───────→ flows, metrics
//! ```

mod alert_source;
pub mod alerts;
mod conditions;
pub mod monitor;
pub mod report;
mod shell;
pub mod status;
pub mod view;
