//! `gantry check` and secrets that others can read or guess.

use std::os::unix::fs::PermissionsExt as _;

use crate::commands::{FLOW, directory, gantry, outcome};

#[test]
fn check_warns_of_secrets_that_others_can_read_and_of_short_ones_and_shows_none() {
    let flow = FLOW.replace("env:GANTRY_TEST_TOKEN", "file:token");
    let host = "[admin]\ntoken = \"file:admin\"\n";
    let directory = directory(&[("flow.toml", &flow), ("gantry.toml", host)]);
    let set = |name: &str, secret: &str, mode: u32| {
        let path = directory.path().join(name);
        std::fs::write(&path, secret).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("admin", "of sixteen bytes, or more", 0o600);
    for (secret, mode, exposed, weak) in [
        ("of sixteen bytes", 0o600, false, false),
        ("of sixteen bytes", 0o640, true, false),
        ("of sixteen bytes", 0o604, true, false),
        ("fifteen bytes..", 0o400, false, true),
        ("whsec_b2Ygc2l4dGVlbiBieXRlcw==", 0o600, false, false),
        ("whsec_c2l4IGJ5dGVz", 0o644, true, true),
    ] {
        set("token", secret, mode);
        let (code, out, err) = outcome(&gantry(directory.path(), &["check", "flow.toml", "--format", "json"]));
        assert_eq!((code, err.contains(secret), out.contains(secret)), (0, false, false), "{out}{err}");
        assert_eq!(out.contains("secret_exposed"), exposed, "{secret} {mode:o}: {out}");
        assert_eq!(out.contains("secret_weak"), weak, "{secret} {mode:o}: {out}");
    }
    set("token", "of sixteen bytes", 0o600);
    set("admin", "short", 0o640);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "flow.toml"]));
    assert!(code == 0 && err.contains("admin` can be read by other users") && err.contains("has 5 bytes"), "{err}");
}
