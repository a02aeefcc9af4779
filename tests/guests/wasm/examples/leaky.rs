//! Keeps 64 KiB for every message it sees, as a runtime without a garbage collector's mercy would; tells how many
//! messages this instance has seen.

use std::sync::Mutex;

use gantry_guest::{Behaviour, Message, Outcome, emit, holds};

static KEPT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

struct Leaky;

impl Behaviour for Leaky {
    fn one(message: Message) -> Outcome {
        assert!(!holds(&message, "poison"), "this message is poisonous");
        let mut kept = KEPT.lock().unwrap();
        kept.push(vec![1; 64 << 10]);
        emit(kept.len().to_string())
    }
}

gantry_guest::guest!(Leaky);
