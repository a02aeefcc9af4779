//! Flows as a Mermaid flowchart: systems, source, steps, targets and dead letters, under the flow's goal and owner.
//!
//! The text is meant for Markdown and the book. Texts of a flow are escaped, so that they can't break out of their label.

use std::fmt::Write as _;
use std::path::Path;

use gantry_schema::Schema;

use crate::flow::{Flow, OnViolation, RulesStep, Step, Work};
use crate::kind::Label;
use crate::units::show_duration;

/// One flowchart with a box for each flow.
#[must_use]
pub fn mermaid(flows: &[Flow]) -> String {
    let mut chart = String::from("flowchart LR\n");
    for (number, flow) in flows.iter().enumerate() {
        // Writing to a string can't fail.
        let _ = draw(&mut chart, flow, &format!("f{number}"));
    }
    chart
}

fn draw(chart: &mut String, flow: &Flow, id: &str) -> std::fmt::Result {
    writeln!(chart, "  subgraph {id}[\"{}\"]", title(flow))?;
    writeln!(chart, "    direction LR")?;
    let Label { kind, place } = flow.source.label();
    writeln!(chart, "    {id}_source([\"{}\"])", label(&[&kind, &place, &schema(flow.input_schema.as_ref())]))?;
    let mut last = format!("{id}_source");
    for (number, step) in flow.steps.iter().enumerate() {
        let this = format!("{id}_step{number}");
        writeln!(chart, "    {this}[[\"{}\"]]", label(&[&step.name, &work(step)]))?;
        writeln!(chart, "    {last} --> {this}")?;
        lookups(chart, step, id, &this)?;
        last = this;
    }
    for (number, (name, target)) in flow.targets.iter().enumerate() {
        let this = format!("{id}_target{number}");
        writeln!(
            chart,
            "    {this}([\"{}\"])",
            label(&[name.as_str(), &target.settings.label(), &schema(target.schema.as_ref())])
        )?;
        let arrow = if *name == flow.default_target { "-->" } else { "-. route .->" };
        writeln!(chart, "    {last} {arrow} {this}")?;
    }
    writeln!(chart, "    {id}_dead[(\"dead letters\")]")?;
    writeln!(chart, "    {last} -. given up .-> {id}_dead")?;
    writeln!(chart, "  end")
}

fn lookups(chart: &mut String, step: &Step, id: &str, step_id: &str) -> std::fmt::Result {
    let tables: Vec<&str> = match &step.work {
        Work::Plugin(plugin) => plugin.grants.lookup.iter().map(String::as_str).collect(),
        Work::Rules(rules) => rules.rules.tables().into_iter().collect(),
    };
    for table in tables {
        writeln!(chart, "    {id}_table_{}[/\"{}\"/] -. lookup .-> {step_id}", word(table), label(&["table", table]))?;
    }
    Ok(())
}

/// The plugin's file, or how many rules there are and what they are for.
fn work(step: &Step) -> String {
    match &step.work {
        Work::Plugin(plugin) => file_name(&plugin.plugin),
        Work::Rules(RulesStep { rules, on_violation }) => {
            let count = rules.as_slice().len();
            let purpose = if *on_violation == OnViolation::Skip { ", others skipped" } else { "" };
            format!("{count} rule{}{purpose}", if count == 1 { "" } else { "s" })
        }
    }
}

/// Name, systems, goal, owner and criteria, as far as they are stated.
fn title(flow: &Flow) -> String {
    let purpose = &flow.purpose;
    let mut criteria = Vec::new();
    criteria.extend(purpose.success.error_rate.map(|rate| format!("at most {} % dead letters", percent(rate))));
    criteria.extend(purpose.success.p95_latency.map(|latency| format!("p95 within {}", show_duration(latency))));
    let lines = [
        flow.name.to_string(),
        purpose.systems.join(" → "),
        purpose.goal.clone(),
        if purpose.owner.is_empty() { String::new() } else { format!("Owner: {}", purpose.owner) },
        if criteria.is_empty() { String::new() } else { format!("Success: {}", criteria.join(", ")) },
    ];
    label(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn percent(rate: f64) -> f64 {
    (rate * 1_000_000.0).round() / 10_000.0
}

/// The schema that messages are checked against; empty without one.
fn schema(schema: Option<&Schema>) -> String {
    let file = schema.and_then(Schema::file).map(file_name);
    file.map(|file| format!("held to {file}")).unwrap_or_default()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Lines of a label, as Mermaid wants them escaped.
fn label(lines: &[&str]) -> String {
    let filled = lines.iter().filter(|line| !line.is_empty());
    filled.map(|line| escape(line)).collect::<Vec<_>>().join("<br/>")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '<' | '>' | '&' | '#' | '`' | '\\' | '[' | ']' | '{' | '}' | '|' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A table's name in the characters of an id.
fn word(name: &str) -> String {
    name.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("_{byte:x}") })
        .collect()
}
