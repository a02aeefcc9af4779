//! Which conditions concern one endpoint: by their kind, their flow and the flow's owner, and from how many dead letters on.

use std::collections::BTreeMap;

use gantry_config::Alert;
use gantry_core::alert::{AlertKey, Level, Observation};

use crate::conditions::{Condition, Conditions};

/// Whether this alert is notified of the condition.
pub(super) fn concerns(conditions: &Conditions, alert: &Alert, key: &AlertKey) -> bool {
    let owner = conditions.owner(key.flow.as_ref());
    // An alert may name a flow by what it was called before.
    let mut former = conditions.former_names(key.flow.as_ref()).iter();
    alert.concerns(key.kind, key.flow.as_ref(), owner)
        || former.any(|former| alert.concerns(key.kind, Some(former), owner))
}

/// The conditions that concern one alert.
pub(super) fn of(conditions: &Conditions, alert: &Alert) -> BTreeMap<AlertKey, Observation> {
    let concerned = conditions.all().filter(|(key, _)| concerns(conditions, alert, key));
    concerned.map(|(key, condition)| (key.clone(), leveled(condition, alert))).collect()
}

/// Fewer dead letters than the alert asks for begin none.
fn leveled(Condition { observation, open, .. }: &Condition, alert: &Alert) -> Observation {
    let is_below = open.is_some_and(|open| open < alert.dead_letters);
    Observation { level: if is_below { Level::Between } else { observation.level }, ..observation.clone() }
}
