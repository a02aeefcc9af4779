//! A place in a message where a rule is checked: the value there, its path, and the elements the path leads through.

use std::collections::BTreeMap;

use gantry_schema::{Tree, token};

use crate::path::{Field, Reference, Token};

/// One field of a message.
pub(crate) struct Place<'a> {
    root: &'a Tree,
    /// The value, if there is one.
    pub(crate) value: Option<&'a Tree>,
    /// Whether the field lies within a value that is nested too deep to be looked into, which the path then leads to.
    pub(crate) is_too_deep: bool,
    /// JSON Pointer to it.
    path: String,
    /// The elements that the field's `*` stand for, each with the length of its path.
    elements: Vec<(&'a Tree, usize)>,
}

impl<'a> Place<'a> {
    /// Visits every place that a field names. A field within an array has one place per element; any other has one
    /// place, with a value or without.
    pub(crate) fn each(root: &'a Tree, field: &Field, visit: &mut dyn FnMut(&Self)) {
        let mut place = Self { root, value: None, is_too_deep: false, path: String::new(), elements: Vec::new() };
        place.go(&field.tokens, Some(root), visit);
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The array or object that holds the last element: uniqueness is checked within it.
    pub(crate) fn holder(&self) -> *const Tree {
        let outer = self.elements.len().checked_sub(2).map_or(self.root, |outer| self.elements[outer].0);
        std::ptr::from_ref(outer)
    }

    /// The value of another field relative to this place, and its path.
    pub(crate) fn look(&self, reference: &Reference) -> (Option<&'a Tree>, String) {
        let (from, length) = self.element(reference);
        let mut found = (None, String::new());
        Place::each(from, &reference.rest, &mut |place| {
            found = (place.value, format!("{}{}", &self.path[..length], place.path));
        });
        found
    }

    /// Visits every value of another field relative to this place.
    pub(crate) fn look_at_all(&self, reference: &Reference, visit: &mut dyn FnMut(&Tree, &str)) {
        let (from, length) = self.element(reference);
        Place::each(from, &reference.rest, &mut |place| {
            if let Some(value) = place.value {
                visit(value, &format!("{}{}", &self.path[..length], place.path));
            }
        });
    }

    /// Where a reference begins.
    fn element(&self, reference: &Reference) -> (&'a Tree, usize) {
        reference.shared.checked_sub(1).map_or((self.root, 0), |last| self.elements[last])
    }

    fn go(&mut self, tokens: &[Token], tree: Option<&'a Tree>, visit: &mut dyn FnMut(&Self)) {
        let length = self.path.len();
        if let (Some(Tree::TooDeep(_)), false) = (tree, tokens.is_empty()) {
            self.is_too_deep = true;
            visit(self);
            self.is_too_deep = false;
            return;
        }
        match tokens.split_first() {
            None => {
                self.value = tree;
                visit(self);
            }
            Some((Token::Name { written, meant }, rest)) => {
                self.path.push('/');
                self.path.push_str(written);
                self.go(rest, tree.and_then(|tree| member(tree, meant)), visit);
            }
            Some((Token::Each, rest)) => match tree {
                Some(Tree::Array(items)) => self.items(items, rest, visit),
                Some(Tree::Object(members)) => self.members(members, rest, visit),
                _ => {}
            },
        }
        self.path.truncate(length);
    }

    fn items(&mut self, items: &'a [Tree], rest: &[Token], visit: &mut dyn FnMut(&Self)) {
        for (index, item) in items.iter().enumerate() {
            self.enter(item, &index.to_string(), rest, visit);
        }
    }

    fn members(&mut self, members: &'a BTreeMap<String, Tree>, rest: &[Token], visit: &mut dyn FnMut(&Self)) {
        for (name, member) in members {
            self.enter(member, &token(name), rest, visit);
        }
    }

    fn enter(&mut self, element: &'a Tree, name: &str, rest: &[Token], visit: &mut dyn FnMut(&Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(name);
        self.elements.push((element, self.path.len()));
        self.go(rest, Some(element), visit);
        self.elements.pop();
        self.path.truncate(length);
    }
}

/// A member by its name, or an element by its number.
fn member<'a>(tree: &'a Tree, name: &str) -> Option<&'a Tree> {
    match tree {
        Tree::Object(members) => members.get(name),
        Tree::Array(items) => {
            let is_index = name == "0" || !name.starts_with(['0', '+']);
            items.get(name.parse::<usize>().ok().filter(|_| is_index)?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(json: &str, field: &str) -> Vec<String> {
        let tree = Tree::parse(json.as_bytes()).unwrap();
        let mut shown = Vec::new();
        Place::each(&tree, &Field::parse(field).unwrap(), &mut |place| {
            shown.push(
                place.value.map_or_else(|| format!("{} –", place.path), |value| format!("{} {value}", place.path)),
            );
        });
        shown
    }

    #[test]
    fn a_star_stands_for_each_element_and_member() {
        let json = r#"{"a": [{"b": 1}, {"c": 2}, 3], "m": {"x/y": {"b": 4}}}"#;
        assert_eq!(places(json, "/a/*/b"), ["/a/0/b 1", "/a/1/b –", "/a/2/b –"]);
        assert_eq!(places(json, "/m/*/b"), ["/m/x~1y/b 4"]);
        assert_eq!(places(json, "/a/2"), ["/a/2 3"]);
        assert_eq!(places(json, "/a/02"), ["/a/02 –"]);
        assert_eq!(places(json, "/gone/b"), ["/gone/b –"]);
        assert!(places(json, "/gone/*/b").is_empty());
        assert!(places(json, "/a/2/*").is_empty());
    }

    #[test]
    fn a_field_within_what_is_nested_too_deep_has_the_place_of_that() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let tree = Tree::parse(deep.as_bytes()).unwrap();
        let mut seen = Vec::new();
        Place::each(&tree, &Field::parse(&"/0".repeat(130)).unwrap(), &mut |place| {
            seen.push((place.path.clone(), place.is_too_deep, place.value.is_none()));
        });
        assert_eq!(seen, [("/0".repeat(127), true, true)]);
    }

    #[test]
    fn other_fields_are_seen_from_the_element_a_rule_is_at() {
        let tree = Tree::parse(br#"{"o": [{"d": 1, "l": [{"a": 2}, {"a": 3}]}, {"d": 4, "l": [{"a": 5}]}]}"#).unwrap();
        let from = Field::parse("/o/*/l/*/a").unwrap();
        let to = from.refer_to(&Field::parse("/o/*/d").unwrap()).unwrap();
        let mut seen = Vec::new();
        Place::each(&tree, &from, &mut |place| seen.push(place.look(&to).1));
        assert_eq!(seen, ["/o/0/d", "/o/0/d", "/o/1/d"]);
    }
}
