//! What the audit holds, entry by entry.

use std::fmt;
use std::str::FromStr;

use gantry_core::{Timestamp, escape};
use serde::{Deserialize, Serialize};

/// Most bytes of each text in an entry.
pub const TEXT_BYTES: usize = 1000;

/// Where an entry stands among all: by time, and by number within a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuditId {
    /// When the entry was written.
    pub at: Timestamp,
    /// Tells entries of one millisecond apart; not without gaps.
    pub number: u64,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It is about to be made; another entry says what came of it.
    Intended,
    /// It was made.
    Done,
    /// It was not allowed, or what it is about does not allow it. Nothing changed.
    Refused,
    /// The host failed to make it.
    Failed,
    /// The host ended before it was known.
    Unknown,
}

impl AuditOutcome {
    /// Every outcome.
    pub const ALL: &'static [Self] = &[Self::Intended, Self::Done, Self::Refused, Self::Failed, Self::Unknown];

    /// The outcome as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One line of the audit, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Who acted: whose token or account it was.
    pub actor: String,
    /// For whom, in the actor's words; none where nobody else was named.
    pub on_behalf_of: Option<String>,
    /// Which way it came in: `admin-api`, `command-line` and so on.
    pub via: String,
    /// What was to be done: the name of the operation.
    pub operation: String,
    /// What it is about: an id, or a name.
    pub subject: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// Why, or what was refused; may be empty.
    pub detail: String,
    /// The intent that this is the outcome of; none for a change that is one write.
    pub intent: Option<AuditId>,
}

/// One line of the audit, with its place among all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place, and when it was written.
    pub id: AuditId,
    /// What it says.
    pub record: AuditRecord,
}

/// A text that is no id of an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id of an audit entry")]
pub struct InvalidAuditId(String);

impl AuditRecord {
    /// The same with every text cut and safe to show.
    pub(crate) fn bounded(self) -> Self {
        let cut = |text: String| escape(&text, TEXT_BYTES);
        Self {
            actor: cut(self.actor),
            on_behalf_of: self.on_behalf_of.map(cut),
            via: cut(self.via),
            operation: cut(self.operation),
            subject: cut(self.subject),
            detail: cut(self.detail),
            ..self
        }
    }

    /// The end of an intent of which nobody knows what came.
    pub(crate) fn closing(self, intent: AuditId) -> Self {
        let detail = "the host ended before it was known what came of it".to_owned();
        Self { outcome: AuditOutcome::Unknown, detail, intent: Some(intent), ..self }
    }
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.0, self.number)
    }
}

impl FromStr for AuditId {
    type Err = InvalidAuditId;

    fn from_str(text: &str) -> Result<Self, InvalidAuditId> {
        let invalid = || InvalidAuditId(escape(text, 64));
        let (at, number) = text.split_once('-').ok_or_else(invalid)?;
        let at = Timestamp(at.parse().map_err(|_| invalid())?);
        Ok(Self { at, number: number.parse().map_err(|_| invalid())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_to_text_and_back() {
        let id = AuditId { at: Timestamp(1_760_000_000_000), number: 7 };
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "7", "7-", "-7", "x-1", "1-2-3"] {
            assert!(wrong.parse::<AuditId>().is_err(), "{wrong}");
        }
    }
}
