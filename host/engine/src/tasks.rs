//! Tasks that are started separately and stopped together.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tasks that are stopped together; clones share them.
#[derive(Clone, Default)]
pub struct TaskGroup {
    /// Cancelled when they must stop.
    pub stop: CancellationToken,
    /// Waits for them.
    pub tasks: TaskTracker,
}

impl TaskGroup {
    /// Stops them, and waits until all of them have ended.
    pub async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
