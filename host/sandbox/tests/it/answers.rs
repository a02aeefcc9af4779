//! Guests that answer, rightly or wrongly.

use std::time::Duration;

use bytes::Bytes;
use gantry_core::{Fault, Message, Outcome};
use gantry_sandbox::{FaultCode, Limits};

use crate::harness::{limited, message, one, run, run_texts, shown, step};

pub(crate) mod echo {
    use super::*;

    #[test]
    fn a_batch_of_a_hundred_comes_back_in_order_from_one_instance() {
        let step = step(gantry_guests::ECHO);
        let messages: Vec<_> = (0..100).map(|n| message(format!("{{\"n\":{n}}}"))).collect();
        let run = run(&step, &messages);
        assert_eq!(run.instances, 1);
        assert!(run.peak_memory_bytes > 0);
        let expected: Vec<_> = (0..100).map(|n| format!("{{\"n\":{n}}}")).collect();
        assert_eq!(shown(&run), expected);
    }

    #[test]
    fn bytes_headers_and_content_type_survive_whatever_they_hold() {
        let payloads: [(&str, Bytes); 5] = [
            ("application/json", "{\"name\":\"Größe – 漢字\"}".into()),
            ("application/json", Bytes::from_static(b"\xff\xfe not UTF-8")),
            ("application/octet-stream", (0..=255_u8).collect()),
            ("text/plain", Bytes::new()),
            ("text/plain", "\u{feff}with a mark\0and a zero".into()),
        ];
        for (content_type, payload) in payloads {
            let mut sent = message(payload);
            sent.content_type = content_type.to_owned();
            sent.headers.push("x-shop", "Müller & Söhne");
            sent.headers.push("x-shop", "twice");
            let outcome = run(&step(gantry_guests::ECHO), std::slice::from_ref(&sent)).outcomes.remove(0);
            let Ok(Outcome::Emit(outputs)) = outcome else { panic!("{outcome:?}") };
            assert_eq!(outputs[0].payload, sent.payload);
            assert_eq!(outputs[0].content_type, content_type);
            assert_eq!(outputs[0].headers, sent.headers);
        }
    }

    #[test]
    fn a_granted_route_is_kept() {
        let mut sent = message("{}");
        sent.headers.push("x-route", "archive");
        let outcome = run(&step(gantry_guests::ECHO), &[sent]).outcomes.remove(0);
        let Ok(Outcome::Emit(outputs)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(outputs[0].route.as_ref().unwrap().as_str(), "archive");
    }

    #[test]
    fn an_empty_batch_starts_no_instance() {
        let run = run(&step(gantry_guests::ECHO), &[]);
        assert_eq!((run.outcomes.len(), run.instances), (0, 0));
    }

    #[test]
    fn a_batch_too_large_to_cross_at_once_is_cut_into_pieces() {
        let step = step(gantry_guests::ECHO);
        let messages: Vec<_> = (0..10).map(|_| message(vec![b'x'; 3 << 20])).collect();
        let run = run(&step, &messages);
        assert_eq!(run.instances, 5);
        assert!(run.outcomes.iter().all(Result::is_ok), "{:?}", shown(&run));
    }

    #[test]
    fn many_threads_run_one_step_at_once() {
        let step = step(gantry_guests::ECHO);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let step = &step;
                scope.spawn(move || {
                    for round in 0..20 {
                        let text = format!("{thread}/{round}");
                        assert_eq!(shown(&run_texts(step, &[&text])), [text]);
                    }
                });
            }
        });
    }
}

pub(crate) mod outcomes {
    use super::*;

    fn asked(asks: &str) -> Result<Outcome, gantry_sandbox::PluginFault> {
        one(&step(gantry_guests::OUTCOMES), asks)
    }

