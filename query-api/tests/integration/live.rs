//! Live updates: who hears of what, and that nothing is lost or told twice, whatever is cut.

use std::collections::BTreeMap;

use axum::body::Body;
use futures_util::future::join_all;
use query_api::App;
use query_api::settings::{Live, Reading};
use serde_json::{Value, json};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use web::revocations::Revocations;

use crate::actors::{Actor, Admin, Anonymous, Buyer, InSession, Seller, Support};
use crate::ear::{Ear, Heard, notify, places_of_nothing, process};
use crate::rows::{Goods, Line, at, partition, place};
use crate::shop::{ACCESS, LONG, Service, Shop, shop};
use crate::snapshot::{copy_generation, switch};

const REVOKED: &str = "the session has ended";

/// Something that happens to an order, at the next place of its feed.
async fn happen(rows: &PgPool, order: Uuid, kind: &str, [status, sellers_status]: [&str; 2], sellers: &[Uuid]) {
    sqlx::query(
        "insert into orders_g1.timeline (order_id, version, kind, actor, at, status, sellers_status, sellers, partition, position)
         select $1, coalesce((select max(version) from orders_g1.timeline where order_id = $1), 0) + 1, $2, 'user:x', $3, $4, $5,
                $6, $7, coalesce((select max(position) from orders_g1.timeline where partition = $7), 0) + 1",
    )
    .bind(order)
    .bind(kind)
    .bind(at(1))
    .bind(status)
    .bind(sellers_status)
    .bind(sellers)
    .bind(partition(order))
    .execute(rows)
    .await
    .unwrap();
    notify(rows, "orders").await;
}

/// A stock changes by so much, at the next place of its feed.
async fn stock(rows: &PgPool, product: Uuid, version: i64, [before, after]: [i64; 2]) {
    sqlx::query(
        "insert into inventory_g1.movements (product_id, version, kind, on_hand_change, reserved_change, on_hand, reserved, actor,
           at, threshold, partition, position)
         select $1, $2, 'adjusted', $4 - $3, 0, $4, 0, 'user:x', $5, 6, $6,
                coalesce((select max(position) from inventory_g1.movements where partition = $6), 0) + 1",
    )
    .bind(product)
    .bind(version)
    .bind(before)
    .bind(after)
    .bind(at(version))
    .bind(partition(product))
    .execute(rows)
    .await
    .unwrap();
    notify(rows, "inventory").await;
}

async fn order_of(shop: &Shop, buyer: Uuid, sellers: &[Uuid]) -> Uuid {
    let line = |seller: &Uuid| Line { product: Uuid::now_v7(), seller: *seller, quantity: 1, unit_price: 100 };
    let lines: Vec<_> = sellers.iter().map(line).collect();
    place(&shop.rows, buyer, "pending", at(0), &lines).await
}

