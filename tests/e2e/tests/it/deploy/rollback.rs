//! The way back, reloads in between, and what a restart goes on from.

use gantry_control::reload::ReloadResult;
use gantry_control::rollout::DeployError;
use gantry_control::rollout::Phase;
use gantry_core::rollout::TermsChange;
use gantry_e2e::{Operator as _, guest, replace, versioned};

use super::{NAMED, at_once, deploy, host_with, publish, reaches, request, rests, serving};

#[tokio::test]
async fn a_rollback_puts_the_version_before_back_at_once_even_when_its_file_is_another_one() {
    let (host, erp) = host_with("echo").await;
    let file = host.scratch().join("own.wasm");
    std::fs::copy(guest("echo"), &file).unwrap();
    gantry_e2e::FlowText::new("in").step(&file, NAMED).target("erp", &erp, "").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    let new = publish(&host, "counter", "2.0.0").await;
    let deployed = deploy(&host, &new, at_once()).await;
    assert_eq!(serving(&host), "counter@2.0.0");
    // Somebody copies yet another version over the file: the way back leads to what was in force, not there.
    replace(&file, std::fs::read(guest("trap_on")).unwrap());
    let host = host.restart().await;
    assert_eq!(serving(&host), "counter@2.0.0", "a deployment outlasts a restart");
    let back = host.handle().roll_back(deployed.number, "olga".into(), "night".into()).await.unwrap();
    assert_eq!((back.phase, back.to.name.as_str(), serving(&host).as_str()), (Phase::Deployed, "echo", "echo@0.1.0"));
    let host = host.restart().await;
    assert_eq!(serving(&host), "echo@0.1.0");
    let again = host.handle().roll_back(deployed.number, "olga".into(), "again".into()).await.unwrap_err();
    assert!(matches!(again, DeployError::NotInForce { .. }), "{again}");
    let reset = host.handle().reset_step("in".parse().unwrap(), super::step(), "olga".into(), "file".into()).await;
    assert_eq!((reset.unwrap().to.name.as_str(), serving(&host).as_str()), ("trap-on", "trap-on@0.1.0"));
    host.stop().await;
}

#[tokio::test]
async fn what_was_deployed_is_rolled_back_under_the_new_name_of_a_flow() {
    let (host, erp) = host_with("echo").await;
    let new = publish(&host, "echo", "2.0.0").await;
    let deployed = deploy(&host, &new, at_once()).await;
    std::fs::remove_file(host.flows().join("in.toml")).unwrap();
    let flow = gantry_e2e::FlowText::new("orders").head("formerly = [\"in\"]");
    flow.step(guest("echo"), NAMED).target("erp", &erp, "").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    let orders: gantry_core::FlowName = "orders".parse().unwrap();
    gantry_e2e::eventually("its history to have the new name", || async {
        host.handle().deployment(deployed.number).unwrap().flow == orders
    })
    .await;
    let host = host.restart().await;
    assert_eq!((serving(&host).as_str(), host.handle().deployments()[0].flow.clone()), ("echo@2.0.0", orders));
    let back = host.handle().roll_back(deployed.number, "olga".into(), "night".into()).await.unwrap();
    assert_eq!((back.phase, serving(&host).as_str()), (Phase::Deployed, "echo@0.1.0"));
    host.stop().await;
}

#[tokio::test]
async fn a_reload_of_the_flow_keeps_what_is_deployed_and_what_is_on_trial() {
    let (host, erp) = host_with("echo").await;
    let two = publish(&host, "echo", "2.0.0").await;
    let three = publish(&host, "echo", "3.0.0").await;
    deploy(&host, &two, at_once()).await;
    let mut slow = at_once();
    (slow.canary_share, slow.canary_messages) = (Some(1.0), Some(3));
    let begun = host.handle().deploy(request(&three, slow)).await.unwrap();
    reaches(&host, begun.number, Phase::Canary).await;
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);
    let flow = gantry_e2e::FlowText::new("in").head("ordering = \"none\"");
    flow.step(guest("echo"), NAMED).target("erp", &erp, "").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    assert_eq!(serving(&host), "echo@2.0.0");
    for _ in 0..3 {
        host.post("/in", "{}").await;
    }
    assert_eq!(rests(&host, begun.number).await.phase, Phase::Deployed);
    assert_eq!((serving(&host).as_str(), host.settled().await[0].counts.delivered), ("echo@3.0.0", 3));
    host.stop().await;
}

