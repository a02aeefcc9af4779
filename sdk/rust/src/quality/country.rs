//! Countries to ISO 3166 alpha-2.
//!
//! The names are in `country/names.txt`: codes, English names and their variants, and what a country's own people and
//! its neighbours call it. A plain sorted text that is searched in place costs a component 15 kB and no work at start. The
//! tests compare it with the crate `celes`.

use crate::check::Defect;
use crate::quality::fold;

/// One folded name and its code a line, sorted by bytes.
const NAMES: &str = include_str!("country/names.txt");

const COUNT: usize = count_lines();

/// Where each line begins, and where the text ends; computed at compile time.
static STARTS: [u16; COUNT + 1] = starts();

/// An ISO 3166 alpha-2 code. (An alias, so that serde's derive doesn't take it for a text to borrow from the input.)
pub type Alpha2 = &'static str;

/// The alpha-2 code of a country given as a code (two or three letters) or a name: English with its variants (`UK`,
/// `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and punctuation
/// don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`.
///
/// ```
/// use gantry_sdk::quality::country::alpha2;
/// assert_eq!(alpha2("Deutschland"), Ok("DE"));
/// assert_eq!(alpha2("u.k."), Ok("GB"));
/// assert_eq!(alpha2("Atlantis").unwrap_err().code, "unknown-country");
/// ```
pub fn alpha2(text: &str) -> Result<Alpha2, Defect> {
    find(&fold(text)).ok_or_else(|| Defect::new("unknown-country", format!("`{text}` is no country known by ISO 3166")))
}

fn find(name: &str) -> Option<Alpha2> {
    let mut low = 0;
    let mut high = COUNT;
    while low < high {
        let middle = usize::midpoint(low, high);
        let (found, code) = entry(middle)?;
        match found.cmp(name) {
            std::cmp::Ordering::Equal => return Some(code),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// Name and code of a line: the code is its last two letters.
fn entry(number: usize) -> Option<(&'static str, Alpha2)> {
    let start = *STARTS.get(number)?;
    let next = *STARTS.get(number + 1)?;
    let (name, code) =
        NAMES.get(start.into()..usize::from(next) - 1)?.split_at_checked(usize::from(next - start) - 4)?;
    Some((name, code.get(1..)?))
}

const fn count_lines() -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < NAMES.len() {
        count += (NAMES.as_bytes()[at] == b'\n') as usize;
        at += 1;
    }
    count
}

const fn starts() -> [u16; COUNT + 1] {
    assert!(NAMES.len() <= u16::MAX as usize, "an offset fits in 16 bits");
    let mut starts = [0; COUNT + 1];
    let mut line = 0;
    let mut at = 0;
    while at < NAMES.len() {
        if NAMES.as_bytes()[at] == b'\n' {
            line += 1;
            starts[line] = (at + 1) as u16;
        }
        at += 1;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_without_repetition() {
        let names: Vec<_> = NAMES.lines().map(|line| line.split_once(' ').unwrap().0).collect();
        assert!(names.is_sorted_by(|a, b| a < b));
        for name in names {
            assert_eq!(fold(name), name);
        }
    }

    #[test]
    fn every_line_is_found() {
        for line in NAMES.lines() {
            let (name, code) = line.split_once(' ').unwrap();
            assert_eq!(find(name), Some(code), "{name}");
        }
    }

    #[test]
    fn the_list_agrees_with_a_library_on_every_country() {
        for country in celes::Country::get_countries() {
            for name in [country.alpha2, country.alpha3, country.long_name] {
                assert_eq!(alpha2(name), Ok(country.alpha2), "{name}");
            }
        }
        let codes: std::collections::BTreeSet<_> = NAMES.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(codes.len(), celes::Country::get_countries().len());
    }

    #[test]
    fn what_people_write_is_understood() {
        for (text, code) in [
            ("UK", "GB"),
            ("U.S.A.", "US"),
            ("usa", "US"),
            ("The Netherlands", "NL"),
            ("Holland", "NL"),
            ("ÖSTERREICH", "AT"),
            ("Côte d'Ivoire", "CI"),
            ("ivory coast", "CI"),
            ("South Korea", "KR"),
            ("Türkei", "TR"),
            ("Turkey", "TR"),
            ("España", "ES"),
            ("日本", "JP"),
            ("Ελλάδα", "GR"),
            ("Россия", "RU"),
            ("Czech Republic", "CZ"),
            ("DEU", "DE"),
            (" de ", "DE"),
            ("Bosnia & Herzegovina", "BA"),
            ("Åland", "AX"),
            ("Viet Nam", "VN"),
            ("Samoa", "WS"),
        ] {
            assert_eq!(alpha2(text), Ok(code), "{text}");
        }
    }

    #[test]
    fn what_is_no_country_is_refused() {
        for text in ["", "  ", "ZZ", "Atlantis", "Europe", "NULL", "zzzzzzzz", "a", "germany DE"] {
            assert_eq!(alpha2(text).unwrap_err().code, "unknown-country", "{text}");
        }
    }
}
