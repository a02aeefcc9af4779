//! Host events and alerts.

use std::collections::BTreeSet;
use std::time::Duration;

use gantry_core::alert::{AlertKind, AlertTerms};
use gantry_core::{BudgetPolicy, FlowName, RetryPolicies, RetryPolicy, TargetHealthPolicy};

use super::Lower;
use crate::alert::{Alert, AlertFormat, AlertTarget, AlertUrl, Events};
use crate::at::At;
use crate::diagnostic::Code;
use crate::flow::Auth;
use crate::raw::alert::{AlertTable, EventsTable, FormatChoice, KindChoice};
use crate::raw::retry::TargetRetryTable;
use crate::raw::text::{DurationText, NameText};

const REPEAT: Duration = Duration::from_secs(4 * 60 * 60);
const RESOLVE_AFTER: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(5 * 60);
const TIMEOUT: Duration = Duration::from_secs(10);

/// About a day, with waits of up to ten minutes, or five on average. An older notification helps nobody.
const ATTEMPTS: u32 = 300;
const CAP: Duration = Duration::from_secs(10 * 60);

/// The prefix of the name of an alert's flow.
const FLOW_PREFIX: &str = "alert-";

/// The name of the endpoint as the target of that flow.
const TARGET: &str = "endpoint";

impl Lower<'_> {
    pub(super) fn events(&mut self, raw: EventsTable, default: Events) -> Option<Events> {
        let instance = raw.instance.map_or(Some(default.instance), |name| {
            self.name::<FlowName>(&name.value, &name.span).map(|name| name.to_string())
        });
        let queue_age = self.duration_or(raw.queue_age.as_ref(), default.queue_age);
        let runbooks = raw.runbooks.map_or(Some(default.runbooks), |link| self.link(link).map(Some));
        let count_within = self.duration_or(raw.count_within.as_ref(), default.count_within);
        let count = |stated: Option<u32>, default| stated.map_or(default, u64::from);
        Some(Events {
            instance: instance?,
            queue_age: queue_age?,
            runbooks: runbooks?,
            count_within: count_within?,
            refused_requests: count(raw.refused_requests, default.refused_requests),
            unauthorized_requests: count(raw.unauthorized_requests, default.unauthorized_requests),
            plugin_faults: count(raw.plugin_faults, default.plugin_faults),
        })
    }

    /// An address for people. Nothing is sent there.
    fn link(&mut self, link: At<String>) -> Option<String> {
        if link.value.starts_with("https://") || link.value.starts_with("http://") {
            return Some(link.value);
        }
        let message = format!("`{}` is not a URL that begins with `https://` or `http://`", link.value);
        self.invalid(&link.span, message, "for instance \"https://gantry.example.com/runbooks\"");
        None
    }

    pub(super) fn alerts(&mut self, raw: Vec<At<AlertTable>>) -> Option<Vec<Alert>> {
        let mut names = BTreeSet::new();
        let mut alerts = Vec::with_capacity(raw.len());
        let mut complete = true;
        for At { value: table, .. } in raw {
            let name = table.name.clone();
            let alert = self.alert(table);
            match name {
                Some(At { span, value }) if !names.insert(value.to_string()) => {
                    let message = format!("there is another alert named `{}`", &*value);
                    self.report.add(Code::Conflict, &span, message, "names are unique among the alerts");
                    complete = false;
                }
                _ => complete &= alert.is_some(),
            }
            alerts.extend(alert);
        }
        complete.then_some(alerts)
    }

    fn alert(&mut self, raw: AlertTable) -> Option<Alert> {
        let name = raw.name.and_then(|name| self.alert_name(&name));
        let repeat = self.duration_or(raw.repeat.as_ref(), REPEAT);
        let resolve_after = self.duration_or(raw.resolve_after.as_ref(), RESOLVE_AFTER);
        let flows: Vec<_> =
            raw.flows.unwrap_or_default().iter().map(|flow| self.name(&flow.value, &flow.span)).collect();
        let on = kinds(raw.on);
        let heartbeat = self.heartbeat(raw.heartbeat.as_ref(), &on, raw.format.as_ref());
        let format = raw.format.map_or(Some(AlertFormat::Gantry), |format| self.alert_format(format));
        let url = raw.url.and_then(|url| self.alert_url(url));
        let headers = self.headers(raw.headers.unwrap_or_default());
        let auth = raw.auth.map_or(Some(Auth::None), |auth| self.auth(auth.value));
        let timeout = self.duration_or(raw.timeout.as_ref(), TIMEOUT);
        let retry = self.alert_retry(raw.retry);
        let heartbeat = heartbeat?;
        let endpoint = AlertTarget {
            url: url?,
            headers: headers?,
            auth: auth?,
            timeout: timeout?,
            format: format?,
            repeat: repeat?,
            heartbeat,
        };
        let (retry, health) = retry?;
        let (name, flow) = name?;
        let to = self.name(TARGET, &(0..0))?;
        Some(Alert {
            name,
            flow,
            to,
            on,
            flows: flows.into_iter().collect::<Option<_>>()?,
            owners: raw.owners.unwrap_or_default().into_iter().collect(),
            dead_letters: u64::from(raw.dead_letters.unwrap_or(1)),
            terms: AlertTerms { repeat: repeat?, resolve_after: resolve_after? },
            endpoint,
            retry,
            health,
        })
    }

    /// How often the endpoint gets a heartbeat; none: never.
    fn heartbeat(
        &mut self,
        stated: Option<&At<DurationText>>,
        on: &BTreeSet<AlertKind>,
        format: Option<&FormatChoice>,
    ) -> Option<Option<Duration>> {
        let Some(stated) = stated else {
            return Some(on.contains(&AlertKind::Heartbeat).then_some(HEARTBEAT));
        };
        if let Some(FormatChoice::Pagerduty(_)) = format {
            let message = "PagerDuty would open an incident for every heartbeat";
            let help = "send heartbeats to what expects them, for instance a check of healthchecks.io";
            self.report.add(Code::Conflict, &stated.span, message, help);
            return None;
        }
        self.duration(stated).map(Some)
    }

    /// The alert's name, and that of its flow.
    fn alert_name(&mut self, name: &At<NameText>) -> Option<(String, FlowName)> {
        // The flow's name is longer than the alert's, so its length is checked.
        self.name::<FlowName>(&name.value, &name.span)?;
        let flow = self.name(&format!("{FLOW_PREFIX}{}", &*name.value), &name.span)?;
        Some((name.value.to_string(), flow))
    }

    /// The URL, or the reference to it.
    fn alert_url(&mut self, url: At<String>) -> Option<AlertUrl> {
        match url.value.starts_with("env:") || url.value.starts_with("file:") {
            true => self.reference(&url.value, &url.span).map(AlertUrl::Secret),
            false => self.url(url).map(AlertUrl::Open),
        }
    }

    fn alert_format(&mut self, raw: FormatChoice) -> Option<AlertFormat> {
        Some(match raw {
            FormatChoice::Gantry => AlertFormat::Gantry,
            FormatChoice::Alertmanager => AlertFormat::Alertmanager,
            FormatChoice::Slack => AlertFormat::Slack,
            FormatChoice::Pagerduty(table) => {
                let routing_key = table.routing_key.and_then(|key| self.secret(&key))?;
                AlertFormat::Pagerduty { routing_key }
            }
        })
    }

    /// By default with many attempts and without a budget: there are few notifications, and each matters.
    fn alert_retry(&mut self, raw: Option<TargetRetryTable>) -> Option<(RetryPolicies, TargetHealthPolicy)> {
        let default = RetryPolicy { attempts: ATTEMPTS, cap: CAP, ..RetryPolicy::default() };
        let stated = raw.is_some();
        let unbounded = BudgetPolicy { share: 1.0, ..BudgetPolicy::default() };
        let (retry, health) = self.retry_and_health(raw, None);
        let retry = retry?;
        let health = health?;
        match stated {
            true => Some((retry, health)),
            false => Some((default.into(), TargetHealthPolicy { budget: unbounded, ..health })),
        }
    }
}

