//! The composition root: a host is made here, owned here, and stopped here.
//!
//! ```text
//!  Host::builder ─→ open ─→ load ─→ bind ─→ run          start (`start`)
//!  sources ─→ workers ─→ maintenance ─→ events ─→ store  stop, in the order messages travel (`host`)
//! ```
//!
//! What a message touches is in `gantry-engine`, what changes flows in `gantry-control`, what is read and said of a host
//! in `gantry-observe`.

mod handle;
mod host;
mod maintenance;
mod start;
mod start_error;

pub use handle::{HostHandle, NotReady};
pub use host::{Host, Undrained};
pub use start::{HostBuilder, check, open_sandbox, open_store};
pub use start_error::StartError;
