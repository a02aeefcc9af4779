//! Names of fields: JSON Pointers in which `*` stands for every element of an array, or every member of an object.

use std::fmt;

/// The fields a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    text: String,
    pub(crate) tokens: Vec<Token>,
}

/// One level of a field's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A member, or an element by its number: as written (escaped), and unescaped.
    Name { written: String, meant: String },
    /// Each of them.
    Each,
}

/// The text is not the name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldError;

/// A field leads into another array than the rule's field, so it is not clear which element is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotShared;

/// A field relative to the place where a rule is checked: each `*` stands for the element the rule is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    text: String,
    /// How many of the place's elements the field shares.
    pub(crate) shared: usize,
    /// The rest of the field from there.
    pub(crate) rest: Field,
}

impl Field {
    /// Reads a JSON Pointer.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let levels = text.strip_prefix('/').ok_or(FieldError)?.split('/');
        let tokens = levels.map(Token::read).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many `*` it has.
    #[must_use]
    pub fn stars(&self) -> usize {
        self.tokens.iter().filter(|token| **token == Token::Each).count()
    }

    /// `other` relative to each of these fields. Refused when it leads through elements that this field doesn't name,
    /// because then several values would be meant.
    pub fn refer_to(&self, other: &Self) -> Result<Reference, NotShared> {
        let reference = self.gather(other);
        if reference.rest.stars() == 0 { Ok(reference) } else { Err(NotShared) }
    }

    /// All values of `other` relative to each of these fields, to be taken together. Refused when every field would
    /// mean the same elements.
    pub fn refer_to_all(&self, other: &Self) -> Result<Reference, NotShared> {
        let reference = self.gather(other);
        if reference.shared == self.stars() { Ok(reference) } else { Err(NotShared) }
    }

    /// The part that both share, up to its last `*`.
    fn gather(&self, other: &Self) -> Reference {
        let same = self.tokens.iter().zip(&other.tokens).take_while(|(one, other)| one == other).count();
        let last = other.tokens[..same].iter().rposition(|token| *token == Token::Each);
        let behind = last.map_or(0, |last| last + 1);
        let tokens = other.tokens[behind..].to_vec();
        let shared = other.tokens[..behind].iter().filter(|token| **token == Token::Each).count();
        let text = tokens.iter().map(ToString::to_string).collect();
        Reference { text: other.text.clone(), shared, rest: Self { text, tokens } }
    }
}

impl Reference {
    /// The field as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Token {
    fn read(written: &str) -> Result<Self, FieldError> {
        if written == "*" {
            return Ok(Self::Each);
        }
        let well_escaped = written.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let meant = written.replace("~1", "/").replace("~0", "~");
        if well_escaped { Ok(Self::Name { written: written.to_owned(), meant }) } else { Err(FieldError) }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { written, .. } => write!(f, "/{written}"),
            Self::Each => f.write_str("/*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field {
        Field::parse(text).unwrap()
    }

    #[test]
    fn a_field_is_a_json_pointer_with_stars() {
        assert_eq!(field("/lines/*/a~1b").stars(), 1);
        assert_eq!(field("/").tokens.len(), 1, "a member without a name");
        for wrong in ["", "lines", "/a~2", "/a~"] {
            assert_eq!(Field::parse(wrong), Err(FieldError), "{wrong}");
        }
    }

    #[test]
    fn another_field_is_reached_from_the_elements_both_lie_in() {
        let from = field("/orders/*/lines/*/shipped");
        let shared = |to: &str| from.refer_to(&field(to)).map(|to| (to.shared, to.rest.as_str().to_owned()));
        assert_eq!(shared("/orders/*/lines/*/ordered"), Ok((2, "/ordered".to_owned())));
        assert_eq!(shared("/orders/*/date"), Ok((1, "/date".to_owned())));
        assert_eq!(shared("/date"), Ok((0, "/date".to_owned())));
        assert_eq!(shared("/orders/*/parcels/*/date"), Err(NotShared));
        assert_eq!(shared("/lines/*/date"), Err(NotShared));
    }

    #[test]
    fn what_is_summed_up_lies_below_the_element_that_holds_the_sum() {
        let summed = |from: &str, to: &str| field(from).refer_to_all(&field(to)).map(|to| to.shared);
        assert_eq!(summed("/total", "/lines/*/amount"), Ok(0));
        assert_eq!(summed("/orders/*/total", "/orders/*/lines/*/amount"), Ok(1));
        assert_eq!(summed("/orders/*/total", "/lines/*/amount"), Err(NotShared), "a square of both");
    }
}
