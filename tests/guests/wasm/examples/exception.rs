//! Reports a bug as an SDK does whose language can catch what it throws: the reserved code, text and stack.

use gantry_guest::{Behaviour, Fault, Message, Outcome, echo, holds};

struct Exception;

impl Behaviour for Exception {
    fn one(message: Message) -> Outcome {
        if !holds(&message, "bug") {
            return echo(message);
        }
        Outcome::Reject(Fault {
            code: "plugin-exception".to_owned(),
            text: "KeyError: 'sku' \u{1b}[2J".to_owned(),
            details: vec![("stack".to_owned(), "File \"app.py\", line 7, in deliberate\nFile \"sdk.py\"".to_owned())],
        })
    }
}

gantry_guest::guest!(Exception);
