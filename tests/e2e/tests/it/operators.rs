//! Operators at a running host: what the admin API takes and refuses, what the audit says of it, and a host that hangs.

use std::path::Path;

use gantry_e2e::{FlowText, HostProcess, Sink, guest, run_gantry};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

/// An alert that nobody answers, and plugins without a signature.
const SETTINGS: &str = "[plugins]\nunsigned = \"allow\"\n[[alert]]\nname = \"pager\"\nurl = \"http://127.0.0.1:9/\"\n";

/// A host with one flow, and a client of its admin API.
struct Site {
    dir: tempfile::TempDir,
    host: HostProcess,
    client: Client,
    _erp: Sink,
}

impl Site {
    async fn open() -> Self {
        let erp = Sink::start().await;
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        let flow = FlowText::new("in").step(guest("echo"), "name = \"map\"").target("erp", &erp, "");
        flow.write(&dir.path().join("flows"));
        let host = HostProcess::start_with(dir.path(), SETTINGS).await;
        Self { dir, host, client: gantry_e2e::client_builder().build().unwrap(), _erp: erp }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn token(&self) -> String {
        std::fs::read_to_string(self.path().join("data/admin.token")).unwrap().trim().to_owned()
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}/v1/{path}", self.host.admin)).bearer_auth(self.token())
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("http://{}/v1/{path}", self.host.admin)).bearer_auth(self.token())
    }

    fn gantry(&self, words: &[&str]) -> (Option<i32>, String) {
        let data = self.path().join("data").display().to_string();
        let output = run_gantry(words.iter().copied().chain(["--data", &data]));
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    /// The latest outcome of this operation in the audit.
    fn outcome_of(&self, operation: &str) -> Value {
        let (_, listed) = self.gantry(&["audit", "list", "--operation", operation, "--limit", "1", "--format", "json"]);
        let page: Value = serde_json::from_str(&listed).unwrap();
        page["entries"][0].clone()
    }
}

