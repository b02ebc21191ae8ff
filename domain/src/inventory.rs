//! How many units of one product there are, and how many of them are promised to orders.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Aggregate, OrderId, ProductId,
    text::{Reason, Reference},
};

/// The most units that one command may move.
pub const MAX_MOVEMENT: u32 = 1_000_000;

/// The most units of one product.
pub const MAX_ON_HAND: u64 = 1_000_000_000;

/// The units of one product. Its id is the product's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    on_hand: u64,
    reserved: u64,
    reservations: BTreeMap<OrderId, u32>,
    totals: Totals,
}

/// All that ever came and went, so that the books still add up where they begin with what was carried forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Units that were received.
    pub received: u64,
    /// Units that corrections added, less those that they took away.
    pub adjusted: i64,
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

    /// All that ever came and went.
    #[must_use]
    pub const fn totals(&self) -> Totals {
        self.totals
    }
}

/// What can be asked of an inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Take in goods.
    Receive {
        /// How many units, 1 to [`MAX_MOVEMENT`].
        quantity: u32,
        /// What they came with.
        reference: Option<Reference>,
    },
    /// Correct the count.
    Adjust {
        /// By how many units, up to [`MAX_MOVEMENT`] either way, not 0.
        delta: i64,
        /// Why it was wrong.
        reason: Reason,
    },
    /// Promise units to an order. An order holds at most one reservation here.
    Reserve {
        /// To which.
        order: OrderId,
        /// How many units, 1 to [`MAX_MOVEMENT`].
        quantity: u32,
    },
    /// Take the promise back.
    Release {
        /// From which order.
        order: OrderId,
    },
}

/// What has happened to an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Goods came in.
    #[serde(rename = "inventory.received")]
    Received {
        /// How many units.
        quantity: u32,
        /// What they came with.
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<Reference>,
    },
    /// The count was corrected.
    #[serde(rename = "inventory.adjusted")]
    Adjusted {
        /// By how many units.
        delta: i64,
        /// Why it was wrong.
        reason: Reason,
    },
    /// Units were promised to an order.
    #[serde(rename = "inventory.reserved")]
    Reserved {
        /// To which.
        order: OrderId,
        /// How many units.
        quantity: u32,
    },
    /// The promise was taken back.
    #[serde(rename = "inventory.released")]
    Released {
        /// From which order.
        order: OrderId,
        /// How many units.
        quantity: u32,
    },
    /// The books were closed: this is how it stands.
    #[serde(rename = "inventory.carried_forward")]
    CarriedForward {
        /// Units in the warehouse, promised or not.
        on_hand: u64,
        /// All that ever came and went.
        totals: Totals,
        /// Units promised to each order.
        reservations: BTreeMap<OrderId, u32>,
    },
}

/// Which rule of inventories a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a number of units that can be moved.
    #[error("a quantity is 1 to {MAX_MOVEMENT}, not {quantity}")]
    Quantity {
        /// What was asked.
        quantity: u32,
    },
    /// Not a correction that can be made.
    #[error("a correction is 1 to {MAX_MOVEMENT} units either way, not {delta}")]
    Delta {
        /// What was asked.
        delta: i64,
    },
    /// More than [`MAX_ON_HAND`] together.
    #[error("{on_hand} on hand and {added} more exceed {MAX_ON_HAND}")]
    TooMuch {
        /// Units there are.
        on_hand: u64,
        /// Units that would be added.
        added: u64,
    },
    /// Units that are promised cannot be corrected away.
    #[error("{on_hand} on hand corrected by {delta} is less than the {reserved} reserved")]
    BelowReserved {
        /// Units there are.
        on_hand: u64,
        /// Units promised to orders.
        reserved: u64,
        /// The correction asked.
        delta: i64,
    },
    /// More was asked than can be promised.
    #[error("{requested} units requested, {available} available")]
    Insufficient {
        /// Units asked for.
        requested: u32,
        /// Units that can still be promised.
        available: u64,
    },
}

fn check_quantity(quantity: u32) -> Result<(), Error> {
    if (1..=MAX_MOVEMENT).contains(&quantity) { Ok(()) } else { Err(Error::Quantity { quantity }) }
}

