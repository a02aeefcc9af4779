//! The rules of the schedule, one by one.

use super::*;

const NOW: Timestamp = Timestamp(1_000);
const NOTHING: [u64; 0] = [];
const KEY: KeyHash = KeyHash::new(7).unwrap();

fn entry(seq: u64, key: u64) -> Entry {
    Entry { seq, key: KeyHash::new(key), since: Timestamp(seq), bytes: 10, is_replay: false }
}

fn schedule(ordered: bool, entries: &[(u64, u64)]) -> Schedule {
    let mut schedule = Schedule::new(ordered, Arc::default());
    entries.iter().for_each(|(seq, key)| schedule.push(entry(*seq, *key), MessageId::generate()));
    schedule
}

fn take(schedule: &mut Schedule) -> Option<u64> {
    schedule.take(NOW).map(|entry| entry.seq)
}

fn size(schedule: &Schedule) -> (usize, u64) {
    let Backlog { messages, bytes } = schedule.backlog();
    (messages, bytes)
}

#[test]
fn one_message_of_a_key_at_a_time_and_the_rest_in_order() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 8)]);
    assert_eq!(take(&mut schedule), Some(1));
    assert_eq!(take(&mut schedule), Some(4));
    assert_eq!(take(&mut schedule), None);
    schedule.finish(entry(1, 7));
    assert_eq!(take(&mut schedule), Some(2));
    assert_eq!(take(&mut schedule), None);
    schedule.push(entry(5, 7), MessageId::generate());
    schedule.finish(entry(2, 7));
    assert_eq!(take(&mut schedule), Some(3));
    assert_eq!(take(&mut schedule), None);
    schedule.finish(entry(3, 7));
    assert_eq!(take(&mut schedule), Some(5));
}

#[test]
fn messages_without_a_key_wait_for_nobody() {
    let mut schedule = schedule(true, &[(1, 0), (2, 0), (3, 0)]);
    assert_eq!([take(&mut schedule), take(&mut schedule), take(&mut schedule)], [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_hundred_thousand_messages_of_one_key_stall_nobody() {
    let mut schedule = Schedule::new(true, Arc::default());
    (0..100_000).for_each(|seq| schedule.push(entry(seq, 7), MessageId::generate()));
    (0..100).for_each(|n| schedule.push(entry(100_000 + n, 1_000 + n), MessageId::generate()));
    assert_eq!(take(&mut schedule), Some(0));
    assert_eq!((0..100).map_while(|_| take(&mut schedule)).count(), 100);
    assert_eq!(schedule.counts().queued, 99_999);
    assert_eq!(schedule.counts().oldest, Some(Timestamp(0)));
}

#[test]
fn a_busy_key_and_the_pending_messages_take_turns() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 7), (10, 0), (11, 0), (12, 0), (13, 0)]);
    let busy = schedule.take(NOW).unwrap();
    assert_eq!(take(&mut schedule), Some(10));
    schedule.finish(busy);
    let mut order = Vec::new();
    while let Some(taken) = schedule.take(NOW) {
        order.push(taken.seq);
        schedule.finish(taken);
    }
    assert_eq!(order, [2, 11, 3, 12, 4, 13]);
}

#[test]
fn a_message_that_waits_for_its_retry_keeps_its_key() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7)]);
    let first = schedule.take(NOW).unwrap();
    schedule.postpone(first, Timestamp(2_000), NOW, 10);
    assert_eq!(take(&mut schedule), None);
    assert_eq!(schedule.next_due(), Some(Timestamp(2_000)));
    assert_eq!(schedule.take(Timestamp(2_000)), Some(first));
    schedule.finish(first);
    assert_eq!(take(&mut schedule), Some(2));
}

