//! Guests that look around, print, remember or reach out. Nothing is ambient, and nothing stays.

use gantry_core::Message;

use crate::harness::{config, logged, message, one, prepare, run, run_texts, sandbox, shown, step, text};

pub(crate) mod ambient {
    use super::*;
    use gantry_sandbox::{Grants, StepConfig};
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
    fn an_hour_of_sleep_parks_nobody_and_the_wall_clock_stands_at_the_epoch() {
        let found = found(&step(gantry_guests::AMBIENT), &message("{}"));
        assert_eq!(found["wall_ms"], 0);
        assert_eq!(found["time_passes"], true);
    }

    #[test]
    fn the_wall_clock_shows_the_time_of_the_batch_where_the_clock_is_granted() {
        let grants = Grants { clock: true, ..Grants::default() };
        let step = prepare(gantry_guests::AMBIENT, StepConfig { grants, ..config() }).unwrap();
        assert_eq!(found(&step, &message("{}"))["wall_ms"], crate::harness::NOW.0);
    }

    #[test]
    fn the_same_message_finds_the_same_world_and_another_finds_other_random_bytes() {
        let step = step(gantry_guests::AMBIENT);
        let one = message("{}");
        let other = message("{}");
        assert_eq!(found(&step, &one), found(&step, &one));
        assert_ne!(found(&step, &one)["random"], found(&step, &other)["random"]);
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
