//! The numbering plans of all countries. How the tables are written is said in `sdk/quality/README.md`.

use super::shape::Shape;

/// Calling codes and countries, a line each, sorted by bytes.
const PLANS: &str = include_str!("plans.txt");

/// How the numbers of one country are written.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// The calling code.
    pub(super) code: &'static str,
    abroad: Shape,
    national: Shape,
    lengths: u32,
    local_lengths: u32,
    prefixes: &'static str,
}

impl Plan {
    fn read(line: &'static str) -> Option<Self> {
        let mut words = line.splitn(6, ' ');
        Some(Self {
            code: words.next()?,
            abroad: Shape::read(words.next()?)?,
            national: Shape::read(words.next()?)?,
            lengths: words.next()?.parse().ok()?,
            local_lengths: words.next()?.parse().ok()?,
            prefixes: words.next().unwrap_or_default(),
        })
    }

    /// What follows the digits that lead abroad; no calling code begins with 0.
    pub(super) fn behind_access_code(self, digits: &str) -> Option<&str> {
        let end = self.abroad.longest(digits).filter(|end| *end > 0)?;
        digits.get(end..).filter(|rest| !rest.starts_with('0'))
    }

    /// Whether it looks like a national number.
    pub(super) fn fits(self, number: &str) -> bool {
        self.national.fits(number)
    }

    pub(super) fn is_too_long(self, number: &str) -> bool {
        self.lengths >> number.len().min(31) == 0 && !has_bit(self.local_lengths, number.len())
    }

    /// Whether a national number can be that long. One that is too long counts: it is refused later.
    pub(super) fn has_length(self, number: &str) -> bool {
        let is_possible = has_bit(self.lengths, number.len()) && !has_bit(self.local_lengths, number.len());
        is_possible || self.is_too_long(number)
    }

    /// The number without what is dialled before it inside the country only, if it still is one then.
    pub(super) fn without_prefix(self, number: &str) -> String {
        let rules = self.prefixes.split(' ').filter(|rule| !rule.is_empty());
        match rules.filter_map(|rule| applied(rule, number)).next() {
            Some(stripped) if self.fits(&stripped) || !self.fits(number) => stripped,
            _ => number.to_owned(),
        }
    }
}

fn has_bit(bits: u32, place: usize) -> bool {
    bits >> place.min(31) & 1 == 1
}

/// The number by a rule for prefixes; none where the rule isn't for it.
fn applied(rule: &str, number: &str) -> Option<String> {
    let mut words = rule.split(':');
    let lead = Shape::read(words.next()?)?;
    let Some(kept) = words.next() else { return Some(number.get(lead.longest(number)?..)?.to_owned()) };
    let kept = Shape::read(kept)?;
    let tail = Shape::read(words.next()?)?;
    let ends = words.next()? == "1";
    let put = words.next()?;
    for start in (0..=number.len()).rev().filter(|start| lead.fits(&number[..*start])) {
        for end in (start..=number.len()).rev().filter(|end| kept.fits(&number[start..*end])) {
            let rest = tail.longest(&number[end..]).map(|length| &number[end + length..]);
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || !ends) {
                return Some(format!("{put}{}{rest}", &number[start..end]));
            }
        }
    }
    None
}

/// The plan of a country by its alpha-2 code, in whatever case.
pub(super) fn of(country: &str) -> Option<Plan> {
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    Plan::read(is_code.then(|| find(&country.to_ascii_uppercase()))??)
}

/// The plan by which numbers with this calling code are read.
pub(super) fn main(code: &str) -> Option<Plan> {
    let (country, _) = find(code)?.split_once(' ')?;
    Plan::read(find(country)?)
}

/// A calling code, and what follows it.
pub(super) fn split_code(digits: &str) -> Option<(&str, &str)> {
    (1..=3).filter_map(|length| digits.split_at_checked(length)).find(|(code, _)| find(code).is_some())
}

/// Whether the national number is of a range that is given out in a country of this calling code.
pub(super) fn is_valid(code: &str, number: &str) -> bool {
    let valid = find(code).and_then(|line| Shape::read(line.split_once(' ')?.1));
    valid.is_some_and(|valid| valid.fits(number))
}

/// The rest of the line whose first word this is.
fn find(key: &str) -> Option<&'static str> {
    crate::quality::table::find(PLANS, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_read() {
        for line in PLANS.lines() {
            let (key, rest) = line.split_once(' ').unwrap();
            assert_eq!(find(key), Some(rest), "{key}");
            let plan = if key.bytes().all(|byte| byte.is_ascii_digit()) { main(key) } else { Plan::read(rest) };
            assert!(plan.is_some(), "{key}");
        }
        for absent in ["", "0", "ZZ", "~", "9999"] {
            assert_eq!(find(absent), None, "{absent}");
        }
    }
}
