//! The shop's shape: one JSON object per order, with typed members.
//!
//! ```json
//! {
//!   "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
//!   "customer": {"number": "C-7", "name": "Müller & Söhne"},
//!   "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country": "Deutschland"},
//!   "currency": "EUR",
//!   "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99, "discount_percent": 10, "total": 35.98}],
//!   "freight": 4.90, "total": 40.88
//! }
//! ```

use gantry_sdk::prelude::*;
use quality::country::alpha2;
use quality::currency::{self, Currency};
use quality::decimal::Decimal;
use quality::{date, range, sku};

use crate::pricing::{agreed, amount, overflow, payable, percent, price};
use crate::sales_order::{self, Product, SalesOrder, ShipTo};
use crate::{PRODUCTS, Settings};

/// An order as the shop writes it. Members that the mapping doesn't name are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Order {
    pub order_number: Field<String>,
    pub ordered_at: Field<String>,
    pub requested_delivery: Field<String>,
    pub customer: Customer,
    pub shipping_address: Address,
    pub currency: Field<String>,
    pub lines: Vec<Line>,
    pub freight: Field<Decimal>,
    pub total: Field<Decimal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Customer {
    pub number: Field<String>,
    pub name: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Address {
    /// The customer's name unless given.
    pub name: Field<String>,
    pub street: Field<String>,
    pub postal_code: Field<String>,
    pub city: Field<String>,
    pub region: Field<String>,
    pub country: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Line {
    pub sku: Field<String>,
    pub quantity: Field<u32>,
    pub unit_price: Field<Decimal>,
    pub discount_percent: Field<Decimal>,
    /// Checked where the shop states it.
    pub total: Field<Decimal>,
}

/// The shop's order as the ERP's.
pub fn map(order: &Order, ctx: &Context<Settings>) -> Result<Output, Refusal> {
    let mut check = Checker::new();
    let skus = check.each("lines", &order.lines, |check, line| {
        check.field("sku", line.sku.text().and_then(|text| sku::strip_prefix(text, &ctx.settings.sku_prefix)))
    });
    let products = ctx.lookup(PRODUCTS, skus.iter().copied())?;
    let currency = check.field("currency", currency(order, ctx).map(Some));
    // Where the currency is unknown, and reported, amounts are still held against the usual two decimals.
    let payable = |amount| payable(amount, currency.unwrap_or(Currency::EUR));
    let lines = lines(&mut check, order, &skus, &products, currency, ctx);
    let sales_order = SalesOrder {
        document_type: "sales_order",
        external_number: check.field("order_number", order.order_number.text()),
        order_date: check
            .field("ordered_at", order.ordered_at.text().and_then(|text| date::parse(text, ctx.settings.dates))),
        requested_date: check.field("requested_delivery", requested(order, ctx)),
        shipped_date: None,
        customer_number: check.within("customer", |check| check.field("number", order.customer.number.text())),
        ship_to: ship_to(&mut check, order),
        currency: currency.map_or("", |currency| currency.code()),
        net_total: lines.iter().map(|line| line.amount).fold(Decimal::ZERO, Decimal::saturating_add),
        freight: check.field("freight", order.freight.or(Decimal::ZERO).and_then(payable)),
        lines,
        total: check.field("total", order.total.value().and_then(payable)),
    };
    across_fields(&mut check, &sales_order, ctx);
    check.finish()?;
    sales_order.into_output()
}

fn currency(order: &Order, ctx: &Context<Settings>) -> Result<Currency, Defect> {
    match (order.currency.text_or_none()?, ctx.settings.default_currency) {
        (None, Some(default)) => Ok(default),
        _ => order.currency.text().and_then(currency::of),
    }
}

fn requested(order: &Order, ctx: &Context<Settings>) -> Result<Option<date::Date>, Defect> {
    order.requested_delivery.text_or_none()?.map(|text| date::parse(text, ctx.settings.dates)).transpose()
}

fn ship_to<'a>(check: &mut Checker, order: &'a Order) -> ShipTo<'a> {
    let address = &order.shipping_address;
    let fallback = order.customer.name.text_or_none().unwrap_or_default();
    check.within("shipping_address", |check| ShipTo {
        name: match (address.name.text_or_none(), fallback) {
            (Ok(None), Some(customer)) => customer,
            _ => check.field("name", address.name.text()),
        },
        street: check.field("street", address.street.text()),
        postal_code: check.field("postal_code", address.postal_code.text_or_none()),
        city: check.field("city", address.city.text()),
        region: check.field("region", address.region.text_or_none()),
        country: check.field("country", address.country.text().and_then(alpha2)),
    })
}

fn lines<'a>(
    check: &mut Checker,
    order: &'a Order,
    skus: &[&'a str],
    products: &'a Rows<Product>,
    currency: Option<Currency>,
    ctx: &Context<Settings>,
) -> Vec<sales_order::Line<'a>> {
    check.rule("lines", !order.lines.is_empty(), "no-lines", || "an order needs at least one line".to_owned());
    check.each("lines", order.lines.iter().zip(skus).enumerate(), |check, (at, (line, sku))| {
        let broken_before = check.count();
        let known = if sku.is_empty() { Ok(None) } else { products.known(at, "unknown-product").map(Some) };
        let product = check.field("sku", known);
        let mut mapped = sales_order::Line {
            position: (at + 1) * 10,
            item: sku,
            description: product.and_then(|product| product.name.as_deref()),
            quantity: check
                .field("quantity", line.quantity.value().and_then(|n| range(n, 1..=ctx.settings.max_quantity))),
            unit_price: check.field("unit_price", line.unit_price.value().and_then(price)),
            discount_percent: check
                .field("discount_percent", line.discount_percent.or(Decimal::ZERO).and_then(percent)),
            amount: Decimal::ZERO,
        };
        let stated = check.field("total", line.total.optional().map(|total| total.copied()));
        if let Some(currency) = currency.filter(|_| check.count() == broken_before) {
            let computed = amount(mapped.quantity, mapped.unit_price, mapped.discount_percent, currency);
            mapped.amount = check.here(computed.ok_or_else(overflow));
            let stated = stated.unwrap_or(mapped.amount);
            check.field("total", agreed(stated, mapped.amount, ctx.settings.total_tolerance, "wrong-line-total"));
        }
        mapped
    })
}

/// Rules that only mean something once every field is right.
fn across_fields(check: &mut Checker, order: &SalesOrder<'_>, ctx: &Context<Settings>) {
    if !check.is_clean() {
        return;
    }
    let computed = order.net_total.saturating_add(order.freight);
    check.field("total", agreed(order.total, computed, ctx.settings.total_tolerance, "wrong-total"));
    let in_order = order.requested_date.is_none_or(|requested| requested >= order.order_date);
    check.rule("requested_delivery", in_order, "requested-before-ordered", || {
        format!("delivery is asked for before the day of the order, {}", order.order_date)
    });
}
