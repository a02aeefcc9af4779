//! Logs what the payload asks for and echoes: `flood` a thousand lines, `long` one of a megabyte, `about` a line that names
//! its message, anything else itself with control characters around it.

use gantry_guest::{Behaviour, Message, Outcome, bytes, echo, holds, log};

struct Logger;

impl Behaviour for Logger {
    fn one(message: Message) -> Outcome {
        if holds(&message, "flood") {
            (0..1000).for_each(|line| log::write(log::Level::Info, &format!("line {line}"), &[]));
        } else if holds(&message, "long") {
            log::write(log::Level::Info, &"x".repeat(1 << 20), &[]);
        } else if holds(&message, "about") {
            log::write(log::Level::Info, "about", &[("gantry.message".to_owned(), message.id.clone())]);
        } else {
            let text = String::from_utf8_lossy(bytes(&message)).into_owned();
            let fields = [("order".to_owned(), "17\n".to_owned())];
            log::write(log::Level::Warn, &format!("\u{1b}[2J{text}\r\nERROR forged line"), &fields);
        }
        echo(message)
    }
}

gantry_guest::guest!(Logger);
