//! A CRM's contact becomes the ERP's debtor.
//!
//! E-mail, phone and country are brought to one spelling, and each debtor gets a key by which the ERP recognises a
//! contact it already has: the e-mail address, else the phone number, else name and postal code. Names stay as they are
//! written, accents and all.
//!
//! Two shapes of input are understood: a CRM's JSON ([`crm`]) and the customers of the Northwind sample database as a
//! CSV file source hands them over ([`northwind`]). Both are read into one [`contact::Contact`], where the rules live.

use gantry_sdk::prelude::*;

pub mod contact;
pub mod crm;
pub mod debtor;
pub mod northwind;
pub mod settings;

pub use settings::{Input, Phones, Settings};

/// The mapping, by the shape that the settings name.
pub fn map(message: Message, ctx: &Context<Settings>) -> Result<Output, Refusal> {
    match ctx.settings.input {
        Input::Crm => crm::map(&message.read()?, &ctx.settings),
        Input::Northwind => northwind::map(&message.read()?, &ctx.settings),
    }
}

gantry_sdk::plugin!(map);
