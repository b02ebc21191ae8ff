//! Sellers and buyers who do whatever comes to their minds, all at once, while the shop, its Redis and its Postgres are
//! killed again and again. Whatever they did, the laws of the shop hold.
//!
//! The same test runs for longer by `make chaos`: `MILLRACE_STORM_COMMANDS` says how much everybody does.

use std::{
    collections::BTreeMap,
    env,
    sync::{Mutex, PoisonError},
};

use domain::{
    Aggregate, OrderId, ProductId,
    inventory::Inventory,
    order::{Order, Status},
};
use futures_util::future::join_all;
use nix::sys::signal::Signal;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::{runtime::Handle, task::JoinSet};
use uuid::Uuid;

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
};

const SELLERS: usize = 2;
const BUYERS: usize = 4;
const PRODUCTS_OF_EACH: usize = 3;
/// Few enough to run out.
const UNITS_AT_FIRST: u32 = 15;
const METHODS: [&str; 6] = ["tok_approve", "tok_decline", "tok_late", "tok_twice", "tok_overdue", "tok_silent"];

/// What somebody was told has happened to an order.
struct Told {
    order: Uuid,
    event: &'static str,
}

/// Everything that the people of the storm know of one another.
#[derive(Default)]
struct Gossip {
    orders: Mutex<Vec<(usize, String)>>,
    told: Mutex<Vec<Told>>,
}

impl Gossip {
    /// Any order, and who placed it.
    fn any(&self, random: &mut StdRng) -> Option<(usize, String)> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        // Rather a newer one: the older are settled.
        let newest = orders.len().saturating_sub(12);
        (!orders.is_empty()).then(|| orders[random.random_range(newest..orders.len())].clone())
    }

    fn tell(&self, order: &str, event: &'static str) {
        let told = Told { order: order.parse().unwrap(), event };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}

/// What is done about an order: the request, and the event that its success speaks of.
async fn act(
    gossip: &Gossip,
    who: &Customer,
    order: &str,
    what: &str,
    body: Option<Value>,
    event: &'static str,
) -> Value {
    let (status, answer) = who.persist(Method::POST, &format!("/api/orders/{order}/{what}"), body).await;
    match status {
        StatusCode::OK => gossip.tell(order, event),
        StatusCode::ACCEPTED | StatusCode::CONFLICT | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => {}
        _ => panic!("{what} of an order is answered {status}: {answer}"),
    }
    answer
}

async fn buyer(number: usize, who: &Customer, products: &[String], gossip: &Gossip, random: &mut StdRng) {
    match (random.random_range(0..10), gossip.any(random)) {
        (0..5, _) | (_, None) => {
            let mut lines = BTreeMap::new();
            for _ in 0..random.random_range(1..4) {
                lines.insert(&products[random.random_range(0..products.len())], random.random_range(1..5));
            }
            let lines: Vec<_> =
                lines.iter().map(|(id, units)| json!({ "product_id": id, "quantity": units })).collect();
            let (status, answer) = who.persist(Method::POST, "/api/orders", Some(json!({ "lines": lines }))).await;
            assert_eq!(status, StatusCode::CREATED, "{answer}");
            let order = answer["id"].as_str().unwrap();
            gossip.tell(order, "order.placed");
            gossip.orders.lock().unwrap_or_else(PoisonError::into_inner).push((number, order.to_owned()));
        }
        (5..9, Some((_, order))) => {
            let method = METHODS[random.random_range(0..METHODS.len())];
            let (status, answer) = who
                .persist(Method::POST, &format!("/api/orders/{order}/payment"), Some(json!({ "method_token": method })))
                .await;
            match (status, answer["outcome"].as_str()) {
                (StatusCode::OK, Some("paid")) => gossip.tell(&order, "order.paid"),
                (StatusCode::OK, Some("declined")) => gossip.tell(&order, "order.payment_declined"),
                (StatusCode::OK, Some("paid_late")) => gossip.tell(&order, "order.paid_late"),
                (StatusCode::ACCEPTED, Some("awaited")) => gossip.tell(&order, "order.payment_started"),
                (StatusCode::CONFLICT | StatusCode::NOT_FOUND, _) => {}
                _ => panic!("paying is answered {status}: {answer}"),
            }
        }
        (_, Some((_, order))) => {
            act(gossip, who, &order, "cancellation", Some(json!({})), "order.cancelled").await;
        }
    }
}

