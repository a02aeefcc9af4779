//! Time zones by the tz database. How the table is written is said in `sdk/quality/README.md`.

use super::calendar::{DAY, date_of, day_number, days_in};

const ZONES: &str = include_str!("zones.txt");

/// Some zones, for tests.
#[cfg(test)]
pub(super) const NAMES: [&str; 6] =
    ["Europe/Berlin", "Europe/Dublin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"];

/// When a zone's clocks are how far from UTC: the numbers of rules, and between them until when each applies.
#[derive(Clone, Copy)]
pub(super) struct Zone(&'static str);

/// When clocks show a local time.
pub(super) struct Readings {
    /// At so many instants: none, one or two.
    pub(super) count: usize,
    /// The first; of none, what the clock would have shown if it had been put forward already.
    pub(super) earlier: i64,
    /// The last; of none, as if it had not been put forward yet.
    pub(super) later: i64,
}

impl Zone {
    /// The zone of this name, if it is one.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.starts_with(['!', '=']) {
            return None;
        }
        find(&format!("={}", find(name)?)).map(Self)
    }

    /// In seconds, at this many seconds since 1970.
    pub(super) fn offset(self, seconds: i64) -> i64 {
        let mut words = self.0.split(' ');
        let mut rule = words.next().unwrap_or_default();
        while let (Some(end), Some(next)) = (words.next(), words.next()) {
            if seconds < minutes(end) {
                break;
            }
            rule = next;
        }
        find(&format!("!{rule}")).map_or(0, |rule| ruled_offset(rule, seconds))
    }

    /// When the clocks show this many seconds since 1970 began on them.
    pub(super) fn readings(self, local: i64) -> Readings {
        // No two changes are less than two days apart.
        let before = self.offset(local - DAY);
        let after = self.offset(local + DAY);
        let is_shown = |offset: i64| self.offset(local - offset) == offset;
        let only = match (is_shown(before), is_shown(after)) {
            _ if before == after => before,
            (true, false) => before,
            (false, true) => after,
            (is_twice, _) => {
                let count = if is_twice { 2 } else { 0 };
                return Readings { count, earlier: local - before.max(after), later: local - before.min(after) };
            }
        };
        Readings { count: 1, earlier: local - only, later: local - only }
    }
}

fn ruled_offset(rule: &str, seconds: i64) -> i64 {
    let mut words = rule.split(',');
    let standard = words.next().map_or(0, minutes);
    let (Some(daylight), Some(start), Some(end)) = (words.next(), words.next(), words.next()) else { return standard };
    let daylight = minutes(daylight);
    let (year, _, _) = date_of((seconds + standard).div_euclid(DAY));
    let begins = change(start, year) - standard;
    let ends = change(end, year) - daylight;
    let is_summer = if begins < ends { (begins..ends).contains(&seconds) } else { !(ends..begins).contains(&seconds) };
    if is_summer { daylight } else { standard }
}

/// When the clocks are changed in a year, in seconds of the wall clock: month, week, weekday and minutes.
fn change(text: &str, year: i64) -> i64 {
    let mut numbers = text.split(['.', '/']).map(|word| word.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let month = next();
    let week: i64 = next();
    let weekday: i64 = next();
    let first = day_number(year, month, 1);
    // 1970 began on a Thursday.
    let mut day = 1 + (weekday - first - 4).rem_euclid(7) + 7 * (week - 1);
    while day > days_in(year, month) {
        day -= 7;
    }
    (first + day - 1) * DAY + next() * 60
}

/// A number of minutes in seconds.
fn minutes(text: &str) -> i64 {
    text.parse::<i64>().map_or(0, |minutes| minutes * 60)
}

/// The rest of the line whose first word this is.
fn find(key: &str) -> Option<&'static str> {
    crate::quality::table::find(ZONES, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_a_history_of_rules_that_are_known() {
        for line in ZONES.lines().filter(|line| !line.starts_with(['!', '='])) {
            let (name, _) = line.split_once(' ').unwrap();
            let zone = Zone::named(name).unwrap();
            assert!(zone.0.split(' ').step_by(2).all(|rule| find(&format!("!{rule}")).is_some()), "{name}");
        }
        assert!(Zone::named("=1").is_none() && Zone::named("!1").is_none() && Zone::named("").is_none());
    }
}
