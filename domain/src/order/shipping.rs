//! Each seller's lines, from the shop to the buyer.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Error, Event, Order, Status, Units};
use crate::{UserId, text::Tracking};

/// How far the lines of a seller are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shipment {
    /// On their way.
    Shipped,
    /// With the buyer.
    Delivered,
}

impl Order {
    /// How far a seller's lines are. `None` until they are shipped.
    #[must_use]
    pub fn shipment(&self, seller: UserId) -> Option<Shipment> {
        self.shipments.get(&seller).copied()
    }

    pub(super) fn check_seller(&self, seller: UserId) -> Result<(), Error> {
        let sells = self.lines.iter().any(|line| line.seller == seller);
        if sells { Ok(()) } else { Err(Error::NotASeller { seller }) }
    }

    pub(super) fn ship(&self, status: Status, seller: UserId, tracking: Option<Tracking>) -> Result<Vec<Event>, Error> {
        self.check_seller(seller)?;
        if self.shipments.contains_key(&seller) {
            return Ok(vec![]);
        }
        if !status.is_shippable() {
            return Err(status.forbids());
        }
        let lines = self.lines.iter().filter(|line| line.seller == seller).map(Units::of).collect();
        Ok(vec![Event::Shipped { seller, tracking, lines }])
    }

    pub(super) fn deliver(
        &self,
        status: Status,
        seller: UserId,
        complete_by: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        self.check_seller(seller)?;
        match self.shipment(seller) {
            Some(Shipment::Delivered) => Ok(vec![]),
            Some(Shipment::Shipped) => {
                let others = self.sellers().into_iter().filter(|other| *other != seller);
                let is_last = others.map(|other| self.shipment(other)).all(|other| other == Some(Shipment::Delivered));
                Ok(vec![Event::Delivered { seller, complete_by: is_last.then_some(complete_by) }])
            }
            None => Err(status.forbids()),
        }
    }

    pub(super) fn shipped(&mut self, seller: UserId) {
        self.shipments.insert(seller, Shipment::Shipped);
        let all = self.shipments.len() == self.sellers().len();
        self.status = Some(if all { Status::Shipped } else { Status::PartlyShipped });
    }

    pub(super) fn delivered(&mut self, seller: UserId, complete_by: Option<OffsetDateTime>) {
        self.shipments.insert(seller, Shipment::Delivered);
        if complete_by.is_some() {
            self.complete_by = complete_by;
            self.status = Some(Status::Delivered);
        }
    }
}
