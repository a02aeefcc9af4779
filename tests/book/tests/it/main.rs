//! The configuration that the README and the book show.

mod flows;
