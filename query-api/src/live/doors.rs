//! How many connections may be open: of one user or address, and of all together, in this process.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use web::problem::Problem;

use crate::settings;

/// When whoever has too many may come again.
const RETRY_AFTER_SECONDS: u64 = 10;

/// Who holds a connection open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    User(Uuid),
    Address(IpAddr),
}

impl Holder {
    /// The user, or else the address; of IPv6 the network that a household has.
    pub(super) fn of(user: Option<Uuid>, address: IpAddr) -> Self {
        match (user, address) {
            (Some(user), _) => Self::User(user),
            (None, IpAddr::V4(_)) => Self::Address(address),
            (None, IpAddr::V6(v6)) => Self::Address(Ipv6Addr::from_bits(v6.to_bits() & !0 << 64).into()),
        }
    }
}

/// Counts who is in. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Doors(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    settings: settings::Live,
    open: Mutex<HashMap<Holder, usize>>,
}

/// Somebody is in, until this is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    doors: Doors,
    holder: Holder,
}

impl Doors {
    pub(super) fn new(settings: settings::Live) -> Self {
        Self(Arc::new(Inside { settings, open: Mutex::default() }))
    }

    /// Lets somebody in.
    ///
    /// # Errors
    /// A 429 to whoever has too many open, a 503 when there are too many altogether.
    pub(super) fn enter(&self, holder: Holder) -> Result<Entry, Problem> {
        let mut open = self.open();
        let most = match holder {
            Holder::User(_) => self.0.settings.live_per_user,
            Holder::Address(_) => self.0.settings.live_per_address,
        };
        if open.values().sum::<usize>() >= self.0.settings.live_connections {
            return Err(Problem::unavailable("as many live connections are open as may be"));
        }
        let own = open.entry(holder).or_default();
        if *own >= most {
            return Err(Problem::too_fast(RETRY_AFTER_SECONDS));
        }
        *own += 1;
        metrics::gauge!("live_connections").increment(1);
        Ok(Entry { doors: self.clone(), holder })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut open = self.doors.open();
        let left = open.get(&self.holder).map_or(0, |count| count - 1);
        if left > 0 {
            open.insert(self.holder, left);
        } else {
            open.remove(&self.holder);
        }
        metrics::gauge!("live_connections").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors() -> Doors {
        Doors::new(settings::Live {
            live_connections: 4,
            live_per_user: 2,
            live_per_address: 1,
            ..settings::Live::default()
        })
    }

    fn status(entry: Result<Entry, Problem>) -> u16 {
        entry.map_or_else(|problem| problem.status().as_u16(), |_| 200)
    }

    #[test]
    fn let_in_so_many_of_a_user_and_of_an_address_and_whoever_comes_after_one_left() {
        let (doors, user) = (doors(), Holder::User(Uuid::now_v7()));
        let held = [doors.enter(user), doors.enter(user)].map(Result::unwrap);
        assert_eq!(status(doors.enter(user)), 429);
        drop(held);
        assert_eq!(status(doors.enter(user)), 200);
        let address = Holder::of(None, "2001:db8::1".parse().unwrap());
        let _held = doors.enter(address).unwrap();
        assert_eq!(status(doors.enter(Holder::of(None, "2001:db8::2".parse().unwrap()))), 429);
    }

    #[test]
    fn let_in_so_many_altogether() {
        let doors = doors();
        let _held: Vec<_> = (0..4).map(|_| doors.enter(Holder::User(Uuid::now_v7())).unwrap()).collect();
        assert_eq!(status(doors.enter(Holder::User(Uuid::now_v7()))), 503);
    }
}
