//! What is sent: numbered messages whose content and whose fate in the plugin follow from seed, flow, key and number
//! alone, so that everything a target gets can be held against what it must have been.

use std::fmt::Write as _;

use serde_json::json;

/// The flows of the tortured host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flow {
    /// In order per key; a dead letter is passed by.
    Skip,
    /// In order per key; a dead letter holds its key.
    Block,
    /// In no order, to two targets.
    Free,
    /// In order, without a plugin; the sender repeats what got no answer, under one `Idempotency-Key`.
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

/// One message as its sender knows it: a number is used once.
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

/// What the plugin is to say of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Sent on to the first so many of the flow's targets.
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

    /// What becomes of a message.
    #[must_use]
    pub fn fate(self, name: Name) -> Fate {
        if name.flow == Flow::Once {
            return Fate::Emit(1);
        }
        match self.draw(name).u32(0..100) {
            0..6 => Fate::Skip,
            6..9 => Fate::Invalid,
            9..11 => Fate::Reject,
            11..13 => Fate::Retry,
            13..40 => Fate::Emit(name.flow.targets().len()),
            _ => Fate::Emit(1),
        }
    }

    /// The body to send.
    #[must_use]
    pub fn body(self, name: Name) -> String {
        let Name { key, n, .. } = name;
        let key = format!("k{key}");
        let body = match self.fate(name) {
            Fate::Emit(_) if name.flow == Flow::Once => return self.text(name, "erp"),
            Fate::Emit(targets) => {
                let output = |target: &&str| json!({"route": target, "text": self.text(name, target)});
                let outputs: Vec<_> = name.flow.targets()[..targets].iter().map(output).collect();
                json!({"key": key, "n": n, "emit": outputs})
            }
            Fate::Skip => json!({"key": key, "n": n, "skip": "not-wanted"}),
            Fate::Invalid => {
                json!({"key": key, "n": n, "invalid": [{"path": "/n", "code": "wrong", "text": "as it was asked to be"}]})
            }
            Fate::Reject => json!({"key": key, "n": n, "reject": "refused"}),
            Fate::Retry => json!({"key": key, "n": n, "retry": "busy", "after_ms": 2}),
        };
        body.to_string()
    }

    /// What a target must get.
    #[must_use]
    pub fn text(self, name: Name, target: &str) -> String {
        let Name { flow, key, n } = name;
        let mut rng = self.draw(name);
        // Some take several parts of the store.
        let length = if rng.u32(0..16) == 0 { rng.usize(9_000..30_000) } else { rng.usize(0..200) };
        let mut pad = String::with_capacity(length + 8);
        while pad.len() < length {
            let _ = write!(pad, "{:08x}", rng.u32(..));
        }
        json!({"flow": flow.name(), "target": target, "key": format!("k{key}"), "n": n, "pad": pad}).to_string()
    }

    /// Which message, and for which target, a target was sent; none for what is nobody's.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<(Name, String)> {
        let value: serde_json::Value = serde_json::from_slice(body).ok()?;
        let flow = FLOWS.into_iter().find(|flow| value["flow"] == flow.name())?;
        let key = value["key"].as_str()?.strip_prefix('k')?.parse().ok()?;
        Some((Name { flow, key, n: value["n"].as_u64()? }, value["target"].as_str()?.to_owned()))
    }

    /// The dice of one message: the same at every look.
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
    fn a_message_is_the_same_at_every_look_and_a_target_can_tell_which_it_was() {
        let load = Load::new(7);
        let name = Name { flow: Flow::Free, key: 2, n: 41 };
        assert_eq!(load.body(name), load.body(name));
        assert_eq!(Load::read(load.text(name, "far").as_bytes()).unwrap(), (name, "far".to_owned()));
        assert_ne!(Load::new(8).text(name, "far"), load.text(name, "far"));
    }

    #[test]
    fn every_fate_occurs() {
        let load = Load::new(1);
        let fates: Vec<_> = (0..500).map(|n| load.fate(Name { flow: Flow::Free, key: 0, n })).collect();
        for fate in [Fate::Emit(1), Fate::Emit(2), Fate::Skip, Fate::Invalid, Fate::Reject, Fate::Retry] {
            assert!(fates.contains(&fate), "{fate:?}");
        }
    }
}
