//! Laws that orders and inventories keep together, through the order-fulfilment policy.

use domain::{OrderId, ProductId, order::Status};
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::{wishes::id, world::World};

/// Tries every order in which the carriers can take their steps.
fn in_every_interleaving(world: &World, law: &impl Fn(&World)) -> u64 {
    let unsettled = world.unsettled();
    if unsettled.is_empty() {
        law(world);
        return 1;
    }
    let mut ways = 0;
    for order in unsettled {
        let mut next = world.clone();
        next.step(order);
        ways += in_every_interleaving(&next, law);
    }
    ways
}

fn two_opposite_baskets(one: ProductId, other: ProductId) -> World {
    let mut world = World::default();
    world.stock(one, 1);
    world.stock(other, 1);
    world.place(id(1), &[(one, 1), (other, 1)]);
    world.place(id(2), &[(other, 1), (one, 1)]);
    world
}

#[test]
fn one_of_two_opposite_baskets_gets_the_last_two_units() {
    // In two partitions, each its own append, and in one partition, both in one append.
    for (one, other) in [(id(0x1a), id(0x2b)), (id(0x1a), id(0x2a))] {
        let ways = in_every_interleaving(&two_opposite_baskets(one, other), &|world| {
            assert_eq!((world.count(Status::Confirmed), world.count(Status::Rejected)), (1, 1));
            assert_eq!((world.reserved(one), world.reserved(other)), (1, 1));
        });
        assert!(ways > 100, "only {ways} ways were tried");
    }
}

#[derive(Clone, Debug)]
enum Happens {
    Step(Index),
    Crash(Index),
    Cancel(Index),
}

fn anything() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => any::<Index>().prop_map(Happens::Step),
        1 => any::<Index>().prop_map(Happens::Crash),
        1 => any::<Index>().prop_map(Happens::Cancel),
    ]
}

/// Lets it happen to the orders, then lets the carriers finish.
fn play(world: &mut World, orders: &[OrderId], happenings: Vec<Happens>) {
    for happening in happenings {
        match happening {
            Happens::Step(index) => world.step(*index.get(orders)),
            Happens::Crash(index) => world.crash(*index.get(orders)),
            Happens::Cancel(index) => world.cancel(*index.get(orders)),
        }
    }
    world.settle();
}

proptest! {
    #[test]
    fn no_reservation_outlives_its_order(
        baskets in vec(vec((0usize..6, 1u32..4), 1..5), 1..12),
        happenings in vec(anything(), 0..150),
    ) {
        // Six products in three partitions.
        let products: Vec<ProductId> = (0..6).map(|product| id(0x100 * product + product % 3)).collect();
        let mut world = World::default();
        products.iter().for_each(|product| world.stock(*product, 5));
        let orders: Vec<OrderId> = (0..baskets.len()).map(|order| id(order as u128)).collect();
        for (order, mut basket) in orders.iter().zip(baskets) {
            basket.sort_unstable();
            basket.dedup_by_key(|(product, _)| *product);
            let basket: Vec<_> = basket.into_iter().map(|(product, quantity)| (products[product], quantity)).collect();
            world.place(*order, &basket);
        }
        play(&mut world, &orders, happenings);
        prop_assert_eq!(world.count(Status::Pending), 0, "every order is decided");
        for product in products {
            prop_assert_eq!(world.reserved(product), world.confirmed(product));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn ten_units_make_two_hundred_buyers_ten_orders(
        happenings in vec(any::<Index>().prop_map(Happens::Step), 0..600),
    ) {
        let mut world = World::default();
        let product = id(0xa);
        world.stock(product, 10);
        let orders: Vec<OrderId> = (0..200).map(id).collect();
        orders.iter().for_each(|order| world.place(*order, &[(product, 1)]));
        play(&mut world, &orders, happenings);
        prop_assert_eq!((world.count(Status::Confirmed), world.count(Status::Rejected)), (10, 190));
        prop_assert_eq!(world.reserved(product), 10);
    }
}