#[test]
fn a_blocked_key_waits_for_its_dead_letter_and_only_the_replay_passes() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
    schedule.set_blocks(true);
    let first = schedule.take(NOW).unwrap();
    let dead_letter = DeadLetterId { message: MessageId::generate(), position: None };
    schedule.block(KEY, dead_letter);
    schedule.finish(first);
    assert_eq!([take(&mut schedule), take(&mut schedule)], [Some(3), None]);
    assert_eq!((schedule.counts().blocked_keys, schedule.counts().blocked), (1, 1));
    schedule.push(entry(4, 7), MessageId::generate());
    schedule.push(entry(5, 7), dead_letter.message);
    assert_eq!([take(&mut schedule), take(&mut schedule)], [Some(5), None]);
    schedule.finish(entry(5, 7));
    assert_eq!(take(&mut schedule), None, "the replay failed: its dead letter is open");
    schedule.unblock(KEY, dead_letter);
    assert_eq!([take(&mut schedule), take(&mut schedule)], [Some(2), None]);
    schedule.finish(entry(2, 7));
    assert_eq!(take(&mut schedule), Some(4));
    assert_eq!(schedule.counts().blocked_keys, 0);
}

#[test]
fn a_flow_that_blocks_no_more_lets_everything_go_on() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7)]);
    schedule.set_blocks(true);
    schedule.block(KEY, DeadLetterId { message: MessageId::generate(), position: None });
    assert_eq!(take(&mut schedule), None);
    schedule.set_blocks(false);
    assert_eq!([take(&mut schedule), take(&mut schedule)], [Some(1), None]);
    schedule.set_blocks(true);
    schedule.finish(entry(1, 7));
    assert_eq!(take(&mut schedule), None);
    schedule.set_ordered(false);
    assert_eq!(take(&mut schedule), Some(2));
}

#[test]
fn what_is_woken_goes_before_its_time_and_in_order() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
    let first = schedule.take(NOW).unwrap();
    let third = schedule.take(NOW).unwrap();
    schedule.hold_back(third, Timestamp(9_000), NOW, 10);
    schedule.hold_back(first, Timestamp(8_000), NOW, 10);
    assert_eq!((take(&mut schedule), schedule.next_due()), (None, Some(Timestamp(8_000))));
    schedule.wake();
    assert_eq!([take(&mut schedule), take(&mut schedule), take(&mut schedule)], [Some(1), Some(3), None]);
    schedule.finish(first);
    assert_eq!(take(&mut schedule), Some(2));
}

#[test]
fn what_is_held_back_looks_again_at_its_time_and_a_retry_is_not_woken_before_its_own() {
    let mut schedule = schedule(true, &[(1, 7), (2, 8)]);
    let first = schedule.take(NOW).unwrap();
    let second = schedule.take(NOW).unwrap();
    schedule.postpone(first, Timestamp(9_000), NOW, 10);
    schedule.hold_back(second, Timestamp(8_000), NOW, 10);
    assert_eq!((schedule.scheduled(), schedule.next_due()), (2, Some(Timestamp(8_000))));
    assert_eq!(schedule.take(Timestamp(8_000)), Some(second));
    schedule.wake();
    assert_eq!((schedule.take(Timestamp(8_999)), schedule.take(Timestamp(9_000))), (None, Some(first)));
}

#[test]
fn what_is_given_back_is_next_again() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
    let first = schedule.take(NOW).unwrap();
    schedule.give_back(first, Origin::Head);
    assert!([take(&mut schedule), take(&mut schedule)].contains(&Some(1)));
    assert_eq!(take(&mut schedule), None);
}

#[test]
fn order_can_be_switched_off_and_on_while_messages_are_leased() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 7)]);
    assert_eq!((take(&mut schedule), take(&mut schedule)), (Some(1), None));
    schedule.set_ordered(false);
    assert_eq!((take(&mut schedule), take(&mut schedule)), (Some(2), Some(3)));
    schedule.set_ordered(true);
    schedule.finish(entry(1, 7));
    schedule.finish(entry(2, 7));
    assert_eq!(take(&mut schedule), None);
    schedule.finish(entry(3, 7));
    assert_eq!(take(&mut schedule), Some(4));
}

