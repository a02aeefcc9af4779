//! The command `check`: the SDK's checker and decimals.

use gantry_sdk::prelude::*;
use quality::decimal::{self, Decimal};

#[derive(Deserialize)]
pub(crate) struct Check {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    name: Field<String>,
    #[serde(default, rename = "a/b~c")]
    slashed: Field<String>,
    #[serde(default)]
    amount: Field<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Checked {
    count: usize,
    #[serde(serialize_with = "decimal::as_text")]
    sum: Decimal,
}

/// The command `number`: a decimal as a JSON number.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    value: Field<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Number {
    number: JsonNumber,
}

/// The decimal with all its digits.
pub(crate) fn number(wanted: &Wanted) -> Result<Number, Refusal> {
    let mut check = Checker::new();
    let value = check.field("value", wanted.value.value());
    check.finish()?;
    Ok(Number { number: as_json_number(value) })
}

/// How many items there are and what they come to, unless any of them is broken.
pub(crate) fn check(input: &Check) -> Result<Checked, Refusal> {
    let mut check = Checker::new();
    let amounts = check.each("items", &input.items, |check, item| {
        check.field("name", item.name.text().map(str::to_owned));
        check.field("a/b~c", item.slashed.optional().map(|text| text.cloned()));
        check.field("amount", item.amount.value())
    });
    check.finish()?;
    let sum = amounts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add);
    let sum = sum.ok_or_else(|| Refusal::reject("out-of-range", "the sum is beyond all numbers"))?;
    Ok(Checked { count: input.items.len(), sum })
}
