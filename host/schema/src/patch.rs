//! JSON Patch (RFC 6902) on JSON as it is written: what a patch doesn't touch keeps its digits, its escapes and the order
//! of its members.
//!
//! Jobs that edit many dead letters apply one. A patch applies as a whole or not at all, and its result is bounded: a few
//! `copy` could otherwise make a document of any size.

use std::fmt;

use crate::exact::{Json, Text};
use crate::tree::token;

/// Most bytes of a patched document.
const MAX_BYTES: usize = 16 << 20;

/// A patch: operations to be applied in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPatch(Vec<Operation>);

/// A text is no JSON Patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPatch {
    /// It is not JSON.
    #[error("the patch is not JSON: {0}")]
    NotJson(String),
    /// It is JSON, and no list of operations.
    #[error(
        "a JSON Patch (RFC 6902) is a list of at least one operation: [{{\"op\": \"replace\", \"path\": \"/a\", \"value\": 1}}]"
    )]
    NoList,
    /// An operation is wrong.
    #[error("operation {number} of the patch: {problem}")]
    Operation {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        problem: String,
    },
}

/// A patch does not apply to a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApplicable {
    /// The document is not JSON.
    #[error("the payload is not JSON: {0}")]
    NotJson(String),
    /// An operation can't be done.
    #[error("operation {number} ({operation}): {problem}")]
    Operation {
        /// Which, from 1.
        number: usize,
        /// Its kind and path.
        operation: String,
        /// Why not.
        problem: OperationProblem,
    },
    /// The document is afterwards what it was before.
    #[error("the patch changes nothing")]
    Unchanged,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Operation {
    path: Path,
    action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Add(Json),
    Remove,
    Replace(Json),
    Move(Path),
    Copy(Path),
    Test(Json),
}

/// A JSON Pointer (RFC 6901), taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path(Vec<String>);

/// Why an operation can't be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationProblem {
    /// Nothing is where the path leads.
    #[error("there is no such value")]
    Missing,
    /// A name is ambiguous.
    #[error("a member on the way is there twice")]
    Twice,
    /// Only objects and arrays hold values.
    #[error("what holds it is neither an object nor an array")]
    NoContainer,
    /// The array has no such place.
    #[error("this is no index of the array")]
    NoIndex,
    /// A `test` failed.
    #[error("the value is another one")]
    Different,
    /// A `move` to below itself.
    #[error("a value can't be moved into itself")]
    IntoItself,
    /// A `copy` beyond the bound.
    #[error("the result is too large")]
    TooLarge,
}

type Done<T> = Result<T, OperationProblem>;

impl JsonPatch {
    /// Reads a patch.
    pub fn parse(patch: &[u8]) -> Result<Self, InvalidPatch> {
        let patch = Json::parse(patch).map_err(|error| InvalidPatch::NotJson(error.to_string()))?;
        let Json::Array(operations) = patch else { return Err(InvalidPatch::NoList) };
        if operations.is_empty() {
            return Err(InvalidPatch::NoList);
        }
        let numbered = (1..).zip(&operations);
        let read = numbered.map(|(number, operation)| {
            Operation::read(operation).map_err(|problem| InvalidPatch::Operation { number, problem })
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// The document with all operations applied, without white space between its tokens.
    pub fn apply(&self, document: &[u8]) -> Result<Vec<u8>, NotApplicable> {
        let before = Json::parse(document).map_err(|error| NotApplicable::NotJson(error.to_string()))?;
        let mut json = before.clone();
        for (number, operation) in (1..).zip(&self.0) {
            operation.apply(&mut json).map_err(|problem| NotApplicable::Operation {
                number,
                operation: operation.to_string(),
                problem,
            })?;
        }
        let after = json.to_string();
        match after == before.to_string() {
            true => Err(NotApplicable::Unchanged),
            false => Ok(after.into_bytes()),
        }
    }
}

impl Operation {
    fn read(operation: &Json) -> Result<Self, String> {
        if operation.members().is_none() {
            return Err("it is not an object".to_owned());
        }
        let text = |name: &str| {
            let value = operation.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
            value.as_text().ok_or_else(|| format!("`{name}` is not a text"))
        };
        let path = |name: &str| Path::parse(text(name)?).ok_or_else(|| format!("`{name}` is not a JSON Pointer"));
        let value = || operation.get("value").cloned().ok_or_else(|| "`value` is missing".to_owned());
        let action = match text("op")? {
            "add" => Action::Add(value()?),
            "remove" => Action::Remove,
            "replace" => Action::Replace(value()?),
            "move" => Action::Move(path("from")?),
            "copy" => Action::Copy(path("from")?),
            "test" => Action::Test(value()?),
            other => return Err(format!("there is no `op` `{other}`: add, remove, replace, move, copy or test")),
        };
        Ok(Self { path: path("path")?, action })
    }

    fn apply(&self, document: &mut Json) -> Done<()> {
        match &self.action {
            Action::Add(value) => self.path.add(document, value.clone()),
            Action::Remove => self.path.remove(document).map(drop),
            Action::Replace(value) => {
                *self.path.find(document)? = value.clone();
                Ok(())
            }
            Action::Test(value) => match self.path.find(document)? == value {
                true => Ok(()),
                false => Err(OperationProblem::Different),
            },
            Action::Move(from) if self.path.is_within(from) => Err(OperationProblem::IntoItself),
            Action::Move(from) => {
                let value = from.remove(document)?;
                self.path.add(document, value)
            }
            Action::Copy(from) => {
                let value = from.find(document)?.clone();
                let size = document.to_string().len() + value.to_string().len();
                if size > MAX_BYTES {
                    return Err(OperationProblem::TooLarge);
                }
                self.path.add(document, value)
            }
        }
    }
}

/// Its kind and path, for messages.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.action {
            Action::Add(_) => "add",
            Action::Remove => "remove",
            Action::Replace(_) => "replace",
            Action::Move(_) => "move",
            Action::Copy(_) => "copy",
            Action::Test(_) => "test",
        };
        write!(f, "{kind} {}", self.path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|name| write!(f, "/{}", token(name)))
    }
}

