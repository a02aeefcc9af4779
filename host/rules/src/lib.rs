//! Checks JSON against the rules that a flow states itself: which fields must be there, of which type, within which
//! bounds, in which table, and how they relate to other fields.
//!
//! The configuration builds [`Rules`] once, at load, and refuses rules that contradict themselves; the pipeline checks
//! messages against them. Broken rules are reported as a plugin or a schema would report them.
//!
//! Promised here, and tested by name:
//!
//! - All broken rules of a message are reported at once, in bounded number and length.
//! - Numbers are exact decimals, whatever their length, and so are sums of them.
//! - The time of a check grows linearly with the message and the rules: patterns take linear time, and a rule reaches
//!   the fields it compares directly.
//! - An absent field breaks only the rule `required`.

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
