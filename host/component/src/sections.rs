//! The sections of a component's top level, found without parsing what is nested in them.
//!
//! A component is eight bytes of header, then sections: one byte of kind, a LEB128 length, the contents. Nested
//! components and modules are contents of a section here, so a manifest hidden inside one is not the plugin's.

use std::ops::Range;

use wasmparser::{BinaryReader, CustomSectionReader};

use crate::error::ComponentError;

/// Length of the magic number and the version word.
pub(crate) const HEADER_BYTES: usize = 8;

/// Kind of a custom section.
pub(crate) const CUSTOM: u8 = 0;
/// Kind of a component's import section.
pub(crate) const IMPORTS: u8 = 10;
/// Kind of a component's export section.
pub(crate) const EXPORTS: u8 = 11;

/// One section of the top level.
pub(crate) struct Section<'a> {
    /// What it holds.
    pub(crate) kind: u8,
    /// Header and contents, as a range of the file.
    pub(crate) whole: Range<usize>,
    /// Reads the contents.
    pub(crate) contents: BinaryReader<'a>,
}

impl<'a> Section<'a> {
    /// The contents of a custom section of this name.
    pub(crate) fn custom(&self, name: &str) -> Option<&'a [u8]> {
        self.as_custom().filter(|section| section.name() == name).map(|section| section.data())
    }

    /// The name of a custom section.
    pub(crate) fn custom_name(&self) -> Option<&'a str> {
        self.as_custom().map(|section| section.name())
    }

    fn as_custom(&self) -> Option<CustomSectionReader<'a>> {
        if self.kind == CUSTOM { CustomSectionReader::new(self.contents.clone()).ok() } else { None }
    }
}

/// All sections of the top level, in order. A core module is built of sections in the same way.
pub(crate) fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, ComponentError> {
    let mut reader = BinaryReader::new(bytes.get(HEADER_BYTES..).unwrap_or_default(), HEADER_BYTES);
    let mut all = Vec::new();
    while !reader.eof() {
        let start = reader.original_position();
        let kind = reader.read_u8().map_err(invalid)?;
        let length = reader.read_var_u32().map_err(invalid)? as usize;
        let offset = reader.original_position();
        let contents = BinaryReader::new(reader.read_bytes(length).map_err(invalid)?, offset);
        all.push(Section { kind, whole: start..reader.original_position(), contents });
    }
    Ok(all)
}

/// What the parser found, without its type.
pub(crate) fn invalid(error: wasmparser::Error) -> ComponentError {
    ComponentError::Invalid { offset: error.offset(), text: error.message().to_owned() }
}
