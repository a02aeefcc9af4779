//! Arguments whose values are a coded enum of the API: the enum itself is parsed, so that its names and meanings are
//! stated once.

use clap::builder::PossibleValue;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer as _};

/// A value parser for a coded enum: accepts its names, and shows their meanings in the help.
macro_rules! coded {
    ($enum:ty) => {{
        use clap::builder::TypedValueParser as _;
        let values = <$enum>::ALL.iter().map(|value| $crate::coded::possible_value(value.name(), value.meaning()));
        clap::builder::PossibleValuesParser::new(values).try_map(|name| $crate::coded::parse::<$enum>(&name))
    }};
}

pub(crate) use coded;

/// A value in the help, which ends without a full stop as everywhere in clap.
pub(crate) fn possible_value(name: &'static str, meaning: &'static str) -> PossibleValue {
    PossibleValue::new(name).help(meaning.trim_end_matches('.'))
}

/// The value with this name.
pub(crate) fn parse<T: DeserializeOwned>(name: &str) -> Result<T, Error> {
    T::deserialize(name.into_deserializer())
}

#[cfg(test)]
mod tests {
    use clap::builder::TypedValueParser as _;
    use gantry_api::v1::AuditOutcome;

    #[test]
    fn every_name_of_the_enum_is_accepted_and_no_other() {
        let parser = coded!(AuditOutcome);
        let command = clap::Command::new("test");
        for outcome in AuditOutcome::ALL {
            assert_eq!(parser.parse_ref(&command, None, outcome.name().as_ref()).unwrap(), *outcome);
        }
        assert!(parser.parse_ref(&command, None, "made".as_ref()).is_err());
    }
}
