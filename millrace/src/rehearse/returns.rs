//! Which order goods come back from: the latest earlier one of the customer that has as many of them left.

use std::collections::HashMap;

use super::plan::Line;

/// What customers have, order by order.
#[derive(Default)]
pub(super) struct Sold(HashMap<String, Vec<Basket>>);

struct Basket {
    order: usize,
    left: HashMap<usize, u32>,
}

impl Sold {
    /// A customer has ordered this. Whoever is not named cannot bring anything back.
    pub(super) fn enter(&mut self, customer: &str, order: usize, lines: &[Line]) {
        if !customer.is_empty() {
            let left = lines.iter().map(|line| (line.product, line.quantity)).collect();
            self.0.entry(customer.to_owned()).or_default().push(Basket { order, left });
        }
    }

    /// A customer brings these units back: of which order they are, if there is one.
    pub(super) fn take(&mut self, customer: &str, line: Line) -> Option<usize> {
        self.0.get_mut(customer)?.iter_mut().rev().find_map(|basket| {
            let left = basket.left.get_mut(&line.product)?;
            *left = left.checked_sub(line.quantity)?;
            Some(basket.order)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn units(product: usize, quantity: u32) -> Line {
        Line { product, quantity }
    }

    #[test]
    fn goods_come_back_from_the_latest_order_that_has_them() {
        let mut sold = Sold::default();
        sold.enter("anna", 0, &[units(7, 3)]);
        sold.enter("anna", 1, &[units(7, 2), units(8, 1)]);
        assert_eq!(sold.take("anna", units(7, 3)), Some(0), "the later one has too few");
        assert_eq!(sold.take("anna", units(7, 2)), Some(1));
        assert_eq!(sold.take("anna", units(7, 1)), None, "all of them are back");
        assert_eq!(sold.take("anna", units(9, 1)), None);
    }

    #[test]
    fn nobody_brings_back_what_somebody_else_or_nobody_known_has_ordered() {
        let mut sold = Sold::default();
        sold.enter("anna", 0, &[units(7, 3)]);
        sold.enter("", 1, &[units(7, 3)]);
        assert_eq!(sold.take("bert", units(7, 1)), None);
        assert_eq!(sold.take("", units(7, 1)), None);
    }
}
