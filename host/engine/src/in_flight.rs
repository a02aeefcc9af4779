//! The limit on messages between lease and settlement: on their number, and on their bytes. A reload may raise or lower
//! it while messages are in flight.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes are counted in units of this size: on 32-bit machines a semaphore counts only up to 2^29.
const UNIT: usize = 1 << 10;

/// How many messages and bytes a flow may have in flight.
pub(crate) struct InFlightLimit {
    messages: Bound,
    units: Bound,
}

/// What one message takes of the limit, until it is dropped.
pub(crate) struct InFlightPermit {
    _message: OwnedSemaphorePermit,
    _units: Option<OwnedSemaphorePermit>,
}

struct Bound {
    permits: Arc<Semaphore>,
    size: usize,
}

impl InFlightLimit {
    pub(crate) fn new(messages: usize, bytes: usize) -> Self {
        Self { messages: Bound::of(messages), units: Bound::of(bytes.div_ceil(UNIT)) }
    }

    /// Changes the limit. If it is lowered, waits until enough of what is in flight has ended. May be cancelled at any
    /// time and called again: progress is kept.
    pub(crate) async fn resize(&mut self, messages: usize, bytes: usize) {
        self.messages.resize(messages).await;
        self.units.resize(bytes.div_ceil(UNIT)).await;
    }

    /// Waits until a message may be in flight, then takes a permit for each that may, up to `max`. Also returns how many
    /// bytes these messages may have.
    pub(crate) async fn take(&self, max: usize) -> (Vec<OwnedSemaphorePermit>, usize) {
        let mut permits: Vec<_> = Arc::clone(&self.messages.permits).acquire_owned().await.into_iter().collect();
        while permits.len() < max {
            let Ok(permit) = Arc::clone(&self.messages.permits).try_acquire_owned() else { break };
            permits.push(permit);
        }
        // One free unit is enough to go on. It is given back at once; no other task takes units.
        drop(self.units.permits.acquire().await.ok());
        (permits, self.units.permits.available_permits().saturating_mul(UNIT))
    }

    /// Takes the bytes of messages of these lengths, and joins them with the permits of the messages. A message that is
    /// larger than the whole limit waits until it is alone.
    pub(crate) async fn fill(&self, messages: Vec<OwnedSemaphorePermit>, lengths: &[usize]) -> Vec<InFlightPermit> {
        let units: Vec<usize> = lengths.iter().map(|length| length.div_ceil(UNIT).max(1)).collect();
        let all = units.iter().sum::<usize>().min(self.units.size);
        let all = u32::try_from(all).unwrap_or(u32::MAX);
        let mut free = Arc::clone(&self.units.permits).acquire_many_owned(all).await.ok();
        let mut permits = Vec::with_capacity(units.len());
        for (message, units) in messages.into_iter().zip(units) {
            let units = free.as_mut().and_then(|free| free.split(units.min(free.num_permits())));
            permits.push(InFlightPermit { _message: message, _units: units });
        }
        permits
    }
}

impl Bound {
    fn of(size: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(size)), size }
    }

    async fn resize(&mut self, size: usize) {
        if size > self.size {
            self.permits.add_permits(size - self.size);
            self.size = size;
        }
        while self.size > size {
            // The semaphore is never closed.
            let Ok(permit) = self.permits.acquire().await else { return };
            permit.forget();
            self.size -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn a_limit_is_lowered_only_as_permits_come_back_and_raised_at_once() {
        let mut limit = InFlightLimit::new(3, UNIT);
        let (mut permits, _) = limit.take(3).await;
        assert!(tokio::time::timeout(SOON, limit.resize(1, UNIT)).await.is_err(), "all permits are taken");
        permits.truncate(1);
        limit.resize(1, UNIT).await;
        assert!(tokio::time::timeout(SOON, limit.take(1)).await.is_err(), "the only permit is taken");
        limit.resize(2, UNIT).await;
        assert_eq!(limit.take(5).await.0.len(), 1);
    }

    #[tokio::test]
    async fn bytes_in_flight_are_bounded_and_what_is_larger_than_the_limit_goes_alone() {
        let limit = InFlightLimit::new(10, 4 * UNIT);
        let (messages, free) = limit.take(2).await;
        assert_eq!(free, 4 * UNIT);
        let mut permits = limit.fill(messages, &[3 * UNIT, 10]).await;
        assert!(tokio::time::timeout(SOON, limit.take(1)).await.is_err(), "no byte is free");
        permits.pop();
        let (messages, free) = limit.take(1).await;
        assert_eq!(free, UNIT);
        let huge = limit.fill(messages, &[100 * UNIT]);
        let mut huge = Box::pin(huge);
        assert!(tokio::time::timeout(SOON, &mut huge).await.is_err(), "it waits until it is alone");
        permits.clear();
        assert_eq!(huge.await.len(), 1);
        assert_eq!(limit.take(1).await.1, 4 * UNIT);
    }
}
