//! The token in force. It is read again after each reload of the host, and when a request presents another one: so that a
//! replaced token can be used to reload. The one before ends with that.

use std::time::{Duration, Instant};

use gantry_core::Timestamp;
use gantry_runtime::HostHandle;
use gantry_security::{AdminToken, process_environment};
use parking_lot::Mutex;

/// The least time between two readings for requests with a wrong token.
const LEAST: Duration = Duration::from_secs(1);

/// The token that requests must present.
pub(crate) struct TokenInForce {
    host: HostHandle,
    state: Mutex<State>,
}

struct State {
    token: AdminToken,
    /// When it was last read because of a wrong one.
    read: Option<Instant>,
    /// The reload after which it was last read.
    reload: Option<Timestamp>,
}

impl TokenInForce {
    /// This token, until it is replaced.
    pub(crate) fn new(token: AdminToken, host: HostHandle) -> Self {
        Self { host, state: Mutex::new(State { token, read: None, reload: None }) }
    }

    /// Whether `presented` is the token.
    pub(crate) fn matches(&self, presented: &str) -> bool {
        let mut state = self.state.lock();
        let reload = self.host.last_reload().map(|last| last.at);
        if state.reload != reload {
            state.reload = reload;
            self.renew(&mut state);
        }
        if state.token.matches(presented) {
            return true;
        }
        if state.read.is_some_and(|read| read.elapsed() < LEAST) {
            return false;
        }
        state.read = Some(Instant::now());
        self.renew(&mut state);
        state.token.matches(presented)
    }

    /// Reads the token again; one that can't be read leaves the one before in force.
    fn renew(&self, state: &mut State) {
        let settings = self.host.settings();
        match AdminToken::for_client(settings.admin_token.as_ref(), &settings.data_dir, &process_environment) {
            Ok(token) if token.matches(state.token.secret().expose()) => {}
            Ok(token) => {
                tracing::info!("the token of the admin API was replaced: the one before is refused from now on");
                state.token = token;
            }
            Err(error) => tracing::debug!(%error, "the token of the admin API can't be read again; it stays in force"),
        }
    }
}
