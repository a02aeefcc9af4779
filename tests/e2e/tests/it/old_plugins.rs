//! Plugins that were compiled against a published version of the contract run unchanged on this host. Their components
//! are kept under `tests/fixtures`, with the golden cases that they passed when they were compiled. A different digest
//! means that one was compiled again, which would prove nothing.

use std::path::PathBuf;

use gantry_core::Digest;
use gantry_e2e::{repository, run_gantry};

/// Each component of API 0.1.0, its SHA-256, the folder of its cases and how many there are.
const API_0_1_0: [(&str, &str, &str, usize); 4] = [
    ("rust-sdk.wasm", "dcbd44bc617aab57afcecea1531fa28f9045da19e4a6a340216b15c6791cb6ae", "sdk", 19),
    ("c-sdk.wasm", "b42514c8043d21070d7b01391182a0907292588d1dd0ea5d25347569f77b1aa7", "sdk", 19),
    ("js-sdk.wasm", "809538f104a669117917a3a6685b6587bd25ec5891042e4cd5fa81a89b0279b5", "sdk", 19),
    ("raw-wit-bindgen.wasm", "32fa667cb462bd2f2978af2e2ff35e70f09952af70ea6f063b3d5110d054e566", "raw-wit-bindgen", 1),
];

fn fixtures() -> PathBuf {
    repository().join("tests/fixtures/api-0.1.0")
}

#[test]
fn components_of_api_0_1_0_are_the_ones_that_were_compiled_then() {
    for (name, digest, _, _) in API_0_1_0 {
        let file = fixtures().join(name);
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(Digest::of(&bytes).to_string(), format!("sha256:{digest}"), "{name} was changed");
    }
    let entries = std::fs::read_dir(fixtures()).unwrap().flatten();
    let components = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "wasm"));
    assert_eq!(components.count(), API_0_1_0.len(), "a component without a test");
}

#[test]
fn the_page_beside_the_components_states_their_digests() {
    let page = std::fs::read_to_string(fixtures().join("README.md")).unwrap();
    for (name, digest, _, _) in API_0_1_0 {
        assert!(page.contains(&format!("| `{name}` |")) && page.contains(digest), "{name}");
    }
}

#[test]
fn components_of_api_0_1_0_pass_their_golden_cases_on_this_host() {
    for (name, _, cases, count) in API_0_1_0 {
        let file = fixtures().join(name);
        let cases = fixtures().join("cases").join(cases);
        let arguments = ["plugin", "test", "--component"].map(AsRef::as_ref).into_iter();
        let output = run_gantry(arguments.chain([file.as_os_str(), "--cases".as_ref(), cases.as_os_str()]));
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}\n{printed}{}", String::from_utf8_lossy(&output.stderr));
        let passed = if count == 1 { "1 case passed".to_owned() } else { format!("{count} cases passed") };
        assert!(printed.contains(&passed), "{name}: {printed}");
    }
}
