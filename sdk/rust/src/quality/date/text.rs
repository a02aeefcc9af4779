//! Dates as JSON strings, without the cost of general formatting.

use serde::Serializer;

use super::Date;

/// For `#[serde(serialize_with = "quality::date::as_text")]`: a date, or an optional one, as `2026-03-09`. The same text
/// as without it, in a fraction of the time.
pub fn as_text<D: Copy + Into<Option<Date>>, S: Serializer>(date: &D, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(date) = (*date).into() else { return serializer.serialize_none() };
    let digit = |number: i16, place: i16| b'0' + (number / place % 10).unsigned_abs() as u8;
    let year = date.year();
    let month = date.month().into();
    let day = date.day().into();
    let text = [
        digit(year, 1000),
        digit(year, 100),
        digit(year, 10),
        digit(year, 1),
        b'-',
        digit(month, 10),
        digit(month, 1),
        b'-',
        digit(day, 10),
        digit(day, 1),
    ];
    match std::str::from_utf8(&text) {
        Ok(text) if year >= 0 => serializer.serialize_str(text),
        _ => serializer.collect_str(&date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(date: impl Copy + Into<Option<Date>>) -> String {
        let mut json = Vec::new();
        as_text(&date, &mut serde_json::Serializer::new(&mut json)).unwrap();
        String::from_utf8(json).unwrap()
    }

    proptest! {
        #[test]
        fn the_text_is_the_one_the_library_writes(year in -9999i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let date = jiff::civil::date(year, month, day);
            prop_assert_eq!(text(date), format!("\"{date}\""));
            prop_assert_eq!(text(None), "null");
        }
    }
}
