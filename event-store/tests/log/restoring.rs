//! An empty Redis is filled from what was kept elsewhere.

use std::collections::BTreeMap;

use domain::{Partition, ProductId, inventory::Inventory};
use event_store::{DueTimer, Error, ExecuteError, Failure, Feed, Record, Restoring, Store};
use redis::AsyncCommands;
use uuid::Uuid;

use crate::{
    support::{execute, operator, product_in, receive, receive_all, store},
    tally::{Command, Tally, after_1970, count, put, tally},
};

fn feed(category: &'static str) -> Feed {
    Feed { category, partition: Partition::new(9).unwrap() }
}

/// Every entry of every stream and feed, and every record and timer, as an operator sees them.
async fn everything(redis: &test_kit::TestRedis) -> BTreeMap<String, redis::Value> {
    let mut operator = operator(redis).await;
    let keys: Vec<String> = operator.keys("*").await.unwrap();
    let mut all = BTreeMap::new();
    for key in keys {
        let value = match key.split(':').next().unwrap() {
            "store" => continue,
            "private" => redis::cmd("HGETALL").arg(&key).query_async(&mut operator).await.unwrap(),
            "timers" => operator.zrange_withscores(&key, 0, -1).await.unwrap(),
            _ => operator.xrange_all(&key).await.unwrap(),
        };
        all.insert(key, value);
    }
    all
}

/// Copies a log of these two aggregates, as an archive would.
async fn copy(from: &Store, to: &mut Restoring, tally: Uuid, product: ProductId) {
    let history = from.history("tally", tally).await.unwrap();
    to.restore_stream("tally", tally, &history).await.unwrap();
    let history = from.history("inventory", product.into()).await.unwrap();
    to.restore_stream("inventory", product.into(), &history).await.unwrap();
    for feed in [feed("tally"), feed("inventory")] {
        to.restore_feed(feed, &from.read_feed(feed, 1, 10_000).await.unwrap()).await.unwrap();
    }
    let records = from.private("inventory", &[product.into()]).await.unwrap();
    to.restore_private("inventory", product.into(), &records[0]).await.unwrap();
    to.restore_private("inventory", tally, &Record::default()).await.unwrap();
    let state = from.load::<Tally>(tally).await.unwrap();
    to.restore_timers(&DueTimer::of::<Tally>(tally, &state).collect::<Vec<_>>()).await.unwrap();
}

#[tokio::test]
async fn what_is_restored_is_what_there_was_and_goes_on_where_it_was() {
    let (old, new) = (test_kit::redis().await, test_kit::redis().await);
    let (before, after, tally, product) = (store(&old).await, store(&new).await, tally(), product_in(9));
    count(&before, tally, 7).await;
    put(&before, tally, Command::Remind(Some(40))).await.unwrap();
    receive_all(&before, &[product], 3, None).await.unwrap();
    before.trim_stream("tally", tally, 501).await.unwrap();
    before.trim_feed(feed("tally"), 300).await.unwrap();

    let mut restoring = after.restoring().await.unwrap();
    copy(&before, &mut restoring, tally, product).await;
    restoring.finish().await.unwrap();

    assert_eq!(everything(&new).await, everything(&old).await);
    assert_eq!(put(&after, tally, Command::Count(1)).await.unwrap(), 703);
    assert_eq!(execute(&after, product, receive(1)).await.unwrap(), 2);
    assert_eq!((after.head(feed("tally")).await.unwrap(), after.first(feed("tally")).await.unwrap()), (703, Some(300)));
    assert_eq!(after.load::<Tally>(tally).await.unwrap().count, 701);
    let due = after.due(feed("tally").partition, after_1970(40), 0, 10).await.unwrap();
    assert_eq!(due.into_iter().map(|timer| timer.unwrap().id).collect::<Vec<_>>(), [tally]);
}

#[tokio::test]
async fn credentials_come_back() {
    let redis = test_kit::redis().await;
    let (store, user) = (store(&redis).await, Uuid::now_v7());
    let record = Record::from([("password", "a hash".to_owned())]);
    let mut restoring = store.restoring().await.unwrap();
    restoring.restore_credential(user, &record).await.unwrap();
    restoring.finish().await.unwrap();
    assert_eq!(store.credential(user).await.unwrap(), record);
}

#[tokio::test]
async fn nothing_is_restored_over_a_log() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    execute(&store, product_in(9), receive(1)).await.unwrap();
    let refused = store.restoring().await.map(|_| ());
    assert!(matches!(refused, Err(Error::NotEmpty { .. })), "{refused:?}");
    execute(&store, product_in(9), receive(1)).await.unwrap();
}

#[tokio::test]
async fn a_feed_that_only_waits_for_its_first_event_is_no_log() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    store.set_group("orders_g1", feed("inventory"), 12).await.unwrap();
    store.restoring().await.unwrap().finish().await.unwrap();
}

#[tokio::test]
async fn nobody_works_on_half_a_log() {
    let redis = test_kit::redis().await;
    let (running, product) = (store(&redis).await, product_in(9));
    let restoring = running.restoring().await.unwrap();
    let refused = execute(&running, product, receive(1)).await;
    assert!(
        matches!(&refused, Err(ExecuteError::Failed(Failure::Store(error))) if matches!(**error, Error::Restoring)),
        "{refused:?}"
    );
    assert!(matches!(running.prepare().await, Err(Error::Restoring)));
    assert!(!running.is_ready().await.unwrap());
    restoring.finish().await.unwrap();
    assert_eq!(execute(&running, product, receive(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn only_the_last_of_two_that_restore_may_finish() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let first = store.restoring().await.unwrap();
    let second = store.restoring().await.unwrap();
    assert!(matches!(first.finish().await, Err(Error::Restoring)));
    assert!(!store.is_ready().await.unwrap());
    second.finish().await.unwrap();
    assert!(store.is_ready().await.unwrap());
}

#[tokio::test]
async fn a_restore_that_is_refused_takes_nothing_away() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product_in(9));
    receive_all(&store, &[product], 3, None).await.unwrap();
    assert!(matches!(store.restoring().await.err(), Some(Error::NotEmpty { .. })));
    receive_all(&store, &[product], 3, None).await.unwrap();
    assert!(store.is_ready().await.unwrap());
}

#[tokio::test]
async fn an_interrupted_restore_begins_anew() {
    let (old, new) = (test_kit::redis().await, test_kit::redis().await);
    let (before, after, tally, product) = (store(&old).await, store(&new).await, tally(), product_in(9));
    count(&before, tally, 2).await;
    receive_all(&before, &[product], 3, None).await.unwrap();
    let mut first = after.restoring().await.unwrap();
    copy(&before, &mut first, tally, product).await;
    // What was left over here is not in the archive any more.
    first.restore_private("inventory", Uuid::now_v7(), &Record::from([("note", "gone".to_owned())])).await.unwrap();
    // It got as far as having written everything.
    drop(first.finish().await);
    let _: u64 = operator(&new).await.hset("store", "restoring", "yesterday").await.unwrap();

    let mut second = after.restoring().await.unwrap();
    assert_eq!(everything(&new).await, BTreeMap::new());
    copy(&before, &mut second, tally, product).await;
    second.finish().await.unwrap();
    assert_eq!(everything(&new).await, everything(&old).await);
    assert_eq!(after.load::<Inventory>(product).await.unwrap().on_hand(), 3);
}
