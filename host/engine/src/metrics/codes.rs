//! The codes of plugins and flow files as label values. Their number is bounded, because each value is a time series
//! for ever.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// Most distinct codes that one host counts by name.
pub const MAX_CODES: usize = 500;

/// The label of all codes beyond the bound.
const OTHER: &str = "other";

/// The codes that are counted by name; clones share them.
#[derive(Clone, Default)]
pub(super) struct CodeLabels(Arc<Mutex<HashSet<String>>>);

impl CodeLabels {
    /// The code as a label value; [`OTHER`] when there are too many codes.
    pub(super) fn label<'a>(&self, code: &'a str) -> &'a str {
        let mut known = self.0.lock();
        if known.contains(code) {
            return code;
        }
        if known.len() >= MAX_CODES {
            return OTHER;
        }
        known.insert(code.to_owned());
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_beyond_the_bound_are_counted_together_and_those_before_keep_their_names() {
        let codes = CodeLabels::default();
        for n in 0..MAX_CODES {
            let code = format!("code-{n}");
            assert_eq!(codes.label(&code), code);
        }
        assert_eq!(codes.label("one-too-many"), OTHER);
        assert_eq!(codes.label("code-7"), "code-7");
    }
}
