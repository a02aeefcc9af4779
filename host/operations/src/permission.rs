//! The permissions: one for each operation. `docs/reference/permissions.md` lists them, and a test compares the page
//! with this list.

use gantry_core::coded_enum;

coded_enum! {
    /// The permission for one operation. Its name is the operation's name in the audit log.
    #[derive(Hash)]
    pub enum Permission {
        /// Acknowledge a dead letter.
        AcknowledgeDeadLetters => "dead_letters.acknowledge",
        /// Replay a dead letter as it was received.
        ReplayDeadLetters => "dead_letters.replay",
        /// Replay a dead letter with an edited payload.
        EditDeadLetters => "dead_letters.edit",
        /// Discard a dead letter.
        DiscardDeadLetters => "dead_letters.discard",
        /// Import exported dead letters.
        ImportDeadLetters => "dead_letters.import",
        /// Set the state of a dead letter group: open, acknowledged, resolved or ignored.
        ChangeGroups => "dead_letter_groups.change",
        /// Start a job that replays many dead letters.
        StartRedrives => "dead_letter_jobs.redrive",
        /// Start a job that discards many dead letters.
        StartDiscards => "dead_letter_jobs.discard",
        /// Start a job that edits the payloads of many dead letters, and replays them if asked to.
        StartPatches => "dead_letter_jobs.patch",
        /// Cancel a job.
        CancelJobs => "dead_letter_jobs.cancel",
        /// Hold a job, so that it does nothing more until it is resumed.
        HoldJobs => "dead_letter_jobs.hold",
        /// Let a held job go on.
        ResumeJobs => "dead_letter_jobs.resume",
        /// Release a value by which duplicates are recognised.
        ReleaseDedupeValues => "dedupe.release",
        /// Take messages out of the queue: they become dead letters.
        WithdrawQueued => "queue.withdraw",
        /// Discard messages that are in the queue.
        DiscardQueued => "queue.discard",
        /// Move messages from the queue of one flow to that of another.
        MoveQueued => "queue.move",
        /// Close the intake of a flow: its senders are asked to come again.
        CloseIntakes => "flows.close_intake",
        /// Open the intake of a flow again.
        OpenIntakes => "flows.open_intake",
        /// Pause a target.
        PauseTargets => "targets.pause",
        /// Resume a paused target.
        ResumeTargets => "targets.resume",
        /// Disable a target.
        DisableTargets => "targets.disable",
        /// Enable a disabled target.
        EnableTargets => "targets.enable",
        /// Close the breaker of a target early.
        CloseBreakers => "targets.close_breaker",
        /// Begin a deployment.
        BeginDeployments => "deployments.begin",
        /// Approve a deployment that waits for approval, or end its canary or watch early.
        ApproveDeployments => "deployments.approve",
        /// Roll a deployment back.
        RollBackDeployments => "deployments.roll_back",
        /// Reset a step to the plugin version in the flow's file.
        ResetSteps => "deployments.reset",
        /// Publish a plugin to the catalogue.
        PublishPlugins => "plugins.publish",
        /// Reload the flow files.
        ReloadFlows => "flows.reload",
        /// Send test notifications to the endpoint of an alert.
        TestAlerts => "alerts.test",
    }
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
