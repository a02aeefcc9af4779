//! Which messages belong together (the ordering key) and which are the same (the dedupe key), read from a message
//! as its flow declares. Sources share these rules.

use std::time::Duration;

use gantry_config::{Dedupe, ValueFrom, XmlPath};
use gantry_schema::JsonError;

use crate::json::{Found, InvalidPointer, Pointer};
use crate::xml::{self, XmlError};

/// Longest key. Keys are indexed, so they must be short; names of business objects are far shorter.
pub const LONGEST_KEY: usize = 1024;

/// Where a flow finds its keys.
#[derive(Clone, Debug)]
pub(crate) struct KeyRules {
    key: Option<Place>,
    dedupe: Option<(Place, Duration)>,
}

/// A message's keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) key: Option<String>,
    pub(crate) dedupe_key: Option<String>,
    pub(crate) dedupe_window: Option<Duration>,
}

/// The message lacks a key that its flow declares. The texts may be shown to the sender.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("the payload is not valid JSON: {0}")]
    Json(JsonError),
    #[error("the payload is not valid XML: {0}")]
    Xml(XmlError),
    #[error("{0} is missing or empty, and duplicates are recognised by it")]
    Missing(String),
    #[error("{0} is an object or an array where a single value is expected")]
    Compound(String),
    #[error("{0} is there more than once, or has elements of its own, where a single value is expected")]
    Ambiguous(String),
    #[error("{0} is longer than {LONGEST_KEY} bytes")]
    TooLong(String),
}

impl KeyError {
    /// The reason as metrics spell it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Json(_) => "invalid_json",
            Self::Xml(_) => "invalid_xml",
            Self::Missing(_) => "missing_dedupe_key",
            Self::Compound(_) | Self::Ambiguous(_) | Self::TooLong(_) => "invalid_key",
        }
    }
}

#[derive(Clone, Debug)]
enum Place {
    Pointer(Pointer),
    XmlPath(XmlPath),
    Header(String),
}

impl KeyRules {
    pub(crate) fn new(key: Option<&ValueFrom>, dedupe: Option<&Dedupe>) -> Result<Self, InvalidPointer> {
        let dedupe = dedupe.map(|dedupe| Ok((Place::new(&dedupe.by)?, dedupe.window))).transpose()?;
        Ok(Self { key: key.map(Place::new).transpose()?, dedupe })
    }

    /// The headers these rules read.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &str> {
        self.places().filter_map(|place| match place {
            Place::Header(name) => Some(name.as_str()),
            Place::Pointer(_) | Place::XmlPath(_) => None,
        })
    }

    /// Whether these rules read the payload as JSON.
    pub(crate) fn read_json(&self) -> bool {
        self.places().any(|place| matches!(place, Place::Pointer(_)))
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        self.key.iter().chain(self.dedupe.iter().map(|(place, _)| place))
    }

    /// The keys of one message. An ordering key that is absent or empty means "no order"; a dedupe key must be there.
    pub(crate) fn read(&self, header: impl Fn(&str) -> Option<String>, payload: &[u8]) -> Result<Keys, KeyError> {
        let key = self.key.as_ref().map(|place| place.read(&header, payload)).transpose()?.flatten();
        let Some((place, window)) = &self.dedupe else {
            return Ok(Keys { key, ..Keys::default() });
        };
        let dedupe_key = place.read(&header, payload)?.ok_or_else(|| KeyError::Missing(place.describe()))?;
        Ok(Keys { key, dedupe_key: Some(dedupe_key), dedupe_window: Some(*window) })
    }
}

impl Place {
    fn new(from: &ValueFrom) -> Result<Self, InvalidPointer> {
        Ok(match from {
            ValueFrom::Pointer(text) => Self::Pointer(Pointer::parse(text)?),
            ValueFrom::XmlPath(path) => Self::XmlPath(path.clone()),
            ValueFrom::Header(name) => Self::Header(name.to_ascii_lowercase()),
        })
    }

