//! What a rule compares with: numbers with all their digits, dates, values, and other fields.

use gantry_rules::{Field, Moment, Operand as Meant, Reference};
use gantry_schema::{Number, Tree};
use serde_json::Value;

use super::Lower;
use crate::at::{At, Span};
use crate::diagnostic::Code;
use crate::raw::rules::{Operand, Scalar};

const ABOUT_FIELDS: &str = "a field is a JSON Pointer, with `*` for each element of an array: \"/lines/*/quantity\"; `~` is written `~0`, `/` in a name `~1`";
const ABOUT_SHARING: &str =
    "each `*` stands for the element that the rule is at, so both begin with the same path up to it";
const ABOUT_SUMS: &str =
    "sum up what lies below the element that holds the sum: \"/orders/*/lines/*/amount\" for \"/orders/*/total\"";

impl Lower<'_> {
    /// A field that a rule names.
    pub(super) fn field(&mut self, text: &str, span: &Span) -> Option<Field> {
        let field = Field::parse(text);
        field.map_err(|_| self.invalid(span, format!("`{text}` names no field"), ABOUT_FIELDS)).ok()
    }

    /// Another field, relative to the rule's.
    pub(super) fn field_reference(&mut self, text: &str, span: &Span, from: &Field) -> Option<Reference> {
        let field = self.field(text, span)?;
        let reference = from.refer_to(&field);
        if reference.is_err() {
            let message = format!("which element of `{text}` goes with one of `{}` can't be told", from.as_str());
            self.report.add(Code::Conflict, span, message, ABOUT_SHARING);
        }
        reference.ok()
    }

    /// Fields that are summed up, relative to the one with the sum.
    pub(super) fn summed(&mut self, text: &str, span: &Span, from: &Field) -> Option<Reference> {
        let field = self.field(text, span)?;
        let reference = from.refer_to_all(&field);
        if reference.is_err() {
            let message = format!("`{text}` would be summed up again for every `{}`", from.as_str());
            self.report.add(Code::Conflict, span, message, ABOUT_SUMS);
        }
        reference.ok()
    }

    /// A literal, or another field of the message.
    pub(super) fn operand<T>(
        &mut self,
        raw: &At<Operand>,
        from: &Field,
        literal: impl FnOnce(&mut Self, &Value, &Span) -> Option<T>,
    ) -> Option<Meant<T>> {
        let Value::Object(table) = &raw.value.0 else {
            return literal(self, &raw.value.0, &raw.span).map(Meant::Literal);
        };
        match (table.get("field").and_then(Value::as_str), table.len()) {
            (Some(field), 1) => self.field_reference(field, &raw.span, from).map(Meant::Field),
            _ => {
                let help = "another field is written `{ field = \"/order_date\" }`";
                self.invalid(&raw.span, "this is neither a value nor another field", help);
                None
            }
        }
    }

    /// A number as it is written. One that TOML would round is refused.
    pub(super) fn number_literal(&mut self, value: &Value, span: &Span) -> Option<Number> {
        let help = "write a number, or another field: `{ field = \"/ordered\" }`";
        match value {
            Value::Number(number) => {
                let number = Number::parse(&number.to_string());
                let written = self.report.file.text.get(span.clone()).unwrap_or_default().replace('_', "");
                let written = Number::of_text(written.trim_start_matches('+'));
                if written.is_some_and(|written| written != number) {
                    let help = "put it in quotes: texts keep all their digits";
                    self.invalid(span, format!("TOML would round this to {number}"), help);
                    return None;
                }
                Some(number)
            }
            Value::String(text) => Number::of_text(text).or_else(|| {
                self.invalid(span, format!("`{text}` is not a number"), help);
                None
            }),
            _ => {
                self.report.add(Code::WrongType, span, "this can be compared with no number", help);
                None
            }
        }
    }

    pub(super) fn date_literal(&mut self, value: &Value, span: &Span) -> Option<Moment> {
        let moment = value.as_str().and_then(|text| Moment::parse(text).ok());
        if moment.is_none() {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let help = "write a date like 2026-03-09, one with time and offset like 2026-03-09T17:30:00Z, or another field: \
                        `{ field = \"/order_date\" }`";
            self.invalid(span, format!("`{shown}` is not a date"), help);
        }
        moment
    }

    pub(super) fn value_literal(&mut self, value: &Value, span: &Span) -> Option<Tree> {
        match value {
            Value::Number(_) => self.number_literal(value, span).map(Tree::Number),
            Value::String(_) | Value::Bool(_) => Some(value.into()),
            _ => {
                let help = "write a text, a number, true or false";
                self.report.add(Code::WrongType, span, "this is not a single value", help);
                None
            }
        }
    }

    /// A single value as a text: numbers and truth values as they are written.
    pub fn scalar(&mut self, raw: &At<Scalar>) -> Option<String> {
        self.value_literal(&raw.value.0, &raw.span)?;
        Some(raw.value.0.as_str().map_or_else(|| raw.value.0.to_string(), str::to_owned))
    }

    /// The values of a list.
    pub(super) fn values(&mut self, raw: &At<Vec<At<Scalar>>>) -> Option<Vec<Tree>> {
        let values: Vec<_> = raw.value.iter().map(|at| self.value_literal(&at.value.0, &at.span)).collect();
        values.into_iter().collect()
    }
}
