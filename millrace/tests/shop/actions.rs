//! What an order's answer says that the caller may do is what the server accepts: in every state, for every side.

use domain::{
    OrderId,
    order::{Acting, Command, Order, Party, Status},
};
use event_store::{CommandId, Context, Store};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    customer::{Customer, PASSWORD, basket},
    running::{PATIENCE, Shop},
};

/// A buyer, two sellers in the order, and those who look after the shop.
pub(crate) struct People {
    pub(crate) buyer: Customer,
    pub(crate) sellers: [Customer; 2],
    products: [String; 2],
    admin: Customer,
    support: Customer,
}

impl People {
    pub(crate) async fn of(shop: &Shop) -> Self {
        let names = ["anna", "bob", "carol", "dora", "emil"];
        let [anna, bob, buyer, _, _] = futures_util::future::join_all(names.map(|name| shop.customer(name)))
            .await
            .try_into()
            .unwrap_or_else(|_| unreachable!("there are five"));
        let products = [anna.sell("Anna's lanterns", 100).await, bob.sell("Bob's lamps", 100).await];
        for (name, role) in [("dora", "admin"), ("emil", "support")] {
            let granted =
                shop.command().args(["users", "grant", &format!("{name}@example.com"), role]).output().unwrap();
            assert!(granted.status.success());
        }
        let [admin, support] = ["dora", "emil"].map(|name| format!("{name}@example.com"));
        let admin = Customer::log_in(&shop.url(), &admin, PASSWORD).await;
        let support = Customer::log_in(&shop.url(), &support, PASSWORD).await;
        Self { buyer, sellers: [anna, bob], products, admin, support }
    }

    /// Orders so many units of each seller's product.
    pub(crate) async fn place(&self, quantity: u32) -> String {
        let lines: Vec<_> = self.products.iter().map(|id| basket(id, quantity)["lines"][0].clone()).collect();
        let answer = self.buyer.post("/api/orders", json!({ "lines": lines })).await;
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn id_of(customer: &Customer) -> Uuid {
    customer.get_json("/api/users/me").await["id"].as_str().unwrap().parse().unwrap()
}

pub(crate) async fn tell(store: &Store, order: OrderId, commands: impl IntoIterator<Item = Command>) {
    for command in commands {
        let (actor, command_id) = ("test".to_owned(), CommandId::random());
        let context = Context { actor, command: command_id, at: OffsetDateTime::now_utc(), trace: String::new() };
        store.execute::<Order>(context, order, command).await.unwrap();
    }
}

/// What leads there from confirmed.
pub(crate) fn way_to(status: Status, sellers: [Uuid; 2], total: domain::Money) -> Vec<Command> {
    let at = OffsetDateTime::now_utc();
    let later = at + Duration::days(100);
    let pay =
        [Command::StartPayment { at, ask_after: Duration::DAY }, Command::RecordPayment { attempt: 1, amount: total }];
    let ship = sellers.map(|seller| Command::Ship { seller: seller.into(), tracking: None });
    let deliver =
        sellers.map(|seller| Command::Deliver { seller: seller.into(), complete_by: at + Duration::days(14) });
    let cancel = Command::Cancel { reason: None, by: Party::Buyer };
    match status {
        Status::Pending | Status::Confirmed | Status::Rejected => vec![],
        Status::Expired => vec![Command::Expire { at: later }],
        Status::Cancelled => vec![cancel],
        Status::Paid => pay.into(),
        Status::Refunded => [&pay[..], &[cancel, Command::RecordRefund { number: 1 }]].concat(),
        Status::PartlyShipped => [&pay[..], &ship[..1]].concat(),
        Status::Shipped => [&pay[..], &ship, &deliver[..1]].concat(),
        Status::Delivered => [&pay[..], &ship, &deliver].concat(),
        Status::Completed => [&pay[..], &ship, &deliver, &[Command::Complete { at: later }]].concat(),
    }
}

/// What `millrace consumers` prints.
fn consumers(shop: &Shop, arguments: &[&str]) -> String {
    let done = shop.command().arg("consumers").args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[tokio::test]
async fn actions_equal_what_the_domain_accepts_of_every_side_in_every_status() {
    let mut shop = Shop::open();
    let people = People::of(&shop).await;
    let store = shop.store();
    let sellers = [id_of(&people.sellers[0]).await, id_of(&people.sellers[1]).await];
    let mut orders = Vec::new();
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Pending) {
        let order = people.place(if status == Status::Rejected { 1_000 } else { 1 }).await;
        people.buyer.decision(&order).await;
        let id: OrderId = order.parse::<Uuid>().unwrap().into();
        let total = store.load::<Order>(id).await.unwrap().total().unwrap();
        tell(&store, id, way_to(status, sellers, total)).await;
        orders.push((order, status));
    }
    shop.at_rest().await;
    consumers(&shop, &["pause", "order-fulfilment", "--reason", "a test"]);
    // Its worker hears of that a moment later.
    let mut pending = String::new();
    let stays_pending = async || {
        pending = people.place(1).await;
        shop.at_rest_but("order-fulfilment").await;
        people.buyer.get_json(&format!("/api/orders/{pending}")).await["status"] == "pending"
    };
    test_kit::eventually("an order stays pending", PATIENCE, stays_pending).await;
    orders.push((pending, Status::Pending));

    for (order, status) in orders {
        let state = store.load::<Order>(order.parse::<Uuid>().unwrap().into()).await.unwrap();
        assert_eq!(state.status(), Some(status));
        let domain = |acting| state.actions(acting).iter().map(ToString::to_string).collect::<Vec<_>>();
        let sides = [
            (&people.buyer, domain(Acting::Buyer)),
            (&people.sellers[0], domain(Acting::Seller(sellers[0].into()))),
            (&people.sellers[1], domain(Acting::Seller(sellers[1].into()))),
            (&people.admin, domain(Acting::Support)),
            // May look, and no more.
            (&people.support, vec![]),
        ];
        for (number, (side, expected)) in sides.into_iter().enumerate() {
            let path = format!("/api/orders/{order}");
            let shown = async || side.get_json(&path).await["version"] == state.version();
            test_kit::eventually("the row is as far as the order", PATIENCE, shown).await;
            assert_eq!(side.get_json(&path).await["actions"], json!(expected), "{status}, side {number}");
        }
    }
    consumers(&shop, &["resume", "order-fulfilment"]);
    shop.stop();
}
