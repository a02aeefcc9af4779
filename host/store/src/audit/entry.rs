//! The entries of the audit log, as they are stored.

use std::fmt;
use std::str::FromStr;

use gantry_core::{Timestamp, coded_enum, escape};
use serde::{Deserialize, Serialize};

/// Most bytes of each text in an entry: a reason of 2,000 characters fits, whatever they are, with what stands before it.
pub const TEXT_BYTES: usize = 10_000;

/// The position of an entry in the log: by time, and by number within a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AuditId {
    /// When the entry was written.
    pub at: Timestamp,
    /// Distinguishes entries of the same millisecond; numbers may be skipped.
    pub number: u64,
}

coded_enum! {
    /// The result of a change.
    #[derive(Hash)]
    pub enum AuditOutcome {
        /// It is about to be made; a later entry states the result.
        Intended => "intended",
        /// It was made.
        Done => "done",
        /// It was not allowed, by permission or by the state of its subject. Nothing changed.
        Refused => "refused",
        /// The host could not make it.
        Failed => "failed",
        /// The host ended before the result was known.
        Unknown => "unknown",
    }
}

/// One entry of the audit log, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Who acted: the owner of the token or account.
    pub actor: String,
    /// For whom, as stated by the actor; none if nobody else was named.
    pub on_behalf_of: Option<String>,
    /// The interface it came through: `admin-api`, `command-line` and so on.
    pub via: String,
    /// The name of the operation.
    pub operation: String,
    /// What it was applied to: an id or a name.
    pub subject: String,
    /// The result.
    pub outcome: AuditOutcome,
    /// The reason given, or why it was refused; may be empty.
    pub detail: String,
    /// The intent that this entry is the outcome of; none for a change that is one write.
    pub intent: Option<AuditId>,
}

/// One entry of the audit log, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its position, and when it was written.
    pub id: AuditId,
    /// Its content.
    pub record: AuditRecord,
}

/// A text that is not the id of an audit entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of an audit entry")]
pub struct InvalidAuditId(String);

impl AuditRecord {
    /// The same with every text cut to [`TEXT_BYTES`] and escaped.
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

    /// The outcome of an intent whose result is not known.
    pub(crate) fn closing(self, intent: AuditId) -> Self {
        let detail = "the host ended before the result was known".to_owned();
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
