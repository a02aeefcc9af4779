//! Turns a contact into the ERP's debtor, and reports every rule it breaks.

use gantry_sdk::prelude::*;

/// What a flow may set.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    default_country: Option<String>,
}

/// A contact as it comes in. A `Field` may be missing, null or of the wrong type without ending the reading.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Contact {
    name: Field<String>,
    country: Field<String>,
    email: Field<String>,
}

/// A debtor as the ERP takes it.
#[derive(Serialize)]
pub struct Debtor<'a> {
    name: &'a str,
    country: &'static str,
    email: String,
}

/// The mapping: one message in, one message or a refusal out.
pub fn map(contact: Contact, ctx: &Context<Settings>) -> Result<Output, Refusal> {
    let mut check = Checker::new();
    let country = match contact.country.text_or_none() {
        Ok(None) => ctx.settings.default_country.as_deref().ok_or_else(|| Defect::new("missing-field", "no country")),
        _ => contact.country.text(),
    };
    let debtor = Debtor {
        name: check.field("name", contact.name.text()),
        country: check.field("country", country.and_then(quality::country::alpha2)),
        email: check.field("email", contact.email.text().and_then(quality::email::normalise)),
    };
    check.finish()?;
    // The host makes the idempotency key. A key of the e-mail address alone would be that of the next change too, which the
    // target would drop: `idempotency_key(&["debtor", &debtor.email, changed_at])`, if the data says when it changed.
    Output::json(&debtor)
}

gantry_sdk::plugin!(map);
