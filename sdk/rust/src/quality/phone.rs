//! Phone numbers to E.164, by the numbering plans of the crate `phonelib`: tables without regular expressions, a
//! fraction of what a port of libphonenumber weighs in a component.

use phonelib::PhoneNumber;

use crate::check::Defect;

/// The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
/// A number that nobody can dial today, for instance in a spelling from before a change of its country's plan, is
/// `not-a-phone-number`.
///
/// ```
/// use gantry_sdk::quality::phone::e164;
/// assert_eq!(e164("030 - 007 43 21", "DE").unwrap(), "+49300074321");
/// assert_eq!(e164("+1 (503) 555-7555", "DE").unwrap(), "+15035557555");
/// assert_eq!(e164("12", "DE").unwrap_err().code, "not-a-phone-number");
/// ```
pub fn e164(text: &str, country: &str) -> Result<String, Defect> {
    match PhoneNumber::try_parse_with_country(text, country) {
        Ok(number) => Ok(number.e164().to_owned()),
        Err(error) => {
            Err(Defect::new("not-a-phone-number", format!("`{text}` can't be dialled in {country}: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_spellings_are_read_by_the_plan_of_the_country() {
        for (text, country, number) in [
            ("(171) 555-7788", "GB", "+441715557788"),
            ("0171 555 7788", "GB", "+441715557788"),
            ("0921-12 34 65", "SE", "+46921123465"),
            ("(11) 555-7647", "BR", "+55115557647"),
            ("035-640230", "IT", "+39035640230"),
            ("86 21 32 43", "DK", "+4586213243"),
            ("0049 30 12345678", "DE", "+493012345678"),
            ("06 1 234 5678", "HU", "+3612345678"),
        ] {
            assert_eq!(e164(text, country).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_is_no_number() {
        for (text, country) in [("26.47.15.10", "FR"), ("call me", "DE"), ("", "DE"), ("030 1234567", "ZZ")] {
            assert_eq!(e164(text, country).unwrap_err().code, "not-a-phone-number", "{text}");
        }
    }
}
