//! Golden cases inside a component, so that whoever gets the plugin can check that it does what its author says.
//!
//! They are a JSON list of names and texts in the custom section `gantry:cases`. Here the list is written, bounded and
//! read; `gantry-golden` interprets the texts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wasm_encoder::{ComponentSection as _, CustomSection};

use crate::error::{CasesError, ComponentError};
use crate::inspect::validate;
use crate::sections::{HEADER_BYTES, sections};

/// Name of the custom section that holds the golden cases.
pub const CASES_SECTION: &str = "gantry:cases";

/// Longest section, in bytes: enough for cases that show what a plugin does, and not for samples of a day's traffic.
pub const MAX_CASES_BYTES: usize = 4 << 20;

/// Most cases in a component: each is run when somebody tries the plugin.
pub const MAX_CASES: usize = 1000;

/// A golden case as its file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The file's name without `.json`.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The golden cases a component carries, in the order of their names; none where it carries none.
///
/// # Errors
/// When its sections can't be read, or hold no list of cases within the bounds.
pub fn cases(bytes: &[u8]) -> Result<Vec<CaseFile>, ComponentError> {
    let sections = sections(bytes)?;
    let found: Vec<_> = sections.iter().filter_map(|section| section.custom(CASES_SECTION)).collect();
    let json = match found.as_slice() {
        [] => return Ok(Vec::new()),
        [json] => *json,
        several => return Err(CasesError::Repeated(several.len()).into()),
    };
    check_size(json.len())?;
    let cases: Vec<CaseFile> = serde_json::from_slice(json).map_err(CasesError::Json)?;
    check_number(cases.len())?;
    Ok(cases)
}

/// The component with these golden cases, in place of any it had; without any, it carries none.
///
/// Everything else stays as it is, and the cases are sorted by name, so that the same cases always give the same file.
///
/// # Errors
/// When the bytes are no valid component, or the cases are too many or too long.
pub fn embed_cases(bytes: &[u8], cases: &[CaseFile]) -> Result<Vec<u8>, ComponentError> {
    validate(bytes)?;
    check_number(cases.len())?;
    let mut out = bytes[..HEADER_BYTES].to_vec();
    for section in sections(bytes)?.iter().filter(|section| section.custom(CASES_SECTION).is_none()) {
        out.extend_from_slice(&bytes[section.whole.clone()]);
    }
    if cases.is_empty() {
        return Ok(out);
    }
    let mut sorted: Vec<_> = cases.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let json = serde_json::to_vec(&sorted).map_err(CasesError::Json)?;
    check_size(json.len())?;
    CustomSection { name: Cow::Borrowed(CASES_SECTION), data: Cow::Owned(json) }.append_to_component(&mut out);
    Ok(out)
}

fn check_size(size: usize) -> Result<(), CasesError> {
    if size > MAX_CASES_BYTES { Err(CasesError::TooBig { size, limit: MAX_CASES_BYTES }) } else { Ok(()) }
}

fn check_number(count: usize) -> Result<(), CasesError> {
    if count > MAX_CASES { Err(CasesError::TooMany { count, limit: MAX_CASES }) } else { Ok(()) }
}