    fn read(&self, header: impl Fn(&str) -> Option<String>, payload: &[u8]) -> Result<Option<String>, KeyError> {
        let value = match self {
            Self::Header(name) => header(name),
            Self::XmlPath(path) => match xml::find(path, header("content-type").as_deref(), payload) {
                Ok(value) => value,
                Err(XmlError::NotSingle) => return Err(KeyError::Ambiguous(self.describe())),
                Err(error) => return Err(KeyError::Xml(error)),
            },
            Self::Pointer(pointer) => match pointer.find(payload).map_err(KeyError::Json)? {
                Found::Scalar(value) => Some(value),
                Found::Missing => None,
                Found::Compound => return Err(KeyError::Compound(self.describe())),
            },
        };
        match value {
            Some(value) if value.len() > LONGEST_KEY => Err(KeyError::TooLong(self.describe())),
            value => Ok(value.filter(|value| !value.is_empty())),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Pointer(pointer) => format!("the value at `{}`", pointer.as_str()),
            Self::XmlPath(path) => format!("the value at `{}`", path.as_str()),
            Self::Header(name) => format!("the header `{name}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    fn rules(key: &str, dedupe: &str) -> KeyRules {
        let dedupe = Dedupe { by: ValueFrom::Pointer(dedupe.into()), window: WINDOW };
        KeyRules::new(Some(&ValueFrom::Pointer(key.into())), Some(&dedupe)).unwrap()
    }

    fn no_header(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn both_keys_are_read_and_numbers_are_taken_as_written() {
        let keys = rules("/customer", "/id").read(no_header, br#"{"id": 7.0, "customer": "c"}"#).unwrap();
        assert_eq!(keys, Keys { key: Some("c".into()), dedupe_key: Some("7.0".into()), dedupe_window: Some(WINDOW) });
    }

    #[test]
    fn an_absent_ordering_key_means_no_order_but_an_absent_dedupe_key_is_refused() {
        assert_eq!(rules("/customer", "/id").read(no_header, br#"{"id": 7}"#).unwrap().key, None);
        for json in ["{}", r#"{"id": null}"#, r#"{"id": ""}"#] {
            let error = rules("/customer", "/id").read(no_header, json.as_bytes()).unwrap_err();
            assert_eq!(error.name(), "missing_dedupe_key", "{json}");
        }
    }

    #[test]
    fn a_key_can_come_from_a_header_and_then_the_payload_is_not_looked_at() {
        let from = ValueFrom::Header("X-Delivery".into());
        let rules = KeyRules::new(Some(&from), None).unwrap();
        let keys = rules.read(|name| (name == "x-delivery").then(|| "d1".to_owned()), b"\xff not json");
        assert_eq!(keys.unwrap().key, Some("d1".into()));
    }

    #[test]
    fn a_key_can_come_from_a_path_into_xml() {
        let from = ValueFrom::XmlPath(XmlPath::parse("/Order/Customer/@number").unwrap());
        let dedupe = Dedupe { by: ValueFrom::XmlPath(XmlPath::parse("/Order/Id").unwrap()), window: WINDOW };
        let rules = KeyRules::new(Some(&from), Some(&dedupe)).unwrap();
        let read = |xml: &str| rules.read(no_header, xml.as_bytes());
        let keys = read(r#"<o:Order xmlns:o="urn:x"><Customer number="c&amp;1"/><o:Id> 7 </o:Id></o:Order>"#).unwrap();
        assert_eq!((keys.key.as_deref(), keys.dedupe_key.as_deref()), (Some("c&1"), Some("7")));
        for (xml, name) in [
            ("<Order/>", "missing_dedupe_key"),
            ("<Order><Id>1</Id><Id>2</Id></Order>", "invalid_key"),
            ("<Order><Id>1</Order>", "invalid_xml"),
            ("{}", "invalid_xml"),
        ] {
            assert_eq!(read(xml).unwrap_err().name(), name, "{xml}");
        }
    }

    #[test]
    fn compound_and_overlong_keys_are_refused() {
        let long = format!(r#"{{"id": "{}"}}"#, "x".repeat(LONGEST_KEY + 1));
        for json in [r#"{"id": {}}"#, &long] {
            assert_eq!(rules("/c", "/id").read(no_header, json.as_bytes()).unwrap_err().name(), "invalid_key");
        }
    }
}
