//! Names speak the terms of the field: those that the glossary retired are in use nowhere.

use gantry_house::names::{Defined, defined, words};
use gantry_house::{SourceFile, file, files};

/// Names that were Gantry's alone, each with the term that took its place.
const RETIRED: &[(&str, &str)] = &[
    ("crew", "registry"),
    ("roster", "active flows"),
    ("switchboard", "target stops"),
    ("shelf", "catalogue view, archive"),
    ("signs", "conditions"),
    ("sighting", "observation"),
    ("valve", "target health"),
    ("passage", "admission"),
    ("fate", "retry decision"),
    ("steady", "skew-corrected clock"),
    ("tidings", "dead letter event"),
    ("farewell", "removed"),
    ("chores", "maintenance"),
    ("happening", "host event kind"),
    ("whereabouts", "location"),
    ("recruit", "build"),
    ("oversee", "run"),
    ("spared", "protected"),
    ("nap", "poll interval"),
    ("book", "state"),
    ("desk", "client, endpoint"),
    ("trail", "timeline"),
    ("told", "notified, published"),
    ("tried", "attempted"),
    ("bell", "wake-up"),
    ("crowded", "over its share"),
    ("moments", "clock watermark"),
    ("letter", "dead letter"),
    ("letters", "dead letters"),
];

/// Phrases of prose that stand for a retired name.
const RETIRED_PHRASES: &[&str] = &[
    "`crew`",
    "`roster`",
    "`switchboard`",
    "`shelf`",
    "`signs`",
    "`valve`",
    "`fate`",
    "`steady`",
    "`tidings`",
    "the crew",
    "the roster",
    "the switchboard",
    "the valve",
    "`trail`",
    "`letter`",
    "`letters`",
    "`told`",
    "`crowded`",
    "which is told",
    "or was taken back",
    "events were told",
    "took deployment",
    "took a plugin version back",
    "tells of itself",
];

fn host() -> Vec<SourceFile> {
    let mut sources = files(&["host"], "rs");
    sources.retain(|file| !file.path.contains("/tests/") && !file.path.ends_with("/tests.rs"));
    sources
}

/// The term in place of the retired word in a name, if there is one.
fn better(name: &Defined) -> Option<&'static str> {
    let words = &name.words;
    let meant = (0..words.len()).filter(|at| !is_dead_letter(words, *at));
    meant.filter_map(|at| RETIRED.iter().find(|(retired, _)| *retired == words[at])).map(|(_, term)| *term).next()
}

/// Whether the word is the second half of "dead letter".
fn is_dead_letter(words: &[String], at: usize) -> bool {
    at > 0 && words[at - 1] == "dead" && matches!(words[at].as_str(), "letter" | "letters" | "lettered")
}

#[test]
fn names_speak_the_terms_of_the_field() {
    let names = host().iter().flat_map(defined).collect::<Vec<_>>();
    assert!(names.len() > 3000, "the host's sources define {} names: are they read at all?", names.len());
    let found: Vec<_> =
        names.iter().filter_map(|name| better(name).map(|term| format!("{} → {term}", name.place))).collect();
    assert!(found.is_empty(), "these names are retired: {found:#?}");
}

#[test]
fn keys_members_metrics_and_commands_speak_the_terms_of_the_field() {
    let spoken = [
        "docs/reference/configuration.md",
        "docs/reference/metrics.md",
        "docs/reference/openapi.json",
        "docs/reference/host-events.md",
    ];
    let mut found = Vec::new();
    for path in spoken {
        let text = file(path).text;
        let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        let machine_names = names.filter(|name| name.contains('_'));
        for name in machine_names {
            let defined = Defined { place: format!("{path}: {name}"), words: words(name) };
            found.extend(better(&defined).map(|term| format!("{} → {term}", defined.place)));
        }
    }
    assert!(found.is_empty(), "these names are retired: {found:#?}");
}

#[test]
fn prose_names_nothing_by_a_retired_name() {
    let mut pages = files(&["docs"], "md");
    pages.retain(|page| !page.path.starts_with("docs/decisions/"));
    pages.extend([file("README.md"), file("CONTRIBUTING.md")]);
    let mut found = Vec::new();
    for page in pages.into_iter().chain(host()) {
        for (number, line) in (1..).zip(page.text.lines()) {
            let phrase = RETIRED_PHRASES.iter().find(|phrase| line.to_lowercase().contains(*phrase));
            found.extend(phrase.map(|phrase| format!("{}:{number}: {phrase}", page.path)));
        }
    }
    assert!(found.is_empty(), "these lines speak of retired names: {found:#?}");
}

#[test]
fn the_changelog_names_log_lines_as_the_host_writes_them() {
    let sources: String = host().into_iter().map(|file| file.text).collect();
    let changelog = file("CHANGELOG.md").text;
    let rows: Vec<_> = changelog.lines().filter(|line| line.starts_with("| log |")).collect();
    assert!(rows.len() > 20, "there are only {} rows: are they read at all?", rows.len());
    let mut found = Vec::new();
    for row in rows {
        let new = row.split('|').nth(3).unwrap_or_default().trim();
        // A row may name several lines, or the beginning of one.
        let is_written = sources.contains(new) || new.split("; ").all(|part| part == "…" || sources.contains(part));
        if !is_written {
            found.push(row);
        }
    }
    assert!(found.is_empty(), "the host writes no such lines: {found:#?}");
}

#[test]
fn a_name_is_read_word_by_word() {
    assert_eq!(words("DeadLetterId"), ["dead", "letter", "id"]);
    assert_eq!(words("LETTERS_AT_ONCE"), ["letters", "at", "once"]);
    let file = SourceFile {
        path: "host/x/src/gate.rs".into(),
        text: "pub(crate) async fn enter() {}\n    told: u8,\nA,".into(),
    };
    let names: Vec<_> = defined(&file).into_iter().map(|name| name.words.join(" ")).collect();
    assert_eq!(names, ["enter", "told", "a", "gate"]);
}
