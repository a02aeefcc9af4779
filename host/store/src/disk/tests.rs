//! What is read is what was written, through moves, kills, power cuts and damage.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::segment::FIRST;
use super::*;
use crate::recovery;

/// So little that tests reach many segments.
const LOG_BYTES: u32 = 64 * 1024;

fn open(dir: &Path) -> Result<Disk, Failure> {
    Disk::open(dir, 0, LOG_BYTES, recovery::prepare(dir).unwrap())
}

fn set(key: &[u8], value: &[u8]) -> frame::Change {
    (key.to_vec(), Some(value.to_vec()))
}

/// Writes and waits for the disk.
fn store(disk: &Disk, changes: Vec<frame::Change>) {
    disk.apply(changes).unwrap();
    disk.write_out().unwrap();
    disk.sync().unwrap();
}

fn all(disk: &Disk, prefix: &[u8]) -> Vec<Pair> {
    disk.scan(prefix, None).map(Result::unwrap).collect()
}

/// A copy of the files, as a process that is killed now would leave them.
fn kill(disk: Disk, dir: &Path) -> TempDir {
    // Files that change meanwhile can't be copied; kills in the middle of a move are tested with a process (`it/crash.rs`).
    disk.mover.wait_until_idle().unwrap();
    copy_of(dir)
}

fn copy_of(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_files(dir, copy.path());
    copy
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_files(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files of the log, in order.
fn segments(dir: &Path) -> Vec<PathBuf> {
    segment::find(&dir.join(LOG)).unwrap().into_iter().map(|found| found.path).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<(u8, u8, Option<usize>)>),
    Move,
    Kill,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let change = (b'a'..=b'b', 0..24u8, proptest::option::weighted(0.6, 0..3_000usize));
    prop_oneof![
        12 => proptest::collection::vec(change, 1..12).prop_map(Step::Write),
        2 => Just(Step::Move),
        1 => Just(Step::Kill),
        1 => Just(Step::Reopen),
    ]
}

/// All pairs that may be read, by a map that can't be wrong.
type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn check(disk: &Disk, model: &Model) {
    for prefix in *b"ab" {
        let expected =
            || model.iter().filter(|(key, _)| key[0] == prefix).map(|(key, value)| (key.clone(), value.clone()));
        assert_eq!(all(disk, &[prefix]), expected().collect::<Vec<_>>());
        let backwards: Vec<Pair> = disk.scan_back(prefix, None).map(Result::unwrap).collect();
        assert_eq!(backwards, expected().rev().collect::<Vec<_>>());
        let middle = vec![prefix, 11];
        let after: Vec<Pair> = disk.scan(&[prefix], Some(&middle)).map(Result::unwrap).collect();
        assert_eq!(after, expected().filter(|(key, _)| *key > middle).collect::<Vec<_>>());
        let before: Vec<Pair> = disk.scan_back(prefix, Some(&middle)).map(Result::unwrap).collect();
        assert_eq!(before, expected().rev().filter(|(key, _)| *key < middle).collect::<Vec<_>>());
    }
    for (prefix, n) in [(b'a', 3), (b'a', 17), (b'b', 11)] {
        let key = vec![prefix, n];
        assert_eq!(disk.get(&key).unwrap(), model.get(&key).cloned());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read_through_moves_kills_and_restarts(steps in proptest::collection::vec(step(), 1..60)) {
        let mut dir = tempfile::tempdir().unwrap();
        let mut disk = open(dir.path()).unwrap();
        let mut model = Model::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Write(changes) => {
                    let mut write = Vec::new();
                    for (prefix, n, length) in changes {
                        let value = length.map(|length| vec![number as u8; length]);
                        write.push((vec![prefix, n], value.clone()));
                        match value {
                            Some(value) => model.insert(vec![prefix, n], value),
                            None => model.remove(&[prefix, n][..]),
                        };
                    }
                    disk.apply(write).unwrap();
                    disk.write_out().unwrap();
                }
                Step::Move => disk.move_all().unwrap(),
                Step::Kill => {
                    dir = kill(disk, dir.path());
                    disk = open(dir.path()).unwrap();
                }
                Step::Reopen => {
                    drop(disk);
                    disk = open(dir.path()).unwrap();
                }
            }
            check(&disk, &model);
        }
        prop_assert_eq!(disk.damaged_pieces(), 0);
    }
}

