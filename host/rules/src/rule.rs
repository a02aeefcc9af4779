//! The rules that a flow may state for a field. The set is closed: the configuration builds it, and refuses rules that
//! contradict themselves.

use gantry_core::Severity;
use gantry_schema::{Number, Tree};
use regex::Regex;

use crate::date::Moment;
use crate::path::{Field, Reference};

/// What is required of a field, when, and what a breach means.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The fields it is about.
    pub field: Field,
    /// When it applies; none: always.
    pub when: Option<Condition>,
    /// The checks, in the order they are reported.
    pub checks: Vec<Check>,
    /// What a breach means for the message.
    pub severity: Severity,
    /// In place of the checks' own codes.
    pub code: Option<String>,
    /// In place of the checks' own texts.
    pub text: Option<String>,
}

/// When a rule applies.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The field it looks at.
    pub field: Reference,
    /// Whether that field must be there or must be absent.
    pub present: bool,
    /// The checks that its value must pass.
    pub checks: Vec<Check>,
}

/// One check of a value. An absent value breaks only the first.
#[derive(Clone, Debug)]
pub enum Check {
    /// It is there, and is neither `null` nor an empty text.
    Required,
    /// It is of this kind.
    Type(Kind),
    /// A number is on this side of another.
    Number(Bound, Operand<Number>),
    /// A number has at most so many digits behind the point.
    Decimals(u64),
    /// A number is the sum of others, within a tolerance.
    Sum(Reference, Number),
    /// A date is on this side of another.
    Date(Order, Operand<Moment>),
    /// A text has at least so many characters.
    MinLength(u64),
    /// A text has at most so many characters.
    MaxLength(u64),
    /// A text matches a pattern; this takes linear time.
    Pattern(Regex),
    /// An array has at least so many elements.
    MinItems(u64),
    /// An array has at most so many elements.
    MaxItems(u64),
    /// It is one of these.
    OneOf(Vec<Tree>),
    /// It is none of these.
    NoneOf(Vec<Tree>),
    /// It is equal to this.
    Equals(Operand<Tree>),
    /// It is not equal to this.
    Differs(Operand<Tree>),
    /// It is a key of this table.
    Lookup(String),
    /// No other element of the array has it.
    Unique,
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub enum Operand<T> {
    /// A fixed value.
    Literal(T),
    /// The value of another field of the message; if that is absent, nothing is compared.
    Field(Reference),
}

/// On which side of another a number has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// `>=`
    Min,
    /// `<=`
    Max,
    /// `>`
    Above,
    /// `<`
    Below,
}

/// On which side of another a date has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The same or later.
    NotBefore,
    /// The same or earlier.
    NotAfter,
    /// Later.
    After,
    /// Earlier.
    Before,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A JSON number.
    Number,
    /// A JSON number without a fraction.
    Integer,
    /// A JSON number, or a text that is one, as in CSV files.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A text that is a date.
    Date,
    /// A text that is a date with time and offset.
    DateTime,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// As people call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::Decimal => "a decimal",
            Self::Boolean => "true or false",
            Self::Date => "a date like 2026-03-09",
            Self::DateTime => "a date with time and offset like 2026-03-09T17:30:00Z",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

impl Bound {
    /// What is expected, before the bound itself.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Min => "at least",
            Self::Max => "at most",
            Self::Above => "more than",
            Self::Below => "less than",
        }
    }

    pub(crate) fn holds(self, found: &Number, bound: &Number) -> bool {
        match self {
            Self::Min => found >= bound,
            Self::Max => found <= bound,
            Self::Above => found > bound,
            Self::Below => found < bound,
        }
    }
}

impl Order {
    /// What is expected, before the other date.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NotBefore => "a date not before",
            Self::NotAfter => "a date not after",
            Self::After => "a date after",
            Self::Before => "a date before",
        }
    }

    pub(crate) fn holds(self, found: &Moment, other: &Moment) -> bool {
        let order = found.compare(other);
        match self {
            Self::NotBefore => order.is_ge(),
            Self::NotAfter => order.is_le(),
            Self::After => order.is_gt(),
            Self::Before => order.is_lt(),
        }
    }
}
