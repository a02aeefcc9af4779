//! The types of the admin API, for server and clients: requests, pages, reports and problems. Their JSON form and their
//! description are defined here and nowhere else.
//!
//! The admin server answers with these types, and the `gantry` command or any other client reads them. They depend on
//! no store, flow or running host. The host converts its own types into these; the store has separate types for its
//! records, so that either can change without the other.
//!
//! Every version of the API is a module. The only version is `v1`.
//!
//! ```text
//!  host's types ──▶ v1 types ──JSON──▶ v1 types ──▶ command line, console, scripts
//!                      └──▶ docs/reference/openapi.json
//! ```

pub mod v1;
