//! What a flow may set.

use gantry_sdk::prelude::*;
use quality::country;

/// The shape of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A CRM's JSON.
    #[default]
    Crm,
    /// Rows of the Northwind sample database.
    Northwind,
}

/// What becomes of a phone number that can't be brought to E.164.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phones {
    /// It is a violation.
    #[default]
    Require,
    /// It is sent as it is written, and is no key.
    Keep,
    /// It is left out.
    Drop,
}

/// The settings, checked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Settings {
    /// The shape of the input.
    pub input: Input,
    /// What becomes of a phone number that can't be brought to E.164.
    pub phones: Phones,
    /// ISO 3166 alpha-2 of a contact that names no country.
    pub default_country: Option<country::Alpha2>,
}

/// As written in the flow; `plugin.toml` holds the schema.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    input: Input,
    phones: Phones,
    default_country: Option<String>,
}

impl TryFrom<Raw> for Settings {
    type Error = Defect;

    fn try_from(raw: Raw) -> Result<Self, Defect> {
        let default_country = raw.default_country.as_deref().map(country::alpha2).transpose()?;
        Ok(Self { input: raw.input, phones: raw.phones, default_country })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_country_is_a_country() {
        let read = serde_json::from_str::<Settings>;
        assert_eq!(read(r#"{"default_country": "Germany"}"#).unwrap().default_country, Some("DE"));
        assert!(read(r#"{"default_country": "Atlantis"}"#).is_err());
    }
}
