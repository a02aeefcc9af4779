//! The commands that need no running host, through the binary itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const FLOW: &str = r#"
[flow]
name = "orders"

[purpose]
goal = "Orders are in the archive"
owner = "Order desk"
systems = ["shop", "archive"]
success.error_rate = 0.01

[source.webhook]
path = "/orders"
verify.bearer.tokens = ["env:GANTRY_TEST_TOKEN"]

[target.archive.file]
path = "archive.ndjson"
"#;

/// Runs `gantry` in a directory, with an environment that holds nothing of the machine's own.
pub(crate) fn gantry(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    for variable in ["GANTRY_FORMAT", "GANTRY_CONFIG", "GANTRY_DATA", "NO_COLOR", "RUSTFLAGS", "CARGO_TARGET_DIR"] {
        command.env_remove(variable);
    }
    command
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("GANTRY_TEST_TOKEN", "a token of sixteen bytes or more")
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// Exit code, standard output, standard error output.
pub(crate) fn outcome(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

pub(crate) fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

/// A plugin's directory with this manifest, and a component that does what its name says.
pub(crate) fn plugin(cases: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let mut files = vec![("plugin.toml", "name = \"echo\"\nversion = \"1.2.3\"\ndescription = \"Says it again\"\n")];
    files.extend(cases);
    let directory = directory(&files);
    let component = directory.path().join("guest.wasm");
    std::fs::write(&component, gantry_guests::ECHO).unwrap();
    (directory, component)
}

#[test]
fn check_accepts_a_flow_that_could_run() {
    let directory = directory(&[("flow.toml", FLOW)]);
    let (code, out, err) = outcome(&gantry(directory.path(), &["check", "flow.toml"]));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "1 flow ready\n", ""));
}

#[test]
fn check_lists_the_schemas_that_messages_are_held_to_with_their_drafts() {
    let target = "[target.erp.file]\npath = \"a.ndjson\"\nschema = \"schemas/out.json\"\ndefault = true\n";
    let flow = FLOW.replace("path = \"/orders\"\n", "path = \"/orders\"\nschema = \"in.json\"\n") + target;
    let directory = directory(&[("flow.toml", &flow), ("in.json", "{}")]);
    std::fs::create_dir(directory.path().join("schemas")).unwrap();
    let draft_7 = r#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#;
    std::fs::write(directory.path().join("schemas/out.json"), draft_7).unwrap();
    let (code, out, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(code, 0, "{err}");
    assert!(lines[0].ends_with(": source is checked against in.json (draft 2020-12)"), "{out}");
    assert!(lines[1].ends_with(": target erp is checked against schemas/out.json (draft 7)"), "{out}");
    assert_eq!(lines[2], "1 flow ready");
    let (_, out, _) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml", "--format", "json"]));
    let result: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(result["schemas"][1]["draft"], "draft 7");
}

#[test]
fn check_reports_every_mistake_of_every_file_and_ends_with_3() {
    let directory = directory(&[("a.toml", &FLOW.replace("/orders", "orders")), ("b.toml", "[flow]\nnane = \"b\"\n")]);
    let (code, out, err) = outcome(&gantry(directory.path(), &["check", "."]));
    assert_eq!((code, out.as_str()), (3, ""));
    for expected in ["./a.toml:12:8", "is not a path to listen on", "./b.toml:2:1", "did you mean `name`?", "4 errors"]
    {
        assert!(err.contains(expected), "{expected} in {err}");
    }
}

#[test]
fn check_speaks_json() {
    let directory = directory(&[("flow.toml", &FLOW.replace("\"/orders\"", "7"))]);
    let (code, out, _) = outcome(&gantry(directory.path(), &["check", "flow.toml", "--format", "json"]));
    let result: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &result["ok"]), (3, &false.into()));
    assert_eq!(result["diagnostics"][0]["code"], "wrong_type");
    assert_eq!(result["diagnostics"][0]["line"], 12);
}

