//! Compares what the host says with what is known outside. Pure, so that tests can show that it notices each violation.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ledger::{Accepted, End, Facts, Receipt, State};
use crate::load::{Flow, Load, Name, PluginOutcome};

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// It was acknowledged, and the host doesn't know it any more.
    #[error("{name} ({id}) was acknowledged and is lost: it has no history")]
    Lost {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
    },
    /// It was acknowledged, and did not end although nothing blocks it.
    #[error("{name} ({id}) has not ended: it is {state}")]
    Unended {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// Where it is.
        state: State,
    },
    /// It ended in another way than it must.
    #[error("{name} ({id}) ended {state}, which it can't have: its plugin's outcome was {outcome:?}")]
    WrongEnd {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// How it ended.
        state: State,
        /// The outcome of its plugin.
        outcome: PluginOutcome,
    },
    /// The host counts it as delivered, but its target never accepted it.
    #[error("{name} ({id}) counts as delivered, but target `{target}` never accepted it")]
    NeverAccepted {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// The target.
        target: String,
    },
    /// A target got something that was not sent, or not to this target.
    #[error("target `{target}` got what it must not get: {what}")]
    Invented {
        /// The target.
        target: String,
        /// Which message, as far as it is known.
        what: String,
    },
    /// A delivery's body is not what was emitted.
    #[error("target `{target}` got {name} with another payload")]
    Altered {
        /// The target.
        target: String,
        /// Which message.
        name: Name,
    },
    /// A delivery came under two idempotency keys.
    #[error("target `{target}` got {name} under the keys {first} and {second}")]
    SecondKey {
        /// The target.
        target: String,
        /// Which message.
        name: Name,
        /// The key it came under first.
        first: String,
        /// Another one.
        second: String,
    },
    /// Two deliveries came under one idempotency key.
    #[error("target `{target}` got {first} and {second} under the key {key}")]
    SharedKey {
        /// The target.
        target: String,
        /// The key.
        key: String,
        /// The message that came first.
        first: Name,
        /// The other.
        second: Name,
    },
    /// Two messages of a key reached a target in the wrong order.
    #[error("target `{target}` got {later} before {earlier}")]
    OutOfOrder {
        /// The target.
        target: String,
        /// The one that was sent first.
        earlier: Name,
        /// The one that came first.
        later: Name,
    },
    /// A start on a working disk failed.
    #[error("the host ended while it started, though there was no fault any more")]
    DidNotComeUp,
    /// It runs, but does not become ready.
    #[error("the host runs, but `/readyz` does not answer 200, though there is no fault any more")]
    NeverReady,
    /// It refused all messages while `/readyz` said that it is ready.
    #[error("`/readyz` answered {status} while intake refused everything")]
    Untruthful {
        /// The status.
        status: u16,
    },
    /// It accepted a message although the disk was low.
    #[error("intake answered 202 while less disk was free than the reserve")]
    AcceptedOnLowDisk,
    /// Its disk failed, and it kept running without working.
    #[error("the host neither worked nor ended although its disk failed")]
    NeverEnded,
    /// It ended with another exit code than documented.
    #[error("the host ended with {status}, not with code {documented}")]
    WrongExit {
        /// How it ended.
        status: String,
        /// The documented exit code.
        documented: i32,
    },
}

/// All violations in what the targets got; may be called at any time.
#[must_use]
pub fn judge_receipts(load: Load, facts: &Facts) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut keys: HashMap<(&str, Name), &str> = HashMap::new();
    let mut names: HashMap<(&str, &str), Name> = HashMap::new();
    let mut lasts: BTreeMap<(&str, Flow, u8), Name> = BTreeMap::new();
    for Receipt { target, name, idempotency_key: key, intact, .. } in &facts.receipts {
        let invented = |what: String| Violation::Invented { target: target.clone(), what };
        let Some(name) = *name else {
            violations.push(invented("nothing that was ever sent".into()));
            continue;
        };
        if let Err(what) = may_get(load, facts, name, target) {
            violations.push(invented(format!("{name}, {what}")));
        }
        if !intact {
            violations.push(Violation::Altered { target: target.clone(), name });
        }
        let first = *keys.entry((target, name)).or_insert(key);
        if first != key {
            let first = first.to_owned();
            let second = key.clone();
            violations.push(Violation::SecondKey { target: target.clone(), name, first, second });
        }
        let before = *names.entry((target, key)).or_insert(name);
        if before != name {
            let key = key.clone();
            let first = before;
            violations.push(Violation::SharedKey { target: target.clone(), key, first, second: name });
        }
    }
    let mut seen = HashSet::new();
    let firsts = facts.receipts.iter().filter_map(|receipt| Some((receipt.target.as_str(), receipt.name?)));
    // A message without an answer may have been stored after messages that were sent later.
    let firsts = firsts.filter(|(_, name)| name.flow.is_ordered() && facts.acknowledged.contains_key(name));
    for (target, name) in firsts.filter(|first| seen.insert(*first)) {
        let last = lasts.entry((target, name.flow, name.key)).or_insert(name);
        if last.n > name.n {
            violations.push(Violation::OutOfOrder { target: target.to_owned(), earlier: name, later: *last });
        } else {
            *last = name;
        }
    }
    violations
}

/// All violations in how these messages ended. Call it when nothing is under way.
#[must_use]
pub fn judge_ends(load: Load, facts: &Facts, names: &[Name]) -> Vec<Violation> {
    let accepted = facts.receipts.iter().filter(|receipt| receipt.accepted != Accepted::No);
    let accepted: HashSet<_> = accepted.filter_map(|receipt| Some((receipt.name?, receipt.target.as_str()))).collect();
    let mut violations = Vec::new();
    for (name, id) in names.iter().filter_map(|name| Some((*name, facts.acknowledged.get(name)?.clone()))) {
        let Some(end) = facts.ends.get(&id) else {
            violations.push(Violation::Lost { name, id });
            continue;
        };
        let outcome = load.outcome(name);
        let state = end.state;
        match (outcome, state) {
            (_, State::Queued) => violations.push(Violation::Unended { name, id, state }),
            (PluginOutcome::Emit(targets), State::Delivered | State::DeadLettered) => {
                let targets = name.flow.targets()[..targets].iter();
                let missing = targets.filter(|target| !is_dead(end, target) && !accepted.contains(&(name, **target)));
                violations.extend(missing.map(|target| {
                    let target = (*target).to_owned();
                    Violation::NeverAccepted { name, id: id.clone(), target }
                }));
            }
            (PluginOutcome::Skip, State::Skipped) => {}
            (PluginOutcome::Invalid | PluginOutcome::Reject | PluginOutcome::Retry, State::DeadLettered)
                if end.dead_letters.contains(&None) => {}
            _ => violations.push(Violation::WrongEnd { name, id, state, outcome }),
        }
    }
    violations
}

fn is_dead(end: &End, target: &str) -> bool {
    end.dead_letters.iter().any(|dead_letter| dead_letter.as_deref().is_none_or(|of| of == target))
}

/// Whether this message may go to this target; if not, why.
fn may_get(load: Load, facts: &Facts, name: Name, target: &str) -> Result<(), &'static str> {
    if facts.sent.get(&(name.flow, name.key)).is_none_or(|last| name.n == 0 || name.n > *last) {
        return Err("which was never sent");
    }
    match load.outcome(name) {
        PluginOutcome::Emit(targets) if name.flow.targets()[..targets].contains(&target) => Ok(()),
        PluginOutcome::Emit(_) => Err("which goes elsewhere"),
        _ => Err("of which the plugin emits nothing"),
    }
}
