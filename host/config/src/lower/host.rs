//! The host file over its defaults.

use gantry_core::rollout::{Judgement, Terms, Window};

use super::Lower;
use crate::at::At;
use crate::diagnostic::Code;
use crate::host::{BrokenFlows, HostConfig};
use crate::raw::host::{BrokenFlowsText, DeployTable, HostFile, JudgementText, StartTable};
use crate::raw::text::DurationText;

const CACHE: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 40);
const WAL: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 30);
const RESERVE: std::ops::RangeInclusive<u64> = 0..=(1 << 50);
const BODIES: std::ops::RangeInclusive<u64> = (1 << 16)..=(1 << 40);
const QUOTA: std::ops::RangeInclusive<u64> = 1..=(1 << 50);

/// The operator's host file, and the defaults below it.
#[derive(Debug)]
pub(crate) struct Layers {
    pub(crate) user: HostFile,
    pub(crate) default: HostConfig,
}

impl Lower<'_> {
    /// Interprets the host file. What it doesn't state is as in the defaults.
    pub(crate) fn host(mut self, layers: Layers) -> Option<HostConfig> {
        let Layers { user, default } = layers;
        let data_dir = user.data.unwrap_or_default().dir.map_or(Some(default.data_dir), |dir| self.path(&dir));
        let intake = user.intake.unwrap_or_default();
        let intake_listen = intake.listen.map_or(Some(default.intake_listen), |address| self.address(&address));
        let body_bytes = self.memory_or(intake.body_memory.as_ref(), default.intake_body_bytes, BODIES);
        let admin = user.admin.unwrap_or_default();
        let admin_listen = admin.listen.map_or(Some(default.admin_listen), |address| self.admin_address(&address));
        let admin_token = admin.token.map_or(Some(default.admin_token), |token| self.secret(&token).map(Some));
        let admin_hosts = admin.hosts.map_or(Some(default.admin_hosts), |names| self.host_names(names));
        let deadline = user.shutdown.unwrap_or_default().deadline;
        let shutdown_deadline = self.duration_or(deadline.as_ref(), default.shutdown_deadline);
        let store = user.store.unwrap_or_default();
        let cache = self.size_or(store.cache.as_ref(), default.store_cache_bytes, CACHE);
        let wal = self.size_or(store.wal.as_ref(), default.store_wal_bytes, WAL);
        let reserve = self.size_or(store.disk_reserve.as_ref(), default.disk_reserve_bytes, RESERVE);
        let quota =
            store.quota.map_or(Some(default.queue_quota_bytes), |quota| self.size_or(Some(&quota), 0, QUOTA).map(Some));
        let dead_letters = self.size_or(store.dead_letters.as_ref(), default.dead_letter_bytes, QUOTA);
        let history = user.history.unwrap_or_default();
        let keep_history = self.duration_or(history.keep.as_ref(), default.keep_history);
        let keep_quality = self.duration_or(history.quality.as_ref(), default.keep_quality);
        let keep_audit = self.duration_or(history.audit.as_ref(), default.keep_audit);
        let broken_flows = self.broken_flows(user.start.unwrap_or_default(), default.broken_flows);
        let plugins = user.plugins.unwrap_or_default();
        let plugin_trust = self.plugin_trust(plugins.unsigned.as_ref(), plugins.trust, default.plugin_trust);
        let deploy = self.terms(user.deploy.unwrap_or_default(), default.deploy);
        let events = self.events(user.events.unwrap_or_default(), default.events);
        let alerts = user.alert.map_or(Some(default.alerts), |alerts| self.alerts(alerts));
        Some(HostConfig {
            data_dir: data_dir?,
            intake_listen: intake_listen?,
            intake_connections: intake.connections.map_or(default.intake_connections, |count| count as usize),
            intake_connections_per_address: intake
                .connections_per_address
                .map_or(default.intake_connections_per_address, |count| Some(count as usize)),
            intake_body_bytes: body_bytes?,
            admin_listen: admin_listen?,
            admin_token: admin_token?,
            admin_hosts: admin_hosts?,
            shutdown_deadline: shutdown_deadline?,
            store_cache_bytes: cache?,
            store_wal_bytes: wal?,
            disk_reserve_bytes: reserve?,
            queue_quota_bytes: quota?,
            dead_letter_bytes: dead_letters?,
            keep_history: keep_history?,
            keep_quality: keep_quality?,
            keep_audit: keep_audit?,
            plugin_threads: plugins.threads.map_or(default.plugin_threads, |count| count as usize),
            plugin_trust: plugin_trust?,
            broken_flows: broken_flows?,
            reload_watch: user.reload.unwrap_or_default().watch.unwrap_or(default.reload_watch),
            deploy: deploy?,
            events: events?,
            alerts: alerts?,
        })
    }

    /// `strict` says the same as one value of `broken_flows`.
    fn broken_flows(&mut self, user: StartTable, default: BrokenFlows) -> Option<BrokenFlows> {
        let stated = user.broken_flows.map(BrokenFlows::from);
        match (&user.strict, stated) {
            (Some(strict), Some(stated)) if strict.value != (stated == BrokenFlows::Refuse) => {
                let message =
                    format!("`strict = {}` and `broken_flows = \"{}\"` say different things", strict.value, stated);
                self.report.add(Code::Conflict, &strict.span, message, "leave `strict` out");
                None
            }
            (Some(At { value: true, .. }), _) => Some(BrokenFlows::Refuse),
            (_, stated) => Some(stated.unwrap_or(default)),
        }
    }

    fn terms(&mut self, user: DeployTable, default: Terms) -> Option<Terms> {
        let judged = |text: Option<JudgementText>, default| text.map_or(default, Judgement::from);
        let canary = user.canary.unwrap_or_default();
        let watch = user.watch.unwrap_or_default();
        let canary_window = self.window(canary.messages, canary.time.as_ref(), default.canary);
        let watch_window = self.window(watch.messages, watch.time.as_ref(), default.watch);
        Some(Terms {
            shadow: user.shadow.unwrap_or(default.shadow),
            changed: judged(user.changed, default.changed),
            newly_failing: judged(user.newly_failing, default.newly_failing),
            canary_share: canary.share.unwrap_or(default.canary_share),
            canary: canary_window?,
            watch: watch_window?,
            max_failure_rate: user.max_failure_rate.unwrap_or(default.max_failure_rate),
        })
    }

    fn window(&mut self, messages: Option<u32>, time: Option<&At<DurationText>>, default: Window) -> Option<Window> {
        let time = time.map_or(Some(default.time_ms), |time| {
            self.duration(time).map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
        });
        Some(Window { messages: messages.map_or(default.messages, u64::from), time_ms: time? })
    }

    /// Names of hosts, without ports, in lower case.
    fn host_names(&mut self, names: Vec<At<String>>) -> Option<Vec<String>> {
        names.into_iter().map(|name| self.host_name(&name)).collect()
    }

    fn host_name(&mut self, name: &At<String>) -> Option<String> {
        if name.value.split('.').all(is_label) {
            return Some(name.value.to_ascii_lowercase());
        }
        let help = "it is written without scheme and port: \"gantry.internal\"";
        self.report.add(Code::InvalidValue, &name.span, format!("`{}` is not the name of a host", name.value), help);
        None
    }

    fn admin_address(&mut self, text: &At<String>) -> Option<std::net::SocketAddr> {
        let address = self.address(text)?;
        if !address.ip().is_loopback() {
            let message = "the admin API speaks plain HTTP and would be reachable from other machines";
            let help = "listen on 127.0.0.1, or keep it behind something that encrypts";
            self.report.add(Code::AdminExposed, &text.span, message, help);
        }
        Some(address)
    }
}

/// Whether this may stand between two dots of a host's name.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl From<BrokenFlowsText> for BrokenFlows {
    fn from(text: BrokenFlowsText) -> Self {
        match text {
            BrokenFlowsText::LastGood => Self::LastGood,
            BrokenFlowsText::Without => Self::Without,
            BrokenFlowsText::Refuse => Self::Refuse,
        }
    }
}

impl From<JudgementText> for Judgement {
    fn from(text: JudgementText) -> Self {
        match text {
            JudgementText::Accept => Self::Accept,
            JudgementText::Ask => Self::Ask,
            JudgementText::Refuse => Self::Refuse,
        }
    }
}
