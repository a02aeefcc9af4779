//! Finds one value in an XML document, for keys. Nothing is expanded but XML's own five entities and character
//! references: a document can't make the host read a file, ask a network or grow in memory.
//!
//! The payload itself is never changed: it states its encoding, and passes as it came.

use std::borrow::Cow;

use gantry_config::XmlPath;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::charset::{self, CharsetError};

/// How far the declaration is looked for: `<?xml version="1.0" encoding="…"?>` stands at the beginning.
const DECLARATION_BYTES: usize = 256;

/// A document has no single value at a path.
#[derive(Debug, thiserror::Error)]
pub(crate) enum XmlError {
    /// It is not well formed.
    #[error("{text} at byte {at}")]
    Malformed {
        /// What is wrong.
        text: String,
        /// Where.
        at: u64,
    },
    /// It ends early, or has no root.
    #[error("the document ends before its root does")]
    Incomplete,
    /// It uses an entity of its own.
    #[error("the entity `&{0};` is none of XML's own, and is not expanded")]
    Entity(String),
    /// Its encoding is unknown, or the bytes are not of it.
    #[error(transparent)]
    Charset(#[from] CharsetError),
    /// There are several values, or elements where a text is expected.
    #[error("the path doesn't lead to a single value")]
    NotSingle,
}

/// The value at a path; none where there is none. The document is read to its end.
pub(crate) fn find(path: &XmlPath, content_type: Option<&str>, xml: &[u8]) -> Result<Option<String>, XmlError> {
    let stated = content_type.and_then(charset::parameter).or_else(|| declared(xml));
    let text = charset::decode(xml, stated.as_deref())?;
    let mut search = Search { path, depth: 0, matched: 0, text: None, found: None, has_root: false };
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        match event.map_err(|error| XmlError::Malformed { text: error.to_string(), at })? {
            Event::Eof => break,
            event => search.see(event)?,
        }
    }
    if search.depth > 0 || !search.has_root { Err(XmlError::Incomplete) } else { Ok(search.found) }
}

/// Follows a path through the events of a document.
struct Search<'p> {
    path: &'p XmlPath,
    /// How many elements are open.
    depth: usize,
    /// How many of them, from the root on, are the path's.
    matched: usize,
    /// The text of the path's element while it is open.
    text: Option<String>,
    found: Option<String>,
    has_root: bool,
}

