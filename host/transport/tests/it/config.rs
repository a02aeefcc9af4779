//! Flow files with the kinds that there are: what is read, what is refused, what is published. Most cases are folders
//! under `tests/cases`.

mod defaults;
mod diagnostics;
mod files;
mod flow;
mod host_events;
mod reference;
mod schema;

use std::path::Path;

use gantry_config::{Diagnostics, Flow};

fn load_flows<P: AsRef<Path>>(paths: &[P]) -> Result<(Vec<Flow>, Diagnostics), Diagnostics> {
    gantry_config::load_flows(paths, &gantry_transport::kinds())
}
