//! What targets do to the host: a list of bad manners, and the dice that choose among them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::ledger::Said;

/// How a target answers one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// 200, as it should be.
    Well,
    /// 422: it will never take this one.
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
    /// The request is read, and nothing is said until the host has gone.
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

const ALL: [Manner; 13] = [
    Manner::Well,
    Manner::Refuses,
    Manner::Fails,
    Manner::ThrottlesBySeconds,
    Manner::ThrottlesByDate,
    Manner::ResetsEarly,
    Manner::ResetsLate,
    Manner::Hangs,
    Manner::TalksNonsense,
    Manner::SaysHalf,
    Manner::SaysLess,
    Manner::SaysTwice,
    Manner::SaysTooLate,
];

impl Manner {
    /// What the host may make of it.
    #[must_use]
    pub const fn said(self) -> Said {
        match self {
            Self::Well | Self::SaysTwice => Said::Yes,
            Self::SaysTooLate => Said::Perhaps,
            _ => Said::No,
        }
    }

    /// The bytes to answer with.
    #[must_use]
    pub fn answer(self, dice: &mut fastrand::Rng) -> Vec<u8> {
        const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let throttled =
            |after: &str| format!("HTTP/1.1 429 Slow Down\r\nretry-after: {after}\r\ncontent-length: 0\r\n\r\n");
        let text = match self {
            Self::Well | Self::SaysTooLate => OK.to_owned(),
            Self::Refuses => "HTTP/1.1 422 No\r\ncontent-length: 5\r\n\r\nnever".to_owned(),
            Self::Fails => "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_owned(),
            Self::ThrottlesBySeconds => {
                throttled(["0", "1", "86400", "99999999999999999999", "soon"][dice.usize(0..5)])
            }
            Self::ThrottlesByDate => {
                let after = SystemTime::now() + Duration::from_secs(dice.u64(0..2));
                throttled(&httpdate::fmt_http_date(after))
            }
            Self::TalksNonsense => return (0..dice.usize(1..400)).map(|_| dice.u8(..)).collect(),
            Self::SaysHalf => "HTTP/1.1 200 OK\r\ncontent-len".to_owned(),
            Self::SaysLess => "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok".to_owned(),
            // On a connection that stays open, the second could be the answer to a request that is just being sent.
            Self::SaysTwice => format!("{}{OK}", OK.replacen("\r\n", "\r\nconnection: close\r\n", 1)),
            Self::ResetsEarly | Self::ResetsLate | Self::Hangs => String::new(),
        };
        text.into_bytes()
    }
}

/// How often targets misbehave; shared with whoever leads the round.
#[derive(Debug, Default)]
pub struct Temper(AtomicU32);

impl Temper {
    /// Of a hundred requests, so many are treated badly from now on.
    pub fn set(&self, percent: u32) {
        self.0.store(percent, Ordering::Relaxed);
    }

    /// How to treat the next one.
    #[must_use]
    pub fn choose(&self, dice: &mut fastrand::Rng) -> Manner {
        if dice.u32(0..100) >= self.0.load(Ordering::Relaxed) {
            return Manner::Well;
        }
        // Manners that cost a timeout are rarer, or a round would be spent waiting.
        match ALL[dice.usize(1..ALL.len())] {
            Manner::Hangs | Manner::SaysTooLate if dice.u32(0..4) > 0 => Manner::Fails,
            manner => manner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_angry_target_knows_every_manner_and_a_tame_one_only_good_ones() {
        let (temper, mut dice) = (Temper::default(), fastrand::Rng::with_seed(3));
        assert!((0..1000).all(|_| temper.choose(&mut dice) == Manner::Well));
        temper.set(100);
        let met: Vec<_> = (0..5000).map(|_| temper.choose(&mut dice)).collect();
        assert!(ALL[1..].iter().all(|manner| met.contains(manner)), "{met:?}");
    }
}
