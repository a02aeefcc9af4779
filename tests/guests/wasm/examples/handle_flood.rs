//! Makes handles without end, and keeps them, on a message that holds `flood`; echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, holds};

struct HandleFlood;

impl Behaviour for HandleFlood {
    fn one(message: Message) -> Outcome {
        while holds(&message, "flood") {
            std::mem::forget(wasip2::clocks::monotonic_clock::subscribe_duration(1));
        }
        echo(message)
    }
}

gantry_guest::guest!(HandleFlood);
