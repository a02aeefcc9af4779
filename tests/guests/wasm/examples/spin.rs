//! Never returns from a message that holds `spin`, echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, holds};

struct Spin;

impl Behaviour for Spin {
    fn one(message: Message) -> Outcome {
        while holds(&message, "spin") {
            std::hint::black_box(());
        }
        echo(message)
    }
}

gantry_guest::guest!(Spin);
