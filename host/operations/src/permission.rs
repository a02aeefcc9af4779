//! What may be permitted: one permission for each operation. `docs/reference/permissions.md` lists them, and a test holds
//! the page against this list.

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)*) => {
        /// The leave to do one thing. Its name is the name of the operation in the audit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[doc = $doc])+ $variant,)* }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it permits.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

permissions! {
    /// Take note of a dead letter.
    AcknowledgeDeadLetters = "dead_letters.acknowledge";
    /// Put a dead letter back into the queue as it was received.
    ReplayDeadLetters = "dead_letters.replay";
    /// Put a dead letter back into the queue with another payload.
    EditDeadLetters = "dead_letters.edit";
    /// Give a dead letter up.
    DiscardDeadLetters = "dead_letters.discard";
    /// Take in dead letters that were exported.
    ImportDeadLetters = "dead_letters.import";
    /// State whether a group of dead letters is open, acknowledged, resolved or ignored.
    ChangeGroups = "dead_letter_groups.change";
    /// Start a job that puts many dead letters back into the queue.
    StartRedrives = "dead_letter_jobs.redrive";
    /// Start a job that gives up many dead letters.
    StartDiscards = "dead_letter_jobs.discard";
    /// Stop a job over dead letters.
    CancelJobs = "dead_letter_jobs.cancel";
    /// Send nothing to a target for a while.
    PauseTargets = "targets.pause";
    /// End a pause of a target.
    ResumeTargets = "targets.resume";
    /// Send nothing to a target until it is enabled.
    DisableTargets = "targets.disable";
    /// Let a disabled target be sent to again.
    EnableTargets = "targets.enable";
    /// Close the breaker of a target before its time.
    CloseBreakers = "targets.close_breaker";
    /// Begin to replace the plugin of a step.
    BeginDeployments = "deployments.begin";
    /// Let a deployment go on that waits for its operator, or is watched.
    ApproveDeployments = "deployments.approve";
    /// Put the version before a deployment back.
    RollBackDeployments = "deployments.roll_back";
    /// Put the plugin back that the flow's file names.
    ResetSteps = "deployments.reset";
    /// Take a plugin into the catalogue.
    PublishPlugins = "plugins.publish";
    /// Take edited flow files in force.
    ReloadFlows = "flows.reload";
    /// Send a trigger and its resolve to the endpoint of an alert.
    TestAlerts = "alerts.test";
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/permissions.md");

    #[test]
    fn the_documentation_lists_every_permission() {
        let page = std::fs::read_to_string(PAGE).unwrap();
        let rows: Vec<_> =
            page.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `")).collect();
        let table: Vec<_> =
            Permission::ALL.iter().map(|one| format!("| `{}` | {} |", one.name(), one.meaning())).collect();
        assert_eq!(rows, table);
    }
}
