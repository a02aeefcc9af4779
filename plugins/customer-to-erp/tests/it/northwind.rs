//! All 91 customers of the Northwind sample database: nobody here made them up.

use std::collections::BTreeSet;
use std::path::Path;

use gantry_sdk::host::Host;
use gantry_sdk::plugin::Plugin;
use gantry_sdk::prelude::*;
use serde_json::{Map, Value};

const SETTINGS: &str = r#"{"input": "northwind", "phones": "keep"}"#;

/// The customers as JSON objects of texts; none where this checkout has no such data.
fn customers() -> Option<Vec<Map<String, Value>>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/northwind/customers.csv");
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

#[test]
fn every_real_customer_becomes_a_debtor_with_a_key_of_its_own() {
    let Some(customers) = customers() else { return };
    let plugin = Plugin::configure(customer_to_erp::map, SETTINGS, Host::new()).unwrap();
    let mut keys = BTreeSet::new();
    let mut dialled = 0;
    for customer in &customers {
        let row = Value::from(customer.clone()).to_string();
        let Outcome::Emit(sent) = plugin.process_one(Message::json(row.clone())) else {
            panic!("{row}: {:?}", plugin.process_one(Message::json(&row)));
        };
        let debtor: Value = serde_json::from_slice(sent[0].payload.as_bytes()).unwrap();
        assert_eq!(debtor["name"], customer["CompanyName"]);
        assert_eq!(debtor["address"]["city"], customer["City"]);
        assert_eq!(debtor["dedupe_key"].as_str(), sent[0].idempotency_key.as_deref());
        dialled += usize::from(debtor["phone"].as_str().unwrap().starts_with('+'));
        keys.insert(sent[0].idempotency_key.clone());
    }
    assert_eq!((customers.len(), keys.len()), (91, 91));
    // The others are written for numbering plans that are gone: France before 1996, London before 2000, Mexico, Brazil …
    assert_eq!(dialled, 48);
}
