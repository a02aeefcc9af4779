//! The host's own settings: where it keeps its data, where it listens, how it stops.
//!
//! The defaults are `config.default.toml`, embedded: one text that is both the default and its documentation.

mod in_force;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use gantry_core::coded_enum;
use gantry_core::rollout::{Judgement, Terms, Window};

use crate::alert::{Alert, Events};
use crate::flow::SecretRef;
use crate::plugin_trust::PluginTrust;
use crate::units::{show_duration, show_size};

pub use in_force::{SettingChange, SettingsInForce};

/// The defaults, with comments that explain every key.
pub const DEFAULT_HOST_FILE: &str = include_str!("config.default.toml");

coded_enum! {
    /// What becomes of flows that can't run when the host starts.
    pub enum BrokenFlows {
        /// Each runs with the configuration that was last in force, if that can run; else the others run without it.
        LastGood => "last_good",
        /// The others run without them.
        Without => "without",
        /// The host doesn't start.
        Refuse => "refuse",
    }
}

/// The host's own settings, ready to use.
#[derive(Clone, Debug, PartialEq)]
pub struct HostConfig {
    /// Directory of the store, the compile cache and the admin token.
    pub data_dir: PathBuf,
    /// Where webhooks come in.
    pub intake_listen: SocketAddr,
    /// Most intake connections at once.
    pub intake_connections: usize,
    /// Most intake connections of one address at once; none: half of all.
    pub intake_connections_per_address: Option<usize>,
    /// Most bytes of bodies that are read or verified at once.
    pub intake_body_bytes: usize,
    /// Where the admin API, metrics and health answer; loopback unless the operator says otherwise.
    pub admin_listen: SocketAddr,
    /// Token of the admin API; none: one is generated at the first start and stored in `data_dir/admin.token`, mode 0600.
    pub admin_token: Option<SecretRef>,
    /// The names by which the admin API is reached, beside addresses and `localhost`.
    pub admin_hosts: Vec<String>,
    /// How long shutdown waits for messages in flight.
    pub shutdown_deadline: Duration,
    /// Memory for the store's cache, in bytes.
    pub store_cache_bytes: u64,
    /// Most bytes of the write-ahead log before its changes are moved into the store's files; at most 1 GiB.
    pub store_wal_bytes: u64,
    /// Intake answers 503 while the data directory's disk has less free than this, in bytes.
    pub disk_reserve_bytes: u64,
    /// Intake answers 503 while the queues of all flows take more than this on disk, in bytes.
    pub queue_quota_bytes: Option<u64>,
    /// Most bytes of dead letters that are open or acknowledged, all flows together.
    pub dead_letter_bytes: u64,
    /// How long the history of a finished message is kept.
    pub keep_history: Duration,
    /// How long it is kept how often which rule was broken.
    pub keep_quality: Duration,
    /// How long entries of the audit are kept.
    pub keep_audit: Duration,
    /// Threads that run plugins; 0 means one per core.
    pub plugin_threads: usize,
    /// Whose signatures are trusted when plugins are published to the catalogue.
    pub plugin_trust: PluginTrust,
    /// Whether edited files take effect as soon as they are saved.
    pub reload_watch: bool,
    /// What becomes of flows that can't run.
    pub broken_flows: BrokenFlows,
    /// The terms for plugin versions that are deployed.
    pub deploy: Terms,
    /// The settings of host events.
    pub events: Events,
    /// The endpoints that are notified when something is wrong.
    pub alerts: Vec<Alert>,
}

