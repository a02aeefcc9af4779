//! What a host answers and what clients read of it are the same types: every answer, read and written again, is the JSON
//! that came.

use std::fmt::Display;

use gantry_api::v1;
use gantry_e2e::{FlowText, HostProcess, eventually, guest, versioned};
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Night, client};

/// What needs no signature, and calls a pager that nobody answers at.
const SETTINGS: &str = "[plugins]\nunsigned = \"allow\"\n[[alert]]\nname = \"pager\"\nurl = \"http://127.0.0.1:9/\"\n";

/// A client that holds every answer to its type.
struct Client {
    host: HostProcess,
    token: String,
}

impl Client {
    async fn get<T: Serialize + DeserializeOwned>(&self, path: impl Display) -> T {
        self.answer(Method::GET, path, &Value::Null).await
    }

    async fn post<T: Serialize + DeserializeOwned>(&self, path: impl Display, body: &impl Serialize) -> T {
        self.answer(Method::POST, path, body).await
    }

    async fn answer<T: Serialize + DeserializeOwned>(
        &self,
        method: Method,
        path: impl Display,
        body: &impl Serialize,
    ) -> T {
        let request = client().request(method, format!("http://{}/v1/{path}", self.host.admin)).json(body);
        self.read(request, path).await
    }

    async fn read<T: Serialize + DeserializeOwned>(&self, request: reqwest::RequestBuilder, path: impl Display) -> T {
        let response = request.bearer_auth(&self.token).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let answer: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {status} {error}: {text}"));
        assert_eq!(serde_json::to_string(&answer).unwrap(), text, "{path}");
        answer
    }
}

/// A night with two dead letters, a flow with a plugin and rules, and an alert.
async fn fallen(night: &Night) -> Client {
    let rules = "[[step.rule]]\nfield = \"/order\"\nrequired = true\n";
    let purpose = "[purpose]\ngoal = \"orders arrive\"\n[purpose.success]\nerror_rate = 0.01\np95_latency = \"2s\"\n";
    let flow = FlowText::new("orders").head(purpose).step(guest("echo"), "name = \"map\"\n").rules("plausible", rules);
    flow.target("erp", &night.erp, "").write(&night.path().join("flows"));
    let host = HostProcess::start_with(night.path(), SETTINGS).await;
    night.fails(&host, 2).await;
    let token = std::fs::read_to_string(night.path().join("data/admin.token")).unwrap();
    Client { host, token: token.trim().to_owned() }
}

fn note(by: &str) -> v1::NoteRequest {
    v1::NoteRequest { by: by.to_owned(), note: "seen".to_owned() }
}

