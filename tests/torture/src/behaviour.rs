//! How targets behave: a list of failures, and the random choice among them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::ledger::Accepted;

/// How a target answers one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// 200, as it should be.
    Well,
    /// 422: it will never accept this message.
    Refuses,
    /// 500.
    Fails,
    /// 429 with `Retry-After` in seconds.
    ThrottlesBySeconds,
    /// 429 with `Retry-After` as a date.
    ThrottlesByDate,
    /// The connection is reset before the request is read.
    ResetsEarly,
    /// The request is read, then the connection is reset.
    ResetsLate,
    /// The request is read, and there is no answer until the host disconnects.
    Hangs,
    /// Something that isn't HTTP.
    TalksNonsense,
    /// Half a head of an answer.
    SaysHalf,
    /// 200 with a longer body announced than comes.
    SaysLess,
    /// 200, twice.
    SaysTwice,
    /// 200, but only when the host no longer waits for it.
    SaysTooLate,
}

const ALL: [Behaviour; 13] = [
    Behaviour::Well,
    Behaviour::Refuses,
    Behaviour::Fails,
    Behaviour::ThrottlesBySeconds,
    Behaviour::ThrottlesByDate,
    Behaviour::ResetsEarly,
    Behaviour::ResetsLate,
    Behaviour::Hangs,
    Behaviour::TalksNonsense,
    Behaviour::SaysHalf,
    Behaviour::SaysLess,
    Behaviour::SaysTwice,
    Behaviour::SaysTooLate,
];

impl Behaviour {
    /// Whether the target accepts the request.
    #[must_use]
    pub const fn accepts(self) -> Accepted {
        match self {
            Self::Well | Self::SaysTwice => Accepted::Yes,
            Self::SaysTooLate => Accepted::Perhaps,
            _ => Accepted::No,
        }
    }

    /// The bytes to answer with.
    #[must_use]
    pub fn answer(self, rng: &mut fastrand::Rng) -> Vec<u8> {
        const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let throttled =
            |after: &str| format!("HTTP/1.1 429 Slow Down\r\nretry-after: {after}\r\ncontent-length: 0\r\n\r\n");
        let text = match self {
            Self::Well | Self::SaysTooLate => OK.to_owned(),
            Self::Refuses => "HTTP/1.1 422 No\r\ncontent-length: 5\r\n\r\nnever".to_owned(),
            Self::Fails => "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Self::ThrottlesBySeconds => throttled(["0", "1", "86400", "99999999999999999999", "soon"][rng.usize(0..5)]),
            Self::ThrottlesByDate => {
                let after = SystemTime::now() + Duration::from_secs(rng.u64(0..2));
                throttled(&httpdate::fmt_http_date(after))
            }
            Self::TalksNonsense => return (0..rng.usize(1..400)).map(|_| rng.u8(..)).collect(),
            Self::SaysHalf => "HTTP/1.1 200 OK\r\ncontent-len".to_owned(),
            Self::SaysLess => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok".to_owned(),
            // If the connection stayed open, the second could be taken as the answer to the next request.
            Self::SaysTwice => format!("{}{OK}", OK.replacen("\r\n", "\r\nconnection: close\r\n", 1)),
            Self::ResetsEarly | Self::ResetsLate | Self::Hangs => String::new(),
        };
        text.into_bytes()
    }
}

/// How often targets fail; shared with the run.
#[derive(Debug, Default)]
pub struct FailureRate(AtomicU32);

impl FailureRate {
    /// Sets how many of a hundred requests fail from now on.
    pub fn set(&self, percent: u32) {
        self.0.store(percent, Ordering::Relaxed);
    }

    /// The behaviour for the next request.
    #[must_use]
    pub fn choose(&self, rng: &mut fastrand::Rng) -> Behaviour {
        if rng.u32(0..100) >= self.0.load(Ordering::Relaxed) {
            return Behaviour::Well;
        }
        // Behaviours that cost a timeout are rarer, so that a round doesn't spend its time waiting.
        match ALL[rng.usize(1..ALL.len())] {
            Behaviour::Hangs | Behaviour::SaysTooLate if rng.u32(0..4) > 0 => Behaviour::Fails,
            behaviour => behaviour,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_always_fails_shows_every_behaviour_and_one_that_never_fails_only_the_good_one() {
        let failure_rate = FailureRate::default();
        let mut rng = fastrand::Rng::with_seed(3);
        assert!((0..1000).all(|_| failure_rate.choose(&mut rng) == Behaviour::Well));
        failure_rate.set(100);
        let seen: Vec<_> = (0..5000).map(|_| failure_rate.choose(&mut rng)).collect();
        assert!(ALL[1..].iter().all(|behaviour| seen.contains(behaviour)), "{seen:?}");
    }
}
