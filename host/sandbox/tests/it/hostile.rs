//! Guests that fail or attack. A plugin can harm only its own messages.

use std::time::{Duration, Instant};

use gantry_sandbox::{FaultCode, Limits};

use crate::harness::{limited, message, one, run, run_texts, shown, step};

/// A batch of `count` messages in which those at `bad` hold `word`, and what is expected of it.
fn mixed(count: usize, bad: &[usize], word: &str, code: &str) -> (Vec<String>, Vec<String>) {
    let payloads: Vec<_> =
        (0..count).map(|n| if bad.contains(&n) { format!("{word} {n}") } else { format!("fine {n}") }).collect();
    let expected = payloads.iter().enumerate();
    let expected = expected.map(|(n, text)| if bad.contains(&n) { code.to_owned() } else { text.clone() });
    let expected = expected.collect();
    (payloads, expected)
}

fn check(step: &gantry_sandbox::PreparedStep, count: usize, bad: &[usize], word: &str, code: &str) {
    let (payloads, expected) = mixed(count, bad, word, code);
    let payloads: Vec<_> = payloads.iter().map(String::as_str).collect();
    assert_eq!(shown(&run_texts(step, &payloads)), expected);
}

pub(crate) mod trap_on {
    use super::*;

    #[test]
    fn a_trap_is_traced_to_its_messages_and_the_others_succeed() {
        let step = step(gantry_guests::TRAP_ON);
        for bad in [&[0][..], &[99], &[41], &[0, 99], &[7, 8, 9, 60]] {
            check(&step, 100, bad, "poison", FaultCode::Trap.name());
        }
        let all: Vec<_> = (0..9).collect();
        check(&step, 9, &all, "poison", FaultCode::Trap.name());
    }

    #[test]
    fn a_trap_on_the_37th_of_a_hundred_costs_that_message_alone() {
        let step = step(gantry_guests::TRAP_ON);
        let (payloads, expected) = mixed(100, &[36], "poison", FaultCode::Trap.name());
        let run = run_texts(&step, &payloads.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(shown(&run), expected);
        // The whole, and twice for each halving of a hundred.
        assert!(run.instances <= 1 + 2 * 7, "{} instances", run.instances);
    }

    #[test]
    fn a_trap_on_every_message_takes_no_more_than_two_instances_a_message() {
        let step = step(gantry_guests::TRAP_ON);
        let run = run_texts(&step, &["poison"; 100]);
        assert_eq!(shown(&run), [FaultCode::Trap.name(); 100]);
        assert!(run.instances < 200, "{} instances", run.instances);
    }

    #[test]
    fn a_panic_leaves_its_message_and_the_functions_but_no_control_characters() {
        let fault = one(&step(gantry_guests::TRAP_ON), "poison").unwrap_err();
        assert_eq!(fault.code, FaultCode::Trap);
        assert!(fault.stderr.contains("this message is"), "{}", fault.stderr);
        assert!(!fault.stderr.contains('\u{1b}'), "{}", fault.stderr);
        assert!(fault.backtrace.iter().any(|name| name.contains("trap_on") && name.contains("process")), "{fault:?}");
        assert!(!fault.is_transient());
    }

    #[test]
    fn a_stack_overflow_ends_the_guest_and_not_the_host() {
        check(&step(gantry_guests::TRAP_ON), 5, &[2], "deep", FaultCode::Trap.name());
    }
}

pub(crate) mod spin {
    use super::*;

    fn spinning(deadline: Duration) -> gantry_sandbox::PreparedStep {
        limited(gantry_guests::SPIN, Limits { deadline, ..Limits::default() })
    }

    #[test]
    fn an_endless_loop_ends_at_the_deadline_and_may_be_tried_again() {
        let fault = one(&spinning(Duration::from_millis(200)), "spin").unwrap_err();
        assert_eq!(fault.code, FaultCode::Deadline);
        assert!(fault.is_transient());
    }

    #[test]
    fn one_spinning_message_does_not_take_its_batch_with_it() {
        check(&spinning(Duration::from_secs(1)), 16, &[11], "spin", FaultCode::Deadline.name());
    }

