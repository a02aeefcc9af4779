//! Warm instances: kept for the next batch of the same step, and for nobody else.

use gantry_core::Reuse;
use gantry_sandbox::{FaultCode, Limits, PreparedStep, StepConfig};

use crate::harness::{NOW, config, message, prepare, run_texts, shown};
use gantry_sandbox::Invocation;

fn warm(guest: &[u8], messages: u32, memory_bytes: usize, limits: Limits) -> PreparedStep {
    prepare(guest, StepConfig { reuse: Reuse::Warm { messages, memory_bytes }, limits, ..config() }).unwrap()
}

pub(crate) mod leaky {
    use super::*;

    #[test]
    fn a_warm_instance_goes_on_where_it_was_and_is_recycled_after_its_messages() {
        let step = warm(gantry_guests::LEAKY, 4, 32 << 20, Limits::default());
        assert_eq!(shown(&run_texts(&step, &["a", "b"])), ["1", "2"]);
        let second = run_texts(&step, &["c"]);
        assert_eq!((shown(&second), second.instances), (vec!["3".to_owned()], 0));
        // It ends the batch in which its time comes.
        assert_eq!(shown(&run_texts(&step, &["d", "e"])), ["4", "5"]);
        let fresh = run_texts(&step, &["f"]);
        assert_eq!((shown(&fresh), fresh.instances), (vec!["1".to_owned()], 1));
    }

    #[test]
    fn an_instance_that_grows_is_recycled_before_it_hits_its_memory_limit() {
        let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
        let mut started = 0;
        let mut peak = 0;
        let step = warm(gantry_guests::LEAKY, u32::MAX, 6 << 20, limits);
        // Each keeps 64 KiB: without recycling the 128th would be too much.
        for _ in 0..400 {
            let run = run_texts(&step, &["x"]);
            assert!(run.outcomes[0].is_ok(), "{:?}", run.outcomes);
            started += run.instances;
            peak = peak.max(run.peak_memory_bytes);
        }
        assert!((4..=10).contains(&started), "{started} instances");
        assert!(peak < limits.memory_bytes, "{peak}");
    }

    #[test]
    fn an_instance_that_failed_is_never_used_again() {
        let step = warm(gantry_guests::LEAKY, 1000, 32 << 20, Limits::default());
        assert_eq!(shown(&run_texts(&step, &["a"])), ["1"]);
        assert_eq!(shown(&run_texts(&step, &["poison"])), [FaultCode::Trap.name()]);
        assert_eq!(shown(&run_texts(&step, &["b"])), ["1"]);
    }

    #[test]
    fn a_warm_instance_is_never_handed_to_another_step() {
        let one = warm(gantry_guests::LEAKY, 1000, 32 << 20, Limits::default());
        let other = warm(gantry_guests::LEAKY, 1000, 32 << 20, Limits::default());
        assert_eq!(shown(&run_texts(&one, &["a", "b"])), ["1", "2"]);
        assert_eq!(shown(&run_texts(&other, &["c"])), ["1"]);
        assert_eq!(shown(&run_texts(&one, &["d"])), ["3"]);
    }

    #[test]
    fn more_steps_than_there_are_places_still_find_instances() {
        let steps: Vec<_> = (0..80).map(|_| warm(gantry_guests::LEAKY, 1000, 32 << 20, Limits::default())).collect();
        for _ in 0..2 {
            for step in &steps {
                assert!(run_texts(step, &["x"]).outcomes[0].is_ok());
            }
        }
    }
}

#[test]
fn every_batch_of_a_warm_instance_has_the_whole_deadline_the_time_of_its_batch_and_its_own_random_bytes() {
    let grants = gantry_sandbox::Grants { clock: true, ..Default::default() };
    let reuse = Reuse::Warm { messages: 1000, memory_bytes: 32 << 20 };
    let step = prepare(gantry_guests::AMBIENT, StepConfig { reuse, grants, ..config() }).unwrap();
    let found = |now| {
        let message = message("time");
        let run = step.run(&[Invocation { message: &message, attempt: 1 }], now);
        serde_json::from_str::<serde_json::Value>(&crate::harness::text(&run.outcomes[0])).unwrap()
    };
    let first = found(NOW);
    let second = found(gantry_core::Timestamp(NOW.0 + 1000));
    assert_eq!((&first["wall_ms"], &second["wall_ms"]), (&NOW.0.into(), &(NOW.0 + 1000).into()));
    assert_ne!(first["insecure"], second["insecure"], "{first} {second}");
}
