//! Finds checks that no value could pass together: checks for two types, or bounds that leave nothing between them.

use gantry_rules::{Kind, Moment};
use gantry_schema::Number;
use serde_json::Value;

use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::lower::Lower;
use crate::raw::rules::{Operand, RuleTable, Scalar};

/// The kind of value that a check is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Numbers,
    Dates,
    Texts,
    Arrays,
    Keys,
}

impl About {
    const fn words(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Dates => "dates",
            Self::Texts => "texts",
            Self::Arrays => "arrays",
            Self::Keys => "keys of tables",
        }
    }

    const fn goes_with(self, kind: Kind) -> bool {
        match kind {
            Kind::Text => matches!(self, Self::Texts | Self::Keys),
            Kind::Number | Kind::Integer => matches!(self, Self::Numbers | Self::Keys),
            Kind::Decimal => matches!(self, Self::Numbers | Self::Texts | Self::Keys),
            Kind::Boolean => matches!(self, Self::Keys),
            Kind::Date | Kind::DateTime => matches!(self, Self::Dates | Self::Texts | Self::Keys),
            Kind::Array => matches!(self, Self::Arrays),
            Kind::Object => false,
        }
    }

    /// Whether no value is of both kinds. Numbers and dates may be texts; arrays are of no other kind.
    fn excludes(self, other: Self) -> bool {
        let one_of = |about| self == about || other == about;
        self != other && (one_of(Self::Arrays) || one_of(Self::Numbers) && one_of(Self::Dates))
    }
}

/// A check as it is written: its key, its place, and what it is about.
type Written<'a> = (&'static str, &'a Span, About);

