//! The host's own file: what a reload takes up, what it names for a restart, and what a mistake in it leaves alone.

use std::path::Path;

use gantry_e2e::{FlowText, HostProcess, Sink, eventually, run_gantry};
use serde_json::Value;

/// A host process with one flow, and the commands of its operator, who names its file.
struct Desk {
    dir: tempfile::TempDir,
    erp: Sink,
}

impl Desk {
    async fn new() -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), erp: Sink::start().await };
        std::fs::create_dir(desk.path().join("flows")).unwrap();
        FlowText::new("in").target("erp", &desk.erp, "").write(&desk.path().join("flows"));
        desk
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Adds to the host's file.
    fn state(&self, lines: &str) {
        let file = self.path().join("gantry.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, format!("{text}{lines}")).unwrap();
    }

    fn says(&self, words: &str) -> (Option<i32>, String) {
        let config = self.path().join("gantry.toml").display().to_string();
        let data = self.path().join("data").display().to_string();
        let output = run_gantry(words.split(' ').chain(["--config", &config, "--data", &data]));
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_takes_up_alerts_and_limits_and_names_what_takes_a_restart_until_then() {
    let desk = Desk::new().await;
    let pager = Sink::start().await;
    let host = HostProcess::start(desk.path()).await;
    desk.state(&format!(
        "[history]\nkeep = \"1d\"\n[plugins]\nthreads = 3\n[[alert]]\nname = \"pager\"\nurl = {:?}\non = [\"target_paused\"]\n",
        pager.url("/alerts")
    ));
    let (code, said) = desk.says("reload");
    assert_eq!(code, Some(9), "{said}");
    assert!(said.contains("`history.keep` changed from \"7d\" to \"1d\""), "{said}");
    assert!(said.contains("`plugins.threads` changed from 0 to 3: needs a restart"), "{said}");
    assert!(said.contains("alert-pager"), "its flow was added: {said}");
    assert_eq!(desk.says("target pause in/erp --reason upgrade").0, Some(0));
    let trigger: Value = serde_json::from_slice(&pager.wait_for(1).await[0].body).unwrap();
    assert_eq!((&trigger["alert"], &trigger["action"]), (&"target_paused".into(), &"trigger".into()));

    let (code, said) = desk.says("reload");
    assert!(code == Some(9) && said.contains("needs a restart"), "it is said until the restart: {said}");
    let client = gantry_e2e::client_builder().build().unwrap();
    let metrics = client.get(format!("http://{}/metrics", host.admin)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("gantry_restart_needed{setting=\"plugins.threads\"} 1"), "{metrics}");

    let file = desk.path().join("gantry.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("threads = 3", "threads = 0").split("[[alert]]").next().unwrap()).unwrap();
    let (code, said) = desk.says("reload");
    assert!(code == Some(0) && said.contains("removed    alert-pager"), "{code:?} {said}");
    let listed: serde_json::Value = serde_json::from_str(&desk.says("alert list --format json").1).unwrap();
    assert_eq!(listed["alerts"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_in_the_hosts_file_refuses_the_reload_with_its_place_and_stops_no_other_command() {
    let desk = Desk::new().await;
    let host = HostProcess::start(desk.path()).await;
    FlowText::new("more").target("erp", &desk.erp, "").write(&desk.path().join("flows"));
    desk.state("[histroy]\nkeep = \"1d\"\n");
    let (code, said) = desk.says("reload");
    assert!(code == Some(3) && said.contains("gantry.toml:7:2"), "{code:?} {said}");
    assert!(said.contains("did you mean `history`"), "{said}");
    let (code, said) = desk.says("flow list");
    assert!(code == Some(0) && said.contains("asking the host that runs on"), "{code:?} {said}");
    assert!(said.contains("running") && !said.contains("more"), "nothing has changed: {said}");
    let (code, said) = desk.says("dlq groups");
    assert!(code == Some(0) && said.contains("warning: the host file has mistakes"), "{code:?} {said}");
    host.kill();
    let (code, said) = desk.says("dlq groups");
    assert_eq!(code, Some(3), "without a host, the file says where the store is: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_replaced_is_taken_up_and_the_one_before_is_refused() {
    let desk = Desk::new().await;
    let host = HostProcess::start(desk.path()).await;
    let file = desk.path().join("data/admin.token");
    let before = std::fs::read_to_string(&file).unwrap();
    let client = gantry_e2e::client_builder().build().unwrap();
    let asked = async |token: &str| {
        let request = client.get(format!("http://{}/v1/flows", host.admin)).bearer_auth(token.trim());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(asked(&before).await.0, 200);
    std::fs::write(&file, "another-token-of-at-least-32-characters").unwrap();
    assert_eq!(asked(&before).await.0, 200, "nothing has told the host yet");
    eventually("the new token", || async { asked("another-token-of-at-least-32-characters").await.0 == 200 }).await;
    let (status, said) = asked(&before).await;
    assert!(status == 401 && said.contains("replaced"), "{status} {said}");
    assert_eq!(desk.says("reload").0, Some(0));
}
