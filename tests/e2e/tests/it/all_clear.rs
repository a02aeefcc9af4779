//! No false all-clear: what would read as "nothing is wrong", and isn't, is an error of the real binary.

use std::path::Path;

use gantry_e2e::{FlowText, HostProcess, Sink, guest};

/// A folder with one flow, `orders`.
fn site(erp: &Sink) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    FlowText::new("orders").step(guest("echo"), "").target("erp", erp, "").write(&dir.path().join("flows"));
    dir
}

fn log(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("log")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_says_once_that_its_data_directory_is_new() {
    let erp = Sink::start().await;
    let dir = site(&erp);
    for _ in 0..2 {
        let host = HostProcess::start(dir.path()).await;
        host.signal("TERM");
        assert!(host.wait().success());
    }
    assert_eq!(log(dir.path()).matches("the data directory is new").count(), 1);
}
