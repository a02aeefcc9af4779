//! Names of months in English, German, French and Spanish.

/// Folded names by month. A text names a month if it is a beginning of one of them, at least three letters long.
const NAMES: [&[&str]; 12] = [
    &["january", "januar", "jaenner", "janner", "janvier", "enero"],
    &["february", "februar", "fevrier", "febrero"],
    &["march", "marz", "maerz", "mars", "marzo", "mrz"],
    &["april", "avril", "abril"],
    &["may", "mai", "mayo"],
    &["june", "juni", "juin", "junio"],
    &["july", "juli", "juillet", "julio"],
    &["august", "aout", "agosto"],
    &["september", "septembre", "septiembre", "setiembre", "sept"],
    &["october", "oktober", "octobre", "octubre"],
    &["november", "novembre", "noviembre"],
    &["december", "dezember", "decembre", "diciembre"],
];

/// The number of the month that a folded word names, from 1. A beginning that two months share names none (`jui`).
pub(super) fn number(word: &str) -> Option<u16> {
    if word.len() < 3 {
        return None;
    }
    let mut named = (1..).zip(NAMES).filter(|(_, names)| names.iter().any(|name| name.starts_with(word)));
    let (month, _) = named.next()?;
    if named.next().is_none() { Some(month) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_beginnings_are_known_unless_two_months_share_them() {
        for (word, month) in [("mar", 3), ("mrz", 3), ("mai", 5), ("may", 5), ("juin", 6), ("juil", 7), ("dez", 12)] {
            assert_eq!(number(word), Some(month), "{word}");
        }
        for word in ["", "ma", "jui", "marzipan", "monday"] {
            assert_eq!(number(word), None, "{word}");
        }
    }
}
