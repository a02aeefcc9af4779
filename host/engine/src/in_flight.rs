//! InFlightLimit for messages between lease and settlement: so many, and so many bytes of them. A reload may make it larger or
//! smaller while some are out.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes are counted by this: a semaphore counts no further than 2^29 on small machines.
const UNIT: usize = 1 << 10;

/// As many messages and bytes as the flow may have in flight.
pub(crate) struct InFlightLimit {
    messages: Bound,
    units: Bound,
}

/// What one message takes of the room, until it is dropped.
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

    /// Makes room for so much. Where it shrinks, waits until enough of what is in flight has ended. May be cancelled at
    /// any time: what is done stays done.
    pub(crate) async fn fit(&mut self, messages: usize, bytes: usize) {
        self.messages.fit(messages).await;
        self.units.fit(bytes.div_ceil(UNIT)).await;
    }

    /// Waits for room, then takes as many places as are free, up to `most`; and says how many bytes they may hold.
    pub(crate) async fn take(&self, most: usize) -> (Vec<OwnedSemaphorePermit>, usize) {
        let mut taken: Vec<_> = Arc::clone(&self.messages.permits).acquire_owned().await.into_iter().collect();
        while taken.len() < most {
            let Ok(place) = Arc::clone(&self.messages.permits).try_acquire_owned() else { break };
            taken.push(place);
        }
        // One unit is enough to go on: it is given back at once, and no other task takes any.
        drop(self.units.permits.acquire().await.ok());
        (taken, self.units.permits.available_permits().saturating_mul(UNIT))
    }

    /// Takes the room of messages of these lengths, for each a place and its bytes. One that is longer than all the room
    /// waits until it is alone.
    pub(crate) async fn fill(&self, places: Vec<OwnedSemaphorePermit>, lengths: &[usize]) -> Vec<InFlightPermit> {
        let units: Vec<usize> = lengths.iter().map(|length| length.div_ceil(UNIT).max(1)).collect();
        let all = units.iter().sum::<usize>().min(self.units.size);
        let all = Arc::clone(&self.units.permits).acquire_many_owned(u32::try_from(all).unwrap_or(u32::MAX)).await;
        let mut all = all.ok();
        let share = |(message, units): (_, usize)| {
            let split = all.as_mut().and_then(|all| all.split(units.min(all.num_permits())));
            InFlightPermit { _message: message, _units: split }
        };
        places.into_iter().zip(units).map(share).collect()
    }
}

impl Bound {
    fn of(size: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(size)), size }
    }

    async fn fit(&mut self, size: usize) {
        if size > self.size {
            self.permits.add_permits(size - self.size);
            self.size = size;
        }
        while self.size > size {
            // The semaphore is never closed.
            let Ok(place) = self.permits.acquire().await else { return };
            place.forget();
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
    async fn a_room_shrinks_only_as_its_places_come_back_and_grows_at_once() {
        let mut room = InFlightLimit::new(3, UNIT);
        let (mut taken, _) = room.take(3).await;
        assert!(tokio::time::timeout(SOON, room.fit(1, UNIT)).await.is_err(), "all places are taken");
        taken.truncate(1);
        room.fit(1, UNIT).await;
        assert!(tokio::time::timeout(SOON, room.take(1)).await.is_err(), "the only place is taken");
        room.fit(2, UNIT).await;
        assert_eq!(room.take(5).await.0.len(), 1);
    }

    #[tokio::test]
    async fn bytes_in_flight_are_bounded_and_what_is_longer_than_the_room_goes_alone() {
        let room = InFlightLimit::new(10, 4 * UNIT);
        let (places, free) = room.take(2).await;
        assert_eq!(free, 4 * UNIT);
        let mut taken = room.fill(places, &[3 * UNIT, 10]).await;
        assert!(tokio::time::timeout(SOON, room.take(1)).await.is_err(), "no byte is free");
        taken.pop();
        let (places, free) = room.take(1).await;
        assert_eq!(free, UNIT);
        let huge = room.fill(places, &[100 * UNIT]);
        let mut huge = Box::pin(huge);
        assert!(tokio::time::timeout(SOON, &mut huge).await.is_err(), "it waits until it is alone");
        taken.clear();
        assert_eq!(huge.await.len(), 1);
        assert_eq!(room.take(1).await.1, 4 * UNIT);
    }
}
