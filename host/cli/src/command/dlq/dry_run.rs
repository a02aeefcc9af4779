//! `gantry dlq replay --with NAME@VERSION --dry-run`: what another version would make of dead letters, against the one in
//! force. Nothing is sent, no letter changes.

use std::collections::BTreeMap;

use anyhow::anyhow;
use gantry_api::v1::{DryRunRequest, FlowReport, PluginInForce, ShadowReport};
use gantry_core::{DeadLetterId, FlowName, PluginVersion};
use serde::Serialize;

use super::chosen::Chosen;
use crate::args::HostArgs;
use crate::client::{self, Client};
use crate::command::deploy::show;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// What came of one flow's letters.
#[derive(Serialize)]
struct Tried {
    flow: FlowName,
    step: String,
    #[serde(flatten)]
    report: ShadowReport,
}

/// Tries the chosen letters, flow by flow.
pub(super) fn run(
    chosen: &Chosen<'_>,
    with: &PluginVersion,
    step: Option<&str>,
    host: &HostArgs,
    output: &Output,
) -> Result<(), Failure> {
    client::with(host, output, async |client| {
        let flows = client.flows().await?;
        let mut all = Vec::new();
        for (flow, dead_letters) in by_flow(chosen, client).await? {
            let step = step.map_or_else(|| only_step(&flows, &flow, with), |step| Ok(step.to_owned()))?;
            all.push(try_flow(client, flow, step, with, dead_letters).await?);
        }
        Ok(output.print(&all, || all.iter().map(page).collect::<Vec<_>>().join("\n"))?)
    })
}

async fn try_flow(
    client: &Client,
    flow: FlowName,
    step: String,
    with: &PluginVersion,
    dead_letters: Vec<DeadLetterId>,
) -> Result<Tried, Failure> {
    let (of_flow, of_step) = (flow.clone(), step.clone());
    let request = DryRunRequest { flow, step, with: with.to_string(), dead_letters };
    Ok(Tried { flow: of_flow, step: of_step, report: client.dry_run(&request).await? })
}

async fn by_flow(chosen: &Chosen<'_>, client: &Client) -> Result<BTreeMap<FlowName, Vec<DeadLetterId>>, Failure> {
    let mut letters: BTreeMap<FlowName, Vec<DeadLetterId>> = BTreeMap::new();
    for id in chosen.find(client).await? {
        letters.entry(client.dead_letter(id).await?.flow).or_default().push(id);
    }
    if letters.is_empty() { Err(Failure::new(Exit::NotFound, anyhow!("no dead letter to try"))) } else { Ok(letters) }
}

/// The step that is meant where none is named: that of a plugin of the same name, or the only one.
fn only_step(flows: &[FlowReport], flow: &FlowName, with: &PluginVersion) -> Result<String, Failure> {
    let report = flows.iter().find(|known| known.name == flow.as_str());
    let plugins: &[PluginInForce] = report.map_or(&[], |report| &report.plugins);
    let same: Vec<_> = plugins.iter().filter(|plugin| plugin.name == with.name()).collect();
    match (same.as_slice(), plugins) {
        ([plugin], _) => Ok(plugin.step.clone()),
        (_, [plugin]) => Ok(plugin.step.clone()),
        _ => Err(Failure::new(Exit::Usage, anyhow!("flow `{flow}` has several steps: say which with `--step`"))),
    }
}

fn page(Tried { flow, step, report }: &Tried) -> String {
    format!("{flow}/{step}: {}\n{}", show::shadow(report), show::differences(report))
}
