//! What keeps a version out before it sees a live message: each refusal says why, and changes nothing.

use gantry_control::rollout::DeployError;
use gantry_control::rollout::Phase;
use gantry_e2e::{FlowText, Operator as _, Sink, TestHost, guest, versioned};

use super::{at_once, deploy, host_with, publish, request, serving, why};

#[tokio::test]
async fn what_can_not_be_begun_is_refused_at_once_and_by_name() {
    let (host, _erp) = host_with("echo").await;
    let there = publish(&host, "echo", "2.0.0").await;
    let refused = async |change: &dyn Fn(&mut gantry_control::rollout::DeployRequest)| {
        let mut asked = request(&there, at_once());
        change(&mut asked);
        host.handle().deploy(asked).await.unwrap_err()
    };
    let unknown = refused(&|asked| asked.plugin = "echo@9.9.9".to_owned()).await;
    assert!(unknown.to_string().starts_with("`echo@9.9.9` is not in the catalogue"), "{unknown}");
    let malformed = refused(&|asked| asked.plugin = "echo".to_owned()).await;
    assert!(malformed.to_string().contains("NAME@VERSION"), "{malformed}");
    assert!(matches!(refused(&|asked| asked.flow = "other".parse().unwrap()).await, DeployError::NoFlow(_)));
    assert!(matches!(refused(&|asked| asked.step = "other".to_owned()).await, DeployError::NoStep { .. }));
    let share = refused(&|asked| asked.terms.canary_share = Some(10.0)).await;
    assert_eq!(share.to_string(), "`canary_share` is a share from 0 to 1, not 10");
    assert_eq!((serving(&host).as_str(), host.handle().deployments().len()), ("echo@0.1.0", 0));
    host.stop().await;
}

#[tokio::test]
async fn a_version_the_step_grants_too_little_or_whose_settings_do_not_fit_is_refused_with_the_place() {
    let erp = Sink::start().await;
    let step = "name = \"map\"\nsettings = { refuse = true }";
    let host = TestHost::start(&[FlowText::new("in").step(guest("echo"), step).target("erp", &erp, "")]).await;
    let ungranted = publish(&host, "lookup_user", "1.0.0").await;
    let unfit = publish(&host, "settings_user", "1.0.0").await;
    for (plugin, said) in [(&ungranted, "grants"), (&unfit, "refused on purpose")] {
        let refused = deploy(&host, plugin, at_once()).await;
        assert_eq!(refused.phase, Phase::Refused);
        assert!(why(&refused).contains("in.toml:") && why(&refused).contains(said), "{}", why(&refused));
    }
    assert_eq!(serving(&host), "echo@0.1.0");
    host.post("/in", "{}").await;
    assert_eq!(host.settled().await[0].counts.delivered, 1);
    host.stop().await;
}

#[tokio::test]
async fn a_version_that_fails_a_golden_case_it_carries_is_refused_and_names_the_case() {
    let (host, _erp) = host_with("echo").await;
    let case = |expected: &str| {
        format!("{{\"description\": \"d\", \"input\": [{{\"payload\": {{\"a\": 1}}}}], \"expected\": [{expected}]}}")
    };
    let right = case("{\"emit\": [{\"payload\": {\"a\": 1}}]}");
    let wrong = case("{\"skip\": {\"code\": \"old\"}}");
    let cases = [("sends-on", right.as_str()), ("skips", wrong.as_str())];
    let bad = host.publish(gantry_e2e::with_cases(&versioned("echo", "2.0.0"), &cases)).await;
    let refused = deploy(&host, &bad, at_once()).await;
    let golden = refused.golden.clone().unwrap();
    assert_eq!(
        (refused.phase, golden.passed, golden.failed.as_slice()),
        (Phase::Refused, 1, &["skips".to_owned()][..])
    );
    assert_eq!(why(&refused), "golden cases of the plugin fail: skips");
    let good = host.publish(gantry_e2e::with_cases(&versioned("echo", "2.0.1"), &cases[..1])).await;
    let deployed = deploy(&host, &good, at_once()).await;
    assert_eq!((deployed.phase, deployed.golden.unwrap().passed), (Phase::Deployed, 1));
    assert_eq!(serving(&host), "echo@2.0.1");
    host.stop().await;
}

#[tokio::test]
async fn one_deployment_of_a_step_at_a_time_and_none_of_what_serves_already() {
    let (host, _erp) = host_with("echo").await;
    let new = publish(&host, "echo", "2.0.0").await;
    let mut slow = at_once();
    (slow.canary_share, slow.canary_messages) = (Some(0.5), Some(1_000_000));
    let first = host.handle().deploy(request(&new, slow)).await.unwrap();
    let second = host.handle().deploy(request(&new, at_once())).await.unwrap_err();
    assert!(matches!(second, DeployError::Busy { number, .. } if number == first.number), "{second}");
    host.handle().roll_back(first.number, "olga".into(), "enough".into()).await.unwrap();
    super::rests(&host, first.number).await;
    assert_eq!(deploy(&host, &new, at_once()).await.phase, Phase::Deployed);
    let again = host.handle().deploy(request(&new, at_once())).await.unwrap_err();
    assert_eq!(again.to_string(), "echo@2.0.0 serves this step already");
    host.stop().await;
}
