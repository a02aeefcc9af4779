//! What a body is: its media type and its payload, after its encodings are undone. Nothing is handed on as what it is not.
//!
//! The media type is what the flow's source says, else what the sender says. JSON becomes UTF-8 without a byte order mark,
//! as RFC 8259 has it; forms are unwrapped where the flow says how. All other bodies pass byte for byte: what their media
//! type means is left to the plugin. JSON is also recognised where a sender states no type, or one that a client states by
//! default: an object or an array of JSON is never a form.

use std::borrow::Cow;

use bytes::Bytes;
use gantry_schema::is_json;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::content_error::ContentError;
use super::form::{self, Form};
use super::routes::Route;
use crate::charset::{self, CharsetError};
use crate::json;

const JSON: &str = "application/json";

/// The media type of a message whose sender states none.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Types that clients state when nobody told them one.
const DEFAULTS: [&str; 4] = ["", UNKNOWN_TYPE, "text/plain", form::MEDIA_TYPE];

/// A body as the flow takes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) content_type: String,
    pub(super) payload: Bytes,
}

/// The content of a request whose body is unpacked.
pub(super) fn read(route: &Route, headers: &HeaderMap, body: Bytes) -> Result<Content, ContentError> {
    let stated = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let stated = stated.as_deref().unwrap_or_default();
    let charset = route.content_type.as_deref().and_then(charset::parameter).or_else(|| charset::parameter(stated));
    let body = Body { stated, charset, bytes: body };
    if essence(stated) == form::MEDIA_TYPE && !body.is_json_container() {
        if let Some(form) = &route.form {
            return body.unwrap(form, route);
        }
        if route.content_type.as_deref().map_or(route.takes_json, is_json) && !body.is_json() {
            return Err(ContentError::Form);
        }
    }
    match &route.content_type {
        Some(content_type) if is_json(content_type) => {
            let json = body.json()?;
            json::validate(&json)?;
            Ok(Content { content_type: utf_8(content_type), payload: json })
        }
        Some(content_type) => Ok(Content { content_type: content_type.clone(), payload: body.bytes }),
        None if is_json(stated) => body.stated_json(route),
        None if body.is_mistyped_json(route) => Ok(Content { content_type: JSON.to_owned(), payload: body.json()? }),
        None if route.keys.read_json() && !DEFAULTS.contains(&essence(stated).as_str()) => body.other_type(),
        None if stated.is_empty() => Ok(Content { content_type: UNKNOWN_TYPE.to_owned(), payload: body.bytes }),
        None => Ok(Content { content_type: stated.to_owned(), payload: body.bytes }),
    }
}

/// A body and what its sender says of it.
struct Body<'h> {
    stated: &'h str,
    charset: Option<String>,
    bytes: Bytes,
}

impl Body<'_> {
    /// The bytes as JSON in UTF-8, be they JSON or not.
    fn json(&self) -> Result<Bytes, CharsetError> {
        Ok(match charset::decode_json(&self.bytes, self.charset.as_deref())? {
            Cow::Borrowed(text) => self.bytes.slice_ref(text.as_bytes()),
            Cow::Owned(text) => text.into(),
        })
    }

    fn is_json(&self) -> bool {
        self.json().is_ok_and(|json| json::validate(&json).is_ok())
    }

    /// Whether it is an object or an array of JSON, which nothing else is by accident.
    fn is_json_container(&self) -> bool {
        let json = self.json();
        let first = json.as_ref().ok().and_then(|json| json.trim_ascii_start().first().copied());
        matches!(first, Some(b'{' | b'[')) && self.is_json()
    }

    /// Whether it is JSON although its sender says something that clients say by default.
    fn is_mistyped_json(&self, route: &Route) -> bool {
        match essence(self.stated).as_str() {
            "" | form::MEDIA_TYPE if !route.takes_json => self.is_json_container(),
            other => route.takes_json && DEFAULTS.contains(&other) && self.is_json(),
        }
    }

    /// A body that its sender calls JSON. If it isn't decoded, it passes as it is, but for a byte order mark: a plugin or a
    /// rule says what is wrong with it.
    fn stated_json(self, route: &Route) -> Result<Content, ContentError> {
        match self.json() {
            Ok(payload) => Ok(Content { content_type: utf_8(self.stated), payload }),
            Err(CharsetError::Malformed("UTF-8")) if !route.takes_json => {
                Ok(Content { content_type: self.stated.to_owned(), payload: self.bytes })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A body that its sender calls something else than JSON, while the flow finds its keys in JSON: it must be JSON.
    fn other_type(self) -> Result<Content, ContentError> {
        match json::validate(&self.json()?) {
            Ok(()) => Ok(Content { content_type: self.stated.to_owned(), payload: self.bytes }),
            Err(error) => Err(ContentError::OtherType { content_type: gantry_core::escape(self.stated, 80), error }),
        }
    }

    fn unwrap(&self, form: &Form, route: &Route) -> Result<Content, ContentError> {
        let text = form.unwrap(&self.bytes, self.charset.as_deref())?;
        let text = gantry_core::text_without_mark(&text);
        let content_type = match (&route.content_type, json::validate(text.as_bytes())) {
            (Some(content_type), Err(error)) if is_json(content_type) => return Err(error.into()),
            (Some(content_type), _) => utf_8(content_type),
            (None, Ok(())) => JSON.to_owned(),
            (None, Err(error)) if route.takes_json => return Err(error.into()),
            (None, Err(_)) => "text/plain; charset=utf-8".to_owned(),
        };
        Ok(Content { content_type, payload: Bytes::copy_from_slice(text.as_bytes()) })
    }
}

/// The type and subtype, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media type of a text that is UTF-8 now.
fn utf_8(media_type: &str) -> String {
    match charset::parameter(media_type) {
        Some(name) if !name.eq_ignore_ascii_case("utf-8") => format!("{}; charset=utf-8", essence(media_type)),
        _ => media_type.to_owned(),
    }
}
