//! Keys that wait for a dead letter: in a flow that blocks, the letter of a message bars the later messages of its key
//! until it is closed or removed. Written with the letter, read at start, so that a restart lets nothing past.

use gantry_core::{DeadLetterId, FlowName};

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::flows::{FlowQueue, Flows};
use crate::keys;

/// What a letter bars.
struct Block {
    key: u64,
    flow: FlowName,
}

impl Block {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.key.to_be_bytes(), self.flow.as_str().as_bytes()].concat()
    }

    /// None when damaged: then the key goes on.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, flow) = bytes.split_first_chunk::<8>()?;
        Some(Self { key: u64::from_be_bytes(*key), flow: std::str::from_utf8(flow).ok()?.parse().ok()? })
    }
}

/// A letter was filed for a message with this key: if its flow blocks, the key is barred from the commit on.
pub(crate) fn bar(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    queue: &std::sync::Arc<FlowQueue>,
    key: u64,
    letter: DeadLetterId,
) {
    if key == 0 || !queue.schedule.lock().blocks() {
        return;
    }
    draft.set(keys::block(letter), Block { key, flow: flow.clone() }.to_bytes());
    let queue = queue.clone();
    draft.after_commit(move || queue.schedule.lock().block(key, letter));
}

/// A letter was closed or removed: what it barred goes on from the commit on.
pub(crate) fn lift(draft: &mut Draft<'_>, letter: DeadLetterId) -> Result<(), StoreError> {
    let key = keys::block(letter);
    let Some(value) = draft.get(&key)? else { return Ok(()) };
    draft.delete(key);
    if let Some(block) = Block::from_bytes(&value) {
        let queue = draft.flows().of(&block.flow);
        draft.after_commit(move || {
            queue.schedule.lock().unblock(block.key, letter);
            queue.bell.notify_one();
        });
    }
    Ok(())
}

/// Bars all keys that were barred before; to be called before the schedules are filled.
pub(crate) fn load(disk: &Disk, flows: &Flows) -> Result<(), StoreError> {
    for pair in disk.scan(&[keys::BLOCK], None) {
        let (key, value) = pair?;
        if let (Some(letter), Some(block)) = (keys::read_block(&key), Block::from_bytes(&value)) {
            flows.of(&block.flow).schedule.lock().block(block.key, letter);
        }
    }
    Ok(())
}
