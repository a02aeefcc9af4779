//! Jobs of the real binary: paced, watched, killed half-way, cancelled, recorded while nothing runs.

use std::collections::BTreeMap;

use gantry_e2e::eventually;

use super::{Night, complaint, text};

const LETTERS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redrive_goes_on_after_kill_9_and_does_no_letter_twice() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, LETTERS).await;
    night.mends();
    let job = night.told(&["redrive", "--rate", "20", "--yes", "--by", "anna"]);
    assert_eq!((&job["total"], text(&job["state"])), (&LETTERS.into(), "running"));
    let id = text(&job["id"]).to_owned();
    eventually("the job to be half-way", || async { night.erp.accepted().len() >= 5 }).await;
    host.kill();

    let at_rest = night.told(&["job", &id]);
    let done = at_rest["done"].as_u64().unwrap();
    assert!(done >= 5 && done < LETTERS as u64, "killed half-way: {at_rest}");
    let host = night.host().await;
    let job = night.told(&["job", &id, "--wait"]);
    assert_eq!((text(&job["state"]), &job["done"], &job["resolved"]), ("finished", &LETTERS.into(), &LETTERS.into()));

    for dead_letter in night.dead_letters() {
        assert_eq!(
            (text(&dead_letter["state"]), dead_letter["replays"].as_array().unwrap().len()),
            ("resolved", 1),
            "{dead_letter}"
        );
        assert_eq!(
            (text(&dead_letter["replays"][0]["job"]), text(&dead_letter["replays"][0]["by"])),
            (id.as_str(), "anna")
        );
        assert_eq!(
            dead_letter["attempts"].as_array().unwrap().last().unwrap()["status"],
            200,
            "the linked attempt: {dead_letter}"
        );
    }
    // What was in flight at the kill may be sent again, always under the same key.
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    night.erp.accepted().iter().for_each(|seen| *keys.entry(seen.idempotency_key()).or_default() += 1);
    assert_eq!(keys.len(), LETTERS);
    drop(host);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_stopped_host_a_redrive_is_recorded_and_a_discard_is_done() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 6).await;
    let one = text(&night.dead_letters()[0]["id"]).to_owned();
    host.kill();
    night.mends();

    night.told(&["acknowledge", &one, "--by", "anna"]);
    let discarded = night.told(&["discard", "--all", "--state", "acknowledged", "--reason", "a test order", "--yes"]);
    assert_eq!((text(&discarded["kind"]), &discarded["done"]), ("discard", &1.into()));
    let recorded = night.dlq(&["redrive", "--yes", "--wait", "--format", "json"]);
    assert!(String::from_utf8_lossy(&recorded.stderr).contains("begins when it starts"));
    let job: serde_json::Value = serde_json::from_slice(&recorded.stdout).unwrap();
    assert_eq!((text(&job["state"]), &job["done"], &job["total"]), ("running", &0.into(), &5.into()));

    let _host = night.host().await;
    let job = night.told(&["job", text(&job["id"]), "--wait"]);
    assert_eq!((text(&job["state"]), &job["resolved"]), ("finished", &5.into()));
    assert_eq!((night.count("resolved"), night.count("discarded")), (5, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_cancelled_and_says_what_failed_again() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 5).await;
    let waited = night.dlq(&["redrive", "--rate", "0", "--yes", "--wait", "--format", "json"]);
    assert_eq!(waited.status.code(), Some(8), "a script can tell that nothing was resolved");
    let job: serde_json::Value = serde_json::from_slice(&waited.stdout).unwrap();
    assert_eq!((&job["done"], &job["failed_again"], &job["resolved"]), (&5.into(), &5.into(), &0.into()));
    let slow = night.told(&["redrive", "--rate", "1", "--yes", "--by", "anna"]);
    let cancelled = night.told(&["job", text(&slow["id"]), "cancel", "--by", "bob"]);
    assert_eq!((text(&cancelled["state"]), text(&cancelled["cancelled_by"])), ("cancelled", "bob"));
    assert!(complaint(&night.dlq(&["job", text(&slow["id"]), "cancel"])).contains("has already ended"));
    let page = night.seen(&["jobs"]);
    assert!(page.contains("cancelled") && page.contains("finished"), "{page}");

    let held = night.told(&["redrive", "--rate", "0", "--most-replays", "1", "--yes", "--wait"]);
    assert_eq!((&held["done"], &held["held_back"]), (&0.into(), &5.into()), "each was replayed before");
    let refused = complaint(&night.dlq(&["redrive"]));
    assert!(refused.contains("redrive 5 dead letters? confirm with `--yes`"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patch_is_previewed_then_edits_and_replays_what_it_applies_to() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 3).await;
    let patch = night.path().join("patch.json");
    let text = r#"[{"op": "test", "path": "/price", "value": 1.1}, {"op": "replace", "path": "/price", "value": 2.50},
                   {"op": "remove", "path": "/gone"}]"#;
    std::fs::write(&patch, text).unwrap();
    let file = patch.to_str().unwrap();
    let preview = night.dlq(&["patch", "--patch", file, "--dry-run", "--format", "json"]);
    assert_eq!(preview.status.code(), Some(8), "it applies to none");
    let preview: serde_json::Value = serde_json::from_slice(&preview.stdout).unwrap();
    assert_eq!((&preview["total"], &preview["applicable"]), (&3.into(), &0.into()));
    assert!(
        super::text(&preview["inapplicable"][0]["why"]).contains("operation 3 (remove /gone): there is no such value")
    );

    std::fs::write(&patch, r#"[{"op": "replace", "path": "/price", "value": 2.50}]"#).unwrap();
    let page = night.seen(&["patch", "--patch", file, "--dry-run"]);
    assert!(page.contains("~ /price: 1.1 → 2.5"), "{page}");
    let tried = night.told(&["patch", "--patch", file, "--dry-run", "--replay"]);
    let outcome = &tried["replay"]["outcomes"][0];
    assert_eq!((super::text(&outcome["kind"]), &outcome["dead_letters"]), ("delivered", &3.into()));
    let sent = super::text(&tried["replay"]["sample"]["deliveries"][0]["payload"]["text"]);
    assert!(sent.contains("\"price\":2.50"), "the edited one: {sent}");
    assert!(complaint(&night.dlq(&["patch", "--patch", file])).contains("edit 3 dead letters? confirm with `--yes`"));
    assert_eq!(night.told(&["list"])["dead_letters"][0]["revisions"], serde_json::Value::Null, "nothing was changed");

    let edited = night.told(&["patch", "--patch", file, "--yes", "--by", "anna"]);
    assert_eq!((super::text(&edited["state"]), &edited["done"]), ("finished", &3.into()));
    let dead_letter = &night.dead_letters()[0];
    assert!(super::text(&dead_letter["received"]["payload"]["text"]).contains("\"price\":2.50"), "digits are kept");
    assert_eq!(super::text(&dead_letter["revisions"][1]["by"]), "anna");
    let shown = night.seen(&["show", super::text(&dead_letter["id"])]);
    assert!(shown.contains("edited by anna at") && shown.contains("was to be sent, before the edit"), "{shown}");
    assert_eq!(night.count("open"), 3);

    night.mends();
    std::fs::write(&patch, r#"[{"op": "add", "path": "/note", "value": "mended"}]"#).unwrap();
    let job = night.told(&["patch", "--patch", file, "--replay", "--rate", "0", "--yes", "--wait"]);
    assert_eq!((&job["resolved"], &job["not_applicable"]), (&3.into(), &0.into()), "{job}");
    assert!(night.erp.accepted().iter().all(|seen| seen.text().ends_with(r#""price":2.50,"note":"mended"}"#)));
    assert!(complaint(&night.dlq(&["patch", "--patch", "nowhere.json", "--yes"])).contains("nowhere.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_replay_runs_what_is_in_force_and_sends_nothing() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 2).await;
    let sent = night.erp.seen().len();
    let report = night.told(&["redrive", "--dry-run"]);
    assert_eq!((&report["total"], &report["examined"], &report["failing"]), (&2.into(), &2.into(), &0.into()));
    let outcome = &report["outcomes"][0];
    assert_eq!(
        (text(&outcome["kind"]), &outcome["targets"][0], &outcome["dead_letters"]),
        ("delivered", &"erp".into(), &2.into())
    );
    assert_eq!(text(&report["sample"]["deliveries"][0]["payload"]["text"]), r#"{"order":0,"price":1.10}"#);

    // The flow gets a rule that these orders break, and a payload that doesn't.
    let flow = night.path().join("flows/orders.toml");
    let with_rule = std::fs::read_to_string(&flow).unwrap()
        + "\n[[step]]\nname = \"check\"\n\n[[step.rule]]\nfield = \"/price\"\nmin = 2\n";
    std::fs::write(&flow, with_rule).unwrap();
    let data = night.path().join("data");
    assert!(gantry_e2e::run_gantry(["reload", "--data", data.to_str().unwrap()]).status.success());
    let id = text(&night.dead_letters()[0]["id"]).to_owned();
    let page = night.dlq(&["replay", &id, "--dry-run"]);
    assert_eq!(page.status.code(), Some(8), "a script can tell that it would fail again");
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("1 dead letter would be replayed: 1 would fail again") && page.contains("/price"), "{page}");
    let mended = night.path().join("mended.json");
    std::fs::write(&mended, r#"{"order":0,"price":2.10}"#).unwrap();
    let page = night.seen(&["replay", &id, "--payload", mended.to_str().unwrap(), "--dry-run"]);
    assert!(page.contains("0 would fail again") && page.contains("\"price\": 2.10"), "{page}");

    assert_eq!((night.erp.seen().len(), night.count("open")), (sent, 2), "nothing was sent or changed");
    host.kill();
    assert_eq!(night.dlq(&["redrive", "--dry-run"]).status.code(), Some(5), "a host has to run");
}
