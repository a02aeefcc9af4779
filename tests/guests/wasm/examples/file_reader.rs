//! Does to files what the JSON payload says, `{"read": PATH}`, `{"list": PATH}`, `{"write": PATH}`, `{"remove": PATH}`,
//! `{"rename": PATH}` or `{"link": PATH}`, or reads a variable of the environment, `{"env": NAME}`. Emits what it found, or
//! rejects with the error.

use std::fs;

use gantry_guest::{Behaviour, Message, Outcome, bytes, emit, fault};
use serde_json::Value;

struct FileReader;

impl Behaviour for FileReader {
    fn one(message: Message) -> Outcome {
        let asked: Value = serde_json::from_slice(bytes(&message)).unwrap();
        let (what, path) = asked.as_object().and_then(|asked| asked.iter().next()).expect("one thing to do");
        match act(what, path.as_str().expect("a path")) {
            Ok(found) => emit(found),
            Err(error) => Outcome::Reject(fault("refused", &error)),
        }
    }
}

fn act(what: &str, path: &str) -> Result<String, String> {
    match what {
        "read" => fs::read_to_string(path).map_err(|error| error.to_string()),
        "list" => list(path).map_err(|error| error.to_string()),
        "write" => fs::write(path, "changed").map(|()| "changed".to_owned()).map_err(|error| error.to_string()),
        "remove" => fs::remove_file(path).map(|()| "removed".to_owned()).map_err(|error| error.to_string()),
        "rename" => fs::rename(path, format!("{path}.moved")).map(|()| "moved".to_owned()).map_err(|e| e.to_string()),
        "link" => {
            fs::hard_link(path, format!("{path}.linked")).map(|()| "linked".to_owned()).map_err(|e| e.to_string())
        }
        _ => std::env::var(path).map_err(|error| error.to_string()),
    }
}

fn list(path: &str) -> std::io::Result<String> {
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = entries.collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names.join(" "))
}

gantry_guest::guest!(FileReader);
