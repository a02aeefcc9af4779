//! `gantry plugin dev`, line by line.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::workshop::Workshop;

/// Far longer than a round takes; a test that waits in vain fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `dev`, and the lines it prints; those of its two outputs may overtake each other.
struct Session {
    child: Child,
    lines: Receiver<String>,
}

impl Session {
    fn start(workshop: &Workshop, arguments: &[&str]) -> Self {
        let mut command = workshop.gantry(&[&["plugin", "dev"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        let errors = sender.clone();
        std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
        std::thread::spawn(move || BufReader::new(err).lines().map_while(Result::ok).try_for_each(|l| errors.send(l)));
        Self { child, lines }
    }

    /// Reads until a line begins so.
    fn until(&self, beginning: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.starts_with(beginning) => return line,
                Ok(line) => seen.push(line),
                Err(_) => panic!("no line begins with `{beginning}`:\n{}", seen.join("\n")),
            }
        }
    }

    /// Ctrl-C; the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PASSING: &str = r#"{ "description": "It comes back", "input": [{ "payload": { "skip": "old" } }],
    "expected": [{ "emit": [{ "payload": { "skip": "old" } }] }] }"#;

#[test]
fn a_changed_source_shows_its_new_outcome_and_a_broken_one_does_not_end_it() {
    let workshop = Workshop::of("echo");
    workshop.write("cases/a.json", PASSING);
    workshop.write("samples/old.json", r#"{ "skip": "old" }"#);
    let mut session = Session::start(&workshop, &["."]);
    session.until("round 1: echo@1.2.3 built in ");
    session.until("echo@1.2.3: 1 case passed");
    session.until("+ old.json: emit");

    workshop.write("src/plugin.js", "// guest: outcomes\n");
    session.until("changed: ");
    session.until("FAILED a: It comes back");
    session.until("~ old.json: skip (was emit)");
    session.until("  +     \"code\": \"old\"");

    workshop.write("src/plugin.js", "mistake\n");
    session.until("src/plugin.js:1: error: a mistake");
    session.until("gantry: esbuild failed to build .");

    workshop.write("src/plugin.js", "// guest: outcomes\n");
    session.until("= old.json: skip");
    workshop.write("samples/b.csv", "a;b\n");
    session.until("+ b.csv: fault");
    assert!(session.child.try_wait().unwrap().is_none(), "nothing of this ended it");
    assert_eq!(session.interrupt(), Some(0));
}

#[test]
fn settings_and_tables_of_samples_are_read_as_a_flows_are_and_watched() {
    let workshop = Workshop::of("lookup_user");
    workshop.write("plugin.toml", "name = \"rows\"\nversion = \"1.0.0\"\n[wants]\nlookup = [\"products\"]\n");
    workshop.write("data/products.csv", "sku,name\n1,Tea\n");
    workshop.write("input/keys.txt", "products 1");
    let arguments = [".", "--input", "input/keys.txt", "--table", "products=data/products.csv:sku"];
    let session = Session::start(&workshop, &arguments);
    session.until("+ keys.txt: emit");
    workshop.write("data/products.csv", "sku,name\n1,Coffee\n");
    assert!(session.until("  + ").contains("Coffee"));
    workshop.write("input/keys.txt", "customers 1");
    session.until("~ keys.txt: reject (was emit)");
    assert_eq!(session.interrupt(), Some(0));
}

#[test]
fn one_round_ends_by_itself_with_the_outcomes_as_json() {
    let workshop = Workshop::of("settings_user");
    workshop.write("samples/a.xml", "<a/>");
    workshop.write("s.json", r#"{ "prefix": "X" }"#);
    workshop.write("plugin.toml", "name = \"settings\"\nversion = \"1.0.0\"\n");
    let (code, out, err) = workshop.run(&["plugin", "dev", ".", "--once", "--settings", "s.json", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let round: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(round["samples"][0]["outcome"]["emit"][0]["payload"], serde_json::json!({ "prefix": "X" }), "{out}");
    assert_eq!((&round["round"], &round["built"], &round["cases"]), (&1.into(), &true.into(), &().into()));

    workshop.write("s.json", r#"{ "refuse": true }"#);
    let (code, out, _) = workshop.run(&["plugin", "dev", ".", "--once", "--settings", "s.json"]);
    assert!(code == 4 && out.contains("the samples can't be run") && out.contains("/refuse"), "{out}");
    workshop.write("src/plugin.js", "mistake\n");
    let (code, out, err) = workshop.run(&["plugin", "dev", ".", "--once"]);
    assert!(code == 4 && out.contains("the plugin could not be built") && err.contains("a mistake"), "{out}{err}");
}
