//! Takes messages out of the queue for operators. Nothing is lost: what is withdrawn is a dead letter from then on, and
//! can be replayed, edited, exported or discarded like any other. A message that was a replay becomes the dead letter that
//! it was before.

use gantry_core::{DeadLetter, MessageState, ReplayOutcome, Resolution, TimelineEntry, Timestamp};

use crate::dead_letters::{self, Counters};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::lease::Ticket;
use crate::pending::Durability;
use crate::replay;
use crate::settle::{Ending, finish};
use crate::store::Store;

/// A message to be taken out of the queue.
#[derive(Debug)]
pub struct Withdrawal {
    /// The right to do so.
    pub ticket: Ticket,
    /// Everything that happened to the message, this included.
    pub timeline: Vec<TimelineEntry>,
    /// What becomes of it. Empty for a replay that has delivered nothing: its dead letter is opened again.
    pub dead_letters: Vec<DeadLetter>,
}

impl Store {
    /// Takes messages out of the queue, in one atomic write; returns when it is on stable storage. With a resolution, the
    /// dead letters that they become are discarded in the same write.
    pub async fn withdraw(&self, withdrawals: Vec<Withdrawal>, discard: Option<Resolution>) -> Result<(), StoreError> {
        let counters = self.inner.dead_letters.clone();
        let now = self.inner.clock.now();
        self.commit(Durability::Flushed, move |draft| {
            withdrawals
                .into_iter()
                .try_for_each(|withdrawal| withdraw(draft, &counters, withdrawal, discard.as_ref(), now))
        })
        .await
    }
}

fn withdraw(
    draft: &mut Draft<'_>,
    counters: &Counters,
    withdrawal: Withdrawal,
    discard: Option<&Resolution>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Withdrawal { ticket, timeline, dead_letters } = withdrawal;
    let message = ticket.message();
    // A replay that has delivered a part of its message does not become what it was before.
    let resolved = ticket.replay.filter(|_| !dead_letters.is_empty());
    let ending = Ending {
        state: MessageState::DeadLettered,
        timeline,
        dead_letters,
        resolved,
        breaches: Vec::new(),
        unresolved: ReplayOutcome::Withdrawn,
        now,
    };
    finish(draft, ticket, ending, counters)?;
    let Some(resolution) = discard else { return Ok(()) };
    for id in dead_letters::ids_of(draft, message)? {
        if let Some(dead_letter) = dead_letters::find(draft, id)?.filter(|found| found.state.is_pending()) {
            replay::discard(draft, counters, dead_letter, resolution.clone())?;
        }
    }
    Ok(())
}
