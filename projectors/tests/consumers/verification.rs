//! Verifying names what differs, and nothing else, also while the shop runs.

use std::{sync::Arc, time::Duration};

use domain::{
    Aggregate, ClaimId,
    user::{self, User},
};
use event_store::{Changes, Decision, Record, Request, Stream};
use projectors::DifferentRow;
use uuid::Uuid;

use crate::{
    replay::shop_with_orders,
    shop::{Shop, context},
    traffic::Traffic,
};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_differs_in_a_shop_that_runs() {
    let shop = Arc::new(Shop::open().await);
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 1_000).await;
    shop.at_rest().await;
    let traffic = Traffic::begin(&shop, seller, &[product]);
    let names = tokio::spawn({
        let shop = shop.clone();
        async move {
            let mut pace = tokio::time::interval(Duration::from_millis(40));
            for number in 0..50 {
                pace.tick().await;
                let record = Record::from([("username", format!("anna-{number}"))]);
                let request = Request::new(context(), [Stream::of::<User>(seller)]);
                let rename = move |states: &event_store::States<'_>| {
                    let change = user::Command::ChangeProfile { username: Some(ClaimId::from(Uuid::now_v7())) };
                    let events = states.get::<User>(seller).decide(change).unwrap();
                    let changes = Changes::none().and::<User>(seller, events);
                    Decision::new(changes.and_private::<User>(seller, record.clone()), ())
                };
                shop.store.commit(request, rename).await.unwrap();
            }
        }
    });
    for _ in 0..3 {
        assert_eq!(projectors::verify(&shop.store, &shop.database).await.unwrap(), []);
    }
    names.await.unwrap();
    traffic.end().await;
    running.stop().await;
}

#[tokio::test]
async fn two_at_once_are_in_nobodys_way_and_leave_nothing() {
    let shop = shop_with_orders(4).await;
    tokio::join!(shop.verify(), shop.verify());
    let schemas = "select count(*) from pg_namespace where nspname ~ 'orders|verify'";
    assert_eq!(shop.count(schemas).await, 2);
}

#[tokio::test]
async fn rows_are_named_with_what_is_there_and_what_should_be() {
    let shop = shop_with_orders(2).await;
    let tamper = "update inventory_g1.inventory set on_hand = 6;
                  delete from orders_g1.timeline where version = 2;
                  insert into users_g1.users (id, version, roles, registered_at)
                  values ('019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b', 1, '{}', '2026-11-21T00:00:00Z')";
    sqlx::raw_sql(tamper).execute(&mut shop.sql().await).await.unwrap();
    let found = projectors::verify(&shop.store, &shop.database).await.unwrap();
    let tables: Vec<_> = found.iter().map(|difference| (difference.table.as_str(), difference.count)).collect();
    assert_eq!(tables, [("users.users", 1), ("inventory.inventory", 1), ("orders.timeline", 2)]);
    let row = |at: usize| -> &DifferentRow { &found[at].rows[0] };
    assert_eq!(row(0).key, "id 019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b");
    assert!(row(0).live.is_some() && row(0).folded.is_none());
    assert!(row(1).live.as_ref().unwrap().contains(",6,") && row(1).folded.as_ref().unwrap().contains(",1,"));
    assert!(row(2).live.is_none() && row(2).folded.is_some());
}