/// Everything unless the file says what. Heartbeats are sent only on request.
fn kinds(stated: Option<At<Vec<KindChoice>>>) -> BTreeSet<AlertKind> {
    match stated {
        Some(on) => on.value.into_iter().map(Into::into).collect(),
        None => AlertKind::ALL.iter().copied().filter(|kind| *kind != AlertKind::Heartbeat).collect(),
    }
}

impl From<KindChoice> for AlertKind {
    fn from(choice: KindChoice) -> Self {
        match choice {
            KindChoice::DeadLetters => Self::DeadLetters,
            KindChoice::BreakerOpen => Self::BreakerOpen,
            KindChoice::TargetPaused => Self::TargetPaused,
            KindChoice::TargetDisabled => Self::TargetDisabled,
            KindChoice::QueueDelayed => Self::QueueDelayed,
            KindChoice::DiskLow => Self::DiskLow,
            KindChoice::DeploymentRolledBack => Self::DeploymentRolledBack,
            KindChoice::FlowBroken => Self::FlowBroken,
            KindChoice::ReloadRefused => Self::ReloadRefused,
            KindChoice::FileRefused => Self::FileRefused,
            KindChoice::CriteriaMissed => Self::CriteriaMissed,
            KindChoice::IntakeRefusing => Self::IntakeRefusing,
            KindChoice::FlowSilent => Self::FlowSilent,
            KindChoice::PluginFaulting => Self::PluginFaulting,
            KindChoice::Heartbeat => Self::Heartbeat,
        }
    }
}
