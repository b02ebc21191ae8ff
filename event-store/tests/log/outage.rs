//! Redis comes and goes.

use std::time::Duration;

use domain::inventory::Inventory;
use event_store::{Error, ExecuteError, Failure};
use redis::AsyncCommands;

use crate::support::{execute, operator, product, receive, store, unprepared};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn an_acknowledged_command_survives_kill_9_of_redis() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    execute(&store, product, receive(3)).await.unwrap();
    redis.kill9();
    redis.restart().await;
    let found = async || store.load::<Inventory>(product).await.is_ok_and(|inventory| inventory.on_hand() == 3);
    test_kit::eventually("the units are there", SOON, found).await;
}

#[tokio::test]
async fn commands_fail_while_redis_is_away_and_go_on_when_it_is_back() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    redis.stop();
    let failed = execute(&store, product, receive(1)).await;
    assert!(matches!(failed, Err(ExecuteError::Failed(Failure::Store(_)))), "{failed:?}");
    redis.restart().await;
    let works = async || execute(&store, product, receive(1)).await.is_ok();
    test_kit::eventually("commands are taken again", SOON, works).await;
}

#[tokio::test]
async fn what_was_known_of_a_redis_that_has_lost_its_tail_is_forgotten() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    execute(&store, product, receive(3)).await.unwrap();
    execute(&store, product, receive(5)).await.unwrap();
    // Another event takes the place of the last, as after a failover to a replica that was behind.
    let stream = format!("inventory:{{{}}}:{product}", domain::Partition::of(product));
    let mut operator = operator(&redis).await;
    let _: u64 = operator.xdel(&stream, &["2-0"]).await.unwrap();
    redis::cmd("XSETID").arg(&stream).arg("1-0").query_async::<()>(&mut operator).await.unwrap();
    execute(&unprepared(&redis.url()), product, receive(1)).await.unwrap();
    redis.kill9();
    redis.restart().await;
    let works = async || execute(&store, product, receive(1)).await.is_ok();
    test_kit::eventually("commands are taken again", SOON, works).await;
    let decided_on = store.load::<Inventory>(product).await.unwrap().on_hand();
    let written = unprepared(&redis.url()).load::<Inventory>(product).await.unwrap().on_hand();
    assert_eq!((decided_on, written), (5, 5));
}

#[tokio::test]
async fn a_frozen_redis_fails_commands_instead_of_hanging_them() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    execute(&store, product, receive(1)).await.unwrap();
    redis.pause();
    let failed = execute(&store, product, receive(1)).await;
    redis.resume();
    assert!(matches!(failed, Err(ExecuteError::Failed(Failure::Store(_)))), "{failed:?}");
}

#[tokio::test]
async fn the_append_function_is_loaded_where_it_is_missing() {
    let redis = test_kit::redis().await;
    let (store, product) = (unprepared(&redis.url()), product());
    assert!(!store.is_ready().await.unwrap());
    execute(&store, product, receive(1)).await.unwrap();
    assert!(store.is_ready().await.unwrap());
}

#[tokio::test]
async fn a_store_with_another_number_of_partitions_is_refused() {
    let redis = test_kit::redis().await;
    operator(&redis).await.hset::<_, _, _, ()>("store", "partitions", 32).await.unwrap();
    let refused = unprepared(&redis.url()).prepare().await;
    assert!(matches!(refused, Err(Error::Format { field: "partitions", .. })), "{refused:?}");
}

#[tokio::test]
async fn settings_that_could_lose_commands_are_named() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    assert_eq!(store.unsafe_settings().await.unwrap(), []);
    let mut operator = operator(&redis).await;
    redis::cmd("CONFIG").arg("SET").arg("appendfsync").arg("everysec").query_async::<()>(&mut operator).await.unwrap();
    let named: Vec<_> = store.unsafe_settings().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(named, ["appendfsync is everysec, it must be always"]);
}
