//! What travels stays what it is.

mod wire;
