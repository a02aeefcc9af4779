//! Messages, their history and attempts. Both directions: imported dead letters contain them too.

use gantry_api::v1;
use gantry_core as core;

use super::{Convert, alike};

alike! {
    core::Message = v1::Message { id, key, content_type, headers, event_time, payload }
    core::TimelineEntry = v1::TimelineEntry { at, event }
    core::Event = v1::Event [
        Received,
        Transformed { outputs, plugins },
        Postponed { code, until },
        Logged { step, level, text },
        Attempted { position, target, status, error, latency_ms, retry_at, answer },
        Skipped { code },
        DeadLettered { dead_letter, code },
        Supersedes { message },
        Superseded { by },
        Discarded { dead_letter, by, reason },
        Withdrawn { by, reason },
        Moved { from, to, by },
        Replayed { dead_letter, by, edited },
    ]
    core::Attempt = v1::Attempt { at, latency_ms, status, error, excerpt, kind }
    core::LogLevel = v1::LogLevel [Debug, Info, Warn, Error]
    core::ErrorClass = v1::ErrorClass [
        Network, Timeout, Throttled, Unavailable, Unauthorized, NoSpace, Redirected, PredecessorFailed, Permanent,
        Unsendable,
    ]
    core::MessageState => v1::MessageState [Queued, Delivered, Skipped, DeadLettered]
}

impl Convert<v1::History> for core::History {
    fn convert(self) -> v1::History {
        let Self { id, flow, source, key, dedupe_key, received_at, state, timeline } = self;
        v1::History {
            id,
            flow,
            source,
            key,
            dedupe_key,
            received_at,
            state: state.convert(),
            // Known to the queue, not to the history.
            wait: None,
            timeline: timeline.convert(),
        }
    }
}

impl Convert<v1::Headers> for core::Headers {
    fn convert(self) -> v1::Headers {
        v1::Headers(self.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl Convert<core::Headers> for v1::Headers {
    fn convert(self) -> core::Headers {
        self.0.into_iter().collect()
    }
}
