//! Who may read what the host writes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gantry_e2e::{Answer, FlowText, HostProcess, Sink, eventually, guest, run_gantry};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Everything below a directory.
fn below(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(below(&path));
        }
        all.push(path);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_on_disk_are_the_hosts_alone_and_what_a_flow_shares_is_not() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
    FlowText::new("orders").step(guest("echo"), "").target("erp", &erp, "").write(&dir.path().join("flows"));
    let ledger = dir.path().join("ledger.ndjson");
    FlowText::new("ledger").file_target("ledger", &ledger).write(&dir.path().join("flows"));
    let host = HostProcess::start(dir.path()).await;
    let data = dir.path().join("data");
    let client = gantry_e2e::client_builder().build().unwrap();
    for flow in ["orders", "ledger"] {
        let url = format!("http://{}/{flow}", host.intake);
        let sent = client.post(url).header("content-type", "application/json").body("1").send().await.unwrap();
        assert_eq!(sent.status(), 202);
    }
    let args = ["dlq", "list", "--count", "--format", "json", "--data", data.to_str().unwrap()];
    eventually("the dead letter and the line", || async {
        let listed = run_gantry(args).stdout;
        ledger.exists() && String::from_utf8_lossy(&listed).contains("\"open\": 1")
    })
    .await;
    let export = dir.path().join("letters.ndjson");
    let exported = run_gantry(["dlq", "export", "-o", export.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(exported.status.success());
    for path in below(&data).into_iter().chain([data, export]) {
        assert_eq!(mode(&path) & 0o077, 0, "{} {:o}", path.display(), mode(&path));
    }
    assert_eq!(mode(&ledger), 0o644, "as its directory can be read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_directory_that_others_can_read_is_told_at_the_start_and_by_check_with_the_command_that_closes_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    let erp = Sink::start().await;
    FlowText::new("orders").step(guest("echo"), "").target("erp", &erp, "").write(&flows);
    HostProcess::start(dir.path()).await.kill();
    for open in [&data, &data.join("store")] {
        std::fs::set_permissions(open, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let args = ["check", flows.to_str().unwrap(), "--offline", "--data", data.to_str().unwrap()];
    let fix = format!("chmod 700 {}", data.display());
    let told = String::from_utf8_lossy(&run_gantry(args).stderr).replace("\n", " ");
    assert!(told.contains("directory_exposed") && told.contains("chmod 700"), "{told}");
    HostProcess::start(dir.path()).await.kill();
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(log.contains("directory exposed") && log.contains(&fix), "{log}");
}
