//! Collects broken rules, all of them, with the path each was found at.

use std::borrow::Cow;
use std::fmt;

use crate::json::push_token;
use crate::outcome::{Refusal, Violation};

/// What is wrong with one value, without the place of the value. The functions of the quality kit return these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Stable and countable: lower case words joined by hyphens.
    pub code: Cow<'static, str>,
    /// For people.
    pub text: Cow<'static, str>,
}

impl Defect {
    /// A defect with this code.
    pub fn new(code: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), text: text.into() }
    }

    /// The defect at its place, a JSON Pointer.
    #[must_use]
    pub fn at(self, path: String) -> Violation {
        Violation { path, code: self.code.into_owned(), text: self.text.into_owned() }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.code)
    }
}

impl std::error::Error for Defect {}

/// Collects violations, and knows the present place in the input.
///
/// A value that fails a check is replaced by its type's default, so that a mapping goes on and reports everything that is
/// wrong; [`finish`](Self::finish) then refuses the message. Rules that span several fields ask
/// [`is_clean`](Self::is_clean) first.
///
/// ```
/// use gantry_sdk::prelude::*;
///
/// let mut check = Checker::new();
/// check.within("address", |check| {
///     check.field("country", quality::country::alpha2("Atlantis"));
/// });
/// check.each("lines", [3, 0], |check, quantity| check.field("quantity", quality::range(quantity, 1..=999)));
/// let Err(Refusal::Invalid(found)) = check.finish() else { panic!("two rules are broken") };
/// assert_eq!(found[0].path, "/address/country");
/// assert_eq!(found[1].path, "/lines/1/quantity");
/// ```
#[derive(Debug, Default)]
pub struct Checker {
    place: Vec<Token>,
    found: Vec<Violation>,
}

#[derive(Clone, Copy, Debug)]
enum Token {
    Name(&'static str),
    Index(usize),
}

impl Checker {
    /// At the root of the input, with nothing found.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or its default and a violation at `name`.
    pub fn field<T: Default>(&mut self, name: &'static str, checked: Result<T, Defect>) -> T {
        checked.unwrap_or_else(|defect| {
            self.violation(Some(name), defect);
            T::default()
        })
    }

    /// The value, or its default and a violation at the present place itself.
    pub fn here<T: Default>(&mut self, checked: Result<T, Defect>) -> T {
        checked.unwrap_or_else(|defect| {
            self.violation(None, defect);
            T::default()
        })
    }

    /// A business rule: a violation at `name` unless it holds.
    pub fn rule(&mut self, name: &'static str, holds: bool, code: &'static str, text: impl FnOnce() -> String) {
        if !holds {
            self.violation(Some(name), Defect::new(code, text()));
        }
    }

    /// Checks the member `name`.
    pub fn within<R>(&mut self, name: &'static str, check_part: impl FnOnce(&mut Self) -> R) -> R {
        self.place.push(Token::Name(name));
        let result = check_part(self);
        self.place.pop();
        result
    }

    /// Checks the element `index` of the present array.
    pub fn at<R>(&mut self, index: usize, check_part: impl FnOnce(&mut Self) -> R) -> R {
        self.place.push(Token::Index(index));
        let result = check_part(self);
        self.place.pop();
        result
    }

    /// Checks each element of the array `name`.
    pub fn each<I: IntoIterator, R>(
        &mut self,
        name: &'static str,
        items: I,
        mut check_part: impl FnMut(&mut Self, I::Item) -> R,
    ) -> Vec<R> {
        self.within(name, |check| {
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| check.at(index, |check| check_part(check, item)))
                .collect()
        })
    }

    /// How many broken rules were found so far. If it is the same before and after checking a part, that part is clean.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// True while no rule is broken.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.found.is_empty()
    }

    /// Refuses the message as invalid if any rule is broken.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.found.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.found)) }
    }

    #[cold]
    fn violation(&mut self, name: Option<&'static str>, defect: Defect) {
        let mut path = String::new();
        for token in self.place.iter().copied().chain(name.map(Token::Name)) {
            match token {
                Token::Name(name) => push_token(&mut path, name),
                Token::Index(index) => push_token(&mut path, &index.to_string()),
            }
        }
        self.found.push(defect.at(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_rule_is_reported_at_its_place() {
        let mut check = Checker::new();
        let defect = || Err::<u8, _>(Defect::new("bad", "bad"));
        check.field("a/b", defect());
        check.each("rows", [0, 1], |check, n| {
            check.within("x", |check| check.here(if n == 1 { defect() } else { Ok(7) }))
        });
        check.rule("total", false, "wrong-total", || "off".into());
        let Err(Refusal::Invalid(found)) = check.finish() else { panic!("not refused") };
        let paths: Vec<_> = found.iter().map(|v| v.path.as_str()).collect();
        assert_eq!(paths, ["/a~1b", "/rows/1/x", "/total"]);
    }

    #[test]
    fn nothing_found_refuses_nothing() {
        let mut check = Checker::new();
        assert_eq!(check.field("a", Ok(3)), 3);
        assert!(check.is_clean());
        check.finish().unwrap();
    }
}
