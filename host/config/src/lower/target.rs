//! What all targets have in common: retries, budget and breaker.

use gantry_core::{BreakerPolicy, BudgetPolicy, RetryPolicies, RetryPolicy, TargetHealthPolicy};

use super::Lower;
use crate::diagnostic::Code;
use crate::raw::flow::RetryTable;
use crate::raw::retry::{BreakerTable, BudgetTable, ClassRetryTable, TargetRetryTable};

impl Lower<'_> {
    /// A target's retry policies, and its breaker and budget. What isn't stated is as in the defaults.
    pub(crate) fn retry_and_health(
        &mut self,
        retry: Option<TargetRetryTable>,
        breaker: Option<BreakerTable>,
    ) -> (Option<RetryPolicies>, Option<TargetHealthPolicy>) {
        let mut retry = retry.unwrap_or_default();
        let budget = self.budget(retry.budget.take().unwrap_or_default());
        let breaker = self.breaker(breaker.unwrap_or_default());
        let health = budget.zip(breaker).map(|(budget, breaker)| TargetHealthPolicy { breaker, budget });
        (self.policies(retry), health)
    }

    fn policies(&mut self, raw: TargetRetryTable) -> Option<RetryPolicies> {
        let TargetRetryTable { attempts, base, cap, retry_after_cap, jitter, .. } = raw;
        let attempts = attempts.or(Some(RetryPolicies::default().network.attempts));
        let general = self.retry(Some(RetryTable { attempts, base, cap, retry_after_cap, jitter }))?;
        let network = self.class(raw.network, general);
        let timeout = self.class(raw.timeout, general);
        let throttled = self.class(raw.throttled, general);
        let unavailable = self.class(raw.unavailable, general);
        Some(RetryPolicies { network: network?, timeout: timeout?, throttled: throttled?, unavailable: unavailable? })
    }

    fn class(&mut self, raw: Option<ClassRetryTable>, general: RetryPolicy) -> Option<RetryPolicy> {
        let raw = raw.unwrap_or_default();
        let base = self.duration_or(raw.base.as_ref(), general.base);
        let cap = self.duration_or(raw.cap.as_ref(), general.cap);
        Some(RetryPolicy { attempts: raw.attempts.unwrap_or(general.attempts), base: base?, cap: cap?, ..general })
    }

    fn budget(&mut self, raw: BudgetTable) -> Option<BudgetPolicy> {
        let default = BudgetPolicy::default();
        let window = self.duration_or(raw.window.as_ref(), default.window)?;
        Some(BudgetPolicy {
            share: raw.share.unwrap_or(default.share),
            floor: raw.floor.unwrap_or(default.floor),
            window,
        })
    }

    /// `Some(None)` if the target has none.
    fn breaker(&mut self, raw: BreakerTable) -> Option<Option<BreakerPolicy>> {
        let default = BreakerPolicy::default();
        let window = raw.window.unwrap_or(default.window);
        let open_for = self.duration_or(raw.open.as_ref(), default.open_for)?;
        let minimum = match raw.minimum {
            None => default.minimum.min(window),
            Some(minimum) if minimum.value <= window => minimum.value,
            Some(minimum) => {
                let message = format!("no more than {window} calls are looked at, so there would never be enough");
                let help = "lower `minimum`, or raise `window`";
                self.report.add(Code::Conflict, &minimum.span, message, help);
                return None;
            }
        };
        let policy = BreakerPolicy {
            window,
            minimum,
            failure_rate: raw.failure_rate.unwrap_or(default.failure_rate),
            open_for,
            probes: raw.probes.unwrap_or(default.probes),
        };
        Some(raw.enabled.unwrap_or(true).then_some(policy))
    }
}
