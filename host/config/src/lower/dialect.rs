//! How text files are written: encodings and dialects of CSV.

use super::Lower;
use crate::at::At;
use crate::diagnostic::Code;
use crate::dialect::{Dialect, Encoding};
use crate::raw::dialect::DialectKeys;

const ABOUT_ENCODINGS: &str =
    "for instance \"utf-8\", \"utf-16le\", \"utf-16be\", \"windows-1252\", \"iso-8859-15\" or \"shift_jis\"";

impl Lower<'_> {
    /// An encoding by its label, or UTF-8 if the key is absent.
    pub fn encoding(&mut self, label: Option<&At<String>>) -> Option<Encoding> {
        let Some(label) = label else { return Some(Encoding::default()) };
        let encoding = Encoding::of_label(&label.value);
        if encoding.is_none() {
            self.invalid(&label.span, format!("`{}` is not an encoding", label.value), ABOUT_ENCODINGS);
        }
        encoding
    }

    /// A dialect of CSV. What isn't stated is as RFC 4180 has it.
    pub fn dialect(&mut self, raw: DialectKeys) -> Option<Dialect> {
        let default = Dialect::default();
        let delimiter = match &raw.delimiter {
            None => Some(default.delimiter),
            Some(text) => self.sign(text, "a delimiter", "usually \",\", \";\" or \"\\t\""),
        };
        let quote = match &raw.quote {
            None => Some(default.quote),
            Some(text) if text.value.is_empty() => Some(None),
            Some(text) => self.sign(text, "a quote", "usually \"'\"; an empty text if quotes are text").map(Some),
        };
        let escape = self.optional_sign(raw.escape.as_ref(), "an escape", "usually \"\\\\\"");
        let comment = self.optional_sign(raw.comment.as_ref(), "the sign of a comment", "usually \"#\"");
        let dialect = Dialect {
            delimiter: delimiter?,
            quote: quote?,
            escape: escape?,
            comment: comment?,
            skip_lines: raw.skip_lines.unwrap_or(default.skip_lines),
            trim: raw.trim.unwrap_or(default.trim),
        };
        self.are_different(&raw, &dialect).then_some(dialect)
    }

    fn optional_sign(&mut self, text: Option<&At<String>>, what: &str, help: &str) -> Option<Option<u8>> {
        text.map_or(Some(None), |text| self.sign(text, what, help).map(Some))
    }

    fn sign(&mut self, text: &At<String>, what: &str, help: &str) -> Option<u8> {
        match text.value.as_bytes() {
            [byte] if is_sign(*byte) => Some(*byte),
            _ => {
                self.invalid(&text.span, format!("{what} is one ASCII character"), help);
                None
            }
        }
    }

    /// Reports a character that has two meanings.
    fn are_different(&mut self, raw: &DialectKeys, dialect: &Dialect) -> bool {
        let mut taken = vec![(dialect.delimiter, "delimiter")];
        let others = [
            (dialect.quote, "quote", &raw.quote),
            (dialect.escape, "escape", &raw.escape),
            (dialect.comment, "comment", &raw.comment),
        ];
        for (sign, name, stated) in others {
            let Some(sign) = sign else { continue };
            let before = taken.iter().find(|(other, _)| *other == sign);
            if let Some((_, before)) = before {
                let Some(place) = stated.as_ref().or(raw.delimiter.as_ref()) else { return false };
                let message = format!("`{}` is both `{before}` and `{name}`", char::from(sign).escape_default());
                self.report.add(Code::Conflict, &place.span, message, "each needs a character of its own");
                return false;
            }
            taken.push((sign, name));
        }
        true
    }
}

/// Letters and digits are data, and so are line ends, blanks and what ends a file.
const fn is_sign(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\r' | b'\n' | 0 | 0x1a)
}
