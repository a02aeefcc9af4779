//! Commands that no host answers: they create nothing, and leave nothing in what belongs to somebody else.

use std::path::{Path, PathBuf};

use crate::commands::{FLOW, directory, gantry, outcome, plugin};

#[test]
fn a_command_makes_no_store_and_says_which_directory_it_asked_and_why() {
    let directory = directory(&[("letters.ndjson", ""), ("settings/gantry.toml", "")]);
    let (_plugin, component) = plugin(&[]);
    let component = component.to_str().unwrap();
    for command in [
        "dlq groups",
        "dlq group F acknowledge",
        "dlq list",
        "dlq list --count",
        "dlq list --flow orders",
        "dlq show 01890a5d-ac96-774b-bcce-b302099a8057",
        "dlq jobs",
        "dlq job 01890a5d-ac96-774b-bcce-b302099a8057",
        "dlq export",
        "dlq redrive --yes",
        "dlq replay --all --yes",
        "dlq discard --all --reason x --yes",
        "dlq acknowledge --all --yes",
        "dlq import letters.ndjson",
        "message show 01890a5d-ac96-774b-bcce-b302099a8057",
        "quality",
        "audit list",
        "plugin catalogue",
        "flow list",
        "target list",
        "alert list",
        "deploy history",
        "reload",
    ] {
        let arguments: Vec<_> = command.split(' ').collect();
        let (code, out, err) = outcome(&gantry(directory.path(), &arguments));
        assert_eq!((code, out.as_str()), (5, ""), "{command}: {err}");
        assert!(err.contains("no host runs on the data directory "), "{command}: {err}");
        assert!(err.contains("gantry-data") && err.contains("there is no gantry.toml in "), "{command}: {err}");
    }
    let (code, _, err) = outcome(&gantry(directory.path(), &["plugin", "publish", component]));
    assert_eq!(code, 5, "{err}");
    let (code, _, err) = outcome(&gantry(directory.path(), &["dlq", "groups", "--data", "elsewhere"]));
    assert!(code == 5 && err.contains("elsewhere, and none ever did") && err.contains("`--data` or"), "{err}");
    let (code, _, err) = outcome(&gantry(directory.path(), &["dlq", "groups", "--config", "settings/gantry.toml"]));
    assert!(code == 5 && err.contains("settings/gantry.toml, which `--config`"), "{err}");
    assert!(!directory.path().join("gantry-data").exists() && !directory.path().join("elsewhere").exists());
}

#[test]
fn a_store_is_created_where_the_command_line_says_so() {
    let directory = directory(&[("letters.ndjson", "")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["dlq", "import", "letters.ndjson", "--create"]));
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = outcome(&gantry(directory.path(), &["dlq", "groups"]));
    assert_eq!((code, out.as_str()), (0, "no dead letter groups\n"), "{err}");
}

#[test]
fn nothing_is_left_in_a_store_of_another_user() {
    let directory = directory(&[("letters.ndjson", ""), ("flow.toml", FLOW)]);
    outcome(&gantry(directory.path(), &["dlq", "import", "letters.ndjson", "--create"]));
    let data = directory.path().join("gantry-data");
    for owned in [data.clone(), data.join("store")] {
        if std::os::unix::fs::chown(&owned, Some(65534), None).is_err() {
            eprintln!("not run here: only root can give a directory to another user");
            return;
        }
        let before = files(&data);
        let (code, out, err) = outcome(&gantry(directory.path(), &["dlq", "groups"]));
        assert_eq!((code, out.as_str()), (6, ""), "{err}");
        assert!(err.contains("belongs to uid 65534") && err.contains("sudo -u '#65534'"), "{err}");
        let (code, _, err) = outcome(&gantry(directory.path(), &["check", "flow.toml"]));
        assert_eq!(code, 0, "{err}");
        assert_eq!(files(&data), before);
        std::os::unix::fs::chown(&owned, Some(0), None).unwrap();
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}
