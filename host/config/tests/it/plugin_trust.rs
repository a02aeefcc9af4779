//! Whose signatures publish plugins, as a host file says it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use gantry_config::HostConfig;
use gantry_core::Timestamp;

fn load(text: &str) -> HostConfig {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gantry.toml");
    std::fs::write(&file, text).unwrap();
    HostConfig::load(Some(&file)).unwrap().0
}

const KEYS: &str = r#"
[plugins]
unsigned = "allow"

[[plugins.trust]]
name = "release"
key = "ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
publish = ["order-*", "customers"]
not_after = "2027-06-30"

[[plugins.trust]]
name = "old"
key = "ed25519:/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU="
publish = ["*"]
not_after = "2027-06-30T12:00:00+02:00"
revoked = true
"#;

#[test]
fn unless_the_host_file_says_otherwise_nobody_is_trusted_and_unsigned_plugins_are_refused() {
    for config in [HostConfig::default(), load("[plugins]\nthreads = 1\n")] {
        assert!(!config.plugin_trust.allow_unsigned && config.plugin_trust.keys.is_empty());
    }
}

#[test]
fn a_day_counts_to_its_end_and_a_moment_is_a_moment() {
    let trust = load(KEYS).plugin_trust;
    assert!(trust.allow_unsigned);
    let [release, old] = trust.keys.as_slice() else { panic!("two keys: {trust:?}") };
    assert_eq!((release.name.as_str(), release.revoked, old.revoked), ("release", false, true));
    let told = |time: Option<Timestamp>| time.unwrap().to_string();
    assert_eq!(told(release.not_after), "2027-07-01T00:00:00.000Z");
    assert_eq!(told(old.not_after), "2027-06-30T10:00:00.000Z");
    assert!(release.publish.iter().any(|pattern| pattern.matches("order-to-erp")));
}

#[test]
fn what_is_in_force_reads_as_a_host_file_again() {
    let config = load(KEYS);
    let text = toml::to_string(&config.to_json()).unwrap();
    assert_eq!(load(&text).plugin_trust, config.plugin_trust, "{text}");
}
