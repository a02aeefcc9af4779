//! Emits how many messages this instance has seen, and keeps the last payload in a static: what a fresh instance must
//! not have.

use std::sync::Mutex;

use gantry_guest::{Behaviour, Message, Outcome, bytes, emit};

static SEEN: Mutex<(u32, Vec<u8>)> = Mutex::new((0, Vec::new()));

struct Counter;

impl Behaviour for Counter {
    fn one(message: Message) -> Outcome {
        let mut seen = SEEN.lock().unwrap();
        let last = std::mem::replace(&mut seen.1, bytes(&message).to_vec());
        seen.0 += 1;
        emit(format!("{} after `{}`", seen.0, String::from_utf8_lossy(&last)))
    }
}

gantry_guest::guest!(Counter);
