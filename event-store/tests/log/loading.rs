//! Reading aggregates whose streams are long, trimmed or torn.

use event_store::Error;
use redis::AsyncCommands;
use uuid::Uuid;

use crate::{
    support::{operator, store},
    tally::{Command, Tally, put, stream_of, tally},
};

/// Writes events as the append function would, but without any check: a stream as some other program left it.
async fn write(
    redis: &test_kit::TestRedis,
    tally: Uuid,
    events: impl IntoIterator<Item = (u64, &'static str, String)>,
) {
    let (mut operator, events) = (operator(redis).await, events.into_iter().collect::<Vec<_>>());
    for some in events.chunks(1_000) {
        let mut pipe = redis::pipe();
        for (version, kind, data) in some {
            let fields = [("type", *kind), ("schema", "1"), ("at", ""), ("actor", ""), ("command", ""), ("trace", "")];
            let fields: Vec<_> = fields.into_iter().chain([("data", data.as_str())]).collect();
            pipe.xadd(stream_of(tally), format!("{version}-0"), &fields).ignore();
        }
        let () = pipe.query_async(&mut operator).await.unwrap();
    }
}

fn counted(version: u64) -> (u64, &'static str, String) {
    (version, "tally.counted", "{}".to_owned())
}

fn carried(version: u64, count: u64) -> (u64, &'static str, String) {
    let data = format!(r#"{{"count":{count},"ballast":"","due":null,"finished":false}}"#);
    (version, "tally.carried_forward", data)
}

#[tokio::test]
async fn a_fold_begins_at_the_last_event_that_carries_forward() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, (1..=2_000).map(counted)).await;
    // It says something else than what happened, so that the fold shows where it began.
    write(&redis, tally, [carried(2_001, 7), counted(2_002), carried(2_003, 50), counted(2_004)]).await;
    let loaded = store.load::<Tally>(tally).await.unwrap();
    assert_eq!((loaded.version(), loaded.count), (2_004, 51));
    assert_eq!(put(&store, tally, Command::Count(1)).await.unwrap(), 2_005);
}

#[tokio::test]
async fn a_long_stream_that_never_carried_forward_is_read_to_its_beginning() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, (1..=2_600).map(counted)).await;
    let loaded = store.load::<Tally>(tally).await.unwrap();
    assert_eq!((loaded.version(), loaded.count), (2_600, 2_600));
}

#[tokio::test]
async fn an_aggregate_with_a_long_past_is_read_in_one_round_trip() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, (1..=100_000).map(counted).chain([carried(100_001, 100_000), counted(100_002)])).await;
    store.load::<Tally>(tally).await.unwrap();
    let statistics: String =
        redis::cmd("INFO").arg("commandstats").query_async(&mut operator(&redis).await).await.unwrap();
    assert!(statistics.contains("cmdstat_xrevrange:calls=1,"), "{statistics}");
    assert!(!statistics.contains("cmdstat_xrange:"), "{statistics}");
}

#[tokio::test]
async fn a_stream_that_begins_in_the_middle_is_an_error_and_never_a_shorter_fold() {
    let redis = test_kit::redis().await;
    let (store, torn, long, emptied) = (store(&redis).await, tally(), tally(), tally());
    write(&redis, torn, (3..=5).map(counted)).await;
    write(&redis, long, (2..=601).map(counted)).await;
    write(&redis, emptied, (1..=3).map(counted)).await;
    let trimmed: u64 = redis::cmd("XTRIM")
        .arg(stream_of(emptied))
        .arg(&["MAXLEN", "0"])
        .query_async(&mut operator(&redis).await)
        .await
        .unwrap();
    assert_eq!(trimmed, 3);
    for (tally, first) in [(torn, 3), (long, 2), (emptied, 4)] {
        let refused = store.load::<Tally>(tally).await.err();
        assert!(matches!(refused, Some(Error::Beginning { found, .. }) if found == first), "{refused:?}");
        put(&store, tally, Command::Count(1)).await.unwrap_err();
    }
}

#[tokio::test]
async fn what_was_cached_before_a_trim_is_loaded_anew() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, (1..=3).map(counted)).await;
    assert_eq!(store.load::<Tally>(tally).await.unwrap().version(), 3);
    write(&redis, tally, [counted(4), carried(5, 4), counted(6)]).await;
    assert_eq!(store.trim_stream("tally", tally, 5).await.unwrap(), 4);
    let loaded = store.load::<Tally>(tally).await.unwrap();
    assert_eq!((loaded.version(), loaded.count), (6, 5));
}

#[tokio::test]
async fn a_history_is_what_the_stream_has() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, [counted(1), carried(2, 1), counted(3)]).await;
    store.trim_stream("tally", tally, 2).await.unwrap();
    let versions: Vec<_> = store.history("tally", tally).await.unwrap().iter().map(|event| event.version).collect();
    assert_eq!(versions, [2, 3]);
}

#[tokio::test]
async fn versions_that_do_not_follow_one_another_after_what_was_carried_forward_are_an_error() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    write(&redis, tally, [carried(5, 4), counted(6), counted(7)]).await;
    operator(&redis).await.xdel::<_, _, u64>(stream_of(tally), &["6-0"]).await.unwrap();
    assert!(matches!(store.load::<Tally>(tally).await, Err(Error::Gap { expected: 6, found: 7, .. })));
}
