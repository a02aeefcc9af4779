//! The composition root: starts, owns and stops a host.
//!
//! ```text
//!  Host::builder ─→ open ─→ load ─→ bind ─→ run          start (`start`)
//!  sources ─→ workers ─→ maintenance ─→ events ─→ store  stop, in the order messages travel (`host`)
//! ```
//!
//! The message path is in `gantry-engine`, changes of flows in `gantry-control`, monitoring in `gantry-observe`.

mod acknowledgements;
mod handle;
mod host;
mod maintenance;
mod pauses;
mod start;
mod start_error;

pub use handle::{HostHandle, NotReady};
pub use host::{Host, Undrained};
pub use start::{HostBuilder, check, has_store, open_sandbox, open_store};
pub use start_error::StartError;
