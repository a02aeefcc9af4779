//! `gantry plugin catalogue`

use clap::Args;
use gantry_api::v1::Published;

use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Hexadecimal digits of a digest to show: enough to distinguish plugins.
const DIGITS: usize = 12;

/// List the plugins that were published to a host
#[derive(Debug, Args)]
pub(crate) struct Catalogue {
    #[command(flatten)]
    host: HostArgs,
}

impl Catalogue {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let listed = client::with(&self.host, output, async |client| Ok(client.catalogue().await?))?;
        Ok(output.print(&listed, || table(&listed.plugins))?)
    }
}

fn table(plugins: &[Published]) -> String {
    if plugins.is_empty() {
        return "no plugins were published".to_owned();
    }
    let mut rows = vec![["NAME", "VERSION", "DIGEST", "CASES", "SIGNED BY", "PUBLISHED", "BY"].map(str::to_owned)];
    rows.extend(plugins.iter().map(|published| {
        let Published { plugin, cases, trusted_by, published_at, published_by, .. } = published;
        let digest = plugin.digest.to_string();
        [
            plugin.name.clone(),
            plugin.version.clone(),
            digest.trim_start_matches("sha256:").chars().take(DIGITS).collect(),
            cases.to_string(),
            trusted_by.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
            published_at.to_string(),
            text::first_line(published_by, 40),
        ]
    }));
    text::columns(&rows)
}
