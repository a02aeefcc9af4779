//! No files of a crate import each other in a circle.

use gantry_house::imports::{circles, imports};
use gantry_house::manifest::crates;

#[test]
fn no_files_import_each_other_in_a_circle() {
    let crates = crates();
    let host: Vec<_> = crates.iter().filter(|one| one.folder.starts_with("host/")).collect();
    assert!(host.len() > 15, "only {} crates are read", host.len());
    let mut wrong = Vec::new();
    for one in host {
        let circles = circles(&imports(&one.folder));
        if !circles.is_empty() {
            wrong.push(format!("{}: {circles:#?}", one.folder));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
