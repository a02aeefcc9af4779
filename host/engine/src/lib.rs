//! What a message touches: intake → queue → steps → deliver → settle. What changes flows is above, in `gantry-control`.
//!
//! ```text
//!  source ─→ intake ─→ [store] ─→ worker: lease ─→ transformer ─→ deliver ─→ settle ─→ [store]
//!                                                  pipeline       gate       dead_letter
//!                                                  steps          targets    events
//!                                                  schemas
//! ```
//!
//! Read the module `worker` first: it shows the whole way of a message on one page.
//!
//! # Promises
//!
//! Each has a test of that name.
//!
//! 1. `202 Accepted` only after the message is on disk.
//! 2. Every accepted message ends delivered, deliberately skipped, or dead-lettered; none vanishes.
//! 3. At least once, with a stable idempotency key per delivery; duplicates from sources are dropped in a stated window.
//! 4. Messages that share a key in one flow are delivered in order, unless the flow says `ordering = "none"`.
//! 5. A plugin can harm only its own messages.
//! 6. Secrets never enter a guest, a log, a dead letter or an API answer.
//! 7. A new plugin version takes over whole or not at all.

pub mod active_flows;
pub mod broken_flow;
pub mod canary;
pub mod clock_watch;
pub mod closed_intakes;
pub mod dead_letter;
pub mod dead_letter_room;
pub mod deliver;
pub mod disk;
pub mod events;
#[cfg(test)]
mod fixtures;
pub mod flow;
pub mod flow_error;
pub mod gate;
mod host_faults;
mod in_flight;
pub mod in_force;
pub mod intake;
pub mod known_flows;
pub mod metrics;
pub mod overrides;
mod pipeline;
pub mod samples;
mod schemas;
#[cfg(test)]
mod scripted;
pub mod server;
pub mod settle;
mod state;
pub mod step;
pub mod steps;
pub mod tables;
pub mod target_report;
pub mod target_stops;
pub mod targets;
pub mod tasks;
pub mod transformer;
pub mod withdrawn;
pub mod worker;