#[tokio::test]
async fn a_restart_half_way_goes_on_with_the_phase_and_what_was_counted() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "echo", "2.0.0").await;
    let terms = TermsChange { watch_messages: Some(5), ..at_once() };
    let begun = host.handle().deploy(request(&new, terms)).await.unwrap();
    reaches(&host, begun.number, Phase::Watching).await;
    let host = host.restart().await;
    let resumed = host.handle().deployment(begun.number).unwrap();
    assert_eq!((resumed.phase, serving(&host).as_str()), (Phase::Watching, "echo@0.1.0"));
    reaches(&host, begun.number, Phase::Watching).await;
    gantry_e2e::eventually("the trial to be back", || async {
        host.handle().reports()[0].plugins[0].on_trial.is_some()
    })
    .await;
    for _ in 0..5 {
        host.post("/in", "{}").await;
    }
    assert_eq!(rests(&host, begun.number).await.phase, Phase::Deployed);
    let host = host.restart().await;
    assert_eq!((serving(&host).as_str(), host.handle().deployments().len()), ("echo@2.0.0", 1));
    host.stop().await;
}

#[tokio::test]
async fn a_waiting_deployment_waits_over_a_restart() {
    let (host, _erp) = host_with("echo").await;
    host.post("/in", "{}").await;
    host.settled().await;
    let new = host.publish(versioned("counter", "2.0.0")).await;
    let waiting = deploy(&host, &new, TermsChange { shadow: Some(10), ..at_once() }).await;
    assert_eq!(waiting.phase, Phase::Waiting);
    let host = host.restart().await;
    let kept = host.handle().deployment(waiting.number).unwrap();
    assert_eq!((kept.phase, kept.shadow, kept.events), (Phase::Waiting, waiting.shadow, waiting.events));
    host.handle().approve_deployment(waiting.number, "olga".into()).await.unwrap();
    gantry_e2e::eventually("the approved version to serve", || async { serving(&host) == "counter@2.0.0" }).await;
    host.stop().await;
}

#[tokio::test]
async fn a_step_back_is_not_taken_back_and_an_approval_said_twice_is_heard_once() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "counter", "2.0.0").await;
    let deployed = deploy(&host, &new, at_once()).await;
    let back = host.handle().roll_back(deployed.number, "olga".into(), "bad".into()).await.unwrap();
    assert_eq!(back.undoes, Some(deployed.number));
    let twice = host.handle().roll_back(back.number, "nina".into(), "bad".into()).await.unwrap_err();
    assert!(matches!(twice, DeployError::StepBack { undone, .. } if undone == deployed.number), "{twice}");
    assert_eq!(serving(&host), "echo@0.1.0", "the bad version is not back");

    host.post("/in", "{}").await;
    host.settled().await;
    let terms = TermsChange { shadow: Some(10), canary_share: Some(1.0), canary_messages: Some(1000), ..at_once() };
    let waiting = deploy(&host, &new, terms).await;
    assert_eq!(waiting.phase, Phase::Waiting);
    host.handle().approve_phase(waiting.number, waiting.phase, "olga".into()).await.unwrap();
    // At the same time: it approves the same phase, or is refused if that is over.
    match host.handle().approve_phase(waiting.number, waiting.phase, "nina".into()).await {
        Ok(_) | Err(DeployError::OtherPhase { approved: Phase::Waiting, .. }) => {}
        Err(error) => panic!("{error}"),
    }
    gantry_e2e::eventually("the trial to be in the flow", || async {
        host.handle().reports()[0].plugins[0].on_trial.is_some()
    })
    .await;
    let late = host.handle().approve_phase(waiting.number, waiting.phase, "nina".into()).await.unwrap_err();
    assert!(matches!(late, DeployError::OtherPhase { present: Phase::Canary, .. }), "{late}");
    host.post("/in", "{}").await;
    host.settled().await;
    let canary = host.handle().deployment(waiting.number).unwrap();
    assert_eq!((canary.phase, canary.canary.unwrap().new.messages), (Phase::Canary, 1), "nobody promoted the canary");
    host.stop().await;
}

