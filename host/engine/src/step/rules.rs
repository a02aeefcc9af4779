//! A step that checks messages against the rules in the flow's file. It uses no sandbox.

use std::sync::Arc;

use gantry_config::{OnViolation, RulesStep as Config};
use gantry_core::{Breach, Message};
use gantry_rules::{Rules, Tally, Verdict};

use crate::tables::Tables;

/// One rules step, ready to check messages.
#[derive(Clone)]
pub struct RulesStep {
    /// Its name.
    pub name: String,
    rules: Rules,
    /// What happens to a message that breaks a rule.
    pub on_violation: OnViolation,
    tables: Arc<Tables>,
}

impl RulesStep {
    pub(crate) fn new(name: &str, config: &Config, tables: &Arc<Tables>) -> Self {
        let Config { rules, on_violation } = config.clone();
        Self { name: name.to_owned(), rules, on_violation, tables: Arc::clone(tables) }
    }

    /// Checks one message against all rules.
    pub fn check(&self, message: &Message) -> Verdict {
        self.rules.check(&message.content_type, &message.payload, &*self.tables)
    }

    /// The broken rules, as they are counted over time.
    pub fn breaches(&self, verdict: &Verdict) -> Vec<Breach> {
        verdict.tallies.iter().map(|tally| self.breach(tally)).collect()
    }

    fn breach(&self, tally: &Tally) -> Breach {
        Breach {
            step: self.name.clone(),
            code: tally.code.clone(),
            field: tally.field.clone(),
            severity: tally.severity,
            count: tally.count,
        }
    }
}
