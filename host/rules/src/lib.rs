//! Holds JSON to the rules that a flow states itself: what must be there, of which kind, within which bounds, in which
//! table, and how it goes with the fields around it.
//!
//! The configuration builds [`Rules`] once, at load, and refuses what can't be meant; the pipeline holds messages
//! against them. What breaks a rule is reported as a plugin or a schema would report it.
//!
//! Promised here, and tested by name:
//!
//! - All broken rules of a message are reported at once, in bounded number and length.
//! - Numbers are exact decimals, whatever their length, and so are sums of them.
//! - The time a check takes grows with the message and the rules, never with a square of either: patterns take linear
//!   time, and a rule reaches what it compares with from where it stands.
//! - What isn't there breaks only the rule that it must be.

pub mod code;
mod date;
mod judge;
mod lookup;
mod path;
mod place;
mod rule;
mod rules;

pub use date::{Moment, MomentError};
pub use lookup::Lookup;
pub use path::{Field, FieldError, NotShared, Reference};
pub use rule::{Bound, Check, Condition, Kind, Operand, Order, Rule};
pub use rules::{Rules, Tally, Verdict};
