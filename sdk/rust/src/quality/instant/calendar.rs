//! The calendar as arithmetic: days since 1970 began.

/// Its seconds.
pub(super) const DAY: i64 = 24 * 60 * 60;

/// How many days a month has; 0 where there is no such month.
pub(super) fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The number of a day. Years begin in March here, so that a leap day is the last one.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let from = if month <= 2 { year - 1 } else { year };
    let era = from.div_euclid(400);
    let year_of_era = from.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day's number.
pub(super) fn date_of(number: i64) -> (i64, i64, i64) {
    let days = number + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_as_a_library_does() {
        let first = jiff::civil::date(1970, 1, 1);
        for number in (-719_162..2_932_896).step_by(97) {
            let date = first.checked_add(jiff::Span::new().days(number)).unwrap();
            assert_eq!(date_of(number), (date.year().into(), date.month().into(), date.day().into()));
            assert_eq!(day_number(date.year().into(), date.month().into(), date.day().into()), number);
        }
    }
}