    #[test]
    fn every_outcome_of_the_contract_arrives_as_said() {
        let fault = |code: &str| Fault::new(code, "as the message asks");
        assert_eq!(asked(r#"{"skip":"not-ours"}"#), Ok(Outcome::Skip(fault("not-ours"))));
        assert_eq!(asked(r#"{"reject":"no-hope"}"#), Ok(Outcome::Reject(fault("no-hope"))));
        let after = Some(Duration::from_millis(1500));
        assert_eq!(asked(r#"{"retry":"later","after_ms":1500}"#), Ok(Outcome::Retry { fault: fault("later"), after }));
        assert_eq!(asked(r#"{"emit":[]}"#), Ok(Outcome::Emit(vec![])));
        let invalid = asked(r#"{"invalid":[{"path":"/lines/0/sku","code":"unknown-product","text":"no such"}]}"#);
        let Ok(Outcome::Invalid(violations)) = invalid else { panic!("{invalid:?}") };
        assert_eq!((violations[0].path.as_str(), violations[0].code.as_str()), ("/lines/0/sku", "unknown-product"));
    }

    #[test]
    fn outputs_keep_their_order_keys_and_headers() {
        let asks = r#"{"emit":[{"text":"a","key":"k","idempotency_key":"i-1"},{"text":"b","headers":[["X-A","1"]]}]}"#;
        let Ok(Outcome::Emit(outputs)) = asked(asks) else { panic!() };
        assert_eq!(outputs[0].key.as_deref(), Some("k"));
        assert_eq!(outputs[0].idempotency_key.as_deref(), Some("i-1"));
        assert_eq!(outputs[1].headers.get("x-a"), Some("1"));
        assert_eq!(outputs[1].payload, "b");
    }

    #[test]
    fn an_answer_out_of_bounds_is_a_fault_of_its_message_alone() {
        let out_of_bounds = [
            r#"{"reject":"Not A Code"}"#,
            r#"{"invalid":[]}"#,
            r#"{"invalid":[{"path":"no-pointer","code":"x"}]}"#,
            r#"{"emit":[{"text":"x","headers":[["x-a","1\r\nx-evil: 1"]]}]}"#,
            r#"{"emit":[{"text":"x","headers":[["x a","1"]]}]}"#,
            r#"{"emit":[{"text":"x","content_type":"text/plain\r\n"}]}"#,
            r#"{"emit":[{"text":"x","idempotency_key":""}]}"#,
        ];
        let step = step(gantry_guests::OUTCOMES);
        for asks in out_of_bounds {
            let run = run_texts(&step, &[r#"{"emit":[{"text":"fine"}]}"#, asks, r#"{"emit":[{"text":"fine"}]}"#]);
            assert_eq!(shown(&run), ["fine", FaultCode::Output.name(), "fine"], "{asks}");
            assert_eq!(run.instances, 1, "{asks}");
        }
    }

    #[test]
    fn outputs_beyond_the_limits_in_number_or_size_are_a_fault() {
        let limits = Limits { outputs: 2, output_bytes: 1000, ..Limits::default() };
        let step = limited(gantry_guests::OUTCOMES, limits);
        let run = run_texts(
            &step,
            &[
                r#"{"emit":[{"text":"a"},{"text":"b"},{"text":"c"}]}"#,
                r#"{"emit":[{"bytes":600},{"bytes":600}]}"#,
                r#"{"emit":[{"text":"small"}]}"#,
            ],
        );
        assert_eq!(shown(&run), [FaultCode::Output.name(), FaultCode::Output.name(), "small"]);
    }
}

pub(crate) mod wrong_count {
    use super::*;

    #[test]
    fn outcomes_that_cannot_be_matched_to_messages_are_never_guessed() {
        let step = step(gantry_guests::WRONG_COUNT);
        for wrong in ["short", "long"] {
            let run = run_texts(&step, &["a", "b", wrong, "c", "d"]);
            assert_eq!(shown(&run), ["a", "b", FaultCode::Output.name(), "c", "d"]);
        }
    }
}

pub(crate) mod ungranted_route {
    use super::*;

    #[test]
    fn a_stray_output_takes_its_good_sibling_with_it() {
        let run = run_texts(&step(gantry_guests::UNGRANTED_ROUTE), &["a", "stray", "b"]);
        assert_eq!(shown(&run), ["a", FaultCode::Route.name(), "b"]);
        let text = run.outcomes[1].as_ref().unwrap_err().to_string();
        assert!(text.contains("`somewhere-else`") && text.contains("`archive`, `erp`"), "{text}");
    }
}

/// What a source may claim of its payload and be wrong about.
#[test]
fn a_message_without_headers_or_key_needs_none() {
    let bare = Message { content_type: String::new(), ..message("x") };
    let run = run(&step(gantry_guests::ECHO), &[bare]);
    assert_eq!(shown(&run), [FaultCode::Output.name()], "an echo of no content type has none to offer");
}