impl Search<'_> {
    fn see(&mut self, event: Event<'_>) -> Result<(), XmlError> {
        match event {
            Event::Start(element) => self.open(&element),
            Event::Empty(element) => {
                self.open(&element)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.add(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => self.add(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::GeneralRef(entity) => self.add(&expanded(&entity)?),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.text.is_some() {
            return Err(XmlError::NotSingle);
        }
        if self.depth == 0 && self.has_root {
            return Err(XmlError::Malformed { text: "a second root".to_owned(), at: 0 });
        }
        self.has_root = true;
        let is_next = self.depth == self.matched
            && self.path.elements().get(self.depth).is_some_and(|name| name == element.local_name().as_ref());
        self.depth += 1;
        self.matched += usize::from(is_next);
        if !is_next || self.matched < self.path.elements().len() {
            return Ok(());
        }
        match self.path.attribute() {
            None => self.text = Some(String::new()),
            Some(name) => {
                if let Some(value) = attribute(element, name)? {
                    self.find(value)?;
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        if let Some(text) = self.text.take() {
            self.find(text)?;
        }
        self.depth = self.depth.saturating_sub(1);
        self.matched = self.matched.min(self.depth);
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), XmlError> {
        if self.depth == 0 && !text.trim().is_empty() {
            return Err(XmlError::Malformed { text: "a text outside of the root".to_owned(), at: 0 });
        }
        if let Some(sum) = &mut self.text {
            sum.push_str(text);
        }
        Ok(())
    }

    fn find(&mut self, value: String) -> Result<(), XmlError> {
        match self.found.replace(value.trim().to_owned()) {
            None => Ok(()),
            Some(_) => Err(XmlError::NotSingle),
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, XmlError> {
    let malformed = |text: String| XmlError::Malformed { text, at: 0 };
    let mut found: Option<Attribute<'_>> = None;
    // Without the checks of the library, which compares each attribute with all before it.
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        if attribute.key.local_name().as_ref() != name {
            continue;
        }
        match &found {
            Some(first) if first.key == attribute.key => {
                return Err(malformed(format!("the attribute `{name}` twice")));
            }
            Some(_) => {}
            None => found = Some(attribute),
        }
    }
    let Some(attribute) = found else { return Ok(None) };
    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
    Ok(Some(value.map_err(|error| malformed(error.to_string()))?.into_owned()))
}

fn expanded(entity: &BytesRef<'_>) -> Result<String, XmlError> {
    let unknown = || XmlError::Entity(gantry_core::escape(entity, 40));
    if let Some(character) = entity.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(character.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned).ok_or_else(unknown)
}

/// The encoding that the declaration of an 8-bit document states.
fn declared(xml: &[u8]) -> Option<String> {
    let head = &xml[..xml.len().min(DECLARATION_BYTES)];
    let head: Cow<'_, str> = String::from_utf8_lossy(head);
    let declaration = head.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(path: &str, xml: &[u8]) -> Result<Option<String>, String> {
        find(&XmlPath::parse(path).unwrap(), None, xml).map_err(|error| error.to_string())
    }

    #[test]
    fn a_path_leads_through_elements_by_their_names_without_prefixes() {
        let xml = b"<?xml version=\"1.0\"?><!-- c --><s:Env xmlns:s=\"u\"><s:Body><Order no=\"4711\"><Id>a&lt;<![CDATA[b&]]>&#x63;</Id>\
            <Line><Id>other</Id></Line></Order></s:Body></s:Env>\n";
        assert_eq!(value("/Env/Body/Order/Id", xml).unwrap().unwrap(), "a<b&c");
        assert_eq!(value("/Env/Body/Order/@no", xml).unwrap().unwrap(), "4711");
        assert_eq!(value("/Env/Body/Order/@other", xml).unwrap(), None);
        assert_eq!(value("/Env/Order/Id", xml).unwrap(), None);
    }

    #[test]
    fn a_document_is_read_in_the_encoding_it_states() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><o><id>K\xe4se</id></o>";
        assert_eq!(value("/o/id", latin).unwrap().unwrap(), "K\u{e4}se");
        let wide: Vec<u8> = "\u{feff}<o><id>Käse</id></o>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(value("/o/id", &wide).unwrap().unwrap(), "Käse");
        assert_eq!(value("/o/id", b"\xef\xbb\xbf<o><id>1</id></o>").unwrap().unwrap(), "1");
        assert!(value("/o/id", b"<o><id>\xe4</id></o>").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn an_entity_of_the_document_is_never_expanded() {
        let bomb = br#"<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]><o><id>&a;</id></o>"#;
        assert!(value("/o/id", bomb).unwrap_err().contains("is not expanded"));
    }

    #[test]
    fn what_is_no_single_value_or_no_xml_is_told() {
        for (xml, said) in [
            ("<o><id>1</id><id>1</id></o>", "single value"),
            ("<o><id><b>1</b></id></o>", "single value"),
            ("<o><id>1</id>", "ends before"),
            ("", "ends before"),
            ("<o/><o/>", "second root"),
            ("plain", "outside of the root"),
            ("<o></p>", "at byte"),
        ] {
            let error = value("/o/id", xml.as_bytes()).unwrap_err();
            assert!(error.contains(said), "{xml}: {error}");
        }
        let error = value("/o/@no", b"<o no='1' a='2' no='3'/>").unwrap_err();
        assert!(error.contains("the attribute `no` twice"), "{error}");
        let many: String = (0..200_000).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(value("/o/@no", format!("<o{many} no='7'/>").as_bytes()).unwrap().unwrap(), "7");
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(value("/o/id", deep.as_bytes()).unwrap(), None);
    }
}
