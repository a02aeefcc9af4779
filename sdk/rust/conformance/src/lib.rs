//! The Rust SDK's reference plugin: each message says what to do with it. What it must do is in
//! `tests/conformance/README.md`; `gantry plugin test --conformance` holds it to that.

mod check;
mod emit;
mod quality;
pub mod settings;

use std::time::Duration;

use gantry_sdk::prelude::*;
use serde_json::{Map, Value, json};

use settings::Settings;

/// What a message asks for.
#[derive(Deserialize)]
struct Command {
    #[serde(rename = "do", default)]
    what: String,
}

/// The members of `skip`, `reject` and `retry`.
#[derive(Deserialize)]
struct Refused {
    code: String,
    text: String,
    #[serde(default)]
    details: Map<String, Value>,
    after_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Invalid {
    violations: Vec<BrokenRule>,
}

#[derive(Deserialize)]
struct BrokenRule {
    path: String,
    code: String,
    text: String,
}

#[derive(Deserialize)]
struct Line {
    level: String,
    text: String,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct Lookup {
    table: String,
    keys: Vec<String>,
    #[serde(default)]
    at: usize,
}

#[derive(Deserialize)]
struct Place {
    folder: String,
    file: String,
}

#[derive(Deserialize)]
struct Key {
    parts: Vec<String>,
}

#[derive(Deserialize)]
struct Throw {
    text: String,
}

/// Does what the message says.
pub fn map(message: Message, ctx: &Context<Settings>) -> Result<Outcome, Refusal> {
    if message.content_type.split(';').next() != Some("application/json") {
        return Ok(Outcome::Emit(vec![Output::unchanged(message)]));
    }
    let command: Command = message.read()?;
    match command.what.as_str() {
        "echo" => answer(message.read::<Value>()?.get("value").unwrap_or(&Value::Null)),
        "emit" => emit::emit(&message.read()?),
        "key" => keyed(&message.read()?),
        "skip" => Err(Refusal::Skip(fault(message.read()?))),
        "reject" => Err(Refusal::Reject(fault(message.read()?))),
        "retry" => Err(retry(message.read()?)),
        "invalid" => Err(invalid(message.read()?)),
        "check" => answer(&check::check(&message.read()?)?),
        "number" => answer(&check::number(&message.read()?)?),
        "quality" => answer(&quality::quality(&message.read()?)),
        "see" => answer(&seen(&message, ctx)),
        "surroundings" => answer(&surroundings(&message.read()?)?),
        "log" => answer(&logged(&message.read()?)),
        "lookup" => answer(&found(&message.read()?, ctx)?),
        "known" => answer(&known(&message.read()?, ctx)?),
        "now" => answer(&json!({ "now_ms": u64::try_from(ctx.now().as_millis()).unwrap_or(u64::MAX) })),
        "throw" => deliberate(&message.read()?),
        unknown => Err(Refusal::reject("unknown-command", format!("no command is called `{unknown}`"))),
    }
}

/// Variables of the environment and a file, of which there are none without a grant.
fn surroundings(place: &Place) -> Result<Value, Refusal> {
    let failed = |error: std::io::Error| Refusal::reject("no-file", error.to_string());
    let names = std::fs::read_dir(&place.folder).map_err(failed)?;
    let names = names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    names.sort();
    let text = std::fs::read_to_string(format!("{}/{}", place.folder, place.file)).map_err(failed)?;
    let variables: std::collections::BTreeMap<_, _> = std::env::vars().collect();
    Ok(json!({ "variables": variables, "names": names, "text": text }))
}

fn answer(value: &impl Serialize) -> Result<Outcome, Refusal> {
    Ok(Outcome::Emit(vec![Output::json(value)?]))
}

fn keyed(key: &Key) -> Result<Outcome, Refusal> {
    let parts: Vec<_> = key.parts.iter().map(String::as_str).collect();
    let key = idempotency_key(&parts);
    Ok(Outcome::Emit(vec![Output::json(&json!({ "key": key }))?.idempotency_key(key)]))
}

fn fault(refused: Refused) -> Fault {
    let fault = Fault::new(refused.code, refused.text);
    refused.details.into_iter().fold(fault, |fault, (name, value)| fault.detail(name, text(&value)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn retry(refused: Refused) -> Refusal {
    let after = refused.after_ms.map(Duration::from_millis);
    Refusal::Retry { fault: fault(refused), after }
}

fn invalid(invalid: Invalid) -> Refusal {
    let rules = invalid.violations.into_iter();
    Refusal::Invalid(rules.map(|rule| Violation { path: rule.path, code: rule.code, text: rule.text }).collect())
}

fn seen(message: &Message, ctx: &Context<Settings>) -> Value {
    json!({
        "id": message.id,
        "key": message.key,
        "content_type": message.content_type,
        "headers": message.headers,
        "event_time_ms": message.event_time_ms,
        "attempt": message.attempt,
        "kind": if matches!(message.payload, Payload::Text(_)) { "text" } else { "bytes" },
        "settings": ctx.settings,
    })
}

fn logged(line: &Line) -> Value {
    let fields: Vec<_> =
        line.fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    match line.level.as_str() {
        "debug" => log::debug(&line.text, &fields),
        "info" => log::info(&line.text, &fields),
        "warn" => log::warn(&line.text, &fields),
        _ => log::error(&line.text, &fields),
    }
    json!({ "logged": line.level })
}

fn found(lookup: &Lookup, ctx: &Context<Settings>) -> Result<Value, Refusal> {
    let rows = ctx.lookup::<Value>(&lookup.table, lookup.keys.iter().map(String::as_str))?;
    let rows: Vec<_> = (0..lookup.keys.len()).map(|at| rows.get(at)).collect();
    Ok(json!({ "rows": rows }))
}

fn known(lookup: &Lookup, ctx: &Context<Settings>) -> Result<Value, Refusal> {
    let rows = ctx.lookup::<Value>(&lookup.table, lookup.keys.iter().map(String::as_str))?;
    let mut check = Checker::new();
    let row = check.field("keys", rows.known(lookup.at, "unknown-country").cloned());
    check.finish()?;
    Ok(json!({ "row": row }))
}

/// A bug, on purpose.
#[inline(never)]
fn deliberate(throw: &Throw) -> ! {
    panic!("{}", throw.text)
}

gantry_sdk::plugin!(map);
