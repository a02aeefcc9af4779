//! Prints the measurements as a table.

use std::fmt::Write as _;
use std::time::Duration;

use gantry_config::show_size;
use gantry_core::PluginRef;
use gantry_sandbox::Plugin;
use serde::Serialize;

use super::Measured;

/// The measurements of all cases of a plugin.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    plugin: PluginRef,
    /// The compile time in milliseconds. A host compiles each plugin once and keeps the result.
    compile_ms: f64,
    batch: u32,
    cases: Vec<Measured>,
}

impl Report {
    pub(super) fn new(plugin: &Plugin, compile: Duration, batch: u32, cases: Vec<Measured>) -> Self {
        Self { plugin: plugin.reference().clone(), compile_ms: compile.as_secs_f64() * 1e3, batch, cases }
    }

    pub(super) fn human(&self) -> String {
        let mut text = format!("{}, compiled in {:.0} ms\n", self.plugin, self.compile_ms);
        // Writing to a string can't fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let widest = self.cases.iter().map(|case| case.case.len()).max().unwrap_or(0).max(4);
        let of_batch = format!("of {}", self.batch);
        writeln!(text, "\nµs per message, by messages per instance")?;
        let head =
            ["bytes", "fresh, 1", &format!("fresh, {of_batch}"), "warm, 1", &format!("warm, {of_batch}"), "start"];
        write!(text, "{:widest$}", "case")?;
        head.iter().try_for_each(|name| write!(text, "  {name:>12}"))?;
        writeln!(text)?;
        for case in &self.cases {
            write!(text, "{:widest$}  {:>12}", case.case, case.payload_bytes)?;
            let times = [case.fresh_one_us, case.fresh_batch_us, case.warm_one_us, case.warm_batch_us, case.start_us()];
            times.iter().try_for_each(|time| write!(text, "  {time:>12.1}"))?;
            writeln!(text)?;
        }
        self.write_budget(text)
    }

    /// The case that comes nearest to each limit.
    fn write_budget(&self, text: &mut String) -> std::fmt::Result {
        let most =
            |share: fn(&Measured) -> f64| self.cases.iter().max_by(|one, other| share(one).total_cmp(&share(other)));
        writeln!(text, "\nof the default limits, for a batch of {}", self.batch)?;
        if let Some(case) = most(|case| case.memory_share) {
            let memory = show_size((case.memory_bytes as u64).div_ceil(1 << 10) << 10);
            writeln!(text, "memory    {:>6.2} %  {memory} ({})", case.memory_share * 100.0, case.case)?;
        }
        if let Some(case) = most(|case| case.deadline_share) {
            writeln!(text, "deadline  {:>6.2} %  ({})", case.deadline_share * 100.0, case.case)?;
        }
        if let Some(case) = most(|case| case.output_share) {
            writeln!(text, "output    {:>6.2} %  ({})", case.output_share * 100.0, case.case)?;
        }
        Ok(())
    }
}
