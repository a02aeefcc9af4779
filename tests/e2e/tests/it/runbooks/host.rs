//! Runbooks of the host itself.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use gantry_e2e::{Answer, FlowText, Sink, gantry, repository, run_gantry};

use super::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_broken() {
    let erp = Sink::start().await;
    let sound = FlowText::new("orders").target("erp", &erp, "");
    let wrong = FlowText::new("stock").head("orderin = 1").target("erp", &erp, "");
    let mut site = Site::open("flow-broken", &[sound, wrong], "").await;
    let shown = site.run("flow list", &[]).ok();
    assert!(shown.contains("stock is broken and does not run"), "{shown}");
    let file = site.path("flows/stock.toml");
    let shown = site.run("check", &[("FILE", &file)]).ends_with(3);
    assert!(shown.contains("orderin"), "{shown}");
    FlowText::new("stock").target("erp", &erp, "").write(&site.dir.path().join("flows"));
    site.run("reload", &[]).ok();
    let shown = site.run("flow list", &[]).ok();
    assert!(!shown.contains("broken"), "{shown}");
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disk_low() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").target("erp", &erp, "");
    // More than any disk of a test has free.
    let mut site = Site::open("disk-low", &[flow], "disk_reserve = \"1000TiB\"\n").await;
    assert_eq!(site.post("/orders", "1").await, 503);
    let data = site.path("data");
    let shown = site.run("du", &[("DATA_DIR", &data)]).ok();
    assert!(shown.contains("CRITICAL  disk_low") && shown.contains("/store"), "{shown}");
    site.run("flow list", &[]).ok();
    // Somebody freed space.
    site.stop();
    site.start("").await;
    assert_eq!(site.post("/orders", "1").await, 202);
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_dont_arrive() {
    let erp = Sink::start().await;
    let pager = Sink::start().await;
    pager.set_rule(|_| Some(Answer::status(400)));
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let alert = format!("[[alert]]\nname = \"pager\"\nurl = {:?}\n", pager.url("/alerts"));
    let mut site = Site::open("alerts-dont-arrive", &[flow], &alert).await;
    let data = site.path("data");
    assert!(run_gantry(["target", "pause", "orders/erp", "--data", &data]).status.success());
    let status = site.until("status", |status| status["findings"][1]["kind"] == "alert_not_delivered").await;
    assert_eq!(status["findings"][1]["next"], "gantry alert test pager");
    let shown = site.run("alert test", &[("NAME", "pager")]).ends_with(1);
    assert!(shown.contains("400"), "{shown}");
    pager.set_rule(|_| None);
    let shown = site.run("dlq redrive", &[("alert-NAME", "alert-pager")]).ok();
    assert!(shown.contains("alert-pager"), "{shown}");
    gantry_e2e::eventually("the notification to arrive", || async { !pager.accepted().is_empty() }).await;
    let shown = site.run("alert list", &[]).ok();
    assert!(shown.contains("target_paused"), "{shown}");
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heartbeat_missing() {
    let erp = Sink::start().await;
    let alive = Sink::start().await;
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let alert = format!(
        "[[alert]]\nname = \"alive\"\nurl = {:?}\non = [\"heartbeat\"]\nheartbeat = \"200ms\"\n",
        alive.url("/ping")
    );
    let mut site = Site::open("heartbeat-missing", &[flow], &alert).await;
    alive.wait_for(2).await;
    site.host.take().unwrap().kill();
    let shown = site.run("gantry status", &[]).ends_with(5);
    assert!(shown.contains("no_host") && shown.contains("docs/runbooks/heartbeat-missing.md"), "{shown}");
    site.page.by_hand("systemctl start");
    site.start(&alert).await;
    site.run("alert test", &[("NAME", "alive")]).ok();
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_damaged() {
    let erp = Sink::start().await;
    erp.set_rule(|_| Some(Answer::status(422)));
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let mut site = Site::open("store-damaged", &[flow], "").await;
    site.post("/orders", "1").await;
    site.until("dlq list --state open", |listed| listed["dead_letters"][0]["id"].is_string()).await;
    site.stop();
    let data = site.path("data");
    let backup = site.path("backup");
    let shown = site.run("--data BACKUP", &[("DATA_DIR", &data), ("BACKUP", &backup)]).ok();
    assert!(shown.contains("target-refused-422"), "the backup can be opened: {shown}");

    let conf = site.path("data/store/conf");
    let mut bytes = std::fs::read(&conf).unwrap();
    bytes[10] ^= 0xff;
    std::fs::write(&conf, bytes).unwrap();
    let refused = start(&["run", &site.path("flows"), "--data", &data]);
    assert_eq!(refused.status.code(), Some(6), "{}", String::from_utf8_lossy(&refused.stderr));
    site.run("mv DATA_DIR", &[("DATA_DIR", &data)]).ok();
    let shown = site.run("cp -a BACKUP DATA_DIR", &[("DATA_DIR", &data), ("BACKUP", &backup)]).ok();
    assert!(shown.contains("target-refused-422"), "{shown}");
    site.start("").await;
    assert_eq!(site.post("/orders", "2").await, 202);
    site.end();
}

/// The messages of the table, up to what is left out.
fn messages() -> Vec<String> {
    let page = std::fs::read_to_string(repository().join("docs/runbooks/host-wont-start.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    cells.collect()
}

/// Holds what the host says to the table: one row has the same words.
#[track_caller]
fn is_in_the_table(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(messages().iter().any(|message| is_said(message, &said)), "{said}");
}

/// Whether the host says this, whatever stands in the places that the table leaves open.
fn is_said(message: &str, said: &str) -> bool {
    let mut parts = message.split('…').flat_map(|part| part.split("ADDRESS")).map(str::trim);
    parts.all(|part| said.contains(part))
}

/// Starts a host that is not expected to run.
fn start(arguments: &[&str]) -> Output {
    Command::new("timeout").arg("60").arg(gantry()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_wont_start() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").target("erp", &erp, "");
    let mut site = Site::open("host-wont-start", &[flow], "").await;
    let flows = site.path("flows");
    let data = site.path("data");
    is_in_the_table(&start(&["run", &flows, "--data", &data]));
    let taken = format!("[intake]\nlisten = \"{}\"\n", site.host.as_ref().unwrap().intake);
    let config = site.path("taken.toml");
    std::fs::write(&config, taken).unwrap();
    is_in_the_table(&start(&["run", &flows, "--config", &config, "--data", &site.path("other")]));
    site.stop();

    let file = site.path("file");
    std::fs::write(&file, "").unwrap();
    is_in_the_table(&start(&["run", &flows, "--data", &file]));
    let key = site.path("data/cache.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    is_in_the_table(&start(&["run", &flows, "--data", &data]));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();

    let auth = "auth = { bearer = \"env:GANTRY_TEST_NO_SUCH\" }";
    FlowText::new("orders").target("erp", &erp, auth).write(&site.dir.path().join("flows"));
    is_in_the_table(&start(&["run", &flows, "--data", &data]));
    FlowText::new("orders").head("orderin = 1").target("erp", &erp, "").write(&site.dir.path().join("flows"));
    let shown = site.run("check", &[("FLOWS", &flows)]).ends_with(3);
    assert!(shown.contains("orderin"), "{shown}");
    site.end();
}
