//! The ERP's debtor, as it is sent.

use gantry_sdk::prelude::*;

/// A debtor.
#[derive(Debug, Serialize)]
pub struct Debtor<'a> {
    /// What the ERP calls this kind of document.
    pub document_type: &'static str,
    /// The CRM's number of the contact.
    pub external_number: &'a str,
    /// Company, or person where there is none.
    pub name: &'a str,
    /// Whom to talk to.
    pub contact: Option<&'a str>,
    /// In one spelling.
    pub email: Option<String>,
    /// E.164, or as written where the flow keeps what can't be dialled.
    pub phone: Option<String>,
    /// As `phone`.
    pub fax: Option<String>,
    /// Where bills go.
    pub address: Address<'a>,
    /// What the ERP recognises a contact by that it already has.
    pub dedupe_key: String,
}

/// Where bills go.
#[derive(Debug, Serialize)]
pub struct Address<'a> {
    /// Street and house number.
    pub street: &'a str,
    /// Not every country has them.
    pub postal_code: Option<&'a str>,
    /// City.
    pub city: &'a str,
    /// State or province.
    pub region: Option<&'a str>,
    /// ISO 3166 alpha-2.
    pub country: &'static str,
}

impl Debtor<'_> {
    /// The debtor as a message. The same contact, entered twice in the CRM, has the same idempotency key: this plugin only
    /// ever creates debtors, so a second message about one is a repetition and not a change. One that passed changes on
    /// would have to add the contact's version.
    pub fn into_output(self) -> Result<Output, Refusal> {
        let key = idempotency_key(&[&self.dedupe_key]);
        Ok(Output::json(&self)?.idempotency_key(key))
    }
}
