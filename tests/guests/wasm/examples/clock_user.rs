//! Emits the host's clock in milliseconds, and the wall clock of the standard library beside it.

use std::time::{SystemTime, UNIX_EPOCH};

use gantry_guest::{Behaviour, Message, Outcome, clock, emit};

struct ClockUser;

impl Behaviour for ClockUser {
    fn one(_: Message) -> Outcome {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        emit(format!("{} {wall}", clock::now_ms()))
    }
}

gantry_guest::guest!(ClockUser);
