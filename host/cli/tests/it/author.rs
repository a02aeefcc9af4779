//! The author's loop, through the binary itself: what `dev` shows when files change, and what every error teaches.
//!
//! No language's tools are needed: those of a plugin in JavaScript are scripts here, which take for a component the
//! guest that the source names. What they stand in for is run by the tests of the languages.

mod dev;
mod errors;
mod inspect;
mod workshop;
