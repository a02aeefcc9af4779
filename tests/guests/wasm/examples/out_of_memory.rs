//! Notices that it gets no more memory, and answers all the same: on a message that holds `invalid`, `reject`, `retry`,
//! `exception` or `emit`, with just that. Says of the others that they are invalid.

use gantry_guest::{Behaviour, Message, Outcome, RetryLater, Violation, emit, fault, holds};

/// What it asks for: more than any limit of a test.
const WANTED: usize = 1 << 30;

struct OutOfMemory;

impl Behaviour for OutOfMemory {
    fn one(message: Message) -> Outcome {
        if holds(&message, "plain") {
            return invalid("the data is bad, and memory has nothing to do with it");
        }
        assert!(Vec::<u8>::new().try_reserve(WANTED).is_err(), "there is no such limit");
        if holds(&message, "emit") {
            return emit("did without");
        }
        if holds(&message, "retry") {
            return Outcome::Retry(RetryLater { fault: fault("no-memory", "out of memory"), after_ms: None });
        }
        if holds(&message, "exception") {
            return Outcome::Reject(fault("plugin-exception", "MemoryError"));
        }
        if holds(&message, "reject") {
            return Outcome::Reject(fault("no-memory", "out of memory"));
        }
        invalid("not-json: out of memory")
    }
}

fn invalid(text: &str) -> Outcome {
    Outcome::Invalid(vec![Violation { path: String::new(), code: "not-json".to_owned(), text: text.to_owned() }])
}

gantry_guest::guest!(OutOfMemory);
