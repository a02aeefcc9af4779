//! Calls the host without end on a message that says what: `log`, `random`, `clock` or `print`. Echoes the others.

use std::time::Instant;

use gantry_guest::{Behaviour, Message, Outcome, bytes, echo, log};

struct CallFlood;

impl Behaviour for CallFlood {
    fn one(message: Message) -> Outcome {
        let call: fn() = match bytes(&message) {
            b"log" => || log::write(log::Level::Error, "again", &[]),
            b"random" => || drop(wasip2::random::insecure::get_insecure_random_bytes(1 << 16)),
            b"clock" => || drop(Instant::now()),
            b"print" => || eprintln!("again"),
            _ => return echo(message),
        };
        loop {
            call();
        }
    }
}

gantry_guest::guest!(CallFlood);
