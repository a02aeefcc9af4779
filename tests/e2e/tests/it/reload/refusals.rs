//! What is wrong changes nothing, and is explained.

use gantry_config::Code;
use gantry_control::reload::ReloadResult;
use gantry_e2e::{FlowText, Sink, TestHost, guest, replace};

use super::{own_plugin, place, report_of};

#[tokio::test]
async fn a_broken_edit_changes_nothing_and_is_explained_with_file_line_and_column() {
    let erp = Sink::start().await;
    let one = FlowText::new("one").step(guest("echo"), "").target("erp", &erp, "");
    let host = TestHost::start(std::slice::from_ref(&one)).await;
    let before = host.handle().reports();
    // Half of the edit is right: it must not take force by itself.
    FlowText::new("two").target("erp", &erp, "").write(host.flows());
    one.clone().head("orderin = \"none\"").write(host.flows());
    let report = host.reload().await;
    assert_eq!(report.result, ReloadResult::Refused);
    let errors: Vec<_> = report.diagnostics.iter().filter(|found| found.code == Code::UnknownKey).map(place).collect();
    assert_eq!(errors, [("one.toml".to_owned(), Some(3), Some(1))]);
    assert!(report.changes.added.is_empty());
    assert_eq!(host.send("/two", "{}", &[]).await.status(), 404);
    host.post("/one", "{}").await;
    let after = host.settled().await;
    assert_eq!((after.len(), &after[0].version, after[0].since), (1, &before[0].version, before[0].since));
    assert_eq!(host.handle().last_reload().unwrap().result, ReloadResult::Refused);
    assert!(host.handle().scrape().unwrap().contains("gantry_reloads_total{result=\"refused\"} 1"));
    one.write(host.flows());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    host.post("/two", "{}").await;
    host.settled().await;
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_a_table_or_a_secret_that_does_not_fit_leaves_the_old_version_at_work() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let plugin = own_plugin(dir.path(), "echo");
    let table = dir.path().join("t.csv");
    let token = dir.path().join("token");
    std::fs::write(&table, "sku,name\n1,a\n").unwrap();
    std::fs::write(&token, "secret").unwrap();
    let auth = format!("auth = {{ bearer = \"file:{}\" }}", token.display());
    let flow = FlowText::new("in").table("t", &table, "sku").step(&plugin, "").target("erp", &erp, &auth);
    let host = TestHost::start(&[flow]).await;
    let good = [&plugin, &table, &token].map(|file| (file, std::fs::read(file).unwrap()));
    let broken = [("no wasm", Code::PluginRefused), ("sku\n1\n1\n", Code::TableRefused), ("", Code::SecretUnavailable)];
    for ((file, bytes), (wrong, code)) in good.iter().zip(broken) {
        replace(file, wrong);
        let report = host.reload().await;
        assert_eq!(report.result, ReloadResult::Refused, "{}", file.display());
        let errors: Vec<_> = report.diagnostics.iter().map(|found| found.code).collect();
        assert!(errors.contains(&code), "{}", report.diagnostics);
        host.post("/in", "{}").await;
        replace(file, bytes);
    }
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);
    let reports = host.settled().await;
    assert_eq!(report_of(&reports, "in").counts.delivered, 3);
    replace(&token, "rotated");
    assert_eq!(host.reload().await.result, ReloadResult::Applied, "a secret that was rotated");
    host.post("/in", "{}").await;
    host.settled().await;
    assert_eq!(erp.seen().last().unwrap().header("authorization"), "Bearer rotated");
    host.stop().await;
}
