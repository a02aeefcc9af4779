//! How `[target.NAME.http.success]` is interpreted.

use gantry_config::table::{At, Scalar};
use gantry_config::{Code, Lower};

use super::super::table::{AnswerSuccessTable, BodyTable, FailureChoice};
use super::{BodyCondition, Success, ValueTest};

const ABOUT_CONDITIONS: &str = "for instance { pointer = \"/error\", present = false }, { pointer = \"/status\", one_of = [\"ok\"] } \
                                or { lacks = \"Fault>\" }";

/// Reports every mistake at its place.
pub(in crate::target::http) fn lower(raw: AnswerSuccessTable, lower: &mut Lower<'_>) -> Option<Success> {
    let body = raw.body.map_or(Some(None), |body| condition(body, lower).map(Some));
    let retry = raw.retry.map_or(Some(None), |retry| condition(retry, lower).map(Some));
    Some(Success {
        status: raw.status.unwrap_or_default().iter().map(|status| status.value).collect(),
        body: body?,
        retries: matches!(raw.failure, Some(FailureChoice::Retry)),
        retry: retry?,
    })
}

fn condition(raw: At<BodyTable>, lower: &mut Lower<'_>) -> Option<BodyCondition> {
    let At { value: body, span } = raw;
    let mut conditions = Vec::new();
    conditions.extend(body.contains.map(|text| text_condition(text, BodyCondition::Contains, lower)));
    conditions.extend(body.lacks.map(|text| text_condition(text, BodyCondition::Lacks, lower)));
    let mut tests = Vec::new();
    tests.extend(body.equals.map(|value| values(&[value], lower).map(ValueTest::OneOf)));
    tests.extend(body.one_of.map(|list| values(&list, lower).map(ValueTest::OneOf)));
    tests.extend(body.none_of.map(|list| values(&list, lower).map(ValueTest::NoneOf)));
    tests.extend(body.present.map(|present| Some(ValueTest::Present(present))));
    if conditions.len() + tests.len() != 1 {
        let code = if conditions.is_empty() && tests.is_empty() { Code::MissingKey } else { Code::Conflict };
        let stated = conditions.len() + tests.len();
        lower.report(code, &span, format!("this needs exactly one condition, but states {stated}"), ABOUT_CONDITIONS);
        return None;
    }
    match (tests.pop(), body.pointer) {
        (Some(test), Some(pointer)) => {
            let place = lower.pointer(&pointer.value, &pointer.span);
            Some(BodyCondition::Value { pointer: place?, test: test? })
        }
        (Some(_), None) => {
            lower.report(Code::MissingKey, &span, "`pointer` is missing: which value is this about?", ABOUT_CONDITIONS);
            None
        }
        (None, Some(pointer)) => {
            let message = "`contains` and `lacks` are about the whole text, and not about a value";
            lower.report(Code::Conflict, &pointer.span, message, ABOUT_CONDITIONS);
            None
        }
        (None, None) => conditions.pop().flatten(),
    }
}

fn text_condition(
    text: At<String>,
    condition: fn(String) -> BodyCondition,
    lower: &mut Lower<'_>,
) -> Option<BodyCondition> {
    if text.value.is_empty() {
        lower.invalid(&text.span, "every text contains this, as it is empty", ABOUT_CONDITIONS);
        return None;
    }
    Some(condition(text.value))
}

fn values(list: &[At<Scalar>], lower: &mut Lower<'_>) -> Option<Vec<String>> {
    let values: Vec<_> = list.iter().map(|value| lower.scalar(value)).collect();
    values.into_iter().collect()
}
