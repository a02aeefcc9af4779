//! What an import requires, by its name alone: nothing, WASI with nothing in it, a grant, or something that no grant
//! covers.
//!
//! Loading a plugin, preparing a step and `gantry plugin inspect` all use this list.

use crate::wasi;

/// What a plugin may import without a grant, beside WASI 0.2. `types` holds no functions.
const FREE: [&str; 2] = ["gantry:plugin/log", "gantry:plugin/types"];
/// What it may import when the step grants it.
pub(crate) const LOOKUP: &str = "gantry:plugin/lookup";
/// What it may import when the step grants it.
pub(crate) const CLOCK: &str = "gantry:plugin/clock";

/// Through which a plugin finds the folders that its step grants.
const FOLDERS: &str = "wasi:filesystem/preopens";
/// Through which a plugin reads the variables that its step grants.
const ENVIRONMENT: &str = "wasi:cli/environment";

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every plugin may have it.
    Free,
    /// WASI 0.2, with nothing in it.
    Wasi,
    /// The folders of `grants.files`; without them there are none.
    Folders,
    /// The variables of `grants.env`; without them there are none.
    Environment,
    /// Needs `grants.lookup`.
    NeedsLookup,
    /// Needs `grants.clock`.
    NeedsClock,
    /// No grant covers it.
    Refused {
        /// What to do instead.
        hint: &'static str,
    },
}

/// How this import stands, in whatever version it is named.
#[must_use]
pub fn standing(import: &str) -> Standing {
    match without_version(import) {
        name if FREE.contains(&name) => Standing::Free,
        LOOKUP => Standing::NeedsLookup,
        CLOCK => Standing::NeedsClock,
        FOLDERS if wasi::is_answered(import) => Standing::Folders,
        ENVIRONMENT if wasi::is_answered(import) => Standing::Environment,
        _ if wasi::is_answered(import) => Standing::Wasi,
        _ => Standing::Refused { hint: hint(import) },
    }
}

fn hint(import: &str) -> &'static str {
    match import.split_once('/').map_or(import, |(package, _)| package) {
        "wasi:http" | "wasi:sockets" => "plugins do no I/O; let a source or a target of the flow make the call",
        "wasi:filesystem" | "wasi:cli" | "wasi:clocks" | "wasi:random" | "wasi:io" => {
            "this host has WASI 0.2 only; build the plugin for wasm32-wasip2"
        }
        "wasi:keyvalue" | "wasi:config" => "use the step's settings, or a table granted with `lookup`",
        _ => "a plugin may import gantry:plugin/log, and gantry:plugin/lookup and clock where granted",
    }
}

pub(crate) fn without_version(import: &str) -> &str {
    import.split_once('@').map_or(import, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_stands_as_its_name_says_whatever_its_version() {
        assert_eq!(standing("gantry:plugin/log@0.1.0"), Standing::Free);
        assert_eq!(standing("gantry:plugin/lookup@0.1.7"), Standing::NeedsLookup);
        assert_eq!(standing("gantry:plugin/clock@0.1.0"), Standing::NeedsClock);
        assert_eq!(standing("wasi:io/streams@0.2.12"), Standing::Wasi);
        assert_eq!(standing("wasi:filesystem/types@0.2.12"), Standing::Wasi);
        assert_eq!(standing("wasi:filesystem/preopens@0.2.0"), Standing::Folders);
        assert_eq!(standing("wasi:cli/environment@0.2.6"), Standing::Environment);
        assert!(matches!(standing("wasi:cli/environment@0.3.0"), Standing::Refused { .. }));
        assert!(matches!(standing("wasi:io/streams@0.3.0"), Standing::Refused { hint } if hint.contains("wasip2")));
        assert!(matches!(standing("wasi:http/types@0.2.0"), Standing::Refused { hint } if hint.contains("no I/O")));
        assert!(matches!(standing("env"), Standing::Refused { .. }));
    }
}
