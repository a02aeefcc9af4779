//! Guests that fail or attack. A plugin can harm only its own messages.

use std::time::{Duration, Instant};

use gantry_sandbox::{Limits, code};

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
            check(&step, 100, bad, "poison", code::TRAP);
        }
        let all: Vec<_> = (0..9).collect();
        check(&step, 9, &all, "poison", code::TRAP);
    }

    #[test]
    fn a_panic_leaves_its_message_and_the_functions_but_no_control_characters() {
        let fault = one(&step(gantry_guests::TRAP_ON), "poison").unwrap_err();
        assert_eq!(fault.code, code::TRAP);
        assert!(fault.stderr.contains("this message is"), "{}", fault.stderr);
        assert!(!fault.stderr.contains('\u{1b}'), "{}", fault.stderr);
        assert!(fault.backtrace.iter().any(|name| name.contains("trap_on") && name.contains("process")), "{fault:?}");
        assert!(!fault.is_transient());
    }

    #[test]
    fn a_stack_overflow_ends_the_guest_and_not_the_host() {
        check(&step(gantry_guests::TRAP_ON), 5, &[2], "deep", code::TRAP);
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
        assert_eq!(fault.code, code::DEADLINE);
        assert!(fault.is_transient());
    }

    #[test]
    fn one_spinning_message_does_not_take_its_batch_with_it() {
        check(&spinning(Duration::from_secs(1)), 16, &[11], "spin", code::DEADLINE);
    }

    #[test]
    fn a_batch_of_nothing_but_loops_ends_in_bounded_time() {
        let deadline = Duration::from_millis(300);
        let step = spinning(deadline);
        let start = Instant::now();
        let all: Vec<_> = (0..100).collect();
        check(&step, 100, &all, "spin", code::DEADLINE);
        // Four deadlines, and as much again for a machine with other things to do.
        assert!(start.elapsed() < deadline * 8, "{:?}", start.elapsed());
    }
}

pub(crate) mod memory_bomb {
    use super::*;

    #[test]
    fn memory_ends_at_the_limit_for_the_message_that_wants_it() {
        let step = limited(gantry_guests::MEMORY_BOMB, Limits { memory_bytes: 8 << 20, ..Limits::default() });
        let (payloads, expected) = mixed(20, &[13], "bomb", code::MEMORY);
        let payloads: Vec<_> = payloads.iter().map(String::as_str).collect();
        let run = run_texts(&step, &payloads);
        assert_eq!(shown(&run), expected);
        assert!(run.peak_memory_bytes <= 8 << 20, "{}", run.peak_memory_bytes);
        let text = run.outcomes[13].as_ref().unwrap_err().to_string();
        assert!(text.contains("8 MiB"), "{text}");
    }
}

pub(crate) mod handle_flood {
    use super::*;

    #[test]
    fn handles_end_at_the_limit_for_the_message_that_hoards_them() {
        check(&step(gantry_guests::HANDLE_FLOOD), 8, &[3], "flood", code::TRANSFER);
    }
}

pub(crate) mod lift_bomb {
    use super::*;

    #[test]
    fn an_answer_larger_than_the_memory_it_came_from_is_not_copied() {
        let step = step(gantry_guests::LIFT_BOMB);
        let before = peak_resident_bytes();
        check(&step, 8, &[5], "bomb", code::TRANSFER);
        let grown = peak_resident_bytes() - before;
        assert!(grown < 512 << 20, "the host grew by {grown} bytes for a bomb of four GiB");
    }

    /// The most memory this process ever had, as Linux tells; elsewhere 0.
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
        assert_eq!(shown(&run), ["fine", code::EXCEPTION, "fine too"]);
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
        check(&step, 4, &[1], "exit", code::EXIT);
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
