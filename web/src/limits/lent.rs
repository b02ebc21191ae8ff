//! What a process may let in by itself: a part of what somebody has left, lent by Redis to who asks often.
//!
//! Whoever uses up what was lent within a moment is lent twice as much the next time; whoever does not is lent nothing beyond the
//! one that is asked for. So Redis is asked once for many commands of the busy. What was lent and not used by then has gone, which is one
//! for who pauses after two.

use std::sync::Arc;

use quick_cache::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant};

/// How long what was lent is good for.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// The most that is lent at once.
const MOST: u32 = 32;
/// How many may be lent something at the same time.
const WHOM: usize = 10_000;

/// What was lent to this process, by the key of the limit.
pub(super) struct Lent(Cache<String, Arc<Mutex<Purse>>>);

/// What one was lent. Locked while Redis is asked, so that many at once ask for themselves together.
#[derive(Default)]
pub(super) struct Purse {
    left: u32,
    good_until: Option<Instant>,
    next: u32,
    is_closed: bool,
}

impl Lent {
    pub(super) fn new() -> Self {
        Self(Cache::new(WHOM))
    }

    pub(super) fn to(&self, key: &str) -> Arc<Mutex<Purse>> {
        self.0.get_or_insert_with(key, || Ok::<_, std::convert::Infallible>(Arc::default())).unwrap_or_default()
    }
}

impl Purse {
    /// Uses one of what was lent, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let is_there = self.left > 0 && self.good_until.is_some_and(|until| now < until);
        self.left -= u32::from(is_there);
        is_there
    }

    /// How many to ask for beyond the one that is needed now.
    pub(super) fn wish(&self, now: Instant) -> u32 {
        let is_busy = self.left == 0 && self.good_until.is_some_and(|until| now < until);
        if is_busy { self.next } else { 0 }
    }

    /// Keeps what was lent beyond the one that was needed, asked for at that time.
    pub(super) fn keep(&mut self, lent: u32, wish: u32, asked: Instant) {
        if self.good_until.is_none_or(|until| until <= asked) {
            self.left = 0;
        }
        self.is_closed = false;
        self.next = MOST.min((wish * 2).max(1));
        self.left += lent;
        self.good_until = Some(asked + GOOD_FOR);
    }

    /// Whoever was turned away is lent nothing, until they are let in.
    pub(super) fn close(&mut self) {
        *self = Self { is_closed: true, ..Self::default() };
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.is_closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks as often as it is told to, evenly, where everything that is wished for is lent; returns how often Redis was asked.
    fn asks(commands: u32, every: Duration) -> u32 {
        let (mut purse, mut asked, mut now) = (Purse::default(), 0, Instant::now());
        for _ in 0..commands {
            if !purse.take(now) {
                let wish = purse.wish(now);
                purse.keep(wish, wish, now);
                asked += 1;
            }
            now += every;
        }
        asked
    }

    #[test]
    fn the_busy_are_lent_more_and_more() {
        assert_eq!(asks(1_000, Duration::from_millis(1)), 36);
    }

    #[test]
    fn whoever_asks_seldom_is_lent_nothing() {
        assert_eq!(asks(10, GOOD_FOR), 10);
    }

    #[test]
    fn what_was_lent_is_good_for_a_moment() {
        let (mut purse, now) = (Purse::default(), Instant::now());
        purse.keep(8, 8, now);
        assert!(purse.take(now));
        assert!(!purse.take(now + GOOD_FOR));
        assert_eq!(purse.wish(now + GOOD_FOR), 0);
    }
}
