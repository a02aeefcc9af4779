//! The Northwind shape: one row of the customers' table, all columns as texts.

use gantry_sdk::prelude::*;

use crate::Settings;
use crate::contact::{self, Contact};

/// The columns that the ERP has a use for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the sample database names them")]
pub struct Row {
    #[serde(rename = "CustomerID")]
    pub customer_id: Field<String>,
    pub company_name: Field<String>,
    pub contact_name: Field<String>,
    pub address: Field<String>,
    pub city: Field<String>,
    pub region: Field<String>,
    pub postal_code: Field<String>,
    pub country: Field<String>,
    pub phone: Field<String>,
    pub fax: Field<String>,
}

/// A row of the customers' table as the ERP's debtor.
pub fn map(row: &Row, settings: &Settings) -> Result<Output, Refusal> {
    let mut check = Checker::new();
    let contact = Contact {
        number: ((None, "CustomerID"), &row.customer_id),
        company: ((None, "CompanyName"), &row.company_name),
        person: check.field("ContactName", row.contact_name.text_or_none()),
        email: None,
        phone: ((None, "Phone"), &row.phone),
        fax: Some(((None, "Fax"), &row.fax)),
        street: ((None, "Address"), &row.address),
        postal_code: ((None, "PostalCode"), &row.postal_code),
        city: ((None, "City"), &row.city),
        region: ((None, "Region"), &row.region),
        country: ((None, "Country"), &row.country),
    };
    contact::debtor(check, contact, settings)
}
