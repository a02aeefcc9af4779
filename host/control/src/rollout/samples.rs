//! The messages to compare two versions on: a flow's last messages, and its dead letters.

use std::collections::HashSet;

use gantry_core::{DeadLetterId, DeadLetterState, FlowName, Message, Stage};
use gantry_engine::flow::RunningFlow;
use gantry_store::{Filter, Page, Store, StoreError};

use super::compare::Sample;
use super::error::DeployError;

/// Dead letters read at once, whole.
const DEAD_LETTERS_AT_ONCE: usize = 100;
/// Payload bytes of dead letters beyond which no more are read to compare versions on.
const MOST_BYTES: usize = 16 << 20;

/// The flow's last messages and its open dead letters, up to `most` of each, that a plugin would be given: those that the
/// flow's own schema keeps out aren't among them.
pub(super) async fn of_flow(store: &Store, flow: &RunningFlow, most: usize) -> Result<Vec<Sample>, StoreError> {
    let dead_letters = open_dead_letters(store, &flow.name, most).await?;
    let known: HashSet<_> = dead_letters.iter().map(|message| message.id).collect();
    let recent = flow.transformer.samples().last(most).into_iter().filter(|message| !known.contains(&message.id));
    let dead_letters = dead_letters.into_iter().map(|message| Sample { message, is_dead_letter: true });
    let all = dead_letters.chain(recent.map(|message| Sample { message, is_dead_letter: false }));
    Ok(all.filter(|sample| flow.transformer.takes(&sample.message)).collect())
}

/// The messages of these dead letters, all of this flow.
pub(super) async fn of_dead_letters(
    store: &Store,
    flow: &FlowName,
    ids: &[DeadLetterId],
) -> Result<Vec<Sample>, DeployError> {
    let mut samples = Vec::with_capacity(ids.len());
    for id in ids {
        let found = store.dead_letter(*id).await?.filter(|dead_letter| dead_letter.flow == *flow);
        let message = found.ok_or(DeployError::NoDeadLetter(*id))?.received;
        samples.push(Sample { message, is_dead_letter: true });
    }
    Ok(samples)
}

/// Messages that ended before a delivery, and that nobody has dealt with.
async fn open_dead_letters(store: &Store, flow: &FlowName, most: usize) -> Result<Vec<Message>, StoreError> {
    let mut found = Vec::new();
    let mut bytes = 0;
    let mut after = None;
    while found.len() < most && bytes < MOST_BYTES {
        let filter = Filter { flow: Some(flow.clone()), state: Some(DeadLetterState::Open), ..Filter::default() };
        let page = store.dead_letters(filter, Page { after, ..Page::first(DEAD_LETTERS_AT_ONCE) }).await?;
        for dead_letter in page.dead_letters.into_iter().filter(|dead_letter| dead_letter.stage != Stage::Deliver) {
            bytes += dead_letter.received.payload.len();
            found.push(dead_letter.received);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(most);
    Ok(found)
}
