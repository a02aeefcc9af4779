//! Blocked keys. In a flow that blocks, a dead letter blocks the later messages of its key until it is closed or
//! removed. The block is written together with the dead letter and read at start, so it survives a restart.

use gantry_core::{DeadLetterId, FlowName, Message, MessageId};

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::flows::{FlowQueue, Flows, hash_of_key};
use crate::keys;
use crate::schedule::KeyHash;

/// The key that a dead letter blocks, and its flow.
struct Block {
    key: KeyHash,
    flow: FlowName,
}

impl Block {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.key.get().to_be_bytes(), self.flow.as_str().as_bytes()].concat()
    }

    /// None when damaged: then the key is not blocked.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, flow) = bytes.split_first_chunk::<8>()?;
        Some(Self { key: KeyHash::new(u64::from_be_bytes(*key))?, flow: std::str::from_utf8(flow).ok()?.parse().ok()? })
    }
}

/// Blocks the key of a message that was dead-lettered, from the commit on, if its flow blocks.
pub(crate) fn block(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    queue: &std::sync::Arc<FlowQueue>,
    key: KeyHash,
    dead_letter: DeadLetterId,
) {
    if !queue.schedule.lock().blocks() {
        return;
    }
    draft.set(keys::block(dead_letter), Block { key, flow: flow.clone() }.to_bytes());
    let queue = queue.clone();
    draft.after_commit(move || queue.schedule.lock().block(key, dead_letter));
}

/// Hands the block of a dead letter to the message that takes its place, from the commit on: those behind it wait on. A
/// message with another key takes no block over.
pub(crate) fn hand_over(
    draft: &mut Draft<'_>,
    dead_letter: DeadLetterId,
    successor: &Message,
) -> Result<(), StoreError> {
    let Some(value) = draft.get(&keys::block(dead_letter))? else { return Ok(()) };
    let block = Block::from_bytes(&value);
    let Some(block) = block.filter(|block| successor.key.as_deref().map(hash_of_key) == Some(block.key)) else {
        return Ok(());
    };
    let id = taken_over_by(successor.id);
    draft.set(keys::block(id), value.to_vec());
    let queue = draft.flows().of(&block.flow);
    draft.after_commit(move || queue.schedule.lock().block(block.key, id));
    Ok(())
}

/// Ends the block that a message took over, once the message has ended.
pub(crate) fn end_taken_over(
    draft: &mut Draft<'_>,
    queue: &FlowQueue,
    key: KeyHash,
    message: MessageId,
) -> Result<(), StoreError> {
    let id = taken_over_by(message);
    let is_blocking = queue.schedule.lock().is_blocked_by(key, id);
    if is_blocking { unblock(draft, id) } else { Ok(()) }
}

/// The id of the block that a message took over from a dead letter.
pub(crate) const fn taken_over_by(message: MessageId) -> DeadLetterId {
    DeadLetterId { message, position: None }
}

/// Unblocks the key of a dead letter that was closed or removed, from the commit on.
pub(crate) fn unblock(draft: &mut Draft<'_>, dead_letter: DeadLetterId) -> Result<(), StoreError> {
    let key = keys::block(dead_letter);
    let Some(value) = draft.get(&key)? else { return Ok(()) };
    draft.delete(key);
    if let Some(block) = Block::from_bytes(&value) {
        let queue = draft.flows().of(&block.flow);
        draft.after_commit(move || {
            queue.schedule.lock().unblock(block.key, dead_letter);
            queue.wake_up.notify_one();
        });
    }
    Ok(())
}

/// Gives all blocks of a flow to another one, from the commit on.
pub(crate) fn rename(draft: &mut Draft<'_>, from: &FlowName, to: &FlowName) -> Result<(), StoreError> {
    let pairs = draft.scan_committed(&[keys::BLOCK], None).collect::<Result<Vec<_>, _>>()?;
    for (key, _) in pairs {
        let block = draft.get(&key)?.as_deref().and_then(Block::from_bytes);
        let Some(block) = block.filter(|block| block.flow == *from) else { continue };
        let Some(id) = keys::read_block(&key) else { continue };
        let hash = block.key;
        draft.set(key, Block { flow: to.clone(), ..block }.to_bytes());
        let before = draft.flows().of(from);
        let after = draft.flows().of(to);
        draft.after_commit(move || {
            after.schedule.lock().block(hash, id);
            before.schedule.lock().unblock(hash, id);
        });
    }
    Ok(())
}

/// Restores all blocks at start. Call it before the schedules are filled.
pub(crate) fn load(disk: &Disk, flows: &Flows) -> Result<(), StoreError> {
    for pair in disk.scan(&[keys::BLOCK], None) {
        let (key, value) = pair?;
        if let (Some(dead_letter), Some(block)) = (keys::read_block(&key), Block::from_bytes(&value)) {
            flows.of(&block.flow).schedule.lock().block(block.key, dead_letter);
        }
    }
    Ok(())
}
