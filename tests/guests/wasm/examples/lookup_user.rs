//! Looks the payload up and emits the row. The payload is `TABLE KEY KEY…`; a table that isn't there is a reject.

use gantry_guest::{Behaviour, Message, Outcome, bytes, emit, fault, lookup};

struct LookupUser;

impl Behaviour for LookupUser {
    fn one(message: Message) -> Outcome {
        let text = String::from_utf8_lossy(bytes(&message)).into_owned();
        let (table, keys) = text.split_once(' ').unwrap_or((&text, ""));
        let keys: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
        match lookup::get(table, &keys) {
            Ok(rows) => emit(rows.iter().map(|row| row.as_deref().unwrap_or("none")).collect::<Vec<_>>().join("|")),
            Err(lookup::Error::UnknownTable) => Outcome::Reject(fault("unknown-table", table)),
            Err(lookup::Error::Unavailable) => Outcome::Reject(fault("unavailable", table)),
            Err(lookup::Error::Other(text)) => Outcome::Reject(fault("other", &text)),
        }
    }
}

gantry_guest::guest!(LookupUser);