#[tokio::test]
async fn each_side_of_an_order_hears_what_concerns_it_and_a_stranger_nothing() {
    let (shop, buyer, ann, bob) = (shop().await, Buyer::new(), Seller::new(), Seller::new());
    let (stranger, both) = (Buyer::new(), [ann.0, bob.0]);
    let order = order_of(&shop, buyer.0, &both).await;
    let strangers = order_of(&shop, stranger.0, &both).await;
    let service = &shop.service;
    let mut ears = Vec::new();
    for actor in [&buyer as &dyn Actor, &ann, &bob, &stranger, &Admin::new(), &Support::new()] {
        ears.push(Ear::on(service, &actor).await);
    }
    let mut nobody = Ear::on(service, &Anonymous).await;

    happen(&shop.rows, order, "order.paid", ["paid", "paid"], &both).await;
    happen(&shop.rows, order, "order.shipped", ["partly_shipped", "shipped"], &[bob.0]).await;
    happen(&shop.rows, order, "order.payment_started", ["partly_shipped", ""], &[]).await;
    // The last that everybody hears who hears of anything.
    happen(&shop.rows, order, "order.completed", ["completed", "completed"], &both).await;
    happen(&shop.rows, strangers, "order.placed", ["pending", "pending"], &both).await;

    let told = |id: Uuid, version: i64, kind: &str, status: &str| Heard {
        event: "order".to_owned(),
        data: json!({"id": id, "version": version, "type": kind, "status": status, "at": "2026-11-02T09:00:01Z"}),
    };
    let whole = [
        told(order, 1, "order.paid", "paid"),
        told(order, 2, "order.shipped", "partly_shipped"),
        told(order, 3, "order.payment_started", "partly_shipped"),
        told(order, 4, "order.completed", "completed"),
    ];
    let bobs = [
        told(order, 1, "order.paid", "paid"),
        told(order, 2, "order.shipped", "shipped"),
        told(order, 4, "order.completed", "completed"),
    ];
    let anns = [told(order, 1, "order.paid", "paid"), told(order, 4, "order.completed", "completed")];
    let strange = told(strangers, 1, "order.placed", "pending");
    let all = |told: &[Heard]| told.iter().chain([&strange]).cloned().collect::<Vec<_>>();
    let expected = [whole.to_vec(), all(&anns), all(&bobs), vec![strange.clone()], all(&whole), all(&whole)];
    for (ear, expected) in ears.iter_mut().zip(expected) {
        let mut heard = Vec::new();
        while heard.len() < expected.len() {
            heard.push(ear.next().await.unwrap());
        }
        // What belongs to another feed may come at any time.
        heard.sort_by_key(|heard| *heard == strange);
        assert_eq!(heard, expected);
    }
    let product = Goods { stock: (0, 0), ..Goods::of(ann.0) }.list(&shop.rows).await;
    stock(&shop.rows, product, 3, [0, 9]).await;
    assert_eq!(nobody.next().await.unwrap().event, "stock");
}

#[tokio::test]
async fn who_was_cut_goes_on_where_they_were_at_another_process() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(order_of(&shop, buyer.0, &[Uuid::now_v7()]).await);
    }
    let kinds: Vec<String> = (0..60).map(|number| format!("order.step{number}")).collect();
    let rows = shop.rows.clone();
    let happening = {
        let (kinds, orders) = (kinds.clone(), orders.clone());
        tokio::spawn(async move {
            for (number, kind) in kinds.iter().enumerate() {
                happen(&rows, orders[number % orders.len()], kind, ["paid", "paid"], &[]).await;
            }
        })
    };
    let mut heard = Vec::new();
    let mut last: Option<String> = Some(places_of_nothing());
    while heard.len() < kinds.len() {
        // Each time somewhere else, and cut after a few.
        let (service, ..) = process(&shop, Live::default());
        let mut ear = Ear::open(&service, &buyer, "/api/live", last.as_deref()).await;
        let few = 7.min(kinds.len() - heard.len());
        heard.extend(ear.hear(few, "type").await);
        last = Some(ear.id);
    }
    happening.await.unwrap();
    let mut sorted = heard.clone();
    sorted.sort_by_key(|kind| kinds.iter().position(|known| known == kind));
    assert_eq!(sorted, kinds, "each once, and in order within its feed");
}

#[tokio::test]
async fn a_replay_between_the_cut_and_the_return_loses_nothing() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let order = order_of(&shop, buyer.0, &[Uuid::now_v7()]).await;
    let mut listening = Ear::on(&shop.service, &buyer).await;
    let mut cut = Ear::on(&shop.service, &buyer).await;
    happen(&shop.rows, order, "order.confirmed", ["confirmed", "confirmed"], &[]).await;
    assert_eq!(cut.hear(1, "type").await, ["order.confirmed"]);
    let last = cut.id.clone();
    drop(cut);
    happen(&shop.rows, order, "order.paid", ["paid", "paid"], &[]).await;
    assert_eq!(listening.hear(2, "type").await, ["order.confirmed", "order.paid"]);

    copy_generation(&shop.rows).await;
    while !switch(&shop.rows, 2).await {}
    sqlx::query(
        "insert into orders_g2.timeline (order_id, version, kind, actor, at, status, sellers, partition, position)
         select order_id, 3, 'order.shipped', actor, at, 'shipped', sellers, partition, position + 1
         from orders_g1.timeline where kind = 'order.paid'",
    )
    .execute(&shop.rows)
    .await
    .unwrap();
    notify(&shop.rows, "orders").await;

    assert_eq!(listening.hear(1, "type").await, ["order.shipped"]);
    let mut back = Ear::open(&shop.service, &buyer, "/api/live", Some(&last)).await;
    assert_eq!(back.hear(2, "type").await, ["order.paid", "order.shipped"]);
}

