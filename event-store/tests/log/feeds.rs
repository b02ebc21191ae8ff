//! Reading by consumer group.

use std::time::Duration;

use domain::Partition;
use event_store::{Feed, Positioned};

use crate::support::{execute, operator, product_in, receive, store};

const BLOCK: Duration = Duration::from_millis(200);

fn feed(partition: u8) -> Feed {
    Feed { category: "inventory", partition: Partition::new(partition).unwrap() }
}

fn positions(turn: &[(Feed, Vec<Positioned>)]) -> Vec<(u8, u64)> {
    let events =
        turn.iter().flat_map(|(feed, events)| events.iter().map(|event| (feed.partition.number(), event.position)));
    events.collect()
}

#[tokio::test]
async fn a_group_is_given_each_event_once_until_it_is_set_back() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let feeds = [feed(1), feed(2)];
    for feed in feeds {
        store.set_group("readers", feed, 0).await.unwrap();
    }
    for partition in [1, 1, 2] {
        execute(&store, product_in(partition), receive(1)).await.unwrap();
    }
    let mut reader = store.reader("readers", "me");
    assert_eq!(positions(&reader.next(&feeds, 10, BLOCK).await.unwrap()), [(1, 1), (1, 2), (2, 1)]);
    assert_eq!(positions(&reader.next(&feeds, 10, BLOCK).await.unwrap()), []);

    store.set_group("readers", feed(1), 1).await.unwrap();
    assert_eq!(positions(&reader.next(&feeds, 10, BLOCK).await.unwrap()), [(1, 2)]);
}

#[tokio::test]
async fn a_reader_waits_for_the_next_event() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    store.set_group("readers", feed(4), 0).await.unwrap();
    let mut reader = store.reader("readers", "me");
    let (turn, _) = tokio::join!(
        async { reader.next(&[feed(4)], 10, Duration::from_secs(10)).await.unwrap() },
        execute(&store, product_in(4), receive(1))
    );
    assert_eq!(positions(&turn), [(4, 1)]);
}

#[tokio::test]
async fn a_read_that_was_abandoned_takes_no_event() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    store.set_group("readers", feed(4), 0).await.unwrap();
    let (mut reader, feeds) = (store.reader("readers", "me"), [feed(4)]);
    let blocked = async |count| {
        let operator = operator(&redis).await;
        let blocked = async || {
            let info: String = redis::cmd("INFO").arg("clients").query_async(&mut operator.clone()).await.unwrap();
            info.contains(&format!("blocked_clients:{count}\r"))
        };
        test_kit::eventually("Redis blocks as many readers", Duration::from_secs(5), blocked).await;
    };
    tokio::select! {
        turn = reader.next(&feeds, 10, Duration::from_secs(60)) => panic!("there is nothing to read: {turn:?}"),
        () = blocked(1) => {}
    }
    blocked(0).await;
    execute(&store, product_in(4), receive(1)).await.unwrap();
    assert_eq!(positions(&reader.next(&feeds, 10, BLOCK).await.unwrap()), [(4, 1)]);
}

#[tokio::test]
async fn a_group_that_begins_at_a_position_skips_what_lies_before() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let product = product_in(5);
    for _ in 0..3 {
        execute(&store, product, receive(1)).await.unwrap();
    }
    store.set_group("late", feed(5), 2).await.unwrap();
    let turn = store.reader("late", "me").next(&[feed(5)], 10, BLOCK).await.unwrap();
    assert_eq!(positions(&turn), [(5, 3)]);
}

#[tokio::test]
async fn readers_that_are_gone_disappear_from_the_group_and_its_position_stays() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    store.set_group("readers", feed(1), 0).await.unwrap();
    let product = product_in(1);
    execute(&store, product, receive(1)).await.unwrap();
    store.reader("readers", "gone").next(&[feed(1)], 10, BLOCK).await.unwrap();
    test_kit::eventually("the reader is forgotten", Duration::from_secs(5), async || {
        store.forget_idle("readers", feed(1), Duration::from_millis(1)).await.unwrap();
        let listed: Vec<redis::Value> = redis::cmd("XINFO")
            .arg(&["CONSUMERS", "feed:inventory:{1}", "readers"])
            .query_async(&mut operator(&redis).await)
            .await
            .unwrap();
        listed.is_empty()
    })
    .await;
    execute(&store, product, receive(1)).await.unwrap();
    assert_eq!(positions(&store.reader("readers", "new").next(&[feed(1)], 10, BLOCK).await.unwrap()), [(1, 2)]);
}

#[tokio::test]
async fn a_follower_sees_what_is_appended_from_then_on() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    execute(&store, product_in(6), receive(1)).await.unwrap();
    let mut follower = store.follow([feed(6), feed(7)]).await.unwrap();
    execute(&store, product_in(7), receive(1)).await.unwrap();
    execute(&store, product_in(6), receive(1)).await.unwrap();
    assert_eq!(positions(&follower.next(BLOCK).await.unwrap()), [(6, 2), (7, 1)]);
    assert_eq!(positions(&follower.next(BLOCK).await.unwrap()), []);
}
