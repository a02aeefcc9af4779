//! Phone numbers to E.164, as libphonenumber reads and judges them, by the same numbering plans of all countries: tables
//! that are walked in place, a fraction of what a port of libphonenumber weighs in a component.

mod extension;
mod plan;
mod shape;
mod text;

use crate::check::Defect;
use plan::Plan;

/// Of national numbers.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=17;

/// The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2 code.
///
/// A number is read however people write it: with `+`, with the digits that lead abroad from its country (`00`, `011`),
/// with or without what is dialled inside the country only, as a `tel:` link, with an extension, which is left out, or
/// with letters for digits. It must be valid: of a range that its country has given out; whether it is in service can't be
/// told. Anything else is `not-a-phone-number`.
///
/// # Panics
///
/// If the country isn't spelt as an alpha-2 code, which is a mistake of the plugin. Without one, `""`, only international
/// spelling is read.
///
/// ```
/// use gantry_sdk::quality::phone::e164;
/// assert_eq!(e164("030 - 007 43 21", "DE").unwrap(), "+49300074321");
/// assert_eq!(e164("+1 (503) 555-7555", "DE").unwrap(), "+15035557555");
/// assert_eq!(e164("12", "DE").unwrap_err().code, "not-a-phone-number");
/// ```
pub fn e164(text: &str, country: &str) -> Result<String, Defect> {
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    assert!(
        is_code || country.is_empty(),
        "the country of a phone number is an alpha-2 code, and `{country}` is none: use alpha2"
    );
    let number = text::number_in(text).and_then(|written| read(&written, plan::of(country)));
    number.ok_or_else(|| Defect::new("not-a-phone-number", format!("`{text}` can't be dialled in {country}")))
}

fn read(written: &str, own: Option<Plan>) -> Option<String> {
    let is_international = written.starts_with('+');
    if own.is_none() && !is_international {
        return None;
    }
    let split = split(written, own).or_else(|| {
        // Perhaps somebody put a plus before digits that are dialled inside the country.
        let digits = if is_international { written.trim_start_matches('+') } else { return None };
        split(digits, own).filter(|split| split.code.is_some())
    })?;
    let plan = split.code.map_or(own, |code| plan::main(&code))?;
    if split.number.len() < *LENGTHS.start() {
        return None;
    }
    let stripped = plan.without_prefix(&split.number);
    let number = if plan.has_length(&stripped) { stripped } else { split.number };
    let is_valid = LENGTHS.contains(&number.len()) && plan::is_valid(plan.code, &number);
    if is_valid { Some(format!("+{}{number}", plan.code)) } else { None }
}

/// A number whose calling code, if it has one, is known.
struct Split {
    code: Option<String>,
    number: String,
}

/// None where there is no such calling code.
fn split(written: &str, own: Option<Plan>) -> Option<Split> {
    let digits = text::digits(written);
    let behind = if written.starts_with('+') {
        Some(digits.as_str())
    } else {
        own.and_then(|plan| plan.behind_access_code(&digits))
    };
    if let Some(behind) = behind {
        let (code, number) = if behind.len() > *LENGTHS.start() { plan::split_code(behind)? } else { return None };
        return Some(Split { code: Some(code.to_owned()), number: number.to_owned() });
    }
    if let Some((plan, rest)) = own.and_then(|plan| Some((plan, digits.strip_prefix(plan.code)?))) {
        let rest = plan.without_prefix(rest);
        if (!plan.fits(&digits) && plan.fits(&rest)) || plan.is_too_long(&digits) {
            return Some(Split { code: Some(plan.code.to_owned()), number: rest });
        }
    }
    Some(Split { code: None, number: digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_spellings_are_read_by_the_plan_of_the_country() {
        for (text, country, number) in [
            ("(20) 7946-0958", "GB", "+442079460958"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("0921-12 34 65", "SE", "+46921123465"),
            ("(11) 5555-7647", "BR", "+551155557647"),
            ("035-640230", "IT", "+39035640230"),
            ("86 21 32 43", "DK", "+4586213243"),
            ("0049 30 12345678", "DE", "+493012345678"),
            ("06 1 234 5678", "HU", "+3612345678"),
        ] {
            assert_eq!(e164(text, country).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    #[should_panic = "an alpha-2 code, and `Germany` is none"]
    fn a_country_that_is_no_code_is_a_fault_of_the_plugin() {
        let _ = e164("0170 1234567", "Germany");
    }

    #[test]
    fn what_cannot_be_dialled_is_no_number() {
        for (text, country) in [("26.47.15.10", "FR"), ("call me", "DE"), ("", "DE"), ("030 1234567", "ZZ")] {
            assert_eq!(e164(text, country).unwrap_err().code, "not-a-phone-number", "{text}");
        }
    }
}
