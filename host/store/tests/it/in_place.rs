//! A store whose files are removed, moved or replaced while it is open: nothing more is acknowledged.

use std::fs;
use std::path::Path;

use gantry_core::clock::ManualClock;
use gantry_store::{FailureKind, StoreError};

use crate::support::{START, message, open};

fn remove(dir: &Path) {
    fs::remove_dir_all(dir).unwrap();
}

fn move_away(dir: &Path) {
    fs::rename(dir, dir.with_extension("moved")).unwrap();
}

fn replace(dir: &Path) {
    move_away(dir);
    fs::create_dir(dir).unwrap();
    fs::write(dir.join("db"), "of another store").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_once_the_files_are_gone_and_a_look_notices_it() {
    for (is_looked_at, harm) in [
        (true, remove as fn(&Path)),
        (true, move_away),
        (true, replace),
        (false, remove),
        (false, move_away),
        (false, replace),
    ] {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("store");
        let store = open(&dir, &ManualClock::at(START));
        store.enqueue(vec![message("orders", None, "1")]).await.unwrap();
        assert!(store.check_in_place() && store.is_healthy());
        harm(&dir);
        if is_looked_at {
            assert!(!store.check_in_place());
            assert!(!store.is_healthy());
        }
        let refused = store.enqueue(vec![message("orders", None, "2")]).await;
        assert!(
            matches!(&refused, Err(StoreError::Unavailable(failure)) if failure.kind == FailureKind::Gone),
            "{refused:?}"
        );
        assert!(!store.is_healthy());
    }
}
