//! The data quality kit of each SDK answers every vector of `sdk/quality` in the sandbox as its native tests do.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gantry_e2e::repository;
use gantry_languages::{language, passes};
use serde_json::{Value, json};

const KINDS: [&str; 10] = [
    "phones",
    "emails",
    "dates",
    "decimals",
    "countries",
    "currencies",
    "instants",
    "epochs",
    "zoned-times",
    "local-times",
];

/// How many vectors a message has.
const AT_ONCE: usize = 100;

/// The vectors of each kind as a golden case, for the command `quality` of the reference plugins.
fn cases() -> &'static Path {
    static CASES: OnceLock<PathBuf> = OnceLock::new();
    CASES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quality");
        fs::create_dir_all(&folder).unwrap();
        for kind in KINDS {
            fs::write(folder.join(format!("{kind}.json")), case(kind).to_string()).unwrap();
        }
        folder
    })
}

fn case(kind: &str) -> Value {
    let file = fs::read(repository().join(format!("sdk/quality/vectors/{kind}.json"))).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let vectors = file["vectors"].as_array().unwrap().chunks(AT_ONCE);
    let input = vectors.clone().map(|vectors| {
        let command = json!({ "do": "quality", "kind": kind, "vectors": vectors });
        json!({ "content_type": "application/json", "payload": command })
    });
    let expected = vectors.map(|vectors| {
        let answers = vectors.iter().map(|vector| vector.get("value").unwrap_or(&vector["code"]));
        json!({ "emit": [{ "payload": { "answers": answers.collect::<Vec<_>>() } }] })
    });
    json!({
        "description": format!("The vectors of {kind}"),
        "input": input.collect::<Vec<_>>(),
        "expected": expected.collect::<Vec<_>>(),
    })
}

fn agrees(folder: &str) {
    passes(folder, KINDS.len(), &["--cases", cases().to_str().unwrap()]);
}

#[test]
fn rust_answers_every_vector_in_the_sandbox() {
    agrees("sdk/rust/conformance");
}

macro_rules! languages {
    ($($test:ident: $name:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            if let Some(language) = language($name) {
                agrees(&format!("sdk/{}/conformance", language.sdk));
            }
        })+
    };
}

languages! {
    javascript_answers_every_vector_in_the_sandbox: "js",
    python_answers_every_vector_in_the_sandbox: "python",
    go_answers_every_vector_in_the_sandbox: "go",
    c_answers_every_vector_in_the_sandbox: "c",
    cpp_answers_every_vector_in_the_sandbox: "cpp",
}
