//! A shop's order becomes the ERP's sales order.
//!
//! Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO
//! 3166, the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and
//! freight. Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.
//!
//! Two shapes of input are understood, a pure function each: a shop's JSON ([`shop`]) and the orders of the Northwind
//! sample database as a CSV file source hands them over, grouped by order ([`northwind`]).

use gantry_sdk::prelude::*;

pub mod northwind;
pub mod pricing;
pub mod sales_order;
pub mod settings;
pub mod shop;

pub use settings::{Input, Settings};

/// The table that article numbers are looked up in.
pub(crate) const PRODUCTS: &str = "products";

/// The mapping, by the shape that the settings name.
pub fn map(message: Message, ctx: &Context<Settings>) -> Result<Output, Refusal> {
    match ctx.settings.input {
        Input::Shop => shop::map(&message.read()?, ctx),
        Input::Northwind => northwind::map(&message.read()?, ctx),
    }
}

gantry_sdk::plugin!(map);
