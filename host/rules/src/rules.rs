//! All rules of a step against one message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gantry_core::{Severity, Violation};
use gantry_schema::{Tree, report};

use crate::code;
use crate::judge::{Finding, absence, is_absent, judge, present};
use crate::lookup::Lookup;
use crate::place::Place;
use crate::rule::{Check, Condition, Rule};

/// The rules of a step, ready to use; cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules(Arc<[Rule]>);

/// What the rules say of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What the message can't go on with, in the order of the rules; none when it goes on.
    pub violations: Vec<Violation>,
    /// Whether it is no JSON: then no rule could be asked, and that is the one violation.
    pub not_json: bool,
    /// How often which rule is broken, warnings included.
    pub tallies: Vec<Tally>,
}

/// How often a message breaks a rule at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The violation's code.
    pub code: String,
    /// The field as the rule names it.
    pub field: String,
    /// What it means for the message.
    pub severity: Severity,
    /// How often.
    pub count: u64,
}

impl Rules {
    /// These rules, asked in this order.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules.into())
    }

    /// The rules.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
    }

    /// The tables that are looked into.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<&str> {
        let checks = self.0.iter().flat_map(|rule| &rule.checks);
        let tables = checks.filter_map(|check| match check {
            Check::Lookup(table) => Some(table.as_str()),
            _ => None,
        });
        tables.collect()
    }

    /// Asks every rule of a payload. What isn't JSON breaks the first one, whatever it is.
    #[must_use]
    pub fn check(&self, content_type: &str, payload: &[u8], tables: &dyn Lookup) -> Verdict {
        let mut notes = Notes::default();
        match Tree::of_message(content_type, payload) {
            Ok(tree) => self.0.iter().for_each(|rule| ask(rule, &tree, tables, &mut notes)),
            Err(violation) => {
                notes.not_json = true;
                notes.note(None, "", violation);
            }
        }
        notes.finish()
    }
}

/// Asks one rule at every place it is about.
fn ask(rule: &Rule, tree: &Tree, tables: &dyn Lookup, notes: &mut Notes) {
    let mut seen = Seen::default();
    let unique = rule.checks.iter().any(|check| matches!(check, Check::Unique));
    Place::each(tree, &rule.field, &mut |place| {
        if !rule.when.as_ref().is_none_or(|condition| holds(condition, place, tables)) {
            return;
        }
        let Some(value) = present(place) else {
            if rule.checks.iter().any(|check| matches!(check, Check::Required)) {
                notes.find(rule, place.path(), absence(place));
            }
            return;
        };
        for check in &rule.checks {
            let finding = judge(check, value, place, tables);
            let ends = matches!(finding, Finding::Unfit(..));
            notes.find(rule, place.path(), finding);
            if ends {
                return;
            }
        }
        if unique && !seen.is_new(place, value) {
            let text = format!("{} is there more than once", gantry_schema::excerpt(value));
            notes.find(rule, place.path(), Finding::Breaks(code::UNIQUE_ITEMS, text));
        }
    });
}

/// Whether a condition is met, seen from a place.
fn holds(condition: &Condition, place: &Place<'_>, tables: &dyn Lookup) -> bool {
    let (value, _) = place.look(&condition.field);
    match value.filter(|value| !is_absent(value)) {
        Some(value) => {
            let fits = |check| judge(check, value, place, tables) == Finding::Fits;
            condition.present && condition.checks.iter().all(fits)
        }
        None => !condition.present,
    }
}

/// The values of one array so far.
#[derive(Default)]
struct Seen<'a> {
    holder: Option<*const Tree>,
    values: BTreeSet<&'a Tree>,
}

impl<'a> Seen<'a> {
    fn is_new(&mut self, place: &Place<'a>, value: &'a Tree) -> bool {
        let holder = Some(place.holder());
        if self.holder != holder {
            self.holder = holder;
            self.values.clear();
        }
        self.values.insert(value)
    }
}

/// What is found of one message.
#[derive(Default)]
struct Notes {
    violations: Vec<Violation>,
    not_json: bool,
    further: usize,
    tallies: BTreeMap<(String, String, Severity), u64>,
}

impl Notes {
    fn find(&mut self, rule: &Rule, path: &str, finding: Finding) {
        let own = |path: &str, code: &str, text: &str| {
            let (code, text) = (rule.code.as_deref().unwrap_or(code), rule.text.as_deref().unwrap_or(text));
            report(path, code, text)
        };
        match finding {
            Finding::Fits => {}
            Finding::Breaks(code, text) | Finding::Unfit(code, text) => {
                self.note(Some(rule), rule.field.as_str(), own(path, code, &text));
            }
            // The mistake is elsewhere, and the rule's own words are about its own field.
            Finding::Incomparable(path, code, text) => {
                let field = gantry_core::quality::fold_indices(&path);
                self.note(Some(rule), &field, report(&path, code, &text));
            }
        }
    }

    fn note(&mut self, rule: Option<&Rule>, field: &str, violation: Violation) {
        let severity = rule.map_or(Severity::Error, |rule| rule.severity);
        *self.tallies.entry((violation.code.clone(), field.to_owned(), severity)).or_default() += 1;
        match severity {
            Severity::Warning => {}
            Severity::Error if self.violations.len() < Violation::MOST => self.violations.push(violation),
            Severity::Error => self.further += 1,
        }
    }

    fn finish(mut self) -> Verdict {
        if self.further > 0 {
            self.violations.push(Violation::further(self.further));
        }
        let tally = |((code, field, severity), count)| Tally { code, field, severity, count };
        let tallies = self.tallies.into_iter().map(tally).collect();
        Verdict { violations: self.violations, not_json: self.not_json, tallies }
    }
}