#[test]
fn check_warns_of_a_secret_that_is_not_there_and_a_target_that_does_not_answer() {
    // Taken, so that nobody else listens on it, and nobody listens on this one.
    let silent = tokio::net::TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = silent.local_addr().unwrap().port();
    let target = format!("[target.erp.http]\nurl = \"http://127.0.0.1:{port}/\"\ndefault = true\n");
    let flow = FLOW.replace("GANTRY_TEST_TOKEN", "GANTRY_TEST_ABSENT") + &target;
    let directory = directory(&[("flow.toml", &flow)]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "flow.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("GANTRY_TEST_ABSENT is not set") && err.contains("target `erp`"), "{err}");
    let (_, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert!(!err.contains("target `erp`"), "{err}");
}

#[test]
fn check_refuses_a_secret_file_that_is_not_there_and_with_strict_a_variable_that_is_not_set() {
    let absent = FLOW.replace("GANTRY_TEST_TOKEN", "GANTRY_TEST_ABSENT");
    let directory = directory(&[("flow.toml", &absent)]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("set it where the host runs"), "{err}");
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "--strict", "flow.toml"]));
    assert_eq!(code, 3, "{err}");
    let file = FLOW.replace("env:GANTRY_TEST_TOKEN", "file:no-such-secret");
    std::fs::write(directory.path().join("flow.toml"), file).unwrap();
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("no-such-secret"), "{err}");
}

#[test]
fn check_warns_of_files_and_variables_for_a_plugin_that_has_no_way_to_read_them() {
    let grants = "grants.files = [{ path = \"data\", at = \"/data\" }]\ngrants.env = { REGION = \"eu\" }\n";
    let flow = FLOW.to_owned() + "[[step]]\nplugin = \"p.wasm\"\n" + grants;
    let directory = directory(&[("flow.toml", &flow), ("data/list.txt", "")]);
    // The standard library of this guest reads variables, and no files.
    std::fs::write(directory.path().join("p.wasm"), gantry_guests::ECHO).unwrap();
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("grants `files`, but the plugin p.wasm reads no files"), "{err}");
    assert!(err.contains("a lookup table"), "{err}");
    assert!(!err.contains("grants `env`"), "{err}");
    let (_, out, _) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml", "--format", "json"]));
    assert!(out.contains("\"unused_grant\""), "{out}");
}

#[test]
fn check_refuses_a_file_that_is_no_plugin_and_ends_with_4() {
    let flow = FLOW.to_owned() + "[[step]]\nplugin = \"p.wasm\"\n";
    let directory = directory(&[("flow.toml", &flow), ("p.wasm", "(module)")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "flow.toml"]));
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("WebAssembly text"), "{err}");
}

#[test]
fn a_host_file_with_a_mistake_ends_with_3_wherever_it_is_needed() {
    let directory = directory(&[("flow.toml", FLOW), ("gantry.toml", "[intake]\nlisten = \"nowhere\"\n")]);
    for command in [&["check", "flow.toml"][..], &["config", "show"], &["dlq", "list"], &["run", "flow.toml"]] {
        let (code, _, err) = outcome(&gantry(directory.path(), command));
        assert_eq!(code, 3, "{command:?}: {err}");
        assert!(err.contains("gantry.toml:2:10"), "{err}");
    }
}

#[test]
fn config_show_lays_the_file_over_the_defaults() {
    let directory = directory(&[("gantry.toml", "[intake]\nconnections = 9\n[admin]\ntoken = \"env:T\"\n")]);
    let (code, out, _) = outcome(&gantry(directory.path(), &["config", "show", "--data", "d"]));
    let shown: toml::Table = toml::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!((&shown["intake"]["connections"], &shown["admin"]["token"]), (&9.into(), &"env:T".into()));
    assert_eq!(shown["shutdown"]["deadline"], "30s".into());
    assert!(shown["data"]["dir"].as_str().unwrap().ends_with("/d"));
}

#[test]
fn config_schema_prints_a_schema_for_each_kind_of_file() {
    for (kind, property) in [("flow", "source"), ("host", "intake")] {
        let (code, out, _) = outcome(&gantry(Path::new("."), &["config", "schema", kind]));
        let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(code == 0 && schema["properties"].get(property).is_some(), "{out}");
    }
}

#[test]
fn flow_diagram_draws_a_chart() {
    let directory = directory(&[("flow.toml", FLOW)]);
    let (code, out, _) = outcome(&gantry(directory.path(), &["flow", "diagram", "flow.toml"]));
    assert!(code == 0 && out.starts_with("flowchart LR\n") && out.contains("Orders are in the archive"), "{out}");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, _) = outcome(&gantry(Path::new("."), &["completions", shell]));
        assert!(code == 0 && out.contains("diagram"), "{shell}");
    }
}

