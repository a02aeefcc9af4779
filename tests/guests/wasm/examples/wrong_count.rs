//! Has no outcome for a message that holds `short`, two for one that holds `long`, an echo for the others.

use gantry_guest::{Behaviour, Message, Outcome, echo, emit, holds};

struct WrongCount;

impl Behaviour for WrongCount {
    fn process(batch: Vec<Message>) -> Vec<Outcome> {
        batch.into_iter().flat_map(outcomes).collect()
    }
}

fn outcomes(message: Message) -> Vec<Outcome> {
    match (holds(&message, "short"), holds(&message, "long")) {
        (true, _) => vec![],
        (_, true) => vec![emit("one"), emit("two")],
        _ => vec![echo(message)],
    }
}

gantry_guest::guest!(WrongCount);