#[tokio::test]
async fn the_public_hears_of_bands_and_a_seller_of_numbers() {
    let (shop, ann) = (shop().await, Seller::new());
    let teapot = Goods::of(ann.0).list(&shop.rows).await;
    let other = Goods::of(Uuid::now_v7()).list(&shop.rows).await;
    let hidden = Goods { status: "archived", ..Goods::of(ann.0) }.list(&shop.rows).await;
    let mut public = Ear::on(&shop.service, &Anonymous).await;
    let mut asking = Ear::open(&shop.service, &Anonymous, &format!("/api/live?products={other}"), None).await;
    let mut seller = Ear::open(&shop.service, &ann, &format!("/api/live?products={other}"), None).await;
    let start = seller.id.clone();

    stock(&shop.rows, teapot, 3, [10, 8]).await;
    stock(&shop.rows, hidden, 3, [10, 0]).await;
    stock(&shop.rows, teapot, 4, [8, 2]).await;
    stock(&shop.rows, other, 3, [10, 0]).await;

    let sorted = |mut heard: Vec<Value>| {
        heard.sort_by_key(ToString::to_string);
        heard
    };
    let hear = async |ear: &mut Ear, count| {
        let mut heard = Vec::new();
        for _ in 0..count {
            heard.push(ear.next().await.unwrap().data);
        }
        sorted(heard)
    };
    let band = |product: Uuid, stock: &str, at: &str| json!({"product_id": product, "stock": stock, "at": at});
    let exact = |product: Uuid, stock: &str, on_hand: i64, version: i64| {
        json!({
            "product_id": product, "stock": stock, "at": format!("2026-11-02T09:00:0{version}Z"),
            "stock_exact": {"on_hand": on_hand, "reserved": 0, "available": on_hand, "threshold": 6, "version": version},
        })
    };
    let of_other = band(other, "out", "2026-11-02T09:00:03Z");
    assert_eq!(hear(&mut public, 2).await, sorted(vec![band(teapot, "low", "2026-11-02T09:00:04Z"), of_other.clone()]));
    assert_eq!(hear(&mut asking, 1).await, std::slice::from_ref(&of_other));
    let all = sorted(vec![exact(teapot, "in", 8, 3), exact(teapot, "low", 2, 4), exact(hidden, "out", 0, 3), of_other]);
    assert_eq!(hear(&mut seller, 4).await, all);
    let mut back = Ear::open(&shop.service, &ann, &format!("/api/live?products={other}"), Some(&start)).await;
    assert_eq!(hear(&mut back, 4).await, all);
    let refused = shop.get(&Anonymous, "/api/live?products=teapot").await.refused();
    assert_eq!(refused, "?products");
}

#[tokio::test]
async fn a_new_threshold_changes_a_band_at_once() {
    let (shop, ann) = (shop().await, Seller::new());
    let teapot = Goods::of(ann.0).list(&shop.rows).await;
    let mut public = Ear::on(&shop.service, &Anonymous).await;
    let mut seller = Ear::on(&shop.service, &ann).await;
    for (version, [before, after]) in (3..).zip([[0, 5], [5, 12], [12, 0]]) {
        sqlx::query(
            "insert into inventory_g1.movements (product_id, version, kind, on_hand_change, reserved_change, on_hand, reserved,
               actor, at, threshold, threshold_change, partition, position)
             values ($1, $2, 'threshold_set', 0, 0, 10, 0, 'user:x', $3, $4, $5, $6, $2)",
        )
        .bind(teapot)
        .bind(version)
        .bind(at(version))
        .bind(after)
        .bind(after - before)
        .bind(partition(teapot))
        .execute(&shop.rows)
        .await
        .unwrap();
        notify(&shop.rows, "inventory").await;
    }
    assert_eq!(public.hear(2, "stock").await, ["low", "in"]);
    assert_eq!(seller.hear(3, "stock").await, ["in", "low", "in"]);
}