/// A store with these values under 0, 1, …, each written and synced by itself; the last ones are written out only.
fn with_writes(synced: u8, unsynced: u8) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path()).unwrap();
    for n in 0..synced + unsynced {
        disk.apply([set(&[b'a', n], &[n; 700]), set(&[b'b', n], &[n; 9])]).unwrap();
        disk.write_out().unwrap();
        if n < synced {
            disk.sync().unwrap();
        }
    }
    kill(disk, dir.path())
}

/// How many writes are there; each must be whole, and those before it must be there too.
fn writes_in(disk: &Disk) -> usize {
    let first = all(disk, b"a");
    for (n, (key, value)) in first.iter().enumerate() {
        assert_eq!((&key[..], &value[..]), (&[b'a', n as u8][..], &[n as u8; 700][..]));
    }
    assert_eq!(all(disk, b"b").len(), first.len(), "half of a write");
    first.len()
}

#[test]
fn a_power_cut_takes_the_end_only_however_much_of_it_reached_the_disk() {
    const SYNCED: u8 = 5;
    let whole = with_writes(SYNCED, 4);
    let [log] = &segments(whole.path())[..] else { panic!("one segment") };
    let bytes = fs::read(log).unwrap();
    // Each write takes two blocks of 512 bytes.
    let blocks = FIRST as usize / 512..FIRST as usize / 512 + 18;
    let unsynced = blocks.start + usize::from(SYNCED) * 2..blocks.end;
    for lost in unsynced.clone() {
        for all_behind in [false, true] {
            let copy = copy_of(whole.path());
            let mut torn = bytes.clone();
            torn[lost * 512..if all_behind { unsynced.end } else { lost + 1 } * 512].fill(0);
            fs::write(&segments(copy.path())[0], torn).unwrap();
            let disk = open(copy.path()).unwrap();
            assert_eq!(writes_in(&disk), (lost - blocks.start) / 2, "{lost} {all_behind}");
            assert_eq!(disk.damaged_pieces(), 0);
            // And it goes on from there.
            store(&disk, vec![set(b"c", b"next")]);
            let again = kill(disk, copy.path());
            let disk = open(again.path()).unwrap();
            assert_eq!((writes_in(&disk), disk.damaged_pieces()), ((lost - blocks.start) / 2, 0));
            assert_eq!(disk.get(b"c").unwrap(), Some(b"next".to_vec()));
        }
    }
}

#[test]
fn what_was_damaged_after_it_was_stored_is_told_and_kept_and_the_rest_is_read() {
    let whole = with_writes(9, 0);
    for block in [0, 4, 7] {
        let copy = copy_of(whole.path());
        let path = segments(copy.path())[0].clone();
        let mut bytes = fs::read(&path).unwrap();
        bytes[FIRST as usize + block * 512 + 100] ^= 1;
        fs::write(path, bytes).unwrap();
        let disk = open(copy.path()).unwrap();
        let found: Vec<u8> = all(&disk, b"a").into_iter().map(|(key, _)| key[1]).collect();
        let lost = u8::try_from(block / 2).unwrap();
        assert_eq!(found, (0..9).filter(|n| *n != lost).collect::<Vec<_>>());
        assert_eq!(disk.damaged_pieces(), 1);
        let kept: Vec<_> = fs::read_dir(copy.path().join(QUARANTINE)).unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].metadata().unwrap().len(), 1024);
        // It is told once: the log is moved and goes.
        disk.move_all().unwrap();
        drop(disk);
        assert_eq!(open(copy.path()).unwrap().damaged_pieces(), 0);
    }
}

