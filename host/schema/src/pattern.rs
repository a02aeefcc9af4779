//! The keyword `pattern`. The library's own has no bound for all texts of a message together.
//!
//! Nearly all patterns run on an engine that takes linear time. One with look-around or a backreference may go back and
//! try again; it is given up after so many steps, and the text is reported as one that can't be checked.

use std::sync::Arc;

use jsonschema::{Keyword, Retrieve, ValidationError, ValidationOptions};

use crate::tree::Tree;
use crate::view::{Exact, View};

/// Most steps back on one text: about a millisecond. A pattern that reads each character only a few times needs none,
/// however long the text is.
const STEPS_BACK: usize = 10_000;

/// Replaces the library's own keyword by this one.
pub(crate) fn bounded(
    options: ValidationOptions<'_, Arc<dyn Retrieve>, Exact>,
) -> ValidationOptions<'_, Arc<dyn Retrieve>, Exact> {
    options.with_keyword("pattern", |_, value, place| {
        let written = value.as_str().unwrap_or_default();
        match Engine::of(written) {
            Ok(engine) => Ok(Box::new(Pattern { written: written.to_owned(), engine })),
            Err(why) => Err(ValidationError::custom(format!("`{written}` at #{place} is no pattern: {why}"))),
        }
    })
}

struct Pattern {
    written: String,
    engine: Engine,
}

enum Engine {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

impl Engine {
    fn of(written: &str) -> Result<Self, String> {
        let translated = jsonschema_regex::to_rust_regex(written).unwrap_or(written.into());
        if let Ok(linear) = regex::Regex::new(&translated) {
            return Ok(Self::Linear(linear));
        }
        let backtracking = fancy_regex::RegexBuilder::new(&translated).backtrack_limit(STEPS_BACK).build();
        backtracking.map(|engine| Self::Backtracking(Box::new(engine))).map_err(|error| error.to_string())
    }
}

impl Pattern {
    /// Whether a value matches. Where it takes too long to say, that is noted, and reported whatever the answer leads to.
    fn holds(&self, view: View<'_>) -> bool {
        let Tree::Text(text) = view.tree() else {
            // Half of a surrogate pair matches no pattern for sure.
            view.note_unpaired();
            return true;
        };
        match &self.engine {
            Engine::Linear(engine) => engine.is_match(text),
            Engine::Backtracking(engine) if view.may_step_back() => engine.is_match(text).unwrap_or_else(|_| {
                view.note_steps();
                false
            }),
            Engine::Backtracking(_) => {
                view.note_steps();
                false
            }
        }
    }
}

impl<'i> Keyword<'i, Exact> for Pattern {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        if self.holds(view) {
            return Ok(());
        }
        Err(ValidationError::custom(format!("a text that matches `{}`", self.written)))
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        self.holds(view)
    }
}
