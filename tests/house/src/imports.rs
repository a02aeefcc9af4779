//! Which files of a crate import each other, and the circles they run in. The tests of the house hold the number of files
//! in circles per crate.
//!
//! An import is a path that begins with `crate::` or `super::`, in a `use` or anywhere else, outside `#[cfg(test)]`. It
//! leads to the file of the longest module it names; paths into a module's own children are not counted, nor is the
//! crate's root.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::{Token, tokens};
use crate::{SourceFile, files};

/// The files of a crate by module (`rollout::run`), each with the modules it imports.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// The imports among the files of the crate in this folder.
#[must_use]
pub fn imports(folder: &str) -> Imports {
    let src = format!("{folder}/src");
    let sources: BTreeMap<_, _> =
        files(&[&src], "rs").into_iter().filter_map(|file| Some((module(&file, &src)?, file))).collect();
    let modules: BTreeSet<_> = sources.keys().cloned().collect();
    sources.into_iter().map(|(module, file)| (module.clone(), imported(&module, &file.text, &modules))).collect()
}

/// The circles of more than one file, each sorted.
#[must_use]
pub fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let mut search = Search::new(imports);
    for module in imports.keys() {
        if !search.index.contains_key(module.as_str()) {
            search.visit(module);
        }
    }
    search.circles
}

/// What a file is called in the crate; none for the crate's root and for tests.
fn module(file: &SourceFile, src: &str) -> Option<String> {
    let path = file.path.strip_prefix(src)?.trim_start_matches('/').strip_suffix(".rs")?;
    let is_root = matches!(path, "lib" | "main");
    let is_test = path.rsplit('/').next() == Some("tests");
    (!is_root && !is_test).then(|| path.replace('/', "::"))
}

/// The modules that this one imports.
fn imported(module: &str, text: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let tokens = tokens(text);
    let mut at = 0;
    while at < tokens.len() {
        let base = match &tokens[at] {
            Token::Name(name) if name == "crate" => Some(Vec::new()),
            Token::Name(name) if name == "super" => Some(parent(module.split("::").map(str::to_owned).collect())),
            _ => None,
        };
        at += 1;
        if let Some(base) = base
            && tokens.get(at) == Some(&Token::PathSeparator)
        {
            at = follow(&tokens, at + 1, base, &mut |path| found.extend(longest(path, modules)));
        }
    }
    found.remove(module);
    found
}

/// Follows a path, or the tree of a `use`, to its ends. Gives the position behind it.
fn follow(tokens: &[Token], mut at: usize, mut path: Vec<String>, end: &mut impl FnMut(&[String])) -> usize {
    loop {
        match tokens.get(at) {
            Some(Token::Name(name)) if name == "super" => path = parent(path),
            Some(Token::Name(name)) if name == "self" => {}
            Some(Token::Name(name)) => path.push(name.clone()),
            Some(Token::Open) => return follow_each(tokens, at + 1, &path, end),
            _ => {
                end(&path);
                return at;
            }
        }
        at += 1;
        if tokens.get(at) != Some(&Token::PathSeparator) {
            end(&path);
            return at;
        }
        at += 1;
    }
}

/// The paths between the braces of a `use`.
fn follow_each(tokens: &[Token], mut at: usize, base: &[String], end: &mut impl FnMut(&[String])) -> usize {
    while at < tokens.len() && tokens[at] != Token::Close {
        at = match &tokens[at] {
            Token::Name(_) | Token::Open => follow(tokens, at, base.to_vec(), end).max(at + 1),
            _ => at + 1,
        };
    }
    at + 1
}

fn parent(mut path: Vec<String>) -> Vec<String> {
    path.pop();
    path
}

/// The longest beginning of the path that is a file.
fn longest(path: &[String], modules: &BTreeSet<String>) -> Option<String> {
    (1..=path.len()).rev().map(|length| path[..length].join("::")).find(|module| modules.contains(module))
}

/// Tarjan's search for strongly connected components.
struct Search<'a> {
    imports: &'a Imports,
    index: BTreeMap<&'a str, usize>,
    lowest: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    const fn new(imports: &'a Imports) -> Self {
        Self { imports, index: BTreeMap::new(), lowest: BTreeMap::new(), stack: Vec::new(), circles: Vec::new() }
    }

    fn visit(&mut self, module: &'a str) {
        let index = self.index.len();
        self.index.insert(module, index);
        self.lowest.insert(module, index);
        self.stack.push(module);
        for imported in self.imports.get(module).into_iter().flatten() {
            if !self.index.contains_key(imported.as_str()) {
                self.visit(imported);
                self.lower(module, self.lowest[imported.as_str()]);
            } else if self.stack.contains(&imported.as_str()) {
                self.lower(module, self.index[imported.as_str()]);
            }
        }
        if self.lowest[module] == index {
            self.close(module);
        }
    }

    fn lower(&mut self, module: &'a str, to: usize) {
        let lowest = self.lowest.entry(module).or_insert(to);
        *lowest = to.min(*lowest);
    }

    /// Takes the component that begins with this module off the stack.
    fn close(&mut self, module: &str) {
        let first = self.stack.iter().rposition(|on_stack| *on_stack == module).unwrap_or(0);
        let mut circle: Vec<String> = self.stack.drain(first..).map(str::to_owned).collect();
        circle.sort();
        if circle.len() > 1 {
            self.circles.push(circle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn imports_of(module: &str, text: &str) -> Vec<String> {
        let known = modules(&["a", "a::b", "a::c", "d", "rollout", "rollout::run", "rollout::order"]);
        imported(module, text, &known).into_iter().collect()
    }

    #[test]
    fn a_use_leads_to_the_longest_module_it_names() {
        assert_eq!(imports_of("d", "use crate::a::b::{Thing, Other as Renamed};"), ["a::b"]);
        assert_eq!(
            imports_of("d", "use crate::a::{self, c::{X, Y}};\nuse crate::{a::b, Root};"),
            ["a", "a::b", "a::c"]
        );
        assert_eq!(
            imports_of("d", "fn f() -> crate::a::b::Thing { crate::rollout::run::go() }"),
            ["a::b", "rollout::run"]
        );
    }

    #[test]
    fn super_leads_upwards_as_often_as_it_stands_there() {
        assert_eq!(
            imports_of("rollout::run", "use super::order::Order;\nuse super::{GANTRY, order};"),
            ["rollout", "rollout::order"]
        );
        assert_eq!(imports_of("rollout::run", "use super::super::d::Thing;"), ["d"]);
    }

    #[test]
    fn comments_texts_and_tests_import_nothing() {
        let text = r##"
            //! See [`crate::a::b`].
            const TEXT: &str = "crate::a"; /* crate::a::c */ const RAW: &str = r#"crate::a"#;
            #[cfg(test)]
            mod tests { use crate::rollout::run; fn f() { let x = '{'; } }
            #[cfg(test)]
            use crate::a::b;
            use crate::d::Thing;
        "##;
        assert_eq!(imports_of("rollout", text), ["d"]);
    }

    #[test]
    fn a_circle_is_found_and_what_only_leads_to_it_is_not_in_it() {
        let graph = [("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b", "d"]), ("d", vec![]), ("e", vec!["a"])];
        let imports: Imports =
            graph.into_iter().map(|(module, imported)| (module.to_owned(), modules(&imported))).collect();
        assert_eq!(circles(&imports), [["b", "c"]]);
    }
}
