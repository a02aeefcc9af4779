//! What `gantry plugin new` writes builds and passes its golden case, by the commands it prints.

use std::path::Path;

use gantry_languages::{gantry, language, succeeds};

/// Writes a plugin of this language, prepares it as the command says, builds it and runs its golden case.
fn works(language: &str, prepare: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("contact-to-debtor");
    let to = plugin.to_str().unwrap();
    let name = "contact-to-debtor";
    let written = gantry(["plugin", "new", name, "--lang", language, "--dir", to]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    prepare(&plugin);
    let tested = gantry(["plugin", "test", to]);
    let printed = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success(), "{printed}{}", String::from_utf8_lossy(&tested.stderr));
    assert!(printed.contains("contact-to-debtor@0.1.0: 1 case passed"), "{printed}");
}

fn npm_install(plugin: &Path) {
    succeeds(plugin, "npm", &["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]);
}

#[test]
fn a_new_plugin_in_rust_builds_and_passes_its_case() {
    works("rust", |_| {});
}

macro_rules! languages {
    ($($test:ident: $name:literal, $prepare:expr);+ $(;)?) => {
        $(#[test]
        fn $test() {
            if language($name).is_some() {
                works($name, $prepare);
            }
        })+
    };
}

languages! {
    a_new_plugin_in_javascript_builds_and_passes_its_case: "js", npm_install;
    a_new_plugin_in_typescript_builds_and_passes_its_case: "ts", npm_install;
    a_new_plugin_in_python_builds_and_passes_its_case: "python", |_| {};
    a_new_plugin_in_go_builds_and_passes_its_case: "go", |_| {};
    a_new_plugin_in_c_builds_and_passes_its_case: "c", |_| {};
    a_new_plugin_in_cpp_builds_and_passes_its_case: "cpp", |_| {};
}
