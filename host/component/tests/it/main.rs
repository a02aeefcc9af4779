//! Component files: what is read from them, what is embedded in them, what is refused.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod cases;
mod encode;
mod inspect;
