//! The tables that rules look into. Whoever runs the rules provides them.

/// The operator's tables.
pub trait Lookup {
    /// Whether a table has a row with this key.
    fn has(&self, table: &str, key: &str) -> bool;
}
