//! What is answered is on a replica too.

use std::time::Duration;

use domain::inventory::Inventory;
use event_store::{CommandId, Error, Failure, Outcome, Replicas, Settings, Store};

use crate::support::{execute, product, receive, receive_all};

const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_command_is_unknown_until_a_replica_has_it_and_settled_by_its_repetition() {
    let redis = test_kit::redis().await;
    let replica = redis.replica().await;
    let replicas = Replicas { count: 1, within: Duration::from_millis(300) };
    let store = Store::open(&redis.url(), &Settings { replicas, ..Settings::default() }).unwrap();
    store.prepare().await.unwrap();
    let (first, product, command) = (product(), product(), Some(CommandId::random()));
    let follows = async || execute(&store, first, receive(1)).await.is_ok();
    test_kit::eventually("the replica follows", SOON, follows).await;

    replica.pause();
    // The answer of the first is known by now, but not to the replica.
    for _ in 0..2 {
        let unknown = receive_all(&store, &[product], 2, command).await;
        let is_unknown = |error: &Error| matches!(error, Error::Replicas { found: 0, needed: 1 });
        assert!(matches!(&unknown, Err(Failure::Store(error)) if is_unknown(error)), "{unknown:?}");
    }

    replica.resume();
    let settled = async || {
        receive_all(&store, &[product], 2, command)
            .await
            .is_ok_and(|outcome| outcome == Outcome::Replayed("received 2".to_owned()))
    };
    test_kit::eventually("the repetition is answered", SOON, settled).await;
    redis.kill9();
    let elsewhere = Store::open(&replica.url(), &Settings::default()).unwrap();
    assert_eq!(elsewhere.load::<Inventory>(product).await.unwrap().on_hand(), 2);
}
