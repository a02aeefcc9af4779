//! What the host offers a guest, one file per interface. The log is always there; the others are linked only into
//! steps that grant them.

pub(crate) mod clock;
pub(crate) mod log;
pub(crate) mod lookup;
