//! Kinds of sources and targets: each is known to its own folder and to the registry, and to nothing else.

use gantry_house::{SourceFile, code, file, files};

const TRANSPORT: &str = "host/transport/src";

/// The registries: the modules above the kinds' folders.
const REGISTRIES: [&str; 2] = ["source", "target"];

/// What others may name of a kind, for what it is beside a kind.
const KNOWN: [(&str, &[&str]); 2] = [
    // One listener for the webhooks of all flows: the host binds it and replaces its routes.
    ("source::webhook", &["RouteError", "RouteProblem", "RouteTable", "Routes", "WebhookLimits", "WebhookServer"]),
    // The host queues what happens to it by itself.
    ("source::host_events", &["HostEvents"]),
];

/// Kinds that are made of another one. An alert is an HTTP request.
const MADE_OF: [(&str, &str); 1] = [("host/transport/src/target/alert.rs", "target::http")];

/// A kind of source or target.
#[derive(Debug)]
struct Kind {
    registry: String,
    name: String,
}

impl Kind {
    /// Whether a file is its own.
    fn owns(&self, path: &str) -> bool {
        let folder = format!("{TRANSPORT}/{}/{}", self.registry, self.name);
        path == format!("{folder}.rs") || path.starts_with(&format!("{folder}/"))
    }
}

fn kinds() -> Vec<Kind> {
    REGISTRIES.iter().flat_map(|registry| kinds_of(registry)).collect()
}

fn kinds_of(registry: &str) -> Vec<Kind> {
    let folder = format!("{TRANSPORT}/{registry}");
    let paths = files(&[&folder], "rs").into_iter().map(|file| file.path);
    let names =
        paths.filter_map(|path| path.strip_prefix(&format!("{folder}/"))?.strip_suffix(".rs").map(str::to_owned));
    let kinds = names.filter(|name| !name.contains('/'));
    kinds.map(|name| Kind { registry: registry.to_owned(), name }).collect()
}

/// What a source takes out of a kind's module: the names behind each path to it, or the module itself.
fn taken(text: &str, parent: &str, name: &str) -> Vec<String> {
    let mut taken = Vec::new();
    for behind in text.split(&format!("{parent}::{name}")).skip(1) {
        match behind.strip_prefix("::") {
            Some(path) => taken.extend(names(path)),
            None if behind.starts_with(is_word) => {}
            None => taken.push("itself".to_owned()),
        }
    }
    for list in text.split(&format!("{parent}::{{")).skip(1).filter_map(|list| list.split('}').next()) {
        let items = list.split(',').map(str::trim).filter(|item| item.split("::").next() == Some(name));
        taken.extend(items.map(str::to_owned));
    }
    taken
}

/// The name that a path goes on with, or those of a list in braces.
fn names(path: &str) -> Vec<String> {
    match path.strip_prefix('{').and_then(|list| list.split('}').next()) {
        Some(list) => list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        None => path.split(|c| !is_word(c)).take(1).map(str::to_owned).collect(),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What a file that isn't the kind's names of it, and may not.
fn strays(file: &SourceFile, kind: &Kind) -> Vec<String> {
    let text = code(&file.text);
    let Kind { registry, name } = kind;
    let module = format!("{registry}::{name}");
    let known = KNOWN.iter().find(|(known, _)| *known == module).map(|(_, names)| *names).unwrap_or_default();
    let mut strays = taken(&text, registry, name);
    strays.retain(|taken| !known.contains(&taken.as_str()));
    let siblings = format!("{TRANSPORT}/{registry}/");
    let is_made_of_it = MADE_OF.iter().any(|(made, of)| file.path.starts_with(made) && *of == module);
    if file.path.starts_with(&siblings) && !is_made_of_it {
        strays.extend(taken(&text, "super", name));
    }
    strays.into_iter().map(|taken| format!("{}: {module}: {taken}", file.path)).collect()
}

#[test]
fn a_kind_is_named_only_in_its_folder_and_in_the_registry() {
    let kinds = kinds();
    assert!(kinds.len() >= 6, "{kinds:?}");
    let mut found = Vec::new();
    for source in
        files(&["host"], "rs").iter().filter(|source| source.path.contains("/src/") && !source.path.contains("/tests"))
    {
        for kind in kinds.iter().filter(|kind| !kind.owns(&source.path)) {
            let is_registry = source.path == format!("{TRANSPORT}/{}.rs", kind.registry);
            if !is_registry {
                found.extend(strays(source, kind));
            }
        }
    }
    assert!(found.is_empty(), "a new kind would have to touch these too: {found:#?}");
}

#[test]
fn every_kind_is_in_the_registry_once() {
    for Kind { registry, name } in kinds() {
        let text = code(&file(&format!("{TRANSPORT}/{registry}.rs")).text);
        let modules = text.lines().filter(|line| line.trim_start_matches("pub ") == format!("mod {name};")).count();
        assert_eq!(modules, 1, "{registry}.rs: `mod {name};`");
        let entries = text.matches(&format!("::<{name}::Kind>()")).count();
        let is_made_by_the_host = name == "alert";
        assert_eq!(entries, usize::from(!is_made_by_the_host), "{registry}.rs: `{name}::Kind` in `registered()`");
    }
}

#[test]
fn a_kind_named_elsewhere_would_be_found() {
    let http = Kind { registry: "target".into(), name: "http".into() };
    let webhook = Kind { registry: "source".into(), name: "webhook".into() };
    let found = |path: &str, text: &str, kind| strays(&SourceFile { path: path.into(), text: text.into() }, kind).len();
    let elsewhere = "host/runtime/src/targets.rs";
    assert_eq!(found(elsewhere, "use gantry_transport::target::http::HttpTarget;", &http), 1);
    assert_eq!(found(elsewhere, "use gantry_transport::target::http;", &http), 1);
    assert_eq!(found(elsewhere, "use gantry_transport::target::{Target, http::HttpTarget};", &http), 1);
    assert_eq!(found(elsewhere, "use gantry_transport::source::webhook::{Routes, Webhook};", &webhook), 1);
    assert_eq!(found("host/transport/src/target/file.rs", "use super::http::HttpSender;", &http), 1);
    assert_eq!(found(elsewhere, "use http::HeaderMap;\n// target::http", &http), 0);
    assert_eq!(found(elsewhere, "use gantry_transport::source::webhook::Routes;", &webhook), 0);
}
