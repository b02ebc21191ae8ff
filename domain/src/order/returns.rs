//! Goods that come back, and the money for them.

use std::collections::BTreeSet;

use super::{Error, Event, MAX_LINES, Order, Repayment, Shipment, Status, Units};
use crate::{Money, ProductId, UserId, text::Reason};

impl Order {
    /// How many units of a product can come back: what was delivered, less what came back before.
    #[must_use]
    pub fn returnable(&self, product: ProductId) -> u32 {
        let line = self.lines.iter().find(|line| line.product == product);
        let delivered = line.filter(|line| self.shipment(line.seller) == Some(Shipment::Delivered));
        let back = self.returned.get(&product).copied().unwrap_or(0);
        delivered.map_or(0, |line| line.quantity.saturating_sub(back))
    }

    pub(super) fn take_back(
        &self,
        status: Status,
        seller: UserId,
        lines: Vec<Units>,
        reason: Reason,
    ) -> Result<Vec<Event>, Error> {
        self.check_seller(seller)?;
        if status == Status::Refunded || self.shipment(seller) != Some(Shipment::Delivered) {
            return Err(status.forbids());
        }
        if !(1..=MAX_LINES).contains(&lines.len()) {
            return Err(Error::Lines { count: lines.len() });
        }
        let mut seen = BTreeSet::new();
        let mut price = 0_u64;
        for (index, &Units { product, quantity }) in lines.iter().enumerate() {
            if quantity == 0 {
                return Err(Error::Quantity { index, quantity });
            }
            if !seen.insert(product) {
                return Err(Error::Repeated { index, product });
            }
            let line = self.lines.iter().find(|line| line.product == product && line.seller == seller);
            let returnable = line.map_or(0, |line| self.returnable(line.product));
            match line {
                Some(line) if quantity <= returnable => {
                    price = price.saturating_add(line.unit_price.amount.saturating_mul(quantity.into()));
                }
                Some(_) | None => return Err(Error::NotReturnable { index, product, quantity, returnable }),
            }
        }
        let Some(total) = self.total else { return Err(Error::Unknown) };
        // Whoever sends everything back gets everything back, charges too.
        let amount = if self.is_everything_back_with(&lines) { self.kept() } else { price };
        let refund = Repayment { number: self.next_refund(), amount: Money { amount, ..total } };
        Ok(vec![Event::Returned { number: self.returns + 1, seller, lines, reason, refund }])
    }

    fn is_everything_back_with(&self, lines: &[Units]) -> bool {
        let coming = |product| lines.iter().find(|units| units.product == product).map_or(0, |units| units.quantity);
        let back = |product| self.returned.get(&product).copied().unwrap_or(0);
        self.lines.iter().all(|line| back(line.product) + coming(line.product) >= line.quantity)
    }

    pub(super) fn came_back(&mut self, number: u32, lines: &[Units]) {
        self.returns = number;
        for Units { product, quantity } in lines {
            *self.returned.entry(*product).or_default() += quantity;
        }
    }
}