#[test]
fn an_unknown_command_ends_with_2() {
    assert_eq!(outcome(&gantry(Path::new("."), &["frobnicate"])).0, 2);
}

#[test]
fn an_error_is_json_where_json_is_asked_for() {
    let (code, _, err) = outcome(&gantry(Path::new("."), &["plugin", "inspect", "absent.wasm", "--format", "json"]));
    let error: serde_json::Value = serde_json::from_str(&err).unwrap();
    assert_eq!((code, &error["error"]["code"], &error["error"]["exit_code"]), (7, &"not_found".into(), &7.into()));
    assert_eq!(error["error"]["message"], "failed to read absent.wasm");
}

#[test]
fn a_command_line_that_is_not_understood_is_json_where_json_is_asked_for() {
    for arguments in [
        &["frobnicate", "--format", "json"][..],
        &["--format=json", "dlq", "list", "--limit", "0"],
        &["--format", "json", "audit", "list", "--limit", "0"],
        &["dlq", "show", "not-an-id", "--format", "json"],
        &["dlq", "--format", "json"],
        &["deploy", "status", "--format", "json", "no-step"],
    ] {
        let (code, out, err) = outcome(&gantry(Path::new("."), arguments));
        let error: serde_json::Value = serde_json::from_str(&err).unwrap_or_else(|_| panic!("{arguments:?}: {err}"));
        assert_eq!((code, out.as_str(), &error["error"]["code"]), (2, "", &"usage".into()), "{arguments:?}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(!message.is_empty() && !message.contains("Usage:") && !message.starts_with("error"), "{message}");
    }
    let (code, out, _) = outcome(&gantry(Path::new("."), &["--format", "json", "dlq", "--help"]));
    assert!(code == 0 && out.contains("Usage:"), "help is text");
}

#[test]
fn mistakes_in_files_are_an_error_in_json_with_all_of_them() {
    let directory =
        directory(&[("flow.toml", "[flow]\nnane = \"b\"\n"), ("gantry.toml", "[intake]\nlisten = \"nowhere\"\n")]);
    for command in [&["dlq", "list"][..], &["flow", "diagram", "flow.toml"], &["config", "show"]] {
        let (code, _, err) = outcome(&gantry(directory.path(), &[command, &["--format", "json"]].concat()));
        let error: serde_json::Value = serde_json::from_str(&err).unwrap_or_else(|_| panic!("{command:?}: {err}"));
        assert_eq!((code, &error["error"]["code"]), (3, &"invalid_config".into()));
        let mistakes = error["error"]["diagnostics"].as_array().unwrap();
        assert!(mistakes.iter().any(|mistake| mistake["line"] == 2), "{err}");
    }
}

#[test]
fn a_port_in_use_ends_with_3_and_a_data_directory_that_is_none_with_6() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let free = "listen = \"127.0.0.1:0\"";
    for ports in [
        format!("[intake]\nlisten = \"{address}\"\n[admin]\n{free}\n"),
        format!("[intake]\n{free}\n[admin]\nlisten = \"{address}\"\n"),
    ] {
        let directory = directory(&[("flow.toml", FLOW), ("gantry.toml", &ports), ("file", "")]);
        let (code, _, err) = outcome(&gantry(directory.path(), &["run", "flow.toml", "--data", "data"]));
        assert!(code == 3 && err.contains("failed to listen on"), "{code} {err}");
        for command in [&["run", "flow.toml"][..], &["dlq", "list"]] {
            let (code, _, err) = outcome(&gantry(directory.path(), &[command, &["--data", "file"]].concat()));
            assert_eq!(code, 6, "{command:?}: {err}");
        }
    }
}

