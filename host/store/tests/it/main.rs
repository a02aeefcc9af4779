//! The store from the outside: every promise of its crate docs, on real files.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod audit;
mod catalogue;
mod crash;
mod damage;
mod dead_letter_bytes;
mod dead_letters;
mod dedupe;
mod format;
mod full_disk;
mod groups;
mod import;
mod in_place;
mod jobs;
mod kv;
mod model;
mod quality;
mod queue;
mod rename;
mod scale;
mod supersede;
mod support;
mod sweep;
mod table;
