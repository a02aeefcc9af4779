//! What is sent: numbered messages. Their content, and what the plugin does with them, follow from seed, flow, key and
//! number alone, so that everything a target gets can be checked.

use std::fmt::Write as _;

use serde_json::json;

/// The flows of the host under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// In order per key; messages behind a dead letter go on.
    Skip,
    /// In order per key; a dead letter blocks its key.
    Block,
    /// In no order, to two targets.
    Free,
    /// In order, without a plugin; the sender repeats requests without an answer, with the same `Idempotency-Key`.
    Once,
}

/// All of them.
pub const FLOWS: [Flow; 4] = [Flow::Skip, Flow::Block, Flow::Free, Flow::Once];

impl Flow {
    /// Its name, which is its path as well.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Block => "block",
            Self::Free => "free",
            Self::Once => "once",
        }
    }

    /// Whether messages of one key stay in order.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        !matches!(self, Self::Free)
    }

    /// Its targets, the default first.
    #[must_use]
    pub const fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Free => &["near", "far"],
            _ => &["erp"],
        }
    }
}

/// One message as its sender knows it. Each number is used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The flow it is sent to.
    pub flow: Flow,
    /// Its ordering key.
    pub key: u8,
    /// Its number within the key, from 1.
    pub n: u64,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/k{}/{}", self.flow.name(), self.key, self.n)
    }
}

/// The outcome that the plugin must return for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginOutcome {
    /// It goes to the first so many of the flow's targets.
    Emit(usize),
    /// Skipped.
    Skip,
    /// A dead letter at once: it breaks a rule.
    Invalid,
    /// A dead letter at once: it is refused.
    Reject,
    /// A dead letter after some retries of the plugin.
    Retry,
}

/// The load of one run.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    seed: u64,
}

impl Load {
    /// The load that follows from this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The outcome of the plugin for a message.
    #[must_use]
    pub fn outcome(self, name: Name) -> PluginOutcome {
        if name.flow == Flow::Once {
            return PluginOutcome::Emit(1);
        }
        match self.draw(name).u32(0..100) {
            0..6 => PluginOutcome::Skip,
            6..9 => PluginOutcome::Invalid,
            9..11 => PluginOutcome::Reject,
            11..13 => PluginOutcome::Retry,
            13..40 => PluginOutcome::Emit(name.flow.targets().len()),
            _ => PluginOutcome::Emit(1),
        }
    }

    /// The body to send.
    #[must_use]
    pub fn body(self, name: Name) -> String {
        let Name { key, n, .. } = name;
        let key = format!("k{key}");
        let body = match self.outcome(name) {
            PluginOutcome::Emit(_) if name.flow == Flow::Once => return self.text(name, "erp"),
            PluginOutcome::Emit(targets) => {
                let targets = name.flow.targets()[..targets].iter();
                let outputs: Vec<_> =
                    targets.map(|target| json!({"route": target, "text": self.text(name, target)})).collect();
                json!({"key": key, "n": n, "emit": outputs})
            }
            PluginOutcome::Skip => json!({"key": key, "n": n, "skip": "not-wanted"}),
            PluginOutcome::Invalid => {
                json!({"key": key, "n": n, "invalid": [{"path": "/n", "code": "wrong", "text": "invalid on purpose"}]})
            }
            PluginOutcome::Reject => json!({"key": key, "n": n, "reject": "refused"}),
            PluginOutcome::Retry => json!({"key": key, "n": n, "retry": "busy", "after_ms": 2}),
        };
        body.to_string()
    }

    /// What a target must get.
    #[must_use]
    pub fn text(self, name: Name, target: &str) -> String {
        let Name { flow, key, n } = name;
        let mut rng = self.draw(name);
        // Some are large enough for several pages of the store.
        let length = if rng.u32(0..16) == 0 { rng.usize(9_000..30_000) } else { rng.usize(0..200) };
        let mut pad = String::with_capacity(length + 8);
        while pad.len() < length {
            let _ = write!(pad, "{:08x}", rng.u32(..));
        }
        json!({"flow": flow.name(), "target": target, "key": format!("k{key}"), "n": n, "pad": pad}).to_string()
    }

    /// The message and the target that a body was made for; none if it is no such body.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<(Name, String)> {
        let value: serde_json::Value = serde_json::from_slice(body).ok()?;
        let flow = FLOWS.into_iter().find(|flow| value["flow"] == flow.name())?;
        let key = value["key"].as_str()?.strip_prefix('k')?.parse().ok()?;
        Some((Name { flow, key, n: value["n"].as_u64()? }, value["target"].as_str()?.to_owned()))
    }

    /// The random numbers of one message: always the same.
    fn draw(self, Name { flow, key, n }: Name) -> fastrand::Rng {
        let mixed = self.seed ^ ((flow as u64) << 56) ^ (u64::from(key) << 48) ^ n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut rng = fastrand::Rng::with_seed(mixed);
        // The first draws of similar seeds are similar.
        rng.u64(..);
        rng
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_message_is_always_the_same_and_a_target_can_tell_which_it_is() {
        let load = Load::new(7);
        let name = Name { flow: Flow::Free, key: 2, n: 41 };
        assert_eq!(load.body(name), load.body(name));
        assert_eq!(Load::read(load.text(name, "far").as_bytes()).unwrap(), (name, "far".to_owned()));
        assert_ne!(Load::new(8).text(name, "far"), load.text(name, "far"));
    }

    #[test]
    fn every_outcome_occurs() {
        let load = Load::new(1);
        let outcomes: Vec<_> = (0..500).map(|n| load.outcome(Name { flow: Flow::Free, key: 0, n })).collect();
        for outcome in [
            PluginOutcome::Emit(1),
            PluginOutcome::Emit(2),
            PluginOutcome::Skip,
            PluginOutcome::Invalid,
            PluginOutcome::Reject,
            PluginOutcome::Retry,
        ] {
            assert!(outcomes.contains(&outcome), "{outcome:?}");
        }
    }
}