#[tokio::test]
async fn a_way_back_to_a_version_that_no_longer_fits_is_refused_and_changes_nothing() {
    let (host, erp) = host_with("settings_user").await;
    let new = publish(&host, "echo", "2.0.0").await;
    let deployed = deploy(&host, &new, at_once()).await;
    let settings = format!("{NAMED}\nsettings = {{ refuse = true }}");
    let flow = gantry_e2e::FlowText::new("in").step(guest("settings_user"), &settings);
    flow.target("erp", &erp, "").write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied, "what is deployed takes these settings");
    let refused = host.handle().roll_back(deployed.number, "olga".into(), "back".into()).await.unwrap_err();
    assert!(matches!(refused, DeployError::Misfit(_)), "{refused}");
    assert_eq!((serving(&host).as_str(), host.handle().deployments().len()), ("echo@2.0.0", 1));
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);
    let host = host.restart().await;
    host.post("/in", "{}").await;
    assert_eq!((host.settled().await[0].counts.delivered, serving(&host).as_str()), (1, "echo@2.0.0"));
    host.stop().await;
}

#[tokio::test]
async fn a_flow_that_is_broken_by_what_was_deployed_runs_again_with_the_plugin_of_its_file() {
    let erp = gantry_e2e::Sink::start().await;
    let flow = |name: &str| gantry_e2e::FlowText::new(name).step(guest("echo"), NAMED).target("erp", &erp, "");
    let host = gantry_e2e::TestHost::start_around(&[flow("in"), flow("other")], "").await;
    let new = publish(&host, "counter", "2.0.0").await;
    let deployed = deploy(&host, &new, at_once()).await;
    let bytes = host
        .scratch()
        .join(format!("data/plugins/{}.wasm", deployed.to.digest.to_string().trim_start_matches("sha256:")));
    std::fs::remove_file(&bytes).unwrap();
    let host = host.restart().await;
    assert_eq!(host.handle().broken_flows().len(), 1, "{:?}", host.handle().reports());
    let back =
        host.handle().reset_step("in".parse().unwrap(), super::step(), "olga".into(), "gone".into()).await.unwrap();
    assert_eq!((back.phase, back.to.name.as_str()), (Phase::Deployed, "echo"));
    assert!(host.handle().broken_flows().is_empty(), "{:?}", host.handle().reports());
    host.post("/in", "{}").await;
    erp.wait_for(1).await;
    let host = host.restart().await;
    assert!(host.handle().broken_flows().is_empty(), "and after a restart");
    host.stop().await;
}

#[tokio::test]
async fn a_reload_names_the_deployment_of_a_step_that_is_gone() {
    let (host, erp) = host_with("echo").await;
    let new = publish(&host, "counter", "2.0.0").await;
    deploy(&host, &new, at_once()).await;
    let renamed = gantry_e2e::FlowText::new("in").step(guest("echo"), "name = \"convert\"").target("erp", &erp, "");
    renamed.write(host.flows());
    let report = host.reload().await;
    assert_eq!(report.result, ReloadResult::Applied);
    let said: Vec<_> = report.diagnostics.iter().map(|found| found.message.clone()).collect();
    assert!(said.iter().any(|text| text.contains("counter@2.0.0") && text.contains("step `map`")), "{said:?}");
    host.stop().await;
}
