//! One check against one value.

use std::fmt::Display;

use gantry_core::counted;
use gantry_schema::{Number, Sum, Tree, excerpt, report, too_deep, unpaired};

use crate::code;
use crate::date::Moment;
use crate::lookup::Lookup;
use crate::path::Reference;
use crate::place::Place;
use crate::rule::{Check, Kind, Operand};

/// The result of a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The value fits, or there is nothing to check.
    Fits,
    /// The value breaks the rule.
    Breaks(&'static str, String),
    /// The rule can't be applied to a value of this kind; its other checks are left out.
    Unfit(&'static str, String),
    /// The value at this path, with which it should be compared, can't be compared.
    Incomparable(String, &'static str, String),
}

use Finding::{Breaks, Fits, Incomparable, Unfit};

/// `null` counts as absent, and so does an empty text, which is how CSV files write it.
pub(crate) fn is_absent(value: &Tree) -> bool {
    match value {
        Tree::Null => true,
        Tree::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// What is there at a place.
pub(crate) fn present<'a>(place: &Place<'a>) -> Option<&'a Tree> {
    place.value.filter(|value| !is_absent(value))
}

/// The finding for a field that must be there and isn't.
pub(crate) fn absence(place: &Place<'_>) -> Finding {
    match place.value {
        Some(Tree::Text(_)) => Unfit(code::EMPTY_FIELD, "this must not be empty".to_owned()),
        _ => Unfit(code::MISSING_FIELD, "this is mandatory".to_owned()),
    }
}

/// One check against the value at a place. Uniqueness is not decided here: it takes all places.
pub(crate) fn judge(check: &Check, value: &Tree, place: &Place<'_>, tables: &dyn Lookup) -> Finding {
    if let Some(unfit) = unreadable(value).filter(|_| looks_into(check)) {
        return unfit;
    }
    match check {
        Check::Required | Check::Unique => Fits,
        Check::Type(kind) => of_kind(*kind, value),
        Check::Number(bound, operand) => {
            comparison(value, place, operand, bound.words(), number, |found, other| bound.holds(found, other))
        }
        Check::Date(order, operand) => {
            comparison(value, place, operand, order.words(), date, |found, other| order.holds(found, other))
        }
        Check::Decimals(most) => match number(value) {
            Ok(number) if number.decimals() <= *most => Fits,
            Ok(_) => breaks(code::TOO_MANY_DECIMALS, &format_args!("at most {}", counted(*most, "decimal")), value),
            Err(unfit) => unfit,
        },
        Check::Sum(reference, tolerance) => sum(value, place, reference, tolerance),
        Check::MinLength(least) => {
            length(value, |characters| characters >= *least, code::TOO_SHORT, "at least", *least)
        }
        Check::MaxLength(most) => length(value, |characters| characters <= *most, code::TOO_LONG, "at most", *most),
        Check::Pattern(pattern) => match value {
            Tree::Text(text) if pattern.is_match(text) => Fits,
            Tree::Text(_) => breaks(code::WRONG_PATTERN, &format_args!("a text that matches `{pattern}`"), value),
            other => Unfit(code::WRONG_TYPE, expected(&Kind::Text.words(), other)),
        },
        Check::MinItems(least) => items(value, |items| items >= *least, code::MIN_ITEMS, "at least", *least),
        Check::MaxItems(most) => items(value, |items| items <= *most, code::MAX_ITEMS, "at most", *most),
        Check::OneOf(options) if options.contains(value) => Fits,
        Check::OneOf(options) => breaks(code::WRONG_VALUE, &format_args!("one of {}", listed(options)), value),
        Check::NoneOf(options) if !options.contains(value) => Fits,
        Check::NoneOf(options) => breaks(code::WRONG_VALUE, &format_args!("none of {}", listed(options)), value),
        Check::Equals(operand) => same(value, place, operand, true),
        Check::Differs(operand) => same(value, place, operand, false),
        Check::Lookup(table) => lookup(value, table, tables),
    }
}

/// The finding for a value that can't be checked; none for any other value.
fn unreadable(value: &Tree) -> Option<Finding> {
    match value {
        Tree::Unpaired(_) => Some(Unfit(code::UNPAIRED_SURROGATE, unpaired(value))),
        Tree::TooDeep(_) => Some(Unfit(code::TOO_DEEP, too_deep())),
        _ => None,
    }
}

/// Whether a check needs more of a value than its type, and whether it is the same as another.
fn looks_into(check: &Check) -> bool {
    match check {
        Check::Required | Check::Unique | Check::OneOf(_) | Check::NoneOf(_) | Check::Equals(_) | Check::Differs(_) => {
            false
        }
        Check::Type(kind) => matches!(kind, Kind::Decimal | Kind::Date | Kind::DateTime),
        Check::Number(..)
        | Check::Decimals(_)
        | Check::Sum(..)
        | Check::Date(..)
        | Check::MinLength(_)
        | Check::MaxLength(_)
        | Check::Pattern(_)
        | Check::MinItems(_)
        | Check::MaxItems(_)
        | Check::Lookup(_) => true,
    }
}

fn of_kind(kind: Kind, value: &Tree) -> Finding {
    let fits = match (kind, value) {
        (Kind::Text, Tree::Text(_) | Tree::Unpaired(_))
        | (Kind::Number, Tree::Number(_))
        | (Kind::Boolean, Tree::Boolean(_))
        | (Kind::Array, Tree::Array(_))
        | (Kind::Object, Tree::Object(_)) => true,
        (Kind::Array, Tree::TooDeep(written)) => written.starts_with('['),
        (Kind::Object, Tree::TooDeep(written)) => written.starts_with('{'),
        (Kind::Integer, Tree::Number(number)) => number.is_integer(),
        (Kind::Decimal, value) => return number(value).err().unwrap_or(Fits),
        (Kind::Date | Kind::DateTime, Tree::Text(text)) => {
            let is_one = Moment::parse(text).is_ok_and(|moment| moment.has_time() == (kind == Kind::DateTime));
            return if is_one { Fits } else { Unfit(code::NOT_A_DATE, expected(&kind.words(), value)) };
        }
        _ => false,
    };
    if fits { Fits } else { Unfit(code::WRONG_TYPE, expected(&kind.words(), value)) }
}

/// A number, or a text that is one.
fn number(value: &Tree) -> Result<Number, Finding> {
    match value {
        Tree::Number(number) => Ok(number.clone()),
        Tree::Text(text) => Number::of_text(text.trim())
            .ok_or_else(|| Unfit(code::NOT_A_DECIMAL, expected(&Kind::Decimal.words(), value))),
        other => {
            Err(unreadable(other).unwrap_or_else(|| Unfit(code::WRONG_TYPE, expected(&Kind::Number.words(), other))))
        }
    }
}

fn date(value: &Tree) -> Result<Moment, Finding> {
    match value {
        Tree::Text(text) => {
            Moment::parse(text).map_err(|_| Unfit(code::NOT_A_DATE, expected(&"a date of RFC 3339", value)))
        }
        other => Err(unreadable(other).unwrap_or_else(|| Unfit(code::WRONG_TYPE, expected(&"a date", other)))),
    }
}

/// Compares a value with a literal or with another field; both are read in the same way.
fn comparison<T: Display>(
    value: &Tree,
    place: &Place<'_>,
    operand: &Operand<T>,
    words: &str,
    read: fn(&Tree) -> Result<T, Finding>,
    holds: impl Fn(&T, &T) -> bool,
) -> Finding {
    let found = match read(value) {
        Ok(found) => found,
        Err(unfit) => return unfit,
    };
    match operand {
        Operand::Literal(bound) if holds(&found, bound) => Fits,
        Operand::Literal(bound) => breaks(code::OUT_OF_RANGE, &format_args!("{words} {bound}"), value),
        Operand::Field(reference) => {
            let (other, path) = place.look(reference);
            let Some(other) = other.filter(|other| !is_absent(other)) else { return Fits };
            match read(other) {
                Ok(bound) if holds(&found, &bound) => Fits,
                Ok(_) => breaks(code::OUT_OF_RANGE, &format_args!("{words} {path}, {}", excerpt(other)), value),
                Err(Unfit(code, text)) => Incomparable(path, code, text),
                Err(other) => other,
            }
        }
    }
}

fn same(value: &Tree, place: &Place<'_>, operand: &Operand<Tree>, wanted: bool) -> Finding {
    let words = if wanted { "" } else { "another value than " };
    match operand {
        Operand::Literal(other) if (value == other) == wanted => Fits,
        Operand::Literal(other) => breaks(code::WRONG_VALUE, &format_args!("{words}{}", excerpt(other)), value),
        Operand::Field(reference) => {
            let (other, path) = place.look(reference);
            match other.filter(|other| !is_absent(other)) {
                Some(other) if (value == other) != wanted => {
                    let words = if wanted { "the same as " } else { words };
                    breaks(code::WRONG_VALUE, &format_args!("{words}{path}, {}", excerpt(other)), value)
                }
                _ => Fits,
            }
        }
    }
}

fn sum(value: &Tree, place: &Place<'_>, reference: &Reference, tolerance: &Number) -> Finding {
    let found = match number(value) {
        Ok(found) => found,
        Err(unfit) => return unfit,
    };
    let mut sum = Sum::default();
    let mut stray = None;
    place.look_at_all(reference, &mut |part, path| {
        if stray.is_some() || is_absent(part) {
            return;
        }
        match number(part) {
            Ok(part) if sum.add(&part) => {}
            Ok(_) => stray = Some(Incomparable(path.to_owned(), code::OUT_OF_RANGE, too_far(part))),
            Err(Unfit(code, text)) => stray = Some(Incomparable(path.to_owned(), code, text)),
            Err(other) => stray = Some(other),
        }
    });
    if let Some(stray) = stray {
        return stray;
    }
    let total = sum.total();
    let mut over = sum;
    let mut under = Sum::default();
    if !over.subtract(&found) || !under.add(&found) || !under.subtract(&total) {
        return Breaks(code::OUT_OF_RANGE, too_far(value));
    }
    if over.total() <= *tolerance && under.total() <= *tolerance {
        return Fits;
    }
    breaks(code::WRONG_SUM, &format_args!("{total}, the sum of {}", reference.as_str()), value)
}

fn too_far(value: &Tree) -> String {
    expected(&"a number that can be summed", value)
}

fn length(value: &Tree, fits: impl Fn(u64) -> bool, code: &'static str, words: &str, bound: u64) -> Finding {
    match value {
        Tree::Text(text) if fits(text.chars().count() as u64) => Fits,
        Tree::Text(_) => breaks(code, &format_args!("{words} {}", counted(bound, "character")), value),
        other => Unfit(code::WRONG_TYPE, expected(&Kind::Text.words(), other)),
    }
}

fn items(value: &Tree, fits: impl Fn(u64) -> bool, code: &'static str, words: &str, bound: u64) -> Finding {
    match value {
        Tree::Array(items) if fits(items.len() as u64) => Fits,
        Tree::Array(items) => {
            let found = counted(items.len(), "element");
            Breaks(code, format!("expected {words} {}, found {found}", counted(bound, "element")))
        }
        other => Unfit(code::WRONG_TYPE, expected(&Kind::Array.words(), other)),
    }
}

/// Keys of tables are texts; a number is looked up in its shortest decimal form.
fn lookup(value: &Tree, table: &str, tables: &dyn Lookup) -> Finding {
    let known = match value {
        Tree::Text(text) => tables.has(table, text),
        Tree::Number(_) | Tree::Boolean(_) => tables.has(table, &value.to_string()),
        other => return Unfit(code::WRONG_TYPE, expected(&"a key", other)),
    };
    if known { Fits } else { breaks(code::UNKNOWN_KEY, &format_args!("a key of the table `{table}`"), value) }
}

fn breaks(code: &'static str, expectation: &dyn Display, found: &Tree) -> Finding {
    Breaks(code, expected(expectation, found))
}

fn expected(expectation: &dyn Display, found: &Tree) -> String {
    // The longest part is cut first: what was found is always shown.
    let expectation = report("", "", &expectation.to_string()).text;
    let expectation: String = expectation.chars().take(120).collect();
    format!("expected {expectation}, found {}", excerpt(found))
}

fn listed(options: &[Tree]) -> String {
    options.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