#[tokio::test]
async fn a_connection_ends_with_its_session_and_no_other_does() {
    let shop = shop().await;
    let (service, revocations, _stop) = process(&shop, Live::default());
    let (user, session, other) = (Uuid::now_v7(), Uuid::now_v7(), Buyer::new());
    let mut ended = Ear::on(&service, &InSession(user, session)).await;
    let mut elsewhere = Ear::on(&service, &InSession(user, Uuid::now_v7())).await;
    let mut others = Ear::on(&service, &other).await;

    revocations.seed([(session, OffsetDateTime::now_utc())]);

    assert_eq!(ended.next().await, None, "{REVOKED}");
    let order = order_of(&shop, user, &[other.0]).await;
    happen(&shop.rows, order, "order.placed", ["pending", "pending"], &[other.0]).await;
    assert_eq!(elsewhere.hear(1, "type").await, ["order.placed"]);
    // What the user was given before, roles say, counts for nothing.
    revocations.seed_users([(user, OffsetDateTime::now_utc())]);
    assert_eq!(elsewhere.next().await, None, "{REVOKED}");
    assert_eq!(others.hear(1, "type").await, ["order.placed"]);
    assert_eq!(service.get(&InSession(user, session), "/api/live").await.status, 401);
}

#[tokio::test]
async fn a_connection_ends_with_its_access_token() {
    let shop = shop().await;
    let app = App::new(
        shop.database.url().parse().unwrap(),
        &Reading { read_connections: 5, freshness_wait: LONG, live: Live::default() },
    );
    tokio::spawn(app.clone().follow(CancellationToken::new()));
    let service = Service::signing(app, Revocations::new(ACCESS), std::time::Duration::from_secs(2));
    let mut ear = Ear::on(&service, &Buyer::new()).await;
    assert_eq!(ear.next().await, None);
}

#[tokio::test]
async fn a_process_that_stops_ends_its_connections() {
    let shop = shop().await;
    let (service, _, stop) = process(&shop, Live::default());
    let (mut ear, mut nobody) = (Ear::on(&service, &Buyer::new()).await, Ear::on(&service, &Anonymous).await);
    stop.cancel();
    assert_eq!((ear.next().await, nobody.next().await), (None, None));
}

#[tokio::test]
async fn who_cannot_be_told_what_they_missed_is_told_that() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let order = order_of(&shop, buyer.0, &[Uuid::now_v7()]).await;
    let (service, ..) = process(&shop, Live { live_missed: 3, ..Live::default() });
    let mut ear = Ear::on(&service, &buyer).await;
    for _ in 0..4 {
        happen(&shop.rows, order, "order.paid", ["paid", "paid"], &[]).await;
    }
    ear.hear(4, "type").await;
    let ahead = format!(".ffff{}{}", ".".repeat(14), places_of_nothing());
    for (last, reason) in [("junk", "unknown"), (&ahead, "unknown"), (&places_of_nothing(), "too_old")] {
        let headers = [("last-event-id", last)];
        let answer = service.answer(&buyer, "/api/live", &headers).await;
        let stream = Body::into_data_stream(answer.into_body());
        let mut ear = Ear { stream, waiting: String::new(), id: String::new() };
        assert_eq!(
            ear.next().await,
            Some(Heard { event: "reset".to_owned(), data: json!({ "reason": reason }) }),
            "{last}"
        );
        // From there on it goes on as ever.
        happen(&shop.rows, order, "order.shipped", ["shipped", "shipped"], &[]).await;
        assert_eq!(ear.hear(1, "type").await, ["order.shipped"], "{last}");
    }
}

