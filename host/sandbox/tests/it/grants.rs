//! Guests that need a grant, or settings, or write to the log.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_core::{Fault, LogLevel, Outcome};
use gantry_sandbox::{FaultCode, Grants, Limits, PrepareError, PrepareProblem, PreparedStep, StepConfig};
use serde_json::json;

use crate::harness::{NOW, Rows, config, logged, message, one, prepare, run, run_texts, shown, step, text};

fn tables(names: &[&str]) -> Grants {
    Grants { lookup: names.iter().map(|&name| name.to_owned()).collect(), ..Grants::default() }
}

pub(crate) mod lookup_user {
    use super::*;

    fn with(grants: Grants) -> Result<PreparedStep, PrepareError> {
        let products = BTreeMap::from([("42", json!({ "sku": "42" }).to_string()), ("43", "x".repeat(5 << 20))]);
        let secrets = BTreeMap::from([("42", "secret".to_owned())]);
        let rows = Rows(BTreeMap::from([("products", products), ("salaries", secrets)]));
        prepare(gantry_guests::LOOKUP_USER, StepConfig { grants, tables: Arc::new(rows), ..config() })
    }

    fn reject(code: &str, text: &str) -> Outcome {
        Outcome::Reject(Fault::new(code, text))
    }

    #[test]
    fn rows_come_in_the_order_of_the_keys_with_none_where_there_is_none() {
        let step = with(tables(&["products"])).unwrap();
        assert_eq!(text(&one(&step, "products 42 7 42")), r#"{"sku":"42"}|none|{"sku":"42"}"#);
    }

    #[test]
    fn a_table_that_is_not_granted_does_not_exist_for_the_plugin() {
        let step = with(tables(&["products"])).unwrap();
        assert_eq!(one(&step, "salaries 42"), Ok(reject("unknown-table", "salaries")));
        assert_eq!(one(&step, "nowhere 42"), Ok(reject("unknown-table", "nowhere")));
    }

    #[test]
    fn a_table_that_cannot_be_read_is_told_from_one_that_is_missing() {
        let step = with(tables(&["products", "broken"])).unwrap();
        assert_eq!(one(&step, "broken 42"), Ok(reject("unavailable", "broken")));
    }

    #[test]
    fn an_answer_too_large_for_one_crossing_is_an_error_to_the_plugin() {
        let step = with(tables(&["products"])).unwrap();
        let many = format!("products {}", "7 ".repeat(10_001));
        for asked in ["products 43 43", &many] {
            let outcome = one(&step, asked);
            assert!(matches!(&outcome, Ok(Outcome::Reject(fault)) if fault.code == "other"), "{outcome:?}");
        }
    }

    #[test]
    fn an_ungranted_import_is_refused_with_the_line_that_would_grant_it() {
        let error = with(Grants::default()).unwrap_err();
        assert!(matches!(error.problem, PrepareProblem::Ungranted { .. }));
        assert_eq!(
            error.to_string(),
            "flows/orders.toml:14: plugin `lookup-user` imports gantry:plugin/lookup@0.1.0, which this step does not \
             grant; add `grants = { lookup = [\"products\"] }` under [[step]]"
        );
    }

    #[test]
    fn a_wanted_table_that_is_not_granted_is_refused_with_all_that_is_needed() {
        let error = with(tables(&["customers"])).unwrap_err();
        assert!(matches!(&error.problem, PrepareProblem::UngrantedTables { tables, .. } if tables == &["products"]));
        assert!(error.to_string().contains(r#"`grants = { lookup = ["customers", "products"] }`"#), "{error}");
    }
}

pub(crate) mod clock_user {
    use super::*;

    #[test]
    fn the_clock_shows_when_the_batch_began() {
        let grants = Grants { clock: true, ..Grants::default() };
        let step = prepare(gantry_guests::CLOCK_USER, StepConfig { grants, ..config() }).unwrap();
        let time = format!("{0} {0}", NOW.0);
        assert_eq!(shown(&run_texts(&step, &["a", "b"])), [time.clone(), time]);
    }

    #[test]
    fn an_ungranted_clock_is_refused_with_the_line_that_would_grant_it() {
        let error = prepare(gantry_guests::CLOCK_USER, config()).unwrap_err().to_string();
        assert!(
            error.contains("gantry:plugin/clock@0.1.0") && error.contains("`grants = { clock = true }`"),
            "{error}"
        );
    }
}

pub(crate) mod settings_user {
    use super::*;

    fn with(settings: serde_json::Value) -> Result<PreparedStep, PrepareError> {
        let limits = Limits { deadline: std::time::Duration::from_millis(500), ..Limits::default() };
        prepare(gantry_guests::SETTINGS_USER, StepConfig { settings, limits, ..config() })
    }

    #[test]
    fn settings_reach_the_plugin_and_no_settings_are_the_empty_object() {
        let greeting = json!({ "greeting": "Grüezi" });
        assert_eq!(text(&one(&with(greeting.clone()).unwrap(), "")), greeting.to_string());
        assert_eq!(text(&one(&with(serde_json::Value::Null).unwrap(), "")), "{}");
    }

    #[test]
    fn settings_that_break_the_schema_never_reach_the_plugin() {
        for (wrong, place) in [
            (json!({ "greeting": 5 }), "/greeting"),
            (json!({ "unknown": 1 }), "unknown"),
            (json!({ "greeting": "more than twenty characters" }), "/greeting"),
            (json!([]), "object"),
        ] {
            let error = with(wrong.clone()).unwrap_err();
            assert!(matches!(error.problem, PrepareProblem::Settings { .. }), "{wrong}");
            let text = error.to_string();
            assert!(text.starts_with("flows/orders.toml:14: plugin `settings-user`") && text.contains(place), "{text}");
        }
    }

    #[test]
    fn settings_the_plugin_itself_refuses_are_found_before_any_message() {
        let error = with(json!({ "refuse": true })).unwrap_err();
        assert!(matches!(error.problem, PrepareProblem::Settings { .. }));
        assert!(error.to_string().ends_with("at /refuse: refused on purpose"), "{error}");
    }

    #[test]
    fn a_plugin_that_never_finishes_configuring_is_found_before_any_message() {
        let error = with(json!({ "spin": true })).unwrap_err();
        assert!(matches!(error.problem, PrepareProblem::Start { fault, .. } if fault.code == FaultCode::Deadline));
    }

    #[test]
    fn limits_this_sandbox_cannot_keep_are_refused() {
        let limits = Limits { memory_bytes: 5 << 30, ..Limits::default() };
        let error = prepare(gantry_guests::SETTINGS_USER, StepConfig { limits, ..config() }).unwrap_err();
        assert!(matches!(error.problem, PrepareProblem::Limits { .. }));
    }

    #[test]
    fn a_guest_that_does_not_fit_its_memory_is_found_before_any_message() {
        let limits = Limits { memory_bytes: 64 << 10, ..Limits::default() };
        let error = prepare(gantry_guests::SETTINGS_USER, StepConfig { limits, ..config() }).unwrap_err();
        assert!(matches!(error.problem, PrepareProblem::Start { fault, .. } if fault.code == FaultCode::Memory));
    }
}

pub(crate) mod logger {
    use super::*;

    #[test]
    fn a_line_carries_its_level_and_names_and_cannot_forge_another() {
        let step = step(gantry_guests::LOGGER);
        let (_, events) = logged(|| one(&step, "hello").unwrap());
        let line = &events[0];
        assert_eq!((&line["target"], &line["level"]), (&"gantry::plugin".into(), &"WARN".into()));
        assert_eq!((&line["flow"], &line["step"]), (&"orders".into(), &"map".into()));
        assert_eq!(line["plugin"], "logger@0.1.0");
        assert_eq!(line["message"], "plugin log");
        assert_eq!(line["text"], r"\u{1b}[2Jhello\r\nERROR forged line");
        assert_eq!(line["fields"], r"order=17\n");
    }

    #[test]
    fn a_line_names_the_message_that_it_is_about_and_is_kept_for_its_history() {
        let step = step(gantry_guests::LOGGER);
        let message = message("hello");
        let (run, events) = logged(|| run(&step, std::slice::from_ref(&message)));
        assert_eq!(events[0]["message_id"], message.id.to_string());
        let [line] = run.lines[0].as_slice() else { panic!("{:?}", run.lines) };
        assert_eq!(
            (line.level, line.text.as_str()),
            (LogLevel::Warn, r"\u{1b}[2Jhello\r\nERROR forged line  order=17\n")
        );
    }

    #[test]
    fn of_a_flood_the_first_lines_are_kept() {
        let run = run_texts(&step(gantry_guests::LOGGER), &["flood"]);
        let kept: Vec<_> = run.lines[0].iter().map(|line| line.text.as_str()).collect();
        assert_eq!(kept, (0..10).map(|line| format!("line {line}")).collect::<Vec<_>>());
    }

    #[test]
    fn in_a_batch_a_line_belongs_to_the_message_that_it_names_and_else_to_none() {
        let step = step(gantry_guests::LOGGER);
        let messages = [message("hello"), message("about")];
        let run = run(&step, &messages);
        assert_eq!((run.lines[0].len(), run.lines[1].len()), (0, 1));
        assert!(run.lines[1][0].text.contains("about"), "{:?}", run.lines[1]);
    }

    #[test]
    fn a_flood_is_cut_and_the_rest_counted() {
        let step = step(gantry_guests::LOGGER);
        let (_, events) = logged(|| one(&step, "flood").unwrap());
        assert_eq!(events.iter().filter(|event| event["message"] == "plugin log").count(), 200);
        assert_eq!(events.last().unwrap()["dropped"], 800);
    }

    #[test]
    fn a_long_line_is_cut() {
        let step = step(gantry_guests::LOGGER);
        let (_, events) = logged(|| one(&step, "long").unwrap());
        assert!(events[0]["text"].as_str().unwrap().len() < 2100);
    }
}
