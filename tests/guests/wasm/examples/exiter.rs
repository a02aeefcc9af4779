//! Calls `exit(0)` on a message that holds `exit`, echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, holds};

struct Exiter;

impl Behaviour for Exiter {
    fn one(message: Message) -> Outcome {
        if holds(&message, "exit") {
            std::process::exit(0);
        }
        echo(message)
    }
}

gantry_guest::guest!(Exiter);
