//! The places for connections: so many in all, and so many for one address. When they run out, the connection that has
//! been without a complete request for longest is closed in favour of a new one; so a client that opens connections and
//! sends nothing keeps nobody out. A body that is being sent has a while first: else senders that are merely many would cut
//! each other off for ever.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long a body may be on its way before its connection may be closed for another one.
const SENDING: Duration = Duration::from_secs(5);

/// How often is looked whether one has been on its way for so long.
const LOOK: Duration = Duration::from_secs(1);

/// How far a connection is with its request. In this order connections are closed when places run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It has none, or not all of its headers.
    Waiting,
    /// Its headers are here, and its body is not.
    Receiving,
    /// It is complete, and its answer is not sent yet. Such a connection is never closed for another one.
    Answering,
}

/// One address has as many connections as it may have, and all of them are being answered.
#[derive(Debug)]
pub(super) struct AddressFull;

/// The places of one listener.
pub(super) struct Slots {
    connections: usize,
    per_address: usize,
    taken: Mutex<Taken>,
    /// Told whenever a place becomes free, or a connection may be closed for another one.
    changed: Notify,
}

#[derive(Default)]
struct Taken {
    seats: HashMap<u64, Occupant>,
    by_address: HashMap<IpAddr, usize>,
    /// Counts all connections and changes of their phases: the order in which they came about.
    next: u64,
}

struct Occupant {
    address: IpAddr,
    phase: Phase,
    /// When it came to be so, by the order of all changes, and by the clock.
    since: (u64, Instant),
    evicted: CancellationToken,
}

impl Slots {
    pub(super) fn new(connections: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { connections, per_address, taken: Mutex::default(), changed: Notify::new() })
    }

    /// A place for a connection from this address. Waits while all places are taken by requests that are being answered.
    pub(super) async fn take(self: &Arc<Self>, address: IpAddr) -> Result<Arc<Seat>, AddressFull> {
        loop {
            if let Some(seat) = self.try_take(address, Instant::now())? {
                return Ok(seat);
            }
            tokio::time::timeout(LOOK, self.changed.notified()).await.ok();
        }
    }

    fn try_take(self: &Arc<Self>, address: IpAddr, now: Instant) -> Result<Option<Arc<Seat>>, AddressFull> {
        let mut taken = self.taken.lock();
        if taken.by_address.get(&address).is_some_and(|count| *count >= self.per_address)
            && !taken.evict(now, |occupant| occupant.address == address)
        {
            return Err(AddressFull);
        }
        if taken.seats.len() >= self.connections && !taken.evict(now, |_| true) {
            return Ok(None);
        }
        let (number, evicted) = taken.seat(address);
        Ok(Some(Arc::new(Seat { number, address, evicted, slots: Arc::clone(self) })))
    }
}

impl Taken {
    fn seat(&mut self, address: IpAddr) -> (u64, CancellationToken) {
        let number = self.tick();
        let evicted = CancellationToken::new();
        *self.by_address.entry(address).or_default() += 1;
        self.seats.insert(
            number,
            Occupant { address, phase: Phase::Waiting, since: (number, Instant::now()), evicted: evicted.clone() },
        );
        (number, evicted)
    }

    /// Closes the connection that has been without a complete request for longest. Returns whether there is one.
    fn evict(&mut self, now: Instant, may_go: impl Fn(&Occupant) -> bool) -> bool {
        let incomplete = self.seats.iter().filter(|(_, occupant)| occupant.may_be_closed(now));
        let oldest =
            incomplete.filter(|(_, occupant)| may_go(occupant)).min_by_key(|(_, other)| (other.phase, other.since.0));
        let Some(number) = oldest.map(|(number, _)| *number) else { return false };
        self.remove(number);
        true
    }

    fn remove(&mut self, number: u64) {
        let Some(occupant) = self.seats.remove(&number) else { return };
        occupant.evicted.cancel();
        let Some(count) = self.by_address.get_mut(&occupant.address) else { return };
        *count -= 1;
        if *count == 0 {
            self.by_address.remove(&occupant.address);
        }
    }

    const fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Occupant {
    fn may_be_closed(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Waiting => true,
            Phase::Receiving => now.duration_since(self.since.1) >= SENDING,
            Phase::Answering => false,
        }
    }
}

/// The place of one connection; free again when dropped.
pub(super) struct Seat {
    number: u64,
    address: IpAddr,
    evicted: CancellationToken,
    slots: Arc<Slots>,
}

impl Seat {
    /// Who has it.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }

    /// Notes how far the connection is with its request.
    pub(super) fn enter(&self, phase: Phase) {
        let mut taken = self.slots.taken.lock();
        let since = (taken.tick(), Instant::now());
        if let Some(occupant) = taken.seats.get_mut(&self.number).filter(|occupant| occupant.phase != phase) {
            occupant.phase = phase;
            occupant.since = since;
        }
        drop(taken);
        if phase == Phase::Waiting {
            self.slots.changed.notify_one();
        }
    }

    /// Whether no request is under way.
    pub(super) fn phase(&self) -> Phase {
        self.slots.taken.lock().seats.get(&self.number).map_or(Phase::Waiting, |occupant| occupant.phase)
    }

    /// Waits until the connection is to be closed for another one.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.slots.taken.lock().remove(self.number);
        self.slots.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test]
    async fn the_oldest_connection_without_a_complete_request_makes_place_for_a_new_one() {
        let slots = Slots::new(3, 3);
        let answering = slots.take(address(1)).await.unwrap();
        answering.enter(Phase::Answering);
        let receiving = slots.take(address(1)).await.unwrap();
        receiving.enter(Phase::Receiving);
        let waiting = slots.take(address(1)).await.unwrap();
        let first = slots.take(address(2)).await.unwrap();
        assert!(waiting.evicted.is_cancelled() && !receiving.evicted.is_cancelled());
        first.enter(Phase::Answering);
        assert!(slots.try_take(address(2), Instant::now()).unwrap().is_none(), "a body has a while to arrive");
        let second = slots.try_take(address(2), Instant::now() + SENDING).unwrap().unwrap();
        assert!(receiving.evicted.is_cancelled() && !second.evicted.is_cancelled());
        second.enter(Phase::Answering);
        let mut third = pin!(slots.take(address(3)));
        assert!(polled_once(&mut third).await.is_none(), "all places are taken by requests that are being answered");
        answering.enter(Phase::Waiting);
        assert!(third.await.is_ok());
        assert!(answering.evicted.is_cancelled());
    }

    #[tokio::test]
    async fn an_address_has_no_more_than_its_share_and_gives_its_places_back() {
        let slots = Slots::new(10, 2);
        let first = slots.take(address(1)).await.unwrap();
        let second = slots.take(address(1)).await.unwrap();
        let third = slots.take(address(1)).await.unwrap();
        assert!(first.evicted.is_cancelled(), "its own oldest connection makes place");
        second.enter(Phase::Answering);
        third.enter(Phase::Answering);
        assert!(slots.take(address(1)).await.is_err());
        assert!(slots.take(address(2)).await.is_ok());
        drop((first, second));
        assert!(slots.take(address(1)).await.is_ok());
        drop(third);
        let taken = slots.taken.lock();
        assert!(taken.seats.is_empty() && taken.by_address.is_empty());
    }

    /// The result of a future that is polled once.
    async fn polled_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(cx) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
