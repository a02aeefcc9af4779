//! The keywords that compare and divide numbers, exactly. The library's own would round.

use std::cmp::Ordering;
use std::sync::Arc;

use jsonschema::{Keyword, Retrieve, ValidationError, ValidationOptions};
use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::number::Number;
use crate::tree::Tree;
use crate::view::{Exact, View};

type Options<'i> = ValidationOptions<'i, Arc<dyn Retrieve>, Exact>;
type Made<'a> = Result<Box<dyn for<'i> Keyword<'i, Exact>>, ValidationError<'a>>;

/// Replaces the library's own keywords by these, as far as the draft has them.
pub(crate) fn exact(draft: Draft, options: Options<'_>) -> Options<'_> {
    let options = options.with_keyword("multipleOf", |_, value, _| rule(Multiple(limit(value))));
    if draft == Draft::Draft4 {
        let options = options.with_keyword("minimum", |schema, value, _| rule(minimum(value, is_set(schema, MINIMUM))));
        return options.with_keyword("maximum", |schema, value, _| rule(maximum(value, is_set(schema, MAXIMUM))));
    }
    let options = options.with_keyword("const", |_, value, _| rule(Constant(value.into())));
    let options = options.with_keyword("minimum", |_, value, _| rule(minimum(value, false)));
    let options = options.with_keyword("maximum", |_, value, _| rule(maximum(value, false)));
    let options = options.with_keyword(MINIMUM, |_, value, _| rule(minimum(value, true)));
    options.with_keyword(MAXIMUM, |_, value, _| rule(maximum(value, true)))
}

/// In draft 4 a mark of the bound, later a bound itself.
const MINIMUM: &str = "exclusiveMinimum";
/// As above.
const MAXIMUM: &str = "exclusiveMaximum";

fn is_set(schema: &Map<String, Value>, mark: &str) -> bool {
    schema.get(mark) == Some(&Value::Bool(true))
}

fn minimum(value: &Value, is_exclusive: bool) -> Bound {
    let limit = limit(value);
    if is_exclusive {
        return Bound { words: "more than", allows: |order| order == Ordering::Greater, limit };
    }
    Bound { words: "at least", allows: |order| order != Ordering::Less, limit }
}

fn maximum(value: &Value, is_exclusive: bool) -> Bound {
    let limit = limit(value);
    if is_exclusive {
        return Bound { words: "less than", allows: |order| order == Ordering::Less, limit };
    }
    Bound { words: "at most", allows: |order| order != Ordering::Greater, limit }
}

/// What a keyword requires of a value.
trait Rule: Send + Sync {
    fn holds(&self, tree: &Tree) -> bool;

    /// What is expected, as the end of "expected …".
    fn expected(&self) -> String;
}

/// Adapts a rule to the library.
struct Ruled<R>(R);

impl<'i, R: Rule> Keyword<'i, Exact> for Ruled<R> {
    fn validate(&self, view: View<'i>) -> Result<(), ValidationError<'i>> {
        if self.0.holds(view.tree()) { Ok(()) } else { Err(ValidationError::custom(self.0.expected())) }
    }

    fn is_valid(&self, view: View<'i>) -> bool {
        self.0.holds(view.tree())
    }
}

struct Bound {
    words: &'static str,
    allows: fn(Ordering) -> bool,
    limit: Number,
}

impl Rule for Bound {
    fn holds(&self, tree: &Tree) -> bool {
        let Tree::Number(number) = tree else { return true };
        (self.allows)(number.cmp(&self.limit))
    }

    fn expected(&self) -> String {
        format!("{} {}", self.words, self.limit)
    }
}

struct Multiple(Number);

impl Rule for Multiple {
    fn holds(&self, tree: &Tree) -> bool {
        let Tree::Number(number) = tree else { return true };
        number.is_multiple_of(&self.0)
    }

    fn expected(&self) -> String {
        format!("a multiple of {}", self.0)
    }
}

struct Constant(Tree);

impl Rule for Constant {
    fn holds(&self, tree: &Tree) -> bool {
        *tree == self.0
    }

    fn expected(&self) -> String {
        self.0.to_string()
    }
}

fn rule<'a, R: Rule + 'static>(rule: R) -> Made<'a> {
    Ok(Box::new(Ruled(rule)))
}

/// The number a keyword states. It is one: the schema was validated against its metaschema.
fn limit(value: &Value) -> Number {
    Number::parse(&value.to_string())
}
