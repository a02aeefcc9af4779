//! Rules. A rule that makes no sense is refused at its place.

mod contradiction;

use gantry_core::Severity;
use gantry_rules::{Bound, Check, Condition, Field, Kind, Operand as Meant, Order, Rule, Rules, code};
use gantry_schema::Number;
use regex::RegexBuilder;

use super::Lower;
use super::step::Tables;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::raw::rules::{KindChoice, Operand, RuleTable, SeverityChoice, WhenTable};

/// Most bytes of a compiled pattern: far more than a rule needs.
const PATTERN_BYTES: usize = 1 << 20;
/// Longest text that a rule may state; the same as that of Gantry's own texts.
const TEXT_BYTES: usize = 300;
const ABOUT_CHECKS: &str = "add a check: `required`, `type`, `min`, `max`, `one_of`, `pattern`, `lookup`, `unique` …";
const ABOUT_PATTERNS: &str =
    "patterns are regular expressions that take linear time: without look-around and backreferences";

/// The checks of a rule. If one has a mistake, there is no rule.
#[derive(Default)]
struct Checks {
    sound: Vec<Check>,
    mistaken: bool,
}

impl Checks {
    fn add(&mut self, check: Option<Check>) {
        self.mistaken |= check.is_none();
        self.sound.extend(check);
    }
}

