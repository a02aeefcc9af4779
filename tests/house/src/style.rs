//! Finds two habits that save lines and cost readers time: a `let` of several values that don't belong together, and a
//! closure with a name that is used once. `tests/it/style.rs` counts them per crate.

use crate::tokens::{Located, Token, located};

/// Something found in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line; the first is 1.
    pub line: usize,
    /// The names that are bound.
    pub names: Vec<String>,
}

/// Every `let (a, b) = (x, y);`, and the same with brackets. Not `let (a, b) = f();`, where one expression yields both,
/// and not `let (Some(a), Some(b)) = (x, y) else { … }`, which matches.
#[must_use]
pub fn tuple_lets(text: &str) -> Vec<Finding> {
    let tokens = located(text);
    (0..tokens.len()).filter_map(|at| tuple_let(&tokens, at)).collect()
}

/// Every closure with a name that the rest of its block uses at most once.
#[must_use]
pub fn closures_used_once(text: &str) -> Vec<Finding> {
    let tokens = located(text);
    (0..tokens.len()).filter_map(|at| closure_used_once(&tokens, at)).collect()
}

fn tuple_let(tokens: &[Located], at: usize) -> Option<Finding> {
    let opens = |at: usize| matches!(token(tokens, at), Some(Token::Other('(' | '[')));
    if !is_name(tokens, at, "let") || !opens(at + 1) {
        return None;
    }
    let pattern_end = end_of_group(tokens, at + 1)?;
    let equals = assignment(tokens, pattern_end)?;
    if !opens(equals + 1) {
        return None;
    }
    let value_end = end_of_group(tokens, equals + 1)?;
    let is_whole_value = is_other(tokens, value_end, ';');
    if !is_whole_value || !has_comma(&tokens[equals + 2..value_end - 1]) {
        return None;
    }
    let names = tokens[at + 2..pattern_end].iter().filter_map(|located| match &located.token {
        Token::Name(name) if name != "mut" => Some(name.clone()),
        _ => None,
    });
    Some(Finding { line: tokens[at].line, names: names.collect() })
}

fn closure_used_once(tokens: &[Located], at: usize) -> Option<Finding> {
    if !is_name(tokens, at, "let") {
        return None;
    }
    let name_at = if is_name(tokens, at + 1, "mut") { at + 2 } else { at + 1 };
    let Some(Token::Name(name)) = token(tokens, name_at) else { return None };
    let equals = assignment(tokens, name_at + 1)?;
    let mut value = equals + 1;
    while is_name(tokens, value, "move") || is_name(tokens, value, "async") {
        value += 1;
    }
    let end = if is_other(tokens, value, '|') { end_of_statement(tokens, value) } else { return None };
    (uses(tokens, end, name) <= 1).then(|| Finding { line: tokens[at].line, names: vec![name.clone()] })
}

/// How often the rest of the block names this; up to where the name is bound anew.
fn uses(tokens: &[Located], from: usize, name: &str) -> usize {
    let mut depth = 0_usize;
    let mut uses = 0;
    for at in from..tokens.len() {
        match &tokens[at].token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => break,
            Token::Close => depth -= 1,
            Token::Name(found) if found == name => {
                let is_bound_anew = depth == 0 && is_name(tokens, at - 1, "let");
                if is_bound_anew {
                    break;
                }
                let is_member = is_other(tokens, at - 1, '.') && !is_other(tokens, at - 2, '.');
                let is_key = is_other(tokens, at + 1, ':');
                let is_lifetime = is_other(tokens, at - 1, '\'');
                uses += usize::from(!is_member && !is_key && !is_lifetime);
            }
            _ => {}
        }
    }
    uses
}

/// Where the `=` of a `let` stands whose pattern ends here; a type may stand between them.
fn assignment(tokens: &[Located], pattern_end: usize) -> Option<usize> {
    if is_other(tokens, pattern_end, '=') {
        return Some(pattern_end);
    }
    if !is_other(tokens, pattern_end, ':') {
        return None;
    }
    let mut rest = tokens[pattern_end..].iter();
    let end = pattern_end + rest.position(|located| matches!(located.token, Token::Other('=' | ';')))?;
    is_other(tokens, end, '=').then_some(end)
}