    #[test]
    fn a_batch_of_nothing_but_loops_ends_in_bounded_time() {
        let deadline = Duration::from_millis(300);
        let step = spinning(deadline);
        let start = Instant::now();
        let all: Vec<_> = (0..100).collect();
        check(&step, 100, &all, "spin", FaultCode::Deadline.name());
        // Four deadlines, and as much again for a machine with other things to do.
        assert!(start.elapsed() < deadline * 8, "{:?}", start.elapsed());
    }
}

pub(crate) mod memory_bomb {
    use super::*;

    #[test]
    fn memory_ends_at_the_limit_for_the_message_that_wants_it() {
        let step = limited(gantry_guests::MEMORY_BOMB, Limits { memory_bytes: 8 << 20, ..Limits::default() });
        let (payloads, expected) = mixed(20, &[13], "bomb", FaultCode::Memory.name());
        let payloads: Vec<_> = payloads.iter().map(String::as_str).collect();
        let run = run_texts(&step, &payloads);
        assert_eq!(shown(&run), expected);
        assert!(run.peak_memory_bytes <= 8 << 20, "{}", run.peak_memory_bytes);
        let text = run.outcomes[13].as_ref().unwrap_err().to_string();
        assert!(text.contains("8 MiB"), "{text}");
    }
}

pub(crate) mod out_of_memory {
    use super::*;
    use crate::harness::text;
    use gantry_core::Outcome;

    fn small() -> gantry_sandbox::PreparedStep {
        limited(gantry_guests::OUT_OF_MEMORY, Limits { memory_bytes: 8 << 20, ..Limits::default() })
    }

    #[test]
    fn bad_data_or_an_exception_after_refused_memory_is_a_fault_of_memory() {
        let step = small();
        for answer in ["invalid", "reject", "retry", "exception"] {
            let fault = one(&step, answer).unwrap_err();
            assert_eq!(fault.code, FaultCode::Memory, "{answer}");
            assert!(fault.text.contains("8 MiB") && fault.text.contains("`limits.memory`"), "{fault}");
            assert!(!fault.is_transient());
        }
    }

    #[test]
    fn who_does_without_the_memory_it_was_refused_succeeds() {
        assert_eq!(text(&one(&small(), "emit")), "did without");
    }

    #[test]
    fn in_a_batch_only_who_wanted_the_memory_is_blamed_and_bad_data_stays_bad_data() {
        let run = run_texts(&small(), &["plain", "emit", "plain", "invalid", "plain"]);
        for (index, outcome) in run.outcomes.iter().enumerate() {
            match index {
                1 => assert_eq!(text(outcome), "did without"),
                3 => assert_eq!(outcome.as_ref().unwrap_err().code, FaultCode::Memory),
                _ => assert!(matches!(outcome, Ok(Outcome::Invalid(_))), "{index}: {outcome:?}"),
            }
        }
    }
}

pub(crate) mod handle_flood {
    use super::*;

    #[test]
    fn handles_end_at_the_limit_for_the_message_that_hoards_them() {
        check(&step(gantry_guests::HANDLE_FLOOD), 8, &[3], "flood", FaultCode::Transfer.name());
    }
}

pub(crate) mod call_flood {
    use super::*;
    use crate::harness::logged;

    #[test]
    fn a_guest_that_calls_the_host_without_end_ends_at_the_deadline() {
        let deadline = Duration::from_millis(200);
        let step = limited(gantry_guests::CALL_FLOOD, Limits { deadline, ..Limits::default() });
        for call in ["log", "random", "clock", "print"] {
            let start = Instant::now();
            assert_eq!(one(&step, call).unwrap_err().code, FaultCode::Deadline, "{call}");
            assert!(start.elapsed() < Duration::from_secs(10), "{call}: {:?}", start.elapsed());
        }
        assert!(one(&step, "fine").is_ok());
    }

