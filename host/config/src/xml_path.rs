//! Paths into XML, by which a source finds the key of a message.

/// The way to one value: the names of elements from the root on, and an attribute of the last one perhaps. Prefixes of
/// namespaces are no part of a name: senders choose them as they like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlPath {
    text: String,
    elements: Vec<String>,
    attribute: Option<String>,
}

impl XmlPath {
    /// Reads `/Order/Number` or `/Order/Customer/@number`; none for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut elements: Vec<String> = text.strip_prefix('/')?.split('/').map(str::to_owned).collect();
        let attribute = elements.last().and_then(|last| last.strip_prefix('@')).map(str::to_owned);
        if attribute.is_some() {
            elements.pop();
        }
        let are_names = !elements.is_empty() && elements.iter().chain(&attribute).all(|name| is_name(name));
        are_names.then(|| Self { text: text.to_owned(), elements, attribute })
    }

    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the elements, the root's first.
    #[must_use]
    pub fn elements(&self) -> &[String] {
        &self.elements
    }

    /// The attribute of the last element; none where its text is meant.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }
}

fn is_name(text: &str) -> bool {
    let begins_well = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    begins_well && text.chars().all(|c| c.is_alphanumeric() || "-_.·".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_elements_and_an_attribute_perhaps() {
        let path = XmlPath::parse("/Order/Kunden-Nr/@id").unwrap();
        assert_eq!(path.elements(), ["Order", "Kunden-Nr"]);
        assert_eq!(path.attribute(), Some("id"));
        assert_eq!(XmlPath::parse("/Bestellung/Größe").unwrap().attribute(), None);
        for wrong in ["", "/", "Order", "/Order/", "/@id", "/Order/@a/b", "/ns:Order", "/Order[1]", "//Order", "/*"] {
            assert_eq!(XmlPath::parse(wrong), None, "{wrong}");
        }
    }
}
