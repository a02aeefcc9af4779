//! How many deliveries to a target are under way at once.
//!
//! **Slow start.** After a start, and after its breaker opened, a target gets a few deliveries at once; each answer
//! allows one more, up to its `concurrency`.

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Deliveries under way at once before a target has answered any.
pub(super) const SLOW_START: usize = 4;

/// Hands out one permit per delivery under way.
pub(super) struct Concurrency {
    max: usize,
    permits: Semaphore,
    /// How many permits exist: those in `permits` and those handed out.
    allowed: Mutex<usize>,
}

impl Concurrency {
    pub(super) fn new(max: usize) -> Self {
        let allowed = max.min(SLOW_START);
        Self { max, permits: Semaphore::new(allowed), allowed: Mutex::new(allowed) }
    }

    /// Waits until one more delivery may be under way. Never returns none, because the semaphore is never closed.
    pub(super) async fn acquire(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    /// The target answered: one more is allowed at once.
    pub(super) fn grow(&self) {
        let mut allowed = self.allowed.lock();
        if *allowed < self.max {
            *allowed += 1;
            self.permits.add_permits(1);
        }
    }

    /// The target fails and starts slowly again. Permits that were handed out stay valid.
    pub(super) fn shrink(&self) {
        let mut allowed = self.allowed.lock();
        let excess = allowed.saturating_sub(self.max.min(SLOW_START));
        *allowed -= self.permits.forget_permits(excess);
    }

    /// Deliveries under way.
    pub(super) fn under_way(&self) -> usize {
        self.allowed.lock().saturating_sub(self.permits.available_permits())
    }
}

#[cfg(test)]
impl Concurrency {
    /// Permits that are free.
    pub(super) fn free(&self) -> usize {
        self.permits.available_permits()
    }

    /// Permits that exist.
    pub(super) fn allowed(&self) -> usize {
        *self.allowed.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_answer_allows_one_more_up_to_the_bound_and_trouble_starts_slowly_again() {
        let concurrency = Concurrency::new(SLOW_START + 2);
        let under_way = concurrency.acquire().await.unwrap();
        assert_eq!((concurrency.under_way(), concurrency.allowed()), (1, SLOW_START));
        (0..10).for_each(|_| concurrency.grow());
        assert_eq!(concurrency.allowed(), SLOW_START + 2, "no more than its bound");
        concurrency.shrink();
        assert_eq!((concurrency.under_way(), concurrency.allowed()), (1, SLOW_START));
        drop(under_way);
        assert_eq!(concurrency.under_way(), 0);
    }

    #[test]
    fn a_bound_below_the_slow_start_holds_from_the_beginning() {
        let concurrency = Concurrency::new(1);
        concurrency.grow();
        concurrency.shrink();
        assert_eq!(concurrency.allowed(), 1);
    }
}
