//! What travels between the admin API and its clients: requests, pages, reports and problems, each a plain type that is
//! written, read and described here and nowhere else.
//!
//! The admin server answers with these types, the `gantry` command reads them, and so may any other client: none of
//! them needs a store, a flow or a running host to be made. How the host's own types become these is the host's
//! business; what the store writes to disk has types of its own, so that either can change without the other.
//!
//! Every version of the API is a module. `v1` is all there is.
//!
//! ```text
//!  host's types ──▶ v1 types ──JSON──▶ v1 types ──▶ command line, console, scripts
//!                      └──▶ docs/reference/openapi.json
//! ```

pub mod v1;
