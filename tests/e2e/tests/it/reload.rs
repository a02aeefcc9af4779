//! Flows and plugins replaced while the host runs: completely or not at all, and without loss.

mod certificates;
mod changes;
mod host_file;
mod load;
mod process;
mod refusals;
mod versions;

use std::path::{Path, PathBuf};

use gantry_config::Diagnostic;
use gantry_e2e::replace;
use gantry_observe::report::FlowReport;

/// A plugin file of the test's own, to be replaced: a guest under a name that stays.
fn own_plugin(dir: &Path, guest: &str) -> PathBuf {
    let file = dir.join("plugin.wasm");
    install(&file, guest);
    file
}

fn install(file: &Path, guest: &str) {
    replace(file, std::fs::read(gantry_e2e::guest(guest)).unwrap());
}

fn place(diagnostic: &Diagnostic) -> (String, Option<usize>, Option<usize>) {
    let file = diagnostic.file.file_name().unwrap().to_string_lossy().into_owned();
    (file, diagnostic.line, diagnostic.column)
}

fn report_of<'a>(reports: &'a [FlowReport], flow: &str) -> &'a FlowReport {
    reports.iter().find(|report| report.name == flow).unwrap()
}
