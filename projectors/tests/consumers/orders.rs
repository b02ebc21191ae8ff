//! Orders from placing to the end: rows are a fold, and say of each side what the domain says.

use domain::{
    OrderId, ProductId, UserId,
    inventory::{self, Inventory},
    order::{Acting, Charges, Command, Offer, Order, Party, Status, Units, Wanted},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    privacy::write,
    shop::{Shop, price},
};

/// Two sellers with a product each, and a buyer.
struct Market {
    shop: Shop,
    sellers: [UserId; 2],
    products: [ProductId; 2],
}

impl Market {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let sellers = [shop.seller("anna").await, shop.seller("bob").await];
        let products = [shop.product(sellers[0], 100).await, shop.product(sellers[1], 100).await];
        Self { shop, sellers, products }
    }

    async fn tell(&self, order: OrderId, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            self.shop.execute::<Order>(order, command).await;
        }
    }

    /// An order of both sellers' products, as far as this.
    async fn order(&self, status: Status) -> OrderId {
        let order = OrderId::from(Uuid::now_v7());
        let quantity = if status == Status::Rejected { 1_000 } else { 2 };
        let lines = self.products.iter().zip(self.sellers).map(|(product, seller)| {
            let offer = Offer { seller, name: "Lantern".to_owned().try_into().unwrap(), price: price(339) };
            Wanted { product: *product, quantity, offer: Some(offer) }
        });
        let (lines, buyer) = (lines.collect(), UserId::from(Uuid::now_v7()));
        let place = Command::Place { buyer, lines, charges: Charges::default(), expected_total: None, address: false };
        self.tell(order, [place]).await;
        if status == Status::Pending {
            return order;
        }
        let decided = async || self.shop.status(order).await != Some(Status::Pending);
        test_kit::eventually("the order is decided", crate::shop::SOON, decided).await;
        self.tell(order, self.way_to(status)).await;
        if status == Status::Refunded {
            self.tell(order, [Command::RecordRefund { number: 1 }]).await;
        }
        order
    }

    /// What leads there from confirmed.
    fn way_to(&self, status: Status) -> Vec<Command> {
        let at = OffsetDateTime::now_utc();
        let later = at + Duration::days(100);
        let amount = price(4 * 339).into();
        let pay =
            [Command::StartPayment { at, ask_after: Duration::DAY }, Command::RecordPayment { attempt: 1, amount }];
        let ship =
            self.sellers.map(|seller| Command::Ship { seller, tracking: Some("P-1".to_owned().try_into().unwrap()) });
        let deliver = self.sellers.map(|seller| Command::Deliver { seller, complete_by: at + Duration::days(14) });
        let cancel = Command::Cancel { reason: None, by: Party::Buyer };
        match status {
            Status::Pending | Status::Confirmed | Status::Rejected => vec![],
            Status::Expired => vec![Command::Expire { at: later }],
            Status::Cancelled => vec![cancel],
            Status::Paid => pay.into(),
            Status::Refunded => [&pay[..], &[cancel]].concat(),
            Status::PartlyShipped => [&pay[..], &ship[..1]].concat(),
            Status::Shipped => [&pay[..], &ship, &deliver[..1]].concat(),
            Status::Delivered => [&pay[..], &ship, &deliver].concat(),
            Status::Completed => [&pay[..], &ship, &deliver, &[Command::Complete { at: later }]].concat(),
        }
    }
}

