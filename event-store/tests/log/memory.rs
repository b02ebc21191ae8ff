//! When the memory of Redis runs out.

use event_store::{Changes, Decision, ExecuteError, Failure, Request, Settings, Store, Stream};
use redis::{AsyncCommands, InfoDict};

use crate::{
    support::{context, operator},
    tally::{Command, Tally, put, tally},
};

/// A Redis that is filled to about this share of its memory.
async fn filled(share: f64) -> test_kit::TestRedis {
    let redis = test_kit::redis().await;
    let mut operator = operator(&redis).await;
    let _: u64 = operator.setrange("ballast", 50_000_000, "x").await.unwrap();
    let info: InfoDict = redis::cmd("INFO").arg("memory").query_async(&mut operator).await.unwrap();
    let most = (info.get::<f64>("used_memory").unwrap() / share) as u64;
    let () = redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(most).query_async(&mut operator).await.unwrap();
    redis
}

async fn store(redis: &test_kit::TestRedis, settings: &Settings) -> Store {
    let store = Store::open(&redis.url(), settings).unwrap();
    store.prepare().await.unwrap();
    store
}

async fn settle(store: &Store) -> Result<(), Failure> {
    let tally = tally();
    let request = Request { settling: true, ..Request::new(context(), [Stream::of::<Tally>(tally)]) };
    let commit = store.commit(request, move |_| {
        Decision::new(Changes::none().and::<Tally>(tally, vec![crate::tally::Event::Counted {}]), ())
    });
    commit.await.map(|_| ())
}

#[tokio::test]
async fn a_redis_that_is_filling_up_takes_all_commands() {
    let redis = filled(0.7).await;
    let store = store(&redis, &Settings::default()).await;
    put(&store, tally(), Command::Count(1)).await.unwrap();
    settle(&store).await.unwrap();
}

#[tokio::test]
async fn four_fifths_full_only_what_settles_goes_on() {
    let redis = filled(0.85).await;
    let store = store(&redis, &Settings::default()).await;
    let refused = put(&store, tally(), Command::Count(1)).await;
    assert!(matches!(refused, Err(ExecuteError::Failed(Failure::Full))), "{refused:?}");
    settle(&store).await.unwrap();
}

#[tokio::test]
async fn four_fifths_full_books_are_closed_so_that_streams_can_be_trimmed() {
    let redis = test_kit::redis().await;
    let (roomy, id) = (store(&redis, &Settings::default()).await, tally());
    put(&roomy, id, Command::Finish).await.unwrap();
    let tight = Settings { memory_share: 0.0, ..Settings::default() };
    let tight = store(&redis, &tight).await;
    assert!(matches!(put(&tight, id, Command::Finish).await, Err(ExecuteError::Failed(Failure::Full))));
    assert_eq!(tight.close_books::<Tally>(context(), id).await.unwrap(), Some(2));
}

#[tokio::test]
async fn almost_full_nothing_goes_on() {
    let redis = filled(0.97).await;
    let refused = settle(&store(&redis, &Settings::default()).await).await;
    assert!(matches!(refused, Err(Failure::Full)), "{refused:?}");
}

#[tokio::test]
async fn commands_are_taken_again_when_there_is_memory_again() {
    let redis = filled(0.97).await;
    let store = store(&redis, &Settings::default()).await;
    put(&store, tally(), Command::Count(1)).await.unwrap_err();
    let _: u64 = operator(&redis).await.del("ballast").await.unwrap();
    let taken = async || put(&store, tally(), Command::Count(1)).await.is_ok();
    test_kit::eventually("commands are taken", std::time::Duration::from_secs(5), taken).await;
}

#[tokio::test]
async fn a_redis_that_runs_out_of_memory_before_it_was_noticed_is_full() {
    let redis = filled(1.5).await;
    let unaware = Settings { memory_share: f64::MAX, settling_memory_share: f64::MAX, ..Settings::default() };
    let store = Store::open(&redis.url(), &unaware).unwrap();
    let refused = settle(&store).await;
    assert!(matches!(refused, Err(Failure::Full)), "{refused:?}");
}
