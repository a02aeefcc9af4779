//! The broken rules that are counted for a message: each kind once, when the message ends for the first time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gantry_core::{Breach, Envelope};

use crate::state::Ending;

/// Takes the warnings out of the envelope and adds the broken rules that ended the message. Nothing is counted for a
/// replay: it is the same message again.
pub(super) fn of(envelope: &mut Envelope, ending: &Ending) -> Vec<Breach> {
    let mut breaches = std::mem::take(&mut envelope.warnings);
    if let Ending::GivenUp(failure) = ending {
        breaches.extend_from_slice(&failure.breaches);
    }
    if envelope.replay.is_some() {
        breaches.clear();
    }
    once_each(breaches)
}

/// A split message may break one rule in several of its parts; it is still one message.
fn once_each(breaches: Vec<Breach>) -> Vec<Breach> {
    let mut kinds: Vec<Breach> = Vec::with_capacity(breaches.len());
    let mut places: HashMap<_, usize> = HashMap::new();
    for breach in breaches {
        let Breach { step, code, field, severity, count } = breach.clone();
        match places.entry((step, code, field, severity)) {
            Entry::Occupied(place) => kinds[*place.get()].count += count,
            Entry::Vacant(place) => {
                place.insert(kinds.len());
                kinds.push(breach);
            }
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use gantry_core::Severity;

    use super::*;

    fn breach(code: &str, count: u64) -> Breach {
        let code = code.to_owned();
        Breach { step: "checks".to_owned(), code, field: "/total".to_owned(), severity: Severity::Error, count }
    }

    #[test]
    fn the_parts_of_one_message_that_break_the_same_rule_are_counted_together() {
        let counted = once_each(vec![breach("missing", 1), breach("range", 2), breach("missing", 3)]);
        assert_eq!(counted, [breach("missing", 4), breach("range", 2)]);
    }
}
