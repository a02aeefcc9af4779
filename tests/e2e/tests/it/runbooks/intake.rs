//! Runbooks of what does not come in.

use gantry_e2e::{FlowText, Sink};

use super::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_refused() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let inbox = at("in");
    let source =
        format!("[source.files]\ndirectory = {inbox:?}\npattern = \"*.csv\"\nformat = \"csv\"\nquiet = \"10ms\"\n");
    let flow = FlowText::new("orders").source(&source).target("erp", &erp, "");
    let mut site = Site::open("file-refused", &[flow], "").await;
    std::fs::write(dir.path().join("in/bad.csv"), "a,b\n1,\"x").unwrap();
    let status = site.until("status", |status| status["findings"][0]["kind"] == "file_refused").await;
    let failed = at("in/failed");
    assert_eq!(status["findings"][0]["next"], format!("cat {failed}/*.error.txt"));
    let report = site.run("cat", &[("FAILED_DIR", &failed)]).ok();
    assert!(report.contains("bad.csv was not taken in"), "{report}");
    std::fs::write(dir.path().join("in/failed/bad.csv"), "a,b\n1,x\n").unwrap();
    let values = [("FAILED_DIR", failed.as_str()), ("INBOX", &inbox), ("FILE", "bad.csv")];
    site.run("mv", &values).ok();
    site.logged("file taken in").await;
    site.run("ls", &[("DONE_DIR", &at("in/done")), ("FILE", "bad.csv")]).ok();
    site.until("status", |status| status["severity"].is_null()).await;
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn intake_refusing() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").head("queue = { messages = 1 }").target("erp", &erp, "");
    let mut site = Site::open("intake-refusing", &[flow], "[events]\nrefused_requests = 2\n").await;
    let data = site.path("data");
    assert!(gantry_e2e::run_gantry(["target", "pause", "orders/erp", "--data", &data]).status.success());
    site.post("/orders", "1").await;
    for _ in 0..2 {
        assert_eq!(site.post("/orders", "2").await, 429);
    }
    site.until("status", |status| status["findings"][1]["kind"] == "intake_refusing").await;
    let shown = site.run("gantry status", &[]).ok();
    assert!(shown.contains("intake_refusing  orders/queue_full"), "{shown}");
    let shown = site.run("flow list", &[]).ok();
    assert!(shown.contains("paused"), "{shown}");
    let flows = site.path("flows");
    site.run("check", &[("FLOWS", &flows)]).ok();
    site.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_silent() {
    let erp = Sink::start().await;
    let flow = FlowText::new("orders").head("silent_after = \"200ms\"").target("erp", &erp, "");
    let mut site = Site::open("flow-silent", &[flow], "").await;
    site.client.post(format!("http://{}/order", site.host.as_ref().unwrap().intake)).send().await.unwrap();
    site.until("status", |status| status["findings"][0]["kind"] == "flow_silent").await;
    let shown = site.run("gantry status", &[]).ok();
    assert!(shown.contains("flow_silent  orders"), "{shown}");
    let admin = site.host.as_ref().unwrap().admin.to_string();
    let shown = site.run("curl", &[("ADMIN", &admin)]).ok();
    assert!(shown.contains("gantry_requests_refused_total{reason=\"unknown_path\"} 1"), "{shown}");
    FlowText::new("orders")
        .head("silent_after = \"10h\"")
        .target("erp", &erp, "")
        .write(&site.dir.path().join("flows"));
    site.run("reload", &[]).ok();
    site.until("status", |status| status["severity"].is_null()).await;
    site.end();
}
