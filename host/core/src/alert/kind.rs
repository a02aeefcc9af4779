//! What there are alerts for, and how urgent each is.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What there are alerts for.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum AlertKind { $($(#[doc = $doc])+ $variant,)* }

        impl AlertKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The kind as configuration and alerts spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How urgent it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

kinds! {
    /// Dead letters of one fingerprint are open: until none is, or somebody said where their group stands.
    DeadLetters = "dead_letters", Error;
    /// A target's breaker is open: until it is closed.
    BreakerOpen = "breaker_open", Error;
    /// A target refuses the host's credentials, or somebody paused it: until it is resumed.
    TargetPaused = "target_paused", Error;
    /// A target is disabled, by 410 or by an operator: until it is enabled.
    TargetDisabled = "target_disabled", Error;
    /// A flow's oldest message is older than `queue_age`: until no message is older than half of it.
    QueueDelayed = "queue_delayed", Error;
    /// Less disk is free than the reserve, and sources are refused: until there is more.
    DiskLow = "disk_low", Critical;
    /// A plugin version was taken back by the host: until the next one is deployed to the step, or for a day.
    DeploymentRolledBack = "deployment_rolled_back", Warning;
}

impl AlertKind {
    /// Whether it is said again while it goes on. What nobody can end by putting something right is said once.
    #[must_use]
    pub const fn repeats(self) -> bool {
        !matches!(self, Self::DeploymentRolledBack)
    }
}

/// How urgent an alert is, in the words of `PagerDuty` and Alertmanager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertSeverity)]
pub enum Severity {
    /// Worth a look in working hours.
    Warning,
    /// Data is not where it should be.
    Error,
    /// The host as a whole can't do its work.
    Critical,
}

impl Severity {
    /// The severity as alerts spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}
