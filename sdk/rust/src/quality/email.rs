//! E-mail addresses in one spelling, so that they can serve as a key.

use email_address::{EmailAddress, Options};

use crate::check::Defect;

/// The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`.
///
/// The part before the `@` is in lower case too: no mail system in use distinguishes `Erika@` from `erika@`, and people
/// type both.
///
/// ```
/// use gantry_sdk::quality::email::normalise;
/// assert_eq!(normalise(" mailto:Jürgen@Müller.DE ").unwrap(), "jürgen@müller.de");
/// assert_eq!(normalise("nobody@localhost").unwrap_err().code, "not-an-email");
/// ```
pub fn normalise(text: &str) -> Result<String, Defect> {
    let bare = text.trim();
    let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
    let bare = bare.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map_or(bare, |(_, address)| address);
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    match EmailAddress::parse_with_options(bare, options) {
        Ok(_) => Ok(bare.to_lowercase()),
        Err(error) => Err(Defect::new("not-an-email", format!("`{text}` is no e-mail address: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_become_one() {
        for text in ["Max.M@X.de", " max.m@x.DE", "Max M. <max.m@x.de>", "mailto:max.m@x.de"] {
            assert_eq!(normalise(text).as_deref(), Ok("max.m@x.de"), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "max", "max@", "@x.de", "max@x", "max@@x.de", "max m@x.de", "a@x.de, b@x.de", "max@[1.2.3.4]"]
        {
            assert_eq!(normalise(text).unwrap_err().code, "not-an-email", "{text}");
        }
    }
}