impl Inventory {
    fn check_room_for(&self, added: u64) -> Result<(), Error> {
        let on_hand = self.on_hand;
        if on_hand + added > MAX_ON_HAND { Err(Error::TooMuch { on_hand, added }) } else { Ok(()) }
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
                Ok(vec![Event::Adjusted { delta, reason }])
            }
            Command::Reserve { order, .. } if self.reservations.contains_key(&order) => Ok(vec![]),
            Command::Reserve { order, quantity } => {
                check_quantity(quantity)?;
                if u64::from(quantity) > self.available() {
                    return Err(Error::Insufficient { requested: quantity, available: self.available() });
                }
                Ok(vec![Event::Reserved { order, quantity }])
            }
            Command::Release { order } => {
                let held = self.reservations.get(&order);
                Ok(held.map(|&quantity| Event::Released { order, quantity }).into_iter().collect())
            }
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
            Event::CarriedForward { on_hand, totals, reservations } => {
                let reserved = reservations.values().copied().map(u64::from).sum();
                let reservations = reservations.clone();
                *self = Self { on_hand: *on_hand, reserved, reservations, totals: *totals };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { on_hand, totals, ref reservations, .. } = *self;
        (*self != Self::default()).then(|| Event::CarriedForward {
            on_hand,
            totals,
            reservations: reservations.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{given, id, text};

    fn received(quantity: u32) -> Event {
        Event::Received { quantity, reference: None }
    }

    fn receive(quantity: u32) -> Command {
        Command::Receive { quantity, reference: None }
    }

    fn reserved(order: u128, quantity: u32) -> Event {
        Event::Reserved { order: id(order), quantity }
    }

    fn reserve(order: u128, quantity: u32) -> Command {
        Command::Reserve { order: id(order), quantity }
    }

    fn adjust(delta: i64) -> Command {
        Command::Adjust { delta, reason: text("counted") }
    }

    #[test]
    fn reserves_what_is_available() {
        given::<Inventory>([received(5)]).when(reserve(1, 5)).then([reserved(1, 5)]);
    }

    #[test]
    fn refuses_to_oversell() {
        given::<Inventory>([received(5), reserved(1, 3)])
            .when(reserve(2, 3))
            .then_err(Error::Insufficient { requested: 3, available: 2 });
    }

    #[test]
    fn an_order_reserves_once() {
        given::<Inventory>([received(5), reserved(1, 3)]).when(reserve(1, 3)).then_nothing();
    }

    #[test]
    fn gives_back_what_an_order_holds() {
        let released = Event::Released { order: id(1), quantity: 3 };
        given::<Inventory>([received(5), reserved(1, 3)])
            .when(Command::Release { order: id(1) })
            .then([released.clone()]);
        let inventory = Inventory::replay(&[received(5), reserved(1, 3), released]);
        assert_eq!((inventory.on_hand(), inventory.reserved(), inventory.available()), (5, 0, 5));
    }

    #[test]
    fn gives_back_nothing_to_an_order_that_holds_nothing() {
        given::<Inventory>([received(5)]).when(Command::Release { order: id(1) }).then_nothing();
    }

    #[test]
    fn refuses_to_correct_away_what_is_promised() {
        let promised = || given::<Inventory>([received(5), reserved(1, 3)]);
        promised().when(adjust(-2)).then([Event::Adjusted { delta: -2, reason: text("counted") }]);
        promised().when(adjust(-3)).then_err(Error::BelowReserved { on_hand: 5, reserved: 3, delta: -3 });
    }

    #[test]
    fn refuses_quantities_that_nobody_moves() {
        for quantity in [0, MAX_MOVEMENT + 1] {
            given::<Inventory>([]).when(receive(quantity)).then_err(Error::Quantity { quantity });
            given::<Inventory>([received(5)]).when(reserve(1, quantity)).then_err(Error::Quantity { quantity });
        }
        for delta in [0, 1_000_001, -1_000_001, i64::MIN, i64::MAX] {
            given::<Inventory>([received(5)]).when(adjust(delta)).then_err(Error::Delta { delta });
        }
    }

    #[test]
    fn refuses_more_than_a_warehouse_holds() {
        let full = || given::<Inventory>(std::iter::repeat_n(received(MAX_MOVEMENT), 1000));
        let refusal = Error::TooMuch { on_hand: MAX_ON_HAND, added: 1 };
        full().when(receive(1)).then_err(refusal);
        full().when(adjust(1)).then_err(refusal);
    }
}
