//! What happens to a batch whose steps are scripted.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Headers, Message, MessageId, Outcome, Violation};
use gantry_sandbox::{FaultCode, PluginFault};

use super::*;
use crate::metrics::Metrics;
use crate::scripted::{Scripted, emit, payload};
use crate::state::Failure;

const NOW: Timestamp = Timestamp(1_760_000_000_000);

fn message(text: &str) -> Message {
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "text/plain".to_owned(),
        headers: Headers::new(),
        event_time: NOW,
        payload: text.to_owned().into(),
    }
}

/// The result for a message: its payloads, or one word and the code.
fn summary(item: Item<'_>) -> String {
    match item.into_progress().0 {
        Progress::Undecided { parts, .. } => {
            parts.iter().map(|part| payload(part.message())).collect::<Vec<_>>().join("+")
        }
        Progress::Decided(Verdict::Deliver) => "deliver".to_owned(),
        Progress::Decided(Verdict::Skip(fault)) => format!("skipped: {}", fault.code),
        Progress::Decided(Verdict::RunAgain { fault, wait }) => format!("again in {wait:?}: {}", fault.code),
        Progress::Decided(Verdict::GiveUp(failure)) => format!("given up: {}", failure.reason.code),
    }
}

/// Steps to run messages through.
struct Bench {
    steps: Vec<RunningStep>,
    retry: RetryPolicy,
    is_sample: bool,
}

impl Bench {
    fn of<const N: usize>(steps: [&Arc<Scripted>; N]) -> Self {
        let retry = RetryPolicy { attempts: 2, base: Duration::from_secs(5), jitter: false, ..RetryPolicy::default() };
        let steps = steps.map(|step| RunningStep::Scripted(Arc::clone(step) as Arc<dyn Ask>));
        Self { steps: steps.into(), retry, is_sample: false }
    }

    /// The results for messages with these payloads, on their first run.
    fn run(&self, texts: &[&str]) -> Vec<String> {
        self.run_for_the(1, texts)
    }

    fn run_for_the(&self, run: u32, texts: &[&str]) -> Vec<String> {
        let messages: Vec<_> = texts.iter().map(|text| message(text)).collect();
        let metrics = Metrics::new().unwrap().flow("orders");
        let mut batch = Batch::of(messages.iter().map(|message| Item::first(message, run)));
        let metrics = (!self.is_sample).then_some(&metrics);
        Pipeline { steps: &self.steps, retry: self.retry, now: NOW, metrics }.run(&mut batch);
        batch.into_items().into_iter().map(summary).collect()
    }
}

/// A step that emits what it gets.
fn echo(name: &str) -> Arc<Scripted> {
    Arc::new(Scripted::new(name, |question| emit(&[&payload(question.invocation.message)])))
}

fn trap() -> PluginFault {
    PluginFault { code: FaultCode::Trap, text: "trapped".to_owned(), backtrace: Vec::new(), stderr: String::new() }
}

#[test]
fn each_message_gets_its_own_answer_whatever_its_neighbours_get() {
    let step = Arc::new(Scripted::new("map", |question| match payload(question.invocation.message).as_str() {
        "bad" => Ok(Outcome::Reject(Fault::new("no-customer", ""))),
        "odd" => Ok(Outcome::Skip(Fault::new("not-ours", ""))),
        "trap" => Err(trap()),
        "two" => emit(&["one", "another"]),
        "none" => emit(&[]),
        text => emit(&[&text.to_uppercase()]),
    }));
    let results = Bench::of([&step]).run(&["a", "bad", "two", "trap", "none", "odd", "z"]);
    assert_eq!(
        results,
        [
            "A",
            "given up: no-customer",
            "one+another",
            "given up: plugin-trap",
            "skipped: emitted-nothing",
            "skipped: not-ours",
            "Z"
        ]
    );
    assert_eq!(step.calls().len(), 1, "one call for the batch");
}