impl Path {
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        text.strip_prefix('/')?.split('/').map(unescaped).collect::<Option<_>>().map(Self)
    }

    /// Whether it leads to somewhere below the other.
    fn is_within(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    /// The value it leads to.
    fn find<'a>(&self, document: &'a mut Json) -> Done<&'a mut Json> {
        self.0.iter().try_fold(document, |value, token| child(value, token))
    }

    /// What holds the value, and the value's own token; none for the whole document.
    fn holder<'a, 'b>(&'b self, document: &'a mut Json) -> Done<Option<(&'a mut Json, &'b str)>> {
        let Some((last, way)) = self.0.split_last() else { return Ok(None) };
        let holder = way.iter().try_fold(document, |value, token| child(value, token))?;
        Ok(Some((holder, last)))
    }

    fn add(&self, document: &mut Json, value: Json) -> Done<()> {
        let Some((holder, token)) = self.holder(document)? else {
            *document = value;
            return Ok(());
        };
        match holder {
            Json::Array(items) => {
                let at = if token == "-" { items.len() } else { index(token).ok_or(OperationProblem::NoIndex)? };
                if at > items.len() {
                    return Err(OperationProblem::NoIndex);
                }
                items.insert(at, value);
            }
            Json::Object(members) => match member(members, token) {
                Ok(at) => members[at].1 = value,
                Err(OperationProblem::Missing) => members.push((Text::from(token), value)),
                Err(problem) => return Err(problem),
            },
            _ => return Err(OperationProblem::NoContainer),
        }
        Ok(())
    }

    fn remove(&self, document: &mut Json) -> Done<Json> {
        let Some((holder, token)) = self.holder(document)? else { return Ok(std::mem::replace(document, Json::Null)) };
        match holder {
            Json::Array(items) => {
                let at = index(token).filter(|at| *at < items.len()).ok_or(OperationProblem::NoIndex)?;
                Ok(items.remove(at))
            }
            Json::Object(members) => {
                let at = member(members, token)?;
                Ok(members.remove(at).1)
            }
            _ => Err(OperationProblem::NoContainer),
        }
    }
}

fn child<'a>(value: &'a mut Json, step: &str) -> Done<&'a mut Json> {
    match value {
        Json::Array(items) => index(step).and_then(|at| items.get_mut(at)).ok_or(OperationProblem::Missing),
        Json::Object(members) => {
            let at = member(members, step)?;
            Ok(&mut members[at].1)
        }
        _ => Err(OperationProblem::Missing),
    }
}

/// Where the member of this name is. One that is there twice is ambiguous.
fn member(members: &[(Text, Json)], name: &str) -> Done<usize> {
    let mut found = members.iter().enumerate().filter(|(_, (known, _))| known.as_str() == name).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(OperationProblem::Missing),
        (Some(_), Some(_)) => Err(OperationProblem::Twice),
    }
}

/// An index, without leading zeros.
fn index(token: &str) -> Option<usize> {
    let is_number = token == "0" || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    token.parse().ok().filter(|_| is_number)
}

