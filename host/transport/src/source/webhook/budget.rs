//! How many bytes of bodies the host holds at once, in all and for one address: whoever opens many connections and has no
//! secret can't fill the memory with what nobody has verified yet.
//!
//! Bytes are counted as they arrive, and not by what a sender announces: announcing costs it nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

/// There is no room for more bytes at present.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

/// The bytes that bodies may take.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: usize,
    per_address: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    bytes: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Budget {
    /// So many bytes, of which one address may have its share.
    pub(super) fn new(bytes: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { bytes, per_address, used: Mutex::default() })
    }

    /// The longest body that there is ever room for.
    pub(super) fn longest(&self) -> usize {
        self.bytes.min(self.per_address)
    }

    /// The bytes of a request from this address: none yet.
    pub(super) fn of(self: &Arc<Self>, address: IpAddr) -> Held {
        Held { budget: Arc::clone(self), address, bytes: 0 }
    }
}

/// The bytes of one request; free again when dropped.
#[derive(Debug)]
pub(super) struct Held {
    budget: Arc<Budget>,
    address: IpAddr,
    bytes: usize,
}

impl Held {
    /// Whether there is room for so many bytes more at present.
    pub(super) fn check(&self, more: usize) -> Result<(), NoRoom> {
        self.fits(&self.budget.used.lock(), more)
    }

    /// How many more there is ever room for.
    pub(super) fn most_more(&self) -> usize {
        self.budget.longest().saturating_sub(self.bytes)
    }

    /// Takes so many bytes more.
    pub(super) fn grow(&mut self, more: usize) -> Result<(), NoRoom> {
        let mut used = self.budget.used.lock();
        self.fits(&used, more)?;
        used.bytes += more;
        *used.by_address.entry(self.address).or_default() += more;
        self.bytes += more;
        Ok(())
    }

    fn fits(&self, used: &Used, more: usize) -> Result<(), NoRoom> {
        let of_address = used.by_address.get(&self.address).copied().unwrap_or_default();
        let fits = used.bytes + more <= self.budget.bytes && of_address + more <= self.budget.per_address;
        fits.then_some(()).ok_or(NoRoom)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut used = self.budget.used.lock();
        used.bytes -= self.bytes;
        let Some(of_address) = used.by_address.get_mut(&self.address) else { return };
        *of_address -= self.bytes;
        if *of_address == 0 {
            used.by_address.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_everything_is_given_back() {
        let budget = Budget::new(100, 60);
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        let mut first = budget.of(address(1));
        first.grow(40).unwrap();
        assert_eq!(budget.of(address(1)).check(21), Err(NoRoom));
        let mut second = budget.of(address(1));
        second.grow(20).unwrap();
        let mut other = budget.of(address(2));
        assert_eq!(other.grow(41), Err(NoRoom));
        other.grow(40).unwrap();
        drop(first);
        other.grow(20).unwrap();
        assert_eq!(other.grow(1), Err(NoRoom));
        drop((second, other));
        let used = budget.used.lock();
        assert!(used.bytes == 0 && used.by_address.is_empty());
    }
}
