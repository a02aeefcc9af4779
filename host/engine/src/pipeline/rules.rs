//! The rules' part: each message is asked for itself. One that breaks none goes on as it is.

use std::time::Instant;

use gantry_config::OnViolation;
use gantry_core::{Fault, Severity, Violation};
use gantry_rules::Verdict as Findings;
use gantry_store::Leased;

use super::Progress;
use crate::state::{Failure, Verdict};
use crate::step::RulesStep;
use crate::transformer::Transformer;

impl Transformer {
    /// One step of rules over all messages still going.
    pub(super) fn hold(&self, step: &RulesStep, batch: &mut [Leased], progress: &mut [Progress]) {
        let (began, mut messages) = (Instant::now(), 0);
        for (lease, slot) in batch.iter_mut().zip(progress) {
            if let Progress::Going(parts, _) = slot {
                messages += parts.len();
                self.hold_one(step, lease, slot);
            }
        }
        if messages > 0 {
            self.services.metrics.observe_rules(&step.name, began.elapsed(), messages);
        }
    }

    /// A message is one unit: where one of its parts is given up, the whole of it is.
    fn hold_one(&self, step: &RulesStep, lease: &mut Leased, slot: &mut Progress) {
        let Progress::Going(parts, made_by) = slot else { return };
        let mut skipped = None;
        let (mut given_up, mut broken) = (None, Vec::new());
        parts.retain(|part| {
            let findings = step.check(&part.message);
            let (errors, warnings): (Vec<_>, Vec<_>) =
                step.breaches(&findings).into_iter().partition(|breach| breach.severity == Severity::Error);
            lease.envelope.warnings.extend(warnings);
            let Some(first) = findings.violations.first() else { return true };
            if step.on_violation == OnViolation::Skip && first.code != NOT_JSON {
                skipped.get_or_insert_with(|| Fault::new(first.code.clone(), summary(step, &findings)));
            } else {
                broken.extend(errors);
                given_up.get_or_insert_with(|| {
                    Failure::invalid(&step.name, summary(step, &findings), findings.violations.clone(), None)
                });
            }
            false
        });
        let decided = match (given_up, skipped) {
            (Some(failure), _) => {
                let made_by = std::mem::take(made_by);
                self.blame(&made_by);
                Some(Verdict::GiveUp(Failure { breaches: broken, ..failure }))
            }
            (None, Some(fault)) if parts.is_empty() => Some(Verdict::Skip(fault)),
            (None, _) => None,
        };
        if let Some(verdict) = decided {
            *slot = Progress::Decided(verdict);
        }
    }
}

/// What rules can't be asked of is skipped by none.
const NOT_JSON: &str = "not-json";

/// What is logged: places and codes. Texts of violations show values, and no value of a message belongs in a log.
fn summary(step: &RulesStep, findings: &Findings) -> String {
    let broken = |violation: &Violation| match violation.path.as_str() {
        "" => violation.code.clone(),
        path => format!("{} at {path}", violation.code),
    };
    match findings.violations.as_slice() {
        [one] => format!("the message breaks a rule of step `{}`: {}", step.name, broken(one)),
        many => format!("the message breaks {} rules of step `{}`", many.len(), step.name),
    }
}
