//! The flow files of the host under test. Timeouts are short, so that a round ends. Only the breaker is switched off,
//! because the targets fail more often than a breaker allows.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use crate::load::{FLOWS, Flow};
use crate::target::TIMEOUT;

/// Writes the flow files and the plugin they name into `dir`.
pub fn write(dir: &Path, targets: SocketAddr) -> Result<()> {
    let plugin = dir.join("outcomes.wasm");
    std::fs::write(&plugin, gantry_guests::OUTCOMES)?;
    std::fs::create_dir_all(dir.join("flows"))?;
    for flow in FLOWS {
        std::fs::write(dir.join("flows").join(format!("{}.toml", flow.name())), text(flow, &plugin, targets))?;
    }
    Ok(())
}

fn text(flow: Flow, plugin: &Path, targets: SocketAddr) -> String {
    let name = flow.name();
    let (ordering, on_failure) = match flow {
        Flow::Free => ("none", ""),
        Flow::Block => ("key", "on_failure = \"block\"\n"),
        Flow::Skip | Flow::Once => ("key", ""),
    };
    let mut text = format!(
        "[flow]\nname = \"{name}\"\nordering = \"{ordering}\"\n{on_failure}retry = {{ attempts = 3, base = \"4ms\", cap = \"20ms\" }}\n\
         [source.webhook]\npath = \"/{name}\"\nverify = \"none\"\nkey = {{ pointer = \"/key\" }}\n"
    );
    if flow == Flow::Once {
        text.push_str("idempotency_key = { window = \"30d\" }\n");
    } else {
        let _ = write!(text, "[[step]]\nplugin = {:?}\n", plugin.display().to_string());
    }
    for (place, target) in flow.targets().iter().enumerate() {
        let default = place == 0;
        let timeout = TIMEOUT.as_millis();
        let _ = write!(
            text,
            "[target.{target}.http]\nurl = \"http://{targets}/{name}/{target}\"\ndefault = {default}\n\
             timeout = \"{timeout}ms\"\nbreaker = {{ enabled = false }}\n\
             retry = {{ attempts = 6, base = \"4ms\", cap = \"40ms\", retry_after_cap = \"60ms\", budget = {{ share = 1.0, floor = 1000 }} }}\n"
        );
    }
    text
}