#[test]
fn a_message_that_is_decided_is_not_shown_to_later_steps_and_its_neighbours_are() {
    let first = Arc::new(Scripted::new("first", |question| match payload(question.invocation.message).as_str() {
        "bad" => Ok(Outcome::Reject(Fault::new("bad", ""))),
        "two" => emit(&["2a", "2b"]),
        text => emit(&[text]),
    }));
    let second = echo("second");
    let results = Bench::of([&first, &second]).run(&["a", "bad", "two", "z"]);
    assert_eq!(results, ["a", "given up: bad", "2a+2b", "z"]);
    assert_eq!(second.calls(), [["a", "2a", "2b", "z"]]);
}

#[test]
fn a_step_is_not_called_when_no_message_is_left() {
    let first = Arc::new(Scripted::new("first", |_| Ok(Outcome::Skip(Fault::new("not-ours", "")))));
    let second = echo("second");
    Bench::of([&first, &second]).run(&["a", "b"]);
    assert!(second.calls().is_empty());
}

#[test]
fn a_message_of_which_one_part_is_refused_is_refused_whole() {
    let first = Arc::new(Scripted::new("split", |question| {
        let text = payload(question.invocation.message);
        emit(&[&format!("{text}1"), &format!("{text}2")])
    }));
    let second = Arc::new(Scripted::new("check", |question| match payload(question.invocation.message).as_str() {
        "b2" => Ok(Outcome::Invalid(vec![Violation { path: "/total".into(), code: "sum".into(), text: "off".into() }])),
        "c1" => Ok(Outcome::Skip(Fault::new("empty", ""))),
        text => emit(&[text]),
    }));
    let results = Bench::of([&first, &second]).run(&["a", "b", "c"]);
    assert_eq!(results, ["a1+a2", "given up: invalid", "c2"], "a part that is skipped leaves the others");
}

#[test]
fn a_failure_counts_against_the_steps_before_the_one_that_gives_the_message_up() {
    let first = echo("first");
    let second = Arc::new(Scripted::new("second", |question| match payload(question.invocation.message).as_str() {
        "bad" => Ok(Outcome::Reject(Fault::new("bad", ""))),
        "later" => Ok(Outcome::Retry { fault: Fault::new("busy", ""), after: None }),
        text => emit(&[text]),
    }));
    let mut bench = Bench::of([&first, &second]);
    bench.run(&["a", "bad", "later"]);
    assert_eq!((first.downstream_failures(), second.downstream_failures()), (1, 0));
    bench.is_sample = true;
    bench.run(&["bad"]);
    assert_eq!(first.downstream_failures(), 1, "nothing is counted for samples");
}

#[test]
fn a_plugin_that_asks_for_time_gets_as_many_runs_as_the_flow_grants() {
    let step = Arc::new(Scripted::new("ask", |question| match payload(question.invocation.message).as_str() {
        "slow" => Err(PluginFault { code: FaultCode::Deadline, ..trap() }),
        _ => Ok(Outcome::Retry { fault: Fault::new("busy", "no stock"), after: Some(Duration::from_secs(9)) }),
    }));
    let bench = Bench::of([&step]);
    assert_eq!(bench.run(&["a", "slow"]), ["again in 9s: busy", "again in 5s: plugin-deadline"]);
    assert_eq!(bench.run_for_the(2, &["a", "slow"]), ["given up: retries-exhausted", "given up: plugin-deadline"]);
}

#[test]
fn what_a_plugin_calls_invalid_is_given_up_with_its_violations() {
    let violation = Violation { path: "/total".into(), code: "sum".into(), text: "is off".into() };
    let found = violation.clone();
    let step = Arc::new(Scripted::new("check", move |_| Ok(Outcome::Invalid(vec![found.clone()]))));
    let bench = Bench::of([&step]);
    let order = message("order");
    let mut batch = Batch::of(std::iter::once(Item::first(&order, 1)));
    Pipeline { steps: &bench.steps, retry: bench.retry, now: NOW, metrics: None }.run(&mut batch);
    let progress = batch.into_items().pop().map(|item| item.into_progress().0);
    let Some(Progress::Decided(Verdict::GiveUp(Failure { reason, component, .. }))) = progress else {
        panic!("it is not given up");
    };
    assert_eq!((reason.text.as_str(), reason.violations), ("/total is off", vec![violation]));
    assert_eq!(component, Some(step.component()));
}
