//! Runs a rules step: each message is checked by itself. A message that breaks no rule continues as it is.

use std::time::Instant;

use gantry_config::OnViolation;
use gantry_core::{Breach, Fault, Severity, Violation};
use gantry_rules::Verdict as Findings;

use super::Pipeline;
use super::batch::{Batch, Item};
use super::part::Part;
use crate::state::{Failure, Verdict};
use crate::step::RulesStep;

/// What the rules of a step found in the parts of one message.
#[derive(Default)]
struct MessageFindings {
    skipped: Option<Fault>,
    given_up: Option<Failure>,
    /// Broken rules with the severity error, of all parts.
    errors: Vec<Breach>,
    warnings: Vec<Breach>,
}

impl Pipeline<'_> {
    /// Runs one rules step for all undecided messages.
    pub(super) fn check(&self, step: &RulesStep, batch: &mut Batch<'_>) {
        let began = Instant::now();
        let mut messages = 0;
        for item in batch.undecided() {
            messages += item.parts().len();
            self.check_one(step, item);
        }
        if let Some(metrics) = self.metrics.filter(|_| messages > 0) {
            metrics.observe_rules(&step.name, began.elapsed(), messages);
        }
    }

    /// A message is one unit: if one of its parts is given up, the whole message is.
    fn check_one(&self, step: &RulesStep, item: &mut Item<'_>) {
        let mut found = MessageFindings::default();
        item.retain_parts(|part| found.check(step, part));
        item.warn(found.warnings);
        if let Some(failure) = found.given_up {
            self.decide(item, Verdict::GiveUp(Failure { breaches: found.errors, ..failure }));
        } else if let Some(fault) = found.skipped.filter(|_| item.parts().is_empty()) {
            self.decide(item, Verdict::Skip(fault));
        }
    }
}

impl MessageFindings {
    /// Checks one part. Returns whether it continues.
    fn check(&mut self, step: &RulesStep, part: &Part) -> bool {
        let findings = step.check(part.message());
        let breaches = step.breaches(&findings).into_iter();
        let (errors, warnings): (Vec<_>, Vec<_>) = breaches.partition(|breach| breach.severity == Severity::Error);
        self.warnings.extend(warnings);
        let Some(first) = findings.violations.first() else { return true };
        if step.on_violation == OnViolation::Skip && !findings.unreadable {
            self.skipped.get_or_insert_with(|| Fault::new(first.code.clone(), summary(step, &findings)));
        } else {
            self.errors.extend(errors);
            self.given_up.get_or_insert_with(|| {
                Failure::invalid(&step.name, summary(step, &findings), findings.violations.clone(), None)
            });
        }
        false
    }
}

/// For the log: places and codes. The texts of violations show values, and the values of a message must not be logged.
fn summary(step: &RulesStep, findings: &Findings) -> String {
    match findings.violations.as_slice() {
        [Violation { path, code, .. }] if path.is_empty() => {
            format!("the message breaks a rule of step `{}`: {code}", step.name)
        }
        [Violation { path, code, .. }] => {
            format!("the message breaks a rule of step `{}`: {code} at {path}", step.name)
        }
        many => format!("the message breaks {} rules of step `{}`", many.len(), step.name),
    }
}
