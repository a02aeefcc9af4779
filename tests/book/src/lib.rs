//! The examples in the README and the book, held to what they say: Rust compiles against the SDK as it is (here, as
//! documentation tests), and flows are valid (in `tests/it/flows.rs`).

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/tutorial/first-plugin.md")]
struct FirstPlugin;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/lookup-tables.md")]
struct LookupTables;
