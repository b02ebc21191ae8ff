//! How many units of one product there are, and how many of them are promised to orders.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{Aggregate, OrderId, ProductId};

mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use error::Error;
pub use event::Event;

/// The most units that one command may move.
pub const MAX_MOVEMENT: u32 = 1_000_000;

/// The most units of one product.
pub const MAX_ON_HAND: u64 = 1_000_000_000;

/// How long a return is remembered, counted from the newest: an older one is refused, since it may have been counted.
pub const REMEMBERED: Duration = Duration::days(30);

/// The units of one product. Its id is the product's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    on_hand: u64,
    reserved: u64,
    reservations: BTreeMap<OrderId, u32>,
    totals: Totals,
    threshold: u32,
    restocks: BTreeMap<(OrderId, u32), OffsetDateTime>,
}

/// A return that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restock {
    /// Of which order.
    pub order: OrderId,
    /// The number of the return.
    pub number: u32,
    /// When the goods came back.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// All that ever came and went, so that the books still add up where they begin with what was carried forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Units that were received.
    pub received: u64,
    /// Units that corrections added, less those that they took away.
    pub adjusted: i64,
    /// Units that came back from orders.
    pub restocked: u64,
    /// Units that left for orders.
    pub committed: u64,
}

impl Inventory {
    /// Units in the warehouse, promised or not.
    #[must_use]
    pub const fn on_hand(&self) -> u64 {
        self.on_hand
    }

    /// Units promised to orders.
    #[must_use]
    pub const fn reserved(&self) -> u64 {
        self.reserved
    }

    /// Units that can still be promised.
    #[must_use]
    pub const fn available(&self) -> u64 {
        self.on_hand.saturating_sub(self.reserved)
    }

    /// Units promised to one order.
    #[must_use]
    pub fn held_for(&self, order: OrderId) -> Option<u32> {
        self.reservations.get(&order).copied()
    }

    /// Below how many available units it is told; 0 for never.
    #[must_use]
    pub const fn threshold(&self) -> u32 {
        self.threshold
    }

    /// All that ever came and went.
    #[must_use]
    pub const fn totals(&self) -> Totals {
        self.totals
    }
}

fn check_quantity(quantity: u32) -> Result<(), Error> {
    if (1..=MAX_MOVEMENT).contains(&quantity) { Ok(()) } else { Err(Error::Quantity { quantity }) }
}

impl Inventory {
    fn check_room_for(&self, added: u64) -> Result<(), Error> {
        let on_hand = self.on_hand;
        if on_hand + added > MAX_ON_HAND { Err(Error::TooMuch { on_hand, added }) } else { Ok(()) }
    }

    /// An event that takes units away from those that can be promised, and whether they run low by it.
    fn take(&self, units: u64, event: Event) -> Vec<Event> {
        let (threshold, available) = (self.threshold, self.available().saturating_sub(units));
        let crosses = self.available() >= threshold.into() && available < threshold.into();
        let notice = crosses.then_some(Event::RanLow { available, threshold });
        std::iter::once(event).chain(notice).collect()
    }

    /// From when on returns are remembered. `None` while there was none.
    fn remembered_since(&self) -> Option<OffsetDateTime> {
        self.restocks.values().max().map(|newest| *newest - REMEMBERED)
    }

    fn check_correction(&self, delta: i64) -> Result<(), Error> {
        let Self { on_hand, reserved, .. } = *self;
        let moved = delta.unsigned_abs();
        if !(1..=u64::from(MAX_MOVEMENT)).contains(&moved) {
            Err(Error::Delta { delta })
        } else if delta > 0 {
            self.check_room_for(moved)
        } else if moved > self.available() {
            Err(Error::BelowReserved { on_hand, reserved, delta })
        } else {
            Ok(())
        }
    }
}

impl Aggregate for Inventory {
    const CATEGORY: &'static str = "inventory";

