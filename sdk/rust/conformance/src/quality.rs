//! The command `quality`: the data quality kit on the vectors that all SDKs share.

use gantry_sdk::prelude::*;
use gantry_sdk::quality::date::{self, Order};
use gantry_sdk::quality::decimal::{self, Notation};
use gantry_sdk::quality::instant::{self, Disambiguation, Epoch, Instant};
use gantry_sdk::quality::{country, currency, email, phone};

#[derive(Deserialize)]
pub(crate) struct Quality {
    kind: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    text: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    order: Order,
    #[serde(default)]
    notation: Notation,
    unit: Option<Epoch>,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    disambiguation: Disambiguation,
}

#[derive(Serialize)]
pub(crate) struct Answers {
    answers: Vec<String>,
}

/// The value of each vector, or the code of its defect.
pub(crate) fn quality(command: &Quality) -> Answers {
    let answers = command.vectors.iter().map(|vector| vector.answer(&command.kind));
    Answers { answers: answers.map(|answer| answer.unwrap_or_else(|defect| defect.code.to_string())).collect() }
}

impl Vector {
    fn answer(&self, kind: &str) -> Result<String, Defect> {
        match kind {
            "phones" => phone::e164(&self.text, &self.country),
            "emails" => email::normalise(&self.text),
            "dates" => date::parse(&self.text, self.order).map(|date| date.to_string()),
            "decimals" => decimal::parse(&self.text, self.notation).map(|value| value.to_string()),
            "countries" => country::alpha2(&self.text).map(str::to_owned),
            "currencies" => currency::of(&self.text).map(|currency| currency.code().to_owned()),
            "zoned-times" => instant::in_zone(instant::parse(&self.text)?, &self.zone),
            _ => self.instant().map(|instant| instant.to_string()),
        }
    }

    fn instant(&self) -> Result<Instant, Defect> {
        match self.unit {
            Some(unit) => instant::parse_epoch(&self.text, unit),
            None if self.zone.is_empty() => instant::parse(&self.text),
            None => instant::parse_local(&self.text, &self.zone, self.disambiguation),
        }
    }
}
