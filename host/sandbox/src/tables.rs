//! The reference tables of a flow, as plugins look into them. The host provides them.

/// The reference tables of a flow.
pub trait Tables: Send + Sync {
    /// The rows with these keys as JSON objects, in the order of the keys; none for a key without a row.
    ///
    /// Grants are checked before this is called. It must not block.
    ///
    /// # Errors
    /// When the table doesn't exist or can't be read at present; the plugin gets this error.
    fn get(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, TableError>;
}

/// A lookup that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The flow has no such table.
    #[error("no such table")]
    UnknownTable,
    /// The table exists but can't be read just now.
    #[error("the table can't be read just now")]
    Unavailable,
    /// Anything else; the text reaches the plugin.
    #[error("{0}")]
    Other(String),
}
