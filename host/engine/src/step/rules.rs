//! A step that holds messages to the rules in the flow's file. Nothing of it runs in the sandbox.

use std::sync::Arc;

use gantry_config::{OnViolation, RulesStep as Config};
use gantry_core::{Breach, Message};
use gantry_rules::{Rules, Verdict};

use crate::tables::Tables;

/// One step of a flow, ready to be asked.
#[derive(Clone)]
pub struct RulesStep {
    /// Its name.
    pub name: String,
    rules: Rules,
    /// What becomes of a message that breaks a rule.
    pub on_violation: OnViolation,
    tables: Arc<Tables>,
}

impl RulesStep {
    pub(crate) fn new(name: &str, config: &Config, tables: &Arc<Tables>) -> Self {
        let Config { rules, on_violation } = config.clone();
        Self { name: name.to_owned(), rules, on_violation, tables: Arc::clone(tables) }
    }

    /// Asks all rules of one message.
    pub fn check(&self, message: &Message) -> Verdict {
        self.rules.check(&message.content_type, &message.payload, &*self.tables)
    }

    /// What is broken, as it is counted over time.
    pub fn breaches(&self, verdict: &Verdict) -> Vec<Breach> {
        let breach = |tally: &gantry_rules::Tally| Breach {
            step: self.name.clone(),
            code: tally.code.clone(),
            field: tally.field.clone(),
            severity: tally.severity,
            count: tally.count,
        };
        verdict.tallies.iter().map(breach).collect()
    }
}
