//! `gantry dlq replay --with NAME@VERSION --dry-run`: runs dead letters through another version and compares its
//! outcomes with the current version. Nothing is sent and no dead letter changes.

use std::collections::BTreeMap;

use anyhow::anyhow;
use gantry_api::v1::{DryRunRequest, FlowReport, PluginInForce, ShadowReport};
use gantry_core::{DeadLetterId, FlowName, PluginVersion};
use serde::Serialize;
use serde_json::json;

use super::selection::Selection;
use crate::args::HostArgs;
use crate::client::{self, Client};
use crate::command::deploy::show;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The comparison for one flow.
#[derive(Serialize)]
struct FlowComparison {
    flow: FlowName,
    step: String,
    #[serde(flatten)]
    report: ShadowReport,
}

/// Runs the selected dead letters, flow by flow.
pub(super) fn run(
    selection: &Selection<'_>,
    with: &PluginVersion,
    step: Option<&str>,
    host: &HostArgs,
    output: &Output,
) -> Result<(), Failure> {
    client::with_host(host, output, async |client| {
        let flows = client.flows().await?;
        let mut all = Vec::new();
        for (flow, dead_letters) in by_flow(selection, client).await? {
            let step = step.map_or_else(|| only_step(&flows, &flow, with), |step| Ok(step.to_owned()))?;
            all.push(compare(client, flow, step, with, dead_letters).await?);
        }
        Ok(output.print(&json!({ "comparisons": &all }), || all.iter().map(page).collect::<Vec<_>>().join("\n"))?)
    })
}

async fn compare(
    client: &Client,
    flow: FlowName,
    step: String,
    with: &PluginVersion,
    dead_letters: Vec<DeadLetterId>,
) -> Result<FlowComparison, Failure> {
    let request = DryRunRequest { flow, step, with: with.to_string(), dead_letters };
    let report = client.dry_run(&request).await?;
    Ok(FlowComparison { flow: request.flow, step: request.step, report })
}

async fn by_flow(selection: &Selection<'_>, client: &Client) -> Result<BTreeMap<FlowName, Vec<DeadLetterId>>, Failure> {
    let mut dead_letters: BTreeMap<FlowName, Vec<DeadLetterId>> = BTreeMap::new();
    for id in selection.find(client).await? {
        let dead_letter = client.dead_letter(id).await?;
        dead_letters.entry(dead_letter.flow).or_default().push(dead_letter.id);
    }
    if dead_letters.is_empty() {
        Err(Failure::new(Exit::NotFound, anyhow!("no dead letters selected")))
    } else {
        Ok(dead_letters)
    }
}

/// The step to use if none is given: the one with a plugin of the same name, or the only one.
fn only_step(flows: &[FlowReport], flow: &FlowName, with: &PluginVersion) -> Result<String, Failure> {
    let report = flows.iter().find(|known| known.name == flow.as_str());
    let plugins: &[PluginInForce] = report.map_or(&[], |report| &report.plugins);
    let same: Vec<_> = plugins.iter().filter(|plugin| plugin.name == with.name()).collect();
    match (same.as_slice(), plugins) {
        ([plugin], _) => Ok(plugin.step.clone()),
        (_, [plugin]) => Ok(plugin.step.clone()),
        _ => Err(Failure::new(Exit::Usage, anyhow!("flow `{flow}` has several steps: name one with `--step`"))),
    }
}

fn page(FlowComparison { flow, step, report }: &FlowComparison) -> String {
    format!("{flow}/{step}: {}\n{}", show::shadow(report), show::differences(report))
}
