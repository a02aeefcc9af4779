//! What rules ask of the tables that a flow names; whoever runs rules brings them.

/// The operator's tables.
pub trait Lookup {
    /// Whether a table has a row with this key.
    fn has(&self, table: &str, key: &str) -> bool;
}
