//! Allocates without end on a message that holds `bomb`, echoes the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, holds};

struct MemoryBomb;

impl Behaviour for MemoryBomb {
    fn one(message: Message) -> Outcome {
        let mut hoard: Vec<Vec<u8>> = Vec::new();
        while holds(&message, "bomb") {
            hoard.push(vec![1; 1 << 20]);
            std::hint::black_box(&hoard);
        }
        echo(message)
    }
}

gantry_guest::guest!(MemoryBomb);