fn unescaped(token: &str) -> Option<String> {
    let is_escaped = token.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    is_escaped.then(|| token.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(patch: &str, document: &str) -> Result<String, String> {
        let patch = JsonPatch::parse(patch.as_bytes()).unwrap();
        let patched = patch.apply(document.as_bytes()).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(patched).unwrap())
    }

    #[test]
    fn what_is_not_touched_keeps_its_digits_its_escapes_and_its_order() {
        let document = r#"{ "price": 1.10, "id": 12345678901234567890123, "b": "\u00e4\/", "a": [1.0, 2e0] }"#;
        let patch = r#"[{"op": "replace", "path": "/price", "value": 2.50}, {"op": "remove", "path": "/a/0"},
                        {"op": "add", "path": "/new", "value": 0.1000}]"#;
        assert_eq!(
            apply(patch, document).unwrap(),
            r#"{"price":2.50,"id":12345678901234567890123,"b":"\u00e4\/","a":[2e0],"new":0.1000}"#
        );
    }

    #[test]
    fn every_operation_of_the_standard_works() {
        for (patch, document, patched) in [
            (r#"[{"op":"add","path":"/a/1","value":9}]"#, r#"{"a":[1,2]}"#, r#"{"a":[1,9,2]}"#),
            (r#"[{"op":"add","path":"/a/-","value":9}]"#, r#"{"a":[1,2]}"#, r#"{"a":[1,2,9]}"#),
            (r#"[{"op":"add","path":"/b","value":null}]"#, r#"{"b":1,"a":2}"#, r#"{"b":null,"a":2}"#),
            (r#"[{"op":"add","path":"","value":[]}]"#, r#"{"b":1}"#, "[]"),
            (r#"[{"op":"move","from":"/a/b","path":"/c"}]"#, r#"{"a":{"b":1},"d":2}"#, r#"{"a":{},"d":2,"c":1}"#),
            (r#"[{"op":"copy","from":"/a","path":"/a/b"}]"#, r#"{"a":{"x":1}}"#, r#"{"a":{"x":1,"b":{"x":1}}}"#),
            (r#"[{"op":"replace","path":"/a~1b/~0","value":2}]"#, r#"{"a/b":{"~":1}}"#, r#"{"a/b":{"~":2}}"#),
            (
                r#"[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]"#,
                r#"{"a":1.00,"b":[]}"#,
                r#"{"b":[]}"#,
            ),
        ] {
            assert_eq!(apply(patch, document).unwrap(), patched, "{patch}");
        }
    }

    #[test]
    fn a_patch_that_does_not_apply_says_which_operation_and_why() {
        for (patch, document, why) in [
            (
                r#"[{"op":"test","path":"/a","value":2},{"op":"remove","path":"/a"}]"#,
                r#"{"a":1}"#,
                "operation 1 (test /a): the value is another one",
            ),
            (
                r#"[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]"#,
                r#"{"a":1}"#,
                "operation 2 (remove /a): there is no such value",
            ),
            (r#"[{"op":"replace","path":"/a/b","value":2}]"#, r#"{"a":1}"#, "there is no such value"),
            (r#"[{"op":"add","path":"/a/b/c","value":2}]"#, r#"{"a":{}}"#, "there is no such value"),
            (r#"[{"op":"add","path":"/a/b","value":2}]"#, r#"{"a":1}"#, "neither an object nor an array"),
            (r#"[{"op":"add","path":"/3","value":2}]"#, "[1]", "no index"),
            (r#"[{"op":"add","path":"/01","value":2}]"#, "[1,2]", "no index"),
            (r#"[{"op":"move","from":"/a","path":"/a/b"}]"#, r#"{"a":{}}"#, "into itself"),
            (r#"[{"op":"replace","path":"/a","value":2}]"#, r#"{"a":1,"a":1}"#, "there twice"),
            (r#"[{"op":"replace","path":"/a","value":1}]"#, r#"{"a":1}"#, "changes nothing"),
            (r#"[{"op":"remove","path":"/a"}]"#, "a;b", "is not JSON"),
        ] {
            let error = apply(patch, document).unwrap_err();
            assert!(error.contains(why), "{patch}: {error}");
        }
    }

    #[test]
    fn what_is_no_patch_is_refused_with_the_number_of_the_operation() {
        for (text, why) in [
            ("{", "is not JSON"),
            ("{}", "a list"),
            ("[]", "at least one"),
            ("[1]", "operation 1 of the patch: it is not an object"),
            (r#"[{"op":"remove","path":"/a"},{"op":"remove"}]"#, "operation 2 of the patch: `path` is missing"),
            (r#"[{"op":"replace","path":"/a"}]"#, "`value` is missing"),
            (r#"[{"op":"merge","path":"/a"}]"#, "no `op` `merge`"),
            (r#"[{"op":"remove","path":"a"}]"#, "not a JSON Pointer"),
            (r#"[{"op":"remove","path":"/a~2"}]"#, "not a JSON Pointer"),
            (r#"[{"op":"copy","path":"/a","from":3}]"#, "`from` is not a text"),
        ] {
            let error = JsonPatch::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_document_cannot_be_made_to_grow_without_bound() {
        let copies: Vec<_> = (0..40).map(|n| format!(r#"{{"op":"copy","from":"","path":"/c{n}"}}"#)).collect();
        let error = apply(&format!("[{}]", copies.join(",")), r#"{"a":"1234567890"}"#).unwrap_err();
        assert!(error.ends_with("the result is too large"), "{error}");
    }
}
