//! Countries to ISO 3166 alpha-2.
//!
//! The names stand in `country/names.txt`: codes, English names and their variants, and what a country's own people and
//! its neighbours call it. A plain sorted text, searched in place, costs a component 15 kB and no start-up work; the
//! tests hold it against the crate `celes`.

use crate::check::Defect;
use crate::quality::fold;

/// One folded name and its code a line, sorted by bytes.
const NAMES: &str = include_str!("country/names.txt");

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
    let at = STARTS.binary_search_by(|&start| line(start).0.cmp(name)).ok()?;
    Some(line(*STARTS.get(at)?).1)
}

/// Name and code of the line that begins here: the code is its last two letters.
fn line(start: u16) -> (&'static str, Alpha2) {
    let line = NAMES.get(usize::from(start)..).unwrap_or_default();
    let line = &line[..line.bytes().position(|b| b == b'\n').unwrap_or(line.len())];
    line.split_at_checked(line.len().saturating_sub(3)).map_or(("", ""), |(name, code)| (name, &code[1..]))
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
