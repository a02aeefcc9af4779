//! Panics on a message that holds `poison`, overflows its stack on one that holds `deep`, echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, holds};

struct TrapOn;

impl Behaviour for TrapOn {
    fn one(message: Message) -> Outcome {
        assert!(!holds(&message, "poison"), "this message is \u{1b}[31mpoison\u{1b}[0m");
        if holds(&message, "deep") {
            descend(std::hint::black_box(u64::MAX));
        }
        echo(message)
    }
}

#[inline(never)]
fn descend(depth: u64) -> u64 {
    if depth == 0 { 0 } else { descend(std::hint::black_box(depth - 1)) + std::hint::black_box(1) }
}

gantry_guest::guest!(TrapOn);