#[test]
fn what_is_there_is_counted_from_push_to_finish_wherever_it_waits() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 8)]);
    assert_eq!(size(&schedule), (3, 30));
    let first = schedule.take(NOW).unwrap();
    assert_eq!((take(&mut schedule), size(&schedule)), (Some(3), (3, 30)), "the second is parked");
    schedule.postpone(first, Timestamp(2_000), NOW, 25);
    assert_eq!(size(&schedule), (3, 45), "its record has grown");
    let first = schedule.take(Timestamp(2_000)).unwrap();
    schedule.give_back(first, Origin::Head);
    let first = schedule.take(NOW).unwrap();
    schedule.finish(first);
    assert_eq!(size(&schedule), (2, 20));
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait_longer_than_was_meant() {
    let ahead = Timestamp(NOW.0 + 6 * 3_600_000);
    let mut schedule = schedule(true, &[(1, 7), (2, 8)]);
    let first = schedule.take(NOW).unwrap();
    let second = schedule.take(NOW).unwrap();
    schedule.postpone(first, Timestamp(ahead.0 + 2_000), ahead, 10);
    schedule.postpone(second, Timestamp(NOW.0 + 3_000), NOW, 10);
    assert_eq!(schedule.next_due(), Some(Timestamp(NOW.0 + 2_000)));
    assert_eq!(schedule.take(Timestamp(NOW.0 + 1_999)), None);
    assert_eq!(schedule.take(Timestamp(NOW.0 + 2_000)), Some(first));
    assert_eq!(schedule.take(Timestamp(NOW.0 + 3_000)), Some(second));
}

#[test]
fn what_all_flows_hold_is_the_sum_over_their_schedules_at_every_step() {
    let total = Arc::new(Total::default());
    let mut orders = Schedule::new(true, Arc::clone(&total));
    let mut customers = Schedule::new(false, Arc::clone(&total));
    let sum = |orders: &Schedule, customers: &Schedule| Backlog {
        messages: orders.backlog().messages + customers.backlog().messages,
        bytes: orders.backlog().bytes + customers.backlog().bytes,
    };
    orders.push(entry(1, 7), MessageId::generate());
    customers.push(entry(2, 7), MessageId::generate());
    customers.push_later(entry(3, 8), Timestamp(2_000), NOW);
    assert_eq!(total.backlog(), Backlog { messages: 3, bytes: 30 });
    let first = orders.take(NOW).unwrap();
    orders.postpone(first, Timestamp(2_000), NOW, 35);
    assert_eq!(total.backlog(), sum(&orders, &customers));
    assert_eq!(total.backlog().bytes, 55, "its record has grown");
    let second = customers.take(NOW).unwrap();
    customers.finish(second);
    assert_eq!(total.backlog(), sum(&orders, &customers));
    assert_eq!(total.backlog(), Backlog { messages: 2, bytes: 45 });
}

#[test]
fn whether_something_is_due_is_told_by_the_clock_whichever_way_it_is_set() {
    let mut schedule = schedule(true, &[(1, 7), (2, 8)]);
    let first = schedule.take(NOW).unwrap();
    let second = schedule.take(NOW).unwrap();
    schedule.postpone(first, Timestamp(NOW.0 + 5_000), NOW, 10);
    schedule.hold_back(second, Timestamp(NOW.0 + 8_000), NOW, 10);
    assert!(!schedule.is_due(Timestamp(NOW.0 + 4_999)));
    assert!(schedule.is_due(Timestamp(NOW.0 + 5_000)));
    assert_eq!(schedule.take(Timestamp(NOW.0 + 5_000)), Some(first));
    assert!(!schedule.is_due(Timestamp(NOW.0 + 6_000)));
    // Set back by five seconds: the second has two seconds left all the same.
    assert!(!schedule.is_due(NOW.after(std::time::Duration::from_millis(1_000))));
    assert!(schedule.is_due(NOW.after(std::time::Duration::from_millis(3_000))));
}

