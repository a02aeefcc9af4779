//! The book and the other pages: every link leads somewhere, and what they name is there.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use gantry_house::{SourceFile, file, files, markdown, root};

const SUMMARY: &str = "docs/SUMMARY.md";

/// Folders of the project whose files pages name by path.
const FOLDERS: &[&str] = &["docs/", "examples/", "host/", "plugins/", "sdk/", "tests/", "wit/", ".ci/"];

/// Every page of the project that people read.
fn pages() -> Vec<SourceFile> {
    let mut pages = files(&["docs", "examples", "host", "plugins", "sdk", "tests", "wit"], "md");
    pages.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(file));
    pages
}

/// Those that name paths from the project's root. A crate's own page names paths from its folder.
fn pages_of_the_whole() -> impl Iterator<Item = SourceFile> {
    pages()
        .into_iter()
        .filter(|page| !page.path.contains('/') || page.path.starts_with("docs/") || page.path.starts_with("wit/"))
}

fn is_relative(link: &str) -> bool {
    !link.contains("://") && !link.starts_with("mailto:")
}

/// Where a link leads, from the root; with its anchor.
fn destination(page: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if path.is_empty() {
        return (page.to_owned(), anchor);
    }
    let mut at: PathBuf = Path::new(page).parent().unwrap_or(Path::new("")).to_path_buf();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(at.pop()),
            Component::Normal(name) => at.push(name),
            _ => {}
        }
    }
    (at.to_string_lossy().into_owned(), anchor)
}

#[test]
fn docs_links_resolve_and_every_page_is_in_the_summary() {
    let mut broken = Vec::new();
    for page in pages() {
        for link in markdown::read(&page.text).links.iter().filter(|link| is_relative(link)) {
            let (path, anchor) = destination(&page.path, link);
            let resolves = root().join(&path).exists()
                && anchor.is_none_or(|anchor| markdown::read(&file(&path).text).anchors.contains(&anchor));
            if !resolves {
                broken.push(format!("{}: {link}", page.path));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere: {broken:#?}");

    let listed: Vec<_> =
        markdown::read(&file(SUMMARY).text).links.iter().map(|link| destination(SUMMARY, link).0).collect();
    let unlisted: Vec<_> = files(&["docs"], "md")
        .into_iter()
        .map(|page| page.path)
        .filter(|page| page != SUMMARY)
        .filter(|page| !listed.contains(page))
        .collect();
    assert!(unlisted.is_empty(), "these pages are not in {SUMMARY}: {unlisted:#?}");
}

#[test]
fn a_page_of_the_book_links_to_no_file_outside_of_it() {
    let mut outside = Vec::new();
    for page in files(&["docs"], "md") {
        let links = markdown::read(&page.text).links.into_iter().filter(|link| is_relative(link));
        let links = links.filter(|link| !destination(&page.path, link).0.starts_with("docs/"));
        outside.extend(links.map(|link| format!("{}: {link}", page.path)));
    }
    assert!(outside.is_empty(), "the rendered book has no such pages: {outside:#?}");
}

#[test]
fn paths_named_in_the_pages_exist() {
    let mut missing = Vec::new();
    for page in pages_of_the_whole() {
        let spans = markdown::read(&page.text).spans.into_iter().filter(|span| is_path(span));
        let absent = spans.filter(|span| !is_built(span) && !root().join(span).exists());
        missing.extend(absent.map(|span| format!("{}: {span}", page.path)));
    }
    assert!(missing.is_empty(), "these are named and not there: {missing:#?}");
}

fn is_path(span: &str) -> bool {
    FOLDERS.iter().any(|folder| span.starts_with(folder)) && !span.contains([' ', '*', '…', '<', '{', '$'])
}

/// Whether a build makes the file.
fn is_built(path: &str) -> bool {
    path.contains("/dist/") || path.ends_with(".wasm")
}

/// Whether a code span reads like the name of a test.
fn is_test(span: &str) -> bool {
    span.matches('_').count() >= 3
        && span.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !span.starts_with("gantry_")
        && !span.starts_with('_')
}

#[test]
fn tests_named_in_the_pages_exist() {
    let sources = files(&["host", "sdk", "plugins", "examples", "tests"], "rs");
    let mut missing = BTreeSet::new();
    for page in pages() {
        for name in markdown::read(&page.text).spans.into_iter().filter(|span| is_test(span)) {
            // As a function, or as a line of a macro that makes one.
            let declared = [format!("fn {name}("), format!("\n    {name}: \"")];
            if !sources.iter().any(|source| declared.iter().any(|form| source.text.contains(form))) {
                missing.insert(format!("{}: {name}", page.path));
            }
        }
    }
    assert!(missing.is_empty(), "no test is called so: {missing:#?}");
}

#[test]
fn every_metric_is_documented_and_every_documented_metric_exists() {
    let is_metric =
        |name: &&str| name.starts_with("gantry_") && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let sources = files(&["host/engine/src/metrics"], "rs");
    let counted: BTreeSet<_> =
        sources.iter().flat_map(|source| source.text.split('"')).filter(is_metric).map(str::to_owned).collect();
    let spans = markdown::read(&file("docs/reference/metrics.md").text).spans;
    let documented: BTreeSet<_> = spans.iter().map(String::as_str).filter(is_metric).map(str::to_owned).collect();
    assert_eq!(documented, counted);
}

#[test]
fn every_code_of_the_host_is_in_the_catalogue() {
    let spans: BTreeSet<_> = markdown::read(&file("docs/reference/errors.md").text).spans.into_iter().collect();
    let missing: Vec<_> = codes().into_iter().filter(|code| !spans.contains(code)).collect();
    assert!(missing.is_empty(), "docs/reference/errors.md says nothing of {missing:#?}");
}

/// The codes that sources state in a form of their own; what is built from parts is not among them.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let faults = file("host/sandbox/src/fault.rs").text;
    codes.extend(faults.lines().filter(|line| line.contains("=> \"")).filter_map(quoted));
    for path in [
        "config/src/diagnostic/code",
        "security/src/verify",
        "transport/src/intake",
        "transport/src/keys",
        "transport/src/source/webhook/refused",
    ] {
        let source = file(&format!("host/{path}.rs")).text;
        let texts = source.lines().filter(|line| line.contains("=> \"")).filter_map(quoted);
        codes.extend(texts.filter(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
    }
    let problems = file("host/api/src/v1/problem.rs").text;
    codes.extend(problems.lines().filter(|line| line.contains("=> \"")).filter_map(quoted));
    codes
}
