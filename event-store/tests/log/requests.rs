//! What operators and consumers say to each other.

use domain::Partition;
use event_store::{
    Feed,
    requests::{Request, Which},
};
use redis::AsyncCommands;
use uuid::Uuid;

use crate::support::{operator, store};

fn discard(version: u64) -> Request {
    let (category, id) = ("order".to_owned(), Uuid::from_u128(11));
    Request::Discard { category, id, version, reason: "A test order".to_owned() }
}

#[tokio::test]
async fn requests_are_read_as_they_were_put_until_they_are_forgotten() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    assert_eq!(store.requests_after("0", 10).await.unwrap(), []);
    store.forget_requests("5-0").await.unwrap();
    let requests = [
        Request::Pause { reason: "Inventory".to_owned() },
        Request::Resume,
        Request::Retry(Which::All),
        Request::Retry(Which::Type("order.placed".to_owned())),
        Request::Retry(Which::Aggregate("order".to_owned(), Uuid::from_u128(11))),
        discard(3),
    ];
    let mut numbers = Vec::new();
    for request in &requests {
        numbers.push(store.ask("orders_g1", request, "operator").await.unwrap());
    }

    let read = store.requests_after("0", 10).await.unwrap();

    assert!(read.iter().all(|asked| (asked.consumer.as_str(), asked.actor.as_str()) == ("orders_g1", "operator")));
    assert_eq!(read.iter().map(|asked| asked.request.clone().unwrap()).collect::<Vec<_>>(), requests);
    assert_eq!(store.requests_after(&numbers[1], 1).await.unwrap()[0].number, numbers[2]);
    store.forget_requests(&numbers[4]).await.unwrap();
    let left = store.requests_after("0", 10).await.unwrap();
    assert_eq!(left.iter().map(|asked| &asked.number).collect::<Vec<_>>(), [&numbers[5]]);
}

#[tokio::test]
async fn what_nobody_could_have_meant_is_no_request() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    for fields in [
        &[("what", "dance")][..],
        &[("what", "pause")],
        &[("what", "retry"), ("category", "order")],
        &[("what", "retry"), ("category", "order"), ("id", "7")],
        &[("what", "discard"), ("category", "order"), ("id", "7"), ("version", "1"), ("reason", "x")],
    ] {
        let _: String = operator(&redis).await.xadd("requests", "*", fields).await.unwrap();
    }
    let read = store.requests_after("0", 10).await.unwrap();
    assert_eq!(read.iter().filter(|asked| asked.request.is_none()).count(), 5, "{read:?}");
}

#[tokio::test]
async fn the_last_dead_letter_of_an_aggregate_is_found_among_many_others() {
    let redis = test_kit::redis().await;
    let (store, id) = (store(&redis).await, Uuid::from_u128(11));
    let partition = Partition::of(id);
    let report = async |category: &str, id: Uuid, version: u64| {
        let fields = [("category", category), ("id", &*id.to_string()), ("version", &*version.to_string())];
        store.report_dead("orders_g1", partition, &fields).await.unwrap();
    };
    report("order", id, 3).await;
    report("order", id, 4).await;
    for other in 1..=600_u128 {
        report("order", Uuid::from_u128(other << 4 | 11), 1).await;
    }
    report("product", id, 9).await;

    assert_eq!(store.last_dead("orders_g1", "order", id, None).await.unwrap(), Some(4));
    assert_eq!(store.last_dead("orders_g1", "order", id, Some(3)).await.unwrap(), Some(3));
    assert_eq!(store.last_dead("orders_g1", "order", id, Some(2)).await.unwrap(), None);
    assert_eq!(store.last_dead("orders_g1", "user", id, None).await.unwrap(), None);
    assert_eq!(store.last_dead("users_g1", "order", id, None).await.unwrap(), None);
}

#[tokio::test]
async fn dead_letters_are_there_to_look_at_and_do_not_grow_for_ever() {
    let redis = test_kit::redis().await;
    let (store, partition) = (store(&redis).await, Partition::new(11).unwrap());
    let mut pipe = redis::pipe();
    for n in 0..10_300 {
        pipe.xadd("dead:orders:{b}", "*", &[("version", n)]).ignore();
    }
    let mut operator = operator(&redis).await;
    let () = pipe.query_async(&mut operator).await.unwrap();
    store.report_dead("orders", partition, &[("version", "10300")]).await.unwrap();
    let kept: u64 = operator.xlen("dead:orders:{b}").await.unwrap();
    assert!((10_000..10_300).contains(&kept), "{kept} are kept");
}

#[tokio::test]
async fn a_group_that_is_dropped_is_gone_and_may_be_dropped_again() {
    let redis = test_kit::redis().await;
    let (store, feed) = (store(&redis).await, Feed::all("inventory").next().unwrap());
    store.drop_group("readers", feed).await.unwrap();
    store.set_group("readers", feed, 0).await.unwrap();
    for _ in 0..2 {
        store.drop_group("readers", feed).await.unwrap();
        assert_eq!(store.given("readers", feed).await.unwrap(), None);
    }
}