impl Lower<'_> {
    /// Whether there are values that could pass. Reports every pair of checks that exclude each other.
    pub(super) fn contradicts_nothing(&mut self, raw: &RuleTable) -> bool {
        let written = written(raw);
        let kinds = match &raw.kind {
            Some(kind) => self.fits_kind(raw, kind.value.into(), &written),
            None => self.fit_together(&written),
        };
        let numbers = self.number_range(raw);
        let dates = self.date_range(raw);
        let length = self.count_range(("min_length", &raw.min_length), ("max_length", &raw.max_length));
        let items = self.count_range(("min_items", &raw.min_items), ("max_items", &raw.max_items));
        kinds && numbers && dates && length && items
    }

    fn fits_kind(&mut self, raw: &RuleTable, kind: Kind, written: &[Written<'_>]) -> bool {
        let mut fits = true;
        for (key, span, about) in written.iter().filter(|(_, _, about)| !about.goes_with(kind)) {
            let message = format!("`{key}` is about {}, but the rule asks for {}", about.words(), kind.words());
            let help = match (kind, about) {
                (Kind::Text, About::Numbers) => "for a text that holds a number, say `type = \"decimal\"`",
                (Kind::Text, About::Dates) => "for a text that holds a date, say `type = \"date\"` or \"date_time\"",
                _ => "leave out either",
            };
            self.report.add(Code::Conflict, span, message, help);
            fits = false;
        }
        for (value, span) in stated(raw).filter(|(value, _)| !is_of(value, kind)) {
            let message = format!("{value} never is {}", kind.words());
            self.report.add(Code::Conflict, span, message, "change the value, or the `type`");
            fits = false;
        }
        fits
    }

    fn fit_together(&mut self, written: &[Written<'_>]) -> bool {
        let Some((first, _, about)) = written.first() else { return true };
        let other = written.iter().find(|(_, _, other)| about.excludes(*other));
        if let Some((key, span, other)) = other {
            let message = format!("`{key}` is about {}, but `{first}` is about {}", other.words(), about.words());
            self.report.add(Code::Conflict, span, message, "make two rules of it, each with a `type`");
        }
        other.is_none()
    }

    fn number_range(&mut self, raw: &RuleTable) -> bool {
        let low = [("min", &raw.min, false), ("above", &raw.above, true)];
        let high = [("max", &raw.max, false), ("below", &raw.below, true)];
        self.range(low, high, number, Number::cmp)
    }

    fn date_range(&mut self, raw: &RuleTable) -> bool {
        let low = [("not_before", &raw.not_before, false), ("after", &raw.after, true)];
        let high = [("not_after", &raw.not_after, false), ("before", &raw.before, true)];
        self.range(low, high, date, Moment::compare)
    }

    fn count_range(&mut self, low: (&str, &Option<At<u64>>), high: (&str, &Option<At<u64>>)) -> bool {
        let ((low_key, Some(low)), (high_key, Some(high))) = (low, high) else { return true };
        if low.value > high.value {
            let message = format!("`{high_key}` is less than `{low_key}`, which is {}", low.value);
            self.report.add(Code::Conflict, &high.span, message, "no value could have both");
        }
        low.value <= high.value
    }

    /// Whether each of the upper bounds leaves something above each of the lower ones.
    fn range<T: std::fmt::Display>(
        &mut self,
        low: [(&str, &Option<At<Operand>>, bool); 2],
        high: [(&str, &Option<At<Operand>>, bool); 2],
        read: impl Fn(&Operand) -> Option<T>,
        compare: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) -> bool {
        let mut possible = true;
        for (low_key, low, low_excluded) in low {
            for (high_key, high, high_excluded) in &high {
                let (Some(low), Some(high)) = (low, high) else { continue };
                let (Some(least), Some(most)) = (read(&low.value), read(&high.value)) else { continue };
                let order = compare(&least, &most);
                if order.is_gt() || order.is_eq() && (low_excluded || *high_excluded) {
                    let message = format!("`{high_key}` leaves nothing beyond `{low_key}`, which is {least}");
                    self.report.add(Code::Conflict, &high.span, message, "no value could have both");
                    possible = false;
                }
            }
        }
        possible
    }
}

fn number(operand: &Operand) -> Option<Number> {
    match &operand.0 {
        Value::Number(number) => Some(Number::parse(&number.to_string())),
        Value::String(text) => Number::of_text(text),
        _ => None,
    }
}

fn date(operand: &Operand) -> Option<Moment> {
    operand.0.as_str().and_then(|text| Moment::parse(text).ok())
}

/// The checks that are about one kind of value.
fn written(raw: &RuleTable) -> Vec<Written<'_>> {
    fn at<'a, T>(key: &'static str, raw: &'a Option<At<T>>, about: About) -> Option<Written<'a>> {
        raw.as_ref().map(|raw| (key, &raw.span, about))
    }
    let all = [
        at("min", &raw.min, About::Numbers),
        at("max", &raw.max, About::Numbers),
        at("above", &raw.above, About::Numbers),
        at("below", &raw.below, About::Numbers),
        at("decimals", &raw.decimals, About::Numbers),
        at("sum_of", &raw.sum_of, About::Numbers),
        at("not_before", &raw.not_before, About::Dates),
        at("not_after", &raw.not_after, About::Dates),
        at("after", &raw.after, About::Dates),
        at("before", &raw.before, About::Dates),
        at("min_length", &raw.min_length, About::Texts),
        at("max_length", &raw.max_length, About::Texts),
        at("pattern", &raw.pattern, About::Texts),
        at("min_items", &raw.min_items, About::Arrays),
        at("max_items", &raw.max_items, About::Arrays),
        at("lookup", &raw.lookup, About::Keys),
    ];
    all.into_iter().flatten().collect()
}

/// The values that the rule states, each with its place.
fn stated(raw: &RuleTable) -> impl Iterator<Item = (&Value, &Span)> {
    let lists = [&raw.one_of, &raw.none_of].into_iter().flatten().flat_map(|list| &list.value);
    let listed = lists.map(|at: &At<Scalar>| (&at.value.0, &at.span));
    let single = [&raw.equals, &raw.differs].into_iter().flatten().map(|at| (&at.value.0, &at.span));
    listed.chain(single.filter(|(value, _)| !value.is_object()))
}

fn is_of(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::Date | Kind::DateTime => value.is_string(),
        Kind::Number => value.is_number(),
        Kind::Integer => value.as_number().is_some_and(|number| Number::parse(&number.to_string()).is_integer()),
        Kind::Decimal => value.is_number() || value.as_str().is_some_and(|text| Number::of_text(text).is_some()),
        Kind::Boolean => value.is_boolean(),
        Kind::Array | Kind::Object => false,
    }
}
