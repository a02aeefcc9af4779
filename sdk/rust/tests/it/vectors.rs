//! The vectors of the data quality kit, `sdk/quality/vectors`: every SDK answers each of them alike.

use gantry_sdk::check::Defect;
use gantry_sdk::quality::date::Order;
use gantry_sdk::quality::decimal::Notation;
use gantry_sdk::quality::instant::{Disambiguation, Epoch};
use gantry_sdk::quality::{country, currency, date, decimal, email, instant, phone};
use serde::Deserialize;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../quality/vectors");

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize)]
struct Vector {
    text: String,
    #[serde(default)]
    country: String,
    order: Option<Order>,
    notation: Option<Notation>,
    decimals: Option<u32>,
    unit: Option<Epoch>,
    #[serde(default)]
    zone: String,
    disambiguation: Option<Disambiguation>,
    value: Option<String>,
    code: Option<String>,
}

/// Every vector of a kind has the value it says, or the defect with the code it says.
fn agree(kind: &str, at_least: usize, answer: impl Fn(&Vector) -> Result<String, Defect>) {
    let file: File = serde_json::from_slice(&std::fs::read(format!("{FOLDER}/{kind}.json")).unwrap()).unwrap();
    assert!(file.vectors.len() >= at_least, "{kind}: {} vectors", file.vectors.len());
    let wrong: Vec<_> = file.vectors.iter().filter_map(|vector| disagreement(vector, answer(vector))).collect();
    assert!(wrong.is_empty(), "{kind}: {wrong:#?}");
}

fn disagreement(vector: &Vector, answer: Result<String, Defect>) -> Option<String> {
    let agrees = match &answer {
        Ok(value) => vector.value.as_deref() == Some(value) && vector.code.is_none(),
        Err(defect) => vector.code.as_deref() == Some(defect.code.as_ref()) && vector.value.is_none(),
    };
    if agrees { None } else { Some(format!("{vector:?}: {answer:?}")) }
}

#[test]
fn phone_numbers_agree() {
    agree("phones", 100, |vector| phone::e164(&vector.text, &vector.country));
}

#[test]
fn email_addresses_agree() {
    agree("emails", 100, |vector| email::normalise(&vector.text));
}

#[test]
fn dates_agree() {
    agree("dates", 100, |vector| date::parse(&vector.text, vector.order.unwrap()).map(|date| date.to_string()));
}

#[test]
fn decimals_agree() {
    agree("decimals", 100, |vector| {
        decimal::parse(&vector.text, vector.notation.unwrap()).map(|value| value.to_string())
    });
}

#[test]
fn countries_agree() {
    agree("countries", 100, |vector| country::alpha2(&vector.text).map(str::to_owned));
}

#[test]
fn currencies_agree() {
    agree("currencies", 100, |vector| {
        let currency = currency::of(&vector.text)?;
        assert_eq!(Some(currency::decimals(currency)), vector.decimals, "{vector:?}");
        Ok(currency.code().to_owned())
    });
}

#[test]
fn instants_agree() {
    agree("instants", 100, |vector| instant::parse(&vector.text).map(|instant| instant.to_string()));
}

#[test]
fn epochs_agree() {
    agree("epochs", 100, |vector| {
        instant::parse_epoch(&vector.text, vector.unit.unwrap()).map(|instant| instant.to_string())
    });
}

#[test]
fn zoned_times_agree() {
    agree("zoned-times", 100, |vector| instant::in_zone(instant::parse(&vector.text)?, &vector.zone));
}

#[test]
fn local_times_agree() {
    agree("local-times", 100, |vector| {
        let found = instant::parse_local(&vector.text, &vector.zone, vector.disambiguation.unwrap());
        found.map(|instant| instant.to_string())
    });
}
