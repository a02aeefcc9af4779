//! Turns a guest's answer into the host's types, if it is within bounds.
//!
//! What machines read (names, codes, keys, routes, headers, sizes) must be right; otherwise the whole outcome is a fault,
//! never a partial emit. Texts for people are escaped and cut instead, because a long text is no reason to lose a
//! message.

mod output;

use gantry_core::{Fault, Outcome, Violation, escape, escape_lines};

use crate::fault::{FaultCode, PluginFault};
use crate::guest::types as guest;
use crate::step::context::StepContext;

/// Most bytes of a text for people.
const TEXT_BYTES: usize = Violation::TEXT_BYTES;
/// Most bytes of a code, and of the name of a detail.
const CODE_BYTES: usize = Violation::CODE_BYTES;
/// Most bytes of a violation's path.
const PATH_BYTES: usize = Violation::PATH_BYTES;
/// Most details of a fault.
const DETAILS: usize = 32;
/// Most lines of an exception's stack.
const FRAMES: usize = 64;

/// Why an answer is out of bounds.
#[derive(Debug, thiserror::Error)]
enum Breach {
    #[error("`{0}` is not a code: use 1 to {CODE_BYTES} characters, lower case words and numbers joined by hyphens")]
    Code(String),
    #[error("`{0}` is not a JSON Pointer of at most {PATH_BYTES} bytes")]
    Path(String),
    #[error("`invalid` without a single violation")]
    NoViolation,
    #[error("{0} details in one fault; at most {DETAILS}")]
    Details(usize),
    #[error("{count} outputs for one message; at most {limit}")]
    Outputs { count: usize, limit: usize },
    #[error("outputs of more than {limit} bytes for one message")]
    Bytes { limit: usize },
    #[error("output {position} has {text}")]
    Output { position: usize, text: String },
    #[error("output {position} goes to `{route}`, which is not a target of this flow; its targets are {targets}")]
    Route { position: usize, route: String, targets: String },
}

/// The outcome in the host's types, or a fault of this message alone.
pub(crate) fn outcome(answer: guest::Outcome, step: &StepContext) -> Result<Outcome, PluginFault> {
    if let guest::Outcome::Reject(reported) = &answer
        && reported.code == FaultCode::Exception.name()
    {
        return Err(exception(reported));
    }
    read(answer, step).map_err(|breach| {
        let code = if matches!(breach, Breach::Route { .. }) { FaultCode::Route } else { FaultCode::Output };
        PluginFault::new(code, format!("answered out of bounds: {breach}"))
    })
}

/// An exception that the guest's SDK caught and reported: a fault of this message alone, without a trap.
fn exception(reported: &guest::Fault) -> PluginFault {
    let stack = reported.details.iter().find(|(name, _)| name == "stack").map_or("", |(_, stack)| stack);
    let backtrace = escape_lines(stack, TEXT_BYTES).lines().take(FRAMES).map(str::to_owned).collect();
    let text = escape(&reported.text, TEXT_BYTES);
    PluginFault { backtrace, ..PluginFault::new(FaultCode::Exception, text) }
}

/// What `configure` reports, made safe to show. It is for people only, so nothing of it is refused.
pub(crate) fn settings(violations: Vec<guest::Violation>) -> Vec<Violation> {
    let shown = violations.into_iter().take(Violation::MOST).map(|violation| Violation {
        path: escape(&violation.path, PATH_BYTES),
        code: escape(&violation.code, CODE_BYTES),
        text: escape(&violation.text, TEXT_BYTES),
    });
    shown.collect()
}

fn read(answer: guest::Outcome, step: &StepContext) -> Result<Outcome, Breach> {
    Ok(match answer {
        guest::Outcome::Emit(outputs) => Outcome::Emit(output::outputs(outputs, step)?),
        guest::Outcome::Skip(reason) => Outcome::Skip(fault(reason)?),
        guest::Outcome::Invalid(violations) => Outcome::Invalid(broken(violations)?),
        guest::Outcome::Retry(later) => {
            Outcome::Retry { fault: fault(later.fault)?, after: later.after_ms.map(std::time::Duration::from_millis) }
        }
        guest::Outcome::Reject(reason) => Outcome::Reject(fault(reason)?),
    })
}

fn fault(fault: guest::Fault) -> Result<Fault, Breach> {
    if fault.details.len() > DETAILS {
        return Err(Breach::Details(fault.details.len()));
    }
    let details = fault.details.iter();
    Ok(Fault {
        code: countable(fault.code)?,
        text: escape(&fault.text, TEXT_BYTES),
        details: details.map(|(name, value)| (escape(name, CODE_BYTES), escape(value, TEXT_BYTES))).collect(),
    })
}

fn broken(violations: Vec<guest::Violation>) -> Result<Vec<Violation>, Breach> {
    if violations.is_empty() {
        return Err(Breach::NoViolation);
    }
    let more = violations.len().saturating_sub(Violation::MOST);
    let mut kept = violations.into_iter().take(Violation::MOST).map(violation).collect::<Result<Vec<_>, _>>()?;
    if more > 0 {
        kept.push(Violation::further(more));
    }
    Ok(kept)
}

fn violation(violation: guest::Violation) -> Result<Violation, Breach> {
    let path = violation.path;
    let pointer = path.is_empty() || path.starts_with('/');
    if !pointer || path.len() > PATH_BYTES || path.chars().any(char::is_control) {
        return Err(Breach::Path(escape(&path, CODE_BYTES)));
    }
    Ok(Violation { path, code: countable(violation.code)?, text: escape(&violation.text, TEXT_BYTES) })
}

/// A code that may become a label of a metric.
fn countable(code: String) -> Result<String, Breach> {
    if code.len() <= CODE_BYTES && code.split('-').all(is_word) {
        Ok(code)
    } else {
        Err(Breach::Code(escape(&code, CODE_BYTES)))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_lower_case_words_joined_by_hyphens() {
        for good in ["x", "unknown-product", "iso-3166", "e42"] {
            assert!(countable(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "Unknown", "a b", "a--b", "-a", "a_b", "ä", &"x".repeat(65)] {
            assert!(countable(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn beyond_two_hundred_violations_the_rest_is_counted() {
        let one = guest::Violation { path: "/a".into(), code: "bad".into(), text: String::new() };
        let kept = broken(vec![one; 250]).unwrap();
        assert_eq!(kept.len(), 201);
        assert_eq!(kept[200].text, "50 more rules are broken");
    }

    #[test]
    fn texts_are_escaped_and_cut_but_paths_must_be_right() {
        let with = |path: &str| guest::Violation { path: path.into(), code: "bad".into(), text: "a\u{1b}[2J".into() };
        assert_eq!(violation(with("/a/0")).unwrap().text, r"a\u{1b}[2J");
        assert!(violation(with("a/0")).is_err());
        assert!(violation(with("/a\n")).is_err());
    }
}
