//! How deliveries to a target are retried and when they are held back, as typed.

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::DurationText;
use crate::at::At;

/// How often and how patiently to try again: exponential backoff with full jitter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRetryTable {
    /// Attempts in all, the first included.
    #[schemars(range(min = 1, max = 10000), extend("default" = 2000))]
    pub(crate) attempts: Option<u32>,
    /// Longest wait after the first attempt; doubles with each further one.
    #[schemars(extend("default" = "2s"))]
    pub(crate) base: Option<At<DurationText>>,
    /// No computed wait is longer.
    #[schemars(extend("default" = "5m"))]
    pub(crate) cap: Option<At<DurationText>>,
    /// No `Retry-After` is honoured beyond this.
    #[schemars(extend("default" = "1h"))]
    pub(crate) retry_after_cap: Option<At<DurationText>>,
    /// True: draw each wait between zero and its bound. False: wait the whole bound.
    #[schemars(extend("default" = true))]
    pub(crate) jitter: Option<bool>,
    /// What is different when there is no connection, or it breaks.
    pub(crate) network: Option<ClassRetryTable>,
    /// What is different when no answer comes in time.
    pub(crate) timeout: Option<ClassRetryTable>,
    /// What is different after status 429.
    pub(crate) throttled: Option<ClassRetryTable>,
    /// What is different after status 408, 425 or 5xx.
    pub(crate) unavailable: Option<ClassRetryTable>,
    /// How many retries the target gets, of all messages together.
    pub(crate) budget: Option<BudgetTable>,
}

/// What is different after one class of failures; what isn't stated is as for the others. The class of the last
/// failure decides, and every attempt counts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassRetryTable {
    /// Attempts in all, the first included.
    #[schemars(range(min = 1, max = 10000))]
    pub(crate) attempts: Option<u32>,
    /// Longest wait after the first attempt; doubles with each further one.
    pub(crate) base: Option<At<DurationText>>,
    /// No computed wait is longer.
    pub(crate) cap: Option<At<DurationText>>,
}

/// How many retries a target gets, of all messages together. One beyond the budget waits longer; it is neither dropped
/// nor counted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetTable {
    /// Retries per first attempt.
    #[schemars(range(min = 0, max = 100), extend("default" = 0.2))]
    pub(crate) share: Option<f64>,
    /// So many a second in any case.
    #[schemars(range(min = 1, max = 1_000_000), extend("default" = 10))]
    pub(crate) floor: Option<u32>,
    /// How far back attempts are counted.
    #[schemars(extend("default" = "10s"))]
    pub(crate) window: Option<At<DurationText>>,
}

/// When nothing is sent to a target. While the breaker is open, messages wait: no attempt is spent, none becomes a dead
/// letter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakerTable {
    /// False: the target has no breaker.
    #[schemars(extend("default" = true))]
    pub(crate) enabled: Option<bool>,
    /// It opens when this share of the calls failed: no connection, no answer in time, 408, 425 or 5xx.
    #[schemars(range(min = 0.01, max = 1), extend("default" = 0.5))]
    pub(crate) failure_rate: Option<f64>,
    /// How many of the last calls are looked at.
    #[schemars(range(min = 1, max = 100_000), extend("default" = 100))]
    pub(crate) window: Option<u32>,
    /// Fewer calls than this decide nothing; `window` where that is less.
    #[schemars(range(min = 1, max = 100_000), extend("default" = 20))]
    pub(crate) minimum: Option<At<u32>>,
    /// How long nothing is sent.
    #[schemars(extend("default" = "60s"))]
    pub(crate) open: Option<At<DurationText>>,
    /// How many deliveries then find out whether the target is back.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 10))]
    pub(crate) probes: Option<u32>,
}