impl HostConfig {
    /// The settings as a host file would state them, secrets as references.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let mut admin = serde_json::json!({ "listen": self.admin_listen.to_string() });
        if let Some(token) = &self.admin_token {
            admin["token"] = token.to_string().into();
        }
        if !self.admin_hosts.is_empty() {
            admin["hosts"] = self.admin_hosts.clone().into();
        }
        let mut intake = serde_json::json!({
            "listen": self.intake_listen.to_string(),
            "connections": self.intake_connections,
            "body_memory": show_size(self.intake_body_bytes as u64),
        });
        if let Some(connections) = self.intake_connections_per_address {
            intake["connections_per_address"] = connections.into();
        }
        let mut store = serde_json::json!({
            "cache": show_size(self.store_cache_bytes),
            "wal": show_size(self.store_wal_bytes),
            "disk_reserve": show_size(self.disk_reserve_bytes),
            "dead_letters": show_size(self.dead_letter_bytes),
        });
        if let Some(quota) = self.queue_quota_bytes {
            store["quota"] = show_size(quota).into();
        }
        let mut plugins = serde_json::json!({ "threads": self.plugin_threads });
        self.plugin_trust.add_to(&mut plugins);
        let mut stated = serde_json::json!({
            "data": { "dir": self.data_dir },
            "intake": intake,
            "admin": admin,
            "shutdown": { "deadline": show_duration(self.shutdown_deadline) },
            "store": store,
            "history": {
                "keep": show_duration(self.keep_history),
                "quality": show_duration(self.keep_quality),
                "audit": show_duration(self.keep_audit),
            },
            "plugins": plugins,
            "start": { "broken_flows": self.broken_flows.name() },
            "reload": { "watch": self.reload_watch },
            "deploy": {
                "shadow": self.deploy.shadow,
                "changed": self.deploy.changed,
                "newly_failing": self.deploy.newly_failing,
                "canary": show_window(self.deploy.canary, Some(self.deploy.canary_share)),
                "watch": show_window(self.deploy.watch, None),
                "max_failure_rate": self.deploy.max_failure_rate,
            },
            "events": {
                "instance": self.events.instance,
                "queue_age": show_duration(self.events.queue_age),
                "count_within": show_duration(self.events.count_within),
                "refused_requests": self.events.refused_requests,
                "unauthorized_requests": self.events.unauthorized_requests,
                "plugin_faults": self.events.plugin_faults,
            },
        });
        if let Some(runbooks) = &self.events.runbooks {
            stated["events"]["runbooks"] = runbooks.as_str().into();
        }
        if !self.alerts.is_empty() {
            stated["alert"] = self.alerts.iter().map(Alert::to_json).collect();
        }
        stated
    }

    /// Most intake connections of one address at once.
    #[must_use]
    pub fn intake_connections_per_address(&self) -> usize {
        self.intake_connections_per_address.unwrap_or_else(|| self.intake_connections.div_ceil(2))
    }

    /// What the defaults are read over. They state every field, so nothing of it remains.
    pub(crate) fn blank() -> Self {
        let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let nothing = Window { messages: 0, time_ms: 0 };
        Self {
            data_dir: PathBuf::new(),
            intake_listen: anywhere,
            intake_connections: 0,
            intake_connections_per_address: None,
            intake_body_bytes: 0,
            admin_listen: anywhere,
            admin_token: None,
            admin_hosts: Vec::new(),
            shutdown_deadline: Duration::ZERO,
            store_cache_bytes: 0,
            store_wal_bytes: 0,
            disk_reserve_bytes: 0,
            queue_quota_bytes: None,
            dead_letter_bytes: 0,
            keep_history: Duration::ZERO,
            keep_quality: Duration::ZERO,
            keep_audit: Duration::ZERO,
            plugin_threads: 0,
            plugin_trust: PluginTrust::default(),
            reload_watch: false,
            broken_flows: BrokenFlows::Refuse,
            deploy: Terms {
                shadow: 0,
                changed: Judgement::Refuse,
                newly_failing: Judgement::Refuse,
                canary_share: 0.0,
                canary: nothing,
                watch: nothing,
                max_failure_rate: 0.0,
            },
            events: Events {
                instance: String::new(),
                queue_age: Duration::ZERO,
                runbooks: None,
                count_within: Duration::ZERO,
                refused_requests: 0,
                unauthorized_requests: 0,
                plugin_faults: 0,
            },
            alerts: Vec::new(),
        }
    }
}

fn show_window(window: Window, share: Option<f64>) -> serde_json::Value {
    let time = show_duration(Duration::from_millis(window.time_ms));
    let mut shown = serde_json::json!({ "messages": window.messages, "time": time });
    if let Some(share) = share {
        shown["share"] = share.into();
    }
    shown
}