fn spelled(order: &Order, acting: Acting) -> Vec<String> {
    order.actions(acting).iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn rows_say_of_every_status_what_each_side_may_do() {
    let market = Market::open().await;
    let running = market.shop.consume();
    let mut orders = Vec::new();
    // What is pending would not stay so: nobody has looked at the last one yet.
    for status in Status::ALL.into_iter().skip(1) {
        orders.push((market.order(status).await, status));
    }
    market.shop.at_rest().await;
    for (id, status) in orders {
        let order = market.shop.store.load::<Order>(id).await.unwrap();
        assert_eq!(order.status(), Some(status));
        let row: (String, Vec<String>, Vec<String>, i64, i64) = sqlx::query_as(
            "select status, buyer_actions, support_actions, captured_amount, refunded_amount from orders.orders where id = $1",
        )
        .bind(Uuid::from(id))
        .fetch_one(&mut market.shop.sql().await)
        .await
        .unwrap();
        let amount = |money: Option<domain::Money>| money.unwrap().amount as i64;
        let expected = (
            status.to_string(),
            spelled(&order, Acting::Buyer),
            spelled(&order, Acting::Support),
            amount(order.captured()),
            amount(order.refunded()),
        );
        assert_eq!(row, expected, "{status}");
        for seller in market.sellers {
            let actions: Vec<String> =
                sqlx::query_scalar("select actions from orders.order_sellers where order_id = $1 and seller = $2")
                    .bind(Uuid::from(id))
                    .bind(Uuid::from(seller))
                    .fetch_one(&mut market.shop.sql().await)
                    .await
                    .unwrap();
            assert_eq!(actions, spelled(&order, Acting::Seller(seller)), "{status}");
        }
    }
    market.shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_seller_hears_of_what_concerns_their_part_alone() {
    let market = Market::open().await;
    let running = market.shop.consume();
    let order = market.order(Status::Delivered).await;
    let [anna, bob] = market.sellers;
    let back = |seller: UserId, product, quantity| Command::Return {
        seller,
        lines: vec![Units { product, quantity }],
        reason: "Cracked".to_owned().try_into().unwrap(),
    };
    market.tell(order, [back(anna, market.products[0], 1), Command::RecordRefund { number: 1 }]).await;
    market.shop.at_rest().await;

    let heard = async |seller: UserId| -> Vec<(String, Option<String>)> {
        sqlx::query_as(
            "select kind, sellers_status from orders.timeline where order_id = $1 and $2 = any (sellers) order by version",
        )
        .bind(Uuid::from(order))
        .bind(Uuid::from(seller))
        .fetch_all(&mut market.shop.sql().await)
        .await
        .unwrap()
    };
    let as_told = |told: &[(&str, &str)]| -> Vec<_> {
        told.iter().map(|(kind, status)| (format!("order.{kind}"), Some((*status).to_owned()))).collect()
    };
    let all = [("placed", "pending"), ("confirmed", "confirmed"), ("paid", "paid")];
    let own = [("shipped", "shipped"), ("delivered", "delivered")];
    let returned = [("returned", "delivered"), ("refunded", "delivered")];
    assert_eq!(heard(bob).await, as_told(&[&all[..], &own].concat()));
    assert_eq!(heard(anna).await, as_told(&[&all[..], &own, &returned].concat()));

    // Once everything is back, and the money, it has ended for everybody.
    let rest = [
        back(anna, market.products[0], 1),
        back(bob, market.products[1], 2),
        Command::RecordRefund { number: 2 },
        Command::RecordRefund { number: 3 },
    ];
    market.tell(order, rest).await;
    market.shop.at_rest().await;
    assert_eq!(heard(bob).await.last().unwrap().1.as_deref(), Some("refunded"));
    assert_eq!(heard(anna).await.last().unwrap().1.as_deref(), Some("refunded"));
    market.shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn every_moment_movement_and_message_knows_its_place_in_the_feed() {
    let market = Market::open().await;
    let running = market.shop.consume();
    for status in [Status::Delivered, Status::Cancelled, Status::Expired] {
        let order = market.order(status).await;
        for text in ["Is it on its way?", "It is."] {
            write(&market.shop, order, market.sellers[0], Party::Seller, text).await;
        }
    }
    market.shop.execute::<Inventory>(market.products[0], inventory::Command::SetThreshold { quantity: 5 }).await;
    market.shop.at_rest().await;
    for (category, rows) in [
        ("order", "select partition, position, order_id, version from orders.timeline"),
        ("inventory", "select partition, position, product_id, version from inventory.movements"),
        // Nothing but messages happened to the conversations.
        ("message", "select partition, position, order_id, number from orders.messages"),
    ] {
        let rows: Vec<(i16, i64, Uuid, i64)> =
            sqlx::query_as(rows).fetch_all(&mut market.shop.sql().await).await.unwrap();
        let log = "select partition, position, id, version from archive.events where category = $1";
        let log: Vec<(i16, i64, Uuid, i64)> =
            sqlx::query_as(log).bind(category).fetch_all(&mut market.shop.sql().await).await.unwrap();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| log.contains(row)), "{category}: {rows:?} of {log:?}");
    }
    running.stop().await;
}
