//! The ERP's sales order, as it is sent.

use gantry_sdk::prelude::*;
use quality::date::{self, Date};
use quality::decimal::{self, Decimal};

/// A sales order. Amounts are JSON strings: a receiver that reads JSON numbers as floats would round them.
#[derive(Debug, Serialize)]
pub struct SalesOrder<'a> {
    /// What the ERP calls this kind of document.
    pub document_type: &'static str,
    /// The shop's order number.
    pub external_number: &'a str,
    /// The day it was ordered.
    #[serde(serialize_with = "date::as_text")]
    pub order_date: Date,
    /// The day the customer asked for.
    #[serde(serialize_with = "date::as_text")]
    pub requested_date: Option<Date>,
    /// The day it left, for orders of the past.
    #[serde(serialize_with = "date::as_text")]
    pub shipped_date: Option<Date>,
    /// The shop's customer number.
    pub customer_number: &'a str,
    /// Where it goes.
    pub ship_to: ShipTo<'a>,
    /// ISO 4217.
    pub currency: &'static str,
    /// What was ordered.
    pub lines: Vec<Line<'a>>,
    /// Sum of the lines.
    #[serde(serialize_with = "decimal::as_text")]
    pub net_total: Decimal,
    /// Cost of freight.
    #[serde(serialize_with = "decimal::as_text")]
    pub freight: Decimal,
    /// Lines and freight.
    #[serde(serialize_with = "decimal::as_text")]
    pub total: Decimal,
}

/// Where an order goes.
#[derive(Debug, Serialize)]
pub struct ShipTo<'a> {
    /// Person or company.
    pub name: &'a str,
    /// Street and house number.
    pub street: &'a str,
    /// Not every country has them.
    pub postal_code: Option<&'a str>,
    /// City.
    pub city: &'a str,
    /// State or province.
    pub region: Option<&'a str>,
    /// ISO 3166 alpha-2.
    pub country: &'static str,
}

/// One line of an order.
#[derive(Debug, Default, Serialize)]
pub struct Line<'a> {
    /// 10, 20, 30 …
    pub position: usize,
    /// The ERP's article number.
    pub item: &'a str,
    /// What the table of products calls it.
    pub description: Option<&'a str>,
    /// How many.
    pub quantity: u32,
    /// Price of one, before the discount.
    #[serde(serialize_with = "decimal::as_text")]
    pub unit_price: Decimal,
    /// 0 to 100.
    #[serde(serialize_with = "decimal::as_text")]
    pub discount_percent: Decimal,
    /// Price of all, after the discount.
    #[serde(serialize_with = "decimal::as_text")]
    pub amount: Decimal,
}

/// What the plugin takes of a row of the table of products.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Its name, by one of the columns that usually hold it.
    #[serde(default, alias = "description", alias = "ProductName")]
    pub name: Option<String>,
}

impl SalesOrder<'_> {
    /// The order as a message; a repetition of the same order number is recognised by its idempotency key.
    pub fn into_output(self) -> Result<Output, Refusal> {
        let key = idempotency_key(&[&format!("order-{}", self.external_number)]);
        Ok(Output::json(&self)?.idempotency_key(key))
    }
}
