//! Time, chance and memory in real languages: an answer is a function of the message, and what fails says why.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Headers, Message, MessageId, Outcome, Place, Reuse, Timestamp};
use gantry_languages::{NoTables, built, gantry, language};
use gantry_sandbox::{FaultCode, Grants, Invocation, Limits, Plugin, PluginFault, Sandbox, SandboxConfig, StepConfig};
use serde_json::{Value, json};

/// The time of every batch.
const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// The time of every message.
const HAPPENED: Timestamp = Timestamp(1_700_000_055_123);

const GO: &str = r#"
package main

import (
	"crypto/rand"
	"encoding/hex"
	"log"
	"log/slog"
	"math/big"
	"runtime"
	"time"

	"gantry/sdk"
)

type Ask struct{ Do string }

type Found struct {
	StartMs, WallMs int64
	Random, Seen    string
	Collections     uint32
}

var start = time.Now()
var seen = chance()
var hoard []*big.Int

func chance() string {
	bytes := make([]byte, 16)
	rand.Read(bytes)
	return hex.EncodeToString(bytes)
}

func Map(ask Ask, ctx *sdk.Context[struct{}]) (Found, error) {
	found := Found{StartMs: start.UnixMilli(), Seen: seen}
	switch ask.Do {
	case "time":
		found.WallMs = time.Now().UnixMilli()
	case "chance":
		found.Random = chance()
	case "log":
		log.Print("a line with a stamp")
	case "slog":
		slog.Info("a line with a stamp", "name", "value")
		slog.LogAttrs(nil, slog.LevelWarn, "and another")
	case "since":
		time.Sleep(time.Hour)
		if time.Since(start) < time.Hour {
			return found, sdk.Reject("no-sleep", "the clock stood still")
		}
	case "garbage":
		for i := 0; i < 2_000_000; i++ {
			hoard = append(hoard[:i%1000], big.NewInt(int64(i)))
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		found.Collections = stats.NumGC
	}
	return found, nil
}

func init() { sdk.Plugin(Map) }

func main() {}
"#;

const C: &str = r#"
#include <gantry.h>
#include <sys/random.h>
#include <time.h>

static gantry_outcome map(const gantry_message *message, const void *settings) {
    (void)settings;
    gantry_json ask;
    gantry_outcome refusal;
    unsigned char bytes[8];
    if (!gantry_read_object(message, &ask, &refusal)) return refusal;
    gantry_checker check = {0};
    gantry_text what = gantry_text_at(&check, ask, "Do");
    if (gantry_is(what, "time") && time(NULL) == 0) return gantry_emit(gantry_output_json(gantry_lit("1970")));
    if (gantry_is(what, "chance") && getentropy(bytes, sizeof bytes) != 0) return gantry_emit(gantry_output_json(what));
    return gantry_emit(gantry_output_json(gantry_lit("{}")));
}

GANTRY_PLUGIN(NULL, map);
"#;

/// The plugin with this source instead of the template's.
fn plugin(language: &str, file: &str, source: &str) -> Plugin {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("honest");
    let component = folder.path().join("honest.wasm");
    let [directory, component] = [&directory, &component].map(|path| path.to_str().unwrap());
    let written = gantry(["plugin", "new", "honest", "--lang", language, "--dir", directory]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    std::fs::write(folder.path().join("honest").join(file), source).unwrap();
    std::fs::write(folder.path().join("honest/plugin.toml"), "name = \"honest\"\nversion = \"0.1.0\"\n").unwrap();
    let output = gantry(["plugin", "build", directory, "-o", component]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    load(&std::fs::read(component).unwrap())
}

fn load(component: &[u8]) -> Plugin {
    Sandbox::new(SandboxConfig::default()).unwrap().load(component).unwrap()
}

fn message(payload: String) -> Message {
    Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: HAPPENED,
        payload: payload.into(),
    }
}

fn step(plugin: &Plugin, grants: Grants) -> gantry_sandbox::PreparedStep {
    let config = StepConfig {
        flow: "honest".parse().unwrap(),
        step: "map".to_owned(),
        place: Place::whole("test"),
        settings: Value::Null,
        grants,
        limits: Limits { deadline: Duration::from_secs(60), ..Limits::default() },
        reuse: Reuse::Fresh,
        routes: Default::default(),
        tables: Arc::new(NoTables),
    };
    plugin.prepare(config).unwrap()
}

fn run(plugin: &Plugin, grants: Grants, message: &Message) -> Result<Outcome, PluginFault> {
    step(plugin, grants).run(&[Invocation { message, attempt: 1 }], NOW).outcomes.remove(0)
}

fn ask(plugin: &Plugin, grants: Grants, what: &str) -> Result<Outcome, PluginFault> {
    run(plugin, grants, &message(json!({ "Do": what }).to_string()))
}

fn found(outcome: Result<Outcome, PluginFault>) -> Value {
    match outcome {
        Ok(Outcome::Emit(outputs)) => serde_json::from_slice(&outputs[0].payload).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn clock() -> Grants {
    Grants { clock: true, ..Grants::default() }
}

fn refuses_time_and_chance(plugin: &Plugin) {
    for (what, names) in [("time", "the SDK's clock"), ("chance", "the message's id")] {
        let fault = ask(plugin, Grants::default(), what).unwrap_err();
        assert_eq!(fault.code, FaultCode::Trap, "{what}: {fault}");
        assert!(fault.text.contains(names), "{what}: {fault}");
    }
}

#[test]
fn go_is_refused_time_and_chance_in_a_mapping_and_its_runtime_never_trips() {
    if language("go").is_none() {
        return;
    }
    let plugin = plugin("go", "main.go", GO);
    refuses_time_and_chance(&plugin);
    for allowed in ["nothing", "log", "slog", "since"] {
        found(ask(&plugin, Grants::default(), allowed));
    }
    let garbage = found(ask(&plugin, Grants::default(), "garbage"));
    assert!(garbage["Collections"].as_u64().unwrap() > 3, "{garbage}");
    assert_eq!(found(ask(&plugin, clock(), "time"))["WallMs"], NOW.0);
}

#[test]
fn go_starts_in_the_time_of_the_message_and_each_message_has_its_own_chance() {
    if language("go").is_none() {
        return;
    }
    let plugin = plugin("go", "main.go", GO);
    let [one, other] = [(); 2].map(|()| message(json!({ "Do": "nothing" }).to_string()));
    let start = |message| found(run(&plugin, Grants::default(), message));
    assert_eq!(start(&one)["StartMs"], HAPPENED.0);
    assert_eq!(start(&one)["Seen"], start(&one)["Seen"]);
    assert_ne!(start(&one)["Seen"], start(&other)["Seen"]);
}

#[test]
fn c_is_refused_time_and_chance_in_a_mapping() {
    if language("c").is_none() {
        return;
    }
    let plugin = plugin("c", "src/honest.c", C);
    refuses_time_and_chance(&plugin);
    assert_eq!(found(ask(&plugin, Grants::default(), "nothing")), json!({}));
    assert_eq!(found(ask(&plugin, clock(), "time")), json!({}));
}

#[test]
fn more_data_than_fits_the_memory_is_a_fault_of_memory_in_every_language() {
    let words: Vec<_> = (0..1_000_000).map(|word| format!("\"w{word}\"")).collect();
    let message = message(format!(r#"{{"do": "echo", "value": [{}]}}"#, words.join(",")));
    for (name, folder) in [("js", "sdk/js/conformance"), ("python", "sdk/python/conformance")] {
        if language(name).is_none() {
            continue;
        }
        let plugin = load(&std::fs::read(built(folder)).unwrap());
        let grants = Grants { lookup: ["countries".to_owned()].into(), clock: true, ..Grants::default() };
        let fault = run(&plugin, grants, &message).unwrap_err();
        assert_eq!(fault.code, FaultCode::Memory, "{name}: {fault}");
    }
}
