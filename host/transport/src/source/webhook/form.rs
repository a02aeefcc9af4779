//! Forms (`application/x-www-form-urlencoded`): GitHub and Slack put a JSON text into a field, others send fields only.

use std::borrow::Cow;

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::content_error::ContentError;
use crate::charset;

/// The media type of forms.
pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// What a flow takes out of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The text of this field is the message.
    Field(String),
    /// All fields, as a JSON object. A field that is there several times is an array.
    Fields,
}

impl Form {
    /// The message in a form.
    pub(super) fn unwrap(&self, body: &[u8], charset: Option<&str>) -> Result<String, ContentError> {
        let fields = fields(body, charset)?;
        match self {
            Self::Field(name) => field(&fields, name),
            Self::Fields => Ok(object(fields).to_string()),
        }
    }
}

fn field(fields: &[(String, String)], name: &str) -> Result<String, ContentError> {
    let mut values = fields.iter().filter(|(found, _)| found == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.clone()),
        (None, _) => Err(ContentError::InvalidForm(format!("it has no field `{name}`, which holds the message"))),
        (Some(_), Some(_)) => Err(ContentError::InvalidForm(format!("it has the field `{name}` more than once"))),
    }
}

fn object(fields: Vec<(String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        let value = Value::String(value);
        match object.get_mut(&name) {
            None => {
                object.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}

fn fields(body: &[u8], charset: Option<&str>) -> Result<Vec<(String, String)>, ContentError> {
    let pairs = body.trim_ascii().split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(end + 1..).unwrap_or_default();
        Ok((decoded(&pair[..end], charset)?, decoded(value, charset)?))
    });
    fields.collect()
}

fn decoded(written: &[u8], charset: Option<&str>) -> Result<String, ContentError> {
    let spaced: Cow<'_, [u8]> = match written.contains(&b'+') {
        true => written.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<_>>().into(),
        false => written.into(),
    };
    let bytes: Cow<'_, [u8]> = percent_decode(&spaced).into();
    Ok(charset::decode(&bytes, charset)?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(form: &Form, body: &[u8]) -> Result<String, String> {
        form.unwrap(body, None).map_err(|error| error.to_string())
    }

    #[test]
    fn the_text_of_a_field_is_the_message() {
        let form = Form::Field("payload".to_owned());
        assert_eq!(payload(&form, b"a=1&payload=%7B%22id%22%3A+1%7D&b").unwrap(), r#"{"id": 1}"#);
        assert!(payload(&form, b"a=1").unwrap_err().contains("no field `payload`"));
        assert!(payload(&form, b"payload=1&payload=2").unwrap_err().contains("more than once"));
        assert!(payload(&form, b"payload=%e4").unwrap_err().contains("UTF-8"));
        assert_eq!(form.unwrap(b"payload=%e4", Some("iso-8859-1")).unwrap(), "ä");
    }

    #[test]
    fn fields_become_an_object_and_those_that_repeat_an_array() {
        let body = b"command=%2Fship&text=94070+x%2By&to=a&to=b&to=c&empty=&flag&%C3%A4=%22";
        let json = r#"{"command":"/ship","text":"94070 x+y","to":["a","b","c"],"empty":"","flag":"","ä":"\""}"#;
        assert_eq!(payload(&Form::Fields, body).unwrap(), json);
        assert_eq!(payload(&Form::Fields, b"").unwrap(), "{}");
    }
}
