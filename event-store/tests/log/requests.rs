//! What operators and consumers say to each other.

use domain::Partition;
use event_store::Feed;
use redis::AsyncCommands;

use crate::support::{operator, store};

#[tokio::test]
async fn requests_are_read_in_their_order_until_they_are_forgotten() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    assert_eq!(store.requests_after("0", 10).await.unwrap(), []);
    store.forget_requests("5-0").await.unwrap();
    let mut ids = Vec::new();
    for what in ["pause", "retry", "resume"] {
        ids.push(store.request(&[("ask", what), ("group", "orders")]).await.unwrap());
    }
    let read = store.requests_after("0", 2).await.unwrap();
    assert_eq!(
        read.iter().map(|(id, fields)| (id, fields["ask"].as_str())).collect::<Vec<_>>(),
        [(&ids[0], "pause"), (&ids[1], "retry")]
    );
    assert_eq!(store.requests_after(&ids[1], 10).await.unwrap()[0].0, ids[2]);

    store.forget_requests(&ids[1]).await.unwrap();
    let left = store.requests_after("0", 10).await.unwrap();
    assert_eq!(left.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&ids[2]]);
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
