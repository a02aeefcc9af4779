//! All 830 orders of the Northwind sample database: nobody here made them up.

use std::path::Path;

use gantry_sdk::host::Host;
use gantry_sdk::plugin::Plugin;
use gantry_sdk::prelude::*;
use serde_json::{Map, Value, json};

const SETTINGS: &str = r#"{"input": "northwind", "default_currency": "USD"}"#;

/// The rows of a table as JSON objects of texts; none where this checkout has no such data.
fn table(name: &str) -> Option<Vec<Map<String, Value>>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind").join(name);
    if !file.exists() {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    }
    let mut reader = csv::Reader::from_path(file).unwrap();
    let columns = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        columns.iter().zip(&record).map(|(column, value)| (column.to_owned(), value.into())).collect()
    };
    Some(reader.records().map(|record| row(record.unwrap())).collect())
}

/// Rows that follow one another and have the same order number, as the file source groups them.
fn orders(rows: Vec<Map<String, Value>>) -> Vec<(String, Vec<Map<String, Value>>)> {
    let mut orders: Vec<(String, Vec<_>)> = Vec::new();
    for row in rows {
        let id = row["OrderID"].as_str().unwrap();
        match orders.last_mut() {
            Some((last, rows)) if last == id => rows.push(row),
            _ => orders.push((id.to_owned(), vec![row])),
        }
    }
    orders
}

#[test]
fn every_real_order_becomes_a_sales_order() {
    let (Some(rows), Some(products)) = (table("orders.csv"), table("products.csv")) else { return };
    let products = products.into_iter().map(|row| (row["ProductID"].as_str().unwrap().to_owned(), row.into()));
    let plugin = Plugin::configure(order_to_erp::map, SETTINGS, Host::new().table("products", products)).unwrap();
    let orders = orders(rows);
    assert_eq!(orders.len(), 830);
    let mut lines = 0;
    for (id, rows) in orders {
        let name = rows[0]["ShipName"].clone();
        let message = json!({ "OrderID": id, "rows": rows }).to_string();
        let Outcome::Emit(sent) = plugin.process_one(Message::json(message.clone())) else {
            panic!("{id}: {:?}", plugin.process_one(Message::json(message)));
        };
        assert_eq!(sent[0].idempotency_key.as_deref(), Some(format!("order-{id}").as_str()));
        let order: Value = serde_json::from_slice(sent[0].payload.as_bytes()).unwrap();
        assert_eq!(order["ship_to"]["name"], name, "{id}");
        lines += order["lines"].as_array().unwrap().len();
    }
    assert_eq!(lines, 2155);
}
