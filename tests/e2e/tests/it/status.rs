//! `gantry status`: one page that says what needs somebody, or that nothing does, and agrees with the alerts.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use gantry_e2e::{Answer, FlowText, HostProcess, Sink, eventually, run_gantry};
use serde_json::Value;

/// A host with the flow `orders` of `sales@example.com`.
struct Site {
    dir: tempfile::TempDir,
    host: Option<HostProcess>,
}

impl Site {
    async fn open(erp: &Sink, settings: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        let source = "[purpose]\ngoal = \"g\"\nowner = \"sales@example.com\"\n[source.webhook]\npath = \"/orders\"\nverify = \"none\"\n";
        FlowText::new("orders").source(source).target("erp", erp, "").write(&dir.path().join("flows"));
        let host = Some(HostProcess::start_with(dir.path(), settings).await);
        Self { dir, host }
    }

    fn gantry(&self, words: &str) -> (Option<i32>, String) {
        let data = self.dir.path().join("data").display().to_string();
        let output = run_gantry(words.split(' ').chain(["--data", &data]));
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    fn json(&self, words: &str) -> Value {
        serde_json::from_str(&self.gantry(&format!("{words} --format json")).1).unwrap()
    }

    async fn post(&self, body: &str) {
        let url = format!("http://{}/orders", self.host.as_ref().unwrap().intake);
        let client = gantry_e2e::client_builder().build().unwrap();
        assert_eq!(client.post(url).body(body.to_owned()).send().await.unwrap().status(), 202);
    }
}

fn kinds(status: &Value) -> Vec<&str> {
    status["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_with_nothing_wrong_says_so_in_one_line_with_what_was_looked_at() {
    let erp = Sink::start().await;
    let site = Site::open(&erp, "").await;
    let (code, said) = site.gantry("status");
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].starts_with("gantry: all is well at 2"), "{said}");
    assert!(
        lines[0].ends_with("1 flow, 1 target, 0 queued messages, 0 open dead letters, 0 jobs, 0 deployments, 0 alerts")
    );
    assert!(site.json("status")["severity"].is_null());

    let data = site.dir.path().join("data");
    for open in [data.clone(), data.join("store")] {
        std::fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    }
    let status = site.json("status");
    assert_eq!(kinds(&status), ["directory_exposed"]);
    assert_eq!(status["findings"][0]["next"], format!("chmod 700 {}", data.display()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_comes_most_harmful_first_with_owner_time_and_next_command_and_agrees_with_the_alerts() {
    let erp = Sink::start().await.answers_by(|seen| seen.text().contains("bad").then(|| Answer::status(422)));
    let pager = Sink::start().await;
    let alert = format!("[[alert]]\nname = \"pager\"\nurl = {:?}\n", pager.url("/alerts"));
    let site = Site::open(&erp, &alert).await;
    site.post("bad").await;
    eventually("the dead letter", || async { kinds(&site.json("status")) == ["dead_letters"] }).await;
    assert_eq!(site.gantry("target pause orders/erp --reason upgrade").0, Some(0));
    std::fs::write(site.dir.path().join("flows/wrong.toml"), "[flow]\nnane = \"b\"\n").unwrap();
    assert_eq!(site.gantry("reload").0, Some(3));
    eventually("alerts of all three", || async {
        site.json("alert list")["alerts"][0]["firing"].as_array().unwrap().len() == 3
    })
    .await;

    let status = site.json("status");
    assert_eq!(kinds(&status), ["reload_refused", "target_paused", "dead_letters"]);
    let paused = &status["findings"][1];
    assert_eq!(
        (&paused["owner"], &paused["flow"], &paused["about"]),
        (&"sales@example.com".into(), &"orders".into(), &"erp".into())
    );
    assert_eq!(paused["next"], "gantry target resume orders/erp");
    assert_eq!(paused["runbook"], "docs/runbooks/target-paused.md");
    let firing = site.json("alert list")["alerts"][0]["firing"].clone();
    for finding in status["findings"].as_array().unwrap() {
        let same = firing.as_array().unwrap().iter().find(|alert| alert["key"]["kind"] == finding["kind"]).unwrap();
        assert_eq!(same["summary"], finding["summary"], "one source for both");
    }

    let (code, said) = site.gantry("status");
    assert_eq!(code, Some(10), "{said}");
    assert!(said.starts_with("gantry: 3 things need somebody at 2"), "{said}");
    assert!(said.contains("ERROR  target_paused  orders/erp  since 2"), "{said}");
    assert!(said.contains("  owner:   sales@example.com\n  next:    gantry target resume orders/erp\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_host_it_shows_what_the_store_holds_and_says_that_no_host_runs() {
    let erp = Sink::start().await.answers_by(|seen| seen.text().contains("bad").then(|| Answer::status(422)));
    let mut site = Site::open(&erp, "").await;
    site.post("bad").await;
    eventually("the dead letter", || async { kinds(&site.json("status")) == ["dead_letters"] }).await;
    assert_eq!(site.gantry("target pause orders/erp").0, Some(0));
    site.post("good").await;
    let host = site.host.take().unwrap();
    host.signal("TERM");
    host.wait();
    let (code, said) = site.gantry("status");
    assert_eq!(code, Some(5), "{said}");
    assert!(
        said.contains("CRITICAL  no_host") && said.contains("1 message waits in the queue of flow `orders`"),
        "{said}"
    );
    let status = site.json("status");
    assert_eq!(kinds(&status), ["no_host", "queue_waiting", "dead_letters"]);
    assert!(status["instance"].is_null());
    let elsewhere = tempfile::tempdir().unwrap().path().join("none").display().to_string();
    let output = run_gantry(["status", "--data", &elsewhere]);
    assert_eq!(output.status.code(), Some(5));
    assert!(output.stdout.is_empty(), "nothing is all clear where there is no host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_announced_before_they_expire_however_short_they_are_kept() {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
    let mut site = Site::open(&erp, "").await;
    let file = site.dir.path().join("flows/orders.toml");
    let flow = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, flow.replacen("[flow]\n", "[flow]\ndead_letters = { keep = \"1ms\" }\n", 1)).unwrap();
    assert_eq!(site.gantry("reload").0, Some(0));
    site.post("1").await;
    eventually("the dead letter", || async { site.json("dlq list --count")["open"] == 1 }).await;
    // A host looks when it starts.
    let host = site.host.take().unwrap();
    host.signal("TERM");
    assert!(host.wait().success());
    site.host = Some(HostProcess::start_with(site.dir.path(), "").await);
    eventually("the announcement", || async {
        let status = site.json("status");
        let all = status["findings"].as_array().unwrap();
        let found = all.iter().find(|finding| finding["about"] == "expiring");
        found.is_some_and(|found| {
            let says =
                found["summary"].as_str().unwrap().starts_with("1 dead letter in flow `orders` that nobody has closed");
            says && found["next"] == "gantry dlq list --flow orders --expires-within 1d"
        })
    })
    .await;
}
