//! The rules, whatever the shape of the input.

use gantry_sdk::prelude::*;
use quality::country::alpha2;
use quality::{email, fold, phone};

use crate::debtor::{Address, Debtor};
use crate::settings::{Phones, Settings};

/// A member of the input: its value, and where it stands.
pub type Member<'a> = (Place, &'a Field<String>);

/// Where a member stands: in which object, if not in the root, and its name.
pub type Place = (Option<&'static str>, &'static str);

/// The members of a contact that the ERP has a use for.
#[derive(Clone, Copy, Debug)]
pub struct Contact<'a> {
    /// The CRM's number of the contact; mandatory.
    pub number: Member<'a>,
    /// The company. Mandatory, unless there is a person.
    pub company: Member<'a>,
    /// Whom to talk to.
    pub person: Option<&'a str>,
    /// E-mail address.
    pub email: Option<Member<'a>>,
    /// Phone number.
    pub phone: Member<'a>,
    /// Fax number.
    pub fax: Option<Member<'a>>,
    /// Street and house number; mandatory.
    pub street: Member<'a>,
    /// Postal code.
    pub postal_code: Member<'a>,
    /// City; mandatory.
    pub city: Member<'a>,
    /// State or province.
    pub region: Member<'a>,
    /// Country, as code or name. Mandatory, unless the flow has a default.
    pub country: Member<'a>,
}

/// The contact as a debtor. `check` may hold what is found broken already.
pub fn debtor(mut check: Checker, contact: Contact<'_>, settings: &Settings) -> Result<Output, Refusal> {
    let found = &mut check;
    let country = at(found, contact.country, |field| country(field, settings));
    let email = contact.email.and_then(|member| at(found, member, email_of));
    let phone = at(found, contact.phone, |field| phone_of(field, country, settings.phones));
    let fax = contact.fax.map(|member| at(found, member, |field| phone_of(field, country, settings.phones)));
    let name = match contact.person {
        Some(person) => at(found, contact.company, Field::text_or_none).unwrap_or(person),
        None => at(found, contact.company, Field::text),
    };
    let address = Address {
        street: at(found, contact.street, Field::text),
        postal_code: at(found, contact.postal_code, Field::text_or_none),
        city: at(found, contact.city, Field::text),
        region: at(found, contact.region, Field::text_or_none),
        country,
    };
    let external_number = at(found, contact.number, Field::text);
    check.finish()?;
    let debtor = Debtor {
        document_type: "debtor",
        external_number,
        name,
        contact: contact.person,
        dedupe_key: dedupe_key(email.as_deref(), &phone, name, address.postal_code),
        email,
        phone: phone.text,
        fax: fax.and_then(|fax| fax.text),
        address,
    };
    debtor.into_output()
}

/// A phone number, and whether it is in the spelling that makes it a key.
#[derive(Debug, Default)]
struct Number {
    text: Option<String>,
    is_e164: bool,
}

fn at<'a, T: Default>(
    check: &mut Checker,
    ((object, name), field): Member<'a>,
    read: impl FnOnce(&'a Field<String>) -> Result<T, Defect>,
) -> T {
    match object {
        Some(object) => check.within(object, |check| check.field(name, read(field))),
        None => check.field(name, read(field)),
    }
}

fn country(field: &Field<String>, settings: &Settings) -> Result<&'static str, Defect> {
    match (field.text_or_none()?, settings.default_country) {
        (None, Some(default)) => Ok(default),
        _ => field.text().and_then(alpha2),
    }
}

fn email_of(field: &Field<String>) -> Result<Option<String>, Defect> {
    field.text_or_none()?.map(email::normalise).transpose()
}

fn phone_of(field: &Field<String>, country: &str, phones: Phones) -> Result<Number, Defect> {
    let Some(text) = field.text_or_none()? else { return Ok(Number::default()) };
    match (phone::e164(text, country), phones) {
        (Ok(number), _) => Ok(Number { text: Some(number), is_e164: true }),
        // Without a country the number can't be judged, and the country is reported already.
        (Err(_), _) if country.is_empty() => Ok(Number::default()),
        (Err(defect), Phones::Require) => Err(defect),
        (Err(_), Phones::Keep) => Ok(Number { text: Some(text.to_owned()), is_e164: false }),
        (Err(_), Phones::Drop) => Ok(Number::default()),
    }
}

/// The e-mail address, else the phone number, else name and postal code without regard to spelling.
fn dedupe_key(email: Option<&str>, phone: &Number, name: &str, postal_code: Option<&str>) -> String {
    match (email, phone) {
        (Some(email), _) => format!("email:{email}"),
        (None, Number { text: Some(number), is_e164: true }) => format!("phone:{number}"),
        _ => format!("name:{}:{}", fold(name), fold(postal_code.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_key_there_is_wins() {
        let phone = Number { text: Some("+4930123456".into()), is_e164: true };
        let kept = Number { text: Some("26.47.15.10".into()), is_e164: false };
        assert_eq!(dedupe_key(Some("a@b.de"), &phone, "X", None), "email:a@b.de");
        assert_eq!(dedupe_key(None, &phone, "X", None), "phone:+4930123456");
        assert_eq!(dedupe_key(None, &kept, "Königlich Essen", Some("S-844 67")), "name:koniglichessen:s84467");
    }
}
