//! Groups, edits, exports and imports at the command line.

use gantry_e2e::{Answer, FlowText, eventually, guest, run_gantry};

use super::{Night, complaint, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_was_resolved_comes_back_and_says_so() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 3).await;
    let groups = night.told(&["groups"]);
    let group = &groups["groups"][0];
    let fingerprint = text(&group["fingerprint"]).to_owned();
    assert_eq!((text(&group["code"]), &group["counts"]["open"]), ("target-refused-422", &3.into()));

    let resolved = night.told(&["group", &fingerprint, "resolve", "--note", "the ERP was mended", "--by", "anna"]);
    assert_eq!((text(&resolved["state"]), text(&resolved["changed"]["note"])), ("resolved", "the ERP was mended"));
    night.fails(&host, 1).await;
    let back = night.told(&["groups", "--regressed"]);
    assert_eq!((text(&back["groups"][0]["state"]), &back["groups"][0]["regressions"]), ("open", &1.into()));
    let page = night.seen(&["group", &fingerprint]);
    assert!(page.contains("failed again") && page.contains("the ERP was mended"), "{page}");

    night.told(&["group", &fingerprint, "ignore", "--note", "known"]);
    let metrics = super::client().get(format!("http://{}/metrics", host.admin)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("gantry_dead_letters_alarming{flow=\"orders\"} 0"), "{metrics}");
    assert!(metrics.contains("gantry_dead_letters_open{flow=\"orders\"} 4"));
    assert!(complaint(&night.dlq(&["group", "00ff", "ignore"])).contains("there is no dead letter group 00ff"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_keeps_both_payloads_and_shows_what_changed() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 1).await;
    let id = text(&night.dead_letters()[0]["id"]).to_owned();
    let received = text(&night.dead_letters()[0]["received"]["payload"]["text"]).to_owned();
    assert_eq!(night.seen(&["show", &id, "--diff"]), "never edited\n");

    let editor = night.path().join("editor");
    std::fs::write(&editor, "sed -i 's/\"price\": 1.10/\"price\": 2.50/' \"$1\"\n").unwrap();
    // Run by a shell, not executed itself: a child that another test is starting at this moment has the file open for
    // writing, and such a file can't be executed.
    let editor = format!("sh {}", editor.display());
    let mut edit = night.command(&["edit", &id, "--yes", "--by", "anna"]);
    let edited = edit.env_remove("VISUAL").env("EDITOR", &editor).output().unwrap();
    assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));
    assert!(String::from_utf8_lossy(&edited.stderr).contains("~ /price: 1.1 → 2.5"));

    let page = night.seen(&["show", &id, "--diff"]);
    assert!(page.contains("revision 0 → 1") && page.contains("~ /price: 1.1 → 2.5"), "{page}");
    let revisions = night.told(&["show", &id, "--diff"]);
    assert_eq!(text(&revisions["revisions"][0]["payload"]["text"]), received);
    assert!(text(&revisions["revisions"][1]["payload"]["text"]).contains("\"price\": 2.50"), "digits are kept");

    let untouched = night.command(&["edit", &id, "--yes"]).env("EDITOR", "true").env_remove("VISUAL").output().unwrap();
    assert!(complaint(&untouched).contains("unchanged"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_imported_elsewhere_once_and_a_bad_line_is_told_by_number() {
    let here = Night::falls().await;
    let host = here.host().await;
    here.fails(&host, 3).await;
    let file = here.path().join("letters.ndjson");
    let path = file.to_str().unwrap();
    here.seen(&["export", "-o", path]);

    let there = Night::falls().await;
    for (running, added) in [(true, 3), (true, 0), (false, 0)] {
        let _host = if running { Some(there.host().await) } else { None };
        let imported = there.told(&["import", path]);
        assert_eq!((&imported["added"], &imported["present"]), (&added.into(), &(3 - added).into()));
    }
    assert_eq!(there.dead_letters(), here.dead_letters());

    let mut lines: Vec<String> = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    lines[1] = lines[1].replace("\"deliver\"", "\"teleport\"");
    let broken = here.path().join("broken.ndjson");
    std::fs::write(&broken, lines.join("\n")).unwrap();
    let elsewhere = Night::falls().await;
    let told = complaint(&elsewhere.dlq(&["import", broken.to_str().unwrap()]));
    assert!(told.contains("line 2: ") && told.contains("teleport") && told.contains("nothing was imported"), "{told}");
    assert!(!elsewhere.path().join("data").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_found_by_what_they_hold() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 4).await;
    let dead_letter = night.dead_letters()[2].clone();
    let key = text(&dead_letter["idempotency_key"]).to_owned();
    let version = text(&dead_letter["flow_version"]).to_owned();
    for (args, count) in [
        (&["--idempotency-key", key.as_str()][..], 1),
        (&["--flow-version", &version], 4),
        (&["--flow-version", "0"], 0),
        (&["--text", "STATUS 422"], 4),
        (&["--payload-text", "\"order\":2"], 1),
        (&["--since", "1h", "--stage", "deliver", "--target", "erp"], 4),
        (&["--until", "1h"], 0),
        (&["--min-attempts", "2"], 0),
        (&["--max-replays", "0", "--code", "target-refused-422"], 4),
        (&["--source", text(&dead_letter["source"])], 4),
    ] {
        let counts = night.told(&[&["list", "--count"], args].concat());
        assert_eq!(counts["open"], count, "{args:?}");
    }
    assert!(complaint(&night.dlq(&["list", "--since", "yesterday"])).contains("is not a time"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_causes_behind_one_status_are_two_groups_and_ids_of_messages_find_their_letters() {
    let night = Night::falls().await;
    night.erp.set_rule(|request| {
        let is_even = request.body.starts_with(b"{\"order\":0");
        let why = if is_even { "customer 4711 is blocked by credit control" } else { "period 2026-11 is closed" };
        Some(Answer { body: why.to_owned(), ..Answer::status(422) })
    });
    let host = night.host().await;
    night.fails(&host, 2).await;
    let page = night.seen(&["groups"]);
    assert!(page.contains("customer * is blocked by credit control") && page.contains("period * is closed"), "{page}");
    let group = night.told(&["groups"])["groups"][0].clone();
    let sample = text(&group["sample"]);
    let (message, position) = sample.split_once('.').unwrap();
    assert_eq!(position, "0");
    assert_eq!(night.told(&["show", message]), night.told(&["show", sample]));
    let history = |id: &str| {
        let mut command = std::process::Command::new(super::gantry());
        command.args(["message", "show", id, "--data"]).arg(night.path().join("data")).output().unwrap().stdout
    };
    assert_eq!(history(sample), history(message));
    assert!(complaint(&night.dlq(&["show", &format!("{message}.5")])).contains(&format!("gantry dlq show {sample}")));

    let fingerprint = text(&group["fingerprint"]);
    let acknowledged = night.told(&["group", fingerprint, "acknowledge", "--for", "8h", "--by", "anna"]);
    assert!(acknowledged["acknowledged_until"].is_u64(), "{acknowledged}");
    assert!(night.seen(&["groups"]).contains("acknowledged until "));
    night.told(&["group", fingerprint, "acknowledge", "--for", "1s", "--by", "anna"]);
    eventually("the end of the acknowledgement in the audit log", || async {
        let mut command = std::process::Command::new(super::gantry());
        let trail = command.args(["audit", "list", "--data"]).arg(night.path().join("data")).output().unwrap().stdout;
        String::from_utf8(trail).unwrap().contains("the time of its acknowledgement is over")
    })
    .await;
    assert!(complaint(&night.dlq(&["group", fingerprint, "resolve", "--for", "8h"])).contains("go with `acknowledge`"));
    night.seen(&["discard", message, "--reason", "a test", "--yes"]);
    let left = night.told(&["groups"])["groups"].as_array().unwrap().len();
    assert_eq!((left, night.told(&["groups", "--all"])["groups"].as_array().unwrap().len()), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_sender_writes_moves_the_cursor_hides_text_or_forges_a_line() {
    let night = Night::falls().await;
    let flow = FlowText::new("orders").source_line("key.header = \"x-key\"").target("erp", &night.erp, "");
    flow.write(&night.path().join("flows"));
    let host = night.host().await;
    let hostile = "k\u{9b}31m\u{202e}\u{200b}\u{2066}\u{e0041}";
    let body = "\u{1b}]0;pwned\u{7}\u{1b}[8m\u{9b}2J\nstate        delivered\r\n\u{202e}";
    let request = super::client().post(format!("http://{}/orders", host.intake)).header("x-key", hostile.as_bytes());
    let request = request.header("content-type", &b"text/plain; x=\xc2\x9b31m\xe2\x80\xae"[..]);
    assert_eq!(request.body(body).send().await.unwrap().status(), 202);
    eventually("the dead letter", || async { night.count("open") == 1 }).await;
    let id = text(&night.dead_letters()[0]["id"]).to_owned();
    let message = id.split('.').next().unwrap();
    let data = night.path().join("data");
    let queue = run_gantry(["message", "show", message, "--data", data.to_str().unwrap()]);
    let json = run_gantry(["message", "show", message, "--format", "json", "--data", data.to_str().unwrap()]);
    let pages = [night.seen(&["show", &id]), night.seen(&["list"]), night.seen(&["groups"])];
    let others = [queue.stdout, json.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
    for page in pages.iter().chain(&others) {
        assert!(!page.contains(|c| c != '\n' && gantry_core::escape::is_unsafe(c)), "{page:?}");
        let states = page.lines().filter(|line| line.starts_with("state ")).count();
        assert!(states <= 1, "{page}");
    }
    assert!(pages[0].contains("k\\u{9b}31m\\u{202e}\\u{200b}\\u{2066}\\u{e0041}"), "{}", pages[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_of_a_dead_letter_becomes_a_golden_case_that_passes() {
    let night = Night::falls().await;
    let host = night.host().await;
    night.fails(&host, 1).await;
    let id = text(&night.dead_letters()[0]["id"]).to_owned();
    let component = guest("echo").display().to_string();
    let plugin = night.path().join("plugin").display().to_string();
    std::fs::create_dir(&plugin).unwrap();
    let data = night.path().join("data").display().to_string();
    let record =
        ["plugin", "case", "refused", &plugin, "--component", &component, "--dead-letter", &id, "--data", &data];
    let output = run_gantry(record);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let case = std::fs::read_to_string(night.path().join("plugin/cases/refused.json")).unwrap();
    assert!(case.contains("target-refused-422") && case.contains("\"price\": 1.10"), "{case}");
    let output = run_gantry(["plugin", "test", &plugin, "--component", &component]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
