//! `--limits`: what one call of a plugin may consume while it is tried.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use gantry_config::{parse_duration, parse_size};
use gantry_core::Limits;

/// What one call may consume.
#[derive(Debug, Default, Args)]
pub(super) struct LimitsArgs {
    /// What one call may consume, as in `limits` of a step: memory, deadline, outputs, output_bytes [default: what a step
    /// gets that states none]
    #[arg(long, value_name = "KEY=VALUE,…", value_delimiter = ',')]
    limits: Vec<Limit>,
}

/// One of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Memory(usize),
    Deadline(Duration),
    Outputs(usize),
    OutputBytes(usize),
}

impl LimitsArgs {
    /// Those of a step, with what was stated in their place.
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for limit in &self.limits {
            match *limit {
                Limit::Memory(bytes) => limits.memory_bytes = bytes,
                Limit::Deadline(deadline) => limits.deadline = deadline,
                Limit::Outputs(outputs) => limits.outputs = outputs,
                Limit::OutputBytes(bytes) => limits.output_bytes = bytes,
            }
        }
        limits
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, for instance deadline=5s")?;
        let value = value.trim();
        let size = || {
            let bytes = parse_size(value).and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| *bytes > 0);
            bytes.ok_or_else(|| format!("`{value}` is no size: write 64MiB"))
        };
        match key.trim() {
            "memory" => size().map(Self::Memory),
            "output_bytes" => size().map(Self::OutputBytes),
            "outputs" => {
                let outputs = value.parse().ok().filter(|outputs| *outputs > 0);
                outputs.map(Self::Outputs).ok_or_else(|| format!("`{value}` is no number of outputs: write 1000"))
            }
            "deadline" => {
                let deadline = parse_duration(value).filter(|deadline| !deadline.is_zero());
                deadline.map(Self::Deadline).ok_or_else(|| format!("`{value}` is no duration: write 5s"))
            }
            other => Err(format!("there is no limit `{other}`: memory, deadline, outputs, output_bytes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stated_is_as_in_a_flow() {
        let stated = ["deadline=5s", "memory = 128MiB", "outputs=7"];
        let stated = LimitsArgs { limits: stated.map(|limit| limit.parse().unwrap()).into() };
        let limits =
            Limits { deadline: Duration::from_secs(5), memory_bytes: 128 << 20, outputs: 7, ..Limits::default() };
        assert_eq!(stated.limits(), limits);
        assert_eq!(LimitsArgs::default().limits(), Limits::default());
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        for (text, hint) in [
            ("deadline", "KEY=VALUE"),
            ("deadline=0s", "write 5s"),
            ("memory=lots", "write 64MiB"),
            ("fuel=1", "memory"),
        ] {
            let error = text.parse::<Limit>().unwrap_err();
            assert!(error.contains(hint), "{error}");
        }
    }
}
