//! What is asked of a deployment.

use gantry_core::FlowName;
use gantry_core::rollout::TermsChange;

use super::error::DeployError;

/// Most recent messages of a shadow: a flow keeps no more of them.
const MOST_SHADOW: u64 = 1000;

/// Most messages of a canary or a watch, as in the host file.
const MOST_MESSAGES: u64 = 1_000_000_000;

/// The longest canary or watch: a year.
const MOST_TIME_MS: u64 = 366 * 24 * 60 * 60 * 1000;

/// Asks for a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeployRequest {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Who asks.
    pub by: String,
    /// Terms other than the host's.
    pub terms: TermsChange,
}

/// Refuses terms beyond the bounds that the host file has for them.
pub(super) fn check_bounds(terms: &TermsChange) -> Result<(), DeployError> {
    let asked = [
        ("shadow", terms.shadow.map(u64::from), MOST_SHADOW),
        ("canary_messages", terms.canary_messages, MOST_MESSAGES),
        ("canary_time_ms", terms.canary_time_ms, MOST_TIME_MS),
        ("watch_messages", terms.watch_messages, MOST_MESSAGES),
        ("watch_time_ms", terms.watch_time_ms, MOST_TIME_MS),
    ];
    for (name, value, most) in asked {
        if let Some(value) = value.filter(|value| *value > most) {
            return Err(DeployError::Term { name, most, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_beyond_the_bound_of_the_host_file_is_refused_by_name() {
        let at_the_bound = TermsChange { shadow: Some(1000), watch_messages: Some(0), ..TermsChange::default() };
        assert!(check_bounds(&at_the_bound).is_ok());
        let beyond = TermsChange { shadow: Some(99_999), ..TermsChange::default() };
        assert_eq!(check_bounds(&beyond).unwrap_err().to_string(), "`shadow` is a number from 0 to 1000, not 99999");
        let beyond = TermsChange { watch_time_ms: Some(u64::MAX), ..TermsChange::default() };
        assert!(check_bounds(&beyond).unwrap_err().to_string().starts_with("`watch_time_ms`"));
    }
}
