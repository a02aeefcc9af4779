//! The host's settings in force, and how they differ from those in the host's file. Some are read whenever they are used, so
//! that a reload can change them; the others are read once, at the start.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

use super::HostConfig;

/// The settings, and the beginnings of their names, that a reload changes. Everything else needs a restart.
const RELOADED: [&str; 12] = [
    "admin.hosts",
    "admin.token",
    "alert",
    "alert.",
    "deploy.",
    "events.queue_age",
    "history.",
    "shutdown.",
    "start.",
    "store.dead_letters",
    "store.disk_reserve",
    "store.quota",
];

/// The settings in force; clones share them.
#[derive(Clone, Debug)]
pub struct SettingsInForce(Arc<RwLock<Arc<HostConfig>>>);

/// A setting that the host's file states differently from what is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// Its name: `admin.listen`.
    pub setting: String,
    /// What is in force, as a host file states it; none: nothing.
    pub from: Option<String>,
    /// What the file says; none: nothing.
    pub to: Option<String>,
}

impl SettingsInForce {
    /// These settings.
    #[must_use]
    pub fn new(config: HostConfig) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(config))))
    }

    /// The settings as they are now.
    #[must_use]
    pub fn now(&self) -> Arc<HostConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts those of other settings in force that a reload can change.
    pub fn take_over(&self, file: &HostConfig) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(now.taking_over(file));
    }
}

impl HostConfig {
    /// These settings, with those of other settings that a reload can change.
    fn taking_over(&self, file: &Self) -> Self {
        let mut next = self.clone();
        next.admin_token.clone_from(&file.admin_token);
        next.admin_hosts.clone_from(&file.admin_hosts);
        next.alerts.clone_from(&file.alerts);
        next.deploy = file.deploy;
        next.events.queue_age = file.events.queue_age;
        next.keep_history = file.keep_history;
        next.keep_quality = file.keep_quality;
        next.keep_audit = file.keep_audit;
        next.shutdown_deadline = file.shutdown_deadline;
        next.broken_flows = file.broken_flows;
        next.disk_reserve_bytes = file.disk_reserve_bytes;
        next.queue_quota_bytes = file.queue_quota_bytes;
        next.dead_letter_bytes = file.dead_letter_bytes;
        next
    }

    /// The settings that other settings state differently, by name.
    #[must_use]
    pub fn changes(&self, other: &Self) -> Vec<SettingChange> {
        let now = stated(&self.to_json());
        let next = stated(&other.to_json());
        let names: std::collections::BTreeSet<_> = now.keys().chain(next.keys()).collect();
        let changes = names.into_iter().filter(|name| now.get(*name) != next.get(*name));
        changes
            .map(|name| SettingChange {
                setting: name.clone(),
                from: now.get(name).cloned(),
                to: next.get(name).cloned(),
            })
            .collect()
    }
}

impl SettingChange {
    /// Whether it takes a restart.
    #[must_use]
    pub fn needs_restart(&self) -> bool {
        !RELOADED.iter().any(|name| self.setting == *name || name.ends_with('.') && self.setting.starts_with(name))
    }
}

/// `` `admin.listen` changed from "127.0.0.1:8081" to "127.0.0.1:9090" ``
impl std::fmt::Display for SettingChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { setting, from, to } = self;
        match (from, to) {
            (Some(from), Some(to)) => write!(f, "`{setting}` changed from {from} to {to}"),
            (None, Some(to)) => write!(f, "`{setting}` was added: {to}"),
            (Some(from), None) => write!(f, "`{setting}` was removed: it was {from}"),
            (None, None) => write!(f, "`{setting}` changed"),
        }
    }
}