#[test]
fn what_is_taken_from_anywhere_and_put_back_keeps_its_place() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7), (4, 8), (5, 7)]);
    assert_eq!(take(&mut schedule), Some(1));
    assert_eq!(take(&mut schedule), Some(4), "2 and 3 are parked behind 1 now");
    let taken = schedule.claim(&[1, 2, 5].into());
    assert_eq!(taken, [(entry(2, 7), Origin::Line), (entry(5, 7), Origin::Line)], "1 is leased");
    schedule.finish(entry(1, 7));
    assert_eq!(take(&mut schedule), None, "3 may not overtake 2");
    for (entry, origin) in taken {
        schedule.give_back(entry, origin);
    }
    for seq in [2, 3, 5] {
        assert_eq!(take(&mut schedule), Some(seq));
        schedule.finish(entry(seq, 7));
    }
    schedule.finish(entry(4, 8));
    assert_eq!(schedule.counts(), Counts::default());
}

#[test]
fn each_message_is_said_to_wait_for_what_it_waits_for() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 0), (4, 8), (5, 8), (6, 7)]);
    assert_eq!(take(&mut schedule), Some(1));
    let places = schedule.places(&(1..=7).collect());
    let expected = [
        (1, Place::Leased),
        (2, Place::BehindMessage(1)),
        (3, Place::InLine { ahead: 0 }),
        (4, Place::InLine { ahead: 1 }),
        (5, Place::BehindMessage(4)),
        (6, Place::BehindMessage(1)),
    ];
    assert_eq!(places, expected.into());
}

#[test]
fn what_an_operator_takes_holds_back_later_messages_and_none_that_comes_before() {
    let mut schedule = schedule(true, &[(1, 7), (2, 7), (3, 7)]);
    let taken = schedule.claim(&[2].into());
    assert_eq!(take(&mut schedule), Some(1), "2 comes after it");
    schedule.finish(entry(1, 7));
    assert_eq!(take(&mut schedule), None, "3 waits for 2");
    assert_eq!(schedule.places(&[3].into()), [(3, Place::BehindMessage(2))].into());
    schedule.finish(taken[0].0);
    assert_eq!(take(&mut schedule), Some(3));
}

fn replay(seq: u64, key: u64) -> Entry {
    Entry { is_replay: true, ..entry(seq, key) }
}

fn take_replays(schedule: &mut Schedule, max: usize) -> Vec<u64> {
    schedule.take_replays(NOW, max).into_iter().map(|entry| entry.seq).collect()
}

#[test]
fn replays_alone_are_taken_with_what_the_order_of_their_keys_puts_before_them() {
    let mut schedule = schedule(true, &[(1, 0), (2, 7), (3, 8), (4, 7)]);
    assert_eq!(take_replays(&mut schedule, 9), NOTHING);
    for replay in [replay(5, 0), replay(6, 7), replay(7, 0)] {
        schedule.push(replay, MessageId::generate());
    }
    schedule.push(entry(8, 7), MessageId::generate());
    assert_eq!(take_replays(&mut schedule, 2), [2, 5]);
    assert_eq!(take_replays(&mut schedule, 9), [7], "4 waits for 2, and 6 for both");
    schedule.finish(entry(2, 7));
    assert_eq!(take_replays(&mut schedule, 9), [4]);
    schedule.finish(entry(4, 7));
    assert_eq!(take_replays(&mut schedule, 9), [6]);
    schedule.finish(replay(6, 7));
    assert_eq!(take_replays(&mut schedule, 9), NOTHING, "8 comes after the replay of its key");
    assert_eq!([take(&mut schedule), take(&mut schedule), take(&mut schedule)], [Some(1), Some(3), Some(8)]);
}

#[test]
fn in_a_flow_without_order_nothing_goes_before_a_replay() {
    let mut schedule = schedule(false, &[(1, 7)]);
    schedule.push(replay(2, 7), MessageId::generate());
    assert_eq!(take_replays(&mut schedule, 9), [2]);
}
