//! The CRM's shape: one JSON object per contact.
//!
//! ```json
//! {
//!   "id": "CRM-7", "company": "Müller & Söhne GmbH",
//!   "contact": {"first_name": "Jürgen", "last_name": "Müller", "email": "J.Mueller@Example.de", "phone": "030 1234567"},
//!   "address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "region": null,
//!               "country": "Deutschland"}
//! }
//! ```

use gantry_sdk::prelude::*;

use crate::Settings;
use crate::contact::{self, Contact};

/// A contact as the CRM writes it. Members that the mapping doesn't name are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct CrmContact {
    pub id: Field<String>,
    pub company: Field<String>,
    pub contact: Person,
    pub address: Address,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Person {
    pub first_name: Field<String>,
    pub last_name: Field<String>,
    pub email: Field<String>,
    pub phone: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the module's example says it")]
pub struct Address {
    pub street: Field<String>,
    pub postal_code: Field<String>,
    pub city: Field<String>,
    pub region: Field<String>,
    pub country: Field<String>,
}

/// The CRM's contact as the ERP's debtor.
pub fn map(crm: &CrmContact, settings: &Settings) -> Result<Output, Refusal> {
    let mut check = Checker::new();
    let person = check.within("contact", |check| person(check, &crm.contact));
    let (in_contact, in_address) = (|name| (Some("contact"), name), |name| (Some("address"), name));
    let contact = Contact {
        number: ((None, "id"), &crm.id),
        company: ((None, "company"), &crm.company),
        person: person.as_deref(),
        email: Some((in_contact("email"), &crm.contact.email)),
        phone: (in_contact("phone"), &crm.contact.phone),
        fax: None,
        street: (in_address("street"), &crm.address.street),
        postal_code: (in_address("postal_code"), &crm.address.postal_code),
        city: (in_address("city"), &crm.address.city),
        region: (in_address("region"), &crm.address.region),
        country: (in_address("country"), &crm.address.country),
    };
    contact::debtor(check, contact, settings)
}

fn person(check: &mut Checker, person: &Person) -> Option<String> {
    let first = check.field("first_name", person.first_name.text_or_none());
    let last = check.field("last_name", person.last_name.text_or_none());
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}