#[test]
fn who_did_something_is_the_processs_user_whatever_the_environment_says() {
    let directory = directory(&[("letters.ndjson", "")]);
    gantry(directory.path(), &["dlq", "import", "letters.ndjson", "--create", "--data", "data"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    let group = ["dlq", "group", "0123456789abcdef", "ignore", "--data", "data"];
    let absent = command.args(group).env("USER", "somebody").env("LOGNAME", "somebody").current_dir(directory.path());
    assert_eq!(absent.output().unwrap().status.code(), Some(7));
    let (_, out, _) = outcome(&gantry(directory.path(), &["audit", "list", "--format", "json", "--data", "data"]));
    let audit: serde_json::Value = serde_json::from_str(&out).unwrap();
    let user = Command::new("id").arg("-un").output().unwrap();
    assert_eq!(audit["entries"][0]["actor"], String::from_utf8(user.stdout).unwrap().trim());
}

#[test]
fn check_refuses_a_flow_that_has_the_name_of_an_alerts_flow() {
    let flow = FLOW.replace("\"orders\"", "\"alert-pager\"");
    let alert = "[[alert]]\nname = \"pager\"\nurl = \"http://127.0.0.1:9/\"\n";
    let directory = directory(&[("flow.toml", &flow), ("gantry.toml", alert)]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert!(code == 3 && err.contains("flow.toml:3:8") && err.contains("alert-pager"), "{code} {err}");
}

#[test]
fn inspect_refuses_what_is_no_component_and_says_what_it_is() {
    let directory = directory(&[("p.wasm", "\u{7f}ELF")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "inspect", "p.wasm"]));
    assert!(code == 4 && err.contains("native program"), "{err}");
}

#[test]
fn build_embeds_the_manifest_in_a_given_component_and_inspect_reads_it() {
    let (directory, component) = plugin(&[]);
    let component = component.to_str().unwrap();
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "build", ".", "--component", component]));
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = outcome(&gantry(directory.path(), &["plugin", "inspect", "dist/echo.wasm"]));
    assert!(code == 0 && out.contains("echo 1.2.3") && out.contains("Says it again"), "{out}");
    let left: Vec<_> =
        std::fs::read_dir(directory.path().join("dist")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["echo.wasm"], "no temporary file stays");
}

#[test]
fn build_without_a_manifest_or_a_crate_says_what_is_missing() {
    let directory = directory(&[("plugin/plugin.toml", "name = \"p\"\nversion = \"1.0.0\"\n"), ("empty/README", "")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "build", "empty"]));
    assert!(code == 7 && err.contains("empty/plugin.toml"), "{err}");
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "build", "plugin"]));
    assert!(code == 4 && err.contains("--component"), "{err}");
}

#[test]
fn build_passes_on_what_the_compiler_says_and_ends_with_4() {
    let crate_file = "[package]\nname = \"p\"\nversion = \"1.0.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    let manifest = "name = \"p\"\nversion = \"1.0.0\"\n";
    let directory = directory(&[("plugin.toml", manifest), ("Cargo.toml", crate_file), ("src/lib.rs", "fn broken(")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "build", "."]));
    assert!(code == 4 && err.contains("src/lib.rs:1") && err.contains("cargo failed to build"), "{err}");
    std::fs::write(directory.path().join("src/lib.rs"), "").unwrap();
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "build", "."]));
    assert!(code == 4 && err.contains("gantry:plugin/transform"), "an empty component is of another world: {err}");
}

