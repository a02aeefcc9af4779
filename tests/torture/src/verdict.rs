//! The judge: holds what the host says against what the world outside knows. Pure, so that it can be shown to notice
//! what it is there for.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ledger::{End, Facts, Receipt, Said};
use crate::load::{Fate, Flow, Load, Name};

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Acknowledged, and nothing is known of it any more.
    #[error("{name} ({id}) was acknowledged and is lost: it has no history")]
    Lost {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
    },
    /// Acknowledged, and not ended although nothing holds it up.
    #[error("{name} ({id}) has not ended: it is {state}")]
    Unended {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// Where it is.
        state: String,
    },
    /// It ended otherwise than it must.
    #[error("{name} ({id}) ended {state}, which it can't have: its plugin's fate was {fate:?}")]
    WrongEnd {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// How it ended.
        state: String,
        /// What its plugin was to say.
        fate: Fate,
    },
    /// Said to be delivered, but its target never took it.
    #[error("{name} ({id}) is said to be delivered, but target `{target}` never said yes to it")]
    NeverTaken {
        /// Which message.
        name: Name,
        /// The id it was given.
        id: String,
        /// The target.
        target: String,
    },
    /// A target got something that nobody sent, or that must not have gone there.
    #[error("target `{target}` got what it must not get: {what}")]
    Invented {
        /// The target.
        target: String,
        /// Which message, as far as it can be told.
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
    /// A start on a sound disk came to nothing.
    #[error("the host ended while it started, though nothing was wrong any more")]
    DidNotComeUp,
    /// It runs, but takes no traffic.
    #[error("the host runs, but `/readyz` does not turn 200 although nothing is wrong any more")]
    NeverReady,
    /// It told senders that it takes nothing, and `/readyz` that it does.
    #[error("`/readyz` said {said} while intake refused everything")]
    Untruthful {
        /// The status.
        said: u16,
    },
    /// It took a message although it can't keep it.
    #[error("intake answered 202 while less disk was free than the reserve")]
    TookTooMuch,
    /// Its disk failed, and it went on doing nothing.
    #[error("the host neither worked nor ended although its disk failed")]
    NeverEnded,
    /// It ended otherwise than documented.
    #[error("the host ended with {status}, not with code {documented}")]
    WrongExit {
        /// How it ended.
        status: String,
        /// How it should have.
        documented: i32,
    },
}

/// Everything that is wrong with what the targets got; true at any moment.
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
            let (first, second) = (first.to_owned(), key.clone());
            violations.push(Violation::SecondKey { target: target.clone(), name, first, second });
        }
        let before = *names.entry((target, key)).or_insert(name);
        if before != name {
            let (key, first) = (key.clone(), before);
            violations.push(Violation::SharedKey { target: target.clone(), key, first, second: name });
        }
    }
    let mut met = HashSet::new();
    let firsts = facts.receipts.iter().filter_map(|receipt| Some((receipt.target.as_str(), receipt.name?)));
    // What got no answer may have been stored after what was sent behind it.
    let firsts = firsts.filter(|(_, name)| name.flow.is_ordered() && facts.acknowledged.contains_key(name));
    for (target, name) in firsts.filter(|first| met.insert(*first)) {
        let last = lasts.entry((target, name.flow, name.key)).or_insert(name);
        if last.n > name.n {
            violations.push(Violation::OutOfOrder { target: target.to_owned(), earlier: name, later: *last });
        } else {
            *last = name;
        }
    }
    violations
}

/// Everything that is wrong with how messages ended: for when nothing is under way. Looks at these messages only.
#[must_use]
pub fn judge_ends(load: Load, facts: &Facts, names: &[Name]) -> Vec<Violation> {
    let taken = facts.receipts.iter().filter(|receipt| receipt.said != Said::No);
    let taken: HashSet<_> = taken.filter_map(|receipt| Some((receipt.name?, receipt.target.as_str()))).collect();
    let mut violations = Vec::new();
    for (name, id) in names.iter().filter_map(|name| Some((*name, facts.acknowledged.get(name)?.clone()))) {
        let Some(end) = facts.ends.get(&id) else {
            violations.push(Violation::Lost { name, id });
            continue;
        };
        let fate = load.fate(name);
        let state = end.state.clone();
        match (fate, state.as_str()) {
            (_, "queued" | "scheduled" | "leased") => violations.push(Violation::Unended { name, id, state }),
            (Fate::Emit(targets), "delivered" | "dead_lettered") => {
                let targets = name.flow.targets()[..targets].iter();
                let missing = targets.filter(|target| !is_dead(end, target) && !taken.contains(&(name, **target)));
                violations.extend(missing.map(|target| {
                    let target = (*target).to_owned();
                    Violation::NeverTaken { name, id: id.clone(), target }
                }));
            }
            (Fate::Skip, "skipped") => {}
            (Fate::Invalid | Fate::Reject | Fate::Retry, "dead_lettered") if end.letters.contains(&None) => {}
            _ => violations.push(Violation::WrongEnd { name, id, state, fate }),
        }
    }
    violations
}

fn is_dead(end: &End, target: &str) -> bool {
    end.letters.iter().any(|letter| letter.as_deref().is_none_or(|of| of == target))
}

/// Whether this message goes to this target at all; else why not.
fn may_get(load: Load, facts: &Facts, name: Name, target: &str) -> Result<(), &'static str> {
    if facts.sent.get(&(name.flow, name.key)).is_none_or(|last| name.n == 0 || name.n > *last) {
        return Err("which was never sent");
    }
    match load.fate(name) {
        Fate::Emit(targets) if name.flow.targets()[..targets].contains(&target) => Ok(()),
        Fate::Emit(_) => Err("which goes elsewhere"),
        _ => Err("of which the plugin emits nothing"),
    }
}
