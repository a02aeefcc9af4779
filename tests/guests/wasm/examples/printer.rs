//! Prints the payload to standard output and error, then echoes; aborts on a message that holds `abort`.

use gantry_guest::{Behaviour, Message, Outcome, bytes, echo, holds};

struct Printer;

impl Behaviour for Printer {
    fn one(message: Message) -> Outcome {
        let text = String::from_utf8_lossy(bytes(&message)).into_owned();
        println!("out: {text}");
        eprintln!("err: {text}");
        if holds(&message, "abort") {
            eprintln!("{}", "y".repeat(1 << 20));
            std::process::abort();
        }
        echo(message)
    }
}

gantry_guest::guest!(Printer);