    #[test]
    fn a_log_flood_over_many_calls_is_cut_to_the_rate_of_its_step_and_reported_once() {
        let limits = Limits { deadline: Duration::from_millis(100), ..Limits::default() };
        let step = limited(gantry_guests::CALL_FLOOD, limits);
        let start = Instant::now();
        let (_, events) = logged(|| (0..30).for_each(|_| drop(one(&step, "log"))));
        let lines = events.iter().filter(|event| event["message"] == "plugin log").count();
        // Thirty calls may write 6,000 lines; the step has 2,000, and 200 for each second.
        let most = 2_000 + 200 * (start.elapsed().as_secs() as usize + 1);
        assert!((2_000..=most).contains(&lines), "{lines} lines");
        let reports = events.iter().filter(|event| event["dropped"].is_u64()).count();
        assert!(reports <= 1 + start.elapsed().as_secs() as usize / 10, "{reports} reports");
    }
}

pub(crate) mod lift_bomb {
    use super::*;

    /// Set in the process that measures.
    const ALONE: &str = "GANTRY_TEST_ALONE";

    #[test]
    fn an_answer_larger_than_the_memory_it_came_from_is_not_copied() {
        check(&step(gantry_guests::LIFT_BOMB), 8, &[5], "bomb", FaultCode::Transfer.name());
    }

    /// Memory and time are those of a whole process, so the test runs once more in one of its own.
    #[test]
    fn a_lift_bomb_is_refused_within_a_hundred_milliseconds_and_64_mib() {
        if std::env::var_os(ALONE).is_some() {
            return refuse_and_measure();
        }
        let name = "hostile::lift_bomb::a_lift_bomb_is_refused_within_a_hundred_milliseconds_and_64_mib";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let ended = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    fn refuse_and_measure() {
        let step = step(gantry_guests::LIFT_BOMB);
        assert!(one(&step, "fine").is_ok());
        forget_peak();
        let before = peak_resident_bytes();
        // The best of a few: on a busy machine any one of them may have to wait for a processor.
        let attempts = (0..5).map(|_| {
            let start = Instant::now();
            assert_eq!(one(&step, "bomb").unwrap_err().code, FaultCode::Transfer);
            start.elapsed()
        });
        let took = attempts.min().unwrap();
        let grown = peak_resident_bytes() - before;
        println!("refused in {took:?} and {} KiB", grown >> 10);
        assert!(took < Duration::from_millis(100), "{took:?}");
        assert!(grown < 64 << 20, "the host grew by {grown} bytes for a bomb of four GiB");
    }

    /// Lets Linux begin anew with the peak of this process; elsewhere nothing.
    fn forget_peak() {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
    }

    /// The most memory this process had, as Linux tells; elsewhere 0.
    fn peak_resident_bytes() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
        kib.unwrap_or_default() << 10
    }
}

pub(crate) mod exception {
    use super::*;

    #[test]
    fn an_exception_an_sdk_caught_is_a_fault_of_its_message_with_text_and_stack() {
        let step = step(gantry_guests::EXCEPTION);
        let run = run_texts(&step, &["fine", "bug", "fine too"]);
        assert_eq!(shown(&run), ["fine", FaultCode::Exception.name(), "fine too"]);
        assert_eq!(run.instances, 1, "nothing had to be run again");
        let fault = run.outcomes[1].as_ref().unwrap_err();
        assert_eq!(fault.text, r"KeyError: 'sku' \u{1b}[2J");
        assert_eq!(fault.backtrace, [r#"File "app.py", line 7, in deliberate"#, r#"File "sdk.py""#]);
        assert!(!fault.is_transient());
    }
}

pub(crate) mod exiter {
    use super::*;

    #[test]
    fn exit_is_a_fault_even_with_success_as_its_code() {
        let step = step(gantry_guests::EXITER);
        check(&step, 4, &[1], "exit", FaultCode::Exit.name());
        assert!(one(&step, "exit").unwrap_err().to_string().contains("exit(0)"));
    }
}

#[test]
fn a_plugin_that_just_trapped_runs_again_in_the_next_batch() {
    let step = step(gantry_guests::TRAP_ON);
    for _ in 0..50 {
        assert!(one(&step, "poison").is_err());
        assert!(run(&step, &[message("fine")]).outcomes[0].is_ok());
    }
}
