//! The commands that pages show: their names and options are those of the command line's sources.

use gantry_house::{SourceFile, file, files, markdown, root};

const SOURCES: &str = "host/cli/src/command";

fn pages() -> Vec<SourceFile> {
    let mut pages = files(&["docs", "examples", "plugins", "sdk"], "md");
    pages.push(file("README.md"));
    pages
}

/// Every `gantry …` in shell blocks and code spans.
fn commands(page: &SourceFile) -> Vec<String> {
    let page = markdown::read(&page.text);
    let shell = page.blocks.iter().filter(|block| block.language == "sh").flat_map(|block| block.text.lines());
    let shown = shell.chain(page.spans.iter().map(String::as_str)).map(str::trim);
    shown.filter(|line| line.starts_with("gantry ")).map(str::to_owned).collect()
}

/// What is wrong with a command; none for one that exists.
fn fault(command: &str) -> Option<String> {
    let words: Vec<_> = command.split_whitespace().skip(1).collect();
    let noun = *words.first()?;
    let path = format!("{SOURCES}/{noun}.rs");
    if !root().join(&path).is_file() {
        return Some(format!("there is no command `{noun}`"));
    }
    let mut text = file(&path).text;
    let is_group = text.contains("Subcommand)]");
    if is_group {
        let verbs = words.get(1).filter(|verb| verb.chars().all(|c| c.is_ascii_lowercase() || c == '|'))?;
        for verb in verbs.split('|') {
            let below = format!("{SOURCES}/{noun}/{verb}.rs");
            let variant = format!("    {}{}(", verb[..1].to_uppercase(), &verb[1..]);
            if !text.contains(&variant) {
                return Some(format!("`{noun}` has no `{verb}`"));
            }
            if root().join(&below).is_file() {
                text.push_str(&with_shared_options(noun, &file(&below).text));
            }
        }
    }
    text.push_str(&file("host/cli/src/args.rs").text);
    let options = words.iter().filter_map(|word| word.strip_prefix("--"));
    options
        .map(|option| (format!(" {}: ", option.replace('-', "_")), format!("long = \"{option}\"")))
        .find(|(field, name)| !text.contains(field) && !text.contains(name))
        .map(|(field, _)| format!("no option{field}"))
}

/// The source of a verb, with those of the options that it shares with others of its noun.
fn with_shared_options(noun: &str, verb: &str) -> String {
    let shared = verb.lines().filter_map(|line| line.strip_prefix("use super::")?.strip_suffix("Args;"));
    let shared = shared.filter_map(|path| Some(format!("{SOURCES}/{noun}/{}.rs", path.split_once("::")?.0)));
    shared.fold(verb.to_owned(), |text, path| text + &with_shared_options(noun, &file(&path).text))
}

#[test]
fn commands_in_the_pages_exist() {
    let mut faults = Vec::new();
    for page in pages() {
        for command in commands(&page) {
            faults.extend(fault(&command).map(|fault| format!("{}: `{command}`: {fault}", page.path)));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_command_that_does_not_exist_would_be_found() {
    for wrong in ["gantry dlq lsit", "gantry start flows/", "gantry check --ofline flows/", "gantry dlq list --flows x"]
    {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
    assert_eq!(fault("gantry dlq list --flow orders"), None);
}