    type Id = ProductId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Receive { quantity, reference } => {
                check_quantity(quantity)?;
                self.check_room_for(quantity.into())?;
                Ok(vec![Event::Received { quantity, reference }])
            }
            Command::Adjust { delta, reason } => {
                self.check_correction(delta)?;
                let taken = if delta < 0 { delta.unsigned_abs() } else { 0 };
                Ok(self.take(taken, Event::Adjusted { delta, reason }))
            }
            Command::Reserve { order, .. } if self.reservations.contains_key(&order) => Ok(vec![]),
            Command::Reserve { order, quantity } => {
                check_quantity(quantity)?;
                if u64::from(quantity) > self.available() {
                    return Err(Error::Insufficient { requested: quantity, available: self.available() });
                }
                Ok(self.take(quantity.into(), Event::Reserved { order, quantity }))
            }
            Command::Release { order } => {
                let held = self.held_for(order);
                Ok(held.map(|quantity| Event::Released { order, quantity }).into_iter().collect())
            }
            Command::Commit { order } => {
                let held = self.held_for(order);
                Ok(held.map(|quantity| Event::Committed { order, quantity }).into_iter().collect())
            }
            Command::Restock { order, number, .. } if self.restocks.contains_key(&(order, number)) => Ok(vec![]),
            Command::Restock { at, .. } if self.remembered_since().is_some_and(|since| at < since) => {
                Err(Error::TooLate { at })
            }
            Command::Restock { order, number, quantity, at } => {
                check_quantity(quantity)?;
                self.check_room_for(quantity.into())?;
                Ok(vec![Event::Restocked { order, number, quantity, at }])
            }
            Command::SetThreshold { quantity } if quantity == self.threshold => Ok(vec![]),
            Command::SetThreshold { quantity } => Ok(vec![Event::ThresholdSet { quantity }]),
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Received { quantity, .. } => {
                self.on_hand += u64::from(*quantity);
                self.totals.received += u64::from(*quantity);
            }
            Event::Adjusted { delta, .. } => {
                self.on_hand = self.on_hand.saturating_add_signed(*delta);
                self.totals.adjusted += delta;
            }
            Event::Reserved { order, quantity } => {
                self.reserved += u64::from(*quantity);
                self.reservations.insert(*order, *quantity);
            }
            Event::Released { order, quantity } => {
                self.reserved = self.reserved.saturating_sub(u64::from(*quantity));
                self.reservations.remove(order);
            }
            Event::Committed { order, quantity } => {
                let units = u64::from(*quantity);
                self.on_hand = self.on_hand.saturating_sub(units);
                self.reserved = self.reserved.saturating_sub(units);
                self.reservations.remove(order);
                self.totals.committed += units;
            }
            Event::Restocked { order, number, quantity, at } => {
                self.on_hand += u64::from(*quantity);
                self.totals.restocked += u64::from(*quantity);
                self.restocks.insert((*order, *number), *at);
                if let Some(since) = self.remembered_since() {
                    self.restocks.retain(|_, at| *at >= since);
                }
            }
            Event::ThresholdSet { quantity } => self.threshold = *quantity,
            Event::RanLow { .. } => {}
            Event::CarriedForward { on_hand, totals, reservations, threshold, restocks } => {
                *self = Self {
                    on_hand: *on_hand,
                    reserved: reservations.values().copied().map(u64::from).sum(),
                    reservations: reservations.clone(),
                    totals: *totals,
                    threshold: *threshold,
                    restocks: restocks.iter().map(|it| ((it.order, it.number), it.at)).collect(),
                };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { on_hand, totals, ref reservations, threshold, ref restocks, .. } = *self;
        let restocks = restocks.iter().map(|(&(order, number), &at)| Restock { order, number, at });
        (*self != Self::default()).then(|| Event::CarriedForward {
            on_hand,
            totals,
            reservations: reservations.clone(),
            threshold,
            restocks: restocks.collect(),
        })
    }
}