async fn seller(who: &Customer, products: &[String], gossip: &Gossip, random: &mut StdRng) {
    let own = &products[random.random_range(0..products.len())];
    let units = random.random_range(1..4);
    let (path, body) = match (random.random_range(0..10), gossip.any(random)) {
        (0, _) | (_, None) => (format!("/api/inventory/{own}/receipts"), json!({ "quantity": units })),
        (1, _) => (format!("/api/inventory/{own}/adjustments"), json!({ "delta": -units, "reason": "broken" })),
        (2..6, Some((_, order))) => {
            act(gossip, who, &order, "shipments", Some(json!({})), "order.shipped").await;
            return;
        }
        (6..8, Some((_, order))) => {
            act(gossip, who, &order, "delivery", None, "order.delivered").await;
            return;
        }
        (_, Some((_, order))) => {
            let back = json!({ "lines": [{ "product_id": own, "quantity": units }], "reason": "not as described" });
            act(gossip, who, &order, "returns", Some(back), "order.returned").await;
            return;
        }
    };
    let (status, answer) = who.persist(Method::POST, &path, Some(body)).await;
    assert!([StatusCode::OK, StatusCode::CONFLICT].contains(&status), "{path} is answered {status}: {answer}");
}

/// Ids of everything of a kind that there ever was.
async fn all(sql: &mut PgConnection, category: &str) -> Vec<Uuid> {
    let ids = "select id from archive.aggregates where category = $1";
    sqlx::query_scalar(ids).bind(category).fetch_all(sql).await.unwrap()
}

/// Every prefix of the history of every inventory obeys its laws; what each holds at the end.
async fn inventories(shop: &Shop, sql: &mut PgConnection) -> BTreeMap<ProductId, Inventory> {
    let (store, mut found) = (shop.store(), BTreeMap::new());
    for id in all(sql, Inventory::CATEGORY).await {
        let mut inventory = Inventory::default();
        for event in store.history(Inventory::CATEGORY, id).await.unwrap() {
            inventory.evolve(&event.event::<Inventory>().unwrap());
            let totals = inventory.totals();
            assert!(inventory.reserved() <= inventory.on_hand(), "{id} has more reserved than there is");
            let (came, went) = (
                totals.received as i64 + totals.adjusted + totals.restocked as i64,
                inventory.on_hand() as i64 + totals.committed as i64,
            );
            assert_eq!(came, went, "received + adjusted + restocked = on hand + committed of {id}");
        }
        found.insert(id.into(), inventory);
    }
    found
}