/// Behind the group that opens here.
fn end_of_group(tokens: &[Located], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, located) in tokens.iter().enumerate().skip(from) {
        match located.token {
            Token::Open | Token::Other('(' | '[') => depth += 1,
            Token::Close | Token::Other(')' | ']') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Behind the `;` that ends the statement in which this stands.
fn end_of_statement(tokens: &[Located], from: usize) -> usize {
    let mut at = from;
    while at < tokens.len() {
        match tokens[at].token {
            Token::Open | Token::Other('(' | '[') => at = end_of_group(tokens, at).unwrap_or(tokens.len()),
            Token::Other(';') => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// Whether there is a second value: a comma outside of inner groups with something behind it.
fn has_comma(inside: &[Located]) -> bool {
    let mut at = 0;
    while at < inside.len() {
        match inside[at].token {
            Token::Open | Token::Other('(' | '[') => at = end_of_group(inside, at).unwrap_or(inside.len()),
            Token::Other(',') => return true,
            _ => at += 1,
        }
    }
    false
}

fn token(tokens: &[Located], at: usize) -> Option<&Token> {
    tokens.get(at).map(|located| &located.token)
}

fn is_name(tokens: &[Located], at: usize, name: &str) -> bool {
    matches!(token(tokens, at), Some(Token::Name(found)) if found == name)
}

fn is_other(tokens: &[Located], at: usize, character: char) -> bool {
    token(tokens, at) == Some(&Token::Other(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuples(text: &str) -> Vec<Vec<String>> {
        tuple_lets(text).into_iter().map(|found| found.names).collect()
    }

    fn closures(text: &str) -> Vec<String> {
        closures_used_once(text).into_iter().flat_map(|found| found.names).collect()
    }

    #[test]
    fn a_let_of_several_values_is_found_with_its_line() {
        let found = tuple_lets("fn f() {\n    let x = 1;\n    let (a, mut b) = (x, g(1, 2));\n}");
        assert_eq!(found, [Finding { line: 3, names: vec!["a".into(), "b".into()] }]);
        assert_eq!(tuples("let (a, b) = (\"a, b\", \"c\");"), [["a", "b"]]);
        assert_eq!(tuples("let [a, b] = [x, y];"), [["a", "b"]]);
        assert_eq!(tuples("let (a, (b, c)): (u8, (u8, u8)) = (1, f());"), [["a", "b", "c"]]);
    }

    #[test]
    fn a_let_of_what_one_expression_yields_is_none() {
        for text in [
            "let (a, b) = f(x, y);",
            "let (a, b) = (f)(x, y);",
            "let (a, b) = (x.split)(',').unwrap();",
            "let [a, b] = [x, y].map(f);",
            "let (a, b) = if x { (1, 2) } else { (3, 4) };",
            "let (Some(a), Some(b)) = (x, y) else { return };",
            "let a = (x, y);",
            "// let (a, b) = (x, y);",
            "const CODE: &str = \"let (a, b) = (x, y);\";",
        ] {
            assert!(tuples(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_named_closure_that_is_used_once_or_never_is_found() {
        for text in [
            "{ let f = |x: u8| x + 1; f(1) }",
            "{ let f = |x| { let y = x; y }; list.map(f) }",
            "{ let mut f = move || g(); f() }",
            "{ let f = async move |x| x; f(1).await }",
            "{ let f: &dyn Fn(u8) -> u8 = |x| x; f(1) }",
            "{ let f = |x| x; }",
            "{ let f = |x| x; f(1) } { f(2) }",
            "{ let f = |x| x; f(1); let f = 2; f }",
            "{ let f = |x| x; f(1); it.f(2); Struct { f: 3 } }",
        ] {
            assert_eq!(closures(text), ["f"], "{text}");
        }
    }

    #[test]
    fn a_closure_that_is_used_twice_or_has_no_name_is_none() {
        for text in [
            "{ let f = |x| x; f(1) + f(2) }",
            "{ let f = |x| x; if a { f(1) } else { f(2) } }",
            "{ let f = |x| x; f(1); S { f } }",
            "{ let f = list.map(|x| x); f }",
            "{ let f = g(); f() }",
            "{ let f = a | b; f }",
        ] {
            assert!(closures(text).is_empty(), "{text}");
        }
    }
}
