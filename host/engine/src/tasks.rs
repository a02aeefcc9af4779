//! Tasks that begin apart and stop together.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tasks that stop together; clones are about the same ones.
#[derive(Clone, Default)]
pub struct TaskGroup {
    /// Tells them to stop.
    pub stop: CancellationToken,
    /// What waits for them.
    pub tasks: TaskTracker,
}

impl TaskGroup {
    /// Tells them to stop, and waits until all of them have.
    pub async fn end(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
