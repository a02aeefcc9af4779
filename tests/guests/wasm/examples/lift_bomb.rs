//! Answers a message that holds `bomb` with four GiB of outputs, all of them the same one MiB of its memory: cheap for
//! the guest, dear for a host that copies them. Echoes the others.

use std::mem::ManuallyDrop;

use gantry_guest::{Behaviour, Message, Outcome, Payload, echo, holds, output};

struct LiftBomb;

impl Behaviour for LiftBomb {
    fn one(message: Message) -> Outcome {
        if !holds(&message, "bomb") {
            return echo(message);
        }
        let mut megabyte = ManuallyDrop::new(vec![b'x'; 1 << 20]);
        let outputs = (0..4096).map(|_| {
            // Deliberately wrong: every output claims the same buffer. Nothing touches it before the answer is given.
            let alias = unsafe { Vec::from_raw_parts(megabyte.as_mut_ptr(), megabyte.len(), megabyte.len()) };
            output("application/octet-stream", Payload::Bytes(alias))
        });
        Outcome::Emit(outputs.collect())
    }
}

gantry_guest::guest!(LiftBomb);