impl Lower<'_> {
    pub(super) fn rules(&mut self, raw: Vec<At<RuleTable>>, tables: &Tables) -> Option<Rules> {
        // A rule's table ends where the next one begins; its own span is only its heading.
        let ends = raw.iter().skip(1).map(|next| next.span.start).chain([self.report.file.text.len()]);
        let parts: Vec<Span> = raw.iter().zip(ends).map(|(rule, end)| rule.span.start..end).collect();
        let rules = raw.iter().zip(parts).map(|(rule, part)| self.rule(rule, &part, tables));
        let rules: Vec<_> = rules.collect();
        let rules = rules.into_iter().collect::<Option<_>>().map(Rules::new)?;
        Some(rules.with_duplicate_members(self.duplicates))
    }

    /// One rule, in its part of the file.
    fn rule(&mut self, raw: &At<RuleTable>, part: &Span, tables: &Tables) -> Option<Rule> {
        let At { span, value: raw } = raw;
        let field = raw.field.as_ref()?;
        let field = self.field(&field.value, &field.span)?;
        let possible = self.contradicts_nothing(raw);
        let mut checks = Checks::default();
        self.checks(raw, &field, tables, &mut checks);
        let when = raw.when.as_ref().map_or(Some(None), |when| self.condition(&when.value, &field).map(Some));
        let code = raw.code.as_ref().map_or(Some(None), |code| self.own_code(code).map(Some));
        let text = raw.text.as_ref().map_or(Some(None), |text| self.own_text(text).map(Some));
        if checks.sound.is_empty() && !checks.mistaken {
            // A check that was left out because of a mistake counts as one.
            if self.report.has_within(part) {
                return None;
            }
            let message = format!("the rule asks nothing of `{}`", field.as_str());
            self.report.add(Code::MissingKey, span, message, ABOUT_CHECKS);
            return None;
        }
        let severity = match raw.severity {
            None | Some(SeverityChoice::Error) => Severity::Error,
            Some(SeverityChoice::Warning) => Severity::Warning,
        };
        let checks = (possible && !checks.mistaken).then_some(checks.sound);
        Some(Rule { field, when: when?, checks: checks?, severity, code: code?, text: text? })
    }

    /// The checks in the order in which they are made and reported: the type first, because no other check passes for a
    /// value of another type.
    fn checks(&mut self, raw: &RuleTable, field: &Field, tables: &Tables, checks: &mut Checks) {
        if raw.required.as_ref().is_some_and(|at| at.value) {
            checks.add(Some(Check::Required));
        }
        if let Some(kind) = &raw.kind {
            checks.add(Some(Check::Type(kind.value.into())));
        }
        self.bounds([&raw.min, &raw.max, &raw.above, &raw.below], field, checks);
        if let Some(decimals) = &raw.decimals {
            checks.add(Some(Check::Decimals(decimals.value)));
        }
        self.sum(raw, field, checks);
        let orders = [Order::NotBefore, Order::NotAfter, Order::After, Order::Before];
        for (order, raw) in orders.into_iter().zip([&raw.not_before, &raw.not_after, &raw.after, &raw.before]) {
            let Some(raw) = raw else { continue };
            checks.add(self.operand(raw, field, Self::date_literal).map(|other| Check::Date(order, other)));
        }
        let mut count = |raw: &Option<At<u64>>, check: fn(u64) -> Check| {
            raw.iter().for_each(|at| checks.add(Some(check(at.value))));
        };
        count(&raw.min_length, Check::MinLength);
        count(&raw.max_length, Check::MaxLength);
        count(&raw.min_items, Check::MinItems);
        count(&raw.max_items, Check::MaxItems);
        if let Some(pattern) = &raw.pattern {
            checks.add(self.regular_expression(pattern));
        }
        self.comparisons(raw.equals.as_ref(), raw.differs.as_ref(), field, checks);
        if let Some(values) = &raw.one_of {
            checks.add(self.values(values).map(Check::OneOf));
        }
        if let Some(values) = &raw.none_of {
            checks.add(self.values(values).map(Check::NoneOf));
        }
        if let Some(table) = &raw.lookup {
            let declared = self.has_table(table, tables, "to look into");
            checks.add(declared.then(|| Check::Lookup(table.value.clone())));
        }
        if let Some(unique) = raw.unique.as_ref().filter(|at| at.value) {
            checks.add(self.unique(field, &unique.span));
        }
    }

    /// `min`, `max`, `above`, `below`.
    fn bounds(&mut self, raw: [&Option<At<Operand>>; 4], field: &Field, checks: &mut Checks) {
        for (bound, raw) in [Bound::Min, Bound::Max, Bound::Above, Bound::Below].into_iter().zip(raw) {
            let Some(raw) = raw else { continue };
            checks.add(self.operand(raw, field, Self::number_literal).map(|other| Check::Number(bound, other)));
        }
    }

    fn comparisons(
        &mut self,
        equals: Option<&At<Operand>>,
        differs: Option<&At<Operand>>,
        field: &Field,
        checks: &mut Checks,
    ) {
        if let Some(other) = equals {
            checks.add(self.operand(other, field, Self::value_literal).map(Check::Equals));
        }
        if let Some(other) = differs {
            checks.add(self.operand(other, field, Self::value_literal).map(Check::Differs));
        }
    }

    fn sum(&mut self, raw: &RuleTable, field: &Field, checks: &mut Checks) {
        let tolerance = raw.tolerance.as_ref().map_or(Some(Number::Unsigned(0)), |raw| self.tolerance(raw, field));
        match (&raw.sum_of, &raw.tolerance) {
            (Some(of), _) => {
                let of = self.summed(&of.value, &of.span, field);
                checks.add(of.zip(tolerance).map(|(of, tolerance)| Check::Sum(of, tolerance)));
            }
            (None, Some(stray)) => {
                let message = "a tolerance is how far a number may be from a sum";
                self.report.add(Code::Conflict, &stray.span, message, "add `sum_of`, or leave it out");
                checks.add(None);
            }
            (None, None) => {}
        }
    }

    fn tolerance(&mut self, raw: &At<Operand>, field: &Field) -> Option<Number> {
        match self.operand(raw, field, Self::number_literal)? {
            Meant::Literal(number) if number >= Number::Unsigned(0) => Some(number),
            Meant::Literal(_) => {
                self.report.add(Code::OutOfRange, &raw.span, "`tolerance` must be at least 0", "");
                None
            }
            Meant::Field(_) => {
                self.invalid(&raw.span, "a tolerance is a number of its own", "for instance `tolerance = 0.01`");
                None
            }
        }
    }

    fn regular_expression(&mut self, raw: &At<String>) -> Option<Check> {
        match RegexBuilder::new(&raw.value).size_limit(PATTERN_BYTES).build() {
            Ok(pattern) => Some(Check::Pattern(pattern)),
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                let problem = last.strip_prefix("error: ").unwrap_or(last).to_owned();
                self.invalid(&raw.span, format!("this is no pattern: {problem}"), ABOUT_PATTERNS);
                None
            }
        }
    }

    fn unique(&mut self, field: &Field, span: &Span) -> Option<Check> {
        if field.stars() > 0 {
            return Some(Check::Unique);
        }
        let message = format!("there is only one `{}`, which is always unique", field.as_str());
        let help = "say with `*` which elements are compared: \"/lines/*/position\"";
        self.report.add(Code::Conflict, span, message, help);
        None
    }

    fn condition(&mut self, raw: &WhenTable, from: &Field) -> Option<Condition> {
        let field = raw.field.as_ref()?;
        let field = self.field_reference(&field.value, &field.span, from);
        let mut checks = Checks::default();
        self.bounds([&raw.min, &raw.max, &raw.above, &raw.below], from, &mut checks);
        if let Some(pattern) = &raw.pattern {
            checks.add(self.regular_expression(pattern));
        }
        self.comparisons(raw.equals.as_ref(), raw.differs.as_ref(), from, &mut checks);
        if let Some(values) = &raw.one_of {
            checks.add(self.values(values).map(Check::OneOf));
        }
        if let Some(values) = &raw.none_of {
            checks.add(self.values(values).map(Check::NoneOf));
        }
        let absent = raw.present.as_ref().filter(|at| !at.value);
        if let Some(absent) = absent.filter(|_| !checks.sound.is_empty()) {
            let message = "a field that isn't there meets no other condition";
            self.report.add(Code::Conflict, &absent.span, message, "leave out either");
            return None;
        }
        let checks = (!checks.mistaken).then_some(checks.sound);
        Some(Condition { field: field?, present: absent.is_none(), checks: checks? })
    }

    fn own_code(&mut self, raw: &At<String>) -> Option<String> {
        if code::is_valid(&raw.value) {
            return Some(raw.value.clone());
        }
        let message = format!("`{}` can't be a code", raw.value);
        let help = format!("use lower-case words joined by hyphens, at most {} bytes", code::MOST_BYTES);
        self.invalid(&raw.span, message, help);
        None
    }

    fn own_text(&mut self, raw: &At<String>) -> Option<String> {
        if (1..=TEXT_BYTES).contains(&raw.value.trim().len()) {
            return Some(raw.value.clone());
        }
        let message = format!("the text must have 1 to {TEXT_BYTES} bytes");
        self.report.add(
            Code::OutOfRange,
            &raw.span,
            message,
            "say what is expected, for those who have to put it right",
        );
        None
    }
}

impl From<KindChoice> for Kind {
    fn from(choice: KindChoice) -> Self {
        match choice {
            KindChoice::Text => Self::Text,
            KindChoice::Number => Self::Number,
            KindChoice::Integer => Self::Integer,
            KindChoice::Decimal => Self::Decimal,
            KindChoice::Boolean => Self::Boolean,
            KindChoice::Date => Self::Date,
            KindChoice::DateTime => Self::DateTime,
            KindChoice::Array => Self::Array,
            KindChoice::Object => Self::Object,
        }
    }
}
