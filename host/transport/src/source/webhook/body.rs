//! Reads a request's body within its bounds: no byte beyond the limit is kept, no wait goes beyond the deadline, and all
//! bodies together stay within the host's budget.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;

use super::budget::{Budget, Held};
use super::refused::Refused;
use super::routes::Route;
use crate::server::Arriving;

/// Most bytes that are reserved because of a sender's `Content-Length`.
const TRUSTED_LENGTH: usize = 1 << 20;

/// The longest body that is taken.
pub(super) fn limit(route: &Route, budget: &Budget) -> usize {
    route.max_bytes.min(budget.longest())
}

/// Refuses a body whose `Content-Length` is too long, or for which there is no room, before reading any of it.
pub(super) fn check_length(body: &Arriving, held: &Held, limit: usize) -> Result<(), Refused> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Refused::TooLarge { limit });
    }
    Ok(held.check(announced)?)
}

/// The whole body. It is copied, because a small message would otherwise keep the connection's buffer in memory.
pub(super) async fn read(body: Arriving, route: &Route, held: &mut Held, limit: usize) -> Result<Bytes, Refused> {
    match tokio::time::timeout(route.timeout, collect(body, held, limit)).await {
        Ok(collected) => collected,
        Err(_) => Err(Refused::TooSlow { limit: route.timeout }),
    }
}

async fn collect(mut body: Arriving, held: &mut Held, limit: usize) -> Result<Bytes, Refused> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(announced.min(TRUSTED_LENGTH));
    while let Some(frame) = body.frame().await {
        // Trailers are ignored.
        let Ok(data) = frame.map_err(|_| Refused::Incomplete)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refused::TooLarge { limit });
        }
        held.grow(data.len())?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}
