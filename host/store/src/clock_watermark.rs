//! The latest time at which a message was postponed, kept on disk. At start it shows whether the clock was set back
//! meanwhile, so that due times are corrected (see `gantry_core::SkewCorrectedClock`).
//!
//! It only grows. If the clock was once years ahead, the watermark stays in the future for years; the only effect is
//! that waiting messages are due at once after a start.

use gantry_core::Timestamp;

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::Failure;
use crate::keys;

/// Raises the watermark to `now`, the time at which a message is postponed.
pub(crate) fn raise(draft: &mut Draft<'_>, now: Timestamp) -> Result<(), Failure> {
    if read(draft.get(keys::CLOCK_WATERMARK)?) < now {
        draft.set(keys::CLOCK_WATERMARK.to_vec(), now.0.to_be_bytes().to_vec());
    }
    Ok(())
}

/// The watermark; the epoch if there is none.
pub(crate) fn load(disk: &Disk) -> Result<Timestamp, Failure> {
    Ok(read(disk.get(keys::CLOCK_WATERMARK)?))
}

/// A damaged watermark counts as none: it only improves due times.
fn read(bytes: Option<Vec<u8>>) -> Timestamp {
    let bytes = bytes.and_then(|bytes| <[u8; 8]>::try_from(bytes.as_slice()).ok());
    bytes.map_or_else(Timestamp::default, |bytes| Timestamp(u64::from_be_bytes(bytes)))
}
