//! Torture: the real `gantry run` as a process, under load, through faults that are drawn from a seed, and a judge who
//! knows what was sent, what was acknowledged and what the targets got.
//!
//! In each round one thing goes wrong (`plan`): the process is killed, the disk is full, read-only, slow or can't sync,
//! the clock jumps; and the targets misbehave in their own ways all the time (`mischief`). After each the host must come
//! up by itself, and nothing that was acknowledged may be lost, altered, reordered or invented (`verdict`).
//!
//! **Reading order.** `run` leads, `suffer` hurts, `load` and `sender` send, `target` and `mischief` receive, `ledger`
//! remembers, `verdict` judges, `report` prints.

pub mod desk;
pub mod faults;
pub mod flows;
pub mod ledger;
pub mod load;
pub mod mischief;
pub mod plan;
pub mod power;
pub mod process;
pub mod report;
pub mod run;
pub mod sender;
mod suffer;
pub mod target;
pub mod verdict;
