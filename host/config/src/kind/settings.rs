//! The settings of a flow's source and targets, of some kind, and the few questions that the host asks of every kind.

use std::any::Any;
use std::fmt::Debug;
use std::path::Path;

use gantry_core::Digest;

use crate::flow::SecretRef;

/// Settings of one kind. Every plain type that can be compared and printed implements it.
pub trait Settings: Any + Debug + Send + Sync {
    /// Whether `other` has the same kind and equal settings.
    fn is_same(&self, other: &dyn Settings) -> bool;
}

impl<T: Any + Debug + PartialEq + Send + Sync> Settings for T {
    fn is_same(&self, other: &dyn Settings) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }
}

/// A source as it is shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What kind it is: `webhook`, `CSV files`.
    pub kind: String,
    /// Where it is; may be empty.
    pub place: String,
}

/// Settings of a source.
pub trait SourceSettings: Settings {
    /// What it is called in diagrams; no secrets.
    fn label(&self) -> Label;

    /// What no other source may take messages from at the same time; none if that doesn't matter.
    fn intake(&self) -> Option<String> {
        None
    }

    /// The secrets it refers to. When the file of one changes, the flow is loaded again.
    fn secrets(&self) -> Vec<&SecretRef> {
        Vec::new()
    }

    /// Why it may refuse a message, as `gantry_messages_refused_total` counts it: so that the counters exist before the first
    /// refusal.
    fn refusals(&self) -> &'static [&'static str] {
        &[]
    }

    /// Where files are put that it refused, each with a report beside it.
    fn refused_files(&self) -> Option<&Path> {
        None
    }

    /// Whether its messages are about the host. There are no host events about such a flow: its own failures would cause
    /// further messages for ever.
    fn is_about_the_host(&self) -> bool {
        false
    }
}

/// Settings of a target.
pub trait TargetSettings: Settings {
    /// Where messages go, with the placeholders that each message fills in; no secrets.
    fn label(&self) -> String;

    /// The secrets it refers to. When the file of one changes, the target is opened again.
    fn secrets(&self) -> Vec<&SecretRef> {
        Vec::new()
    }

    /// The files that are part of these settings, each with the digest of what was read. When one changes, a reload reads
    /// it again and opens the target anew.
    fn files(&self) -> Vec<(&Path, Digest)> {
        Vec::new()
    }

    /// Whether an answer is about the target as a whole. False if each message has a place of its own there.
    fn is_single_endpoint(&self) -> bool {
        true
    }
}

impl dyn SourceSettings {
    /// The settings, if they are of this kind.
    #[must_use]
    pub fn of_kind<T: SourceSettings>(&self) -> Option<&T> {
        let settings: &dyn Any = self;
        settings.downcast_ref()
    }
}

impl dyn TargetSettings {
    /// The settings, if they are of this kind.
    #[must_use]
    pub fn of_kind<T: TargetSettings>(&self) -> Option<&T> {
        let settings: &dyn Any = self;
        settings.downcast_ref()
    }
}

impl PartialEq for dyn SourceSettings {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

impl PartialEq for dyn TargetSettings {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Spool(u8);

    #[derive(Debug, PartialEq)]
    struct Printer(u8);

    impl TargetSettings for Spool {
        fn label(&self) -> String {
            String::new()
        }
    }

    impl TargetSettings for Printer {
        fn label(&self) -> String {
            String::new()
        }
    }

    #[test]
    fn settings_are_the_same_when_kind_and_content_are() {
        let spool: Arc<dyn TargetSettings> = Arc::new(Spool(1));
        let same: Arc<dyn TargetSettings> = Arc::new(Spool(1));
        let changed: Arc<dyn TargetSettings> = Arc::new(Spool(2));
        let other_kind: Arc<dyn TargetSettings> = Arc::new(Printer(1));
        assert!(*spool == *same);
        assert!(*spool != *changed);
        assert!(*spool != *other_kind);
    }

    #[test]
    fn settings_are_found_by_their_kind() {
        let spool: Arc<dyn TargetSettings> = Arc::new(Spool(1));
        assert_eq!(spool.of_kind::<Spool>(), Some(&Spool(1)));
        assert_eq!(spool.of_kind::<Printer>(), None);
    }
}
