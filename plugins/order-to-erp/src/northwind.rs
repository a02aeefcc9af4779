//! The Northwind shape: the rows of one order, all columns as texts, as a CSV file source hands them over when it
//! groups by `OrderID`:
//!
//! ```json
//! {"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", "Quantity": "12", …}, …]}
//! ```
//!
//! The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is
//! computed. Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.

use gantry_sdk::prelude::*;
use quality::country::alpha2;
use quality::currency::Currency;
use quality::decimal::{self, Decimal};
use quality::{date, range};

use crate::pricing::{amount, overflow, payable, percent, price};
use crate::sales_order::{Line, Product, SalesOrder, ShipTo};
use crate::{PRODUCTS, Settings};

/// The rows of one order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Order {
    /// What the rows were grouped by.
    #[serde(rename = "OrderID")]
    pub order_id: Field<String>,
    /// One per line of the order.
    pub rows: Vec<Row>,
}

/// The columns that the ERP has a use for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the sample database names them")]
pub struct Row {
    #[serde(rename = "CustomerID")]
    pub customer_id: Field<String>,
    pub order_date: Field<String>,
    pub required_date: Field<String>,
    pub shipped_date: Field<String>,
    pub freight: Field<String>,
    pub ship_name: Field<String>,
    pub ship_address: Field<String>,
    pub ship_city: Field<String>,
    pub ship_region: Field<String>,
    pub ship_postal_code: Field<String>,
    pub ship_country: Field<String>,
    #[serde(rename = "ProductID")]
    pub product_id: Field<String>,
    pub unit_price: Field<String>,
    pub quantity: Field<String>,
    /// A fraction: 0.05 is five percent.
    pub discount: Field<String>,
}

/// The rows of one order as the ERP's sales order.
pub fn map(order: &Order, ctx: &Context<Settings>) -> Result<Output, Refusal> {
    let currency = ctx.settings.default_currency.ok_or_else(|| {
        Refusal::reject("no-currency", "these orders name no currency: set `default_currency` in the flow")
    })?;
    let Some(head) = order.rows.first() else {
        return Err(Refusal::invalid("/rows", "no-lines", "an order needs at least one line"));
    };
    let mut check = Checker::new();
    let ids = check.each("rows", &order.rows, |check, row| check.field("ProductID", row.product_id.text()));
    let products = ctx.lookup(PRODUCTS, ids.iter().copied())?;
    let lines = check.each("rows", order.rows.iter().zip(&ids).enumerate(), |check, (at, (row, id))| {
        let known = if id.is_empty() { Ok(None) } else { products.known(at, "unknown-product").map(Some) };
        let product: Option<&Product> = check.field("ProductID", known);
        let mut line = line(check, row, currency, ctx);
        line.position = (at + 1) * 10;
        line.item = id;
        line.description = product.and_then(|product| product.name.as_deref());
        line
    });
    let mut sales_order = check.within("rows", |check| check.at(0, |check| of_head(check, head, currency, ctx)));
    sales_order.external_number = check.field("OrderID", order.order_id.text());
    sales_order.net_total = lines.iter().map(|line| line.amount).fold(Decimal::ZERO, Decimal::saturating_add);
    sales_order.total = sales_order.net_total.saturating_add(sales_order.freight);
    sales_order.lines = lines;
    check.finish()?;
    sales_order.into_output()
}

fn line<'a>(check: &mut Checker, row: &'a Row, currency: Currency, ctx: &Context<Settings>) -> Line<'a> {
    let broken_before = check.count();
    let fraction = row.discount.text_or_none().and_then(|text| text.map_or(Ok(Decimal::ZERO), decimal::plain));
    let mut line = Line {
        quantity: check.field("Quantity", row.quantity.text().and_then(|text| quantity(text, ctx))),
        unit_price: check.field("UnitPrice", row.unit_price.text().and_then(decimal::plain).and_then(price)),
        discount_percent: check.field("Discount", fraction.and_then(as_percent)),
        ..Line::default()
    };
    if check.count() == broken_before {
        let computed = amount(line.quantity, line.unit_price, line.discount_percent, currency);
        line.amount = check.here(computed.ok_or_else(overflow));
    }
    line
}

fn of_head<'a>(check: &mut Checker, row: &'a Row, currency: Currency, ctx: &Context<Settings>) -> SalesOrder<'a> {
    let required = |field: &'a Field<String>| date::parse(field.text()?, ctx.settings.dates);
    let optional = |field| given(field)?.map(|text| date::parse(text, ctx.settings.dates)).transpose();
    let order_date = check.field("OrderDate", required(&row.order_date));
    let requested_date = check.field("RequiredDate", optional(&row.required_date));
    let shipped_date = check.field("ShippedDate", optional(&row.shipped_date));
    let in_order = |date: Option<date::Date>| date.is_none_or(|date| date >= order_date);
    let text = || format!("before the day of the order, {order_date}");
    check.rule("RequiredDate", in_order(requested_date), "requested-before-ordered", text);
    check.rule("ShippedDate", in_order(shipped_date), "shipped-before-ordered", text);
    let freight = given(&row.freight).and_then(|text| text.map_or(Ok(Decimal::ZERO), decimal::plain));
    SalesOrder {
        document_type: "sales_order",
        external_number: "",
        order_date,
        requested_date,
        shipped_date,
        customer_number: check.field("CustomerID", row.customer_id.text()),
        ship_to: ShipTo {
            name: check.field("ShipName", row.ship_name.text()),
            street: check.field("ShipAddress", row.ship_address.text()),
            postal_code: check.field("ShipPostalCode", given(&row.ship_postal_code)),
            city: check.field("ShipCity", row.ship_city.text()),
            region: check.field("ShipRegion", given(&row.ship_region)),
            country: check.field("ShipCountry", row.ship_country.text().and_then(alpha2)),
        },
        currency: currency.code(),
        lines: Vec::new(),
        net_total: Decimal::ZERO,
        freight: check.field("Freight", freight.and_then(|amount| payable(amount, currency))),
        total: Decimal::ZERO,
    }
}

/// A column that is empty or says `NULL` holds nothing.
fn given(field: &Field<String>) -> Result<Option<&str>, Defect> {
    Ok(field.text_or_none()?.filter(|text| *text != "NULL"))
}

fn quantity(text: &str, ctx: &Context<Settings>) -> Result<u32, Defect> {
    let number = text.parse::<u32>().map_err(|_| Defect::new("wrong-type", format!("`{text}` is no whole number")))?;
    range(number, 1..=ctx.settings.max_quantity)
}

fn as_percent(fraction: Decimal) -> Result<Decimal, Defect> {
    percent(fraction.saturating_mul(Decimal::ONE_HUNDRED).normalize())
}