/// Every order has come to an end or waits for a person, and its money adds up here and at the provider. What they all hold.
async fn orders(shop: &Shop, sql: &mut PgConnection) -> BTreeMap<ProductId, u64> {
    let (store, mut held) = (shop.store(), BTreeMap::new());
    let provider = payments::Fake::open(&shop.redis_url(), std::time::Duration::ZERO).unwrap();
    for id in all(sql, Order::CATEGORY).await.into_iter().map(OrderId::from) {
        let order = store.load::<Order>(id).await.unwrap();
        let status = order.status().unwrap();
        assert!(![Status::Pending, Status::Confirmed].contains(&status), "{id} is still {status}");
        assert_eq!(order.unanswered(), None, "{id} waits for the provider");
        assert_eq!(order.open_refunds().count(), 0, "{id} owes money");
        // What came too late was let go there before it was collected.
        let kept = order.captured().unwrap().amount - order.refunded().unwrap().amount;
        let (captured, refunded) = provider.books(id).await.unwrap();
        assert_eq!(captured - refunded, kept, "{id} at the provider");
        let lines: u64 = order.lines().iter().map(|line| line.unit_price.amount * u64::from(line.quantity)).sum();
        assert_eq!(order.total().unwrap().amount, lines, "total of {id}");
        let waits = [Status::Paid, Status::PartlyShipped].contains(&status);
        let unsent = order.lines().iter().filter(|line| waits && order.shipment(line.seller).is_none());
        for line in unsent {
            *held.entry(line.product).or_default() += u64::from(line.quantity);
        }
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_and_whatever_dies_the_laws_hold() {
    let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let commands = number("MILLRACE_STORM_COMMANDS").unwrap_or(60);
    let seed = number("MILLRACE_CHAOS_SEED").unwrap_or_else(rand::random);
    println!("MILLRACE_CHAOS_SEED={seed}");
    let settings = [
        ("MILLRACE_DEMO", "true"),
        ("MILLRACE_TIME_LIMIT", "2s"),
        ("MILLRACE_ASK_PAYMENT_AFTER", "3s"),
        ("MILLRACE_FAKE_PAYMENT_DELAY", "500ms"),
        ("MILLRACE_PAY_WITHIN", "4s"),
    ];
    let mut shop = Shop::with(settings.map(|(name, value)| (name, value.to_owned())).into());
    let (mut sellers, mut products) = (Vec::new(), Vec::new());
    for number in 0..SELLERS {
        let seller = shop.customer(&format!("seller{number}")).await;
        let mut own = vec![seller.sell(&format!("Shop {number}"), UNITS_AT_FIRST).await];
        for _ in 1..PRODUCTS_OF_EACH {
            own.push(seller.list(UNITS_AT_FIRST).await);
        }
        sellers.push(seller);
        products.push(own);
    }
    let buyers = join_all((0..BUYERS).map(async |number| shop.customer(&format!("buyer{number}")).await)).await;
    let (gossip, everything) = (std::sync::Arc::new(Gossip::default()), products.concat());

    let mut storm = JoinSet::new();
    for (number, who) in (0..).zip(buyers) {
        let (gossip, products) = (gossip.clone(), everything.clone());
        let mut random = StdRng::seed_from_u64(seed + number as u64);
        let here = Handle::current();
        storm.spawn_blocking(move || {
            here.block_on(async {
                for _ in 0..commands {
                    buyer(number, &who, &products, &gossip, &mut random).await;
                }
            });
        });
    }
    for (number, (who, products)) in (100..).zip(sellers.into_iter().zip(products)) {
        let gossip = gossip.clone();
        let mut random = StdRng::seed_from_u64(seed + number);
        let here = Handle::current();
        storm.spawn_blocking(move || {
            here.block_on(async {
                for _ in 0..commands * 2 {
                    seller(&who, &products, &gossip, &mut random).await;
                }
            });
        });
    }

    // One of the three dies whenever so much has been done since.
    let mut deaths = 0;
    let step = (commands as usize * BUYERS / 8).max(1);
    let total = commands as usize * BUYERS / 2;
    let done = || gossip.told.lock().unwrap_or_else(PoisonError::into_inner).len();
    while !storm.is_empty() && deaths < total / step {
        let goal = step * (deaths + 1);
        let reached = async || {
            while let Some(ended) = storm.try_join_next() {
                ended.unwrap();
            }
            done() >= goal || storm.is_empty()
        };
        test_kit::eventually("the storm goes on", PATIENCE * 2, reached).await;
        match deaths % 3 {
            0 => {
                shop.kill9();
                shop.start();
            }
            1 => shop.signal_redis(Signal::SIGKILL).await,
            _ => shop.signal_postgres(Signal::SIGKILL),
        }
        let ready = async || shop.is_ready().await;
        test_kit::eventually("the shop is back", PATIENCE, ready).await;
        deaths += 1;
    }
    while let Some(ended) = storm.join_next().await {
        ended.unwrap();
    }
    println!("{deaths} deaths, {} events that people were told of", done());

    // Deadlines, late answers and refunds come to their end by themselves.
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    let open = "select (select count(*) from orders.orders where status in ('pending', 'confirmed'))
                     + (select count(*) from inventory.inventory where reserved > on_hand)";
    let settled = async || sqlx::query_scalar::<_, i64>(open).fetch_one(&mut sql).await.unwrap() == 0;
    test_kit::eventually("every order is decided", PATIENCE, settled).await;
    let store = shop.store();
    let money_at_rest = async || {
        let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
        for id in all(&mut sql, Order::CATEGORY).await {
            let order = store.load::<Order>(id.into()).await.unwrap();
            if order.unanswered().is_some() || order.open_refunds().next().is_some() {
                return false;
            }
        }
        true
    };
    test_kit::eventually("every payment is settled", PATIENCE, money_at_rest).await;
    shop.verify().await;

    let (stock, held) = (inventories(&shop, &mut sql).await, orders(&shop, &mut sql).await);
    for (product, inventory) in stock {
        let expected = held.get(&product).copied().unwrap_or(0);
        assert_eq!(inventory.reserved(), expected, "{product} holds what paid orders have not sent");
    }
    let told = std::mem::take(&mut *gossip.told.lock().unwrap());
    for Told { order, event } in told {
        let history = store.history(Order::CATEGORY, order).await.unwrap();
        assert!(history.iter().any(|known| known.kind == event), "{order} was said to have {event}");
    }
    assert_eq!(projectors::held(&mut sql).await.unwrap().len(), 0);
    shop.stop();
}