fn close(reason: &str) -> v1::CloseRequest {
    v1::CloseRequest { by: "anna".to_owned(), reason: reason.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_of_dead_letters_is_read_and_written_unchanged() {
    let night = Night::falls().await;
    let client = fallen(&night).await;
    let page: v1::DeadLetterPage = client.get("dead-letters?limit=1").await;
    let dead_letter = &page.dead_letters[0];
    assert_eq!((dead_letter.stage, dead_letter.state), (v1::Stage::Deliver, v1::DeadLetterState::Open));
    assert_eq!(page.next, Some(dead_letter.id));
    let summaries: v1::SummaryPage = client.get("dead-letter-summaries?state=open").await;
    assert_eq!(summaries.dead_letters.len(), 2);
    let counts: v1::DeadLetterCounts = client.get("dead-letter-counts").await;
    assert_eq!(counts.total(), 2);
    let history: v1::History = client.get(format!("messages/{}", dead_letter.id.message)).await;
    assert_eq!(history.state, v1::MessageState::DeadLettered);

    let noted: v1::DeadLetter = client.post(format!("dead-letters/{}/acknowledge", dead_letter.id), &close("")).await;
    assert!(noted.acknowledged.is_some_and(|note| note.by == "anna"));
    let payload = Some(v1::EditedPayload("{\"order\":7}".into()));
    let request = v1::ReplayRequest { by: "anna".to_owned(), payload };
    let replayed: v1::DeadLetter = client.post(format!("dead-letters/{}/replay", dead_letter.id), &request).await;
    assert_eq!(replayed.replays.len(), 1);
    eventually("the replay to fail", || async { night.count("open") == 2 }).await;
    let revisions: v1::Revisions = client.get(format!("dead-letters/{}/revisions", dead_letter.id)).await;
    assert!(matches!(revisions.diffs[0].diff, v1::Diff::Json { .. }));
    let discarded: v1::DeadLetter =
        client.post(format!("dead-letters/{}/discard", dead_letter.id), &close("wrong")).await;
    assert_eq!(discarded.state, v1::DeadLetterState::Discarded);

    let groups: v1::GroupList = client.get("dead-letter-groups").await;
    let group = format!("dead-letter-groups/{}", groups.groups[0].fingerprint);
    let ignored: v1::DeadLetterGroup = client.post(format!("{group}/ignore"), &note("anna")).await;
    assert_eq!(ignored.state, v1::GroupAction::Ignore.state());
    let _: v1::DeadLetterGroup = client.get(&group).await;

    let filter = v1::DeadLetterFilter { flow: Some("orders".parse().unwrap()), ..v1::DeadLetterFilter::default() };
    let new = v1::NewJob {
        kind: v1::JobKind::Redrive,
        filter: filter.clone(),
        by: "anna".to_owned(),
        reason: String::new(),
        rate: Some(50),
        most_replays: None,
        force: false,
        max_failed_percent: None,
        patch: None,
        replay: false,
    };
    let job: v1::Job = client.post("dead-letter-jobs", &new).await;
    assert_eq!((job.filter, job.total), (filter, 1));
    let jobs: v1::JobList = client.get("dead-letter-jobs").await;
    assert_eq!(jobs.jobs.len(), 1);
    let _: v1::Job = client.get(format!("dead-letter-jobs/{}", job.id)).await;

    let lines = serde_json::to_string(&discarded).unwrap();
    let url = format!("http://{}/v1/dead-letter-imports", client.host.admin);
    let imported: v1::Imported = client.read(super::client().post(url).body(lines), "imports").await;
    assert_eq!((imported.added, imported.present), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_of_flows_targets_alerts_and_plugins_is_read_and_written_unchanged() {
    let night = Night::falls().await;
    let client = fallen(&night).await;
    let flows: Vec<v1::FlowReport> = client.get("flows").await;
    let orders = flows.iter().find(|flow| flow.name == "orders").unwrap();
    assert_eq!((orders.plugins.len(), orders.rules.len(), orders.criteria.len()), (1, 1, 2));
    let _: v1::QualityReport = client.get("quality").await;
    let paused: v1::TargetReport = client.post("targets/orders/erp/pause", &close("tonight")).await;
    assert!(paused.stop.is_some_and(|stop| stop.kind == v1::StopKind::Paused));
    let _: Vec<v1::TargetReport> = client.get("targets").await;
    eventually("something to fire", || async {
        let alerts: Vec<v1::AlertReport> = client.get("alerts").await;
        alerts.iter().any(|alert| !alert.firing.is_empty())
    })
    .await;
    let answers: Vec<v1::TestAnswer> = client.post("alerts/pager/test", &close("")).await;
    assert!(answers.iter().all(|answer| !answer.accepted));

    let none: Option<v1::ReloadReport> = client.get("reload").await;
    assert!(none.is_none());
    let reloaded: v1::ReloadReport = client.post("reload", &Value::Null).await;
    assert_eq!(reloaded.result, v1::ReloadResult::Unchanged);
    std::fs::write(night.path().join("flows/broken.toml"), "[flow]\nnam = 1\n").unwrap();
    let refused: v1::Problem = client.post("reload", &Value::Null).await;
    assert_eq!((refused.code, refused.diagnostics.is_empty()), (v1::Code::ReloadRefused, false));
    assert!(refused.diagnostics.iter().all(|one| one.code != v1::DiagnosticCode::Unknown));

    let url = format!("http://{}/v1/plugins?by=olga", client.host.admin);
    let component = super::client().post(url).body(versioned("echo", "2.0.0"));
    let published: v1::Published = client.read(component, "plugins").await;
    let _: v1::Catalogue = client.get("plugins").await;
    let _: v1::Published = client.get("plugins/echo/2.0.0").await;
    let page: v1::DeadLetterPage = client.get("dead-letters").await;
    let request = v1::DryRunRequest {
        flow: "orders".parse().unwrap(),
        step: "map".to_owned(),
        with: published.plugin.to_string(),
        dead_letters: page.dead_letters.iter().map(|dead_letter| dead_letter.id).collect(),
    };
    let report: v1::ShadowReport = client.post("deployments/dry-run", &request).await;
    assert_eq!((report.messages, report.same), (2, 2));
    let request = v1::DeployRequest {
        flow: "orders".parse().unwrap(),
        step: "map".to_owned(),
        plugin: published.plugin.to_string(),
        by: "olga".to_owned(),
        terms: v1::TermsChange { canary_share: Some(0.0), watch_messages: Some(0), ..v1::TermsChange::default() },
    };
    let begun: v1::Deployment = client.post("deployments", &request).await;
    eventually("the deployment to end", || async {
        let now: v1::Deployment = client.get(format!("deployments/{}", begun.number)).await;
        now.phase.is_over()
    })
    .await;
    let all: Vec<v1::Deployment> = client.get("deployments?flow=orders").await;
    assert_eq!(all.len(), 1);
    let problem: v1::Problem = client.get("plugins/echo/9.9.9").await;
    assert_eq!((problem.code, problem.status), (v1::Code::NotFound, 404));
}
