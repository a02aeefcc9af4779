//! `gantry reload`: has a running host read its flow files again.

use clap::Args;
use gantry_admin::problem::Problem;
use gantry_config::Code;
use serde_json::Value;

use crate::args::HostArgs;
use crate::desk::{self, Reloaded};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};
use crate::text;

/// Take edited flows, plugins and tables in force, without stopping the running host
///
/// The host reads its flow files again and checks everything as at its start. If all is right, what changed takes
/// over and the rest is left alone; if anything is wrong, nothing changes. Messages in flight end under the version
/// they began with.
#[derive(Debug, Args)]
pub(crate) struct Reload {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Reload {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match desk::reload(&self.host, output)? {
            Reloaded::Done(report) => Ok(output.print(&report, || summary(&report))?),
            Reloaded::Refused(problem) => {
                refuse(output, &problem);
                Err(Failure::said(verdict(&problem)))
            }
        }
    }
}

fn summary(report: &Value) -> String {
    if report["result"] == "unchanged" {
        return "nothing to do: the files say what is in force".to_owned();
    }
    let changes = &report["changes"];
    let names = |of: &str| {
        let names = changes[of].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    let removed = changes["removed"].as_array().into_iter().flatten().map(|gone| {
        let flow = gone["flow"].as_str().unwrap_or_default();
        match gone["waiting"].as_u64() {
            Some(waiting @ 1..) => format!("{flow} ({waiting} in its queue, kept until the flow is back)"),
            _ => flow.to_owned(),
        }
    });
    text::fields(&[
        ("added", names("added")),
        ("changed", names("changed")),
        ("removed", removed.collect::<Vec<_>>().join(", ")),
        ("unchanged", names("unchanged")),
    ])
}

fn refuse(output: &Output, problem: &Problem) {
    match output.format {
        Format::Json => output.complain(&serde_json::json!({ "diagnostics": problem.diagnostics }).to_string()),
        Format::Human => {
            problem.diagnostics.iter().for_each(|diagnostic| output.complain(&line(diagnostic)));
            output.complain("gantry: reload refused; nothing changed");
        }
    }
}

/// `error: file:line:column: message`, and below it how to put it right.
fn line(diagnostic: &Value) -> String {
    let text = |key: &str| diagnostic[key].as_str().unwrap_or_default();
    let place = ["line", "column"].iter().filter_map(|key| diagnostic[*key].as_u64());
    let place: String = place.map(|number| format!(":{number}")).collect();
    let help = if text("help").is_empty() { String::new() } else { format!("\n  help: {}", text("help")) };
    format!("{}: {}{place}: {}{help}", text("severity"), text("file"), text("message"))
}

/// As for `gantry check`: refused plugins have a code of their own, unless the configuration has mistakes too.
fn verdict(problem: &Problem) -> Exit {
    let mut errors = problem.diagnostics.iter().filter(|diagnostic| diagnostic["severity"] == "error");
    if errors.all(|diagnostic| diagnostic["code"] == Code::PluginRefused.name()) {
        Exit::PluginRefused
    } else {
        Exit::InvalidConfig
    }
}
