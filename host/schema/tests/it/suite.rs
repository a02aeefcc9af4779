//! The official JSON Schema Test Suite, on the path that messages take: each schema is a file, each instance a
//! payload. Remote schemas are served from files under the URL that the suite expects.
//!
//! Every file of every claimed draft is run, optional ones and formats included. What fails is listed with its reason
//! and nothing is skipped: a test that fails without being listed fails, and so does one that is listed and passes.

use std::path::{Path, PathBuf};

use gantry_schema::{Folder, Schema};
use serde::Deserialize;
use serde_json::value::RawValue;

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/json-schema-test-suite");

/// Where the suite expects its remote schemas.
const REMOTES: &str = "http://localhost:1234/";

/// Tests of a file that fail: how the names of their cases and tests end, how many they are, and why.
struct Exception {
    file: &'static str,
    ending: &'static str,
    count: usize,
    #[expect(dead_code, reason = "for who reads this")]
    why: &'static str,
}

const FORMATS: &str =
    "formats are asserted in every draft, as most who write one expect; the specification leaves it open";
const DIGITS: &str =
    "a schema with a number that would be rounded is refused at load instead of being held to another number";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "draft2020-12/format.json",
        ending: "string is only an annotation by default",
        count: 19,
        why: FORMATS,
    },
    Exception { file: "draft2020-12/optional/bignum.json", ending: HIGH, count: 1, why: DIGITS },
    Exception { file: "draft2020-12/optional/bignum.json", ending: NEGATIVE, count: 2, why: DIGITS },
    Exception { file: "draft2019-09/optional/bignum.json", ending: HIGH, count: 1, why: DIGITS },
    Exception { file: "draft2019-09/optional/bignum.json", ending: NEGATIVE, count: 2, why: DIGITS },
    Exception { file: "draft7/optional/bignum.json", ending: HIGH, count: 1, why: DIGITS },
    Exception { file: "draft7/optional/bignum.json", ending: NEGATIVE, count: 2, why: DIGITS },
    Exception { file: "draft6/optional/bignum.json", ending: HIGH, count: 1, why: DIGITS },
    Exception { file: "draft6/optional/bignum.json", ending: NEGATIVE, count: 2, why: DIGITS },
    Exception { file: "draft4/optional/bignum.json", ending: HIGH, count: 1, why: DIGITS },
    Exception { file: "draft4/optional/bignum.json", ending: NEGATIVE, count: 2, why: DIGITS },
    Exception {
        file: "draft4/optional/zeroTerminatedFloats.json",
        ending: "a float is not an integer even without fractional part",
        count: 1,
        why: "1.0 is an integer in every later draft, and no other check tells 1.0 from 1",
    },
];

const HIGH: &str = "float comparison with high precision: comparison works for high numbers";
const NEGATIVE: &str = ": comparison works for very negative numbers";

#[derive(Deserialize)]
struct Case<'a> {
    description: String,
    #[serde(borrow)]
    schema: &'a RawValue,
    #[serde(borrow)]
    tests: Vec<Test<'a>>,
}

#[derive(Deserialize)]
struct Test<'a> {
    description: String,
    #[serde(borrow)]
    data: &'a RawValue,
    valid: bool,
}

/// Every JSON file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The schema as a file of its own. A draft is said where the case doesn't say one: without, it would be 2020-12.
fn schema(draft: &str, text: &str) -> Result<Schema, String> {
    let directory = tempfile::Builder::new().prefix("case").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = directory.path().join("schema.json");
    let metaschema = match draft {
        "draft4" => "http://json-schema.org/draft-04/schema#",
        "draft6" => "http://json-schema.org/draft-06/schema#",
        "draft7" => "http://json-schema.org/draft-07/schema#",
        "draft2019-09" => "https://json-schema.org/draft/2019-09/schema",
        _ => "https://json-schema.org/draft/2020-12/schema",
    };
    let said = text.contains("\"$schema\"") || !text.starts_with('{');
    let comma = if text.trim_start_matches('{').trim_start().starts_with('}') { "" } else { "," };
    let text = match said {
        true => text.to_owned(),
        false => format!("{{\"$schema\": \"{metaschema}\"{comma}{}", &text[1..]),
    };
    std::fs::write(&file, text).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = Folder::new(&root).serve(REMOTES, &Path::new(SUITE).join("remotes"));
    Schema::load(&file, &folder).map_err(|error| error.to_string())
}

/// The tests of a file that fail, and how.
fn failures(draft: &str, file: &Path, ran: &mut usize) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let cases: Vec<Case<'_>> = serde_json::from_str(&text).unwrap();
    let name = file.strip_prefix(Path::new(SUITE).join("tests")).unwrap().display().to_string();
    let mut failures = Vec::new();
    for case in cases {
        let schema = schema(draft, case.schema.get());
        for test in case.tests {
            *ran += 1;
            let full = format!("{name}: {}: {}", case.description, test.description);
            match &schema {
                Err(error) => failures.push((full, error.clone())),
                Ok(schema) => {
                    let violations = schema.check("application/json", test.data.get().as_bytes());
                    if violations.is_empty() != test.valid {
                        failures.push((full, format!("{violations:?}")));
                    }
                }
            }
        }
    }
    failures
}

fn run(draft: &str, all: usize) {
    let mut ran = 0;
    let mut failed = Vec::new();
    for file in files(&Path::new(SUITE).join("tests").join(draft)) {
        failed.extend(failures(draft, &file, &mut ran));
    }
    for exception in EXCEPTIONS.iter().filter(|exception| exception.file.starts_with(&format!("{draft}/"))) {
        let before = failed.len();
        failed.retain(|(name, _)| {
            !(name.starts_with(&format!("{}: ", exception.file)) && name.ends_with(exception.ending))
        });
        assert_eq!(before - failed.len(), exception.count, "{}: {}", exception.file, exception.ending);
    }
    let failed: Vec<_> = failed.into_iter().map(|(name, how)| format!("{name}\n    {how}")).collect();
    assert!(failed.is_empty(), "{} of {ran} fail:\n{}", failed.len(), failed.join("\n"));
    assert_eq!(ran, all, "the suite has another number of tests");
}

#[test]
fn draft_2020_12_passes_the_official_suite() {
    run("draft2020-12", 1906);
}

#[test]
fn draft_2019_09_passes_the_official_suite() {
    run("draft2019-09", 1864);
}

#[test]
fn draft_7_passes_the_official_suite() {
    run("draft7", 1465);
}

#[test]
fn draft_6_passes_the_official_suite() {
    run("draft6", 1149);
}

#[test]
fn draft_4_passes_the_official_suite() {
    run("draft4", 863);
}