#[tokio::test]
async fn a_slow_client_is_cut_goes_on_later_and_slows_nobody() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let order = order_of(&shop, buyer.0, &[Uuid::now_v7()]).await;
    let (service, ..) = process(&shop, Live { live_per_user: 2, ..Live::default() });
    let (mut quick, mut slow) = (Ear::on(&service, &buyer).await, Ear::on(&service, &buyer).await);
    let kinds: Vec<String> = (0..150).map(|number| format!("order.step{number}")).collect();
    for kind in &kinds {
        happen(&shop.rows, order, kind, ["paid", "paid"], &[]).await;
    }
    assert_eq!(quick.hear(kinds.len(), "type").await, kinds);
    let open = async |last: Option<&str>| {
        let mut ear = None;
        let opened = async || {
            ear = Ear::try_open(&service, &buyer, "/api/live", last).await;
            ear.is_some()
        };
        test_kit::eventually("there is room", LONG, opened).await;
        ear.unwrap()
    };
    // There is room for a third as soon as the slow one is cut.
    drop(open(None).await);
    let mut heard = Vec::new();
    while let Some(event) = slow.next().await {
        heard.push(event.text("type"));
    }
    // Whatever waits for it is less than all of it: the rest comes once it is back.
    assert!(heard.len() < kinds.len(), "it was cut after {} events", heard.len());
    let mut back = open(Some(&slow.id)).await;
    heard.extend(back.hear(kinds.len() - heard.len(), "type").await);
    assert_eq!(heard, kinds);
}

#[tokio::test]
async fn nobody_opens_more_connections_than_they_may() {
    let shop = shop().await;
    let live = Live { live_per_user: 2, live_per_address: 1, live_connections: 4, ..Live::default() };
    let (service, ..) = process(&shop, live);
    let (ann, bob) = (Buyer::new(), Buyer::new());
    let status = async |actor: &dyn Actor| service.answer(&actor, "/api/live", &[]).await.status().as_u16();
    let first = Ear::on(&service, &ann).await;
    let _second = Ear::on(&service, &ann).await;
    assert_eq!(status(&ann).await, 429);
    let _nobody = Ear::on(&service, &Anonymous).await;
    assert_eq!(status(&Anonymous).await, 429);
    let _bobs = Ear::on(&service, &bob).await;
    assert_eq!(status(&bob).await, 503);
    drop(first);
    let room = async || status(&ann).await == 200;
    test_kit::eventually("there is room again", LONG, room).await;
}

#[tokio::test]
async fn two_thousand_connections_each_hear_their_own() {
    const MANY: usize = 2_000;
    let shop = shop().await;
    let buyers: Vec<_> = (0..MANY).map(|_| Buyer::new()).collect();
    let ids: Vec<_> = buyers.iter().map(|buyer| buyer.0).collect();
    let mut ears = join_all(buyers.iter().map(|buyer| Ear::on(&shop.service, buyer))).await;
    sqlx::query(
        "insert into orders_g1.orders (id, version, buyer, status, total_amount, currency, placed_at, changed_at)
         select gen_random_uuid(), 1, buyer, 'pending', 1, 'EUR', now(), now() from unnest($1::uuid[]) as buyer",
    )
    .bind(&ids)
    .execute(&shop.rows)
    .await
    .unwrap();
    sqlx::query(
        "insert into orders_g1.timeline (order_id, version, kind, actor, at, status, partition, position)
         select id, 1, 'order.placed', buyer::text, now(), 'pending', partition,
                row_number() over (partition by partition order by id)
         from (select *, ('x0' || right(id::text, 1))::bit(8)::int as partition from orders_g1.orders) o",
    )
    .execute(&shop.rows)
    .await
    .unwrap();
    notify(&shop.rows, "orders").await;
    let heard = join_all(ears.iter_mut().map(|ear| ear.hear(1, "id"))).await.concat();
    let rows: Vec<(Uuid, Uuid)> =
        sqlx::query_as("select buyer, id from orders_g1.orders").fetch_all(&shop.rows).await.unwrap();
    let order_of: BTreeMap<_, _> = rows.into_iter().collect();
    let expected: Vec<_> = ids.iter().map(|buyer| order_of[buyer].to_string()).collect();
    assert_eq!(heard, expected);
}
