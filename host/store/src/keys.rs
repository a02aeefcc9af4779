//! The layout of the one tree: a prefix per kind of record, big-endian numbers so that byte order is number order.
//!
//! | key | value |
//! |---|---|
//! | `00 "format"` | format version, u32 |
//! | `00 "moved"` | up to which segment the write-ahead log is in the base, u64 |
//! | `00 "seen"` | clock watermark, u64: the latest time at which a message was postponed; shows whether the clock was set back since |
//! | `m` seq | record: the envelope of a queued message |
//! | `i` seq | index entry of a queued message: all that the schedule needs, so that a start reads no payload |
//! | `h` id | record: where a message is (queued under which seq, or its history) |
//! | `d` digest | duplicate detection: id of the first message, expiry |
//! | `d` digest | the same for idempotency keys: id of the first message, expiry, fingerprint, answer |
//! | `x` expiry digest | empty: finds expired `d` entries |
//! | `l` id position | record: a dead letter |
//! | `o` id position | record: a dead letter's summary (filters and counts read no payload) |
//! | `b` id position | the key, and its flow, that a dead letter blocks |
//! | `g` fingerprint | record: a group of dead letters, counted |
//! | `j` id | record: a job |
//! | `k` id part | record: a part of the letters of a job |
//! | `w` id id position | empty: a dead letter that a job tries again later |
//! | `r` id position number | format 1: a dead letter before an edited replay of it failed |
//! | `q` hour flow `00` kind | record: how many times a rule was broken in that hour; without a kind: the number of kinds |
//! | `v` namespace key | record: a key-value entry |
//! | `a` time number | record: an entry of the audit log |
//! | `n` time number | empty: an audit entry that states an intent without an outcome yet |
//! | `p` name `@` version | record: a published plugin |
//! | `u` flow `00` former | when the flow took over from the one with its former name, u64; `01` behind it while that is under way |
//! | `y` flow | bytes of its dead letters that are open or acknowledged, u64 |
//! | `c` key part | continuation of the record at `key` |
//! | `z` key | a damaged record, byte for byte, moved here from `key` |
//!
//! `seq` is a number given by the store, not the message's id: clocks can go backwards, and a replay queues at the end.

use gantry_core::{DeadLetterId, Digest, FlowName, JobId, MessageId, PluginVersion, Timestamp};

use crate::audit::entry::AuditId;

/// Key of the format version.
pub(crate) const FORMAT: &[u8] = b"\0format";
/// Key of the clock watermark: see `clock_watermark`.
pub(crate) const CLOCK_WATERMARK: &[u8] = b"\0seen";
/// Key of the last segment of the log that is in the base: see `disk::mover`.
pub(crate) const MOVED: &[u8] = b"\0moved";
/// Key of a value without meaning: see `disk::base`.
pub(crate) const NUDGE: &[u8] = b"\0nudge";

pub(crate) const MESSAGE: u8 = b'm';
pub(crate) const INDEX: u8 = b'i';
pub(crate) const LOCATION: u8 = b'h';
pub(crate) const DEDUPE: u8 = b'd';
pub(crate) const DEDUPE_EXPIRY: u8 = b'x';
pub(crate) const DEAD_LETTER: u8 = b'l';
pub(crate) const SUMMARY: u8 = b'o';
pub(crate) const GROUP: u8 = b'g';
pub(crate) const JOB: u8 = b'j';
pub(crate) const JOB_PART: u8 = b'k';
pub(crate) const JOB_WAITING: u8 = b'w';
pub(crate) const REVISION: u8 = b'r';
pub(crate) const BLOCK: u8 = b'b';
pub(crate) const QUALITY: u8 = b'q';
pub(crate) const KV: u8 = b'v';
pub(crate) const AUDIT: u8 = b'a';
pub(crate) const AUDIT_INTENT: u8 = b'n';
pub(crate) const PLUGIN: u8 = b'p';
pub(crate) const FORMER_NAME: u8 = b'u';
pub(crate) const UNSETTLED_BYTES: u8 = b'y';
pub(crate) const CONTINUATION: u8 = b'c';
pub(crate) const QUARANTINE: u8 = b'z';

