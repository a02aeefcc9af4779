//! Torture test: the real `gantry run` as a process, under load, with random faults that follow from a seed. Its result
//! is compared with what was sent, what was acknowledged and what the targets got.
//!
//! In each round there is one fault (`plan`): the process is killed, the disk is full, read-only, slow or can't sync,
//! or the clock jumps. The targets fail in their own ways all the time (`behaviour`). After each fault the host must
//! start by itself, and nothing that was acknowledged may be lost, altered, reordered or invented (`verdict`).
//!
//! **Reading order.** `run` runs the rounds, `inject` injects the faults, `load` and `sender` send, `target` and
//! `behaviour` receive, `ledger` records, `verdict` checks, `report` prints.

pub mod admin;
pub mod behaviour;
pub mod faults;
pub mod flows;
mod inject;
pub mod ledger;
pub mod load;
pub mod plan;
pub mod power;
pub mod process;
pub mod report;
pub mod run;
pub mod sender;
pub mod target;
pub mod verdict;