#[test]
fn a_damaged_header_costs_nothing() {
    let whole = with_writes(3, 0);
    let path = segments(whole.path())[0].clone();
    let mut bytes = fs::read(&path).unwrap();
    bytes[..512].fill(0xAA);
    fs::write(path, bytes).unwrap();
    assert_eq!(writes_in(&open(whole.path()).unwrap()), 3);
}

#[test]
fn the_end_of_a_segment_that_was_cut_off_is_told() {
    // The copy of a start that has moved nothing yet: two segments, and the second says where the first ended.
    let whole = with_writes(6, 0);
    let copy = copy_of(whole.path());
    let mut log =
        Log::begin(&copy.path().join(LOG), Header { number: 2, previous_end: FIRST + 6 * 1024 }, LOG_BYTES).unwrap();
    log.append(&[set(b"c", b"behind")]).unwrap();
    log.write_out().unwrap();
    let first = segments(copy.path())[0].clone();
    fs::File::options().write(true).open(first).unwrap().set_len(u64::from(FIRST) + 4 * 1024 + 300).unwrap();
    let disk = open(copy.path()).unwrap();
    assert_eq!((writes_in(&disk), disk.damaged_pieces()), (4, 1));
    assert_eq!(disk.get(b"c").unwrap(), Some(b"behind".to_vec()));
}

#[test]
fn a_segment_that_is_missing_is_named() {
    let whole = with_writes(6, 0);
    let copy = copy_of(whole.path());
    drop(Log::begin(&copy.path().join(LOG), Header { number: 3, previous_end: 0 }, LOG_BYTES).unwrap());
    let refused = open(copy.path()).err().unwrap();
    assert_eq!(refused.kind, FailureKind::Corrupt);
    assert!(refused.to_string().contains("log/0000000000000002 is missing"), "{refused}");
}

#[test]
fn a_read_misses_nothing_that_is_moved_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path()).unwrap();
    let keys: Vec<Vec<u8>> = (0..=255u8).flat_map(|n| [vec![b'a', n, 0], vec![b'a', n, 1]]).collect();
    store(&disk, keys.iter().map(|key| set(key, b"0")).collect());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..60u8 {
                disk.apply(keys.iter().skip(usize::from(round) % 7).step_by(7).map(|key| set(key, &[round; 40])))
                    .unwrap();
                disk.move_all().unwrap();
            }
        });
        while !writer.is_finished() {
            assert_eq!(all(&disk, b"a").len(), keys.len());
            assert_eq!(disk.scan_back(b'a', None).count(), keys.len());
            assert!(disk.get(&keys[9]).unwrap().is_some());
        }
        writer.join().unwrap();
    });
}

fn numbered(n: u32) -> Vec<u8> {
    [&b"a"[..], &n.to_be_bytes()].concat()
}

#[test]
fn a_log_of_many_segments_is_moved_while_it_is_written_and_its_files_are_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path()).unwrap();
    for n in 0..400u32 {
        store(&disk, vec![set(&numbered(n), &[7; 3_000]), (numbered(n.wrapping_sub(1)), None)]);
    }
    // 1.2 MB went through the log: what it takes at most are a move that is under way, one that is due, and the spare ones.
    assert!(segments(dir.path()).len() <= 2 * SEGMENTS + 3 + 1, "{:?}", segments(dir.path()));
    disk.move_all().unwrap();
    assert_eq!(all(&disk, b"a").len(), 1);
    drop(disk);
    let disk = open(dir.path()).unwrap();
    assert_eq!(disk.get(&numbered(399)).unwrap(), Some(vec![7; 3_000]));
    assert_eq!(segments(dir.path()).len(), 1, "spare files are left to no start");
}

#[test]
fn all_files_are_the_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let _disk = open(dir.path()).unwrap();
    let log = dir.path().join(LOG);
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o077, 0);
    for file in segments(dir.path()) {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o077, 0);
    }
}
