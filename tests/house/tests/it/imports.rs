//! How files of a crate import each other: in no more circles than noted.

use gantry_house::imports::{circles, imports};
use gantry_house::manifest::crates;

/// Files in circles of imports, by crate. Those that aren't here have none. A number only ever goes down.
const IN_CIRCLES: &[(&str, usize)] = &[("host/store", 18)];

#[test]
fn imports_run_in_no_wider_circles_than_noted() {
    let noted = |folder: &str| IN_CIRCLES.iter().find(|(of, _)| *of == folder).map_or(0, |(_, files)| *files);
    let mut wrong = Vec::new();
    for one in crates().iter().filter(|one| one.folder.starts_with("host/")) {
        let circles = circles(&imports(&one.folder));
        let found: usize = circles.iter().map(Vec::len).sum();
        let noted = noted(&one.folder);
        if found > noted {
            wrong.push(format!("{}: {found} files in circles, {noted} are noted: {circles:#?}", one.folder));
        } else if found < noted {
            wrong.push(format!("{}: only {found} files in circles: lower the number from {noted}", one.folder));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_noted_crate_is_there() {
    for (folder, _) in IN_CIRCLES {
        assert!(crates().iter().any(|one| one.folder == *folder), "there is no crate in {folder}");
    }
}
