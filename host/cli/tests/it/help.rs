//! What `--help` says, for every command: a change shows in review.

use std::process::Command;

/// The help of a command, without what the environment of the test adds.
fn help(command: &str) -> String {
    let mut gantry = Command::new(env!("CARGO_BIN_EXE_gantry"));
    gantry.args(command.split_whitespace()).arg("--help");
    for variable in ["GANTRY_FORMAT", "GANTRY_CONFIG", "GANTRY_DATA", "COLUMNS"] {
        gantry.env_remove(variable);
    }
    let output = gantry.output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("help is text")
}

macro_rules! snapshots {
    ($($test:ident: $command:literal;)*) => {
        $(#[test]
        fn $test() {
            insta::assert_snapshot!(help($command));
        })*

        const COMMANDS: &[&str] = &[$($command),*];
    };
}

snapshots! {
    gantry: "";
    run: "run";
    status: "status";
    reload: "reload";
    check: "check";
    config: "config";
    config_schema: "config schema";
    config_show: "config show";
    dlq: "dlq";
    dlq_list: "dlq list";
    dlq_patch: "dlq patch";
    dlq_show: "dlq show";
    dlq_replay: "dlq replay";
    dlq_discard: "dlq discard";
    dlq_export: "dlq export";
    dlq_import: "dlq import";
    dlq_groups: "dlq groups";
    dlq_group: "dlq group";
    dlq_acknowledge: "dlq acknowledge";
    dlq_edit: "dlq edit";
    dlq_redrive: "dlq redrive";
    dlq_jobs: "dlq jobs";
    dlq_job: "dlq job";
    queue: "queue";
    queue_list: "queue list";
    queue_export: "queue export";
    queue_withdraw: "queue withdraw";
    queue_discard: "queue discard";
    queue_move: "queue move";
    dedupe: "dedupe";
    dedupe_list: "dedupe list";
    dedupe_release: "dedupe release";
    message: "message";
    message_show: "message show";
    quality: "quality";
    plugin: "plugin";
    plugin_new: "plugin new";
    plugin_inspect: "plugin inspect";
    plugin_build: "plugin build";
    plugin_test: "plugin test";
    plugin_bench: "plugin bench";
    plugin_case: "plugin case";
    plugin_dev: "plugin dev";
    plugin_sign: "plugin sign";
    plugin_verify: "plugin verify";
    plugin_publish: "plugin publish";
    plugin_catalogue: "plugin catalogue";
    plugin_deploy: "plugin deploy";
    deploy: "deploy";
    deploy_status: "deploy status";
    deploy_history: "deploy history";
    deploy_approve: "deploy approve";
    deploy_rollback: "deploy rollback";
    deploy_reset: "deploy reset";
    key: "key";
    key_generate: "key generate";
    flow: "flow";
    flow_list: "flow list";
    flow_diagram: "flow diagram";
    flow_close: "flow close";
    flow_open: "flow open";
    target: "target";
    target_list: "target list";
    target_show: "target show";
    target_pause: "target pause";
    target_resume: "target resume";
    target_disable: "target disable";
    target_enable: "target enable";
    target_close_breaker: "target close-breaker";
    alert: "alert";
    alert_list: "alert list";
    alert_test: "alert test";
    audit: "audit";
    audit_list: "audit list";
    completions: "completions";
}

#[test]
fn every_command_has_its_help_above() {
    for command in COMMANDS {
        let text = help(command);
        let below = text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        // A line that is indented further continues the description above it.
        let entries = below.filter_map(|line| line.strip_prefix("  ")).filter(|entry| !entry.starts_with(' '));
        for name in entries.filter_map(|entry| entry.split_whitespace().next()).filter(|name| *name != "help") {
            let path = format!("{command} {name}").trim().to_owned();
            assert!(COMMANDS.contains(&path.as_str()), "`gantry {path}` has no snapshot");
        }
    }
}
