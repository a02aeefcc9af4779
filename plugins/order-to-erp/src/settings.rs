//! What a flow may set.

use gantry_sdk::prelude::*;
use quality::currency::{self, Currency};
use quality::date;
use quality::decimal::{self, Decimal};

/// The shape of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A shop's JSON.
    #[default]
    Shop,
    /// Rows of the Northwind sample database, grouped by order.
    Northwind,
}

/// The settings, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Settings {
    /// The shape of the input.
    pub input: Input,
    /// What the shop writes before the article number.
    pub sku_prefix: String,
    /// What comes first in `03/09/2026`.
    pub dates: date::Order,
    /// The currency of an order that names none.
    pub default_currency: Option<Currency>,
    /// How far a stated total may be from the computed one.
    pub total_tolerance: Decimal,
    /// The largest plausible quantity of one line.
    pub max_quantity: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            input: Input::default(),
            sku_prefix: "PROD-".to_owned(),
            dates: date::Order::default(),
            default_currency: None,
            total_tolerance: Decimal::new(1, 2),
            max_quantity: 10_000,
        }
    }
}

/// As written in the flow; `plugin.toml` holds the schema.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    input: Input,
    sku_prefix: Option<String>,
    dates: date::Order,
    default_currency: Option<String>,
    total_tolerance: Option<String>,
    max_quantity: Option<u32>,
}

impl TryFrom<Raw> for Settings {
    type Error = Defect;

    fn try_from(raw: Raw) -> Result<Self, Defect> {
        let default = Self::default();
        Ok(Self {
            input: raw.input,
            sku_prefix: raw.sku_prefix.unwrap_or(default.sku_prefix),
            dates: raw.dates,
            default_currency: raw.default_currency.as_deref().map(currency::of).transpose()?,
            total_tolerance: raw.total_tolerance.as_deref().map_or(Ok(default.total_tolerance), decimal::plain)?,
            max_quantity: raw.max_quantity.unwrap_or(default.max_quantity),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_the_default() {
        let settings: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(settings.total_tolerance.to_string(), "0.01");
        assert_eq!((settings.input, settings.sku_prefix.as_str()), (Input::Shop, "PROD-"));
    }

    #[test]
    fn what_is_no_currency_is_refused_at_the_start() {
        assert!(serde_json::from_str::<Settings>(r#"{"default_currency": "XXXX"}"#).is_err());
        assert!(serde_json::from_str::<Settings>(r#"{"currency": "EUR"}"#).is_err());
    }
}