#[test]
fn golden_cases_pass_or_show_the_difference_line_by_line() {
    let passing = r#"{ "description": "It comes back", "input": [{ "payload": { "a": 1 } }],
        "expected": [{ "emit": [{ "payload": { "a": 1 } }] }] }"#;
    let failing = r#"{ "description": "It is doubled", "input": [{ "payload": { "a": 1 } }],
        "expected": [{ "emit": [{ "payload": { "a": 2 } }] }] }"#;
    let (directory, component) = plugin(&[("cases/a.json", passing), ("cases/b.json", failing), ("cases/c.json", "{")]);
    let component = component.to_str().unwrap();
    outcome(&gantry(directory.path(), &["plugin", "build", ".", "--component", component]));
    let test = |arguments: &[&str]| {
        let all = [&["plugin", "test", ".", "--component", "dist/echo.wasm"], arguments].concat();
        outcome(&gantry(directory.path(), &all))
    };
    let (code, out, err) = test(&["--only", "a"]);
    assert_eq!((code, out.as_str()), (0, "ok a: It comes back\necho@1.2.3: 1 case passed\n"), "{err}");
    let (code, out, _) = test(&[]);
    assert_eq!(code, 4);
    insta::assert_snapshot!(out);
    let (_, out, _) = test(&["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&1.into(), &2.into()));
}

#[test]
fn golden_cases_travel_in_the_component_and_run_from_there() {
    let case = r#"{ "description": "It comes back", "input": [{ "payload": { "a": 1 } }],
        "expected": [{ "emit": [{ "payload": { "a": 1 } }] }] }"#;
    let (directory, component) = plugin(&[("cases/again.json", case)]);
    let run = |arguments: &[&str]| outcome(&gantry(directory.path(), arguments));
    let build = ["plugin", "build", ".", "--component", component.to_str().unwrap()];
    let built = |more: &[&str]| {
        let (code, out, err) = run(&[&["--format", "json"], &build[..], more].concat());
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    let first = built(&[]);
    assert_eq!(first["cases"], 1);
    assert_eq!(built(&[])["digest"], first["digest"], "the same cases give the same file");
    let (_, out, _) = run(&["plugin", "inspect", "dist/echo.wasm"]);
    assert!(out.contains("cases       1 golden case\n"), "{out}");

    std::fs::remove_dir_all(directory.path().join("cases")).unwrap();
    let bundled = ["plugin", "test", "--component", "dist/echo.wasm", "--bundled"];
    let (code, out, err) = run(&bundled);
    assert_eq!((code, out.as_str()), (0, "ok again: It comes back\necho@1.2.3: 1 case passed\n"), "{err}");

    std::fs::create_dir(directory.path().join("cases")).unwrap();
    std::fs::write(directory.path().join("cases/again.json"), case).unwrap();
    assert_eq!(built(&["--without-cases"])["cases"], 0);
    let (code, _, err) = run(&bundled);
    assert!(code == 7 && err.contains("contains no golden case"), "{err}");
    std::fs::write(directory.path().join("cases/long.json"), "x".repeat(5 << 20)).unwrap();
    let (code, _, err) = run(&build);
    assert!(code == 4 && err.contains("more than the 4194304") && err.contains("--without-cases"), "{err}");
}

#[test]
fn a_sample_becomes_a_golden_case_that_passes_and_none_is_replaced_unasked() {
    let (author, component) = plugin(&[("order.json", "{\"total\": 1.10}")]);
    let component = component.to_str().unwrap();
    let words = ["plugin", "case", "an-order", ".", "--component", component, "--input", "order.json"];
    let (code, out, err) = outcome(&gantry(author.path(), &words));
    assert!(code == 0 && out.contains("cases/an-order.json"), "{out}{err}");
    let case = std::fs::read_to_string(author.path().join("cases/an-order.json")).unwrap();
    assert!(case.contains("\"description\": \"order\"") && case.matches("\"total\": 1.10").count() == 2, "{case}");
    let test = ["plugin", "test", ".", "--component", component];
    assert_eq!(outcome(&gantry(author.path(), &test)).0, 0);
    let (code, _, err) = outcome(&gantry(author.path(), &words));
    assert!(code == 2 && err.contains("`--force`"), "{err}");
    let (code, _, err) = outcome(&gantry(author.path(), &["plugin", "case", "../x", ".", "--input", "order.json"]));
    assert!(code == 2 && err.contains("can't be the name of a case"), "{err}");
    let absent = ["plugin", "case", "x", ".", "--component", component, "--input", "absent.json"];
    assert_eq!(outcome(&gantry(author.path(), &absent)).0, 7);
}

#[test]
fn what_a_plugin_costs_is_measured_on_its_golden_cases() {
    let case = r#"{
        "description": "It says it again",
        "input": [{"payload": {"a": 1}}, {"payload": {"text": "two"}}],
        "expected": [{"emit": [{}]}, {"emit": [{}]}]
    }"#;
    let (directory, component) = plugin(&[("cases/again.json", case)]);
    let built = &["plugin", "build", ".", "--component", component.to_str().unwrap()];
    assert_eq!(outcome(&gantry(directory.path(), built)).0, 0);
    let bench = ["--format", "json", "plugin", "bench", ".", "--component", "dist/echo.wasm", "--batch", "50"];
    let (code, out, err) = outcome(&gantry(directory.path(), &bench));
    assert_eq!((code, err.as_str()), (0, ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let measured = &report["cases"][0];
    assert_eq!((&measured["case"], &measured["payload_bytes"]), (&"again".into(), &5.into()));
    for time in ["fresh_one_us", "fresh_batch_us", "warm_one_us", "warm_batch_us"] {
        assert!(measured[time].as_f64().unwrap() > 0.0, "{report}");
    }
    let share = measured["memory_share"].as_f64().unwrap();
    assert!(share > 0.001 && share < 1.0, "{report}");
}