/// Bytes of the digest of a (flow, dedupe key).
pub(crate) const DEDUPE_DIGEST: usize = 16;

fn join(prefix: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(prefix);
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

pub(crate) fn message(seq: u64) -> Vec<u8> {
    join(MESSAGE, &[&seq.to_be_bytes()])
}

pub(crate) fn index(seq: u64) -> Vec<u8> {
    join(INDEX, &[&seq.to_be_bytes()])
}

pub(crate) fn location(id: MessageId) -> Vec<u8> {
    join(LOCATION, &[id.as_bytes()])
}

pub(crate) fn dedupe(flow: &FlowName, dedupe_key: &str) -> Vec<u8> {
    let digest = Digest::of(format!("{flow}\0{dedupe_key}").as_bytes());
    join(DEDUPE, &[&digest.as_bytes()[..DEDUPE_DIGEST]])
}

/// Has the same prefix as dedupe keys but never equals one: no flow's name contains this separator.
pub(crate) fn idempotency(flow: &FlowName, key: &str) -> Vec<u8> {
    let digest = Digest::of(format!("{flow}\x01{key}").as_bytes());
    join(DEDUPE, &[&digest.as_bytes()[..DEDUPE_DIGEST]])
}

/// The same for what a sender signed.
pub(crate) fn signed(flow: &FlowName, signed: &str) -> Vec<u8> {
    let digest = Digest::of(format!("{flow}\x02{signed}").as_bytes());
    join(DEDUPE, &[&digest.as_bytes()[..DEDUPE_DIGEST]])
}

/// The expiry entry of the dedupe entry under `dedupe`.
pub(crate) fn dedupe_expiry(expires: Timestamp, dedupe: &[u8]) -> Vec<u8> {
    join(DEDUPE_EXPIRY, &[&expires.0.to_be_bytes(), &dedupe[1..]])
}

/// The expiry and the dedupe key of an expiry entry.
pub(crate) fn read_dedupe_expiry(key: &[u8]) -> Option<(Timestamp, Vec<u8>)> {
    let (expires, digest) = key.strip_prefix(&[DEDUPE_EXPIRY])?.split_first_chunk::<8>()?;
    Some((Timestamp(u64::from_be_bytes(*expires)), join(DEDUPE, &[digest])))
}

fn of_dead_letter(prefix: u8, id: DeadLetterId) -> Vec<u8> {
    // The whole message sorts before its deliveries.
    let position = id.position.map_or(0, |position| u64::from(position) + 1);
    join(prefix, &[id.message.as_bytes(), &position.to_be_bytes()])
}

pub(crate) fn dead_letter(id: DeadLetterId) -> Vec<u8> {
    of_dead_letter(DEAD_LETTER, id)
}

pub(crate) fn summary(id: DeadLetterId) -> Vec<u8> {
    of_dead_letter(SUMMARY, id)
}

/// The prefix of all revisions of one letter, in format 1.
pub(crate) fn revisions_of(id: DeadLetterId) -> Vec<u8> {
    of_dead_letter(REVISION, id)
}

pub(crate) fn group(fingerprint: &str) -> Vec<u8> {
    join(GROUP, &[fingerprint.as_bytes()])
}

pub(crate) fn job(id: JobId) -> Vec<u8> {
    join(JOB, &[id.as_bytes()])
}

/// The `part`-th part (from 0) of a job's dead letters.
pub(crate) fn job_part(id: JobId, part: u64) -> Vec<u8> {
    join(JOB_PART, &[id.as_bytes(), &part.to_be_bytes()])
}

/// The prefix of all dead letters that a job tries again later.
pub(crate) fn job_waiting(id: JobId) -> Vec<u8> {
    join(JOB_WAITING, &[id.as_bytes()])
}

/// A dead letter that a job tries again later.
pub(crate) fn job_waits_for(id: JobId, dead_letter: DeadLetterId) -> Vec<u8> {
    let mut key = job_waiting(id);
    key.extend_from_slice(&summary(dead_letter)[1..]);
    key
}

/// The dead letter of a [`job_waits_for`] key.
pub(crate) fn read_job_waits_for(key: &[u8]) -> Option<DeadLetterId> {
    read_summary(&join(SUMMARY, &[key.get(17..)?]))
}

/// The prefix of all summaries of one message.
pub(crate) fn summaries_of(message: MessageId) -> Vec<u8> {
    join(SUMMARY, &[message.as_bytes()])
}

/// The dead letter of a summary's key.
pub(crate) fn read_summary(key: &[u8]) -> Option<DeadLetterId> {
    read_dead_letter(SUMMARY, key)
}

fn read_dead_letter(prefix: u8, key: &[u8]) -> Option<DeadLetterId> {
    let (message, position) = key.strip_prefix(&[prefix])?.split_first_chunk::<16>()?;
    let position = u64::from_be_bytes(position.try_into().ok()?).checked_sub(1);
    let position = position.map(u32::try_from).transpose().ok()?;
    Some(DeadLetterId { message: MessageId::from_bytes(*message), position })
}

/// The block of a dead letter.
pub(crate) fn block(id: DeadLetterId) -> Vec<u8> {
    of_dead_letter(BLOCK, id)
}

/// The dead letter of a block's key.
pub(crate) fn read_block(key: &[u8]) -> Option<DeadLetterId> {
    read_dead_letter(BLOCK, key)
}

/// Sorts before every key of this hour and later ones.
pub(crate) fn quality_hours(hour: u64) -> Vec<u8> {
    join(QUALITY, &[&hour.to_be_bytes()])
}

/// How many kinds of breach a flow had in an hour. No flow's name contains the separator.
pub(crate) fn quality_hour(hour: u64, flow: &FlowName) -> Vec<u8> {
    join(QUALITY, &[&hour.to_be_bytes(), flow.as_str().as_bytes(), &[0]])
}

/// One kind of breach of a flow in an hour.
pub(crate) fn quality(hour: u64, flow: &FlowName, kind: &[u8]) -> Vec<u8> {
    let mut key = quality_hour(hour, flow);
    key.extend_from_slice(kind);
    key
}

/// The hour of a key of [`QUALITY`], and the flow if it is the key of one kind.
pub(crate) fn read_quality(key: &[u8]) -> Option<(u64, Option<FlowName>)> {
    let (hour, rest) = key.strip_prefix(&[QUALITY])?.split_first_chunk::<8>()?;
    let separator = rest.iter().position(|byte| *byte == 0)?;
    let flow = std::str::from_utf8(&rest[..separator]).ok()?.parse().ok()?;
    Some((u64::from_be_bytes(*hour), (separator + 1 < rest.len()).then_some(flow)))
}

/// `namespace` must be at most 255 bytes long: its length comes first, so that the keys of namespaces never overlap.
pub(crate) fn kv(namespace: &str, key: &str) -> Vec<u8> {
    let len = u8::try_from(namespace.len()).unwrap_or(u8::MAX);
    join(KV, &[&[len], namespace.as_bytes(), key.as_bytes()])
}

/// An audit entry; keys sort by time.
pub(crate) fn audit(id: AuditId) -> Vec<u8> {
    join(AUDIT, &[&id.at.0.to_be_bytes(), &id.number.to_be_bytes()])
}

/// The id of an audit entry's key.
pub(crate) fn read_audit(key: &[u8]) -> Option<AuditId> {
    read_audit_id(AUDIT, key)
}

/// An audit intent without an outcome yet.
pub(crate) fn audit_intent(id: AuditId) -> Vec<u8> {
    join(AUDIT_INTENT, &[&id.at.0.to_be_bytes(), &id.number.to_be_bytes()])
}

/// The id of an intent's key.
pub(crate) fn read_audit_intent(key: &[u8]) -> Option<AuditId> {
    read_audit_id(AUDIT_INTENT, key)
}

fn read_audit_id(prefix: u8, key: &[u8]) -> Option<AuditId> {
    let (at, number) = key.strip_prefix(&[prefix])?.split_first_chunk::<8>()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    Some(AuditId { at: Timestamp(u64::from_be_bytes(*at)), number })
}

/// The former name of a flow. No flow's name contains the separator.
pub(crate) fn former_name(flow: &FlowName, former: &FlowName) -> Vec<u8> {
    join(FORMER_NAME, &[flow.as_str().as_bytes(), &[0], former.as_str().as_bytes()])
}

/// The flow of a [`former_name`] key, and its former name.
pub(crate) fn read_former_name(key: &[u8]) -> Option<(FlowName, FlowName)> {
    let (flow, former) = std::str::from_utf8(key.strip_prefix(&[FORMER_NAME])?).ok()?.split_once('\0')?;
    Some((flow.parse().ok()?, former.parse().ok()?))
}

pub(crate) fn unsettled_bytes(flow: &FlowName) -> Vec<u8> {
    join(UNSETTLED_BYTES, &[flow.as_str().as_bytes()])
}

/// The flow of a [`unsettled_bytes`] key.
pub(crate) fn read_unsettled_bytes(key: &[u8]) -> Option<FlowName> {
    std::str::from_utf8(key.strip_prefix(&[UNSETTLED_BYTES])?).ok()?.parse().ok()
}

/// Neither names nor versions contain an `@`.
pub(crate) fn plugin(plugin: &PluginVersion) -> Vec<u8> {
    join(PLUGIN, &[plugin.to_string().as_bytes()])
}

/// The `part`-th continuation (from 1) of the record at `key`.
pub(crate) fn continuation(key: &[u8], part: u32) -> Vec<u8> {
    join(CONTINUATION, &[key, &part.to_be_bytes()])
}

pub(crate) fn quarantine(key: &[u8]) -> Vec<u8> {
    join(QUARANTINE, &[key])
}

/// The message id of a location's key.
pub(crate) fn read_location(key: &[u8]) -> Option<MessageId> {
    Some(MessageId::from_bytes(key.strip_prefix(&[LOCATION])?.try_into().ok()?))
}

/// The seq of an index key.
pub(crate) fn read_index(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.strip_prefix(&[INDEX])?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_the_way_back() {
        let message = MessageId::generate();
        for position in [None, Some(0), Some(u32::MAX)] {
            let id = DeadLetterId { message, position };
            assert_eq!(read_summary(&summary(id)), Some(id));
            assert!(summary(id).starts_with(&summaries_of(message)));
            assert_eq!(read_job_waits_for(&job_waits_for(JobId::generate(), id)), Some(id));
        }
        let orders: FlowName = "orders".parse().unwrap();
        assert_eq!(read_quality(&quality(7, &orders, &[0, 1])), Some((7, Some(orders.clone()))));
        assert_eq!(read_quality(&quality_hour(7, &orders)), Some((7, None)));
        let shop: FlowName = "shop".parse().unwrap();
        assert_eq!(read_former_name(&former_name(&shop, &orders)), Some((shop, orders)));
        assert_eq!(read_index(&index(7)), Some(7));
        assert_eq!(read_location(&location(message)), Some(message));
        let entry = AuditId { at: Timestamp(9), number: 3 };
        assert_eq!(read_audit(&audit(entry)), Some(entry));
        assert_eq!(read_audit_intent(&audit_intent(entry)), Some(entry));
        let dedupe = dedupe(&"orders".parse().unwrap(), "k");
        assert_eq!(read_dedupe_expiry(&dedupe_expiry(Timestamp(9), &dedupe)), Some((Timestamp(9), dedupe)));
    }

    #[test]
    fn namespaces_do_not_reach_into_each_other() {
        assert_ne!(kv("a", "bc"), kv("ab", "c"));
    }
}
