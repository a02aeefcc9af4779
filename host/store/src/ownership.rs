//! Which flow a message belongs to that was received under a name which was given up since: the flow that took over, or one
//! that has the name now. Duplicate detection and idempotency keys ask, because they are stored under names.

use gantry_core::{Envelope, FlowName, MessageId, Timestamp};

use crate::disk::Read;
use crate::error::StoreError;
use crate::former_names::FormerNames;
use crate::history::MessageLocation;
use crate::keys;

/// Whether a message that was received under this name belongs to the flow that has the name now: it was received after the
/// name was last given up. A message that is no longer known went with the name.
pub(crate) fn owns(
    read: &impl Read,
    former: &FormerNames,
    flow: &FlowName,
    message: MessageId,
) -> Result<bool, StoreError> {
    let Some(given_up) = former.given_up_at(flow) else { return Ok(true) };
    Ok(received_at(read, message)?.is_some_and(|at| at >= given_up))
}

fn received_at(read: &impl Read, message: MessageId) -> Result<Option<Timestamp>, StoreError> {
    let location = match read.load::<MessageLocation>(&keys::location(message)) {
        Ok(found) => found.map(|(location, _)| location),
        Err(StoreError::Damaged(_)) => None,
        Err(error) => return Err(error),
    };
    match location {
        None => Ok(None),
        Some(MessageLocation::Ended { history, .. }) => Ok(Some(history.received_at)),
        Some(MessageLocation::Queued { seq }) => {
            Ok(read.load::<Envelope>(&keys::message(seq))?.map(|(envelope, _)| envelope.received_at))
        }
    }
}
