//! Reads the body of an answer, up to a bound.

use std::error::Error;
use std::io;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::{Instant, timeout_at};

use super::reason;

/// Most bytes of an answer that are read. Ordinary answers are read to their end, so that the connection can be used
/// again; a longer answer is cut off together with its connection.
const READ: usize = 64 << 10;

/// Most bytes of the answer that are kept for its excerpt.
const KEPT: usize = 8 << 10;

/// Most bytes of it that are kept, unpacked, for its excerpt.
const UNPACKED: usize = 32 << 10;

/// Most bytes of an answer that are read and kept, packed and unpacked, if its body decides about success.
const JUDGED: usize = 1 << 20;

/// What was read of an answer.
pub(super) struct Answer {
    /// As it came, perhaps compressed.
    pub(super) kept: Vec<u8>,
    /// Whether `kept` is all of it.
    pub(super) is_whole: bool,
    /// How much may be kept of it, unpacked.
    pub(super) most_unpacked: usize,
    pub(super) ending: Ending,
}

/// How reading ended.
pub(super) enum Ending {
    Complete,
    /// It was too long.
    Cut,
    /// It says neither how long it is nor that it ended, so nothing could be waited for.
    Unbounded,
    /// It came, but not in the form that its headers state.
    Malformed,
    /// It stopped coming.
    TimedOut,
    /// The connection broke.
    Broken(String),
}

/// `is_judged`: the body decides about success.
pub(super) async fn read(mut body: Incoming, is_judged: bool, deadline: Instant) -> Answer {
    let (most, most_kept) = if is_judged { (JUDGED, JUDGED) } else { (READ, KEPT) };
    // Of a body that lasts as long as the connection, nobody can tell the end before the other side closes.
    let is_bounded = body.size_hint().exact().is_some() || body.is_end_stream();
    let mut kept = Vec::new();
    let mut read = 0;
    let ending = loop {
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) if is_bounded => break Ending::TimedOut,
            Err(_) => break Ending::Unbounded,
            Ok(None) => break Ending::Complete,
            Ok(Some(Err(error))) if is_malformed(&error) => break Ending::Malformed,
            Ok(Some(Err(error))) => break Ending::Broken(reason::chain(&error)),
            Ok(Some(Ok(frame))) => frame,
        };
        let Some(chunk) = frame.data_ref() else { continue };
        let room = most_kept.saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        read += chunk.len();
        if read >= most && !body.is_end_stream() {
            break Ending::Cut;
        }
    };
    let is_whole = read == kept.len() && matches!(ending, Ending::Complete | Ending::Unbounded);
    Answer { kept, is_whole, most_unpacked: if is_judged { JUDGED } else { UNPACKED }, ending }
}

/// Whether bytes came that break the rules, as opposed to none.
fn is_malformed(error: &hyper::Error) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
}
