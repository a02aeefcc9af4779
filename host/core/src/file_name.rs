//! Names of files that nobody means: wherever the host reads a directory, it passes over them.

/// Whether a file of this name is hidden, or what an editor or desktop puts beside a file while that is edited:
/// `.#orders.toml`, `._orders.toml`, `~$orders.csv`, `#orders.toml#`, `orders.toml~`.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '~', '#']) || name.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_desktops_leave_is_hidden_and_nothing_else_is() {
        for name in [".orders.toml", ".#orders.toml", "._orders.toml", "~$orders.csv", "#orders.toml#", "orders.toml~"]
        {
            assert!(is_hidden(name), "{name}");
        }
        for name in ["orders.toml", "order~s.csv", "a#b.json", "a..toml"] {
            assert!(!is_hidden(name), "{name}");
        }
    }
}