/// The status, code and detail of a refusal, which is a problem in JSON.
async fn refusal(request: RequestBuilder) -> (u16, String, String) {
    let response: Response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let text = response.text().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{status}: {text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| problem[name].as_str().unwrap().to_owned();
    (status, field("code"), field("detail"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_api_cannot_take_is_refused_in_plain_words_and_changed_into_nothing_else() {
    let site = Site::open().await;
    for list in ["audit", "dead-letters", "dead-letter-summaries", "dead-letter-groups", "quality"] {
        for limit in ["0", "1001"] {
            let (status, code, detail) = refusal(site.get(&format!("{list}?limit={limit}"))).await;
            assert_eq!((status, code.as_str()), (400, "bad-request"), "{list}");
            assert_eq!(detail, format!("`limit` is a number from 1 to 1000, not {limit}"));
        }
    }
    let deploy = json!({"flow": "in", "step": "map", "plugin": "echo@9.0.0", "terms": {"shadow": 99_999}});
    let (status, _, detail) = refusal(site.post("deployments").json(&deploy)).await;
    assert_eq!((status, detail.as_str()), (400, "`shadow` is a number from 0 to 1000, not 99999"));
    let (status, code, detail) = refusal(site.get("dead-letters/%ff%fe")).await;
    assert_eq!((status, code.as_str(), detail.as_str()), (400, "bad-request", "`id` in the path is not UTF-8"));
    for body in [json!([]), json!("anna"), json!(["anna", "why"])] {
        let (status, _, detail) = refusal(site.post("targets/in/erp/pause").json(&body)).await;
        assert!(status == 400 && detail.contains("a JSON object") && !detail.contains("struct"), "{body}: {detail}");
        let (status, _, detail) = refusal(site.post("reload").json(&body)).await;
        assert!(status == 400 && detail.contains("a JSON object"), "{body}: {detail}");
    }
    let (status, code, _) = refusal(site.post("plugins").body(vec![0; (32 << 20) + 1])).await;
    assert_eq!((status, code.as_str()), (413, "too-large"));
    let (status, _, detail) =
        refusal(site.post("targets/in/erp/pause").json(&json!({"reason": "x".repeat(2001)}))).await;
    assert!(status == 400 && detail.starts_with("`reason` has 2001 characters"), "{detail}");

    let lower = format!("bearer {}", site.token());
    let url = format!("http://{}/v1/flows", site.host.admin);
    let answer = site.client.get(url).header("authorization", lower).send().await.unwrap();
    assert_eq!(answer.status(), 200, "the scheme is not case-sensitive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_says_for_whom_and_what_came_of_a_reload_a_test_and_an_import() {
    let site = Site::open().await;
    assert_eq!(site.gantry(&["reload", "--by", "olga"]).0, Some(0));
    let reload = site.outcome_of("flows.reload");
    assert_eq!((&reload["on_behalf_of"], &reload["detail"]), (&"olga".into(), &"unchanged".into()));
    std::fs::write(site.path().join("flows/broken.toml"), "[flow]\nnane = \"b\"\n").unwrap();
    let (code, refused) = site.gantry(&["reload", "--format", "json"]);
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(
        (code, &refused["error"]["code"], &refused["error"]["exit_code"]),
        (Some(3), &"invalid_config".into(), &3.into())
    );
    let mistakes = refused["error"]["diagnostics"].as_array().unwrap();
    assert!(mistakes.iter().any(|one| one["code"] == "unknown_key" && one["line"] == 2), "{refused}");
    let reload = site.outcome_of("flows.reload");
    let detail = reload["detail"].as_str().unwrap();
    assert_eq!(reload["outcome"], "refused");
    assert!(
        detail.starts_with("refused: ") && detail.contains("the first: ") && detail.contains("broken.toml:1:1"),
        "{detail}"
    );

    std::fs::remove_file(site.path().join("flows/broken.toml")).unwrap();
    FlowText::new("alert-pager").target_at("erp", "http://127.0.0.1:9/", "").write(&site.path().join("flows"));
    let (code, refused) = site.gantry(&["reload"]);
    assert!(code == Some(3) && refused.contains("alert-pager.toml:2:8: "), "{code:?} {refused}");

    assert_eq!(site.gantry(&["alert", "test", "pager", "--by", "olga"]).0, Some(1));
    let test = site.outcome_of("alerts.test");
    assert_eq!((&test["on_behalf_of"], &test["outcome"]), (&"olga".into(), &"failed".into()));
    assert!(test["detail"].as_str().unwrap().starts_with("trigger: no answer, not accepted"), "{test}");

    let imported = site.post("dead-letter-imports?by=olga").body("").send().await.unwrap();
    assert_eq!(imported.status(), 200);
    let import = site.outcome_of("dead_letters.import");
    assert_eq!((&import["on_behalf_of"], &import["detail"]), (&"olga".into(), &"0 imported, 0 already present".into()));
    let (_, listed) = site.gantry(&["audit", "list", "--limit", "2"]);
    let next = listed.lines().last().unwrap().strip_prefix("more: --before ").unwrap();
    let (code, listed) = site.gantry(&["audit", "list", "--before", next]);
    assert!(code == Some(0) && listed.contains("flows.reload"), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_hangs_is_not_called_absent() {
    let site = Site::open().await;
    site.host.signal("STOP");
    let hanging = format!("the host at {} (pid {}) does not answer", site.host.admin, site.host.id());
    let (code, said) = site.gantry(&["target", "list"]);
    assert!(code == Some(5) && said.contains(&hanging), "{code:?} {said}");
    let (code, said) = site.gantry(&["dlq", "list"]);
    assert!(code == Some(5) && said.contains(&hanging), "{code:?} {said}");
    site.host.signal("CONT");
    assert_eq!(site.gantry(&["target", "list"]).0, Some(0));
}
