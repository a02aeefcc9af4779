//! Room for messages between lease and settlement. A reload may make it larger or smaller while some are out.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// As many places as the flow may have messages in flight.
pub(crate) struct Room {
    places: Arc<Semaphore>,
    size: usize,
}

impl Room {
    pub(crate) fn new(size: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(size)), size }
    }

    /// Makes room for `size` messages. Where it shrinks, waits until enough of those in flight have ended. May be
    /// cancelled at any time: what is done stays done.
    pub(crate) async fn fit(&mut self, size: usize) {
        if size > self.size {
            self.places.add_permits(size - self.size);
            self.size = size;
        }
        while self.size > size {
            // The semaphore is never closed.
            let Ok(place) = self.places.acquire().await else { return };
            place.forget();
            self.size -= 1;
        }
    }

    /// Waits for one place, then takes as many as are free, up to `most`.
    pub(crate) async fn take(&self, most: usize) -> Vec<OwnedSemaphorePermit> {
        let mut taken: Vec<_> = Arc::clone(&self.places).acquire_owned().await.into_iter().collect();
        while taken.len() < most {
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { break };
            taken.push(place);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_room_shrinks_only_as_its_places_come_back_and_grows_at_once() {
        let mut room = Room::new(3);
        let mut taken = room.take(3).await;
        let soon = std::time::Duration::from_millis(1);
        assert!(tokio::time::timeout(soon, room.fit(1)).await.is_err(), "all places are taken");
        taken.truncate(1);
        room.fit(1).await;
        assert!(tokio::time::timeout(soon, room.take(1)).await.is_err(), "the only place is taken");
        room.fit(2).await;
        assert_eq!(room.take(5).await.len(), 1);
    }
}
