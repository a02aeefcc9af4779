//! The latest time by which a message was put off, kept on disk: a start sees by it that the clock was set back meanwhile,
//! and that the times messages wait for are to be read accordingly (see `gantry_core::SkewCorrectedClock`).
//!
//! It only grows. A clock that was years ahead once leaves a time that lies in the future for years; all that it does is
//! that a start lets waiting messages go at once.

use gantry_core::Timestamp;

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::Failure;
use crate::keys;

/// A message is put off, and the clock shows `now`.
pub(crate) fn note(draft: &mut Draft<'_>, now: Timestamp) -> Result<(), Failure> {
    if read(draft.get(keys::SEEN)?) < now {
        draft.set(keys::SEEN.to_vec(), now.0.to_be_bytes().to_vec());
    }
    Ok(())
}

/// The latest time noted; the epoch when there is none.
pub(crate) fn latest(disk: &Disk) -> Result<Timestamp, Failure> {
    Ok(read(disk.get(keys::SEEN)?))
}

/// A damaged one counts as none: it is no more than a help.
fn read(bytes: Option<Vec<u8>>) -> Timestamp {
    let bytes = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes.as_slice()).ok());
    bytes.map_or_else(Timestamp::default, |bytes| Timestamp(u64::from_be_bytes(bytes)))
}
