//! All rules of a step against one message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gantry_core::{Severity, Violation};
use gantry_schema::{DuplicateMembers, Tree, report, too_deep};

use crate::code;
use crate::judge::{Finding, absence, is_absent, judge, present};
use crate::lookup::Lookup;
use crate::place::Place;
use crate::rule::{Check, Condition, Rule};

/// The rules of a step, ready to use; cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Arc<[Rule]>,
    duplicates: DuplicateMembers,
}

/// The result of checking a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The breaches that stop the message, in the order of the rules; none when it goes on.
    pub violations: Vec<Violation>,
    /// Whether it can't be read: it is not JSON, or has a member twice. Then no rule could be checked, and that is the only
    /// violation.
    pub unreadable: bool,
    /// How often each rule is broken, warnings included.
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
    /// These rules, checked in this order.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into(), duplicates: DuplicateMembers::default() }
    }

    /// The same rules, with another answer to objects that have a member twice.
    #[must_use]
    pub fn with_duplicate_members(self, duplicates: DuplicateMembers) -> Self {
        Self { duplicates, ..self }
    }

    /// The rules.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.rules
    }

    /// The tables that are looked into.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<&str> {
        let checks = self.rules.iter().flat_map(|rule| &rule.checks);
        let tables = checks.filter_map(|check| match check {
            Check::Lookup(table) => Some(table.as_str()),
            _ => None,
        });
        tables.collect()
    }

    /// Checks every rule against a payload. A payload that can't be read is one violation.
    #[must_use]
    pub fn check(&self, content_type: &str, payload: &[u8], tables: &dyn Lookup) -> Verdict {
        let mut notes = Notes::default();
        match Tree::of_message(content_type, payload, self.duplicates) {
            Ok(tree) => self.rules.iter().for_each(|rule| ask(rule, &tree, tables, &mut notes)),
            Err(violation) => {
                notes.unreadable = true;
                notes.note(None, "", violation);
            }
        }
        notes.finish()
    }
}

/// Checks one rule at every place it is about.
fn ask(rule: &Rule, tree: &Tree, tables: &dyn Lookup, notes: &mut Notes) {
    let mut seen = Seen::default();
    let unique = rule.checks.iter().any(|check| matches!(check, Check::Unique));
    Place::each(tree, &rule.field, &mut |place| {
        if !rule.when.as_ref().is_none_or(|condition| holds(condition, place, tables)) {
            return;
        }
        if place.is_too_deep {
            notes.find(rule, place.path(), Finding::Unfit(code::TOO_DEEP, too_deep()));
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

/// Whether a condition is met relative to a place.
fn holds(condition: &Condition, place: &Place<'_>, tables: &dyn Lookup) -> bool {
    let (value, _) = place.look(&condition.field);
    match value.filter(|value| !is_absent(value)) {
        Some(value) => {
            condition.present
                && condition.checks.iter().all(|check| judge(check, value, place, tables) == Finding::Fits)
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

/// What was found in one message.
#[derive(Default)]
struct Notes {
    violations: Vec<Violation>,
    unreadable: bool,
    further: usize,
    tallies: BTreeMap<(String, String, Severity), u64>,
}

impl Notes {
    fn find(&mut self, rule: &Rule, path: &str, finding: Finding) {
        match finding {
            Finding::Fits => {}
            Finding::Breaks(code, text) | Finding::Unfit(code, text) => {
                let code = rule.code.as_deref().unwrap_or(code);
                let text = rule.text.as_deref().unwrap_or(&text);
                self.note(Some(rule), rule.field.as_str(), report(path, code, text));
            }
            // The mistake is in another field, and the rule's own code and text are about its own field.
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
        let tallies = self.tallies.into_iter();
        Verdict {
            violations: self.violations,
            unreadable: self.unreadable,
            tallies: tallies.map(|((code, field, severity), count)| Tally { code, field, severity, count }).collect(),
        }
    }
}
