//! Guests that look around, print, remember or reach out. Nothing is ambient, and nothing stays.

use gantry_core::Message;

use crate::harness::{config, logged, message, one, prepare, run, run_texts, sandbox, shown, step, text};

pub(crate) mod ambient {
    use super::*;
    use gantry_sandbox::{FaultCode, Grants, Invocation, StepConfig};
    use serde_json::Value;

    fn found(step: &gantry_sandbox::PreparedStep, message: &Message) -> Value {
        let outcome = run(step, std::slice::from_ref(message)).outcomes.remove(0);
        serde_json::from_str(&text(&outcome)).unwrap()
    }

    #[test]
    fn environment_arguments_files_and_input_do_not_exist() {
        let found = found(&step(gantry_guests::AMBIENT), &message("{}"));
        assert_eq!((&found["env"], &found["args"]), (&0.into(), &0.into()), "{found}");
        for absent in ["file", "directory", "write"] {
            assert_eq!(found[absent], false, "{absent}: {found}");
        }
        assert_eq!(found["stdin"], "");
    }

    #[test]
    fn an_hour_of_sleep_parks_nobody_and_the_monotonic_clock_goes_on() {
        let found = found(&step(gantry_guests::AMBIENT), &message("{}"));
        assert_eq!(found["time_passes"], true);
        assert_eq!(found["an_hour_ago"], true);
    }

    #[test]
    fn what_a_guest_asks_of_wasi_is_answered_in_a_thread_that_drives_tokio_too() {
        let step = step(gantry_guests::AMBIENT);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async { found(&step, &message("{}")) });
        assert_eq!((&found["time_passes"], &found["stdin"]), (&true.into(), &"".into()));
        let printing = crate::harness::step(gantry_guests::PRINTER);
        let fault = runtime.block_on(async { one(&printing, "abort") }).unwrap_err();
        assert!(fault.stderr.starts_with("err: abort"), "{fault:?}");
    }

    #[test]
    fn the_time_of_day_while_messages_are_handled_is_a_fault_that_names_the_clock_to_use() {
        let step = step(gantry_guests::AMBIENT);
        let fault = one(&step, "time").unwrap_err();
        assert_eq!(fault.code, FaultCode::Trap);
        assert!(!fault.is_transient());
        assert!(fault.text.contains("the time of day") && fault.text.contains("`clock.Now()` in Go"), "{fault}");
        assert!(fault.text.contains("`clock = true`"), "{fault}");
        assert!(fault.backtrace.iter().any(|name| name.contains("ambient")), "{fault:?}");
    }

    #[test]
    fn random_bytes_while_messages_are_handled_are_a_fault_that_names_the_id_to_use() {
        let grants = Grants { clock: true, ..Grants::default() };
        for grants in [Grants::default(), grants] {
            let step = prepare(gantry_guests::AMBIENT, StepConfig { grants, ..config() }).unwrap();
            let fault = one(&step, "chance").unwrap_err();
            assert_eq!(fault.code, FaultCode::Trap);
            assert!(!fault.is_transient());
            assert!(fault.text.contains("random bytes") && fault.text.contains("`message.id` in Rust"), "{fault}");
        }
    }

    #[test]
    fn who_asks_for_the_time_of_day_is_found_in_a_batch_and_the_others_succeed() {
        let step = step(gantry_guests::AMBIENT);
        let run = run_texts(&step, &["a", "time", "b", "chance"]);
        let failed: Vec<_> = run.outcomes.iter().map(Result::is_err).collect();
        assert_eq!(failed, [false, true, false, true]);
    }

    #[test]
    fn the_wall_clock_shows_the_time_of_the_batch_where_the_clock_is_granted() {
        let grants = Grants { clock: true, ..Grants::default() };
        let step = prepare(gantry_guests::AMBIENT, StepConfig { grants, ..config() }).unwrap();
        let found = found(&step, &message("time"));
        assert_eq!(found["wall_ms"], crate::harness::NOW.0);
        assert_eq!(found["start_ms"], crate::harness::NOW.0);
    }

    #[test]
    fn a_start_sees_the_time_of_the_first_message_and_never_1970() {
        let step = step(gantry_guests::AMBIENT);
        let happened = |at| Message { event_time: gantry_core::Timestamp(at), ..message("{}") };
        assert_eq!(found(&step, &happened(1_700_000_055_000))["start_ms"], 1_700_000_055_000_u64);
        assert_eq!(found(&step, &happened(0))["start_ms"], 1_577_836_800_000_u64);
    }

    #[test]
    fn the_same_message_finds_the_same_world_in_every_attempt_and_another_finds_another() {
        let step = step(gantry_guests::AMBIENT);
        let one = message("{}");
        let other = message("{}");
        let found = |message: &Message, attempt, now| {
            let run = step.run(&[Invocation { message, attempt }], gantry_core::Timestamp(now));
            serde_json::from_str::<Value>(&text(&run.outcomes[0])).unwrap()
        };
        assert_eq!(found(&one, 1, 1_800_000_000_000), found(&one, 2, 1_900_000_000_000));
        for chance in ["start_random", "insecure", "order"] {
            assert_ne!(found(&one, 1, 0)[chance], found(&other, 1, 0)[chance], "{chance}");
        }
    }
}

pub(crate) mod printer {
    use super::*;

    #[test]
    fn what_a_guest_prints_is_logged_for_those_who_debug_it() {
        let step = step(gantry_guests::PRINTER);
        let (_, events) = logged(|| one(&step, "hello").unwrap());
        let printed = |stream| events.iter().find(|event| event["stream"] == stream).map(|event| event["text"].clone());
        assert_eq!(printed("stdout"), Some("out: hello".into()));
        assert_eq!(printed("stderr"), Some("err: hello".into()));
    }

    #[test]
    fn what_a_failing_guest_printed_last_is_in_its_fault_and_has_an_end() {
        let fault = one(&step(gantry_guests::PRINTER), "abort").unwrap_err();
        assert!(fault.stderr.starts_with("err: abort\nyyy"), "{}", &fault.stderr[..40]);
        assert!(fault.stderr.len() < 5000, "{}", fault.stderr.len());
    }
}

pub(crate) mod counter {
    use super::*;

    #[test]
    fn nothing_of_one_batch_is_left_for_the_next() {
        let step = step(gantry_guests::COUNTER);
        assert_eq!(shown(&run_texts(&step, &["secret", "b"])), ["1 after ``", "2 after `secret`"]);
        for _ in 0..100 {
            assert_eq!(shown(&run_texts(&step, &["c"])), ["1 after ``"]);
        }
    }
}

pub(crate) mod network {
    use super::*;

    #[test]
    fn a_plugin_that_imports_sockets_is_refused_at_load_by_name() {
        let error = sandbox().load(gantry_guests::NETWORK).unwrap_err().to_string();
        assert!(error.contains("`network` imports wasi:sockets/"), "{error}");
        assert!(error.contains("source or a target"), "{error}");
    }
}