/// Every setting by name, with what a file would state. A list is one setting, unless each of it has a name: `alert.pager.url`.
fn stated(settings: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut tables = vec![(String::new(), settings)];
    while let Some((name, value)) = tables.pop() {
        match value {
            Value::Object(members) => {
                let dot = if name.is_empty() { "" } else { "." };
                tables.extend(members.iter().map(|(member, value)| (format!("{name}{dot}{member}"), value)));
            }
            Value::Array(items) if !items.is_empty() && items.iter().all(|item| item["name"].is_string()) => {
                let named = items.iter().filter_map(|item| Some((item["name"].as_str()?, item)));
                tables.extend(named.map(|(item_name, item)| (format!("{name}.{item_name}"), item)));
            }
            value => drop(found.insert(name, value.to_string())),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn names(changes: &[SettingChange], needs_restart: bool) -> Vec<&str> {
        let of_kind = changes.iter().filter(|change| change.needs_restart() == needs_restart);
        of_kind.map(|change| change.setting.as_str()).collect()
    }

    #[test]
    fn a_reload_takes_over_what_is_read_when_it_is_used_and_names_the_rest() {
        let settings = SettingsInForce::new(HostConfig::default());
        let before = settings.now();
        let file = HostConfig {
            admin_listen: ([127, 0, 0, 1], 9090).into(),
            keep_history: Duration::from_secs(3600),
            queue_quota_bytes: Some(1 << 30),
            plugin_threads: 3,
            ..(*before).clone()
        };
        let changes = before.changes(&file);
        assert_eq!(names(&changes, false), ["history.keep", "store.quota"]);
        assert_eq!(names(&changes, true), ["admin.listen", "plugins.threads"]);
        assert_eq!(changes[0].to_string(), r#"`admin.listen` changed from "127.0.0.1:8081" to "127.0.0.1:9090""#);
        assert_eq!(changes[3].to_string(), r#"`store.quota` was added: "1GiB""#);
        settings.take_over(&file);
        let left = settings.now().changes(&file);
        assert_eq!((names(&left, false), names(&left, true)), (vec![], vec!["admin.listen", "plugins.threads"]));
    }

    #[test]
    fn a_change_of_one_alert_is_said_without_the_others() {
        let host = |wait: &str| {
            let alert = |name: &str, wait: &str| {
                format!("[[alert]]\nname = \"{name}\"\nurl = \"https://example.com\"\nresolve_after = \"{wait}\"\n")
            };
            let text = [alert("pager", wait), alert("chat", "1m")].concat();
            let file = crate::diagnostic::SourceFile { path: "gantry.toml".into(), text: text.into() };
            crate::load::host(&mut crate::diagnostic::Report::of(file), HostConfig::default()).unwrap()
        };
        let changes = host("2m").changes(&host("3m"));
        assert_eq!(names(&changes, false), ["alert.pager.resolve_after"]);
        assert_eq!(changes[0].to_string(), r#"`alert.pager.resolve_after` changed from "2m" to "3m""#);
    }

    #[test]
    fn whatever_is_said_to_be_reloaded_is_taken_over() {
        let default = HostConfig::default();
        let text = r#"
            admin = { token = "env:TOKEN", hosts = ["gantry.internal"] }
            deploy = { shadow = 7, changed = "accept", newly_failing = "ask", max_failure_rate = 0.5, canary = { share = 0.5, messages = 7, time = "7m" }, watch = { messages = 7, time = "7m" } }
            events = { queue_age = "7m", instance = "other" }
            history = { keep = "3d", quality = "3d", audit = "3d" }
            shutdown = { deadline = "7s" }
            start = { broken_flows = "without" }
            store = { disk_reserve = "7MiB", quota = "7GiB", dead_letters = "7GiB", cache = "7MiB", wal = "7MiB" }
            reload = { watch = true }
            intake = { listen = "127.0.0.1:7", connections = 7, connections_per_address = 7, body_memory = "7MiB" }
            plugins = { threads = 7, unsigned = "allow" }
            data = { dir = "/other" }
            [[alert]]
            name = "pager"
            url = "https://example.com"
        "#;
        let file = crate::diagnostic::SourceFile { path: "gantry.toml".into(), text: text.into() };
        let file = crate::load::host(&mut crate::diagnostic::Report::of(file), default.clone()).unwrap();
        let settings = SettingsInForce::new(default);
        settings.take_over(&file);
        let left = settings.now().changes(&file);
        assert!(left.iter().all(SettingChange::needs_restart), "{left:?}");
        let left = names(&left, true);
        let expected = [
            "data.dir",
            "events.instance",
            "intake.body_memory",
            "intake.connections",
            "intake.connections_per_address",
            "intake.listen",
            "plugins.threads",
            "plugins.unsigned",
            "reload.watch",
            "store.cache",
            "store.wal",
        ];
        assert_eq!(left, expected);
    }
}
