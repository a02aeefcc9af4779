//! Each SDK's reference plugin passes the conformance suite.

use gantry_languages::language;

fn passes(folder: &str) {
    gantry_languages::passes(folder, 24, &["--conformance"]);
}

#[test]
fn rust_passes_the_conformance_suite() {
    passes("sdk/rust/conformance");
}

macro_rules! languages {
    ($($test:ident: $name:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            if let Some(language) = language($name) {
                passes(&format!("sdk/{}/conformance", language.sdk));
            }
        })+
    };
}

languages! {
    javascript_passes_the_conformance_suite: "js",
    python_passes_the_conformance_suite: "python",
    go_passes_the_conformance_suite: "go",
    c_passes_the_conformance_suite: "c",
    cpp_passes_the_conformance_suite: "cpp",
}
