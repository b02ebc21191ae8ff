//! What each side of an order may do now.

use std::fmt;

use super::{Order, Shipment, Status};
use crate::UserId;

/// Something that a side of an order does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Begin to pay.
    Pay,
    /// Want it no longer.
    Cancel,
    /// Send one's lines.
    Ship,
    /// Say that one's lines have arrived.
    Deliver,
    /// Take back goods.
    Return,
}

impl Action {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Cancel => "cancel",
            Self::Ship => "ship",
            Self::Deliver => "deliver",
            Self::Return => "return",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who would act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acting {
    /// Who placed it.
    Buyer,
    /// One of those who sell something in it.
    Seller(UserId),
    /// Those who run the marketplace and look after its people.
    Support,
}

impl Order {
    /// What somebody may do now, and what would change something: exactly the commands that lead to an event.
    #[must_use]
    pub fn actions(&self, acting: Acting) -> Vec<Action> {
        let Some(status) = self.status else { return vec![] };
        let may = |action| match action {
            Action::Pay => status == Status::Confirmed && self.unanswered().is_none(),
            Action::Cancel => status.is_cancellable(),
            Action::Ship => self.is_of(acting, None) && status.is_shippable(),
            Action::Deliver => self.is_of(acting, Some(Shipment::Shipped)),
            Action::Return => self.is_of(acting, Some(Shipment::Delivered)) && self.has_goods_of(acting),
        };
        let theirs: &[Action] = match acting {
            Acting::Buyer => &[Action::Pay, Action::Cancel],
            Acting::Seller(_) => &[Action::Ship, Action::Deliver, Action::Return],
            Acting::Support => &[Action::Cancel],
        };
        theirs.iter().copied().filter(|action| may(*action)).collect()
    }

    fn is_of(&self, acting: Acting, shipment: Option<Shipment>) -> bool {
        let Acting::Seller(seller) = acting else { return false };
        self.check_seller(seller).is_ok() && self.shipment(seller) == shipment
    }

    /// Whether anything of a seller's is still with the buyer.
    fn has_goods_of(&self, acting: Acting) -> bool {
        let mut own = self.lines.iter().filter(|line| acting == Acting::Seller(line.seller));
        own.any(|line| self.returnable(line.product) > 0)
    }
}
